"""The walk through unlabelled results: which is next, and which have been seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from legaldesk.core.hits import Hit
from legaldesk.core.labels import PastQuestion


class Stop(NamedTuple):
    """One result of a past question."""

    past: PastQuestion
    hit: Hit

    @property
    def name(self) -> tuple[int, str]:
        """The same when the results are read again."""
        return self.past.id, self.hit.passage_id


class Walk:
    """Goes through stops one at a time; what is read again does not bring back what was seen."""

    def __init__(self) -> None:
        self._seen: list[Stop] = []
        self._left: list[Stop] = []
        self._skipped: set[tuple[int, str]] = set()

    def start_over(self) -> None:
        """Nothing has been seen."""
        self._seen, self._left, self._skipped = [], [], set()

    def take(self, found: Sequence[PastQuestion]) -> None:
        """What there is to walk through now; the current stop stays where it is still there."""
        seen, current = {stop.name for stop in self._seen}, self.current
        stops = [Stop(past, hit) for past in found for hit in past.hits]
        self._left = [stop for stop in stops if stop.name not in seen]
        if current is not None:
            self._left.sort(key=lambda stop: stop.name != current.name)

    @property
    def current(self) -> Stop | None:
        """Where the walk is; None at its end."""
        return self._left[0] if self._left else None

    @property
    def position(self) -> int:
        """The number of the current stop, from 1."""
        return len(self._seen) + 1

    @property
    def total(self) -> int:
        """How many stops there are, with those that were seen."""
        return len(self._seen) + len(self._left)

    @property
    def skipped(self) -> int:
        """How many of those that were seen were skipped, each counted once."""
        return sum(stop.name in self._skipped for stop in self._seen)

    def go_on(self, skipping: bool = False) -> None:
        """To the next stop."""
        if self._left:
            stop = self._left.pop(0)
            self._seen.append(stop)
            (self._skipped.add if skipping else self._skipped.discard)(stop.name)

    def go_back(self) -> None:
        """To the stop before."""
        if self._seen:
            self._left.insert(0, self._seen.pop())

    def go_back_to(self, question: str, hit: Hit) -> None:
        """To the stop of a question's hit that was seen; those that came after it stay seen.

        A hit alone does not tell which: it may look the same under two questions.
        """
        wanted = question, hit.passage_id
        for stop in reversed(self._seen):
            if (stop.past.question, stop.hit.passage_id) == wanted:
                self._seen.remove(stop)
                self._left.insert(0, stop)
                return
