"""How fast and how right the vector search is, beside bare hnswlib and exact NumPy.

    python -m tests.benchmarks.vector_search [--sizes 1000 20000 100000] [--width 384]

Each round asks the three for the same question, one after another, and the medians over
all rounds are compared, so that a busy machine is busy for all three. The vectors lie in
clusters, as passages lie around topics; building 100,000 takes minutes.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import hnswlib
import numpy as np

from legaldesk.engine import hnsw
from legaldesk.engine.vector_index import VectorIndex

K = 10
ROUNDS = 200


class Shelf:
    """A store that holds one block of vectors, ids from 0."""

    def __init__(self, vectors: np.ndarray) -> None:
        self.held = vectors

    def generation_key(self) -> str:
        return "benchmark"

    def last_change(self) -> int:
        return 0

    def changes_after(self, seq: int) -> list[tuple[int, int, bool]]:
        return []

    def all_ids(self) -> np.ndarray:
        return np.arange(len(self.held), dtype=np.int64)

    def vectors(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return ids, self.held[ids]


def clustered(count: int, width: int) -> np.ndarray:
    """Unit vectors (count, width) around one centre for every 100 of them."""
    random = np.random.default_rng(42)
    centres = random.standard_normal((max(1, count // 100), width), dtype=np.float32)
    rows = centres[random.integers(0, len(centres), count)]
    rows += 0.8 * random.standard_normal((count, width), dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def bare(vectors: np.ndarray) -> hnswlib.Index:
    """hnswlib as its own examples use it, with our parameters."""
    index = hnswlib.Index("ip", vectors.shape[1])
    index.init_index(len(vectors), M=hnsw.LINKS, ef_construction=hnsw.BUILD_WIDTH)
    index.add_items(vectors)
    index.set_ef(hnsw.width_for(len(vectors), K))
    return index


def exact(vectors: np.ndarray, query: np.ndarray) -> list[int]:
    scores = vectors @ query
    top = np.argpartition(scores, -K)[-K:]
    return top[np.argsort(-scores[top])].tolist()


def contestants(vectors: np.ndarray, folder: Path) -> dict[str, Callable[[np.ndarray], list[int]]]:
    """The ways of searching by name; ours also with its graph forced where it would not ask."""
    shelf, other = Shelf(vectors), bare(vectors)
    ours = VectorIndex(folder, vectors.shape[1])
    ours.open(shelf)
    start = time.perf_counter()
    ours.save_if_due()
    print(f"\n{len(vectors):,} vectors: graph built and saved in {_since(start):.1f} s", end="")
    start = time.perf_counter()
    print(f", opened again in {_reopened(shelf, folder, start):.2f} s")
    forced = VectorIndex(folder, vectors.shape[1], kept_from=0, graph_from=0)
    forced.open(shelf)
    forced.save_if_due()
    return {
        "exact NumPy": lambda query: exact(vectors, query),
        "bare hnswlib": lambda query: other.knn_query(query, K, num_threads=1)[0][0].tolist(),
        "ours, graph": lambda query: forced.search(query, K)[0].tolist(),
        "ours": lambda query: ours.search(query, K)[0].tolist(),
    }


def measure(vectors: np.ndarray, folder: Path) -> None:
    """Alternate the contestants over the same questions and print a line for each."""
    asked = contestants(vectors, folder)
    random = np.random.default_rng(7)
    seconds: dict[str, list[float]] = {name: [] for name in asked}
    right = dict.fromkeys(asked, 0)
    for _ in range(ROUNDS):
        query = between(vectors, random)
        truth = set(exact(vectors, query))
        for name, ask in asked.items():
            start = time.perf_counter()
            found = ask(query)
            seconds[name].append(_since(start))
            right[name] += len(truth & set(found))
    base = statistics.median(seconds["bare hnswlib"])
    for name, taken in seconds.items():
        median = statistics.median(taken)
        print(
            f"  {name:14} {median * 1e3:8.3f} ms, {median / base:7.2f} x bare hnswlib,"
            f" recall@{K} {right[name] / ROUNDS / K:.3f}"
        )


def between(vectors: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """A question that lies between two topics, which is harder for a graph than in one."""
    one, other = vectors[random.integers(len(vectors), size=2)]
    query = 0.6 * one + 0.4 * other
    return query / np.linalg.norm(query)


def _reopened(shelf: Shelf, folder: Path, start: float) -> float:
    VectorIndex(folder, shelf.held.shape[1]).open(shelf)
    return _since(start)


def _since(start: float) -> float:
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 20_000, 100_000])
    parser.add_argument("--width", type=int, default=384)
    options = parser.parse_args()
    print(f"ef {hnsw.width_for(100_000, K)} at 100,000; medians of {ROUNDS} alternating rounds")
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            measure(clustered(size, options.width), Path(folder))


if __name__ == "__main__":
    main()
