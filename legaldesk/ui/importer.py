"""Runs imports one after another and remembers what became of each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.documents import FileOutcome, FileState, ImportSummary
from legaldesk.core.errors import LegalDeskError, ProcessDied, WrongUse
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.core.progress import Progress
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

GOING_ON = "Going on with the last import"


class Importer(QObject):
    """Imports run in a lane of their own; outcomes add up until a new import starts from rest.

    ``fileFinished`` comes once per file as soon as it is done, ``finished`` when no import
    runs or waits any more.
    """

    started = Signal()
    progressed = Signal(object)
    fileFinished = Signal(object)
    finished = Signal()
    failed = Signal(object)

    def __init__(self, requests: Requests, lane: Lane, board: TaskBoard) -> None:
        super().__init__(board)
        self._requests = requests
        self._lane = lane
        self._board = board
        self._running: dict[Job, str] = {}
        self._outcomes: dict[tuple[str, str], FileOutcome] = {}
        self.matter = ""
        self.cancelled = self.stopped = False
        """Whether the user ended one of the imports, or a failure did."""
        self._held_back = False

    @property
    def running(self) -> bool:
        """Whether an import runs or waits."""
        return bool(self._running)

    @property
    def title(self) -> str:
        """What the running import does, in a few words."""
        return next(iter(self._running.values()), "")

    @property
    def waiting(self) -> int:
        """How many imports wait behind the running one."""
        return max(0, len(self._running) - 1)

    @property
    def outcomes(self) -> tuple[FileOutcome, ...]:
        """What became of the files so far."""
        return tuple(self._outcomes.values())

    def add(
        self,
        paths: Sequence[str],
        matter: str,
        passwords: Mapping[str, str] | None = None,
        in_place: bool = False,
    ) -> None:
        """Bring files and folders into a matter."""
        job = self._requests.import_files(paths, matter, passwords, in_place)
        name = PurePath(paths[0]).name if len(paths) == 1 else count(len(paths), "item")
        self._submit(job, f"Importing {name} into {matter}", matter)

    def expect(self) -> None:
        """Files may come in a moment: let what reads them start."""
        if not self._running:
            self._lane.submit(self._requests.expect_files())

    def resume(self) -> None:
        """Go on with files that nobody reads any more, as after a restart of window or engine.

        Not after a failure that would come again, such as a full disk: see ``try_again``.
        """
        if not self._held_back and GOING_ON not in self._running.values():
            self.try_again()

    def try_again(self) -> None:
        """Go on with them because the user says so."""
        self._held_back = False
        self._submit(self._requests.resume_import(), GOING_ON, "")

    def add_samples(self) -> None:
        """Bring in the sample matter."""
        self._submit(self._requests.import_samples(), "Loading the sample matter", "")

    def cancel(self) -> None:
        """Stop what runs and waits; files that are finished stay."""
        for job in list(self._running):
            job.cancel()

    @property
    def held_back(self) -> bool:
        """Whether what was left waits for the user's word."""
        return self._held_back

    def locked_files(self) -> tuple[FileOutcome, ...]:
        """The files of this import that need a password."""
        return tuple(each for each in self.outcomes if each.state is FileState.LOCKED)

    def _submit(self, job: Job, title: str, matter: str) -> None:
        if not self._running:
            self._outcomes.clear()
            self.cancelled = self.stopped = False
        self._running[job] = title
        self.matter = matter
        self._board.watch(job, title)
        job.progressed.connect(self._advance)
        job.succeeded.connect(self._summarise)
        job.failed.connect(self._note_failure)
        job.cancelled.connect(self._note_cancel)
        for outcome in (job.succeeded, job.failed, job.cancelled):
            outcome.connect(lambda *_: self._end(job))
        self.started.emit()
        self._lane.submit(job)

    def _advance(self, progress: Progress) -> None:
        if progress.outcome is not None:
            self._note(progress.outcome)
        self.progressed.emit(progress)

    def _summarise(self, summary: ImportSummary) -> None:
        for outcome in summary.outcomes:
            self.cancelled = self.cancelled or outcome.state is FileState.CANCELLED
            if self._outcomes.get((outcome.file, outcome.matter)) != outcome:
                self._note(outcome)

    def _note(self, outcome: FileOutcome) -> None:
        self._outcomes[outcome.file, outcome.matter] = outcome
        self.fileFinished.emit(outcome)

    def _note_failure(self, error: LegalDeskError) -> None:
        """Where the engine stopped, the next one goes on with what was left to do."""
        self.stopped = True
        if not isinstance(error, WrongUse):  # then nothing was begun, and nothing is left
            self._held_back = not isinstance(error, ProcessDied)
        self.failed.emit(error)

    def _note_cancel(self) -> None:
        self.cancelled = True

    def _end(self, job: Job) -> None:
        del self._running[job]
        if not self._running:
            self.finished.emit()
