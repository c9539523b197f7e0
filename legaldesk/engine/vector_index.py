"""Which passages lie nearest to a question: exact for few vectors, a graph for many.

Every vector is in memory, so that a scope, a small library and whatever the graph does not
hold yet (the tail) are searched exactly. The graph and its file are a disposable cache of
the store: checked before use, built again from the store when anything is amiss.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from legaldesk.core.errors import NoRoom
from legaldesk.engine import hnsw
from legaldesk.engine.index_file import Facts, IndexFile
from legaldesk.engine.vectors import (
    Floats,
    Ids,
    VectorTable,
    best,
    positions,
    search_all,
    search_some,
    unit,
)

_log = logging.getLogger(__name__)

KEPT_FROM = 2_000
"""Vectors from which a graph is made and kept on disk."""

GRAPH_FROM = 20_000
"""Vectors from which the graph is asked: below, an exact search takes 8 ms at most."""

TAIL = 20_000
"""The graph is written anew when the tail exceeds this, and 5% of the library."""

READ_BLOCK = 10_000
"""Vectors fetched from the store at a time."""


class VectorSource(Protocol):
    """The store's side: the vectors of one generation and what changed among them."""

    def generation_key(self) -> str:
        """The identity of the vectors: generation, model and dimension."""
        ...

    def last_change(self) -> int:
        """The highest number in the list of changes."""
        ...

    def changes_after(self, seq: int) -> Iterable[tuple[int, int, bool]]:
        """(seq, id, whether it was added) of every later change, ascending."""
        ...

    def all_ids(self) -> Ids:
        """The ids that have a vector, ascending."""
        ...

    def vectors(self, ids: Ids) -> tuple[Ids, npt.NDArray[np.float16] | Floats]:
        """(ids, vectors (n, D)); ids that have no vector are left out."""
        ...


def _no_ids() -> Ids:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _View:
    """What a search sees; replaced whole, so that a search needs no lock.

    ``stale`` ids are in the graph but were removed or replaced; ``tail`` has the places
    of the rows that the graph does not hold.
    """

    ids: Ids
    rows: Floats
    graph: hnsw.Graph | None = None
    stale: Ids = field(default_factory=_no_ids)
    tail: npt.NDArray[np.intp] = field(default_factory=lambda: np.empty(0, dtype=np.intp))


