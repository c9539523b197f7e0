"""Put the two halves of a search together: exact words and meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RANK_CONSTANT = 60
"""The k of reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

UNCOVERED_WEIGHT = 0.1
"""How much meaning counts for a passage in a language that the model does not cover.

Low enough that the order of exact words stands, and that what no word finds still
follows: with full weight an English model pulls Spanish labour law from nDCG@10 0.64
(words alone) down to 0.51.
"""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage's fused score and the shares that words and meaning have in it."""

    passage: int
    score: float
    words: float
    meaning: float


def covered(language: str, model_languages: frozenset[str] | None) -> bool:
    """Whether the model knows a passage's language; an unknown language counts as known."""
    return model_languages is None or not language or language in model_languages


def fuse(
    by_words: Sequence[int],
    by_meaning: Sequence[int],
    meaning_weight: Mapping[int, float],
) -> list[Ranked]:
    """Weighted reciprocal rank fusion of two rankings of passage numbers, best first.

    ``meaning_weight`` gives the weight of the meaning half per passage (1 if absent).
    Ties go to the better rank by words, then to the lower passage number.
    """
    words = {passage: 1 / (RANK_CONSTANT + rank) for rank, passage in enumerate(by_words, 1)}
    meaning = {
        passage: meaning_weight.get(passage, 1.0) / (RANK_CONSTANT + rank)
        for rank, passage in enumerate(by_meaning, 1)
    }
    ranked = [
        _ranked(passage, words.get(passage, 0.0), meaning.get(passage, 0.0))
        for passage in words.keys() | meaning.keys()
    ]
    return sorted(ranked, key=lambda item: (-item.score, -item.words, item.passage))


def _ranked(passage: int, words: float, meaning: float) -> Ranked:
    total = words + meaning
    share = words / total if total else 0.0
    return Ranked(passage, total, share, 1.0 - share if total else 0.0)
