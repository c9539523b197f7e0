"""What an empty place says: what it is for, and the one thing to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from legaldesk.ui import theme
from legaldesk.ui.pieces import label


class EmptyState(QWidget):
    """A sign, a title, a sentence, and buttons, in the middle of their place."""

    def __init__(self, sign: str, title: str, sentence: str, *buttons: QPushButton) -> None:
        super().__init__()
        self._sign_name = sign
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.title = label(title, "title", wrap=True)
        self.sentence = label(sentence, "secondary", wrap=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.setSpacing(12)
        layout.addStretch(2)
        layout.addWidget(self._sign)
        for text in (self.title, self.sentence):
            text.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            layout.addLayout(_centred(text))
        if buttons:
            row = QHBoxLayout()
            row.setSpacing(8)
            row.addStretch(1)
            for made in buttons:
                row.addWidget(made)
            row.addStretch(1)
            layout.addSpacing(4)
            layout.addLayout(row)
        self._more = QVBoxLayout()
        self._more.setSpacing(12)
        layout.addLayout(self._more)
        layout.addStretch(3)
        self.refresh_theme()

    def add(self, widget: QWidget) -> None:
        """Put something more below, in the middle."""
        if isinstance(widget, QLabel):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            self._more.addLayout(_centred(widget))
        else:
            self._more.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)

    def say(self, title: str, sentence: str) -> None:
        """Say something else."""
        self.title.setText(title)
        self.sentence.setText(sentence)

    def refresh_theme(self) -> None:
        """Draw the sign in the colours in use."""
        side = theme.px(48)
        self._sign.setPixmap(theme.icon(self._sign_name).pixmap(side, side))


def _centred(text: QLabel) -> QHBoxLayout:
    """A readable column in the middle of whatever width there is."""
    row = QHBoxLayout()
    row.addStretch(1)
    text.setMaximumWidth(theme.px(480))
    row.addWidget(text, 4)
    row.addStretch(1)
    return row
