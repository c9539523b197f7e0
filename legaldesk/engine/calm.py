"""When to do what holds every question up: while nobody asks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CALM, LONGEST = 2.0, 20.0
"""Seconds without a question, and those after which it is done all the same."""


class Calm:
    """Knows of the questions that are being answered."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._questions = 0

    @contextmanager
    def question(self) -> Iterator[None]:
        """While a question is answered, or waits for the model."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def wait(self, stopped: Callable[[], bool]) -> None:
        """Block until nobody has asked for a moment, for LONGEST, or until ``stopped`` (call
        ``wake`` then).
        """
        end = time.monotonic() + LONGEST
        with self._changed:
            while not stopped() and (left := end - time.monotonic()) > 0:
                asked = self._changed.wait(min(left, CALM))
                if not asked and not self._questions:
                    return

    def wake(self) -> None:
        """Let those who wait look again."""
        self._count(0)

    def _count(self, change: int) -> None:
        with self._changed:
            self._questions += change
            self._changed.notify_all()
