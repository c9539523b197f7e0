"""Whether a Meaning answers: not yet, now, or never again because another took its place."""

from __future__ import annotations

import threading

from legaldesk.core.errors import LegalDeskError


class Replaced(LegalDeskError):
    """Ask the Meaning that is live now; the user sees it only where the desk is closing."""

    def __init__(self, message: str = "LegalDesk is closing.", file: str | None = None) -> None:
        super().__init__(message, file)


class Readiness:
    """What those who ask wait for; any thread may set and close it, each once and for all."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._set = False
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether nothing is answered any more."""
        return self._closed

    def is_set(self) -> bool:
        """Whether questions were answerable, or known not to be, before any closing."""
        return self._set

    def set(self) -> None:
        """Questions can be answered, or it is known why they cannot be."""
        with self._changed:
            self._set = True
            self._changed.notify_all()

    def close(self) -> None:
        """Nothing is answered from now on; whoever waits is told so."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def wait(self) -> None:
        """Block until it is set. Raises Replaced once it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._set or self._closed)
        self.check()

    def check(self) -> None:
        """Raises Replaced once it is closed."""
        if self._closed:
            raise Replaced
