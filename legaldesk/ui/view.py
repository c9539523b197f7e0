"""What every view of the window can be asked for."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class View(QWidget):
    """One of the places of the sidebar. What it does not override has nothing to do there.

    ``openDocument`` names a document and a page, ``openHit`` carries a Hit to show on its page.
    """

    openDocument = Signal(str, int)
    openHit = Signal(object)

    def take_focus(self) -> None:
        """Let the keys act in it."""
        self.setFocus()

    def refresh(self) -> None:
        """Read again what it shows."""

    def start_over(self) -> None:
        """Show nothing of before: some of it may not be shown any more."""

    def refresh_theme(self) -> None:
        """Follow a change of colours or text size."""
