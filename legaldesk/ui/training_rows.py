"""Rows of a list as the Training view draws them: sign, title, what stands at the right, a line."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from legaldesk.ui import theme
from legaldesk.ui.document_text import plain, tip

_AnyIndex = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole + 7
INSET = 8


@dataclass(frozen=True, slots=True)
class RowText:
    """What a row shows; ``sign`` is an icon and its colour, ("", "") for none."""

    title: str
    line: str
    aside: str = ""
    sign: tuple[str, str] = ("", "")


class RowList(QListWidget):
    """A list whose chosen rows are shaded, and framed while it has the keys."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setItemDelegate(_Rows(self))
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)

    def put(self, item: QListWidgetItem, row: RowText) -> None:
        """Show this in a row."""
        spoken = ", ".join(part for part in (row.title, row.aside, row.line) if part)
        item.setText(plain(spoken))
        item.setData(_ROW, row)
        item.setToolTip(tip(row.title, row.aside, row.line))

    def changeEvent(self, event: QEvent) -> None:
        """Rows as high as the text asks for."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.scheduleDelayedItemsLayout()


class _Rows(QStyledItemDelegate):
    """Paints a row."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        """Two lines high."""
        return QSize(80, theme.px(18) + theme.px(15) + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        """Draw it."""
        row, view = index.data(_ROW), self.parent()
        if not isinstance(row, RowText) or not isinstance(view, RowList):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(0, 1, 0, -1)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        current = view.hasFocus() and index.row() == view.currentRow()
        self._paint_back(painter, option, area, chosen, current)
        inner = area.adjusted(INSET, 5, -INSET, -5)
        if row.sign[0]:
            side = theme.px(16)
            at = inner.right() - side if view.isRightToLeft() else inner.left()
            theme.draw_icon(painter, row.sign[0], QRectF(at, inner.top(), side, side), row.sign[1])
            gap = side + 8.0
            inner.adjust(*((0, 0, -gap, 0) if view.isRightToLeft() else (gap, 0, 0, 0)))
        self._paint_text(painter, inner, row, chosen)
        painter.restore()

    def _paint_back(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRectF,
        chosen: bool,
        current: bool,
    ) -> None:
        colours = theme.colours()
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if shade := colours.selected if chosen else colours.hover if hovered else "":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade))
            painter.drawRoundedRect(area, 5, 5)
        if current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 5, 5)

    def _paint_text(self, painter: QPainter, area: QRectF, row: RowText, chosen: bool) -> None:
        colours = theme.colours()
        first = QRectF(area.left(), area.top(), area.width(), theme.px(18))
        second = QRectF(area.left(), first.bottom(), area.width(), theme.px(15))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(colours.secondary))
        painter.drawText(first, int(middle | Qt.AlignmentFlag.AlignRight), row.aside)
        taken = painter.fontMetrics().horizontalAdvance(row.aside) + 8 if row.aside else 0
        painter.drawText(second, int(middle), _cut(painter, row.line, second))
        painter.setFont(theme.font(theme.BASE, bold=chosen))
        painter.setPen(QColor(colours.text))
        room = first.adjusted(0, 0, -taken, 0)
        painter.drawText(room, int(middle), _cut(painter, row.title, room))


def _cut(painter: QPainter, text: str, room: QRectF) -> str:
    return painter.fontMetrics().elidedText(
        plain(text), Qt.TextElideMode.ElideRight, round(room.width())
    )
