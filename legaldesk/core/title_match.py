"""Which of several documents a question names, by the words of their titles.

A passage's vector does not know its document's title, so a question over many documents would
find the wrong one. The documents that it names are moved up, and asked for what is left of the
question without their names. Over 16 contracts that reads 0.562 of the gold characters instead of
0.369, nearly as much as asking within the right one (0.578); vectors of title and text read 0.552
(``tests/benchmarks/titles.py``).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple, TypeVar

from legaldesk.core.query import stem, terms

D = TypeVar("D")

CLEAR, TELLING = 0.5, 0.5
"""The share of a title that singles a document out, and the rarity of a single word that does."""

ALIKE = 3
"""Titles that may begin with the same name; what more of them begin with is no name of one."""

_WORD = re.compile(r"[\w&]+")
_SHORT = re.compile(r"(.+?)(?: [–—-] |: | \()")

Rarity = Callable[[Collection[str]], Mapping[str, float]]
"""How rare words are among all passages: from 0 for one that is in every passage to 1."""


class TitleMatch(NamedTuple):
    """What a question names of a title.

    ``share`` is above 0 and at most 1; ``words`` counts the words that not all titles have, and
    ``rarity`` is the highest among them.
    """

    share: float
    words: int
    rarity: float

    @property
    def singles_out(self) -> bool:
        """Whether the question means this document: "the lease" may be any, though one is called
        Lease."""
        return self.share >= CLEAR and (self.words > 1 or self.rarity >= TELLING)


def title_matches(question: str, titles: Mapping[D, str], rarity: Rarity) -> dict[D, TitleMatch]:
    """How much of each document's title a question names; nothing for one that it does not.

    Each word of a title counts by how few of the titles have it (its inverse document frequency
    among them), so that what stands in all of them counts nothing. What the question names of it
    counts by its rarity among the passages too, so that "of the" names no document. A title such
    as "Federal Arbitration Act – Title 9 as in force" is named by what stands before the dash.
    """
    forms = {name: set(_forms(title).values()) for name, title in titles.items()}
    short = _short_forms(titles)
    held = Counter(form for each in forms.values() for form in each)
    asked = {term: form for term, form in _forms(question).items() if 0 < held[form] < len(titles)}
    if not asked:
        return {}
    telling: dict[str, float] = {}
    for term, share in rarity(asked.keys()).items():
        telling[asked[term]] = max(share, telling.get(asked[term], 0.0))
    weight = {form: math.log(len(titles) / count) for form, count in held.items()}
    found: dict[D, TitleMatch] = {}
    for name, each in forms.items():
        matches = [_match(part, weight, telling) for part in (each, short.get(name, set()))]
        best = max(matches, key=lambda match: match.share)
        if best.share > 0:
            found[name] = best
    return found


def _match(
    forms: set[str], weight: Mapping[str, float], telling: Mapping[str, float]
) -> TitleMatch:
    shared = forms & telling.keys()
    named = sum(weight[form] * telling[form] for form in shared)
    rest = sum(weight[form] for form in forms - shared)
    words = [telling[form] for form in shared if weight[form] > 0]
    return TitleMatch(named / (named + rest) if named else 0.0, len(words), max(words, default=0.0))


def _short_forms(titles: Mapping[D, str]) -> dict[D, set[str]]:
    """The words before a title's first dash, colon or bracket; one word alone is no name."""
    found: dict[D, set[str]] = {}
    for name, title in titles.items():
        short = _SHORT.match(title)
        forms = set(_forms(short[1]).values()) if short else set()
        if len(forms) > 1:
            found[name] = forms
    times = Counter(map(frozenset, found.values()))
    return {name: forms for name, forms in found.items() if times[frozenset(forms)] <= ALIKE}


def without_names(question: str, titles: Collection[str]) -> str:
    """A question without the longest run of words that all stand in the titles.

    Only the one run: a word of a title elsewhere in the question is what is asked about.
    """
    held = {form for title in titles for form in _forms(title).values()}
    words = list(_WORD.finditer(question))
    runs = [
        list(run)
        for named, run in groupby(words, key=lambda word: _stands_in(held, word.group()))
        if named
    ]
    if not runs:
        return question
    longest = max(runs, key=len)
    return f"{question[: longest[0].start()]}{question[longest[-1].end() :]}".strip()


def _stands_in(held: Collection[str], word: str) -> bool:
    forms = _forms(word).values()
    return bool(forms) and all(form in held for form in forms)


@lru_cache(maxsize=10_000)
def _forms(text: str) -> dict[str, str]:
    """The words of a text, long ones by their first letters, as the word index looks for them."""
    return {term: stem(term) or term for term in terms(text)}
