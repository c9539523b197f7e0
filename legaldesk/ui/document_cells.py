"""How a table's cells are drawn: quiet selection, an icon beside a word, a small bar."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from legaldesk.ui import theme

LINK = Qt.ItemDataRole.UserRole + 1
CELL = Qt.ItemDataRole.UserRole + 2
"""The roles under which a model tells that a cell is a link, and all that is drawn in it."""

Index = QModelIndex | QPersistentModelIndex
SIDE = 8


class Cell(NamedTuple):
    """What is drawn in one cell: an icon's name and colour, a bar's share, and the text."""

    text: str
    alignment: Qt.AlignmentFlag
    icon: tuple[str, str] | None = None
    share: float | None = None
    link: bool = False


class CellDelegate(QStyledItemDelegate):
    """Draws cells of a table in the theme's colours."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self._fonts: dict[bool, QFont] = {}

    def refresh_theme(self) -> None:
        """Take the text size from the theme again."""
        self._fonts.clear()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Background, hairline, icon, text and bar of one cell."""
        colours = theme.colours()
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        if selected:
            painter.fillRect(option.rect, QColor(colours.selected))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(colours.hover))
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.drawLine(option.rect.bottomLeft(), option.rect.bottomRight())
        self._paint_focus(painter, option, index)
        area = option.rect.adjusted(SIDE, 0, -SIDE, -1)
        cell: Cell = index.data(CELL)
        if cell.icon:
            side = theme.px(16)
            top = area.center().y() - side / 2
            theme.draw_icon(
                painter, cell.icon[0], QRectF(area.left(), top, side, side), cell.icon[1]
            )
            area.setLeft(area.left() + side + 6)
        if cell.share is not None and 0 < cell.share < 1:
            area.setLeft(self._paint_bar(painter, QRectF(area), cell.share))
        self._paint_text(painter, option.textElideMode, cell, QRectF(area))
        painter.restore()

    def _paint_text(
        self, painter: QPainter, mode: Qt.TextElideMode, cell: Cell, area: QRectF
    ) -> None:
        colours = theme.colours()
        painter.setFont(self._font(cell.link))
        painter.setPen(QColor(colours.accent if cell.link else colours.text))
        text = painter.fontMetrics().elidedText(cell.text, mode, int(area.width()))
        painter.drawText(area, int(cell.alignment | Qt.TextFlag.TextSingleLine), text)

    def _font(self, link: bool) -> QFont:
        """The text's font, made once for all cells."""
        if link not in self._fonts:
            made = theme.font()
            made.setUnderline(link)
            self._fonts[link] = made
        return self._fonts[link]

    def _paint_bar(self, painter: QPainter, area: QRectF, share: float) -> int:
        """A bar of which a share is filled; returns where the text may begin."""
        wide, high = theme.px(40), 6
        bar = QRectF(area.left(), area.center().y() - high / 2, wide, high)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.colours().line))
        painter.drawRoundedRect(bar, 3, 3)
        bar.setWidth(max(high, wide * share))
        painter.setBrush(QColor(theme.colours().accent))
        painter.drawRoundedRect(bar, 3, 3)
        return round(area.left()) + wide + 8

    def _paint_focus(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """An accent line at both edges of the current row while the table has the focus."""
        if not self._table.hasFocus() or self._table.currentIndex().row() != index.row():
            return
        painter.setPen(QPen(QColor(option.palette.color(QPalette.ColorRole.Accent)), 2))
        painter.drawLine(
            option.rect.left(), option.rect.top() + 1, option.rect.right(), option.rect.top() + 1
        )
        painter.drawLine(
            option.rect.left(), option.rect.bottom(), option.rect.right(), option.rect.bottom()
        )
