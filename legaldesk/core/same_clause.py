"""Which of several passages are the same clause, word for word.

Only white space, letter case, signs and the section's own number may differ: two clauses that
differ in a number of days or in a party's name are two clauses to a lawyer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

SHORTEST = 40
"""Letters and digits; shorter texts, such as lone headings, are alike by chance."""

_OWN_LETTER = re.compile(r"\W*\([a-z]{1,4}\)\s", re.IGNORECASE)
_OWN_NUMBER = re.compile(
    r"\W*(?:[^\W\d_]{1,10}\.?\s{0,2})?\(?[\divxlc]+(?:[.\-]\d+)*[.):]*\s", re.I
)
_SIGNS = re.compile(r"[\W_]+")
"""All but letters and digits."""

_PLAIN_SIGNS = bytes(code for code in range(128) if _SIGNS.match(chr(code)))


def clause_key(text: str) -> str:
    """What two copies of a clause have in common, "" for a text that is too short to tell."""
    rest = _without_number(unicodedata.normalize("NFKC", text)).casefold()
    letters = _letters(rest)
    return letters if len(letters) >= SHORTEST else ""


def _letters(text: str) -> str:
    """Without its signs. Most texts are plain, and bytes take a thirtieth of the time."""
    if text.isascii():
        return text.encode().translate(None, _PLAIN_SIGNS).decode()
    return _SIGNS.sub("", text)


def _without_number(text: str) -> str:
    match = _OWN_LETTER.match(text) or _OWN_NUMBER.match(text)
    return text[match.end() :] if match is not None else text


def grouped(texts: Sequence[str]) -> list[list[int]]:
    """The indices of texts in groups of one clause; each group where its first member stood."""
    found: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        key = clause_key(text)
        found.setdefault(key or f"{index} ", []).append(index)
    return list(found.values())
