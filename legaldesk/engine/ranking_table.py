"""The published cards' table, from one full-width encoding of passages and questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from legaldesk.core.evaluation import Mode, TableRow
from legaldesk.core.fusion import DEPTH as FUSED_DEPTH
from legaldesk.core.fusion import Scored, fuse
from legaldesk.core.metrics import DEPTH, Qrels, Rankings, Scores, score_all
from legaldesk.engine.significance import Units, figures
from legaldesk.engine.vectors import Floats, Ids, unit

_BLOCK = 16_000_000
"""Cosines computed at a time (64 MB)."""


def exact_rankings(questions: Floats, passages: Floats, dimension: int, depth: int = DEPTH) -> Ids:
    """Places (q, depth) of the passages nearest to each question: ``exact_nearest``'s first."""
    return exact_nearest(questions, passages, dimension, depth)[0]


def exact_nearest(
    questions: Floats, passages: Floats, dimension: int, depth: int = DEPTH
) -> tuple[Ids, Floats]:
    """Places and cosines (q, depth) of the passages (n, D) nearest to each question (q, D).

    Best first. Both are cut to ``dimension`` and normalised again, as a Matryoshka model's
    vectors are used. Exact; the lower place first among equals. Fewer columns when n is
    below ``depth``.
    """
    wanted, held = unit(questions, dimension), unit(passages, dimension)
    depth = min(depth, len(held))
    places = np.empty((len(wanted), depth), dtype=np.int64)
    nearest = np.empty((len(wanted), depth), dtype=np.float32)
    rows = max(1, _BLOCK // max(1, len(held)))
    for start in range(0, len(wanted), rows):
        cosines = wanted[start : start + rows] @ held.T
        best = _best(cosines, depth)
        places[start : start + rows] = best
        nearest[start : start + rows] = np.take_along_axis(cosines, best, axis=1)
    return places, nearest


def _best(cosines: Floats, depth: int) -> Ids:
    """Places of the highest numbers of each row, in order.

    What ties with the last one is cut off by place too, or it would depend on the memory.
    """
    if not depth:
        return np.empty((len(cosines), 0), dtype=np.int64)
    least = np.partition(cosines, cosines.shape[1] - depth, axis=1)[:, -depth]
    found = np.empty((len(cosines), depth), dtype=np.int64)
    for row, (numbers, floor) in enumerate(zip(cosines, least, strict=True)):
        near = np.flatnonzero(numbers >= floor)
        found[row] = near[np.argsort(-numbers[near], kind="stable")][:depth]
    return found


def fused_rankings(
    questions: Floats,
    passages: Floats,
    numbers: Sequence[int],
    by_words: Sequence[Sequence[Scored]],
    dimension: int,
    weights: Mapping[int, float],
) -> list[list[int]]:
    """Passage numbers for each question, best first, as a search with these vectors fuses them.

    For a model that the library does not hold: ``questions`` (q, D) and ``passages`` (n, D)
    are its vectors, ``numbers`` the passages' numbers, ascending, and ``by_words`` what the
    words find for each question. ``weights`` are those of ``core.fusion.fuse``.
    """
    places, cosines = exact_nearest(questions, passages, dimension, FUSED_DEPTH)
    named = np.asarray(numbers, dtype=np.int64)[places]
    found = []
    for words, row, nearest in zip(by_words, named, cosines, strict=True):
        by_meaning = list(zip(row.tolist(), nearest.tolist(), strict=True))
        found.append([each.passage for each in fuse(words[:FUSED_DEPTH], by_meaning, weights)])
    return found


def dense_rows(
    questions: Floats,
    passages: Floats,
    question_ids: Sequence[str],
    passage_ids: Sequence[str],
    qrels: Qrels,
    dimensions: Sequence[int],
    units: Units,
    above: float = 0.0,
) -> list[TableRow]:
    """One row for each Matryoshka dimension, equal to InformationRetrievalEvaluator's figures.

    ``questions`` (q, D) and ``passages`` (n, D) at full width, in the order of their ids.
    """
    names = np.asarray(passage_ids, dtype=object)
    found = []
    for dimension in dimensions:
        places = exact_rankings(questions, passages, dimension)
        rankings = {
            question: names[row].tolist()
            for question, row in zip(question_ids, places, strict=True)
        }
        found.append(table_row(Mode.DENSE, dimension, rankings, qrels, units, above))
    return found


def table_row(
    mode: Mode,
    dimension: int,
    rankings: Rankings,
    qrels: Qrels,
    units: Units,
    above: float = 0.0,
) -> TableRow:
    """The row of any rankings: dense, lexical, fused or BM25 (``dimension`` 0 for words)."""
    return scored_row(mode, dimension, score_all(rankings, qrels, above), units)


def scored_row(mode: Mode, dimension: int, scores: Scores, units: Units) -> TableRow:
    """The row of single questions' figures."""
    return TableRow(mode, dimension, figures(scores, units), scores)
