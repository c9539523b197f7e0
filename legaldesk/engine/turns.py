"""Whose turn it is to compute: a question's, the live model's, or that of one being built."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

QUESTION, LIVE, SHADOW = -1, 0, 1
"""Ranks; the lowest goes first."""


class Turns:
    """A lock that goes to the waiting holder of the lowest rank.

    Encoders that compute on one device share one, so that a question never waits for more
    than the batch that is being computed, whichever model's that is.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held = False
        self._wanted: Counter[int] = Counter()

    @property
    def questions(self) -> int:
        """How many questions wait for their turn."""
        return self._wanted[QUESTION]

    @contextmanager
    def first(self) -> Iterator[None]:
        """Hold the lock before any batch that waits."""
        with self.later(QUESTION):
            yield

    @contextmanager
    def later(self, rank: int = LIVE) -> Iterator[None]:
        """Hold the lock when nothing of a lower rank wants it."""
        with self._changed:
            self._wanted[rank] += 1
            try:
                self._changed.wait_for(lambda: not self._held and not self._behind(rank))
                self._held = True
            finally:
                self._wanted[rank] -= 1
        try:
            yield
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()

    @contextmanager
    def series(self, rank: int = LIVE) -> Iterator[None]:
        """Keep higher ranks waiting between the batches of one list too."""
        with self._changed:
            self._wanted[rank] += 1
        try:
            yield
        finally:
            with self._changed:
                self._wanted[rank] -= 1
                self._changed.notify_all()

    def _behind(self, rank: int) -> bool:
        return any(count and other < rank for other, count in self._wanted.items())
