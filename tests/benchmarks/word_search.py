"""How fast and how right the word search is in a large library, beside bare FTS5.

    python3 packaging/dev.py bench word_search --keep FOLDER [--passages N] [--texts SET ...]
        [--quality SET ...] [--questions N]

Speed: in a library of N passages (100,000; made in FOLDER unless it is there, see _large.py) the
contestants take turns over the questions of the sets. Ratios are medians over ROUNDS rounds of
the ratios of each round's medians. None of them reads the passages' texts. Frequent words are
listed before, as an engine at rest does it.

    ours          what a search asks: common words left out, words and their first letters
    bare          FTS5 alone, the same MATCH on the same table, ORDER BY bm25() LIMIT
    every word    ours with no common word left out; "bare" beside it is FTS5 for the same
    no letters    ours with whole words alone; the difference is what the letters add
    citations     what looking for cited sections adds, over all questions, and over as many
                  that name one ("What does Section 4.2 say?")

Quality: nDCG@10 by words in each of the --quality sets, with the limits for small libraries
taken away, so that it is the large library's search that is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from _large import add_options, library, machine, questions
from _options import options_of
from _turns import in_turns, p50, p95, ratio

from legaldesk.core.evaluation import GoldSet
from legaldesk.core.fusion import DEPTH, fuse
from legaldesk.core.hits import Scope
from legaldesk.core.metrics import NDCG, means, score_all
from legaldesk.core.query import any_of, quote, terms
from legaldesk.engine import word_search
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.frequent_words import list_frequent
from legaldesk.engine.gold_library import gold_library, searched
from legaldesk.engine.reader import Reader
from legaldesk.engine.vocabulary import COMMON
from legaldesk.tasks.searching import cited_passages

ROUNDS = 5
DEEP = 1_000
"""Passages that are ranked for the quality, so that enough documents are among them."""

BESIDE = {
    "ours without first letters": "and listed in memory (ours)",
    "ours with citations": "and listed in memory (ours)",
}
"""Which other way a way of asking is compared with, where that is not the first."""

Ranking = list[tuple[int, float]]


def main() -> None:
    """Measure speed, then quality."""
    parser = options_of(__doc__)
    add_options(parser)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--quality", type=Path, nargs="*", default=[], help="gold sets' folders")
    parser.add_argument("--questions", type=int, default=36)
    options = parser.parse_args()
    with Reader(library(options.keep, options.passages, options.texts)) as reader:
        list_frequent(reader, lambda: False)
        speed(reader, questions(options.texts, options.questions))
    for folder in options.quality:
        quality(read_gold_set(folder))


def speed(reader: Reader, asked: Sequence[str]) -> None:
    """Print a line for each contestant."""
    print(f"{reader.passages():,} passages, {len(asked)} questions, {ROUNDS} rounds; {machine()}")
    taken = in_turns(
        {
            "ours": lambda question: ours(reader, question, DEPTH),
            "bare": lambda question: bare(reader, any_of(question, common(reader, question))),
            "every word": lambda question: by_match(reader, any_of(question), DEPTH),
            "every word, bare": lambda question: bare(reader, any_of(question)),
            "no letters": lambda question: by_match(reader, whole(reader, question), DEPTH),
            "no letters, bare": lambda question: bare(reader, whole(reader, question)),
            "citations": lambda question: cited_passages(reader, question, Scope()),
            "citations that are there": lambda question: cited_passages(
                reader, naming(question), Scope()
            ),
        },
        asked,
        ROUNDS,
    )
    print(f"{'':28}{'p50':>10}{'p95':>10}{'beside ours':>14}")
    for name in taken:
        print(
            f"{name:28}{p50(taken, name):>7.1f} ms{p95(taken, name):>7.1f} ms"
            f"{ratio(taken, name, 'ours'):>14.2f}"
        )
    print(f"ours / bare FTS5 for the same: {ratio(taken, 'ours', 'bare'):.2f} (goal: at most 1.1)")


def common(reader: Reader, question: str) -> frozenset[str]:
    """The words that a large library leaves out, however small this one is."""
    asked = terms(question)
    having = reader.having(quote(term) for term in asked)
    most = COMMON * reader.passages()
    return frozenset(term for term in asked if having[quote(term)] > most)


def ours(reader: Reader, question: str, limit: int) -> Ranking:
    """The word search of a large library."""
    return by_match(reader, any_of(question, common(reader, question)), limit)


def by_match(reader: Reader, match: str, limit: int) -> Ranking:
    """What the library finds by an FTS5 expression."""
    return reader.by_words(match, Scope(), limit)


def whole(reader: Reader, question: str) -> str:
    """An expression for the question's words without their first letters."""
    left = common(reader, question)
    telling = [term for term in terms(question) if term not in left]
    return " OR ".join(map(quote, telling))


