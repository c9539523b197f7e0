"""The models as last read, read again while somebody looks or one is being prepared."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.models import GenerationInfo, ModelsOverview
from legaldesk.core.progress import Progress
from legaldesk.ui import model_facts
from legaldesk.ui.model_pace import Pace

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

BUSY_MS, CALM_MS = 1000, 5000
"""How often it asks while a model is being prepared, and else while somebody looks."""


class ModelBook(QObject):
    """Keeps the overview, never two requests at a time.

    ``switched`` tells that another generation is live and how its model is called.
    """

    changed = Signal()
    switched = Signal(str)

    def __init__(self, requests: Requests, lane: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self._requests = requests
        self._lane = lane
        self._pace = Pace()
        self._paces: dict[str, float] = {}
        self._seen = self._asking = self._again = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)
        self.overview: ModelsOverview | None = None
        self.trouble = ""

    @property
    def settled(self) -> bool:
        """Whether what was asked has been answered."""
        return not self._asking

    @property
    def building(self) -> GenerationInfo | None:
        """What is being prepared."""
        return model_facts.building(self.overview) if self.overview is not None else None

    @property
    def progress(self) -> Progress | None:
        """How far the preparation is; None while there is none."""
        made = self.building
        if made is None:
            return None
        left = self._pace.seconds_for(made.passages - made.with_vectors)
        known = None if made.uncut else left
        done, total = made.with_vectors, made.passages
        return Progress("meaning", done, total, "passages", self._pace.rate, known)

    def pace_of(self, model: str) -> float:
        """Passages of this model per second, as seen since the start; 0.0 when never."""
        return self._paces.get(model, 0.0)

    def set_seen(self, seen: bool) -> None:
        """Whether somebody looks at it."""
        self._seen = seen
        if seen:
            self.look()

    def wake(self, engine: object) -> None:
        """The engine is heard of: ask what it could not answer before."""
        if engine is not None and (self.overview is None or self.trouble):
            self.look()

    def look(self) -> None:
        """Ask now, or once more when it is being asked."""
        if self._asking:
            self._again = True
            return
        self._asking = True
        self._timer.stop()
        job = self._requests.list_models()
        job.succeeded.connect(self._hear)
        job.failed.connect(self._hear_nothing)
        job.cancelled.connect(self._rest)
        self._lane.submit(job)

    def _hear(self, overview: ModelsOverview) -> None:
        before, self.overview = self.overview, overview
        self.trouble = ""
        self._measure()
        self._rest()
        self.changed.emit()
        was = model_facts.live(before) if before is not None else None
        now = model_facts.live(overview)
        if was is not None and now is not None and was.id != now.id:
            self.switched.emit(now.model)

    def _hear_nothing(self, error: LegalDeskError) -> None:
        self.trouble = error.message
        self._rest()
        self.changed.emit()

    def _measure(self) -> None:
        if (made := self.building) is not None:
            self._pace.note(made.id, made.with_vectors, time.monotonic())
            if self._pace.rate:
                self._paces[made.model] = self._pace.rate

    def _rest(self) -> None:
        """Ask again when that is due; not at all while nobody looks and nothing goes on."""
        again, self._asking, self._again = self._again, False, False
        if again:
            self.look()
        elif self.building is not None:
            self._timer.start(BUSY_MS)
        elif self._seen:
            self._timer.start(CALM_MS)
