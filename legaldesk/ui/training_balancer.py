"""Knows how much meaning counts beside exact words, and has it learned from the labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.balance import USUAL, Balance
from legaldesk.core.errors import LegalDeskError
from legaldesk.core.progress import Progress

if TYPE_CHECKING:
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


class TrainingBalancer(QObject):
    """``used`` is the factor in use, ``found`` what was learned last; ``changed`` tells of both."""

    changed = Signal()

    def __init__(self, requests: Requests, lanes: Lanes, board: TaskBoard) -> None:
        super().__init__(board)
        self._requests, self._board = requests, board
        self._learning, self._quick = lanes.care, lanes.library
        self._job: Job | None = None
        self.used = USUAL
        self.found: Balance | None = None
        self.progress: Progress | None = None
        self.trouble = ""

    @property
    def busy(self) -> bool:
        """Whether the labelled questions are being asked."""
        return self._job is not None

    def look(self) -> None:
        """Read what is in use; a model that came meanwhile has its own."""
        job = self._requests.balance_in_use()
        job.succeeded.connect(self._set_used)
        self._quick.submit(job)

    def learn(self) -> None:
        """Ask the labelled questions; nothing is changed by that."""
        if self._job is not None:
            return
        job = self._job = self._requests.learn_balance()
        self.found, self.progress, self.trouble = None, None, ""
        self._board.watch(job, "Learning the balance of words and meaning")
        job.progressed.connect(self._advance)
        job.succeeded.connect(self._end)
        job.failed.connect(self._fail)
        job.cancelled.connect(self._rest)
        self._learning.submit(job)
        self.changed.emit()

    def cancel(self) -> None:
        """Leave it."""
        if self._job is not None:
            self._job.cancel()

    def use(self, factor: float, generation: int = 0) -> None:
        """Search with this factor from now on, which was learned for that generation, 0 for any."""
        job = self._requests.use_balance(factor, generation)
        self.trouble = ""
        job.succeeded.connect(self._set_used)
        job.failed.connect(self._refuse)
        self._quick.submit(job)

    def _refuse(self, error: LegalDeskError) -> None:
        """Say why a factor is not used; what is being learned goes on."""
        self.trouble = error.message
        self.changed.emit()

    def _set_used(self, factor: float) -> None:
        if self.found is not None and factor != self.used != self.found.used:
            self.found = None  # its verdict was about another balance
        self.used = factor
        self.changed.emit()

    def _advance(self, progress: Progress) -> None:
        self.progress = progress
        self.changed.emit()

    def _end(self, found: Balance) -> None:
        self.found, self.used = found, found.used
        self._rest()

    def _fail(self, error: LegalDeskError) -> None:
        self.trouble = error.message
        self._rest()

    def _rest(self) -> None:
        self._job = self.progress = None
        self.changed.emit()
