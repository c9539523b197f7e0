"""A choice of one among a few, drawn like the window's other fields."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QComboBox

from legaldesk.ui import theme

INSET = 10
"""Pixels between the frame and what is in it."""


class ChoiceBox(QComboBox):
    """Is not changed by a wheel that only wants to scroll what it stands in."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave it to the page."""
        event.ignore()

    def sizeHint(self) -> QSize:
        """Room for the longest choice and the sign."""
        self.ensurePolished()
        texts = [self.itemText(row) for row in range(self.count())]
        widest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
        return QSize(widest + 2 + 3 * INSET + theme.px(16), theme.px(18) + 10)

    def minimumSizeHint(self) -> QSize:
        """It may be cut where there is less room."""
        return QSize(theme.px(80), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame, the choice and a sign that there are more."""
        colours, focus = theme.colours(), self.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = 2 if focus else 1
        frame = QRectF(self.rect()).adjusted(thick / 2, thick / 2, -thick / 2, -thick / 2)
        painter.setPen(QPen(QColor(colours.accent if focus else colours.field_line), thick))
        painter.setBrush(QColor(colours.hover if self.underMouse() else colours.window))
        painter.drawRoundedRect(frame, 5, 5)
        side = theme.px(16)
        turned = self.isRightToLeft()
        at = INSET if turned else self.width() - side - INSET
        top = (self.height() - side) / 2
        theme.draw_icon(painter, "chevron-down", QRectF(at, top, side, side))
        left = side + 2 * INSET if turned else INSET
        room = QRectF(left, 0, self.width() - side - 3 * INSET, self.height())
        painter.setPen(QColor(colours.text if self.isEnabled() else colours.secondary))
        text = painter.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, round(room.width())
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)
