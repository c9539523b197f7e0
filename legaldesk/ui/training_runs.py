"""The earlier runs at the left, and the place of a new one; two can be compared."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidgetItem, QVBoxLayout, QWidget

from legaldesk.core.runs import RunPhase, RunSummary
from legaldesk.core.verdict import Decision
from legaldesk.ui.document_text import day, plain, tip
from legaldesk.ui.pieces import button, label
from legaldesk.ui.sign_line import SignLine
from legaldesk.ui.training_rows import RowList, RowText
from legaldesk.ui.training_words import moment, run_state, run_title

_RUN = Qt.ItemDataRole.UserRole
EMPTY = "Every run is kept here with its figures, to look at and to compare."
HOW = "Choose two with Ctrl to compare them."


class TrainingRuns(QWidget):
    """``newWanted``, ``runChosen`` with an id, or ``twoChosen`` with two."""

    newWanted = Signal()
    runChosen = Signal(str)
    twoChosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._filling = False
        self.new = button("New run", self._new, "view", "plus")
        self.new.setCheckable(True)
        self.list = RowList("Earlier runs")
        self.list.setProperty("role", "panel")
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.itemSelectionChanged.connect(self._choose)
        self.trouble = SignLine()
        self.note = label(EMPTY, "small", wrap=True)
        self.note.setContentsMargins(8, 0, 8, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 12, 8, 8)
        column.setSpacing(4)
        column.addWidget(self.new)
        column.addSpacing(8)
        self._heading = label("RUNS", "section")
        self._heading.setContentsMargins(8, 0, 0, 0)
        column.addWidget(self._heading)
        column.addWidget(self.trouble)
        column.addWidget(self.list, 1)
        column.addWidget(self.note)

    def show_runs(self, runs: Sequence[RunSummary]) -> None:
        """Show the runs, the newest first; what is chosen stays so."""
        chosen = set(self.chosen())
        self._filling = True
        while self.list.count() > len(runs):
            self.list.takeItem(self.list.count() - 1)
        for row, run in enumerate(runs):
            if row >= self.list.count():
                self.list.addItem(QListWidgetItem())
            self._fill(self.list.item(row), run)
            self.list.item(row).setSelected(run.id in chosen)
        self._filling = False
        self.note.setText(EMPTY if not runs else HOW if len(runs) > 1 else "")
        self.note.setVisible(bool(self.note.text()))
        self.new.setChecked(not self.chosen())

    def show_short(self, short: bool) -> None:
        """Where there is little height, only the runs themselves."""
        self._heading.setVisible(not short)
        self.note.setVisible(not short and bool(self.note.text()))

    def chosen(self) -> tuple[str, ...]:
        """The ids of the chosen runs, from top to bottom."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return tuple(str(item.data(_RUN)) for item in items if item.isSelected())

    def choose(self, run: str) -> None:
        """Choose one run; "" is a new one."""
        self.list.clearSelection()
        for row in range(self.list.count()):
            if self.list.item(row).data(_RUN) == run:
                self.list.setCurrentRow(row)

    def _fill(self, item: QListWidgetItem, run: RunSummary) -> None:
        title, state = plain(run.recipe.title), run_state(run)
        self.list.put(item, RowText(title, state, day(run.created), _sign(run)))
        item.setData(_RUN, run.id)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{run_title(run)}: {state}")
        item.setToolTip(tip(title, moment(run.created), state))

    def _choose(self) -> None:
        if self._filling:
            return
        chosen = self.chosen()
        self.new.setChecked(not chosen)
        if len(chosen) == 1:
            self.runChosen.emit(chosen[0])
        elif len(chosen) > 1:
            self.twoChosen.emit(*chosen[:2])

    def _new(self) -> None:
        self.list.clearSelection()
        self.new.setChecked(True)
        self.newWanted.emit()


def _sign(run: RunSummary) -> tuple[str, str]:
    if run.live:
        return "check", "right"
    if run.phase is RunPhase.FAILED:
        return "error", "wrong"
    if run.removed:
        return "warning", "careful"
    if run.phase in (RunPhase.INTERRUPTED, RunPhase.PAUSED):
        return "warning", "careful"
    if run.verdict is None:
        return "refresh", "secondary"
    if run.verdict.decision is Decision.ADOPT:
        return "check", "secondary"
    return "minus", "secondary"
