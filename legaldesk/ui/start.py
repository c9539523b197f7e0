"""Opens the window on a library and ends its lanes when it closes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from legaldesk.ui import theme
from legaldesk.ui.main_window import MainWindow
from legaldesk.ui.settings import Settings
from legaldesk.workers.lane import Lanes

if TYPE_CHECKING:
    from legaldesk.workers.requests import Requests


AT_REST_MS = 2_000
"""After the window is shown; by then it has read what it shows."""


def show_window(app: QApplication, requests: Requests, library: Path | str) -> MainWindow:
    """Show the window; its lanes are stopped when the application is about to quit."""
    settings = Settings(library)
    theme.apply(app, settings.look)
    app.setWindowIcon(theme.icon("matter", "accent"))
    lanes = Lanes()
    window = MainWindow(requests, lanes, settings)
    app.styleHints().colorSchemeChanged.connect(lambda _: window.relook(settings.look))
    app.aboutToQuit.connect(lambda: lanes.stop())
    window.show()
    QTimer.singleShot(AT_REST_MS, window, window.views.make_ahead)
    return window
