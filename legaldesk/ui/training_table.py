"""The table of figures: each way of searching before and after, every value with its interval."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.evaluation import Figure
from legaldesk.ui import theme
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.document_text import tip
from legaldesk.ui.pieces import button, label
from legaldesk.ui.training_figures import GROUPS, Line, figure_meaning, figure_name, tabbed

_AnyIndex = QModelIndex | QPersistentModelIndex
_FIGURE, _LINE = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
PAD = 6


class TrainingTable(QWidget):
    """Shows lines of figures; a choice says which figures, and all of them can be copied."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, ...] = ()
        self.group = ChoiceBox("Which figures")
        self.group.addItems(list(GROUPS))
        self.group.currentIndexChanged.connect(lambda _: self._fill())
        self.copy = button("Copy the table", self._copy, "link")
        self.about = label("", "small", wrap=True)
        self.grid = QTableWidget()
        self.grid.setAccessibleName("Figures before and after")
        self.grid.setItemDelegate(_Cells(self.grid))
        self.grid.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.grid.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.grid.setShowGrid(False)
        self.grid.verticalHeader().hide()
        self.grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.grid.setHorizontalScrollMode(QTableWidget.ScrollMode.ScrollPerPixel)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.group)
        head.addWidget(self.copy)
        head.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        for part in (self.grid, self.about):
            column.addWidget(part)

    def show_lines(self, lines: Sequence[Line], about: str) -> None:
        """Show these lines, and what they were measured on."""
        self._lines = tuple(lines)
        self.about.setText(about)
        self._fill()

    def _fill(self) -> None:
        metrics = GROUPS[self.group.currentText()]
        grid = self.grid
        grid.clear()
        grid.setColumnCount(2 + len(metrics))
        grid.setRowCount(len(self._lines))
        for column, text in enumerate(("Way of searching", "", *map(figure_name, metrics))):
            head = QTableWidgetItem(text)
            head.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
            if column > 1:
                head.setToolTip(tip(figure_meaning(metrics[column - 2])))
            grid.setHorizontalHeaderItem(column, head)
        for row, line in enumerate(self._lines):
            grid.setItem(row, 0, _cell(line.name if line.first else "", line))
            grid.setItem(row, 1, _cell(line.time, line))
            for column, metric in enumerate(metrics, 2):
                grid.setItem(row, column, _figure_cell(line, metric))
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """As high and wide as the text asks for."""
        grid = self.grid
        grid.verticalHeader().setDefaultSectionSize(theme.px(18) + 10)
        header = grid.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setHighlightSections(False)
        for column, width in enumerate(self._widths()):
            header.resizeSection(column, width)
        rows = grid.rowCount() * grid.verticalHeader().defaultSectionSize()
        bar = grid.horizontalScrollBar().sizeHint().height()
        grid.setFixedHeight(header.sizeHint().height() + rows + bar + 2)

    def _widths(self) -> list[int]:
        """Every figure is as wide as any other, so that no cell has to be measured."""
        bold = QFontMetrics(theme.font(theme.BASE, bold=True))
        base, small = QFontMetrics(theme.font(theme.BASE)), QFontMetrics(theme.font(theme.SMALL))
        names = ["Way of searching", *(line.name for line in self._lines)]
        figure = base.horizontalAdvance("0.000") + 6 + small.horizontalAdvance("0.000–0.000")
        heads = [figure_name(metric) for metric in GROUPS[self.group.currentText()]]
        return [
            max(bold.horizontalAdvance(name) for name in names) + 2 * PAD + 4,
            base.horizontalAdvance("before") + 2 * PAD,
            *(max(figure + 2 * PAD, bold.horizontalAdvance(head) + 20) for head in heads),
        ]

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(tabbed(self._lines))


def _cell(text: str, line: Line) -> QTableWidgetItem:
    made = QTableWidgetItem(text)
    made.setData(_LINE, line)
    return made


def _figure_cell(line: Line, metric: str) -> QTableWidgetItem:
    figure = line.figures.get(metric)
    made = _cell("–" if figure is None else f"{figure.value:.3f}", line)
    if figure is not None:
        made.setData(_FIGURE, figure)
        name = f"{line.name}, {line.time}" if line.time else line.name
        spoken = f"{figure_name(metric)}: {figure.value:.3f}, {_interval(figure, ' to ')}"
        made.setToolTip(tip(name, spoken))
        made.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}. {spoken}")
    return made


def _interval(figure: Figure, between: str = "–") -> str:
    return f"{figure.low:.3f}{between}{figure.high:.3f}"


class _Cells(QStyledItemDelegate):
    """A value with its interval in small figures; a hairline above each way of searching."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        """Draw one cell."""
        colours, line = theme.colours(), index.data(_LINE)
        if not isinstance(line, Line):
            return
        area = QRectF(option.rect)
        painter.save()
        if line.first:
            painter.fillRect(QRectF(area.left(), area.top(), area.width(), 1), QColor(colours.line))
        area.adjust(PAD, 0, -PAD, 0)
        after = line.time != "before"
        strong = index.column() == 0
        figure = index.data(_FIGURE)
        faded = figure is None and not strong or not after and not strong
        painter.setPen(QColor(colours.secondary if faded else colours.text))
        painter.setFont(theme.font(theme.BASE, bold=strong))
        middle = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        painter.drawText(area, middle, str(index.data()))
        if figure is not None:
            area.setLeft(area.left() + painter.fontMetrics().horizontalAdvance(index.data()) + 6)
            painter.setPen(QColor(colours.secondary))
            painter.setFont(theme.font(theme.SMALL))
            painter.drawText(area, middle, _interval(figure))
        painter.restore()
