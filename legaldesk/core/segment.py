"""Cuts a document into passages along the law's own structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from legaldesk.core.atoms import COSTS, Atom, boundaries, cut_into_atoms, fit, with_tokens
from legaldesk.core.counting import Counter, count_embedded
from legaldesk.core.documents import OutlineEntry, PageText
from legaldesk.core.headings import Heading, inline_breaks
from legaldesk.core.marks import find_marks
from legaldesk.core.passages import RANGE, Passage, embedded_text
from legaldesk.core.sections import Section, find_sections
from legaldesk.core.stream import Stream, body_text, read_stream

TARGET = 160
"""Tokens of body that a passage should have: about a clause or a paragraph of law."""

WHOLE = 200
"""A section up to this many tokens stays in one passage."""

SMALL = 64
"""A section below this is merged with its sisters, up to TARGET."""

TINY = 24
"""A section below this ("[Reserved]") may take its neighbour up to WHOLE."""

GRAIN = 8
"""Tokens; text in rows much shorter than this, as in tables, is cut between some of them."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A passage in the making: the sections it touches, its atoms and its room for them."""

    sections: tuple[Section, ...]
    atoms: tuple[Atom, ...]
    budget: int

    @property
    def start(self) -> int:
        """The stream offset of its first character."""
        return self.atoms[0].start

    @property
    def end(self) -> int:
        """The stream offset after its last character."""
        return self.atoms[-1].end

    @property
    def tokens(self) -> int:
        """The sum over the atoms; the whole may differ a little."""
        return sum(atom.tokens for atom in self.atoms)


def segment(
    pages: Sequence[PageText],
    outline: Sequence[OutlineEntry],
    language: str,
    counter: Counter,
    limit: int,
) -> list[Passage]:
    """The passages of a document in reading order.

    ``limit`` is what a passage may have in tokens, heading path and body together, and no
    passage has more. Every character that is not space or furniture is in exactly one.
    The same input gives the same passages.
    """
    stream = read_stream(pages, lambda text: inline_breaks(text, language))
    if not stream.lines:
        return []
    marks = find_marks(stream.lines, outline, language)
    sections = find_sections(stream, marks)
    pieces = _merged(_pieces(stream, sections, language, counter, limit))
    return _verified(stream, pieces, counter, limit)


