"""Progress of a list that is gone through one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

from legaldesk.core.progress import Progress, Report

T = TypeVar("T")


def counted(items: Sequence[T], stage: str, unit: str, report: Report) -> Iterator[T]:
    """Each item, reported when it is done, with the pace so far; what ``report`` raises ends it."""
    begun = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        rate = done / max(time.monotonic() - begun, 1e-3)
        report(Progress(stage, done, len(items), unit, rate, (len(items) - done) / rate))


class Pace:
    """Progress of a work that others do, part of which may be done before it is first looked at."""

    def __init__(self, stage: str, unit: str) -> None:
        self._stage, self._unit = stage, unit
        self._begun, self._before = time.monotonic(), -1

    def at(self, done: int, total: int) -> Progress:
        """So much of it is done now, at the pace since the first look."""
        self._before = done if self._before < 0 else self._before
        rate = (done - self._before) / max(time.monotonic() - self._begun, 1e-3)
        left = (total - done) / rate if rate > 0 else None
        return Progress(self._stage, done, total, self._unit, rate, left)