def bare(reader: Reader, match: str, limit: int = DEPTH) -> Ranking:
    """FTS5 as its documentation shows it, for one expression."""
    if not match:
        return []
    table = reader.words()
    sql = f"SELECT rowid, -bm25({table}) FROM {table} WHERE {table} MATCH ? ORDER BY 2 DESC LIMIT ?"
    return [(row[0], row[1]) for row in reader.rows(sql, match, limit)]


def naming(question: str) -> str:
    """A question that names a section, another one for each."""
    return f"What does Section {len(question) % 19 + 1}.{len(question) % 4 + 1} say?"


def quality(gold: GoldSet) -> None:
    """Print nDCG@10 of each way of asking, over the set's questions."""
    word_search.SMALL = 0  # type: ignore[attr-defined] # as if this library were large
    asked = {each.id: each for each in gold.questions}
    qrels = {each.id: each.grades for each in gold.questions}
    with gold_library(gold, None, with_meaning=False, report=lambda progress: None) as found:
        desk, scopes = found
        reader, names = desk.reader, searched(desk).names
        ways: dict[str, Callable[[str, Scope], Ranking]] = {
            "every word, all scored": lambda text, scope: scored(reader, any_of(text), scope),
            "common words left out": lambda text, scope: scored(
                reader, any_of(text, common(reader, text)), scope
            ),
            "and listed in memory (ours)": lambda text, scope: reader.by_words(
                any_of(text, common(reader, text)), scope, DEEP
            ),
            "ours without first letters": lambda text, scope: reader.by_words(
                whole(reader, text), scope, DEEP
            ),
            "ours with citations": lambda text, scope: with_citations(reader, text, scope),
        }
        print(f"\n{gold.name}: {reader.passages():,} passages, {len(asked)} questions; {NDCG}")
        figures = {}
        for name, way in ways.items():
            rankings = {
                key: documents(way(each.text, scopes[each.within]), names)
                for key, each in asked.items()
            }
            figures[name] = means(score_all(rankings, qrels))[NDCG]
        for name, value in figures.items():
            other = BESIDE.get(name, next(iter(figures)))
            print(f"  {name:28}{value:>8.4f}{value - figures[other]:>+9.4f} beside “{other}”")


def scored(reader: Reader, match: str, scope: Scope) -> Ranking:
    """Every passage that an expression finds in scope, by its score."""
    inside = set(reader.passage_ids(scope)) if scope != Scope() else None
    found = bare(reader, match, -1)
    return [each for each in found if inside is None or each[0] in inside][:DEEP]


def with_citations(reader: Reader, text: str, scope: Scope) -> Ranking:
    """The word search with the sections that the question names put first."""
    by_words = reader.by_words(any_of(text, common(reader, text)), scope, DEEP)
    ranked = fuse(by_words, (), {}, cited_passages(reader, text, scope))
    return [(item.passage, item.score) for item in ranked]


def documents(ranking: Ranking, names: Mapping[int, str]) -> list[str]:
    """The documents that passages stand for, each once."""
    return list(dict.fromkeys(names[passage] for passage, _ in ranking))[:100]


if __name__ == "__main__":
    main()
