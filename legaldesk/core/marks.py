"""Which lines of a document are headings: patterns in their context, and bookmarks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise

from legaldesk.core.documents import OutlineEntry
from legaldesk.core.headings import (
    ARTICLE,
    CAPITALS,
    LETTER,
    LONGEST_TITLE,
    ROMAN,
    TITLE_CASE,
    Heading,
    all_capitals,
    bare,
    capitalised,
    find_heading,
    is_contents_line,
    is_finished,
    is_no_title,
    wants_more,
)
from legaldesk.core.stream import Line

DEEPEST = 99
"""The rank of a heading that holds nothing but the lines below it."""

TABLE_ROWS = 5
"""This many lines in capitals in a row are a table or a paragraph."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading found in a document: lines [line, after) hold it (and the body if run in).

    ``whole`` says that a bookmark gave its title, which then does not go on below.
    """

    line: int
    after: int
    heading: Heading
    whole: bool = False


def find_marks(lines: Sequence[Line], outline: Sequence[OutlineEntry], language: str) -> list[Mark]:
    """The headings of a document in order; lines of a table of contents are left out."""
    found: dict[int, Mark] = {}
    contents = _contents([is_contents_line(line.text) for line in lines])
    for at in range(len(lines)):
        heading = None if at in contents else _heading_here(lines, at, language)
        if heading is not None:
            found[at] = Mark(at, at + 1, heading)
    _lower_capitals(lines, found)
    for at, after, heading in _outlined(lines, outline, found):
        found[at] = Mark(at, after, heading, whole=True)
    return _with_titles(lines, found)


def _lower_capitals(lines: Sequence[Line], found: dict[int, Mark]) -> None:
    """Corrects what capitals alone made a heading.

    Many such lines in a row are a table or a shouted paragraph; the same words again and
    again ("PREVIOUS TEXT") stand inside sections and hold none.
    """
    plain = [at for at, mark in found.items() if mark.heading.rank == CAPITALS]
    times = Counter(lines[at].text for at in plain)
    for row in _rows(plain):
        last = lines[row[-1]].text[-1:]
        shouted = len(row) > 1 and last == "." and lines[row[0]].wide > 0.8
        if len(row) >= TABLE_ROWS or shouted or last in ",;":
            for at in row:
                del found[at]
        elif times[lines[row[0]].text] >= 3:
            lower = replace(found[row[0]].heading, rank=TITLE_CASE + 3)
            found[row[0]] = Mark(row[0], row[0] + 1, lower)


def _rows(places: Sequence[int]) -> list[list[int]]:
    """Runs of consecutive numbers."""
    rows: list[list[int]] = []
    for at in places:
        if rows and rows[-1][-1] == at - 1:
            rows[-1].append(at)
        else:
            rows.append([at])
    return rows


def _heading_here(lines: Sequence[Line], at: int, language: str) -> Heading | None:
    line = lines[at]
    heading = find_heading(line.text, language)
    before = lines[at - 1].text if at else ""
    if heading is None:
        return _title_case(lines, at)
    if heading.title[-1:].isdigit() and _in_number_column(lines, at):
        return None
    if wants_more(before):
        return None
    if heading.sure or not before or is_finished(before):
        return heading
    if find_heading(before, language) or all_capitals(before) or lines[at - 1].wide < 0.6:
        return heading
    return None


def _contents(leaders: Sequence[bool]) -> set[int]:
    """The lines of tables of contents: those with leaders, and wrapped ones that have such a line
    within two lines before and after.
    """
    rows = [at for at, has in enumerate(leaders) if has]
    between = (range(max(one + 1, two - 2), min(one + 3, two)) for one, two in pairwise(rows))
    return {*rows, *chain.from_iterable(between)}


def _in_number_column(lines: Sequence[Line], at: int) -> bool:
    """Whether this line and its neighbours, three or more, all end in a number: in pages."""
    near = [line.text[-1:].isdigit() for line in lines[max(0, at - 2) : at + 3]]
    return any(all(near[first : first + 3]) for first in range(len(near) - 2))


def _title_case(lines: Sequence[Line], at: int) -> Heading | None:
    """A short line in title case between finished text and a new paragraph."""
    text = lines[at].text
    if not 3 < len(text) <= 60 or lines[at].wide > 0.6 or not text[0].isupper():
        return None
    if text[-1] in ".;,!?_)-" or ":" in text[:-1] or not capitalised(text) or at + 1 == len(lines):
        return None
    if len(text.split()) > 8 or any(letter.isdigit() for letter in text):
        return None
    before = lines[at - 1].text if at else "."
    after = lines[at + 1]
    if not before.endswith((".", ";", "]")) or is_no_title(text):
        return None
    if after.wide < 0.7 or after.text[:1].islower():
        return None
    return Heading(TITLE_CASE, "", text.rstrip(" :"))


def _with_titles(lines: Sequence[Line], found: dict[int, Mark]) -> list[Mark]:
    """Joins a heading with the lines its title goes on in."""
    marks: list[Mark] = []
    for at in sorted(found):
        numeral = found[at].heading.rank in (ROMAN, LETTER)
        if marks and at < marks[-1].after or numeral and _is_text(lines, found[at]):
            continue
        marks.append(_with_title(lines, found[at], found))
    return _with_inner_capitals(marks)


def _with_inner_capitals(marks: Sequence[Mark]) -> list[Mark]:
    """Lowers headings in capitals between clauses of one article: 12.2, PARIS, 12.3."""
    found = list(marks)
    article, since = "", 0
    for at, mark in enumerate(marks):
        outer = mark.heading.label.rstrip(".").rpartition(".")[0]
        if outer and outer == article:
            for inner in range(since + 1, at):
                heading = replace(found[inner].heading, rank=DEEPEST)
                found[inner] = replace(found[inner], heading=heading)
        if mark.heading.rank != CAPITALS:
            article, since = outer, at
    return found


def _with_title(lines: Sequence[Line], mark: Mark, found: dict[int, Mark]) -> Mark:
    heading, after = mark.heading, mark.after
    if heading.run_in or mark.whole:
        return mark
    if _wraps(lines, mark):
        title = f"{heading.title} {lines[after].text}".strip(" .:")
        return Mark(mark.line, after + 1, replace(heading, title=title))
    if _is_text(lines, mark):
        return Mark(mark.line, after, replace(heading, title="", run_in=True))
    while after < len(lines) and after - mark.line < 4 and _goes_on(lines, heading, after, found):
        title = f"{heading.title} {lines[after].text}".strip(" .:")
        heading, after = replace(heading, title=title), after + 1
    return Mark(mark.line, after, heading)


def _wraps(lines: Sequence[Line], mark: Mark) -> bool:
    """Whether a title ends on a short second line, with a new paragraph below that."""
    title, line = mark.heading.title, lines[mark.line]
    if not title or mark.after + 1 >= len(lines):
        return False
    below, next_one = lines[mark.after], lines[mark.after + 1]
    dash = line.text[-1:] in ("–", "—", "-")
    if below.wide > 0.65 or below.text[-1:] in ".;:," or next_one.text[:1].islower():
        return False
    return dash or below.text[:1].islower() and (line.wide > 0.7 or wants_more(title))


def _is_text(lines: Sequence[Line], mark: Mark) -> bool:
    """Whether what looked like a title is the first line of the section's own text."""
    title = mark.heading.title
    if not title or not mark.heading.label or mark.after > mark.line + 1 or all_capitals(title):
        return False
    below = lines[mark.after].text if mark.after < len(lines) else ""
    long = lines[mark.line].wide > 0.75 or len(title) > 60
    runs_on = below[:1].islower() or (not capitalised(title) and wants_more(title))
    return long and runs_on


