"""A Job: one piece of work for a lane, and the four signals that tell what became of it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from legaldesk.core.bugs import bug
from legaldesk.core.errors import Abandoned, Cancelled, LegalDeskError, Unexpected
from legaldesk.core.progress import Progress, Report

_log = logging.getLogger(__name__)

SECONDS_BETWEEN_REPORTS = 0.05
"""Progress is passed on at most this often, so that a fast loop cannot flood the window."""


class State(Enum):
    """Where a job is on its way. It never goes back."""

    WAITING = auto()
    RUNNING = auto()
    FINISHED = auto()


class Job(QObject):
    """Work that a lane runs, and its outcome as signals.

    Exactly one of ``succeeded``, ``failed`` and ``cancelled`` is emitted, once. The object
    stays in the thread that made it and emits from the lane's, so that every kind of slot
    runs in the thread that made it. Connect first, then submit; after its outcome the
    object is deleted, and only ``cancel`` and the properties may still be used.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()

    def __init__(self, work: Callable[[Report], object], name: str = "") -> None:
        super().__init__()
        self.name = name
        self._work: Callable[[Report], object] | None = work
        self._state = State.WAITING
        self._guard = threading.Lock()
        self._stop: type[Cancelled] | None = None
        self._reported_at = 0.0
        self._held_back: Progress | None = None

    @property
    def state(self) -> State:
        """Whether it waits, runs or has its outcome."""
        return self._state

    @property
    def finished(self) -> bool:
        """Whether it has its outcome."""
        return self._state is State.FINISHED

    def cancel(self) -> None:
        """Ask it to stop: at once while it waits, else at its next report. May come too late."""
        self._end(Cancelled)

    def abandon(self) -> None:
        """Like cancel, because the window closes: unfinished work is to be resumed."""
        self._end(Abandoned)

    def run(self) -> None:
        """Do the work in the calling thread and emit the outcome; nothing if already cancelled."""
        with self._guard:
            if self._state is not State.WAITING or self._work is None:
                return
            self._state = State.RUNNING
            work, self._work = self._work, None
        try:
            result = work(self._report)
        except Cancelled:
            self._finish()
            self.cancelled.emit()
        except LegalDeskError as error:
            self._finish()
            self.failed.emit(error.with_traceback(None))
        except Exception as error:  # a bug in one job must not end the lane
            found = bug(f"the window's job {self.name}".rstrip(), error)
            _log.error("%s", found)
            self._finish()
            self.failed.emit(Unexpected.of(found))
        else:
            self._pass_on_last()
            self._finish()
            self.succeeded.emit(result)

    def _end(self, how: type[Cancelled]) -> None:
        with self._guard:
            self._stop = self._stop or how
            waiting = self._state is State.WAITING
            if waiting:
                self._state = State.FINISHED
                self._work = None
        if waiting:
            self.cancelled.emit()

    def _finish(self) -> None:
        with self._guard:
            self._state = State.FINISHED

    def _report(self, progress: Progress) -> None:
        """Pass progress on, some 20 times a second, every outcome at once; notice a cancel."""
        now = time.monotonic()
        due = self._stop is None and now - self._reported_at >= SECONDS_BETWEEN_REPORTS
        if due or progress.outcome is not None:
            self._reported_at = now
            self._held_back = None
            self.progressed.emit(progress)
        else:
            self._held_back = progress
        if self._stop is not None:
            raise self._stop

    def _pass_on_last(self) -> None:
        if self._held_back is not None:
            self.progressed.emit(self._held_back)
            self._held_back = None
