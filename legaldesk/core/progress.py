"""Progress of long work. Reporting it is also the point where a cancel is noticed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from legaldesk.core.documents import FileOutcome


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work is.

    ``rate`` is ``unit`` per second, ``seconds_left`` an estimate or None. ``outcome``
    carries a file's final state at the moment it is known.
    """

    stage: str
    done: int
    total: int
    unit: str = ""
    rate: float = 0.0
    seconds_left: float | None = None
    message: str = ""
    outcome: FileOutcome | None = None


Report = Callable[[Progress], None]
"""Called at every step of long work; raises Cancelled when the user has cancelled."""


def silent(progress: Progress) -> None:
    """Report to nobody."""
