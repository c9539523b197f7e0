"""A label for text that may come from a file: shown as it is, never as markup."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from legaldesk.ui.document_text import plain


class PlainLabel(QLabel):
    """Plain text in one of the theme's roles, wrapped where it is too long for its line."""

    def __init__(self, role: str = "", text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show the text, line by line made safe."""
        super().setText("\n".join(plain(line) for line in text.split("\n")))

    def centred(self, margin: int = 24) -> PlainLabel:
        """The label itself, in the middle of its room."""
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setContentsMargins(margin, margin, margin, margin)
        return self
