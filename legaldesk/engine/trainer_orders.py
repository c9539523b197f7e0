"""What the trainer process is told while it works: pause, go on, stop.

It ends at once when its standard input does: nobody wants its work any more, and the last
checkpoint is there to go on from.
"""

from __future__ import annotations

import os
import threading
from typing import BinaryIO, Literal

from legaldesk.core.errors import ProcessDied
from legaldesk.engine.wire import read_frame

Order = Literal["pause", "go_on", "stop"]


class Orders:
    """The latest wishes; read in a thread of their own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False

    def listen(self, stream: BinaryIO) -> None:
        """Take orders from a stream until it ends, and end the process then."""
        try:
            while (frame := read_frame(stream)) is not None:
                self.take(str(frame[0].get("order")))
        except (ProcessDied, OSError):
            pass
        os._exit(0)

    def take(self, order: str) -> None:
        """Follow one order; an unknown one is nothing."""
        with self._changed:
            if order == "pause":
                self._paused = True
            elif order == "go_on":
                self._paused = False
            elif order == "stop":
                self._stopped, self._paused = True, False
            self._changed.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether to end and keep what is best so far."""
        return self._stopped

    @property
    def paused(self) -> bool:
        """Whether to save and wait."""
        return self._paused

    def wait(self) -> None:
        """Return when work may go on."""
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)
