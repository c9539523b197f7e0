"""The labels: found by typing, taken back and put back, brought in and written out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from legaldesk.core.labels import Label, LabelFilter, LabelState
from legaldesk.ui import keys, page_keys, theme
from legaldesk.ui.check_box import CheckBox
from legaldesk.ui.document_table import RowTable
from legaldesk.ui.flow import Flow
from legaldesk.ui.label_columns import WHEN, labels_model, told
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.taking_back import TakingBack
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.ui.label_actors import LabelActors
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests

MOST = 5_000
"""Labels that are listed at once, the newest; typing finds older ones by their question."""

OLDER = "older ones by their question"
NONE = (
    "No label yet. Press 1, 2 or 3 on a result, or import a file of questions and the passages "
    "that answer them."
)


class LabelsPage(QWidget):
    """``openDocument`` names the document and page of a label's passage.

    The line below tells what was done last, until something else is.
    """

    openDocument = Signal(str, int)

    def __init__(self, requests: Requests, lanes: Lanes, labels: LabelActors) -> None:
        super().__init__()
        self._requests, self._labels = requests, labels
        self._reading, self._finding = Latest(lanes.library), Latest(lanes.library)
        self._newest: tuple[Label, ...] = ()
        self._older: tuple[Label, ...] = ()
        self._taking = TakingBack(requests, lanes.labels, self)
        self._matter, self._done = "", ""
        self.table = RowTable(labels_model(), "Labels")
        self.table.sortByColumn(WHEN, Qt.SortOrder.DescendingOrder)
        self.box = QLineEdit(placeholderText="Find a label")
        self.box.setAccessibleName("Find a label")
        self.box.setClearButtonEnabled(True)
        self.history = CheckBox("With history")
        self.history.setToolTip("Also what was taken back, overruled, or said otherwise later")
        self.back = button("Take back", self.take_back)
        self.again = button("Put back", self.put_back)
        self.again.setToolTip("Labels that were taken back; they show with their history")
        self.open = button("Open the page", self._open)
        self.bring = button("Import…", labels.exchange.choose_file)
        self.write = button("Export…", labels.exchange.choose_target)
        self.line = label("", "secondary", wrap=True)
        self.detail = label("", wrap=True)
        self._arrange()
        self._connect()
        self._weigh()

    def _arrange(self) -> None:
        self.box.setMinimumWidth(theme.px(180))
        head = Flow(last=2)
        deeds = (self.back, self.again, self.open, self.bring, self.write)
        for part in (self.box, self.history, *deeds):
            head.addWidget(part)
        head.setContentsMargins(0, 0, 0, 0)
        top = QWidget()
        top.setLayout(head)
        top.setContentsMargins(16, 8, 16, 8)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setContentsMargins(16, 8, 16, 8)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._place = QScrollArea()
        self._place.setWidget(self.detail)
        self._place.setWidgetResizable(True)
        self._place.setFrameShape(QFrame.Shape.NoFrame)
        self._place.setAccessibleName("The chosen label")
        self.line.setContentsMargins(16, 4, 16, 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(hairline())
        column.addWidget(self.table, 1)
        for below in (hairline(), self._place, hairline(), self.line):
            column.addWidget(below)
        self.refresh_theme()

    def _connect(self) -> None:
        self.box.textChanged.connect(self._filter)
        self.history.toggled.connect(lambda _: self._look_otherwise())
        self.table.selectionMoved.connect(self._weigh)
        self.table.rowOpened.connect(lambda _: self._open())
        self.table.deletePressed.connect(self.take_back)
        self._labels.changed.connect(self._something_else)
        self._labels.exchange.exported.connect(self._tell)
        self._taking.done.connect(self._tell_of_labels)
        self._taking.refused.connect(self._refuse)
        page_keys.bind(self, {keys.UNDO: self._taking.undo})

    # ------------------------------------------------------------ what there is

    @property
    def settled(self) -> bool:
        """Whether all that was asked has arrived."""
        return not self._reading.waiting and not self._finding.waiting

    def set_matter(self, matter: str) -> None:
        """From now on the labels of a matter are listed."""
        self._matter, self._done = matter, ""
        self._taking.forget()
        for asked in (self._reading, self._finding):
            asked.drop()
        self._older = ()
        self._take(())

    def refresh(self) -> None:
        """Read them again."""
        self._reading.ask(self._list(), self._take, self._refuse)

    def _list(self, question: str = "") -> Job:
        history = self.history.isChecked()
        wanted = LabelFilter(self._matter, question, history=history, limit=MOST)
        return self._requests.list_labels(wanted)

    def _take(self, found: tuple[Label, ...]) -> None:
        self._newest = found
        self._show()
        self._find_older()

    def _show(self) -> None:
        """The newest, and what typing found behind them."""
        known = {each.id for each in self._newest}
        self.table.rows.set_rows([*self._newest, *(e for e in self._older if e.id not in known)])
        self._show_line()
        self._weigh()

    def _filter(self, text: str) -> None:
        self._something_else()
        self.table.rows.set_filter(text)
        self._show()
        self._find_older()

    @property
    def _is_cut(self) -> bool:
        """Whether there may be older labels than those that are listed."""
        return len(self._newest) >= MOST

    def _find_older(self) -> None:
        typed = " ".join(self.box.text().split())
        self._finding.drop()
        if typed and self._is_cut:
            self._finding.ask(self._list(typed), self._take_older, self._refuse)
        elif self._older:
            self._take_older(())

    def _take_older(self, found: tuple[Label, ...]) -> None:
        self._older = found
        self._show()

    def _look_otherwise(self) -> None:
        self._something_else()
        self.refresh()

    def _something_else(self) -> None:
        """What was done last is no news any more; the next reading shows what there is."""
        self._done = ""

    def _show_line(self) -> None:
        """What was done last, else how many labels there are."""
        shown, total = self.table.rows.rowCount(), len(self._newest)
        there = f"{count(total, 'label')}." if total else NONE
        if total and self.box.text():
            there = f"{shown:,} of {count(total, 'label')}."
            if self._is_cut:
                there = f"{shown:,} found among the newest {MOST:,} labels and {OLDER}."
        elif self._is_cut:
            there += f" These are the newest {MOST:,}; typing finds {OLDER} too."
        self.line.setText(self._done or there)

    def _tell(self, done: str) -> None:
        self._done = done
        self._show_line()
        QAccessible.updateAccessibility(QAccessibleEvent(self.line, QAccessible.Event.Alert))

    def _tell_of_labels(self, done: str) -> None:
        self._labels.look_again()
        self._tell(done)

    def _refuse(self, error: LegalDeskError) -> None:
        self._labels.refused.emit(error, self.refresh)

    def _weigh(self) -> None:
        """What can be done with what is chosen."""
        chosen: list[Label] = list(self.table.chosen())
        self.back.setEnabled(any(each.state is LabelState.CURRENT for each in chosen))
        self.again.setEnabled(any(each.state is LabelState.UNDONE for each in chosen))
        self.open.setEnabled(len(chosen) == 1 and bool(chosen[0].document_name and chosen[0].spans))
        self.detail.setText(told(chosen[0]) if len(chosen) == 1 else "")
        self._place.setVisible(len(chosen) == 1)

    # ------------------------------------------------------------ what can be done

    def take_back(self) -> None:
        """Take the chosen labels back; they stay in the history."""
        self._taking.take_back(self._chosen_that_are(LabelState.CURRENT))

    def put_back(self) -> None:
        """Let those of the chosen labels count again that were taken back."""
        self._taking.put_back(self._chosen_that_are(LabelState.UNDONE))

    def _chosen_that_are(self, state: LabelState) -> list[int]:
        return [each.id for each in self.table.chosen() if each.state is state]

    def _open(self) -> None:
        chosen: list[Label] = list(self.table.chosen())
        if len(chosen) == 1 and chosen[0].document_name and chosen[0].spans:
            self.openDocument.emit(chosen[0].document, chosen[0].spans[0].page)

    def take_focus(self) -> None:
        """The keys find a label."""
        (self.table if self.table.rows.rowCount() else self.box).setFocus()

    def refresh_theme(self) -> None:
        """Follow a change of colours or text size."""
        self.table.refresh_theme()
        self._place.setFixedHeight(theme.px(120))
