"""Opens the window on a library and ends its lanes when it closes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from legaldesk.core.bugs import Bug
from legaldesk.ui import theme
from legaldesk.ui.bug_sheet import BugSheet
from legaldesk.ui.garbage import GarbageCollection
from legaldesk.ui.main_window import MainWindow
from legaldesk.ui.settings import Settings
from legaldesk.workers.bug_reports import BugReports
from legaldesk.workers.lane import Lanes

if TYPE_CHECKING:
    from legaldesk.workers.requests import Requests


AT_REST_MS = 2_000
"""After the window is shown; by then it has read what it shows."""


def show_window(
    app: QApplication,
    requests: Requests,
    library: Path | str,
    crashes: Sequence[Bug] = (),
    matters: Sequence[str] = (),
) -> MainWindow:
    """Show the window; its lanes are stopped when the application is about to quit.

    From then on a bug anywhere in it is a report; so are the ``crashes`` of last time.
    ``matters`` names those among which the current one of last time is looked for.
    """
    settings = Settings(library, matters)
    theme.apply(app, settings.look)
    app.setWindowIcon(theme.icon("matter", "accent"))
    lanes = Lanes()
    window = MainWindow(requests, lanes, settings)
    app.styleHints().colorSchemeChanged.connect(lambda _: window.relook(settings.look))
    app.aboutToQuit.connect(lambda: lanes.stop())
    bugs = report_bugs(app, window, requests, lanes, Path(library))
    app.aboutToQuit.connect(GarbageCollection(window).stop)
    window.show()
    QTimer.singleShot(AT_REST_MS, window, window.views.make_ahead)
    if crashes:
        bugs.tell_last_time(crashes)
    return window


def report_bugs(
    app: QApplication, window: MainWindow, requests: Requests, lanes: Lanes, library: Path
) -> BugSheet:
    """Turn every bug of the window and its engine into a report, until the application quits."""
    reports = BugReports(app)

    def ask_level() -> None:
        job = requests.confinement()
        job.succeeded.connect(sheet.show_level)
        lanes.care.submit(job)

    sheet = BugSheet(window, reports, library / "logs", ask_level)
    for lane in lanes.each():
        lane.broken.connect(reports.tell)
    reports.listen()
    app.aboutToQuit.connect(reports.stop_listening)
    return sheet
