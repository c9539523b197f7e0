"""Passages of which different things were said, to be settled one by one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from legaldesk.core.labels import Contradiction
from legaldesk.ui import verdict_words
from legaldesk.ui.document_text import plain
from legaldesk.ui.empty_state import EmptyState
from legaldesk.ui.model_pieces import ModelRow, Section
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.pieces import button
from legaldesk.ui.settle_question import shortened

if TYPE_CHECKING:
    from legaldesk.ui.label_actors import LabelActors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests

NONE = "Nobody disagrees"
ABOUT = (
    "Where two people say different things of the same passage, it is listed here. It teaches "
    "nothing until somebody settles it."
)
LONGEST, MOST = 300, 100
"""Characters of a passage, and how many disagreements are listed at once."""


class ClashRow(ModelRow):
    """A question, who said what, the passage, and the button that settles it."""

    def __init__(self) -> None:
        super().__init__()
        self.settle = button("Settle…", lambda: self.settleWanted.emit())
        self.offer(self.settle)

    settleWanted = Signal()

    def show_clash(self, clash: Contradiction) -> None:
        """Say what it is about."""
        voices = [f"{each.labeller}: {verdict_words.name(each.verdict)}" for each in clash.labels]
        self.describe(clash.question, "", f"“{shortened(clash.text, LONGEST)}”")
        self.state.say("warning", "careful", "  ·  ".join(dict.fromkeys(voices)))
        self.settle.setAccessibleName(f"Settle: {plain(clash.question)}")


class ClashesPage(QWidget):
    """``counted`` says how many there are, whenever they were read."""

    counted = Signal(int)

    def __init__(self, requests: Requests, lanes: Lanes, labels: LabelActors) -> None:
        super().__init__()
        self._requests, self._labels = requests, labels
        self._reading = Latest(lanes.library)
        self._matter = ""
        self.list = Section[ClashRow]("Disagreements")
        self.nothing = EmptyState("check", NONE, ABOUT)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(16, 12, 16, 24)
        column.addWidget(self.list)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(whole)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setAccessibleName("Disagreements")
        self._stack = QStackedWidget()
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self.area)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    @property
    def settled(self) -> bool:
        """Whether all that was asked has arrived."""
        return not self._reading.waiting

    def set_matter(self, matter: str) -> None:
        """From now on those of a matter are listed."""
        self._matter = matter
        self._reading.drop()
        self._take(())

    def refresh(self) -> None:
        """Read them again."""
        job = self._requests.contradictions(self._matter)
        self._reading.ask(
            job, self._take, lambda error: self._labels.refused.emit(error, self.refresh)
        )

    def _take(self, found: tuple[Contradiction, ...]) -> None:
        shown = {tuple(label.id for label in each.labels): each for each in found[:MOST]}
        new = [key for key in shown if key not in self.list.rows]
        self.list.show_rows(tuple(shown), ClashRow)
        for key, clash in shown.items():
            row = self.list.rows[key]
            row.show_clash(clash)
            if key in new:
                row.settleWanted.connect(partial(self._labels.settling.ask, clash))
        self._stack.setCurrentWidget(self.area if found else self.nothing)
        self.counted.emit(len(found))

    def take_focus(self) -> None:
        """The keys go to the first that can be settled."""
        first = next(iter(self.list.rows.values()), None)
        (first.settle if first else self).setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh_theme(self) -> None:
        """Follow a change of colours or text size."""
        self.nothing.refresh_theme()
