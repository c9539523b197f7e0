"""Put the best passages of a search in order once more, by what a cross-encoder says of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from legaldesk.core.fusion import Ranked

BEST = 30
"""How many of the best passages are scored again.

A cross-encoder reads the question with every passage, so that each one costs as much as
encoding it. The window shows 25 results, some of which hold several passages: what stands
beyond 30 would hardly be seen.
"""

RERANKED_WEIGHT = 1.0
"""How much its score counts beside the two halves: as much as one of them.

It is a third voice and no judge: a model that does not know the language, or that reads
questions of another kind, then spoils an order by one voice in three, where its order alone
would be all that is left.
"""

LEAST_SPREAD = 1.0
"""Between the worst score and the best: in less than this, their distances are no preference.

Scores are logits, so that 1 is odds of e to 1.
"""


def reranked(
    ranked: Sequence[Ranked], scores: Sequence[float], cited: Collection[int] = ()
) -> list[Ranked]:
    """A ranking whose first passages are ordered anew by fused score and cross-encoder.

    ``scores``, logits, belong to the first of ``ranked``. They are brought to 0..1 from the worst
    to the best of them, as the halves' are. ``cited`` passages stand under a section that the
    question names: they get all that can be had, so that none falls behind a passage that it led.
    What has no score keeps its place below.
    """
    first = [
        replace(
            item, score=item.score + RERANKED_WEIGHT * (1.0 if item.passage in cited else share)
        )
        for item, share in zip(ranked, _scaled(scores), strict=False)
    ]
    first.sort(key=lambda item: -item.score)  # stable: equals stay in their order
    return [*first, *ranked[len(first) :]]


def _scaled(scores: Sequence[float]) -> list[float]:
    """From 0 at the worst to 1 at the best; less at the best where they hardly differ."""
    low = min(scores, default=0.0)
    width = max(LEAST_SPREAD, max(scores, default=0.0) - low)
    return [(score - low) / width for score in scores]
