"""Pairs as a loss takes them: columns of text, and what may not share a batch."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from legaldesk.core.pairs import same_text
from legaldesk.core.recipes import Recipe
from legaldesk.engine.near_duplicates import near_duplicate_groups
from legaldesk.engine.run_folder import PairLine

MOST_NEGATIVES = 4
"""Marked and mined negatives of a pair that are trained on; each costs as much as a passage."""

_KNOWN = 16
"""Other right answers of a question that are kept out of its batch."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Texts in the order of the pairs: questions, passages, and columns of negatives.

    ``keys`` are columns too: two pairs that have a key in common, in any column, are kept
    out of one batch, because one's passage might answer the other's question.
    """

    questions: tuple[str, ...]
    passages: tuple[str, ...]
    negatives: tuple[tuple[str, ...], ...]
    keys: tuple[tuple[str, ...], ...]


def columns(
    lines: Sequence[PairLine], recipe: Recipe, mined: Mapping[int, Sequence[str]]
) -> Columns:
    """The columns of training pairs, with marked negatives and ``mined`` ones by pair.

    A pair with fewer negatives than another takes passages of other pairs, which would be
    negatives in its batch anyway. Positive-first recipes take no negatives: they would be
    passages beside questions.
    """
    answers: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        answers[same_text(line.pair.question)].append(line.group)
    negatives = _negatives(lines, mined, answers) if recipe.columns[0] == "question" else []
    rows = [_row_keys(line, answers, marked) for line, marked in _with_marks(lines, negatives)]
    width = max((len(row) for row in rows), default=1)
    padded = [[*row, *[row[0]] * (width - len(row))] for row in rows]
    return Columns(
        questions=tuple(line.pair.question for line in lines),
        passages=tuple(line.pair.passage for line in lines),
        negatives=tuple(zip(*negatives, strict=True)) if negatives else (),
        keys=tuple(zip(*padded, strict=True)),
    )


def _negatives(
    lines: Sequence[PairLine],
    mined: Mapping[int, Sequence[str]],
    answers: Mapping[str, Sequence[int]],
) -> list[list[str]]:
    """A row of as many negatives for each pair, or no rows at all."""
    own = [
        list(dict.fromkeys([*line.pair.negatives, *mined.get(at, ())]))[:MOST_NEGATIVES]
        for at, line in enumerate(lines)
    ]
    width = max((len(texts) for texts in own), default=0)
    if not width:
        return []
    drawn = random.Random(len(lines))
    for line, texts in zip(lines, own, strict=True):
        right = set(answers[same_text(line.pair.question)])
        for _ in range(20 * width):
            if len(texts) == width:
                break
            other = drawn.choice(lines)
            if other.group not in right:
                texts.append(other.pair.passage)
        texts.extend([texts[0] if texts else ""] * (width - len(texts)))
    return own


def _with_marks(
    lines: Sequence[PairLine], negatives: Sequence[Sequence[str]]
) -> list[tuple[PairLine, list[int]]]:
    """Each pair with the groups of its negatives, so that they answer nobody in its batch."""
    if not negatives:
        return [(line, []) for line in lines]
    width = len(negatives[0])
    texts = [*(line.pair.passage for line in lines), *(text for row in negatives for text in row)]
    groups = near_duplicate_groups(texts)
    known = {groups[at]: line.group for at, line in enumerate(lines)}
    flat = groups[len(lines) :]
    return [
        (line, [known.get(group, -1 - group) for group in flat[at * width : (at + 1) * width]])
        for at, line in enumerate(lines)
    ]


def _row_keys(
    line: PairLine, answers: Mapping[str, Sequence[int]], negatives: Sequence[int]
) -> list[str]:
    """What a pair may have in common with no other in its batch."""
    question = same_text(line.pair.question)
    others = [group for group in answers[question] if group != line.group][:_KNOWN]
    return [f"q{question}", *(f"p{group}" for group in (line.group, *others, *negatives))]
