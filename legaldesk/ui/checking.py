"""Checks the library in a lane of its own, and repairs it when asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.ui.check_report import CheckReport

if TYPE_CHECKING:
    from legaldesk.core.documents import Finding
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class Checking(QObject):
    """One check at a time, whose report opens at once and may be closed meanwhile."""

    checked = Signal()
    failed = Signal(object)

    def __init__(self, window: QWidget, requests: Requests, lane: Lane, board: TaskBoard) -> None:
        super().__init__(window)
        self._requests = requests
        self._lane = lane
        self._board = board
        self._running = False
        self.report = CheckReport(window)
        self.report.repairWanted.connect(lambda: self.start(repair=True))

    def start(self, repair: bool = False) -> None:
        """Show the report, and check the library unless it is being checked."""
        self.report.come_up()
        if self._running:
            return
        self._running = True
        title = "Repairing the library" if repair else "Checking the library"
        self.report.wait(title)
        job = self._requests.verify(repair)
        self._board.watch(job, title)
        job.succeeded.connect(lambda findings: self._take(findings, repair))
        job.failed.connect(self._give_up)
        job.cancelled.connect(self._stop)
        self._lane.submit(job)

    def _take(self, findings: tuple[Finding, ...], repaired: bool) -> None:
        self._running = False
        self.report.show_findings(findings, repaired)
        self.report.show()
        self.checked.emit()

    def _give_up(self, error: LegalDeskError) -> None:
        self._stop()
        self.failed.emit(error)

    def _stop(self) -> None:
        self._running = False
        self.report.hide()
