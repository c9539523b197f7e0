"""Says why there will be no window, where there is none to say it in."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from legaldesk.ui.document_text import plain


def refuse(reason: str, report: str = "") -> QMessageBox:
    """Show the reason, and a report to copy where there is one; closing it ends the application."""
    box = QMessageBox(QMessageBox.Icon.Critical, "LegalDesk", plain(reason))
    box.setTextFormat(Qt.TextFormat.PlainText)
    if report:
        box.setDetailedText(report)
    box.addButton(QMessageBox.StandardButton.Close)
    box.open()
    return box
