"""Runs imports one after another and remembers what became of each file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.documents import FileOutcome, FileState, ImportSummary
from legaldesk.core.errors import LegalDeskError, ProcessDied, WrongUse
from legaldesk.ui.wording import count
from legaldesk.workers.job import State

if TYPE_CHECKING:
    from legaldesk.core.progress import Progress
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

GOING_ON = "Going on with the last import"


@dataclass(frozen=True)
class _Wish:
    """What an import is to do; without paths it is none of files that were just dropped."""

    title: str
    matter: str = ""
    paths: tuple[str, ...] = ()
    passwords: Mapping[str, str] | None = None
    in_place: bool = False


class Importer(QObject):
    """Imports run in a lane of their own; outcomes add up until a new import starts from rest.

    A file that is tried again with its password starts none: what the others need stays told.

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
        self._running: dict[Job, _Wish] = {}
        self._outcomes: dict[tuple[str, str], FileOutcome] = {}
        self._told: set[FileOutcome] = set()
        """Of the running import."""
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
        return next((wish.title for wish in self._running.values()), "")

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
        self._import(_Wish("", matter, tuple(paths), passwords, in_place))

    def follow(self, matter: str, new_name: str) -> None:
        """A matter was renamed: let what still waits for it go there, not make it anew."""
        for job, wish in self._waiting_for(matter):
            self._import(replace(wish, matter=new_name))
            self._forget(job)

    def leave_out(self, matter: str) -> None:
        """A matter is being removed: nothing that waits may make it anew."""
        for job, _ in self._waiting_for(matter):
            job.cancel()

    def _waiting_for(self, matter: str) -> list[tuple[Job, _Wish]]:
        """The engine itself knows of matters that change under the files that it has taken."""
        return [
            (job, wish)
            for job, wish in self._running.items()
            if wish.paths and wish.matter == matter and job.state is State.WAITING
        ]

    def _import(self, wish: _Wish) -> None:
        paths, matter = wish.paths, wish.matter
        job = self._requests.import_files(paths, matter, wish.passwords, wish.in_place)
        name = PurePath(paths[0]).name if len(paths) == 1 else count(len(paths), "item")
        self._submit(job, replace(wish, title=f"Importing {name} into {matter}"))

    def expect(self) -> None:
        """Files may come in a moment: let what reads them start."""
        if not self._running:
            self._lane.submit(self._requests.expect_files())

    def resume(self) -> None:
        """Go on with files that nobody reads any more, as after a restart of window or engine.

        Not after a failure that would come again, such as a full disk: see ``try_again``.
        """
        if not self._held_back and all(each.title != GOING_ON for each in self._running.values()):
            self.try_again()

    def try_again(self) -> None:
        """Go on with them because the user says so."""
        self._held_back = False
        self._submit(self._requests.resume_import(), _Wish(GOING_ON))

    def add_samples(self) -> None:
        """Bring in the sample matter."""
        self._submit(self._requests.import_samples(), _Wish("Loading the sample matter"))

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

    def _submit(self, job: Job, wish: _Wish) -> None:
        if not self._running:
            if not wish.passwords:
                self._outcomes.clear()
            self.cancelled = self.stopped = False
        self._running[job] = wish
        self.matter = wish.matter
        self._board.watch(job, wish.title)
        job.progressed.connect(self._advance)
        job.succeeded.connect(self._summarise)
        job.failed.connect(self._note_failure)
        job.cancelled.connect(lambda: self._note_cancel(job))
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
            if outcome not in self._told:
                self._note(outcome)
        self._told.clear()

    def _note(self, outcome: FileOutcome) -> None:
        """The last word on a file counts, but that it is the same as itself says nothing."""
        key = (outcome.file, outcome.matter)
        known = self._outcomes.get(key)
        again = known is not None and known.document_id == outcome.document_id is not None
        if not (again and outcome.state is FileState.DUPLICATE):
            self._outcomes[key] = outcome
        self._told.add(outcome)
        self.fileFinished.emit(outcome)

    def _note_failure(self, error: LegalDeskError) -> None:
        """Where the engine stopped, the next one goes on with what was left to do."""
        self.stopped = True
        if not isinstance(error, WrongUse):  # then nothing was begun, and nothing is left
            self._held_back = not isinstance(error, ProcessDied)
        self.failed.emit(error)

    def _note_cancel(self, job: Job) -> None:
        self.cancelled = self.cancelled or job in self._running

    def _forget(self, job: Job) -> None:
        """Another one does its work."""
        del self._running[job]
        job.cancel()

    def _end(self, job: Job) -> None:
        if self._running.pop(job, None) is not None and not self._running:
            self.finished.emit()
