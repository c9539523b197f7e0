"""The published cards' table, from one full-width encoding of passages and questions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from legaldesk.core.evaluation import Mode, TableRow
from legaldesk.core.fusion import DEPTH as FUSED_DEPTH
from legaldesk.core.fusion import Scored, fuse
from legaldesk.core.metrics import DEPTH, Qrels, Rankings, Scores, score_all
from legaldesk.engine.significance import Units, figures
from legaldesk.engine.vectors import Floats, Ids, unit

_BLOCK = 16_000_000
"""Cosines computed at a time (64 MB)."""


class Nearest:
    """The passages nearest to each question (q, D) at several dimensions, block by block.

    Vectors are cut to a dimension and normalised again, as a Matryoshka model's are used. Exact;
    the lower place first among equals. Of the passages only the ``depth`` best are kept, so that
    a corpus may be larger than memory. ``dimensions`` are those asked for later.
    """

    def __init__(self, questions: Floats, dimensions: Collection[int], depth: int = DEPTH) -> None:
        self._wanted = {dimension: unit(questions, dimension) for dimension in dimensions}
        empty = np.empty((len(questions), 0))
        self._found: dict[int, tuple[Ids, Floats]] = {
            dimension: (empty.astype(np.int64), empty.astype(np.float32))
            for dimension in dimensions
        }
        self._depth = depth
        self._seen = 0

    def add(self, passages: Floats) -> None:
        """Rank the next passages (n, D), whose places follow on those before."""
        for dimension, wanted in self._wanted.items():
            held = unit(passages, dimension)
            rows = max(1, _BLOCK // max(1, len(held)))
            parts = [
                self._joined(dimension, start, wanted[start : start + rows] @ held.T)
                for start in range(0, len(wanted), rows)
            ]
            if parts:
                places, cosines = zip(*parts, strict=True)
                self._found[dimension] = np.concatenate(places), np.concatenate(cosines)
        self._seen += len(passages)

    def _joined(self, dimension: int, start: int, cosines: Floats) -> tuple[Ids, Floats]:
        """The best of those kept for the questions from ``start`` on and of a new block."""
        kept, before = self._found[dimension]
        rows = slice(start, start + len(cosines))
        new = _best(cosines, min(self._depth, cosines.shape[1]))
        places = np.concatenate((kept[rows], new + self._seen), axis=1)
        both = np.concatenate((before[rows], np.take_along_axis(cosines, new, axis=1)), axis=1)
        best = _best(both, min(self._depth, both.shape[1]))
        return np.take_along_axis(places, best, axis=1), np.take_along_axis(both, best, axis=1)

    def places(self, dimension: int, depth: int = DEPTH) -> Ids:
        """Places (q, depth), best first; fewer columns when there are fewer passages."""
        return self._found[dimension][0][:, :depth]

    def cosines(self, dimension: int, depth: int = DEPTH) -> Floats:
        """The cosines (q, depth) of ``places``."""
        return self._found[dimension][1][:, :depth]


def exact_rankings(questions: Floats, passages: Floats, dimension: int, depth: int = DEPTH) -> Ids:
    """Places (q, depth) of the passages (n, D) nearest to each question (q, D), best first."""
    nearest = Nearest(questions, [dimension], depth)
    nearest.add(passages)
    return nearest.places(dimension, depth)


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
    nearest: Nearest,
    numbers: Sequence[int],
    by_words: Sequence[Sequence[Scored]],
    dimension: int,
    weights: Mapping[int, float],
) -> list[list[int]]:
    """Passage numbers for each question, best first, as a search with these vectors fuses them.

    For a model that the library does not hold: ``nearest`` ranks by its vectors, ``numbers``
    are the passages' numbers, ascending, and ``by_words`` what the words find for each
    question. ``weights`` are those of ``core.fusion.fuse``.
    """
    named = np.asarray(numbers, dtype=np.int64)[nearest.places(dimension, FUSED_DEPTH)]
    cosines = nearest.cosines(dimension, FUSED_DEPTH)
    found = []
    for words, row, scores in zip(by_words, named, cosines, strict=True):
        by_meaning = list(zip(row.tolist(), scores.tolist(), strict=True))
        found.append([each.passage for each in fuse(words[:FUSED_DEPTH], by_meaning, weights)])
    return found


def dense_rows(
    nearest: Nearest,
    question_ids: Sequence[str],
    passage_ids: Sequence[str],
    qrels: Qrels,
    dimensions: Sequence[int],
    units: Units,
    above: float = 0.0,
) -> list[TableRow]:
    """One row for each Matryoshka dimension, equal to InformationRetrievalEvaluator's figures.

    ``nearest`` ranks the passages, in the order of their ids, for the questions in theirs.
    """
    names = np.asarray(passage_ids, dtype=object)
    found = []
    for dimension in dimensions:
        rankings = {
            question: names[row].tolist()
            for question, row in zip(question_ids, nearest.places(dimension), strict=True)
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
