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
        self._gone_back = 0
        """How many at the head of those that are left somebody went back to."""

    def start_over(self) -> None:
        """Nothing has been seen."""
        self._seen, self._left, self._skipped = [], [], set()
        self._gone_back = 0

    def take(self, found: Sequence[PastQuestion]) -> None:
        """What there is to walk through now; the current stop stays where it is still there.

        Those that somebody went back to stay in any case: they are labelled by now, and to
        label them otherwise is why one goes back.
        """
        stops = {stop.name: stop for stop in (Stop(p, hit) for p in found for hit in p.hits)}
        back = [stops.get(stop.name, stop) for stop in self._left[: self._gone_back]]
        known = {stop.name for stop in (*self._seen, *back)}
        current = None if back else self.current
        rest = [stop for name, stop in stops.items() if name not in known]
        if current is not None:
            rest.sort(key=lambda stop: stop.name != current.name)
        self._left = back + rest

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
    def done(self) -> tuple[int, ...]:
        """The ids of the past questions of which all was seen."""
        left = {stop.past.id for stop in self._left}
        return tuple(sorted({stop.past.id for stop in self._seen} - left))

    @property
    def questions_left(self) -> int:
        """How many questions have results that are still to come, with the current one."""
        return len({stop.past.id for stop in self._left})

    @property
    def skipped(self) -> int:
        """How many of those that were seen were skipped, each counted once."""
        return sum(stop.name in self._skipped for stop in self._seen)

    def go_on(self, skipping: bool = False) -> None:
        """To the next stop."""
        if self._left:
            stop = self._left.pop(0)
            self._gone_back = max(0, self._gone_back - 1)
            self._seen.append(stop)
            (self._skipped.add if skipping else self._skipped.discard)(stop.name)

    def go_back(self) -> None:
        """To the stop before."""
        if self._seen:
            self._return_to(self._seen.pop())

    def go_back_to(self, question: str, hit: Hit) -> None:
        """To the stop of a question's hit that was seen; those that came after it stay seen.

        A hit alone does not tell which: it may look the same under two questions.
        """
        wanted = question, hit.passage_id
        for stop in reversed(self._seen):
            if (stop.past.question, stop.hit.passage_id) == wanted:
                self._seen.remove(stop)
                self._return_to(stop)
                return

    def _return_to(self, stop: Stop) -> None:
        self._left.insert(0, stop)
        self._gone_back += 1
