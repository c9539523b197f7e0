"""Vectors in memory: cut and normalised rows by passage id, and exact search over them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

BLOCK = 1_024
"""Rows multiplied at a time. Of more, NumPy wakes threads, which a busy machine delays: with 12
programs on 2 cores 4,096 rows at a time took 20 times as long as 1,024."""


def unit(vectors: npt.ArrayLike, dimension: int) -> Floats:
    """Vectors (n, D) cut to their first ``dimension`` numbers and brought to length 1.

    A Matryoshka model's vectors may be cut so, but have to be normalised again. A vector
    of zeros stays one. Raises ValueError when they are narrower than ``dimension``.
    """
    rows = np.asarray(vectors, dtype=np.float32)
    if rows.ndim != 2 or rows.shape[1] < dimension:
        raise ValueError(f"vectors of shape {rows.shape} cannot be cut to {dimension} numbers")
    rows = rows[:, :dimension]
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.ascontiguousarray(rows / np.where(lengths > 0, lengths, 1.0), dtype=np.float32)


def best(ids: Ids, scores: Floats, k: int) -> tuple[Ids, Floats]:
    """The k ids with the highest scores, best first, the lower id first among equals."""
    if k < len(scores):
        chosen = np.argpartition(scores, len(scores) - k)[len(scores) - k :]
        ids, scores = ids[chosen], scores[chosen]
    order = np.lexsort((ids, -scores))[:k]
    return ids[order], scores[order]


class VectorTable:
    """Unit vectors by id, ids ascending, in fp32, with room for so many at first.

    fp16 would halve the memory and make a search 4 times as slow (100,000 rows of 384: 16
    against 69 ms, NumPy 2.4, 2 cores). Not safe to change from two threads; ``ids`` and
    ``rows`` that were taken before a change keep what they held.
    """

    def __init__(self, dimension: int, room: int = 0) -> None:
        self.dimension = dimension
        self._ids = np.empty(room, dtype=np.int64)
        self._rows = np.empty((room, dimension), dtype=np.float32)
        self._count = 0

    @property
    def ids(self) -> Ids:
        """The ids (n,), ascending."""
        return self._ids[: self._count]

    @property
    def rows(self) -> Floats:
        """The vectors (n, d) of ``ids``."""
        return self._rows[: self._count]

    def put(self, ids: Ids, vectors: npt.ArrayLike) -> None:
        """Add vectors (n, D), or replace those whose id is there."""
        if not len(ids):
            return
        order = np.argsort(ids, kind="stable")
        ids, rows = np.asarray(ids, dtype=np.int64)[order], unit(vectors, self.dimension)[order]
        if self._count and ids[0] <= self.ids[-1]:
            self.drop(ids)
            self._merge(ids, rows)
        else:
            self._append(ids, rows)

    def drop(self, ids: Ids) -> None:
        """Forget the vectors with these ids; ids that are not there are passed over."""
        places = positions(self.ids, np.asarray(ids, dtype=np.int64))
        if len(places):
            self.keep(np.delete(np.arange(self._count), places))

    def keep(self, places: npt.NDArray[np.intp]) -> None:
        """Forget all but the vectors at some places, ascending."""
        self._ids, self._rows = self.ids[places], self.rows[places]
        self._count = len(self._ids)

    def _append(self, ids: Ids, rows: Floats) -> None:
        """Put higher ids behind; spare room grows by half, so that appending stays cheap."""
        needed = self._count + len(ids)
        if needed > len(self._ids):
            room = max(needed, len(self._ids) * 3 // 2)
            room_ids = np.empty(room, dtype=np.int64)
            room_rows = np.empty((room, self.dimension), dtype=np.float32)
            room_ids[: self._count], room_rows[: self._count] = self.ids, self.rows
            self._ids, self._rows = room_ids, room_rows
        self._ids[self._count : needed] = ids
        self._rows[self._count : needed] = rows
        self._count = needed

    def _merge(self, ids: Ids, rows: Floats) -> None:
        """Put new ids in their places among the others."""
        places = np.searchsorted(self.ids, ids)
        self._ids = np.insert(self.ids, places, ids)
        self._rows = np.insert(self.rows, places, rows, axis=0)
        self._count = len(self._ids)


def positions(ids: Ids, wanted: Ids) -> npt.NDArray[np.intp]:
    """Where the wanted ids stand in ``ids`` (ascending); absent ones are left out."""
    if not len(ids):
        return np.empty(0, dtype=np.intp)
    places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    found: npt.NDArray[np.intp] = places[ids[places] == wanted]
    return found


def search_all(ids: Ids, rows: Floats, query: Floats, k: int) -> tuple[Ids, Floats]:
    """The k ids nearest to a unit query (d,) by cosine, best first, with their cosines."""
    scores = np.empty(len(ids), dtype=np.float32)
    for start in range(0, len(ids), BLOCK):
        scores[start : start + BLOCK] = rows[start : start + BLOCK] @ query
    return best(ids, scores, k)


def search_some(
    ids: Ids, rows: Floats, query: Floats, k: int, places: npt.NDArray[np.intp]
) -> tuple[Ids, Floats]:
    """The same over the rows at these places only."""
    scores = np.empty(len(places), dtype=np.float32)
    for start in range(0, len(places), BLOCK):
        block = places[start : start + BLOCK]
        scores[start : start + BLOCK] = rows[block] @ query
    return best(ids[places], scores, k)
