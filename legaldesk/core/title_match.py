"""Which of several documents a question names, by the words of their titles.

A passage's vector does not know its document's title: encoded with it, a question within one
document finds less. Without it, a question over many documents finds the wrong one more often.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from typing import TypeVar

from legaldesk.core.query import stem, terms

D = TypeVar("D")

Rarity = Callable[[Collection[str]], Mapping[str, float]]
"""How rare words are among all passages: from 0 for one that is in every passage to 1."""


def title_matches(question: str, titles: Mapping[D, str], rarity: Rarity) -> dict[D, float]:
    """The share of each document's title that a question names, from 0 to 1; none at 0.

    Each word of a title counts by how few of the titles have it (its inverse document frequency
    among them), so that what stands in all of them counts nothing. What the question names of it
    counts by its rarity among the passages too, so that "of the" names no document.
    """
    forms = {name: set(_forms(title).values()) for name, title in titles.items()}
    held = Counter(form for each in forms.values() for form in each)
    asked = {term: form for term, form in _forms(question).items() if 0 < held[form] < len(titles)}
    if not asked:
        return {}
    telling: dict[str, float] = {}
    for term, share in rarity(asked.keys()).items():
        telling[asked[term]] = max(share, telling.get(asked[term], 0.0))
    weight = {form: math.log(len(titles) / count) for form, count in held.items()}
    found: dict[D, float] = {}
    for name, each in forms.items():
        named = sum(weight[form] * telling[form] for form in each & telling.keys())
        rest = sum(weight[form] for form in each - telling.keys())
        if named > 0:
            found[name] = named / (named + rest)
    return found


@lru_cache(maxsize=10_000)
def _forms(text: str) -> dict[str, str]:
    """The words of a text, long ones by their first letters, as the word index looks for them."""
    return {term: stem(term) or term for term in terms(text)}
