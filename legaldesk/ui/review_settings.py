"""Who marks, whether questions are kept, and which matters may teach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from legaldesk.core.labels import LONGEST_NAME, LabelCounts
from legaldesk.ui import theme
from legaldesk.ui.check_box import CheckBox
from legaldesk.ui.dialogs import Question, ask, line_field
from legaldesk.ui.document_text import caption
from legaldesk.ui.flow import Flow
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.ui.label_actors import LabelActors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests

WIDEST = 720
WHO = "Labels carry this name, so that others see who said what. Empty is this computer's user."
KEPT = "Keep the questions that are asked, for review"
WHY_KEPT = (
    "A question is kept in this library with what it showed, and goes with its matter and its "
    "documents. Switched off, none is kept and those that are go at once."
)
TEACH = (
    "A model learns from the labels of a matter only where you allow it here. It then prefers "
    "passages like those you marked, in every matter it searches, so wording of one client's "
    "papers can shape what is found for another. Allow it only where the client's terms do. "
    "Labels are kept either way."
)


class ForgetQuestion(Question):
    """Asks before past questions are forgotten."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Forget past questions?", "Forget them", danger=True)
        self.fill(
            label(
                "Every question that waits for review goes, in all matters. Labels stay.", wrap=True
            )
        )
        self.cancel.setFocus()


class SettingsPage(QWidget):
    """What is switched is stored at once."""

    def __init__(self, requests: Requests, lanes: Lanes, labels: LabelActors) -> None:
        super().__init__()
        self._requests, self._labels, self._lane = requests, labels, lanes.labels
        self._reading, self._naming = Latest(lanes.library), Latest(lanes.library)
        self._stored = ""
        self.name = line_field("Your name", "")
        self.name.setMaxLength(LONGEST_NAME)
        self.name.editingFinished.connect(self._rename)
        self.keeping = CheckBox(KEPT)
        self.keeping.clicked.connect(labels.memory.set_wanted)
        self.forget = button("Forget past questions…", self._ask_to_forget)
        self.done = label("", "secondary")
        self.switches: dict[str, CheckBox] = {}
        self._arrange()
        labels.memory.changed.connect(self.keeping.setChecked)
        labels.memory.forgotten.connect(lambda _: self.done.setText("They are forgotten."))

    def _arrange(self) -> None:
        self._page = QWidget()
        column = QVBoxLayout(self._page)
        column.setContentsMargins(16, 16, 16, 24)
        column.setSpacing(8)
        column.addWidget(label("Your name", "heading"))
        self.name.setMaximumWidth(theme.px(320))
        column.addWidget(self.name)
        column.addWidget(label(WHO, "small", wrap=True))
        _part(column, "Past questions")
        column.addWidget(self.keeping)
        column.addWidget(label(WHY_KEPT, "small", wrap=True))
        flow = Flow()
        flow.addWidget(self.forget)
        flow.addWidget(self.done)
        column.addLayout(flow)
        _part(column, "Which matters may teach")
        column.addWidget(label(TEACH, "secondary", wrap=True))
        self._matters = QVBoxLayout()
        self._matters.setSpacing(8)
        column.addLayout(self._matters)
        column.addStretch(1)
        self._page.setMaximumWidth(theme.px(WIDEST))
        self._make_scroll()

    def _make_scroll(self) -> None:
        self.area = QScrollArea()
        self.area.setWidget(self._page)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setAccessibleName("Settings of the review")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.area)

    # ------------------------------------------------------------ what there is

    @property
    def settled(self) -> bool:
        """Whether all that was asked has arrived."""
        return not self._reading.waiting and not self._naming.waiting

    def set_matter(self, matter: str) -> None:
        """It is about every matter."""

    def refresh(self) -> None:
        """Read everything again."""
        self._labels.memory.look()
        self._reading.ask(self._requests.count_labels(), self._take, self._fail)
        self._naming.ask(self._requests.current_labeller(), self._take_name, self._fail)

    def _fail(self, error: LegalDeskError) -> None:
        self._labels.refused.emit(error, self.refresh)

    def _take_name(self, name: str) -> None:
        self._stored = name
        if not self.name.isModified():
            self.name.setText(name)

    def _take(self, counts: tuple[LabelCounts, ...]) -> None:
        names = {each.matter for each in counts}
        for gone in self.switches.keys() - names:
            self.switches.pop(gone).deleteLater()
        for place, each in enumerate(counts):
            if each.matter not in self.switches:
                made = self.switches[each.matter] = CheckBox()
                made.clicked.connect(
                    lambda allowed, name=each.matter: self._let_train(name, allowed)
                )
                self._matters.insertWidget(place, made)
            switch = self.switches[each.matter]
            switch.setText(caption(f"{each.matter} may teach: {tally(each)}"))
            switch.setAccessibleName(switch.text().replace("&&", "&"))
            switch.setChecked(each.may_train)

    # ------------------------------------------------------------ what can be done

    def _rename(self) -> None:
        name = " ".join(self.name.text().split())
        if name != self._stored:
            self._stored = name
            self.name.setModified(False)
            job = self._requests.set_labeller(name)
            job.succeeded.connect(lambda _: self._labels.look_again())
            job.failed.connect(self._fail)
            self._lane.submit(job)

    def _let_train(self, matter: str, allowed: bool) -> None:
        job = self._requests.let_train(matter, allowed)
        job.succeeded.connect(lambda _: self._labels.changed.emit())
        job.failed.connect(
            lambda error: self._labels.refused.emit(error, lambda: self._let_train(matter, allowed))
        )
        job.failed.connect(lambda _: self.refresh())
        self._lane.submit(job)

    def _ask_to_forget(self) -> None:
        ask(ForgetQuestion(self.window()), self._labels.memory.forget)

    def take_focus(self) -> None:
        """The keys go to the name."""
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh_theme(self) -> None:
        """Follow a change of text size."""
        self._page.setMaximumWidth(theme.px(WIDEST))
        self.name.setMaximumWidth(theme.px(320))


def tally(counts: LabelCounts) -> str:
    """ "120 labels on 40 questions"."""
    number = counts.relevant + counts.partly + counts.not_relevant
    if not number:
        return "no label yet"
    told = f"{count(number, 'label')} on {count(counts.questions, 'question')}"
    if counts.contradictions:
        told += f", {count(counts.contradictions, 'disagreement')}"
    return told


def _part(column: QVBoxLayout, heading: str) -> None:
    column.addSpacing(12)
    column.addWidget(hairline())
    column.addSpacing(4)
    column.addWidget(label(heading, "heading"))