def _pieces(
    stream: Stream, sections: Sequence[Section], language: str, counter: Counter, limit: int
) -> list[Piece]:
    """Each section's balanced pieces, every one within its section's budget."""
    offsets, kinds = boundaries(stream, language)
    rows = [
        cut_into_atoms(stream, offsets, kinds, part.start, part.end, part.lead) for part in sections
    ]
    paths = fit_paths([_names(part.path) for part in sections], counter, limit // 4)
    sizes = counter.count(["" if not path else embedded_text(path, "") for path in paths])
    counted = iter(with_tokens(stream, [atom for row in rows for atom in row], counter))
    jobs = [
        (part, max(1, limit - size - 1), [next(counted) for _ in row])
        for part, size, row in zip(sections, sizes, rows, strict=True)
    ]
    parts = iter(fit(stream, [(atom, room) for _, room, row in jobs for atom in row], counter))
    found: list[Piece] = []
    for section, room, row in jobs:
        atoms = [atom for _ in row for atom in next(parts)]
        found += [Piece((section,), tuple(part), room) for part in balanced(atoms, room)]
    return found


def balanced(atoms: Sequence[Atom], budget: int) -> list[list[Atom]]:
    """The atoms in runs of like size, each within the budget, ended at the best boundaries.

    Least total of squared imbalance and boundary cost; an atom above the budget is alone.
    """
    total = sum(atom.tokens for atom in atoms)
    if total <= min(budget, WHOLE):
        return [list(atoms)] if atoms else []
    room = min(budget, TARGET)
    ideal = total / -(-total // room)
    if len(atoms) > 200 and len(atoms) * GRAIN > total:
        atoms = _coarser(atoms, min(GRAIN, int(ideal) // 4))
    best, begin = [0.0], [0]
    for stop in range(1, len(atoms) + 1):
        cost, start = _best_start(atoms, stop, best, ideal, budget)
        best.append(cost)
        begin.append(start)
    cuts = [len(atoms)]
    while cuts[-1]:
        cuts.append(begin[cuts[-1]])
    cuts.reverse()
    return [list(atoms[left:right]) for left, right in pairwise(cuts)]


def _coarser(atoms: Sequence[Atom], least: int) -> list[Atom]:
    """Neighbours joined while they are below ``least`` tokens, so that crumbs cost no time."""
    found: list[Atom] = []
    for atom in atoms:
        last = found[-1] if found else None
        if last is not None and last.tokens + atom.tokens <= least:
            found[-1] = atom._replace(start=last.start, tokens=last.tokens + atom.tokens)
        else:
            found.append(atom)
    return found


def _best_start(
    atoms: Sequence[Atom], stop: int, best: list[float], ideal: float, budget: int
) -> tuple[float, int]:
    """Where the run that ends before ``stop`` should begin, and the cost up to there."""
    found = (float("inf"), stop - 1)
    size = 0
    for start in range(stop - 1, -1, -1):
        size += atoms[start].tokens
        if start < stop - 1 and (size > budget or size > 2 * ideal):
            break
        cost = best[start] + ((size - ideal) / ideal) ** 2
        if cost <= found[0]:  # of equals the earlier start
            found = (cost, start)
    return found[0] + COSTS[atoms[stop - 1].after], found[1]


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Small sister sections joined; a higher heading is never crossed."""
    found: list[Piece] = []
    for piece in pieces:
        if found and _may_join(found[-1], piece):
            last = found[-1]
            found[-1] = Piece(
                last.sections + piece.sections,
                last.atoms + piece.atoms,
                min(last.budget, piece.budget),
            )
        else:
            found.append(piece)
    return found


def _may_join(first: Piece, second: Piece) -> bool:
    before, after = first.sections[0], second.sections[0]
    if first.sections[-1] is after or after.opens < before.leaf:
        return False
    smaller, together = min(first.tokens, second.tokens), first.tokens + second.tokens
    room = WHOLE if smaller < TINY else TARGET
    return smaller < SMALL and together <= min(room, first.budget, second.budget)


def _names(path: Sequence[Heading]) -> tuple[str, ...]:
    return tuple(heading.name for heading in path)


def section_path(sections: Sequence[Section]) -> tuple[str, ...]:
    """The heading path of a passage; of several sections, what they share and their range."""
    first, last = sections[0].path, sections[-1].path
    shared = 0
    while shared < min(len(first), len(last)) and first[shared] is last[shared]:
        shared += 1
    if shared == len(first) or shared == len(last):
        return _names(first[:shared])
    ends = [path[shared].label or path[shared].name for path in (first, last)]
    return (*_names(first[:shared]), RANGE.join(ends))


def fit_paths(
    paths: Sequence[tuple[str, ...]], counter: Counter, room: int
) -> list[tuple[str, ...]]:
    """The paths within ``room`` tokens: outer headings go first, then the last one's words."""
    fitted = {path: path for path in paths}
    open_paths = [path for path in fitted if path]
    while open_paths:
        sizes = counter.count([" > ".join(fitted[path]) for path in open_paths])
        wide = [(path, size) for path, size in zip(open_paths, sizes, strict=True) if size > room]
        for path, size in wide:
            fitted[path] = _shorter(fitted[path], room / size)
        open_paths = [path for path, _ in wide if fitted[path]]
    return [fitted[path] for path in paths]


def _shorter(path: tuple[str, ...], share: float) -> tuple[str, ...]:
    if len(path) > 1:
        return path[1:]
    words = path[0].split()
    kept = " ".join(words[: min(len(words) - 1, max(1, int(len(words) * share)))])
    return (kept,) if kept else ()


def _verified(
    stream: Stream, pieces: Sequence[Piece], counter: Counter, limit: int
) -> list[Passage]:
    """The passages, each counted as it will be embedded; what is too long is cut again."""
    done: dict[tuple[int, int], Passage] = {}
    left = list(pieces)
    for _ in range(24):
        made = _passages(stream, left, counter, limit)
        wide = [at for at, passage in enumerate(made) if passage.tokens > limit]
        for piece, passage in zip(left, made, strict=True):
            if passage.tokens <= limit or not _can_shrink(piece):
                done[piece.start, piece.end] = passage
        left = [
            part
            for at in wide
            if _can_shrink(left[at])
            for part in _recut(stream, left[at], made[at].tokens, counter, limit)
        ]
        if not left:
            break
    return [done[key] for key in sorted(done)]


def _can_shrink(piece: Piece) -> bool:
    return piece.end - piece.start > 1


def _recut(stream: Stream, piece: Piece, tokens: int, counter: Counter, limit: int) -> list[Piece]:
    budget = max(1, min(piece.budget, piece.tokens) * limit // tokens - 1)
    rows = fit(stream, [(atom, budget) for atom in piece.atoms], counter)
    atoms = [atom for row in rows for atom in row]
    return [replace(piece, atoms=tuple(run), budget=budget) for run in balanced(atoms, budget)]


def _passages(
    stream: Stream, pieces: Sequence[Piece], counter: Counter, limit: int
) -> list[Passage]:
    paths = fit_paths([section_path(piece.sections) for piece in pieces], counter, limit // 4)
    texts = [stream.text[piece.start : piece.end] for piece in pieces]
    bodies = [body_text(text) for text in texts]
    sizes = count_embedded(paths, texts, bodies, counter)
    return [
        Passage(stream.spans(piece.start, piece.end), path, body, size, piece.atoms[-1].cut)
        for piece, path, body, size in zip(pieces, paths, bodies, sizes, strict=True)
    ]
