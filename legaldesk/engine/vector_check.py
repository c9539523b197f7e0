"""Whether the stored vectors can be searched: as long as their generation's, and of length 1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from legaldesk.core.progress import Progress, Report
from legaldesk.engine.reader import Reader, Row

AT_ONCE = 4_096
"""Vectors read at one time: 3 MB of them where they have 384 numbers."""

OFF = 0.05
"""How far from 1 a length may be; a vector made and kept in 16 bits is off by less than 0.01."""


@dataclass(frozen=True, slots=True)
class Faulty:
    """A vector by its row that cannot be searched; ``empty`` when all its numbers are 0."""

    id: int
    generation: int
    empty: bool = False


def faulty_vectors(reader: Reader, report: Report) -> list[Faulty]:
    """Every vector of wrong length, with what is no number in it, or without a direction.

    100,000 of 384 numbers take 0.3 s.
    """
    found: list[Faulty] = []
    total, done, last = reader.count("SELECT count(*) FROM vectors"), 0, 0
    while rows := reader.rows(_SOME, last, AT_ONCE):
        done, last = done + len(rows), rows[-1]["id"]
        report(Progress("checking", done, max(done, total), "vectors", message="meaning"))
        for dimension in {row["dimension"] for row in rows}:
            found += _faulty([row for row in rows if row["dimension"] == dimension], dimension)
    return found


_SOME = """SELECT v.id, v.generation, v.data, g.dimension FROM vectors v
JOIN generations g ON g.id = v.generation WHERE v.id > ? ORDER BY v.id LIMIT ?"""


def _faulty(rows: list[Row], dimension: int) -> list[Faulty]:
    whole = [row for row in rows if len(row["data"]) == 2 * dimension]
    found = [
        Faulty(row["id"], row["generation"]) for row in rows if len(row["data"]) != 2 * dimension
    ]
    data = np.frombuffer(b"".join(row["data"] for row in whole), dtype=np.float16)
    vectors = data.reshape(len(whole), dimension).astype(np.float32)
    with np.errstate(all="ignore"):
        lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    for at in np.flatnonzero(~(np.abs(lengths - 1) <= OFF)):  # what is no number is not near 1
        row = whole[int(at)]
        found.append(Faulty(row["id"], row["generation"], empty=bool(lengths[at] == 0)))
    return found
