"""Both halves of a search together against each alone, and the weights chosen without the set.

    python3 packaging/dev.py bench fusion SETS [NAME ...] [--kept FOLDER]

SETS is the folder that holds the sets, of which all are asked unless some are named. What each
half proposes is kept in FOLDER where one is given, since making it cuts and encodes whole
collections; what is there is not made anew, so take another one after a change to cutting, model or
halves. The figure is nDCG@10 with a document as its best passage; for a set whose questions have
gold spans the share of their characters within the first 2,000 that are read is printed too, and
the share of the questions of which any gold character is among these.

The first table compares "both", as a search fuses, with the better of meaning and the reference
BM25, paired, with the 95% interval over questions that share no right answer; the second chooses
the two weights (of meaning for passages in languages that the model covers, and in others) on all
sets but one, by the mean over them of the gain over the better half, and asks the one left out. A
set whose questions are each about one document counts by the share of characters there.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

from _candidates import SetOfCandidates, candidates
from _options import options_of

from legaldesk.core.evaluation import GoldSet
from legaldesk.core.fusion import DEPTH, UNCOVERED_WEIGHT, Scored, fuse
from legaldesk.core.metrics import NDCG, TextRange, character_recall, score
from legaldesk.engine.bm25_reference import Bm25
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.gold_library import groups_within
from legaldesk.engine.significance import compare

BUDGET = 2_000
COVERED = (0.5, 0.7, 0.85, 1.0, 1.2, 1.4, 2.0)
UNCOVERED = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4)
NOW = (1.0, UNCOVERED_WEIGHT)

Weights = tuple[float, float]
Scores = Mapping[str, float]
Rank = Callable[[int], Sequence[int]]


@dataclass(frozen=True)
class Measured:
    """A set whose halves are asked again and again."""

    gold: GoldSet
    found: SetOfCandidates

    @property
    def units(self) -> dict[str, str]:
        return {question.id: question.unit for question in self.found.questions}

    @cached_property
    def halves(self) -> list[tuple[list[Scored], list[Scored]]]:
        """Each question's words and meaning, as deep as a search goes."""
        return [
            (self.found.list_of("words", at)[:DEPTH], self.found.list_of("meaning", at)[:DEPTH])
            for at in range(len(self.found.questions))
        ]

    def both(self, weights: Weights) -> Rank:
        """The passages of a question as they are fused with these weights."""
        covered = self.found.covered

        def rank(at: int) -> list[int]:
            words, meaning = self.halves[at]
            weight = {passage: weights[not covered[passage]] for passage, _ in meaning}
            question = self.found.questions[at]
            fused = fuse(words, meaning, weight, question.cited, question.named, question.within)
            return [each.passage for each in fused]

        return rank

    @cached_property
    def in_one_document(self) -> bool:
        """Whether each question is about one document, so that nDCG of documents says nothing."""
        sizes = {name: len(group) for name, group in groups_within(self.gold).items()}
        return all(
            question.within and sizes[question.within] == 1 for question in self.gold.questions
        )

    def figure(self, rank: Rank) -> dict[str, float]:
        """What the set counts by."""
        return self.recall(rank) if self.in_one_document else self.ndcg(rank)

    def half(self, name: str) -> Rank:
        """The passages of a question by one list alone."""
        return lambda at: [passage for passage, _ in self.found.list_of(name, at)]

    def words(self, at: int) -> Sequence[int]:
        """The passages of a question by words, sections and titles that it names."""
        question = self.found.questions[at]
        found = self.found.list_of("words", at)
        named, within = question.named_by_words, question.within_by_words
        fused = fuse(found, (), {}, question.cited, named, within)
        return [each.passage for each in fused]

    def ndcg(self, rank: Rank) -> dict[str, float]:
        """nDCG@10 of every question."""
        names = self.found.names
        return {
            question.id: score(list(dict.fromkeys(names[p] for p in rank(at))), question.grades)[
                NDCG
            ]
            for at, question in enumerate(self.found.questions)
        }

    def recall(self, rank: Rank) -> dict[str, float]:
        """The share of gold characters read, of every question that has some."""
        ranges = self.found.ranges
        return {
            question.id: character_recall(
                (TextRange(*part) for passage in rank(at) for part in ranges[passage]),
                self.found.spans(at), BUDGET,
            )
            for at, question in enumerate(self.found.questions)
            if question.spans
        }  # fmt: skip

    @cached_property
    def bm25(self) -> dict[str, float]:
        """nDCG@10 of the frozen BM25 over whole documents."""
        groups = groups_within(self.gold)
        within = {question.id: question.within for question in self.gold.questions}
        allowed = {name: groups[group] if group else None for name, group in within.items()}
        with closing(Bm25(self.gold.documents)) as index:
            return {
                question.id: score(
                    index.rank(question.text, allowed[question.id]), question.grades
                )[NDCG]
                for question in self.found.questions
            }

    @cached_property
    def meaning(self) -> dict[str, float]:
        """nDCG@10 by meaning alone."""
        return self.ndcg(self.half("meaning"))

    @cached_property
    def better(self) -> dict[str, float]:
        """The better of meaning and BM25, by what the set counts by."""
        if self.in_one_document:
            return max(*(self.recall(self.half(name)) for name in ("plain", "meaning")), key=mean)
        return max(self.meaning, self.bm25, key=mean)


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--kept", type=Path, help="where candidates are kept")
    asked = parser.parse_args()
    names = asked.names or sorted(path.name for path in asked.sets.iterdir() if path.is_dir())
    with tempfile.TemporaryDirectory(prefix="legaldesk-") as temporary:
        kept = asked.kept or Path(temporary)
        measured = [
            Measured(read_gold_set(asked.sets / name), candidates(asked.sets / name, kept))
            for name in names
        ]
    print(f"{'set':<20}{'BM25':>7}{'words':>7}{'meaning':>9}{'both':>7}  both - better half")
    for each in measured:
        show(each)
    with_spans = [each for each in measured if any(one.spans for one in each.found.questions)]
    if with_spans:
        show_all_spans(with_spans)
    if len(measured) > 2:
        leave_one_out(measured)


