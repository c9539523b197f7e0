"""The menu at the top right, and the sheets that it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.ui import theme
from legaldesk.ui.about import About
from legaldesk.ui.key_overview import KeyOverview
from legaldesk.ui.settings_menu import settings_menu

if TYPE_CHECKING:
    from legaldesk.ui.checking import Checking
    from legaldesk.ui.settings import Settings
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


class MainMenu(QObject):
    """Settings, the check of the library, its backups, the keys, and what LegalDesk is."""

    backupsWanted = Signal()

    def __init__(
        self,
        window: QWidget,
        requests: Requests,
        lanes: Lanes,
        settings: Settings,
        checking: Checking,
        relook: Callable[[theme.Look], object],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._requests = requests
        self._lanes = lanes
        self._settings = settings
        self._checking = checking
        self._relook = relook

    def open(self, below: QWidget) -> None:
        """Show the menu below a button."""
        menu = settings_menu(self._window, self._settings, self._relook)
        menu.addSeparator()
        menu.addAction("Check the library…", lambda: self._checking.start())
        menu.addAction("Backups…", self.backupsWanted.emit)
        menu.addAction("Keys\tF1", self.show_keys)
        menu.addAction("About LegalDesk", self.show_about)
        menu.popup(below.mapToGlobal(below.rect().bottomLeft()))

    def show_keys(self) -> None:
        """Show all keys."""
        KeyOverview(self._window).come_up()

    def show_about(self) -> None:
        """Show what LegalDesk is."""
        about = About(self._window, self._settings.library)
        for job, show in (
            (self._requests.confinement(), about.show_confinement),
            (self._requests.disk_encryption(), about.show_encryption),
        ):
            job.succeeded.connect(show)
            self._lanes.care.submit(job)
        about.come_up()
