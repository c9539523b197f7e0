"""The smallest desk: what a task needs that only reads the database."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from legaldesk.engine.reader import Reader


class ReadingDesk(Protocol):
    """A desk with a reader for the calling thread, on the library in a folder."""

    library: Path

    @property
    def reader(self) -> Reader:
        """The calling thread's own read-only connection."""
