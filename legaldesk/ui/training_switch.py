"""A switch with words beside it: a check box drawn so that on and off differ in shape."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox

from legaldesk.ui import theme

GAP = 8


class Switch(QCheckBox):
    """The knob is at the side where reading ends while it is on, and the track is filled."""

    def hitButton(self, point: QPoint) -> bool:
        """Its words are part of it."""
        return self.rect().contains(point)

    def sizeHint(self) -> QSize:
        """Room for track and words."""
        words = self.fontMetrics().horizontalAdvance(self.text().replace("&&", "&"))
        return QSize(theme.px(30) + GAP + words + 8, theme.px(18) + 8)

    def minimumSizeHint(self) -> QSize:
        """The words may be cut where there is less room."""
        return QSize(theme.px(120), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track, knob, and words."""
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        turned, on = self.isRightToLeft(), self.isChecked()
        width, height = theme.px(28), theme.px(16)
        left = self.width() - width - 2 if turned else 2
        track = QRectF(left, (self.height() - height) / 2, width, height)
        line = colours.accent if on else colours.field_line
        painter.setPen(QPen(QColor(line), 1.5))
        painter.setBrush(QColor(colours.accent if on else colours.window))
        painter.drawRoundedRect(track, height / 2, height / 2)
        inset = theme.px(3)
        at_end = on is not turned
        at = track.right() - height + inset if at_end else track.left() + inset
        side = height - 2 * inset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.on_accent if on else colours.field_line))
        painter.drawEllipse(QRectF(at, track.top() + inset, side, side))
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)
        painter.setPen(QColor(colours.text))
        from_ = 0 if turned else width + GAP + 2
        room = QRectF(from_, 0, self.width() - width - GAP - 6, self.height())
        text = painter.fontMetrics().elidedText(
            self.text().replace("&&", "&"), Qt.TextElideMode.ElideMiddle, round(room.width())
        )
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), text)
