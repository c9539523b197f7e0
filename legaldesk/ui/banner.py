"""A line that says what went wrong, under the question bar; nothing waits for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from legaldesk.core.errors import LegalDeskError
from legaldesk.ui import theme
from legaldesk.ui.pieces import button, label, tool

Fix = tuple[str, Callable[[], object]]


def told(error: LegalDeskError) -> str:
    """What failed, in a sentence that names the file."""
    name = PurePath(error.file).name if error.file else ""
    text = error.message
    return f"{name}: {text}" if name and name not in text else text


class Banner(QFrame):
    """Shows one message at a time: sign, sentence, the button that mends it, and a cross."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self._sign = QLabel()
        self.words = label(wrap=True)
        self._said = ""
        self._fix: QPushButton | None = None
        self._layout = QHBoxLayout(self)
        self._layout.setContentsMargins(16, 8, 8, 8)
        self._layout.setSpacing(12)
        self._layout.addWidget(self._told(), 1, Qt.AlignmentFlag.AlignVCenter)
        self._layout.addWidget(tool("close", "Dismiss this message (Esc)", self.hide))
        self.hide()

    def _told(self) -> QWidget:
        """The sign beside the first line of the sentence; a taller button moves both."""
        told = QWidget()
        row = QHBoxLayout(told)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.words, 1)
        return told

    def show_error(self, error: LegalDeskError, fix: Fix | None = None) -> None:
        """Say what failed, naming the file, and offer what mends it."""
        self.say(told(error), fix)

    def say(self, text: str, fix: Fix | None = None) -> None:
        """Show a sentence."""
        self._drop_fix()
        self._said = text
        self.words.setText(text)
        self.setAccessibleName(self.words.text())
        side = theme.px(16)
        self._sign.setPixmap(theme.icon("error", "wrong").pixmap(side, side))
        if fix is not None:
            self._fix = button(fix[0], lambda: self._mend(fix[1]))
            self._layout.insertWidget(1, self._fix)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def take_back(self, text: str) -> None:
        """Close the banner if it still says this."""
        if self._said == text:
            self.hide()

    def _mend(self, act: Callable[[], object]) -> None:
        self.hide()
        act()

    def _drop_fix(self) -> None:
        if self._fix is not None:
            self._layout.removeWidget(self._fix)
            self._fix.deleteLater()
            self._fix = None
