"""Why a passage was found: the words to set apart, and a sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

from legaldesk.core.hits import Emphasis
from legaldesk.core.query import STEM, WORD, Query, stem, terms
from legaldesk.core.references import references, stands_under

_TOO_COMMON = 3
"""Words of up to this many letters are only set apart inside a quoted phrase or as numbers."""

_ASKING = frozenset(
    "what when where which whom whose does"
    " cual cuales cuando como donde quien quienes cuanto cuanta cuantos cuantas"
    " quel quelle quels quelles quand comment combien pourquoi lequel laquelle"
    " wann welche welchem welchen welcher welches wieviel wessen warum"
    " quin quina quins quines quan quant quants".split()
)
"""Folded words that ask: a question has them whatever it is about. Those that are shorter are not
set apart anyway."""

_ENDING = 3
"""Letters in which two forms of one word may differ at their end."""


def fold(text: str) -> str:
    """Lower case without diacritics, as the word index compares."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


Emphasise = Callable[[str], tuple[Emphasis, ...]]
"""Tells the parts of a reading text that stand in the question, in order, not overlapping."""


def emphasis(query: Query) -> Emphasise:
    """Reads the question once, for all texts that are found.

    Other forms of a word count too: "kündigen" for "Kündigung". Words that ask do not.
    """
    asked = [term for term in terms(query.text) if fold(term) not in _ASKING]
    wanted = {fold(term) for term in asked if len(term) > _TOO_COMMON or term.isdigit()}
    wanted |= {fold(term) for phrase in query.phrases for term in terms(phrase)}
    stems: dict[str, list[str]] = {}
    for term in map(fold, filter(stem, asked)):
        stems.setdefault(term[:STEM], []).append(term)
    known: dict[str, bool] = {}

    def emphasised(body: str) -> tuple[Emphasis, ...]:
        found = []
        for word in WORD.finditer(body):
            text = word.group()
            if text not in known:
                known[text] = _wanted(fold(text), wanted, stems)
            if known[text]:
                found.append(Emphasis(word.start(), word.end()))
        return tuple(found)

    return emphasised


def _wanted(word: str, exact: set[str], stems: dict[str, list[str]]) -> bool:
    """``stems`` has words by their first letters, so that few are compared."""
    return word in exact or any(same_word(word, other) for other in stems.get(word[:STEM], ()))


def same_word(one: str, other: str) -> bool:
    """Whether two folded words look like forms of one: they differ in a short ending alone."""
    longer = max(len(one), len(other))
    return one[:STEM] == other[:STEM] and _common(one, other) >= max(STEM, longer - _ENDING)


def _common(one: str, other: str) -> int:
    """How many first letters two words share."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def reason(
    query: Query,
    section: Sequence[str],
    body: str,
    found_words: Sequence[Emphasis],
    words: float,
    meaning: float,
    named: bool = False,
) -> str:
    """One plain sentence: whether the question names its section or its document (``named``),
    which words match, and whether its meaning is near. ``found_words`` are what ``emphasis`` tells.
    """
    found = list(dict.fromkeys(body[part.start : part.end].lower() for part in found_words))
    parts = []
    if any(stands_under(section, reference) for reference in references(query.text)):
        parts.append("is the section that the question names")
    elif named:
        parts.append("is in the document that the question names")
    if words > 0 and found:
        parts.append("has " + ", ".join(f"“{word}”" for word in found[:5]))
    elif words > 0 and not parts:
        parts.append("shares words with the question")
    if meaning > 0:
        parts.append("close in meaning")
    listed = ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else "".join(parts)
    return listed[:1].upper() + listed[1:]
