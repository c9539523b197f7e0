"""The stored vectors, as the vector index reads them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.reader import Reader
from legaldesk.engine.readers import Readers
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.vector_index import VectorIndex

Ids = np.ndarray[tuple[int, ...], np.dtype[np.int64]]
Halves = np.ndarray[tuple[int, ...], np.dtype[np.float16]]


def index_of(library: Path, generation: Generation) -> VectorIndex:
    """A generation's index in a library, which is still to be opened."""
    folder = library / "index" / str(generation.id)
    return VectorIndex(folder, generation.used_dimension)


class StoredVectors:
    """One generation's vectors; may be asked from any thread."""

    def __init__(self, library: Path, generation: Generation) -> None:
        self._generation = generation
        self._readers = Readers(library)

    @property
    def _reader(self) -> Reader:
        return self._readers.mine()

    def close(self) -> None:
        """Let go of the database."""
        self._readers.close()

    def generation_key(self) -> str:
        """The identity of the vectors: how text was cut, which model, which width."""
        generation = self._generation
        return (
            f"{generation.id}/{generation.segmentation.key}"
            f"/{generation.model}/{generation.dimension}"
        )

    def last_change(self) -> int:
        """The highest number in the list of changes."""
        return self._reader.count("SELECT max(seq) FROM changes")

    def changes_after(self, seq: int) -> Iterable[tuple[int, int, bool]]:
        """(seq, passage, added) of every later change, ascending."""
        for row in self._reader.rows(
            "SELECT seq, passage, added FROM changes WHERE seq > ? AND generation = ? ORDER BY seq",
            seq,
            self._generation.id,
        ):
            yield row["seq"], row["passage"], bool(row["added"])

    def all_ids(self) -> Ids:
        """Row ids of the passages that have a vector, ascending."""
        (row,) = self._reader.rows(
            "SELECT json_group_array(passage) FROM vectors WHERE generation = ?",
            self._generation.id,
        )
        ids = msgspec.json.decode(
            row[0], type=list[int]
        )  # a row for each would take thrice as long
        return np.sort(np.array(ids, dtype=np.int64))

    def vectors(self, ids: Sequence[int] | Ids) -> tuple[Ids, Halves]:
        """(ids, vectors of shape (n, dimension)) of the ids that have a vector."""
        wanted = msgspec.json.encode([int(passage) for passage in ids]).decode()
        rows = self._reader.rows(
            "SELECT passage, data FROM vectors WHERE generation = ?"
            " AND passage IN (SELECT value FROM json_each(?)) ORDER BY passage",
            self._generation.id,
            wanted,
        )
        found = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        data = b"".join(row[1] for row in rows)
        if len(data) != 2 * self._generation.dimension * len(rows):
            raise ModelProblem("Some vectors are damaged. Check the library, and have it repaired.")
        halves = np.frombuffer(data, dtype=np.float16)
        return found, halves.reshape(len(rows), self._generation.dimension)

    def waiting(self, limit: int) -> list[tuple[int, tuple[str, ...], str]]:
        """(row id, heading path, body) of passages that have no vector yet, oldest first."""
        rows = self._reader.rows(
            "SELECT id, path, body FROM waiting JOIN passages ON id = passage"
            " WHERE generation = ? ORDER BY passage LIMIT ?",
            self._generation.id,
            limit,
        )
        return [
            (row["id"], msgspec.json.decode(row["path"], type=tuple[str, ...]), row["body"])
            for row in rows
        ]
