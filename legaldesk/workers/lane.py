"""A Lane: a thread that runs jobs one after another, in the order they were submitted."""

from __future__ import annotations

import atexit
import itertools
import queue
from dataclasses import dataclass, field, fields

from PySide6.QtCore import QObject, QThread, Signal, Slot

from legaldesk.core.errors import LegalDeskError, Unexpected
from legaldesk.workers.job import Job

LAST_WAIT_MS = 5000


class Lane(QThread):
    """A thread with a first-in-first-out queue of jobs. It starts with its first job.

    A superseded job (an old page image, an old question) is dropped by ``Job.cancel``;
    the lane then passes over it. ``broken`` tells of every bug that a job met with, here or
    in the engine.
    """

    broken = Signal(object)
    _done = Signal(int)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._jobs: dict[int, Job] = {}
        self._tickets = itertools.count(1)
        self._queue: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._stopping = False
        self._done.connect(self._release)

    def submit(self, job: Job) -> Job:
        """Put the job at the end of the queue. After ``stop`` it is cancelled instead."""
        if self._stopping:
            job.cancel()
            return job
        job.failed.connect(self._look)
        ticket = next(self._tickets)
        self._jobs[ticket] = job
        self._queue.put(ticket)
        if not self.isRunning():
            self.start()
        return job

    def stop(self) -> None:
        """Abandon every job and ask the thread to end; ``wait`` tells when it has."""
        self._stopping = True
        for job in list(self._jobs.values()):
            job.abandon()
        self._queue.put(None)

    def run(self) -> None:
        """Run jobs until ``stop``. Called by Qt in the lane's own thread."""
        # No name here ever holds a job: the last reference must go in the GUI thread.
        while (ticket := self._queue.get()) is not None:
            self._jobs[ticket].run()
            self._done.emit(ticket)

    @Slot(object)
    def _look(self, error: LegalDeskError) -> None:
        """In the GUI thread, where the lane was made."""
        if isinstance(error, Unexpected) and error.bug is not None:
            self.broken.emit(error.bug)

    @Slot(int)
    def _release(self, ticket: int) -> None:
        """Delete a job, in the GUI thread, after its outcome has been delivered."""
        self._jobs.pop(ticket).deleteLater()


def _lane(name: str) -> Lane:
    return field(default_factory=lambda: Lane(name))


@dataclass(frozen=True)
class Lanes:
    """The window's lanes: what must not wait for one another has a lane of its own."""

    asking: Lane = _lane("asking")
    ranking: Lane = _lane("ranking")
    halves: Lane = _lane("halves")
    pages: Lane = _lane("pages")
    library: Lane = _lane("library")
    importing: Lane = _lane("importing")
    watching: Lane = _lane("watching")
    care: Lane = _lane("care")
    models: Lane = _lane("models")
    labels: Lane = _lane("labels")
    training: Lane = _lane("training")
    memory: Lane = _lane("memory")

    def each(self) -> list[Lane]:
        """All of them."""
        return [getattr(self, each.name) for each in fields(self)]

    def stop(self, patience: int = 1500) -> bool:
        """Abandon all jobs and wait up to ``patience`` ms in all; whether every thread ended.

        One that has not ended is waited for once more when the interpreter exits, because
        Qt aborts where a running thread is deleted.
        """
        lanes = self.each()
        for lane in lanes:
            lane.stop()
        share = max(1, patience // len(lanes))
        late = [lane for lane in lanes if not lane.wait(share)]
        for lane in late:
            atexit.register(lane.wait, LAST_WAIT_MS)
        return not late
