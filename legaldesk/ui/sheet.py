"""A window beside the main one that tells something and stops nothing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from legaldesk.ui import theme
from legaldesk.ui.pieces import button, label


class Sheet(QDialog):
    """A title, content that scrolls where the screen is too small for it, and Close."""

    def __init__(self, parent: QWidget, title: str, width: int) -> None:
        super().__init__(parent)
        self.setModal(False)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._width = width
        self.close_button = button("Close", self.close, "primary")
        self.close_button.setDefault(True)
        self._place = _Place()
        self._buttons = QHBoxLayout()
        self._buttons.setContentsMargins(0, 8, 0, 0)
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.close_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(label(title, "heading", wrap=True))
        outer.addWidget(self._place, 1)
        outer.addLayout(self._buttons)

    def fill(self, content: QWidget) -> None:
        """Show a content in place of what was shown before."""
        self._place.setWidget(content)
        content.setAutoFillBackground(False)
        self._fit()

    def offer(self, push: QPushButton) -> None:
        """Put a button to the left of Close."""
        self._buttons.insertWidget(1, push)

    def come_up(self) -> None:
        """Show it, above the window, sized to what it holds."""
        self._fit()
        self.show()
        self.raise_()
        self.activateWindow()
        self.close_button.setFocus()

    def _fit(self) -> None:
        """As wide as the text size asks for, as high as the content, never beyond the screen."""
        room = self.screen().availableSize() * 0.9
        width = min(theme.px(self._width), room.width())
        self._place.content_width = width - 48 - self._place.verticalScrollBar().sizeHint().width()
        self._place.updateGeometry()
        self.resize(width, min(self.sizeHint().height(), room.height()))
        lowest = self.screen().availableGeometry().bottom() - self.height()
        if self.isVisible() and self.y() > lowest:
            self.move(self.x(), max(0, lowest))


class _Place(QScrollArea):
    """Wants to be as high as its content at its width."""

    content_width = 0

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def sizeHint(self) -> QSize:
        content = self.widget()
        if content is None:
            return QSize(self.content_width, 0)
        layout = content.layout()
        high = layout.totalHeightForWidth(self.content_width) if layout is not None else -1
        return QSize(self.content_width, high if high >= 0 else content.sizeHint().height())
