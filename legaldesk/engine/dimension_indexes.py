"""One set of stored vectors, searched at several Matryoshka dimensions side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from legaldesk.core.fusion import Scored
from legaldesk.engine.vector_index import VectorIndex, VectorSource
from legaldesk.engine.vectors import Floats


class DimensionIndexes:
    """An index of its own for each dimension, as a library that uses this one has it."""

    def __init__(self, indexes: dict[int, VectorIndex]) -> None:
        self._indexes = indexes

    def __bool__(self) -> bool:
        return bool(self._indexes)

    def nearest(
        self, vector: Floats, k: int, within: list[int] | None
    ) -> Iterator[tuple[int, list[Scored]]]:
        """For each dimension the k passages nearest to a question's full vector (D,), best first.

        ``within`` limits them to these passages, ascending; None means all.
        """
        allowed = None if within is None else np.asarray(within, dtype=np.int64)
        for dimension, index in self._indexes.items():
            ids, cosines = index.search(vector, k, allowed)
            yield dimension, list(zip(ids.tolist(), cosines.tolist(), strict=True))


@contextmanager
def dimension_indexes(
    source: VectorSource, dimensions: Sequence[int]
) -> Iterator[DimensionIndexes]:
    """The indexes, in memory, with a graph from GRAPH_FROM vectors; let go of in the end."""
    made: dict[int, VectorIndex] = {}
    with tempfile.TemporaryDirectory(prefix="legaldesk-", ignore_cleanup_errors=True) as folder:
        try:
            for dimension in dict.fromkeys(dimensions):
                place = Path(folder) / str(dimension)
                index = VectorIndex(place, dimension)
                index.open(source)
                index.save_if_due()
                made[dimension] = index
            yield DimensionIndexes(made)
        finally:
            for index in made.values():
                index.close()
