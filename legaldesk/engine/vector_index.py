"""Which passages lie nearest to a question: exact for few vectors, a graph for many.

Vectors that the graph does not hold, all of a small library and the newest of a large one (the
tail), are in memory as they are and searched exactly. Those that it holds are in it, and beside
it in a quarter of their size (codes.py), so that a scope is searched exactly too, and everything
until the graph is loaded. The graph and its files are a disposable cache of the store: checked
before use, built again from the store when anything is amiss.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from legaldesk.core.errors import NoRoom
from legaldesk.engine import codes, hnsw
from legaldesk.engine.codes import Codes
from legaldesk.engine.index_file import Facts, IndexFile
from legaldesk.engine.vector_view import Held, View, no_ids
from legaldesk.engine.vectors import Floats, Ids, VectorTable, positions, unit

_log = logging.getLogger(__name__)

GRAPH_FROM = 20_000
"""Vectors from which there is a graph: below, an exact search takes 5 ms at most."""

TAIL = 20_000
"""The graph is written anew when the tail exceeds this, and 5% of the library."""

READ_BLOCK = 10_000
"""Vectors fetched from the store at a time."""

OUT_OF_STEP = "it is out of step with the store"


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
        graph_from: int = GRAPH_FROM,
        tail_limit: int = TAIL,
    ) -> None:
        self._file = IndexFile(folder)
        self._dimension = dimension
        self._graph_from, self._tail_limit = graph_from, tail_limit
        self._changing = threading.Lock()
        self._saving = threading.Lock()
        self._epoch = 0
        self._source: VectorSource | None = None
        self._key, self._seq, self._on_disk = "", 0, False
        self._touched: list[Ids] = []
        self._view: View
        self._forget()

    @property
    def count(self) -> int:
        """How many vectors can be found."""
        return self._view.count

    @property
    def tail(self) -> int:
        """How many of them the graph does not hold."""
        return len(self._view.ids)

    @property
    def complete(self) -> bool:
        """Whether no graph is left to be loaded."""
        held = self._view.held
        return held is None or held.graph is not None

    @property
    def exact_only(self) -> str:
        """Why there is no graph however large the library, or ""."""
        return hnsw.missing()

    def open(self, source: VectorSource, *, graph_later: bool = False) -> str:
        """Take the graph from its file if that can be believed, and read what it does not hold.

        With ``graph_later`` what stands beside the graph may answer until ``load_graph``.

        Returns "loaded", or "rebuilt: " and the reason why the file was not used; the
        graph is then built by the next ``save_if_due``, and searches are exact until it is.
        """
        self._epoch += 1
        with self._saving, self._changing:
            self._source = source
            reason = hnsw.missing() or self._adopt_file(source, graph_later)
            if reason:
                self._give_up_file(source)
        return f"rebuilt: {reason}" if reason else "loaded"

    def load_graph(self) -> str:
        """Load the graph that ``open`` has left for later, if it has; says what ``open`` says.

        Holds Python's lock meanwhile (a million vectors: 3 s), so that nobody is answered.
        """
        with self._saving:
            held, facts, source = self._view.held, self._facts, self._source
            if held is None or held.graph is not None or facts is None or source is None:
                return "loaded"
            graph = self._checked_graph(facts)
            if not isinstance(graph, str) and not np.array_equal(graph.ids, held.ids):
                graph = OUT_OF_STEP
            with self._changing:
                if isinstance(graph, str):
                    self._give_up_file(source)
                    return f"rebuilt: {graph}"
                self._view = replace(self._view, held=replace(held, graph=graph))
        return "loaded"

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
                self._table.drop(np.sort(every))
                self._fetch(self._table, source, np.sort(added))
                self._touched.append(every)
                self._show(self._view.held, np.union1d(self._view.stale, every))
            self._seq = seq
        return len(every)

    def search(self, query: npt.ArrayLike, k: int, within: Ids | None = None) -> tuple[Ids, Floats]:
        """The k nearest ids to a query (D,) and their cosines, best first.

        ``within`` names the ids that may be found, ascending; None means all. Exact with a narrow
        ``within``, in small libraries and where the graph is still to be loaded, else the graph's
        answer joined with the tail's.
        """
        wanted = unit(np.reshape(query, (1, -1)), self._dimension)[0]
        allowed = None if within is None else np.asarray(within, dtype=np.int64)
        return self._view.nearest(wanted, k, allowed)

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
        self._show(None, no_ids())

    def _read(self, source: VectorSource) -> None:
        """Fill a new table from the store; no graph yet. Until it is full the old one answers."""
        self._key, self._seq = source.generation_key(), source.last_change()
        table = VectorTable(self._dimension)
        self._fetch(table, source, np.asarray(source.all_ids(), dtype=np.int64))
        self._table, self._facts = table, None
        self._show(None, no_ids())

    def _fetch(self, table: VectorTable, source: VectorSource, ids: Ids) -> None:
        """Put the store's vectors of these ids into a table."""
        for start in range(0, len(ids), READ_BLOCK):
            table.put(*source.vectors(ids[start : start + READ_BLOCK]))

    def _show(self, held: Held | None, changed: Ids) -> None:
        """Let searches see the table and the graph, but for the graph's changed ids."""
        stale = no_ids()
        if held is not None:
            stale = held.ids[positions(held.ids, np.unique(changed))]
        self._view = View(self._table.ids, self._table.rows, held, stale)

    def _adopt_file(self, source: VectorSource, graph_later: bool) -> str:
        """Take what the files hold, and the rest from the store; the reason why not, or ""."""
        key, last = source.generation_key(), source.last_change()
        read = self._read_codes(source, key, last)
        if isinstance(read, str):
            return read
        facts, there, known = read
        net, seq = _net_changes(source, facts.seq)
        ids = _ids_then(there, net, facts.count)
        graph = None
        if ids is None or not graph_later:
            found = self._checked_graph(facts)
            if isinstance(found, str):
                return found
            graph, ids = found, found.ids
        held = Held(ids, known, graph, self._stored)
        changed = np.array(sorted(net), dtype=np.int64)
        unchanged = np.delete(ids, positions(ids, changed))
        kept = positions(there, unchanged)
        if len(ids) != facts.count or len(kept) != len(unchanged):
            return OUT_OF_STEP
        self._table = VectorTable(self._dimension)
        self._fetch(self._table, source, np.delete(there, kept))
        self._key, self._seq, self._facts, self._on_disk = key, seq, facts, True
        self._show(held, changed)
        return ""

    def _checked_graph(self, facts: Facts) -> hnsw.Graph | str:
        """The graph in the file of these facts, loaded after it was checked, since a damaged one
        would end the process; or why not.
        """
        try:
            found = self._file.why_not(facts.key, self._dimension)
            if found == facts:
                return hnsw.load(self._file.graph, self._dimension)
        except (OSError, ValueError):
            return "it cannot be read"
        return found if isinstance(found, str) else OUT_OF_STEP

    def _give_up_file(self, source: VectorSource) -> None:
        """Read the store instead, and delete what is never read in any case."""
        self._read(source)
        self._on_disk = False
        with contextlib.suppress(OSError):
            self._file.remove()

    def _read_codes(
        self, source: VectorSource, key: str, last: int
    ) -> tuple[Facts, Ids, Codes] | str:
        """The files' facts, the store's ids and the codes; or why they are of no use."""
        with ThreadPoolExecutor(2, thread_name_prefix="index") as beside:
            checking = beside.submit(self._file.why_not_codes, key, self._dimension)
            reading = beside.submit(codes.read, self._file.codes, self._dimension)
            there = np.asarray(source.all_ids(), dtype=np.int64)
            facts = checking.result()
            if isinstance(facts, str):
                return facts
            if facts.seq > last:
                return "it is ahead of the store"
            if len(there) < self._graph_from:
                return "the library has become small"
            try:
                known = reading.result()
            except (OSError, ValueError):
                return "it cannot be read"
        return (facts, there, known) if len(known) == facts.count else OUT_OF_STEP

    def _stored(self, ids: Ids) -> tuple[Ids, Floats]:
        """The store's vectors of these ids, as the graph has them."""
        assert self._source is not None
        found, rows = self._source.vectors(ids)
        return found, unit(rows, self._dimension)

    def _outgrown(self) -> bool:
        view = self._view
        limit = max(self._tail_limit, self.count // 20)
        return view.held is None or len(view.stale) > 0 or len(view.ids) > limit

    def _save(self, grow: bool) -> bool:
        with self._saving:
            epoch = self._epoch
            if hnsw.missing() or self.count < self._graph_from:
                return False
            if grow and not self._grow(lambda: self._epoch != epoch):
                return False
            held = self._view.held
            if held is None or held.graph is None or self._facts is None:
                return False
            self._on_disk = False
            self._file.write(held.graph, held.codes, self._facts)
            self._on_disk = True
            return True

    def _grow(self, stop: Callable[[], bool]) -> bool:
        """Replace the graph by one that holds all vectors of now; False when stopped.

        What changes meanwhile is stale in the new graph, or in its tail.
        """
        with self._changing:
            view, seq, self._touched = self._view, self._seq, []
        held = self._made(view, stop)
        with self._changing:
            if held is None or stop():
                return False
            late = np.concatenate([no_ids(), *self._touched])
            self._facts = Facts(self._key, self._dimension, len(held.ids), seq)
            self._table.keep(
                np.flatnonzero(np.isin(self._table.ids, late) | ~np.isin(self._table.ids, held.ids))
            )
            self._show(held, late)
        return True

    def _made(self, view: View, stop: Callable[[], bool]) -> Held | None:
        """A graph of all the view's vectors: the file's with the tail added, or a new one."""
        known = self._file.why_not(self._key, self._dimension)
        if view.held is not None and not len(view.stale) and known == self._facts:
            graph = hnsw.extend(self._file.graph, view.ids, view.rows, stop)
            order = np.argsort(np.concatenate([view.held.ids, view.ids]))
            every = codes.joined(view.held.codes, codes.codes_of(view.rows), order)
            return self._held(graph, every) if graph is not None else None
        ids, rows = (view.ids, view.rows) if view.held is None else self._all_of(view)
        graph = hnsw.build(ids, rows, stop)
        return self._held(graph, codes.codes_of(rows)) if graph is not None else None

    def _held(self, graph: hnsw.Graph, known: Codes) -> Held:
        return Held(graph.ids, known, graph, self._stored)

    def _all_of(self, view: View) -> tuple[Ids, Floats]:
        """All the view's vectors, from the store, but for those that were removed meanwhile."""
        assert view.held is not None and self._source is not None
        ids = np.union1d(np.setdiff1d(view.held.ids, view.stale), view.ids)
        table = VectorTable(self._dimension, len(ids))
        self._fetch(table, self._source, ids)
        return table.ids, table.rows


def _ids_then(there: Ids, net: dict[int, bool], count: int) -> Ids | None:
    """The ids that a graph of so many holds, from those of now and what changed since; None
    where that cannot be told, as when some were removed.
    """
    ids = np.delete(there, positions(there, np.array(list(net), dtype=np.int64)))
    return ids if len(ids) == count else None


def _net_changes(source: VectorSource, after: int) -> tuple[dict[int, bool], int]:
    """Each id that changed since, whether it is there now, and the last change's number."""
    net: dict[int, bool] = {}
    for seq, id, added in source.changes_after(after):
        net[id], after = added, seq
    return net, after
