"""Asking for one thing at a time: a newer request makes the older one's answer void."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from legaldesk.core.errors import LegalDeskError

if TYPE_CHECKING:
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane

Then = Callable[[Any], None]
Otherwise = Callable[[LegalDeskError], None]


class Latest:
    """Submits jobs of one kind; only the last one's outcome is passed on."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._job: Job | None = None

    @property
    def waiting(self) -> bool:
        """Whether an outcome is still to come."""
        return self._job is not None

    def ask(self, job: Job, then: Then, otherwise: Otherwise) -> None:
        """Cancel what is on its way and submit this instead."""
        self.drop()
        self._job = job
        job.succeeded.connect(lambda value: self._pass_on(job, then, value))
        job.failed.connect(lambda error: self._pass_on(job, otherwise, error))
        self._lane.submit(job)

    def drop(self) -> None:
        """Cancel what is on its way; nothing more is heard of it."""
        job, self._job = self._job, None
        if job is not None:
            job.cancel()

    def _pass_on(self, job: Job, to: Callable[[Any], None], outcome: object) -> None:
        if self._job is job:
            self._job = None
            to(outcome)
