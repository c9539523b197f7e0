"""Approximate search in a graph of neighbours. The only module that uses hnswlib.

hnswlib 0.8 is fast and trusting: a flipped bit in its file segfaults, ``save_index`` on a
full disk raises nothing, ``resize_index`` during a query segfaults. So a graph never grows
while it answers, one lock goes around every call, and index_file.py guards the file.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from legaldesk.engine.vectors import Floats, Ids

LINKS, BUILD_WIDTH = 16, 200
"""hnswlib's M and ef_construction."""

BUILD_BLOCK = 1_000
"""Vectors added between two looks at whether to stop (0.3 s)."""


def missing() -> str:
    """Why there can be no graph: a sentence, or "" when hnswlib is installed."""
    if _library() is None:
        return "The hnswlib package is missing: every search is exact, slower in large libraries."
    return ""


def width_for(count: int, k: int) -> int:
    """hnswlib's ef, the candidates kept during a search of ``count`` vectors.

    150 up to 100,000 and 20 more for each further 100,000; never less than 2k. A fixed 48 gave
    a recall at 10 of 0.983 at 100,000 but 0.920 at 500,000, where 192 gave 0.989. For questions
    between two topics of clustered vectors (tests/benchmarks/vector_search.py) 100 gives 0.763
    at 100,000, 150 gives 0.994, 200 gives 0.999; at 500,000 150 gives 0.970, 200 gives 0.996 and
    400 gives 0.999 in twice the time. Breadth is cheap beside the 11 ms of encoding a question:
    0.5 ms at 150.
    """
    return max(150 + max(0, count - 100_000) * 20 // 100_000, 2 * k)


class Graph:
    """A finished graph over unit vectors; it answers and is never changed."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._lock = threading.Lock()
        self.ids: Ids = np.sort(np.asarray(index.get_ids_list(), dtype=np.int64))

    def nearest(self, query: Floats, k: int) -> tuple[Ids, Floats]:
        """About the k nearest ids to a unit query (d,) with their cosines, best first.

        May be fewer when the graph finds no more.
        """
        k = min(k, len(self.ids))
        with self._lock:
            self._index.set_ef(width_for(len(self.ids), k))
            try:
                labels, distances = self._index.knn_query(query, k, num_threads=1)
            except RuntimeError:  # fewer than k were reached
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        return labels[0].astype(np.int64), 1.0 - distances[0]

    def vectors(self, ids: Ids) -> Floats:
        """The vectors (n, d) of ids that it holds. A thousand take 15 ms."""
        with self._lock:
            return np.asarray(self._index.get_items(ids, return_type="numpy"), dtype=np.float32)

    def save(self, file: Path) -> int:
        """Write the graph and return how many bytes the file must have.

        Raises OSError when it cannot be opened. A full disk raises nothing: compare sizes.
        """
        with self._lock:
            try:
                self._index.save_index(str(file))
            except RuntimeError as error:
                raise OSError(str(error)) from error
            return int(self._index.index_file_size())


def build(ids: Ids, rows: Floats, stop: Callable[[], bool]) -> Graph | None:
    """A new graph over rows (n, d); None when ``stop`` said so.

    Takes about 20 s for 50,000 rows of 384 on 2 cores and leaves one core free.
    """
    index = _new(rows.shape[1])
    index.init_index(len(ids), M=LINKS, ef_construction=BUILD_WIDTH, random_seed=100)
    return Graph(index) if _add(index, ids, rows, stop) else None


def load(file: Path, dimension: int) -> Graph:
    """The graph in a file whose digest has been checked. Raises OSError, ValueError."""
    return Graph(_loaded(file, dimension, 0))


def extend(file: Path, ids: Ids, rows: Floats, stop: Callable[[], bool]) -> Graph | None:
    """The graph in a checked file with more rows (n, d) added; None when stopped."""
    index = _loaded(file, rows.shape[1], len(ids))
    return Graph(index) if _add(index, ids, rows, stop) else None


def _add(index: Any, ids: Ids, rows: Floats, stop: Callable[[], bool]) -> bool:
    threads = max(1, (os.cpu_count() or 1) - 1)
    for start in range(0, len(ids), BUILD_BLOCK):
        if stop():
            return False
        end = start + BUILD_BLOCK
        index.add_items(rows[start:end], ids[start:end], num_threads=threads)
    return True


def _loaded(file: Path, dimension: int, more: int) -> Any:
    """hnswlib's index from a file, with room for more rows."""
    index = _new(dimension)
    try:
        index.load_index(str(file))
        if more:
            index.resize_index(index.get_current_count() + more)
    except RuntimeError as error:
        raise ValueError(str(error)) from error
    return index


def _new(dimension: int) -> Any:
    library = _library()
    assert library is not None, "ask missing() first"
    return library.Index("ip", dimension)


def _library() -> ModuleType | None:
    """hnswlib, or None where it could not be built."""
    try:
        import hnswlib
    except ImportError:
        return None
    module: ModuleType = hnswlib
    return module
