"""References to a section of law, as questions write them: "Art. 14", "§ 86 Abs. 1", "Điều 174".

A reference in a question and a heading of a passage are read by the same rule, so that they can
be told to be the same one, whatever way each is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from legaldesk.core.passages import RANGE
from legaldesk.core.query import quote

_KINDS = {
    "article": (
        "art|arts|article|articles|artículo|artículos|articulo|articulos|artikel|articolo|điều"
    ),
    "section": "section|sections|sec|secs|sección|seccion|secció|rule|rules|§|§§|paragraph",
    "clause": "clause|clauses|cláusula|clausula|clàusula|klausel|khoản",
    "margin": "rn|rdnr|rz",
    "chapter": "chapter|chapitre|capítulo|capitulo|capítol|capitol|kapitel|chương",
    "title": "title|titre|título|titulo|títol|titol|titel",
    "exhibit": "exhibit|schedule|annex|annexe|anexo|annex|anlage|anhang|phụ lục|appendix",
}
"""What a section is called, one kind for all languages; longer words are tried first."""

_NAMED = {word: kind for kind, words in _KINDS.items() for word in words.split("|")}
SECTION_WORDS = "|".join(sorted(map(re.escape, _NAMED), key=len, reverse=True))
"""What a section is called, as a pattern."""

_DOUBTFUL = {"art": r"(?<!the )art|art(?=\.)"}
"""Words that are no section's in some places: "the state of the art 3D printer"."""

_WORD = "|".join(_DOUBTFUL.get(word, word) for word in SECTION_WORDS.split("|"))
_ENDING = r"er|re|ère|bis|ter|quater|ff|[ºª¹²³]"
"""What is written close behind a number and is no part of it here."""

_LETTERS = rf"(?!(?:{_ENDING}|st|nd|rd|th)(?!\w))(?:[A-Z]{{1,3}}|[a-z]{{1,3}})"
"""Those of an inserted section: 8A, 573c, 80TTA. "12th" is no section."""

_NUMBER = (
    rf"(?:(?:[LRDA]\.? ?)?\*?\d+(?:[-.]\d+)*(?:{_LETTERS})?(?=(?:{_ENDING})?(?!\w))"
    r"|[IVXLC]+(?!\w)|[A-Z](?!\w))"
)
_REFERENCE = re.compile(
    rf"(?<!\w)(?P<word>{_WORD})\.?\s{{0,2}}(?:n[.º°] ?)?"
    rf"(?P<number>(?-i:{_NUMBER}))",
    re.IGNORECASE,
)
_ORDINAL = ("º", "ª", "er", "o", "e")
"""What may follow a number so closely that the word index takes both for one word."""

_NOT_COUNTED = re.compile(r"[\s*]|(?<=[A-Z])\.")


@dataclass(frozen=True, slots=True)
class Reference:
    """A section's kind and its number, without dots after letters and without spaces."""

    kind: str
    number: str

    @property
    def match(self) -> str:
        """The FTS5 expression for passages that may stand under it: they have its number."""
        written = {self.number, re.sub(r"(?<=[a-z])(?=\d)", " ", self.number)}
        if self.number.isdecimal():
            written |= {f"{self.number}{ending}" for ending in _ORDINAL}
        return "{section body} : (" + " OR ".join(quote(each) for each in sorted(written)) + ")"


def references(text: str) -> tuple[Reference, ...]:
    """The sections that a text refers to, each once, in order."""
    found = (_reference(match) for match in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(found))


def stands_under(path: Sequence[str], reference: Reference) -> bool:
    """Whether one of a passage's headings is the section, or the section is in their range."""
    return any(_covers(heading, reference) for heading in path)


def _covers(heading: str, reference: Reference) -> bool:
    matches = [_REFERENCE.match(part) for part in heading.split(RANGE)]
    ends = [_reference(match) for match in matches if match is not None]
    if reference in ends:
        return True
    if len(ends) < 2 or {end.kind for end in ends} != {reference.kind}:
        return False
    first, number, last = (_order(each.number) for each in (ends[0], reference, ends[-1]))
    return len(first) == len(number) == len(last) and first < number < last


def _order(number: str) -> tuple[tuple[int, str], ...]:
    """A number as it is counted: 9 before 10, 573 before 573a, and that before 573c."""
    parts = re.findall(r"(\d+)([a-z]*)|([a-z]+)", number)
    return tuple((int(digits or 0), letters or behind) for digits, behind, letters in parts)


def _reference(match: re.Match[str]) -> Reference:
    return Reference(_NAMED[match["word"].lower()], _NOT_COUNTED.sub("", match["number"]).lower())
