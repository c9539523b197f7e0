"""Why a passage was found: the words to set apart, and a sentence."""

from __future__ import annotations

import re
import unicodedata

from legaldesk.core.hits import Emphasis
from legaldesk.core.query import Query, terms

_WORD = re.compile(r"[^\W_]+")
_TOO_COMMON = 3
"""Words of up to this many letters are only set apart inside a quoted phrase or as numbers."""


def fold(text: str) -> str:
    """Lower case without diacritics, as the word index compares."""
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def emphasis(query: Query, body: str) -> tuple[Emphasis, ...]:
    """The parts of a reading text that stand in the question, in order, not overlapping."""
    wanted = {fold(term) for term in terms(query.text) if len(term) > _TOO_COMMON or term.isdigit()}
    wanted |= {fold(term) for phrase in query.phrases for term in terms(phrase)}
    return tuple(
        Emphasis(word.start(), word.end())
        for word in _WORD.finditer(body)
        if fold(word.group()) in wanted
    )


def reason(query: Query, body: str, words: float, meaning: float) -> str:
    """One plain sentence: which words match, and whether its meaning is near."""
    found = list(
        dict.fromkeys(body[part.start : part.end].lower() for part in emphasis(query, body))
    )
    parts = []
    if words > 0 and found:
        parts.append("has " + ", ".join(f"“{word}”" for word in found[:5]))
    elif words > 0:
        parts.append("shares words with the question")
    if meaning > 0:
        parts.append("close in meaning")
    return " and ".join(parts).capitalize() if parts else ""
