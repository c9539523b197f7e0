"""Mined hard negatives: passages that the base model takes for answers and that are none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from legaldesk.core.pairs import same_text
from legaldesk.engine.run_folder import PairLine, PoolLine
from legaldesk.engine.vectors import Floats

_LOOKED_AT = 60
"""Passages nearest to a question that are considered."""


def mine(
    lines: Sequence[PairLine],
    others: Sequence[PoolLine],
    questions: Floats,
    passages: Floats,
    count: int,
    margin: float,
) -> dict[int, tuple[str, ...]]:
    """Up to ``count`` negatives for each pair by its place, the hardest first.

    ``questions`` (n, d) of the pairs; ``passages`` (n + m, d) of the pairs and of ``others``
    after them, all of length 1. A passage of a group that answers the question is never
    taken, nor one whose cosine is above (1 - ``margin``) times the right answer's: it may be
    an answer nobody has marked. Of a group of near-duplicates one is taken.
    """
    right: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        right[same_text(line.pair.question)].add(line.group)
    texts = [*(line.pair.passage for line in lines), *(other.text for other in others)]
    groups = [*(line.group for line in lines), *(other.group for other in others)]
    found = {}
    for at, line in enumerate(lines):
        cosines = passages @ questions[at]
        ceiling = float(cosines[at]) * (1 - margin)
        taken: list[str] = []
        used = set(right[same_text(line.pair.question)])
        for place in np.argsort(-cosines)[:_LOOKED_AT]:
            if len(taken) == count:
                break
            if cosines[place] <= ceiling and groups[place] not in used:
                used.add(groups[place])
                taken.append(texts[place])
        found[at] = tuple(taken)
    return found
