"""The table view over rows: quiet, one line each, the selection survives every change."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from legaldesk.ui import theme
from legaldesk.ui.document_cells import LINK, CellDelegate
from legaldesk.ui.document_rows import RowModel

STRETCHED = 230
"""Pixels that a column which takes what is left should have at least."""


class RowTable(QTableView):
    """Shows a RowModel; the selection survives sorting, filtering and new rows."""

    selectionMoved = Signal()
    rowOpened = Signal(object)
    deletePressed = Signal()

    def __init__(self, model: RowModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = model
        self._chosen: list[str] = []
        self._current = self._anchor = ""
        self._restoring = self._in_sight = False
        self._command = QItemSelectionModel.SelectionFlag.NoUpdate
        self.setModel(model)
        self.setItemDelegate(CellDelegate(self))
        self.setAccessibleName(name)
        self._dress()
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._restore)
        self.selectionModel().selectionChanged.connect(self._on_selected)
        self.doubleClicked.connect(self._on_double_clicked)
        self.clicked.connect(self._on_clicked)

    def _dress(self) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        # With the table's own, painting the header asks after every selected cell.
        self.horizontalHeader().setSelectionModel(QItemSelectionModel(self.rows, self))
        self.horizontalHeader().setSectionsMovable(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Take heights and widths from the text size in use."""
        delegate = self.itemDelegate()
        if isinstance(delegate, CellDelegate):
            delegate.refresh_theme()
        self.verticalHeader().setDefaultSectionSize(theme.px(34))
        header = self.horizontalHeader()
        for number, column in enumerate(self.rows.columns):
            mode = QHeaderView.ResizeMode
            header.setSectionResizeMode(number, mode.Interactive if column.width else mode.Stretch)
            if column.width:
                self.setColumnWidth(number, theme.px(column.width))
        header.setMinimumSectionSize(theme.px(60))
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out columns that there is no room for."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        room = self.viewport().width()
        columns = list(enumerate(self.rows.columns))
        for number, column in sorted(columns, key=lambda pair: pair[1].spare):
            room -= theme.px(column.width or STRETCHED)
            self.setColumnHidden(number, bool(column.spare) and room < 0)

    def chosen(self) -> list[Any]:
        """The selected values, from the top."""
        return [self.rows.row(number) for number in self._chosen_numbers()]

    def _chosen_numbers(self) -> list[int]:
        numbers: set[int] = set()
        for part in self.selectionModel().selection().toList():
            numbers.update(range(part.top(), part.bottom() + 1))
        return sorted(numbers)

    def choose(self, identity: str) -> None:
        """Select one row and bring it into view."""
        number = self.rows.number_of(identity)
        if number >= 0:
            self.selectRow(number)
            self.scrollTo(self.rows.index(number, 0))

    def _remember(self) -> None:
        identity, row = self.rows.identity, self.rows.row
        numbers = self._chosen_numbers() if self.rows.rowCount() else []
        self._chosen = [identity(row(number)) for number in numbers]
        current = self.currentIndex()
        self._in_sight = self.visualRect(current).intersects(self.viewport().rect())
        self._current = identity(row(current.row())) if current.isValid() else ""
        at_the_end = current.isValid() and numbers and current.row() == numbers[-1]
        self._anchor = self._chosen[0] if at_the_end else self._chosen[-1] if numbers else ""

    def _restore(self) -> None:
        """Select again what was selected and is still shown.

        The current row stays in sight, but whoever scrolled away from it is not called back.
        """
        flag = QItemSelectionModel.SelectionFlag
        self._restoring = True
        self._make_current(self._anchor, flag.Select, scroll=False)
        self._make_current(self._current, flag.SelectCurrent, scroll=self._in_sight)
        if self._chosen:
            again = self._ranges(set(self._chosen))
            self.selectionModel().select(again, flag.ClearAndSelect | flag.Rows)
        self._restoring = False
        self.selectionMoved.emit()

    def _make_current(
        self, identity: str, command: QItemSelectionModel.SelectionFlag, scroll: bool
    ) -> None:
        """Make a row current as a command would; from one without Current on, Shift selects."""
        number = self.rows.number_of(identity) if identity else -1
        if number < 0:
            return
        self._command = command
        self.setAutoScroll(scroll)
        self.executeDelayedItemsLayout()  # it may be below what could be scrolled to
        index = self.rows.index(number, 0)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        self.setAutoScroll(True)

    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """What Qt makes of the keys that are held, but not while a selection is put back."""
        return self._command if self._restoring else super().selectionCommand(index, event)

    def _on_selected(self) -> None:
        if not self._restoring:
            self.selectionMoved.emit()

    def _ranges(self, wanted: set[str]) -> QItemSelection:
        """The rows of these values, neighbours as one range, so that thousands are quick."""
        identity, row = self.rows.identity, self.rows.row
        numbers = [n for n in range(self.rows.rowCount()) if identity(row(n)) in wanted]
        found = QItemSelection()
        for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
            near = [number for _, number in run]
            found.select(self.rows.index(near[0], 0), self.rows.index(near[-1], 0))
        return found

    def _on_double_clicked(self, index: QModelIndex) -> None:
        if not index.data(LINK):  # its first click has done it
            self.rowOpened.emit(self.rows.row(index.row()))

    def _on_clicked(self, index: QModelIndex) -> None:
        if index.data(LINK):
            self.rowOpened.emit(self.rows.row(index.row()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Entered by key for the first time, the first row is current, so that it is seen."""
        super().focusInEvent(event)
        by_key = event.reason() is not Qt.FocusReason.MouseFocusReason
        if by_key and not self.currentIndex().isValid() and self.rows.rowCount():
            self.selectRow(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter opens the current row, Delete asks to remove the selected ones."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.rowOpened.emit(self.rows.row(self.currentIndex().row()))
        elif event.key() == Qt.Key.Key_Delete and self.chosen():
            self.deletePressed.emit()
        else:
            super().keyPressEvent(event)
