"""A box to tick and a choice of one, drawn so that they are seen in the dark and at any size."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QCheckBox, QRadioButton

from legaldesk.ui import theme

SIDE, GAP, EDGE = 16, 8, 3
"""Of the box, between it and its words, and around both for the frame of the focus."""


class CheckBox(QCheckBox):
    """Ticked or not."""

    def sizeHint(self) -> QSize:
        """Room for the box, the words and the frame of the focus."""
        return _size(self)

    def minimumSizeHint(self) -> QSize:
        """The words may be cut where there is no room."""
        return QSize(theme.px(80), _size(self).height())

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A box, with a tick in it or not."""
        area = _paint(self, 4.0)
        if self.isChecked():
            theme.draw_icon(QPainter(self), "check", area.adjusted(1, 1, -1, -1), "on_accent")


class Choice(QRadioButton):
    """One of several that exclude one another."""

    def sizeHint(self) -> QSize:
        """Room for the ring, the words and the frame of the focus."""
        return _size(self)

    def hitButton(self, pos: QPoint) -> bool:
        """All of it can be clicked."""
        return self.rect().contains(pos)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A ring, with a point in it or not."""
        area = _paint(self, theme.px(SIDE) / 2)
        if self.isChecked():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.colours().on_accent))
            painter.drawEllipse(area.center(), area.width() / 5, area.width() / 5)


def _size(button: QAbstractButton) -> QSize:
    words = button.fontMetrics().horizontalAdvance(button.text().replace("&&", "&"))
    side = theme.px(SIDE)
    return QSize(side + GAP + words + 2 * EDGE + 2, max(side, button.fontMetrics().height()) + 6)


def _paint(button: QAbstractButton, corner: float) -> QRectF:
    """Frame, words and focus; where the tick goes."""
    colours, side = theme.colours(), theme.px(SIDE)
    painter = QPainter(button)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    turned = button.layoutDirection() == Qt.LayoutDirection.RightToLeft
    left = button.width() - side - EDGE if turned else EDGE
    area = QRectF(left, (button.height() - side) / 2, side, side)
    on = button.isChecked()
    painter.setPen(QPen(QColor(colours.accent if on else colours.field_line), 1.2))
    painter.setBrush(QColor(colours.accent if on else colours.window))
    painter.drawRoundedRect(area.adjusted(0.6, 0.6, -0.6, -0.6), corner, corner)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if button.hasFocus():
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawRoundedRect(QRectF(button.rect()).adjusted(1, 1, -1, -1), 5, 5)
    words = QRectF(button.rect()).adjusted(EDGE, 0, -EDGE, 0)
    words = words.adjusted(*((0, 0, -side - GAP, 0) if turned else (side + GAP, 0, 0, 0)))
    painter.setPen(QColor(colours.text if button.isEnabled() else colours.secondary))
    text = button.text().replace("&&", "&")
    shown = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, round(words.width())
    )
    side_flag = Qt.AlignmentFlag.AlignRight if turned else Qt.AlignmentFlag.AlignLeft
    painter.drawText(words, int(side_flag | Qt.AlignmentFlag.AlignVCenter), shown)
    return area
