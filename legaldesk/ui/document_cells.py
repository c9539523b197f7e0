"""How a table's cells are drawn: quiet selection, an icon beside a word, a small bar."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from legaldesk.ui import theme

SHARE = Qt.ItemDataRole.UserRole + 1
LINK = Qt.ItemDataRole.UserRole + 2
ICON = Qt.ItemDataRole.UserRole + 3
"""The roles under which a model tells a bar's share, a link, and an icon with its colour."""

Index = QModelIndex | QPersistentModelIndex
SIDE = 8


class CellDelegate(QStyledItemDelegate):
    """Draws cells of a table in the theme's colours."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

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
        icon = index.data(ICON)
        if icon:
            side = theme.px(16)
            top = area.center().y() - side / 2
            theme.draw_icon(painter, icon[0], QRectF(area.left(), top, side, side), icon[1])
            area.setLeft(area.left() + side + 6)
        share = index.data(SHARE)
        if share is not None and 0 < share < 1:
            area.setLeft(self._paint_bar(painter, QRectF(area), share))
        self._paint_text(painter, option, index, QRectF(area))
        painter.restore()

    def _paint_text(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index, area: QRectF
    ) -> None:
        colours = theme.colours()
        link = bool(index.data(LINK))
        font = theme.font()
        font.setUnderline(link)
        painter.setFont(font)
        painter.setPen(QColor(colours.accent if link else colours.text))
        mode = option.textElideMode
        text = painter.fontMetrics().elidedText(str(index.data()), mode, int(area.width()))
        alignment = index.data(Qt.ItemDataRole.TextAlignmentRole)
        painter.drawText(area, int(alignment | Qt.TextFlag.TextSingleLine), text)

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

    def _paint_focus(
        self, painter: QPainter, option: QStyleOptionViewItem, index: Index
    ) -> None:
        """An accent line at both edges of the current row while the table has the focus."""
        if not self._table.hasFocus() or self._table.currentIndex().row() != index.row():
            return
        painter.setPen(QPen(QColor(option.palette.color(QPalette.ColorRole.Accent)), 2))
        painter.drawLine(option.rect.left(), option.rect.top() + 1,
                         option.rect.right(), option.rect.top() + 1)
        painter.drawLine(option.rect.left(), option.rect.bottom(),
                         option.rect.right(), option.rect.bottom())
