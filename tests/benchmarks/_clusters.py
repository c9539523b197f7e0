"""Vectors that lie around topics, as those of passages do, and questions between the topics."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

BLOCK = 10_000
"""Vectors made at a time, so that a million need no second copy."""

Vectors = np.ndarray[tuple[int, ...], np.dtype[np.float32]]


def clustered(count: int, width: int) -> Vectors:
    """Unit vectors (count, width) around one centre for every 100 of them; always the same."""
    rows = np.empty((count, width), dtype=np.float32)
    start = 0
    for block in blocks(count, width):
        rows[start : start + len(block)] = block
        start += len(block)
    return rows


def blocks(count: int, width: int) -> Iterator[Vectors]:
    """The same, BLOCK at a time."""
    random = np.random.default_rng(42)
    centres = random.standard_normal((max(1, count // 100), width), dtype=np.float32)
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        rows = centres[random.integers(0, len(centres), size)]
        rows += 0.8 * random.standard_normal((size, width), dtype=np.float32)
        yield rows / np.linalg.norm(rows, axis=1, keepdims=True)


def between(vectors: Vectors, random: np.random.Generator) -> Vectors:
    """A question (width,) that lies between two topics, which is harder for a graph than in one."""
    one, other = vectors[random.integers(len(vectors), size=2)]
    query = 0.6 * one + 0.4 * other
    return np.asarray(query / np.linalg.norm(query), dtype=np.float32)
