"""The chip that counts what needs attention; pressed, it shows only that."""

from __future__ import annotations

from PySide6.QtWidgets import QPushButton

from legaldesk.ui import theme


class AttentionChip(QPushButton):
    """Not there while nothing needs attention."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setProperty("role", "chip")
        theme.dress(self, "warning", "careful")
        self.refresh_theme()

    def show_count(self, found: int, more_to_come: bool = False) -> None:
        """Say how many rows need attention; it stays pressed without any while more may come."""
        self.setText(f"{found:,} {'needs' if found == 1 else 'need'} attention")
        self.setVisible(bool(found))
        if not found and not more_to_come:
            self.setChecked(False)

    def refresh_theme(self) -> None:
        """Take colours from the theme again."""
        colours = theme.colours()
        checked = f"background: {colours.careful_wash}; border-color: {colours.careful};"
        self.setStyleSheet(f"QPushButton:checked {{ {checked} }}")
