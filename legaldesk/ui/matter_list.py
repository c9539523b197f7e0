"""The list of matters. Walking it changes nothing: a click or Enter makes a matter current."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from legaldesk.core.documents import Matter
from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui import theme
from legaldesk.ui.document_text import plain, tip
from legaldesk.ui.wording import count

_AnyIndex = QModelIndex | QPersistentModelIndex
_MATTER = Qt.ItemDataRole.UserRole
_ALL = Matter(ALL_MATTERS)


class MatterList(QListWidget):
    """All matters first, apart from the others by icon, line and colour."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Matters")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setProperty("role", "panel")
        self.setItemDelegate(_MatterDelegate(self))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.current = ALL_MATTERS
        self.crosses = False
        self._matters: tuple[Matter, ...] = ()
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(_MATTER).name))

    def show_matters(self, matters: tuple[Matter, ...], current: str, crosses: bool) -> None:
        """Show the matters, one of them (or all) as current."""
        moved = current != self.current
        self.current, self.crosses = current, crosses
        if matters != self._matters:
            moved = moved or len(matters) != len(self._matters)
            self._fill(matters)
        if moved:
            self._show_current()
        self.viewport().update()

    def current_matter(self) -> Matter | None:
        """The matter that is current; None while all are."""
        return next((each for each in self._matters if each.name == self.current), None)

    def matter_at(self, point: QPoint) -> Matter | None:
        """The matter under a point of the list."""
        item = self.itemAt(point)
        matter = item.data(_MATTER) if item else _ALL
        return None if matter.name == ALL_MATTERS else matter

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space make the matter under the cursor current."""
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and self.currentItem() is not None:
            self.chosen.emit(self.currentItem().data(_MATTER).name)
        else:
            super().keyPressEvent(event)

    def _show_current(self) -> None:
        """Bring the current matter into sight, and start from it when walking by key."""
        for row in range(self.count()):
            if self.item(row).data(_MATTER).name == self.current:
                self.setCurrentRow(row)
                self.scrollToItem(self.item(row))

    def _fill(self, matters: tuple[Matter, ...]) -> None:
        row, place = self.currentRow(), self.verticalScrollBar().value()
        self._matters = matters
        self.clear()
        for matter in (*((_ALL,) if matters else ()), *matters):
            item = QListWidgetItem(_spoken(matter))
            item.setData(_MATTER, matter)
            item.setToolTip(tip(_hint(matter)))
            self.addItem(item)
        self.setCurrentRow(min(row, self.count() - 1))
        self.verticalScrollBar().setValue(place)
        focus = Qt.FocusPolicy.StrongFocus if matters else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(focus)  # an empty list could not show that it has the focus


def _spoken(matter: Matter) -> str:
    if matter.name == ALL_MATTERS:
        return "All matters"
    locked = ", locked out of all matters" if matter.locked_out_of_all else ""
    return f"{plain(matter.name)}, {count(matter.documents, 'document')}{locked}"


def _hint(matter: Matter) -> str:
    if matter.name == ALL_MATTERS:
        return "Search across every matter that is not locked out"
    return _spoken(matter)


class _MatterDelegate(QStyledItemDelegate):
    """Paints icon, name and how many documents."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        """One line high; the last word on "All matters" is a hairline below it."""
        extra = 8 if index.data(_MATTER).name == ALL_MATTERS else 0
        return QSize(80, theme.px(18) + 12 + extra)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        """Draw one matter."""
        matter: Matter = index.data(_MATTER)
        view = self.parent()
        assert isinstance(view, MatterList)
        is_all = matter.name == ALL_MATTERS
        current = view.crosses if is_all else matter.name == view.current
        colours = theme.colours()
        whole = QRectF(option.rect)
        area = whole.adjusted(0, 0, 0, -8) if is_all else whole
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_all:
            painter.fillRect(
                QRectF(whole.left() + 8, whole.bottom() - 4, whole.width() - 16, 1),
                QColor(colours.line),
            )
        self._paint_back(painter, option, area, current, is_all, view.hasFocus())
        self._paint_text(painter, area, matter, current, is_all)
        painter.restore()

    def _paint_back(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        area: QRectF,
        current: bool,
        is_all: bool,
        has_focus: bool,
    ) -> None:
        colours = theme.colours()
        shade = ""
        if current:
            shade = colours.careful_wash if is_all else colours.selected
        elif option.state & QStyle.StateFlag.State_MouseOver:
            shade = colours.hover
        if shade:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shade))
            painter.drawRoundedRect(area.adjusted(0, 1, 0, -1), 5, 5)
        if has_focus and option.state & QStyle.StateFlag.State_Selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRoundedRect(area.adjusted(1, 2, -1, -2), 5, 5)

    def _paint_text(
        self, painter: QPainter, area: QRectF, matter: Matter, current: bool, is_all: bool
    ) -> None:
        colours = theme.colours()
        role = "careful" if is_all and current else "secondary"
        side = theme.px(16)
        name_icon = "all-matters" if is_all else "lock" if matter.locked_out_of_all else "matter"
        spot = QRectF(area.left() + 8, area.center().y() - side / 2, side, side)
        theme.draw_icon(painter, name_icon, spot, role)
        painter.setFont(theme.font(theme.SMALL))
        painter.setPen(QColor(colours.secondary))
        number = "" if is_all else f"{matter.documents:,}"
        taken = painter.fontMetrics().horizontalAdvance(number) + 8
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            area.adjusted(0, 0, -8, 0), int(middle | Qt.AlignmentFlag.AlignRight), number
        )
        painter.setFont(theme.font(theme.BASE, bold=current))
        painter.setPen(QColor(colours.careful if role == "careful" else colours.text))
        room = area.adjusted(8 + side + 8, 0, -taken - 4, 0)
        name = painter.fontMetrics().elidedText(
            "All matters" if is_all else plain(matter.name),
            Qt.TextElideMode.ElideMiddle,
            int(room.width()),
        )
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), name)
