"""When to do what holds every question up: while nobody asks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CALM = 2.0
"""Seconds without a question."""


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
        """Block until nobody has asked for a moment, or ``stopped`` (call ``wake`` then)."""
        with self._changed:
            while not stopped():
                if self._questions:
                    self._changed.wait()
                elif not self._changed.wait(CALM):
                    return

    def wake(self) -> None:
        """Let those who wait look again."""
        self._count(0)

    def _count(self, change: int) -> None:
        with self._changed:
            self._questions += change
            self._changed.notify_all()
