"""Watches the engine from a lane of its own and tells the window what it can do now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from legaldesk.core.errors import LegalDeskError, ProcessDied
from legaldesk.core.hits import EngineState

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

BUSY_MS, CALM_MS, LONGEST_MS = 1000, 5000, 30_000
"""How often it asks: while something is under way, else, and after many failures."""


class Watcher(QObject):
    """Asks for the engine's state again and again, never two requests at a time.

    ``changed`` carries an EngineState, or None while the engine does not answer, ``heard`` each
    one also where it is as before; ``restarted`` tells that it had died and is back.
    """

    changed = Signal(object)
    heard = Signal(object)
    meaningCompleted = Signal()
    failed = Signal(object)
    recovered = Signal(str)
    restarted = Signal()

    def __init__(self, requests: Requests, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests = requests
        self._lane = lane
        self._state: EngineState | None = None
        self._asking = self._again = False
        self._complaint = ""
        self._died = False
        self._failures = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)

    @property
    def state(self) -> EngineState | None:
        """What was heard last; None before the first answer."""
        return self._state

    def look(self) -> None:
        """Ask now, or once more when it is being asked; more questions follow by themselves."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        self._timer.stop()
        job = self._requests.engine_state()
        job.succeeded.connect(self._hear)
        job.failed.connect(self._hear_nothing)
        self._lane.submit(job)

    def _hear(self, state: EngineState) -> None:
        before, self._state = self._state, state
        self._failures = 0
        if self._complaint:
            self.recovered.emit(self._complaint)
            self._complaint = ""
        another = before is not None and before.process != state.process
        if self._died or another:  # between two questions it can die and come back
            self._died = False
            self.restarted.emit()
        busy = state.model == "loading" or state.pending > 0
        self._rest(BUSY_MS if busy else CALM_MS)
        if state != before:
            self.changed.emit(state)
        self.heard.emit(state)
        if before is not None and before.pending and not state.pending:
            self.meaningCompleted.emit()

    def _hear_nothing(self, error: LegalDeskError) -> None:
        """The engine does not answer now. It is asked again; the same complaint is made once."""
        if self._state is not None:
            self._state = None
            self.changed.emit(None)
        self._failures += 1
        self._died = self._died or isinstance(error, ProcessDied)
        if error.message != self._complaint:
            self._complaint = error.message
            self.failed.emit(error)
        self._rest(min(BUSY_MS * 2**self._failures, LONGEST_MS))

    def _rest(self, milliseconds: int) -> None:
        self._timer.start(0 if self._again else milliseconds)
        self._asking = self._again = False