def show(measured: Measured) -> None:
    """One line of nDCG@10."""
    both = measured.ndcg(measured.both(NOW))
    words = measured.ndcg(measured.words)
    parts = (measured.bm25, words, measured.meaning, both)
    line(measured, parts, max(measured.meaning, measured.bm25, key=mean), both)


OF_SPANS: dict[str, Callable[[float], float]] = {
    "characters of gold spans": lambda share: share,
    "questions with a character of a gold span": lambda share: float(share > 0),
}
"""What is counted of a question, from the share of its gold characters that is read."""


def show_all_spans(with_spans: Sequence[Measured]) -> None:
    """Both tables of sets with gold spans."""
    for what, count in OF_SPANS.items():
        print(f"\n{what} among the first 2,000 read")
        print(f"{'set':<20}{'BM25 *':>7}{'words':>7}{'meaning':>9}{'both':>7}  both - better half")
        for each in with_spans:
            show_spans(each, count)
    print("* over the same passages: every word of the question, no stems, no sections")


def show_spans(measured: Measured, count: Callable[[float], float]) -> None:
    """One line of what is read of gold spans."""
    halves = measured.half("plain"), measured.words, measured.half("meaning")
    shares = [measured.recall(rank) for rank in (*halves, measured.both(NOW))]
    counted = [{name: count(share) for name, share in each.items()} for each in shares]
    plain_words, _, meaning, both = counted
    line(measured, counted, max(plain_words, meaning, key=mean), both)


def line(measured: Measured, parts: Sequence[Scores], better: Scores, both: Scores) -> None:
    bm25, words, meaning, fused = (mean(each) for each in parts)
    print(
        f"{measured.gold.name:<20}{bm25:>7.3f}{words:>7.3f}{meaning:>9.3f}{fused:>7.3f}"
        f"  {difference(measured, better, both)}",
        flush=True,
    )


def difference(measured: Measured, before: Scores, after: Scores) -> str:
    """The mean difference with its interval; a star where it is surely above or below zero."""
    change = compare(before, after, {name: measured.units[name] for name in before})
    sure = " *" if change.low > 0 or change.high < 0 else ""
    return f"{change.difference:+.3f} ({change.low:+.3f} to {change.high:+.3f}){sure}"


def leave_one_out(measured: Sequence[Measured]) -> None:
    """Choose the weights on all sets but one, and ask that one with them."""
    grid = list(product(COVERED, UNCOVERED))
    gains = {each.gold.name: surface(each, grid) for each in measured}
    print("\nweights (covered, uncovered) chosen on the other sets")
    print(f"{'set':<20}{'chosen':>14}{'both':>7}  chosen - better half        chosen - now")
    for left_out in measured:
        others = [gains[each.gold.name] for each in measured if each is not left_out]
        chosen = max(grid, key=lambda weights: sum(each[weights] for each in others))
        now, both = (left_out.figure(left_out.both(weights)) for weights in (NOW, chosen))
        print(
            f"{left_out.gold.name:<20}{chosen!s:>14}{mean(both):>7.3f}"
            f"  {difference(left_out, left_out.better, both)}"
            f"  {difference(left_out, now, both)}",
            flush=True,
        )
    best = max(grid, key=lambda weights: sum(each[weights] for each in gains.values()))
    print(f"{'all':<20}{best!s:>14}")


def surface(measured: Measured, grid: Sequence[Weights]) -> dict[Weights, float]:
    """The gain over the better half for each pair of weights.

    Only those that matter are asked: a set's passages are mostly of one kind.
    """
    kinds = set(measured.found.covered.values())
    known: dict[Weights, float] = {}
    found: dict[Weights, float] = {}
    for weights in grid:
        covered, uncovered = weights
        key = (covered if True in kinds else 0.0, uncovered if False in kinds else 0.0)
        if key not in known:
            known[key] = mean(measured.figure(measured.both(weights))) - mean(measured.better)
        found[weights] = known[key]
    return found


def mean(scores: Scores) -> float:
    return sum(scores.values()) / len(scores)


if __name__ == "__main__":
    main()
