"""The smallest desk: what a task needs that only reads the database."""

from __future__ import annotations

from typing import Protocol

from legaldesk.engine.reader import Reader


class ReadingDesk(Protocol):
    """A desk with a reader for the calling thread."""

    @property
    def reader(self) -> Reader:
        """The calling thread's own read-only connection."""
