"""A sign with words beside it: a state or a warning that no colour alone has to tell."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from legaldesk.ui import theme
from legaldesk.ui.pieces import label, set_role


class Sign(QWidget):
    """An icon as high as the text; it follows the theme by itself."""

    def __init__(self) -> None:
        super().__init__()
        self._look = ("info", "secondary")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_icon(self, icon: str, role: str) -> None:
        """Draw an icon of the set in one of the theme's colours."""
        self._look = (icon, role)
        self.update()

    def sizeHint(self) -> QSize:
        """As high as a line of text."""
        return QSize(theme.px(16), theme.px(18))

    def changeEvent(self, event: QEvent) -> None:
        """Grow with the text."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The icon in the middle."""
        side = theme.px(16)
        area = QRectF(0, (self.height() - side) / 2, side, side)
        theme.draw_icon(QPainter(self), self._look[0], area, self._look[1])


class SignLine(QWidget):
    """Not there while it has nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self._sign, self.words = Sign(), label(wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        self.hide()

    def say(self, icon: str = "", role: str = "", text: str = "") -> None:
        """Show a sign and a sentence; called without any, show nothing."""
        if text:
            self._sign.show_icon(icon, "secondary" if role == "" else role)
            set_role(self.words, role)
            if self.words.text() != text:
                self.words.setText(text)
            self.setAccessibleName(self.words.text())
        self.setVisible(bool(text))
