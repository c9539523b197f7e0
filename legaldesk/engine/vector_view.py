"""What a search by meaning sees at one moment: a graph with its vectors' codes, and a tail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from legaldesk.engine.codes import Codes
from legaldesk.engine.hnsw import Graph
from legaldesk.engine.vectors import Floats, Ids, best, positions, search_all, search_some

WIDE_SHARE, DEEPER = 0.25, 4
"""The share of the library from which on a scope is asked of the graph, and for how many times as
many as are wanted, so that enough of them are mostly in scope."""

SPARE = 20
"""How many more than are wanted the codes propose at least, so that the nearest are among them."""


def no_ids() -> Ids:
    """None at all."""
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Held:
    """What the files hold: ids, ascending, their vectors' codes in that order, and the graph.

    Until that is loaded all codes are gone through, and ``stored`` gives vectors: the ids that
    are still there, and their rows (n, d).
    """

    ids: Ids
    codes: Codes
    graph: Graph | None
    stored: Callable[[Ids], tuple[Ids, Floats]]

    def vectors(self, ids: Ids) -> tuple[Ids, Floats]:
        """The ids that have one, and their vectors (n, d)."""
        return self.stored(ids) if self.graph is None else (ids, self.graph.vectors(ids))


@dataclass(frozen=True, slots=True)
class View:
    """Replaced whole when something changes, so that a search needs no lock.

    ``stale`` ids are in the graph but were removed or replaced; ``ids`` and ``rows`` are the
    tail, which is everything where there is no graph.
    """

    ids: Ids
    rows: Floats
    held: Held | None = None
    stale: Ids = field(default_factory=no_ids)

    @property
    def count(self) -> int:
        """How many vectors can be found."""
        held = len(self.held.ids) - len(self.stale) if self.held is not None else 0
        return held + len(self.ids)

    def nearest(self, query: Floats, k: int, within: Ids | None) -> tuple[Ids, Floats]:
        """The k nearest ids to a unit query (d,) and their cosines, best first.

        ``within`` names the ids that may be found, ascending; None means all.
        """
        if within is None:
            return self._whole(query, k)
        graph = self.held is not None and self.held.graph is not None
        if graph and len(within) >= WIDE_SHARE * self.count:
            ids, scores = self._whole(query, DEEPER * k)
            inside = np.flatnonzero(np.isin(ids, within))[:k]
            if len(inside) == k:
                return ids[inside], scores[inside]
        late = search_some(self.ids, self.rows, query, k, positions(self.ids, within))
        return late if self.held is None else _joined(self._exact(query, k, within), late, k)

    def _whole(self, query: Floats, k: int) -> tuple[Ids, Floats]:
        """The graph's answer without what is stale, joined with an exact search of the tail."""
        if self.held is None:
            return search_all(self.ids, self.rows, query, k)
        graph, stale = self.held.graph, len(self.stale)
        found = no_ids(), np.empty(0, dtype=np.float32)
        if graph is not None:
            found = graph.nearest(query, k + min(stale, 4 * k))
        if stale:
            live = ~np.isin(found[0], self.stale)
            found = found[0][live], found[1][live]
        if len(found[0]) < min(k, len(self.held.ids) - stale):
            found = self._exact(query, k, None)
        if not len(self.ids):
            return best(*found, k)
        return _joined(found, search_all(self.ids, self.rows, query, k), k)

    def _exact(self, query: Floats, k: int, within: Ids | None) -> tuple[Ids, Floats]:
        """The k nearest of the graph's ids: those that are likely by their codes, exactly."""
        assert self.held is not None
        ids = self.held.ids
        places = np.arange(len(ids)) if within is None else positions(ids, within)
        if len(self.stale):
            places = places[~np.isin(ids[places], self.stale)]
        likely = ids[self.held.codes.likely(query, k + max(SPARE, k // 2), places)]
        if not len(likely):
            return likely, np.empty(0, dtype=np.float32)
        likely, rows = self.held.vectors(likely)
        return best(likely, rows @ query, k)


def _joined(found: tuple[Ids, Floats], late: tuple[Ids, Floats], k: int) -> tuple[Ids, Floats]:
    """The k best of both."""
    return best(np.concatenate([found[0], late[0]]), np.concatenate([found[1], late[1]]), k)
