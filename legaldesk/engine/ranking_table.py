"""The published cards' table, from one full-width encoding of passages and questions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from legaldesk.core.evaluation import Mode, TableRow
from legaldesk.core.metrics import DEPTH, Qrels, Rankings, Scores, score_all
from legaldesk.engine.significance import Units, figures
from legaldesk.engine.vectors import Floats, Ids, unit

_BLOCK = 16_000_000
"""Cosines computed at a time (64 MB)."""


def exact_rankings(questions: Floats, passages: Floats, dimension: int, depth: int = DEPTH) -> Ids:
    """Places (q, depth) of the passages (n, D) nearest to each question (q, D), best first.

    Both are cut to ``dimension`` and normalised again, as a Matryoshka model's vectors are
    used. Exact; the lower place first among equals. Fewer columns when n is below ``depth``.
    """
    wanted, held = unit(questions, dimension), unit(passages, dimension)
    depth = min(depth, len(held))
    places = np.empty((len(wanted), depth), dtype=np.int64)
    rows = max(1, _BLOCK // max(1, len(held)))
    for start in range(0, len(wanted), rows):
        cosines = wanted[start : start + rows] @ held.T
        places[start : start + rows] = _best(cosines, depth)
    return places


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
