"""How much meaning counts beside exact words: what it is now, and what the labels say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from legaldesk.core.balance import USUAL, share
from legaldesk.core.verdict import Decision
from legaldesk.ui.flow import Flow
from legaldesk.ui.model_pieces import ProgressPart
from legaldesk.ui.pieces import button, label, set_role
from legaldesk.ui.sign_line import Sign, SignLine
from legaldesk.ui.wording import progress_line

if TYPE_CHECKING:
    from legaldesk.ui.training_balancer import TrainingBalancer

ABOUT = (
    "A search puts two rankings together: by exact words and by meaning. What you marked can "
    "say which of them to trust more in your documents. It takes seconds and teaches no model."
)
STARTING = "Getting ready…"
SIGNS = {
    Decision.ADOPT: ("check", "right"),
    Decision.KEEP: ("info", "secondary"),
    Decision.CANNOT_TELL: ("warning", "careful"),
}


class TrainingBalance(QWidget):
    """Shows what the balancer knows."""

    def __init__(self, balancer: TrainingBalancer) -> None:
        super().__init__()
        self._balancer = balancer
        self.setAccessibleName("Words and meaning")
        self.now, self.sentence = label("", wrap=True), label("", wrap=True)
        self._sign = Sign()
        self.learn = button("Learn from what was marked", balancer.learn)
        self.use = button("Use what was learned", self._use, "primary")
        self.usual = button("Back to the usual balance", lambda: balancer.use(USUAL), "link")
        self.trouble = SignLine()
        self.progress = ProgressPart("Questions asked", "Cancel", balancer.cancel)
        self._arrange()
        balancer.changed.connect(self.show_now)
        self.show_now()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for line in (label("Words and meaning", "heading"), label(ABOUT, "secondary", wrap=True)):
            column.addWidget(line)
        column.addWidget(self.now)
        self._verdict = QWidget()
        told = QHBoxLayout(self._verdict)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(8)
        told.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        told.addWidget(self.sentence, 1)
        for part in (self._verdict, self.trouble, self.progress):
            column.addWidget(part)
        deeds = Flow()
        for push in (self.use, self.learn, self.usual):
            deeds.addWidget(push)
        column.addLayout(deeds)

    def show_now(self) -> None:
        """Show what is known now."""
        balancer, found = self._balancer, self._balancer.found
        self.now.setText(balance_line(balancer.used))
        self._verdict.setVisible(found is not None)
        if found is not None:
            self._sign.show_icon(*SIGNS[found.decision])
            spoken = f"The labels speak for this: {shares(found.learned)}."
            same = found.learned == found.used
            self.sentence.setText(found.sentence if same else f"{found.sentence} {spoken}")
            set_role(self.use, "primary" if found.decision is Decision.ADOPT else "")
        self.trouble.say("error", "wrong", balancer.trouble)
        self.use.setVisible(found is not None and found.learned != balancer.used)
        self.usual.setVisible(balancer.used != USUAL)
        self.learn.setVisible(not balancer.busy)
        if balancer.busy:
            known = balancer.progress
            self.progress.show_progress(known, STARTING if known is None else progress_line(known))
        else:
            self.progress.hide()

    def _use(self) -> None:
        found = self._balancer.found
        if found is not None:
            self._balancer.use(found.learned, found.generation)


def shares(factor: float) -> str:
    """What meaning and words count, in percent."""
    return f"meaning {share(factor):.0%}, exact words {1 - share(factor):.0%}"


def balance_line(factor: float) -> str:
    """The balance in use."""
    if factor == USUAL:
        return f"Both count the same now ({shares(factor)}), as is usual."
    return f"Learned from what was marked: {shares(factor)}."