def _goes_on(lines: Sequence[Line], heading: Heading, at: int, found: dict[int, Mark]) -> bool:
    """Whether this line is still the heading's title."""
    line, other = lines[at].text, found.get(at)
    if other is not None and (other.heading.label or other.heading.sure):
        return False
    if len(line) > LONGEST_TITLE or is_no_title(line) or is_contents_line(line):
        return False
    capitals = all_capitals(line)
    if heading.title:
        return capitals and all_capitals(heading.title) and not line[:1].isdigit()
    if not heading.label or (heading.rank >= ARTICLE and lines[at].wide > 0.7 and not capitals):
        return False
    nothing_after = at + 1 >= len(lines) or lines[at + 1].text[:1].islower()
    closed = line[-1:] in ".;,"
    return capitals or (len(line) <= 90 and line[:1].isupper() and not closed and not nothing_after)


def _outlined(
    lines: Sequence[Line], outline: Sequence[OutlineEntry], found: dict[int, Mark]
) -> list[tuple[int, int, Heading]]:
    """Bookmarks whose title stands on their page: first line, line after, heading.

    A title that also follows a pattern keeps the pattern's rank, because the levels of
    real outlines are often wrong; the others take the rank usual at their level, above what
    is usual at the deeper ones.
    """
    pages = _page_rows(lines)
    placed: list[tuple[OutlineEntry, int, int, bool]] = []
    last: dict[int, int] = {}
    for entry in outline:
        rows = pages.get(entry.page, range(0))
        place = _place(lines, rows, entry.title, last.get(entry.page, -1))
        if place is not None:
            last[entry.page] = place[0]
            placed.append((entry, *place))
    ranks = _level_ranks(placed, found)
    above: dict[int, int] = {}
    headings: list[tuple[int, int, Heading]] = []
    for entry, at, after, run_in in placed:
        above = {level: rank for level, rank in above.items() if level < entry.level}
        least = max(above.values(), default=-1) + 1
        heading = _outline_heading(entry, run_in, found.get(at), ranks, least)
        above[entry.level] = heading.rank
        headings.append((at, after, heading))
    return headings


