"""How fast passages are prepared, from what was seen lately."""

from __future__ import annotations

from collections import deque

WINDOW = 60.0
"""Seconds that are looked back on."""

LEAST = 3.0
"""Seconds to watch before saying anything."""


class Pace:
    """Watches one count grow; a smaller one, or another thing, starts it anew."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()
        self._of: object = None

    def note(self, of: object, done: int, now: float) -> None:
        """So many of this were done at this moment, in seconds."""
        if of != self._of or (self._seen and done < self._seen[-1][1]):
            self._seen.clear()
            self._of = of
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= WINDOW:
            self._seen.popleft()

    @property
    def rate(self) -> float:
        """Per second; 0.0 while it cannot be told."""
        if len(self._seen) < 2:
            return 0.0
        (began, first), (ended, last) = self._seen[0], self._seen[-1]
        return (last - first) / (ended - began) if ended - began >= LEAST else 0.0

    def seconds_for(self, left: int) -> float | None:
        """How long that many take; None while it cannot be told."""
        return left / self.rate if self.rate > 0 else None
