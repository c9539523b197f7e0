"""A read-only connection for each thread that asks."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path

from legaldesk.engine.reader import Reader
from legaldesk.engine.vocabulary import Vocabulary


class Readers:
    """A reader for each thread that asks, until the thread ends or all are closed."""

    def __init__(self, library: Path) -> None:
        self._library = library
        self._vocabulary = Vocabulary()
        self._here = threading.local()
        self._made: weakref.WeakSet[Reader] = weakref.WeakSet()

    def mine(self) -> Reader:
        """The calling thread's own."""
        here: Reader | None = getattr(self._here, "reader", None)
        if here is not None and here.is_outdated():
            here, self._vocabulary = None, Vocabulary()
        if here is None:
            here = self._here.reader = Reader(self._library, self._vocabulary)
            self._made.add(here)
        return here

    def close(self) -> None:
        """Close those of all threads, which must have ended their work."""
        for reader in list(self._made):
            reader.close()
