"""A document as one run of text without furniture, with the way back to its pages."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from legaldesk.core.documents import GAP, SOFT_HYPHEN, PageText
from legaldesk.core.furniture import Range, body_lines
from legaldesk.core.passages import Span, reading_text

HEAD = 400
"""How much of a line is read to tell what kind of line it is."""

LONG = 600
"""A line this long is no printed line: its page came without line breaks."""

BLANK = " \t\r\n\f\v\x1c\x1d\x1e\x1f\x85\u2028\u2029" + GAP + SOFT_HYPHEN

_LEADERS = re.compile(r"(?: ?\.){4,}+|(?: ?…){2,}+")
_RULE = re.compile(r"_{4,}+|-{6,}+")

Breaks = Callable[[str], Sequence[int]]
"""Where in running text a new line should be thought to begin (offsets)."""


class Line(NamedTuple):
    """A line of the stream: where it stands, and the beginning of its reading text.

    ``wide`` is the share of its page's usual line length that it fills.
    """

    page: int
    start: int
    end: int
    at: int
    text: str
    wide: float

    @property
    def stop(self) -> int:
        """The stream offset after its last character."""
        return self.at + self.end - self.start


@dataclass(frozen=True, slots=True)
class Stream:
    """The text of a document's lines, one per row, and the lines themselves."""

    text: str
    lines: tuple[Line, ...]
    offsets: tuple[int, ...]

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """The page ranges of stream[start:end]; both ends must be at characters with ink."""
        first = bisect_right(self.offsets, start) - 1
        last = bisect_right(self.offsets, end - 1) - 1
        top, bottom = self.lines[first], self.lines[last]
        if top.page == bottom.page:  # most passages
            left = top.start + max(0, start - top.at)
            return (Span(top.page, left, min(bottom.end, bottom.start + end - bottom.at)),)
        ranges: dict[int, Range] = {}
        for line in self.lines[first : last + 1]:
            left = line.start + max(0, start - line.at)
            right = min(line.end, line.start + end - line.at)
            ranges[line.page] = (ranges.get(line.page, (left, 0))[0], right)
        return tuple(Span(page, *found) for page, found in ranges.items())

    def trim(self, start: int, end: int) -> Range:
        """The range without blanks at its ends; empty where nothing is left."""
        piece = self.text[start:end]
        left = start + len(piece) - len(piece.lstrip(BLANK).lstrip())
        return left, max(left, start + len(piece.rstrip(BLANK).rstrip()))


def body_text(text: str) -> str:
    """The reading text of a piece of the stream; dot leaders and rules are shortened.

    They are furniture inside a line: every dot would be a token.
    """
    found = reading_text(text)
    if "...." in found or ". . ." in found or "… …" in found:
        found = _LEADERS.sub(" …", found)
    if "____" in found or "------" in found:
        found = _RULE.sub(lambda rule: rule[0][:3], found)
    return found.strip()


def read_stream(pages: Sequence[PageText], breaks: Breaks) -> Stream:
    """Joins the pages' body lines; ``breaks`` finds headings where lines are not kept."""
    lines: list[Line] = []
    parts: list[str] = []
    at = 0
    for page, read in zip(pages, body_lines(pages), strict=True):
        ranges = _printed_lines(page.text, list(read), breaks)
        usual = _usual_width(ranges)
        for start, end in ranges:
            raw = page.text[start:end]
            head = read.get((start, end)) or reading_text(raw[:HEAD])
            lines.append(Line(page.number, start, end, at, head, (end - start) / usual))
            parts.append(raw)
            at += len(raw) + 1
    return Stream("\n".join(parts), tuple(lines), tuple(line.at for line in lines))


def _usual_width(ranges: list[Range]) -> float:
    widths = sorted(end - start for start, end in ranges)
    return max(30.0, float(widths[int(0.9 * len(widths))])) if widths else 30.0


def _printed_lines(text: str, ranges: list[Range], breaks: Breaks) -> list[Range]:
    """Lines to look for headings in: as printed, or made where the page has none.

    Some pages come with one word per line, some with no line break at all.
    """
    if _word_per_line(text, ranges):
        return _broken(text, ranges[0][0], ranges[-1][1], breaks)
    found: list[Range] = []
    for start, end in ranges:
        found += _broken(text, start, end, breaks) if end - start > LONG else [(start, end)]
    return found


def _word_per_line(text: str, ranges: list[Range]) -> bool:
    if len(ranges) < 25:
        return False
    words = 0
    for start, end in ranges:
        words += len(text[start : min(end, start + HEAD)].split())
        if words >= 1.3 * len(ranges):
            return False
    return True


def _broken(text: str, start: int, end: int, breaks: Breaks) -> list[Range]:
    piece = text[start:end]
    edges = [0, *breaks(piece), len(piece)]
    found: list[Range] = []
    for left, right in pairwise(edges):
        part = piece[left:right]
        inner = left + len(part) - len(part.lstrip())
        outer = left + len(part.rstrip())
        if inner < outer:
            found.append((start + inner, start + outer))
    return found
