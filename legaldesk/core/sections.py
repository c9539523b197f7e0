"""The tree of headings, flattened: each section's path and its range of the stream."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from legaldesk.core.headings import Heading, is_contents_line
from legaldesk.core.marks import Mark
from legaldesk.core.stream import Stream

CONTENTS = 8
"""This many headings in a row without text are a table of contents."""

LOWEST = 1000
"""The rank of text under no heading."""


@dataclass(frozen=True, slots=True)
class Section:
    """A run of headings with the text under the last of them.

    ``opens`` is the highest rank among its own headings (smallest number) and ``leaf`` the
    last one's. No cut belongs before ``lead``, where its text begins.
    """

    path: tuple[Heading, ...]
    start: int
    end: int
    lead: int
    opens: int
    leaf: int


def find_sections(stream: Stream, marks: Sequence[Mark]) -> list[Section]:
    """The sections in order; together they cover the whole stream.

    A heading without text of its own stays with the deeper heading that follows it.
    """
    marks = _without_contents(stream, marks)
    first = stream.lines[marks[0].line].at if marks else len(stream.text)
    found = [Section((), 0, first, 0, LOWEST, LOWEST)] if first else []
    path: list[Heading] = []
    start, opens = -1, LOWEST
    for at, mark in enumerate(marks):
        here = stream.lines[mark.line].at
        after = marks[at + 1] if at + 1 < len(marks) else None
        end = stream.lines[after.line].at if after else len(stream.text)
        if start < 0:
            start, opens = here, mark.heading.rank
        opens = min(opens, mark.heading.rank)
        path = [outer for outer in path if outer.rank < mark.heading.rank] + [mark.heading]
        if after and _waits(mark, after):
            continue
        lead = _text_begins(stream, mark, end)
        found.append(Section(tuple(path), start, end, lead, opens, mark.heading.rank))
        start, opens = -1, LOWEST
    return found


def _waits(mark: Mark, after: Mark) -> bool:
    """Whether a heading has no text and belongs to the heading on the line after it."""
    if mark.heading.run_in or mark.after != after.line:
        return False
    return after.heading.rank > mark.heading.rank or not mark.heading.label


def _text_begins(stream: Stream, mark: Mark, end: int) -> int:
    heading = mark.heading
    if heading.run_in:
        line = stream.lines[mark.after - 1]
        if mark.after - 1 > mark.line:
            return line.at + 1
        return min(end, line.at + len(heading.label) + len(heading.title) + 4)
    return min(end, stream.lines[mark.after].at) if mark.after < len(stream.lines) else end


def _without_contents(stream: Stream, marks: Sequence[Mark]) -> list[Mark]:
    """The marks that are not in a table of contents."""
    found: list[Mark] = []
    run: list[Mark] = []
    for at, mark in enumerate(marks):
        after = marks[at + 1].line if at + 1 < len(marks) else len(stream.lines)
        if _has_text(stream, mark, after):
            found += _real(run)
            run = []
            found.append(mark)
        else:
            run.append(mark)
    return found + _real(run)


def _real(run: Sequence[Mark]) -> list[Mark]:
    """A run of headings without text: none of them counts where there are many."""
    return list(run[:1]) if len(run) >= CONTENTS else list(run)


def _has_text(stream: Stream, mark: Mark, after: int) -> bool:
    """Whether there is a finished sentence, or much text, between a heading and the next."""
    lines = stream.lines[mark.line if mark.heading.run_in else mark.after : after]
    lines = tuple(line for line in lines if not is_contents_line(line.text))
    if any(line.text[-1:] in ".;:”" for line in lines):
        return True
    return sum(line.end - line.start for line in lines) > 240
