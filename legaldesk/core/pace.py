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
