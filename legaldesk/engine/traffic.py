"""Who may work in the background just now: files first, then the live model, then a new one."""

from __future__ import annotations

import threading
from collections.abc import Callable

POLL_SECONDS = 1.0
"""How often one who waits looks whether it is to stop."""


class Traffic:
    """What the background threads of one library know of each other."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._readers = 0
        self._live_busy = False

    def files_begin(self) -> None:
        """Files are being read: leave the processor to that."""
        with self._changed:
            self._readers += 1

    def files_end(self) -> None:
        """The files are read."""
        with self._changed:
            self._readers -= 1
            self._changed.notify_all()

    def live_is_busy(self, busy: bool) -> None:
        """Whether the live model has passages to encode, before those of one being built."""
        with self._changed:
            self._live_busy = busy
            self._changed.notify_all()

    def give_way(self, live: bool, stopped: Callable[[], bool]) -> None:
        """Block while others go first, or until ``stopped``."""
        with self._changed:
            while (self._readers or (self._live_busy and not live)) and not stopped():
                self._changed.wait(POLL_SECONDS)

    def wake(self) -> None:
        """Let those who wait look again."""
        with self._changed:
            self._changed.notify_all()
