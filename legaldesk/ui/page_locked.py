"""What stands in place of pages that need a password: a field, and a button that opens them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from legaldesk.ui import theme
from legaldesk.ui.document_label import PlainLabel


class LockedPanel(QWidget):
    """Asks for the password of one document. It is kept nowhere."""

    passwordGiven = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = PlainLabel("heading")
        self._reason = PlainLabel("secondary")
        self._wrong = PlainLabel("wrong")
        self._busy = False
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setAccessibleName("Password of the document")
        self.field.setPlaceholderText("Password")
        self.button = QPushButton("Open")
        self.button.setProperty("role", "primary")
        self.field.returnPressed.connect(self._give)
        self.button.clicked.connect(self._give)
        self.field.textChanged.connect(self._allow)
        self._arrange()
        self._allow()

    def _arrange(self) -> None:
        entry = QHBoxLayout()
        entry.setSpacing(8)
        entry.addWidget(self.field, 1)
        entry.addWidget(self.button)
        column = QVBoxLayout()
        column.setSpacing(12)
        for line in (self._heading, self._reason):
            column.addWidget(line)
        column.addLayout(entry)
        column.addWidget(self._wrong)
        self._middle = QWidget()
        self._middle.setLayout(column)
        row = QHBoxLayout(self)
        row.addStretch(1)
        row.addWidget(self._middle, 4, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        self._middle.setMaximumWidth(theme.px(420))

    def ask(self, name: str) -> None:
        """Ask for the password of the document of this name."""
        self._heading.setText(f"{name or 'This document'} needs its password")
        self._reason.setText(
            "Its pages are shown once you enter it. The password is not kept when you close "
            "LegalDesk."
        )
        self._wrong.clear()
        self.field.clear()
        self.set_busy(False)

    def refuse(self, message: str) -> None:
        """Say that it did not open, and let the user try again."""
        self.set_busy(False)
        self._wrong.setText(message)
        self.field.setFocus()

    def set_busy(self, busy: bool) -> None:
        """Wait for the answer."""
        self._busy = busy
        self.field.setReadOnly(busy)  # not disabled, so that it keeps the focus
        self.button.setText("Opening…" if busy else "Open")
        self._allow()

    def _allow(self) -> None:
        self.button.setEnabled(bool(self.field.text()) and not self._busy)

    def _give(self) -> None:
        password = self.field.text()
        if password and self.button.isEnabled():
            self.field.setFocus()
            self.field.clear()
            self._wrong.clear()
            self.set_busy(True)
            self.passwordGiven.emit(password)
