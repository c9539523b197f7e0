"""Which of several passages are the same clause, word for word.

Only white space, letter case, signs and the section's own number may differ: two clauses that
differ in a number of days or in a party's name are two clauses to a lawyer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from legaldesk.core.references import SECTION_WORDS

SHORTEST = 40
"""Letters and digits; shorter texts, such as lone headings, are alike by chance."""

_OWN_LETTER = re.compile(r"\W*\([a-z]{1,4}\)\s", re.IGNORECASE)
_NUMBER = r"\(?(?:\d{1,4}[a-z]{0,3}|[ivx]|[ivxlc]{2,8})"
_MARKS = r"[.):–—-]+(?=\s)"
_OWN_NUMBER = re.compile(
    rf"\W*(?:(?:{SECTION_WORDS})\.?\s{{0,2}}{_NUMBER}(?:[.-]\d{{1,4}}[a-z]?)*(?:{_MARKS}|(?=\s))"
    rf"|{_NUMBER}(?:\.\d{{1,2}}[a-z]?)*{_MARKS}|\(?\d{{1,3}}(?:\.\d{{1,2}}[a-z]?)+(?=\s))",
    re.IGNORECASE,
)
"""A section word and a number, a number with a mark behind it, or one of several parts."""

_MEASURE = re.compile(
    r"\s*(?:Prozent|Million|Mio|Mrd|Euro?|EUR|USD|CHF|GBP|Januar|Februar|März|April|Mai|Juni|Juli"
    r"|August|September|Oktober|November|Dezember)"
)
"""What makes a number with a dot an amount or a day."""

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
    """The text behind the section's own number.

    "Within 30 days", "3.5 percent" and "Section 12 of the Act" are a clause's own words.
    """
    match = _OWN_LETTER.match(text) or _OWN_NUMBER.match(text)
    if match is None or _MEASURE.match(text, match.end()):
        return text
    rest = text[match.end() :].lstrip()
    runs_on = rest[:1].islower() and match[0].rstrip()[-1:].isalnum()
    return text if runs_on else rest


def grouped(texts: Sequence[str]) -> list[list[int]]:
    """The indices of texts in groups of one clause; each group where its first member stood."""
    found: dict[str, list[int]] = {}
    for index, text in enumerate(texts):
        key = clause_key(text)
        found.setdefault(key or f"{index} ", []).append(index)
    return list(found.values())
