"""References to a section of law, as questions write them: "Art. 14", "§ 86 Abs. 1", "Điều 174".

A reference in a question and a heading of a passage are read by the same rule, so that they can
be told to be the same one, whatever way each is written.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
_WORD = "|".join(sorted(map(re.escape, _NAMED), key=len, reverse=True))
_NUMBER = r"(?:[LRDA]\.? ?)?\*?\d+(?:[-.]\d+)*(?:[a-z](?!\w))?|[IVXLC]+(?!\w)|[A-Z](?!\w)"
_REFERENCE = re.compile(
    rf"(?<!\w)(?P<word>{_WORD})\.?\s{{0,2}}(?:n[.º°] ?)?(?P<number>(?-i:{_NUMBER}))", re.IGNORECASE
)
_NOT_COUNTED = re.compile(r"[\s*]|(?<=[A-Z])\.")


@dataclass(frozen=True, slots=True)
class Reference:
    """A section's kind and its number, without dots after letters and without spaces."""

    kind: str
    number: str

    @property
    def match(self) -> str:
        """The FTS5 expression for passages under a heading with this number."""
        return "{section} : " + quote(re.sub(r"(?<=[a-z])(?=\d)", " ", self.number))


def references(text: str) -> tuple[Reference, ...]:
    """The sections that a text refers to, each once, in order."""
    found = (_reference(match) for match in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(found))


def stands_under(path: Sequence[str], reference: Reference) -> bool:
    """Whether one of a passage's headings is the section that is meant."""
    return any(
        match is not None and _reference(match) == reference
        for match in (_REFERENCE.match(heading) for heading in path)
    )


def _reference(match: re.Match[str]) -> Reference:
    return Reference(_NAMED[match["word"].lower()], _NOT_COUNTED.sub("", match["number"]).lower())
