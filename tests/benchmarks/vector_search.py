"""How fast and how right the vector search is, beside bare hnswlib and exact NumPy.

    python3 packaging/dev.py bench vector_search [--sizes 1000 100000] [--keep FOLDER]
        [--width N] [--questions N] [--ef N ...] [--wanted N ...]

The vectors lie in clusters, as passages lie around topics, and the questions between two of
them. In every turn the contestants are asked the same question one after another; a ratio is
the median over ROUNDS rounds of the ratios of each round's medians, so that a busy machine is
busy for all. Bare hnswlib searches the same graph, loaded from the same file, at the same ef.

    ours          the index as the library has it: exact below its limit, the graph above
    bare hnswlib  knn_query on the graph's file, "-" where ours has none
    exact         one product of all rows and the question in NumPy
    recall        the share of the exact nearest that ours finds
    memory        what this process grew by for the index, over the vectors' bytes in fp32

--wanted names how many nearest passages are asked for (10, and the 100 that a search takes);
--ef prints the recall of other widths too. Building the graph of 500,000 takes some 15 minutes
on one core and 2.5 GB of memory; with --keep it is built once:

    python3 packaging/dev.py bench vector_search --sizes 1000 100000 500000 --keep FOLDER
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import hnswlib
import numpy as np
import psutil
from _clusters import Vectors, between, clustered
from _large import machine
from _options import options_of

from legaldesk.engine import hnsw
from legaldesk.engine.vector_index import VectorIndex

ROUNDS = 5

Search = Callable[[Vectors], list[int]]


class Shelf:
    """A store that holds one block of vectors, ids from 0."""

    def __init__(self, vectors: Vectors) -> None:
        self.held = vectors

    def generation_key(self) -> str:
        return f"benchmark {self.held.shape}"

    def last_change(self) -> int:
        return 0

    def changes_after(self, seq: int) -> list[tuple[int, int, bool]]:
        return []

    def all_ids(self) -> np.ndarray:
        return np.arange(len(self.held), dtype=np.int64)

    def vectors(self, ids: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return ids, self.held[ids]


def main() -> None:
    """Measure every size and print its lines."""
    options = arguments()
    print(f"{machine()}; {ROUNDS} rounds of {options.questions} questions")
    with tempfile.TemporaryDirectory() as temporary:
        for size in options.sizes:
            folder = (options.keep or Path(temporary)) / f"graph-{size}-{options.width}"
            one_size(clustered(size, options.width), folder, options)


def arguments() -> argparse.Namespace:
    parser = options_of(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--width", type=int, default=384)
    parser.add_argument("--questions", type=int, default=40)
    parser.add_argument("--ef", type=int, nargs="*", default=[])
    parser.add_argument("--wanted", type=int, nargs="+", default=[10, 100])
    return parser.parse_args()


def one_size(vectors: Vectors, folder: Path, options: argparse.Namespace) -> None:
    """Open the index, which builds its graph unless it was kept, and measure it."""
    shelf = Shelf(vectors)
    build(shelf, folder)
    before, begun = memory(), time.perf_counter()
    ours = VectorIndex(folder, vectors.shape[1])
    ours.open(shelf)
    took, grown = time.perf_counter() - begun, memory() - before
    print(
        f"\n{len(vectors):,} vectors: opened in {took:.2f} s,"
        f" memory {grown / 1e6:.0f} MB, {grown / vectors.nbytes:.2f} x the vectors' bytes"
    )
    random = np.random.default_rng(7)
    asked = [between(vectors, random) for _ in range(ROUNDS * options.questions)]
    graph = bare(folder, vectors.shape[1])
    for wanted in options.wanted:
        compare(vectors, ours, graph, asked, wanted)
        if graph is not None:
            widths(vectors, graph, asked, wanted, options.ef)
    ours.close()


def widths(
    vectors: Vectors, graph: hnswlib.Index, asked: list[Vectors], wanted: int, tried: list[int]
) -> None:
    """Print what bare hnswlib finds at other widths."""
    for ef in tried:
        graph.set_ef(ef)
        found = recall(vectors, partial(nearest, graph, wanted), asked, wanted)
        print(f"  bare at ef {ef:>5}: recall@{wanted} {found:.4f}")


def build(shelf: Shelf, folder: Path) -> None:
    """Have the graph's file, where the index keeps one for so many vectors."""
    index = VectorIndex(folder, shelf.held.shape[1])
    index.open(shelf)
    begun = time.perf_counter()
    if index.save_if_due():
        print(f"\ngraph of {index.count:,} built in {time.perf_counter() - begun:.0f} s")
    index.close()


def memory() -> int:
    """Bytes of memory that this process alone has."""
    gc.collect()
    return int(psutil.Process().memory_full_info().uss)


def bare(folder: Path, width: int) -> hnswlib.Index | None:
    """hnswlib as its own examples use it, on the index's graph."""
    if not (folder / "graph.bin").exists():
        return None
    index = hnswlib.Index("ip", width)
    index.load_index(str(folder / "graph.bin"))
    return index


def nearest(graph: hnswlib.Index, wanted: int, query: Vectors) -> list[int]:
    """What bare hnswlib finds."""
    return list(graph.knn_query(query, wanted, num_threads=1)[0][0].tolist())


def exact(vectors: Vectors, query: Vectors, wanted: int) -> list[int]:
    """The nearest by one product over all rows."""
    scores = vectors @ query
    top = np.argpartition(scores, -wanted)[-wanted:]
    return list(top[np.argsort(-scores[top])].tolist())


def compare(
    vectors: Vectors,
    ours: VectorIndex,
    graph: hnswlib.Index | None,
    asked: list[Vectors],
    wanted: int,
) -> None:
    """Alternate the contestants over the same questions and print one line."""
    contestants: dict[str, Search] = {
        "ours": lambda query: ours.search(query, wanted)[0].tolist(),
        "exact": lambda query: exact(vectors, query, wanted),
    }
    ef = hnsw.width_for(len(vectors), wanted)
    if graph is not None:
        graph.set_ef(ef)
        contestants["bare hnswlib"] = partial(nearest, graph, wanted)
    rounds = [
        {name: statistics.median(column) for name, column in timed(contestants, some).items()}
        for some in np.array_split(np.array(asked), ROUNDS)
    ]
    found = recall(vectors, contestants["ours"], asked, wanted)
    line = f"  nearest {wanted:>3}: ours {middle(rounds, 'ours'):.3f} ms"
    for name in list(contestants)[1:]:
        ratio = statistics.median(each["ours"] / each[name] for each in rounds)
        line += f", {name} {middle(rounds, name):.3f} ms (ours {ratio:.2f} x)"
    print(f"{line}, recall@{wanted} {found:.4f}{f' at ef {ef}' if graph is not None else ''}")


def timed(contestants: dict[str, Search], questions: Vectors) -> dict[str, list[float]]:
    """Seconds of every contestant for each question, in turns."""
    taken: dict[str, list[float]] = {name: [] for name in contestants}
    for query in questions:
        for name, ask in contestants.items():
            begun = time.perf_counter()
            ask(query)
            taken[name].append(time.perf_counter() - begun)
    return taken


def middle(rounds: list[dict[str, float]], name: str) -> float:
    """The median of a contestant's rounds in ms."""
    return statistics.median(each[name] for each in rounds) * 1e3


def recall(vectors: Vectors, ask: Search, asked: list[Vectors], wanted: int) -> float:
    """The share of the truly nearest that are found."""
    hits = sum(len(set(ask(query)) & set(exact(vectors, query, wanted))) for query in asked)
    return hits / len(asked) / wanted


if __name__ == "__main__":
    main()
