"""Vectors in memory at a quarter of their size: which are near enough to be looked at exactly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from legaldesk.engine.vectors import Floats

STEPS = 127
"""Steps from 0 to a vector's largest number. The cosine of 384 numbers is right to 0.002."""

BLOCK = 1_024
"""Rows multiplied at a time: more of them, and NumPy wakes threads that a busy machine delays."""

FORMAT = np.dtype("<f4"), np.dtype("i1")


@dataclass(frozen=True, slots=True)
class Codes:
    """Unit vectors (n, d) as whole numbers from -STEPS to STEPS, with the size of each's step."""

    steps: Floats
    rows: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.steps)

    def likely(
        self, query: Floats, count: int, places: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.intp]:
        """Of these places the ones whose vectors are about the nearest to a query (d,), unordered.

        100,000 of them take 10 ms.
        """
        if len(places) <= count:
            return places
        scores = np.empty(len(places), dtype=np.float32)
        whole = len(places) == len(self)
        for start in range(0, len(places), BLOCK):
            block = slice(start, start + BLOCK)
            rows = self.rows[block] if whole else self.rows[places[block]]
            scores[block] = rows.astype(np.float32) @ query
        scores *= self.steps if whole else self.steps[places]
        return places[np.argpartition(scores, len(scores) - count)[len(scores) - count :]]

    def write(self, file: Path) -> int:
        """Put them into a file; returns how many bytes it must have. Raises OSError."""
        with file.open("wb") as stream:
            stream.write(np.ascontiguousarray(self.steps, FORMAT[0]).data)
            stream.write(np.ascontiguousarray(self.rows, FORMAT[1]).data)
        return self.steps.nbytes + self.rows.nbytes


def codes_of(rows: Floats) -> Codes:
    """The codes of unit vectors (n, d)."""
    steps = np.empty(len(rows), dtype=np.float32)
    codes = np.empty(rows.shape, dtype=np.int8)
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        step = np.abs(block).max(axis=1, initial=1e-9) / STEPS
        steps[start : start + BLOCK] = step
        codes[start : start + BLOCK] = np.rint(block / step[:, None])
    return Codes(steps, codes)


def joined(one: Codes, other: Codes, order: npt.NDArray[np.intp]) -> Codes:
    """Both, one after the other, and then in an order."""
    return Codes(
        np.concatenate([one.steps, other.steps])[order],
        np.concatenate([one.rows, other.rows])[order],
    )


def read(file: Path, dimension: int) -> Codes:
    """The codes in a file: right or wrong, they do no harm. Raises OSError, ValueError."""
    count, rest = divmod(file.stat().st_size, dimension + FORMAT[0].itemsize)
    if rest:
        raise ValueError("the last of the codes is cut off")
    with file.open("rb") as stream:
        steps = np.fromfile(stream, FORMAT[0], count)
        rows = np.fromfile(stream, FORMAT[1], count * dimension)
    return Codes(steps.astype(np.float32, copy=False), rows.reshape(count, dimension))
