"""How right a ranking is: the field's figures for one question, and for many.

The figures are those of sentence-transformers' InformationRetrievalEvaluator, which the
published model cards print, under the same names.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Grades = Mapping[str, float]
"""How right each passage is for one question, by passage; 0 and what is absent are not."""

Qrels = Mapping[str, Grades]
"""The grades of every question, by question (TREC's query relevance judgements)."""

Rankings = Mapping[str, Sequence[str]]
"""Passages by question, best first, none of them twice."""

Scores = dict[str, dict[str, float]]
"""Every question's figures, by question and by the figure's name; each from 0 to 1."""

CUTS = (1, 3, 5, 10)
"""The ranks at which accuracy, precision and recall are taken."""

NDCG_CUT, MRR_CUT, MAP_CUT = 10, 10, 100

DEPTH = MAP_CUT
"""How many passages of a ranking the figures look at."""

NDCG, MRR, MAP = f"ndcg@{NDCG_CUT}", f"mrr@{MRR_CUT}", f"map@{MAP_CUT}"

METRICS: tuple[str, ...] = (
    *(f"{kind}@{cut}" for kind in ("accuracy", "precision", "recall") for cut in CUTS),
    NDCG,
    MRR,
    MAP,
)
"""The names of the figures of a ranking, in the published tables' order."""

CHARACTER_RECALL = {budget: f"character_recall@{budget}" for budget in (2_000, 4_000)}
"""The names of the figures of gold spans, by the characters of text within which they are."""

SHORTEST_SPAN = 40
"""Characters; a shorter answer, such as a date, says nothing about where it was looked for."""


@dataclass(frozen=True, slots=True)
class TextRange:
    """A half-open range [start, end) of a document's characters."""

    document: str
    start: int
    end: int


def score(ranking: Sequence[str], grades: Grades, above: float = 0.0) -> dict[str, float]:
    """One question's METRICS.

    Grades above ``above`` make a passage a right answer for all figures but nDCG, which
    takes every grade as the gain (Järvelin and Kekäläinen, TOIS 2002, with the logarithm
    to base 2 of rank + 1). Average precision is divided by the smaller of MAP_CUT and the
    number of right answers. Raises ValueError when there is no right answer.
    """
    right = {passage for passage, grade in grades.items() if grade > above}
    if not right:
        raise ValueError("a question without a right answer has no figures")
    correct = [passage in right for passage in ranking[:DEPTH]]
    found = {cut: sum(correct[:cut]) for cut in CUTS}
    return {
        **{f"accuracy@{cut}": float(found[cut] > 0) for cut in CUTS},
        **{f"precision@{cut}": found[cut] / cut for cut in CUTS},
        **{f"recall@{cut}": found[cut] / len(right) for cut in CUTS},
        NDCG: _ndcg([max(0.0, grades.get(passage, 0.0)) for passage in ranking], grades),
        MRR: next((1 / rank for rank, is_it in enumerate(correct[:MRR_CUT], 1) if is_it), 0.0),
        MAP: _average_precision(correct, len(right)),
    }


def _ndcg(gains: Sequence[float], grades: Grades) -> float:
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    return _dcg(gains) / _dcg(ideal)


def _dcg(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(at + 2) for at, gain in enumerate(gains[:NDCG_CUT]))


def _average_precision(correct: Sequence[bool], right: int) -> float:
    found, total = 0, 0.0
    for rank, is_it in enumerate(correct[:MAP_CUT], 1):
        if is_it:
            found += 1
            total += found / rank
    return total / min(MAP_CUT, right)


def score_all(rankings: Rankings, qrels: Qrels, above: float = 0.0) -> Scores:
    """METRICS of every question of ``qrels`` that has a right answer, in that order.

    A question that was not ranked found nothing.
    """
    return {
        question: score(rankings.get(question, ()), grades, above)
        for question, grades in qrels.items()
        if any(grade > above for grade in grades.values())
    }


def means(scores: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The mean of each figure over the questions that have it."""
    columns: dict[str, list[float]] = defaultdict(list)
    for figures in scores.values():
        for name, value in figures.items():
            columns[name].append(value)
    return {name: math.fsum(values) / len(values) for name, values in columns.items()}


def with_equals(qrels: Qrels, texts: Mapping[str, str]) -> dict[str, dict[str, float]]:
    """The grades with every passage of the same text graded like the best of its kind.

    ``texts`` has the text of each passage that could be found; white space is no difference.
    Equal texts have equal vectors, so no model can tell the one that was marked.
    """
    by_text: dict[str, list[str]] = defaultdict(list)
    for passage, text in texts.items():
        by_text[" ".join(text.split())].append(passage)
    alike = {passage: others for others in by_text.values() for passage in others}
    found: dict[str, dict[str, float]] = {}
    for question, grades in qrels.items():
        found[question] = dict(grades)
        for passage, grade in grades.items():
            for other in alike.get(passage, ()):
                found[question][other] = max(grade, found[question].get(other, 0.0))
    return found


def answer_units(qrels: Qrels) -> dict[str, str]:
    """A name of the unit that each question belongs to: those with the same right answers.

    Several phrasings of one question are no several pieces of evidence.
    """
    return {
        question: "\n".join(sorted(passage for passage, grade in grades.items() if grade > 0))
        for question, grades in qrels.items()
    }


def won_and_lost(
    before: Mapping[str, float], after: Mapping[str, float]
) -> tuple[list[str], list[str]]:
    """The questions whose figure rose and those whose figure fell, the largest change first."""
    changes = {question: after[question] - before[question] for question in before}
    order = sorted(changes, key=lambda question: -abs(changes[question]))
    won = [question for question in order if changes[question] > 0]
    return won, [question for question in order if changes[question] < 0]


def character_recall(hits: Iterable[TextRange], gold: Sequence[TextRange], budget: int) -> float:
    """The share of the gold characters that the hits cover, read in rank order up to a budget.

    ``budget`` counts the characters of the hits; the one that exceeds it counts with its
    beginning. A character of two gold spans is one. Raises ValueError without gold.
    """
    wanted = _merged(gold)
    total = sum(part.end - part.start for part in wanted)
    if not total:
        raise ValueError("character recall needs a gold span")
    read = _merged(_within(hits, budget))
    return sum(_shared(part, other) for part in wanted for other in read) / total


def _within(hits: Iterable[TextRange], budget: int) -> list[TextRange]:
    """The first ``budget`` characters of the hits."""
    found: list[TextRange] = []
    for hit in hits:
        if budget <= 0:
            break
        end = min(hit.end, hit.start + budget)
        found.append(TextRange(hit.document, hit.start, end))
        budget -= end - hit.start
    return found


def _merged(ranges: Iterable[TextRange]) -> list[TextRange]:
    """The same characters in ranges that do not overlap."""
    found: list[TextRange] = []
    for part in sorted(ranges, key=lambda part: (part.document, part.start, part.end)):
        last = found[-1] if found else None
        if last is not None and last.document == part.document and part.start <= last.end:
            found[-1] = TextRange(last.document, last.start, max(last.end, part.end))
        else:
            found.append(part)
    return found


def _shared(one: TextRange, other: TextRange) -> int:
    """How many characters two ranges have in common."""
    if one.document != other.document:
        return 0
    return max(0, min(one.end, other.end) - max(one.start, other.start))
