"""Put the two halves of a search together: exact words and meaning."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

DEPTH = 100
"""How many passages each half proposes at least; a half's scores are scaled over these."""

UNCOVERED_WEIGHT = 0.2
"""How much meaning counts for a passage in a language that the model does not cover.

Low enough that a clear order of exact words stands, and that what no word finds still
follows: anything from 0.1 to 0.3 is within 0.02 MRR@10 of the best for seven sets in es,
fr, ca, de and vi, where full weight loses up to a quarter against words alone.
"""


CITED_BONUS = 1.0
"""What a passage gets that stands under a section which the question names.

As much as a half gives its best hit, so that the section comes first where the question is
about it, and does not where both halves agree on another passage.
"""

TITLE_BONUS = 0.5
"""What a passage gets at most whose document's title the question names.

It moved nDCG@10 of both halves together from 0.749 to 0.788 on French answers of notaries (whose
titles are subjects), from 0.900 to 0.908 and 0.941 to 0.941 on Vietnamese statutes, from 0.646 to
0.655 on Peruvian and from 0.481 to 0.498 on Andorran law, and by nothing on German judgments.
"""

Scored = tuple[int, float]
"""A passage number and its score by one half."""


class Within(NamedTuple):
    """What both halves propose within the documents that a question singles out, best first."""

    words: Sequence[Scored] = ()
    meaning: Sequence[Scored] = ()


NOWHERE = Within()
"""No document is singled out."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage's fused score and the shares that words and meaning have in it.

    ``named`` is the share of its document's title that the question names.
    """

    passage: int
    score: float
    words: float
    meaning: float
    named: float = 0.0


def covered(language: str, model_languages: frozenset[str] | None) -> bool:
    """Whether the model knows a passage's language; an unknown language counts as known."""
    return model_languages is None or not language or language in model_languages


def meaning_weights(
    languages: Mapping[int, str], model_languages: frozenset[str] | None, factor: float = 1.0
) -> dict[int, float]:
    """How much meaning counts for each passage, from its language.

    ``factor`` is what this library's labels taught (see ``core.balance``).
    """
    return {
        passage: factor * (1.0 if covered(language, model_languages) else UNCOVERED_WEIGHT)
        for passage, language in languages.items()
    }


def fuse(
    by_words: Sequence[Scored],
    by_meaning: Sequence[Scored],
    meaning_weight: Mapping[int, float],
    cited: Collection[int] = (),
    named: Mapping[int, float] | None = None,
    within: Within = NOWHERE,
) -> list[Ranked]:
    """The passages of two rankings by the weighted sum of their scaled scores, best first.

    Each half's scores are brought to 0..1: words by the best BM25 score, meaning from the
    DEPTH-th cosine to the best one (Bruch, Gai and Ingber, TOIS 2023). Reciprocal ranks,
    which forget how clear a lead is, are worse on each of ten sets, by 0.01 to 0.19 MRR@10.
    ``meaning_weight`` gives the weight of the meaning half per passage (1 if absent), and
    ``cited`` are passages of a section that the question names, found by words or not; ``named``
    has the share of their document's title that it names (see ``core.title_match``). ``within`` is
    scaled by itself: the best passage of a document that is singled out is as good as the best of
    all. Ties go to the better one by words, then to the lower passage number.
    """
    shares = named or {}
    words = dict.fromkeys([*cited, *shares], 0.0) | _scaled(by_words, 0.0)
    words = _higher(words, _scaled(within.words, 0.0))
    words |= {passage: words[passage] + CITED_BONUS for passage in cited}
    words |= {passage: words[passage] + TITLE_BONUS * share for passage, share in shares.items()}
    near = _scaled(by_meaning, _worst(by_meaning))
    near = _higher(near, _scaled(within.meaning, _worst(within.meaning)))
    meaning = {passage: meaning_weight.get(passage, 1.0) * score for passage, score in near.items()}
    ranked = [
        _ranked(
            passage,
            words.get(passage, 0.0),
            meaning.get(passage, 0.0),
            shares.get(passage, 0.0),
        )
        for passage in words.keys() | meaning.keys()
    ]
    return sorted(ranked, key=lambda item: (-item.score, -item.words, item.passage))


def _scaled(ranking: Sequence[Scored], low: float) -> dict[int, float]:
    """Scores from 0 at ``low`` or less to 1 at the best; all 1 when none stands out."""
    if not ranking:
        return {}
    width = ranking[0][1] - low
    if width <= 0:
        return dict.fromkeys((passage for passage, _ in ranking), 1.0)
    return {passage: max(0.0, (score - low) / width) for passage, score in ranking}


def _higher(one: dict[int, float], other: dict[int, float]) -> dict[int, float]:
    """Of a passage's two scores the higher one."""
    return one | {passage: max(score, one.get(passage, 0.0)) for passage, score in other.items()}


def _worst(ranking: Sequence[Scored]) -> float:
    return min((score for _, score in ranking[:DEPTH]), default=0.0)


def _ranked(passage: int, words: float, meaning: float, named: float) -> Ranked:
    total = words + meaning
    share = words / total if total else 0.0
    return Ranked(passage, total, share, 1.0 - share if total else 0.0, named)
