"""The units that passages are made of: whole sentences, and the parts of overlong ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from legaldesk.core.counting import Counter, count_bodies
from legaldesk.core.headings import is_contents_line
from legaldesk.core.sentences import CUTS, cut_points, sentence_ends
from legaldesk.core.stream import Line, Stream

COSTS = {
    "clause": 0.0,
    "part": 0.05,
    "paragraph": 0.08,
    "sentence": 0.3,
    "row": 0.35,
    "title": 2.0,
    "enumeration": 0.3,
    "semicolon": 0.6,
    "comma": 1.2,
    "word": 2.5,
}
"""What it costs to end a passage at a kind of boundary, against squared imbalance."""

_CLAUSE = re.compile(r"\((?:\d{1,3}|[A-Z])\) |\d{1,3}[A-Z]?[.)] |\d{1,3}(?:\.\d{1,3})+[A-Z]?\.? ")
_PART = re.compile(r"\d{1,3} ?[°º] |\(?(?:[a-zđ]{1,2}|[ivx]{1,5}|[A-Z]|[IVX]{1,5})[.)] |[•●▪◦–—-] ")
_UNFINISHED = re.compile(
    r"(?:.*[,;:]|(?:.* )?(?:and|or|of|the|to|by|y|e|o|de|la|el|et|ou|du|des|und|oder|der|và|i))$"
)
SHORT_TITLE = 80
"""Characters; a numbered clause's first "sentence" up to this is taken for its title."""


class Atom(NamedTuple):
    """A range of the stream that is kept in one piece.

    ``after`` is the kind of boundary behind it (a key of COSTS). ``cut`` is "" unless it
    ends inside a sentence. A cut before ``lead`` would part a heading from its body.
    """

    start: int
    end: int
    after: str
    cut: str = ""
    lead: int = 0
    tokens: int = 0


def boundaries(stream: Stream, language: str) -> tuple[list[int], dict[int, str]]:
    """Every place where a sentence, or a row that is none, ends: offsets and their kinds."""
    ends = sentence_ends(stream.text, language)
    kinds = dict.fromkeys(ends, "sentence")
    for at, line in enumerate(stream.lines):
        below = stream.lines[at + 1] if at + 1 < len(stream.lines) else None
        kind = _line_end(line, below, line.stop in kinds)
        if kind:
            kinds[line.stop] = kind
    offsets = sorted(kinds)
    for before, offset in pairwise([0, *offsets]):
        if kinds[offset] in ("sentence", "paragraph") and _is_title(stream, before, offset):
            kinds[offset] = "title"
    return offsets, kinds


def _line_end(line: Line, below: Line | None, closed: bool) -> str:
    """The boundary at a line's end: "" where the sentence goes on."""
    if below is None:
        return "clause"
    if closed:
        if _CLAUSE.match(below.text):
            return "clause"
        if _PART.match(below.text):
            return "part"
        return "paragraph" if line.wide < 0.8 else "sentence"
    if is_contents_line(line.text):
        return "row"
    capital = below.text[:1].isupper() or not below.text[:1].isalpha()
    short = line.wide < 0.7 and len(line.text) < 200
    return "row" if short and capital and not _UNFINISHED.match(line.text) else ""


def _is_title(stream: Stream, start: int, end: int) -> bool:
    """Whether this first sentence of a numbered clause is only its title: "(a) Payment."."""
    if end - start > SHORT_TITLE:
        return False
    text = stream.text[start:end].lstrip()
    return bool(_CLAUSE.match(text) or _PART.match(text))


def cut_into_atoms(
    stream: Stream, offsets: Sequence[int], kinds: dict[int, str], start: int, end: int, lead: int
) -> list[Atom]:
    """The atoms of stream[start:end]; the first one reaches beyond ``lead``."""
    found: list[Atom] = []
    left = start
    for offset in offsets[bisect_right(offsets, lead) :]:
        if offset >= end:
            break
        found += _atom(stream, left, offset, kinds[offset], lead)
        left = offset
    found += _atom(stream, left, end, "clause", lead)
    return found


def _atom(stream: Stream, start: int, end: int, after: str, lead: int) -> list[Atom]:
    start, end = stream.trim(start, end)
    return [Atom(start, end, after, lead=lead)] if start < end else []


def with_tokens(stream: Stream, atoms: Sequence[Atom], counter: Counter) -> list[Atom]:
    """The atoms with their tokens, counted in one call."""
    if not atoms:
        return []
    numbers = count_bodies([stream.text[atom.start : atom.end] for atom in atoms], counter)
    return [
        Atom(atom.start, atom.end, atom.after, atom.cut, atom.lead, number)  # _replace takes longer
        for atom, number in zip(atoms, numbers, strict=True)
    ]


Sized = tuple[Atom, int]
"""An atom and the tokens it may have."""


def fit(stream: Stream, atoms: Sequence[Sized], counter: Counter) -> list[list[Atom]]:
    """Each counted atom as parts within its budget, cut at the best kind of place there is.

    One count for each kind of cut, however many atoms are too long.
    """
    parts: list[list[Atom]] = [[atom] for atom, _ in atoms]
    wide = [at for at, (atom, budget) in enumerate(atoms) if atom.tokens > budget]
    for kind in (*CUTS[:-1], *[CUTS[-1]] * 12):
        if not wide:
            break
        cut = [_cut_row(stream, parts[at], atoms[at][1], kind) for at in wide]
        counted = iter(with_tokens(stream, [atom for row in cut for atom in row], counter))
        for at, row in zip(wide, cut, strict=True):
            parts[at] = [next(counted) for _ in row]
        wide = [at for at in wide if any(atom.tokens > atoms[at][1] for atom in parts[at])]
    return parts


def _cut_row(stream: Stream, row: Sequence[Atom], budget: int, kind: str) -> list[Atom]:
    found: list[Atom] = []
    for atom in row:
        found += _cut(stream, atom, budget, kind) if atom.tokens > budget else [atom]
    return found


def _cut(stream: Stream, atom: Atom, budget: int, kind: str) -> list[Atom]:
    text = stream.text[atom.start : atom.end]
    if kind == CUTS[-1]:
        points = _even_points(text, -(-atom.tokens // max(1, budget)))
    else:
        points = [at for at in cut_points(text, kind) if atom.start + at > atom.lead + 20]
    edges = [0, *points, len(text)]
    found: list[Atom] = []
    for left, right in pairwise(edges):
        start, end = stream.trim(atom.start + left, atom.start + right)
        if start < end:
            found.append(atom._replace(start=start, end=end, after=kind, cut=kind))
    if found:
        found[-1] = found[-1]._replace(after=atom.after, cut=atom.cut)
    return found


def _even_points(text: str, parts: int) -> list[int]:
    """Points that divide a text evenly, at words where it has any, else inside a word."""
    words = cut_points(text, "word")
    wanted = [len(text) * at // parts for at in range(1, max(2, parts))]
    if not words:
        return sorted({point for point in wanted if 0 < point < len(text)})
    return sorted({words[max(0, bisect_right(words, point) - 1)] for point in wanted})