class VectorIndex:
    """The vectors of one generation, searched by cosine.

    Searches may come from any thread and at any time; ``open``, ``refresh``, ``rebuild``
    and the two saves too, one after another. Building the graph holds up neither searches
    nor ``refresh``, and ends early when ``rebuild`` or ``close`` is called.
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        *,
        kept_from: int = KEPT_FROM,
        graph_from: int = GRAPH_FROM,
        tail_limit: int = TAIL,
    ) -> None:
        self._file = IndexFile(folder)
        self._dimension = dimension
        self._kept_from, self._graph_from, self._tail_limit = kept_from, graph_from, tail_limit
        self._changing = threading.Lock()
        self._saving = threading.Lock()
        self._epoch = 0
        self._key, self._seq, self._on_disk = "", 0, False
        self._touched: list[Ids] = []
        self._forget()

    @property
    def count(self) -> int:
        """How many vectors can be found."""
        return len(self._view.ids)

    @property
    def tail(self) -> int:
        """How many of them the graph does not hold."""
        return len(self._view.tail)

    @property
    def exact_only(self) -> str:
        """Why there is no graph however large the library, or ""."""
        return hnsw.missing()

    def open(self, source: VectorSource) -> str:
        """Read the vectors, and the graph if its file can be believed.

        Returns "loaded", or "rebuilt: " and the reason why the file was not used; the
        graph is then built by the next ``save_if_due``, and searches are exact until it is.
        """
        self._epoch += 1
        with self._saving, self._changing:
            self._read(source)
            reason = hnsw.missing() or self._adopt_file(source)
            if reason:
                with contextlib.suppress(OSError):  # it is never read in any case
                    self._file.remove()
        return f"rebuilt: {reason}" if reason else "loaded"

    def refresh(self, source: VectorSource) -> int:
        """Take over what changed in the store since the last look; how many ids that was."""
        if source.generation_key() != self._key:
            self.open(source)
            return self.count
        with self._changing:
            touched, seq = _net_changes(source, self._seq)
            added = np.array([id for id, was_added in touched.items() if was_added], np.int64)
            every = np.array(list(touched), dtype=np.int64)
            if len(every):
                self._table.drop(every)
                self._fetch(source, np.sort(added))
                self._touched.append(every)
                self._show(self._view.graph, np.union1d(self._view.stale, every))
            self._seq = seq
        return len(every)

    def search(self, query: npt.ArrayLike, k: int, within: Ids | None = None) -> tuple[Ids, Floats]:
        """The k nearest ids to a query (D,) and their cosines, best first.

        ``within`` names the ids that may be found, ascending; None means all. Exact with
        ``within`` and in small libraries, else the graph's answer joined with the tail's.
        """
        view, wanted = self._view, unit(np.reshape(query, (1, -1)), self._dimension)[0]
        if within is not None:
            places = positions(view.ids, np.asarray(within, dtype=np.int64))
            return search_some(view.ids, view.rows, wanted, k, places)
        if view.graph is None or len(view.ids) < self._graph_from:
            return search_all(view.ids, view.rows, wanted, k)
        return _search_graph(view, view.graph, wanted, k)

    def save_if_due(self) -> bool:
        """Build and write the graph when the library has outgrown it; whether it was written.

        That is when there is no graph or no file, when the tail exceeds the larger of TAIL
        and 5%, and when the graph still holds what was removed. A full disk is logged and
        nothing else: the graph in memory answers all the same.
        """
        outgrown = self._outgrown()
        if not outgrown and self._on_disk:
            return False
        try:
            return self._save(grow=outgrown)
        except NoRoom as error:
            _log.warning("%s", error.message)
            return False

    def save(self) -> bool:
        """Bring the graph up to date and write it; False when there is nothing to keep.

        Takes some 0.4 ms for each vector that the graph does not hold. Raises NoRoom.
        """
        return self._save(grow=bool(self.tail or len(self._view.stale)))

    def rebuild(self, source: VectorSource) -> None:
        """Read the store again after removals, leaving no trace of them on disk.

        The graph is built by the next ``save_if_due``; searches are exact until it is.
        """
        self._epoch += 1
        with self._saving, self._changing:
            self._file.remove()
            self._on_disk = False
            self._read(source)

    def forget_file(self) -> None:
        """Delete the graph's file, so that nothing removed is left in it."""
        with self._saving:
            self._file.remove()
            self._on_disk = False

    def close(self) -> None:
        """Let go of the memory; the files stay."""
        self._epoch += 1
        with self._saving, self._changing:
            self._forget()

    def _forget(self) -> None:
        self._table = VectorTable(self._dimension)
        self._facts: Facts | None = None
        self._show(None, _no_ids())

    def _read(self, source: VectorSource) -> None:
        """Fill a new table from the store; no graph yet. Until it is full the old one answers."""
        self._key, self._seq = source.generation_key(), source.last_change()
        self._table, self._facts = VectorTable(self._dimension), None
        self._fetch(source, np.asarray(source.all_ids(), dtype=np.int64))
        self._show(None, _no_ids())

    def _fetch(self, source: VectorSource, ids: Ids) -> None:
        """Put the store's vectors of these ids into the table."""
        for start in range(0, len(ids), READ_BLOCK):
            self._table.put(*source.vectors(ids[start : start + READ_BLOCK]))

    def _show(self, graph: hnsw.Graph | None, changed: Ids) -> None:
        """Let searches see the table and the graph, but for the graph's changed ids."""
        ids, rows = self._table.ids, self._table.rows
        held = graph.ids if graph is not None else _no_ids()
        stale = np.intersect1d(held, changed)
        tail = np.flatnonzero(~np.isin(ids, held) | np.isin(ids, stale))
        self._view = _View(ids, rows, graph, stale, tail)

    def _adopt_file(self, source: VectorSource) -> str:
        """Take the graph from its file; the reason why not, or ""."""
        facts = self._file.why_not(self._key, self._dimension)
        if isinstance(facts, str):
            return facts
        if self.count < self._kept_from:
            return "the library has become small"
        if facts.seq > self._seq:
            return "it is ahead of the store"
        try:
            graph = hnsw.load(self._file.graph, self._dimension)
        except (OSError, ValueError):
            return "it cannot be read"
        changed, _ = _net_changes(source, facts.seq)
        unchanged = np.setdiff1d(graph.ids, np.array(list(changed), dtype=np.int64))
        if len(graph.ids) != facts.count or not np.isin(unchanged, self._table.ids).all():
            return "it is out of step with the store"
        self._show(graph, np.array(list(changed), dtype=np.int64))
        self._facts, self._on_disk = facts, True
        return ""

    def _outgrown(self) -> bool:
        view = self._view
        limit = max(self._tail_limit, len(view.ids) // 20)
        return view.graph is None or len(view.stale) > 0 or len(view.tail) > limit

    def _save(self, grow: bool) -> bool:
        with self._saving:
            epoch = self._epoch
            if hnsw.missing() or self.count < self._kept_from:
                return False
            if grow and not self._grow(lambda: self._epoch != epoch):
                return False
            if self._view.graph is None or self._facts is None:
                return False
            self._on_disk = False
            self._file.write(self._view.graph, self._facts)
            self._on_disk = True
            return True

    def _grow(self, stop: Callable[[], bool]) -> bool:
        """Replace the graph by one that holds all vectors of now; False when stopped.

        What changes meanwhile is stale in the new graph, or in its tail.
        """
        with self._changing:
            view, self._touched = self._view, []
            facts = Facts(self._key, self._dimension, len(view.ids), self._seq)
        graph = self._made(view, stop)
        with self._changing:
            if graph is None or stop():
                return False
            self._facts = facts
            self._show(graph, np.concatenate([_no_ids(), *self._touched]))
        return True

    def _made(self, view: _View, stop: Callable[[], bool]) -> hnsw.Graph | None:
        """A graph of all the view's vectors: the file's with the tail added, or a new one."""
        known = self._file.why_not(self._key, self._dimension)
        if view.graph is not None and not len(view.stale) and known == self._facts:
            file = self._file.graph
            return hnsw.extend(file, view.ids[view.tail], view.rows[view.tail], stop)
        return hnsw.build(view.ids, view.rows, stop)


def _net_changes(source: VectorSource, after: int) -> tuple[dict[int, bool], int]:
    """Each id that changed since, whether it is there now, and the last change's number."""
    net: dict[int, bool] = {}
    for seq, id, added in source.changes_after(after):
        net[id], after = added, seq
    return net, after


def _search_graph(view: _View, graph: hnsw.Graph, wanted: Floats, k: int) -> tuple[Ids, Floats]:
    """The graph's answer without what is stale, joined with an exact search of the tail."""
    spare = min(len(view.stale), 4 * k)
    ids, scores = graph.nearest(wanted, k + spare)
    live = ~np.isin(ids, view.stale)
    if int(live.sum()) < min(k, len(graph.ids) - len(view.stale)):
        return search_all(view.ids, view.rows, wanted, k)
    late_ids, late_scores = search_some(view.ids, view.rows, wanted, k, view.tail)
    return best(
        np.concatenate([ids[live], late_ids]), np.concatenate([scores[live], late_scores]), k
    )