def _page_rows(lines: Sequence[Line]) -> dict[int, range]:
    pages: dict[int, range] = {}
    for at, line in enumerate(lines):
        pages[line.page] = range(pages.get(line.page, range(at, at)).start, at + 1)
    return pages


def _squeezed(text: str) -> str:
    return "".join(letter for letter in bare(text.casefold()) if letter.isalnum())


def _place(
    lines: Sequence[Line], rows: range, title: str, last: int
) -> tuple[int, int, bool] | None:
    """Where a title begins on its page: after the last one if it can, else anywhere."""
    wanted = _squeezed(title)
    if not wanted:
        return None
    behind = [at for at in rows if at > last]
    for at in [*behind, *(at for at in rows if at <= last)]:
        after = _reads(lines, at, rows.stop, wanted)
        if after is not None:
            return at, after[0], after[1]
    return None


def _reads(lines: Sequence[Line], at: int, stop: int, wanted: str) -> tuple[int, bool] | None:
    """The line after the title if it begins here, and whether text follows on its last line."""
    left = wanted
    for row in range(at, min(stop, at + 5)):
        here = _squeezed(lines[row].text)
        if not here.startswith(left):
            if here and left.startswith(here):
                left = left[len(here) :]
                continue
            return None
        if len(here) == len(left):
            return row + 1, False
        cut = here[len(left)]
        return None if left[-1].isdigit() and cut.isdigit() else (row + 1, True)
    return None


def _level_ranks(
    placed: Sequence[tuple[OutlineEntry, int, int, bool]], found: dict[int, Mark]
) -> dict[int, int]:
    """The middle rank that patterns give to the bookmarks of each level."""
    seen: dict[int, list[int]] = {}
    for entry, at, _, _ in placed:
        if at in found and found[at].heading.label:
            seen.setdefault(entry.level, []).append(found[at].heading.rank)
    return {level: sorted(ranks)[len(ranks) // 2] for level, ranks in seen.items()}


def _after_label(title: str, label: str) -> str | None:
    """What the bookmark says behind the number; None where it does not begin with it."""
    left = _squeezed(label)
    for at, letter in enumerate(title):
        for found in _squeezed(letter):
            if not left.startswith(found):
                return None if left else title[at:].strip(" .:-–°º")
            left = left[1:]
    return None if left else ""


def _outline_heading(
    entry: OutlineEntry, run_in: bool, mark: Mark | None, ranks: dict[int, int], least: int
) -> Heading:
    title = " ".join(entry.title.split())
    known = find_heading(title[:1].upper() + title[1:], "")
    if mark is None and known is not None and known.label:
        return replace(known, run_in=run_in, sure=True)
    if mark is not None and mark.heading.label:
        rest = _after_label(title, mark.heading.label)
        if rest is None:
            return replace(mark.heading, run_in=run_in)
        return replace(mark.heading, title=rest, run_in=run_in)
    deeper = [rank - 1 for level, rank in ranks.items() if level > entry.level]
    usual = min([CAPITALS + min(entry.level, 9), *deeper])
    rank = max(least, ranks.get(entry.level, usual))
    return Heading(rank, "", title, run_in, sure=True)
