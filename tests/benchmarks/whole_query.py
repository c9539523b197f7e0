"""A whole search in large libraries, beside its parts alone, and how the parts grow.

    python3 packaging/dev.py bench whole_query --keep FOLDER [--passages N ...] [--texts SET ...]
        [--matter NAME] [--questions N] [--added TEXT]

Each library is made in FOLDER unless it is there (see _large.py), with its graph and with the
model's export for questions. The contestants take turns over the same questions:

    whole       the task "search", from the question to ten hits with their texts
    encoding    the question's vector alone
    words       the best hundred by words alone
    fts5        the same by FTS5 alone, the same MATCH on the same table (not past 100,000 passages)
    graph       the hundred nearest vectors alone

The limit is the slower of encoding and words, plus the graph: what a search takes that does both
side by side and nothing else. It is told with FTS5's words and with ours. A ratio is the median
over ROUNDS rounds of the ratios of medians. Before all that every question is asked once of an
engine that was just started ("at start"), which lists frequent words meanwhile, and once of one
that has listed them ("at rest").
--matter limits the questions to a matter: "Large" holds every document, "Large 3" a tenth. --added
puts a text behind each, such as a quoted phrase, which the parts alone do not heed. With several
sizes, a last line says how the halves grow from the first to the last:

    python3 packaging/dev.py bench whole_query --keep FOLDER --passages 100000 1000000

The library of a million passages takes some 10 minutes to make and its graph 30 or more.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from _large import add_options, library, machine, questions, with_export, with_graph
from _options import options_of
from _turns import Seconds, in_turns, p50, p95

from legaldesk.core.fusion import DEPTH
from legaldesk.core.hits import Scope
from legaldesk.core.query import any_of, terms
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.word_search import scored_by_fts5
from legaldesk.tasks import searching

ROUNDS = 5
MOST_BY_FTS5 = 100_000
"""Passages up to which FTS5 is asked for the same, which takes a second in a million."""


def main() -> None:
    """Measure every size, then say how the halves grow."""
    parser = options_of(__doc__)
    add_options(parser)
    parser.add_argument("--passages", type=int, nargs="+", default=[100_000])
    parser.add_argument("--matter", default="")
    parser.add_argument("--questions", type=int, default=36)
    parser.add_argument("--added", default="")
    options = parser.parse_args()
    asked = [f"{text} {options.added}" for text in questions(options.texts, options.questions)]
    sizes = {}
    for passages in options.passages:
        place = with_export(with_graph(library(options.keep, passages, options.texts)))
        sizes[passages] = measure(place, asked, Scope(options.matter))
    if len(sizes) > 1:
        growth(sizes)


def measure(place: Path, asked: Sequence[str], scope: Scope) -> Seconds:
    """Let the contestants take turns and print a line for each."""
    firsts = {
        "at start": [first_asked(place, asked, scope, at_rest=False)],
        "at rest": [first_asked(place, asked, scope, at_rest=True)],
    }
    with closing(LocalDesk(place)) as desk:
        desk.meaning.wait_until_ready()
        desk.meaning._index.load_graph()
        vectors = {question: desk.meaning.encode_query(question) for question in asked}
        contestants = {
            "whole": lambda question: searching.search(desk, question, scope),
            "encoding": desk.meaning.encode_query,
            "words": lambda question: by_words(desk, question, scope),
            "graph": lambda question: desk.meaning.nearest(
                vectors[question], DEPTH, desk.reader.within(scope)
            ),
        }
        if desk.reader.passages() <= MOST_BY_FTS5:
            contestants["fts5"] = lambda question: by_fts5(desk, question, scope)
        desk.list_frequent_words(lambda: False)
        taken = in_turns(contestants, asked, ROUNDS)
        print(f"\n{desk.reader.passages():,} passages; {len(asked)} questions, {ROUNDS} rounds")
    print(machine())
    for name, seconds in {**firsts, **taken}.items():
        table = {name: seconds}
        print(f"  {name:10} p50 {p50(table, name):7.1f} ms   p95 {p95(table, name):7.1f} ms")
    for words in ("fts5", "words"):
        if words in taken:
            limit = statistics.median(share(taken, words, turn) for turn in range(ROUNDS))
            print(f"  whole / (the slower of encoding and {words}, plus graph): {limit:.2f}")
    print("  goals at 100,000: at most 1.3 with fts5, p95 at most 60 ms")
    return taken


def first_asked(place: Path, asked: Sequence[str], scope: Scope, at_rest: bool) -> list[float]:
    """Seconds of each question, asked once, of an engine that has just been started."""
    with closing(LocalDesk(place)) as desk:
        desk.meaning.wait_until_ready()
        if at_rest:
            desk.meaning._index.load_graph()
            desk.list_frequent_words(lambda: False)
        searching.search(desk, "What?", scope)  # loads what is loaded once
        taken = []
        for question in asked:
            begun = time.perf_counter()
            searching.search(desk, question, scope)
            taken.append(time.perf_counter() - begun)
    return taken


def by_fts5(desk: LocalDesk, question: str, scope: Scope) -> object:
    """FTS5's own scores for the same, by its own order."""
    reader = desk.reader
    match = any_of(question, reader.common(terms(question)))
    return scored_by_fts5(reader, reader.words(), match, DEPTH, reader.within(scope))


def by_words(desk: LocalDesk, question: str, scope: Scope) -> object:
    """The lexical half as a search asks it."""
    match = any_of(question, desk.reader.common(terms(question)))
    return desk.reader.by_words(match, scope, DEPTH)


def share(taken: Seconds, words: str, turn: int) -> float:
    """How many times as long as its limit the whole took, by the medians of one round."""
    limits = [
        max(encoding, lexical) + graph
        for encoding, lexical, graph in zip(
            taken["encoding"][turn], taken[words][turn], taken["graph"][turn], strict=True
        )
    ]
    return statistics.median(taken["whole"][turn]) / statistics.median(limits)


def growth(sizes: dict[int, Seconds]) -> None:
    """How the halves' p95 grow from the first size to the last."""
    first, *_, last = sizes
    print(f"\np95 at {last:,} over p95 at {first:,}, of {last / first:.0f} times the passages:")
    for name, goal in (("graph", 2.5), ("words", last / first)):
        grown = p95(sizes[last], name) / p95(sizes[first], name)
        print(f"  {name:10} {grown:6.2f} (goal: at most {goal:.1f})")


if __name__ == "__main__":
    main()
