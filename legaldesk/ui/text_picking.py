"""Which words of a page are picked, from points that a mouse went through or steps by key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from legaldesk.core.hits import Box, PageWords, Word
from legaldesk.core.passages import Span, reading_text

NEAR = 4.0
"""Points around a word that belong to it: the blank beside it, the gap to the next line."""


class Ends(NamedTuple):
    """A page, and the numbers of the words where picking began and where it is now."""

    page: int
    start: int
    to: int


def word_under(words: PageWords, x: float, y: float) -> int:
    """The number of the word at a point; -1 where there is none."""
    for number, word in enumerate(words.words):
        if _distance(word.box, x, y) == 0:
            return number
    near = nearest(words, x, y)
    return near if near >= 0 and _distance(words.words[near].box, x, y) <= NEAR else -1


def nearest(words: PageWords, x: float, y: float) -> int:
    """The number of the word nearest to a point, the line before the column; -1 without words."""
    distances = [_distance(word.box, x, y) for word in words.words]
    return min(range(len(distances)), key=distances.__getitem__, default=-1)


def first_within(words: PageWords, boxes: Sequence[Box]) -> int:
    """The number of the first word whose middle lies in one of the boxes; -1 where none does."""
    for number, word in enumerate(words.words):
        x, y = middle(word), (word.box.top + word.box.bottom) / 2
        if any(_distance(box, x, y) == 0 for box in boxes):
            return number
    return -1


def word_beside(words: PageWords, number: int, by: int) -> int:
    """The number of the word so many further in the order of the text; it stops at the ends."""
    return max(0, min(number + by, len(words.words) - 1))


def word_above(words: PageWords, number: int, by: int, x: float) -> int:
    """The number of the word nearest to ``x`` on the line so many above, below where negative.

    Lines follow each other as the text is read, so that below the last line of a column is
    the first of the next. Beyond the first and the last line it stays where it is.
    """
    rows = _rows(words)
    here = next(place for place, row in enumerate(rows) if number in row)
    if not 0 <= here - by < len(rows):
        return number
    return min(rows[here - by], key=lambda each: _across(words.words[each].box, x))


def middle(word: Word) -> float:
    """How far from the left the middle of a word is, in points."""
    return (word.box.left + word.box.right) / 2


def picked(words: PageWords, ends: Ends) -> tuple[Word, ...]:
    """All words from one end to the other, whichever comes first."""
    first, last = sorted((ends.start, ends.to))
    return words.words[first : last + 1]


def lines(chosen: tuple[Word, ...]) -> tuple[Box, ...]:
    """The words' boxes joined to one for each line."""
    found: list[Box] = []
    for word in chosen:
        if found and _on_line(found[-1], word.box):
            found[-1] = _joined(found[-1], word.box)
        else:
            found.append(word.box)
    return tuple(found)


def span(page: int, chosen: tuple[Word, ...]) -> Span:
    """The range of the page's text from the first word to the last."""
    return Span(page, chosen[0].start, chosen[-1].end)


def text(words: PageWords, chosen: tuple[Word, ...]) -> str:
    """What stands there, for reading."""
    return reading_text(words.text[chosen[0].start : chosen[-1].end]) if chosen else ""


def _distance(box: Box, x: float, y: float) -> float:
    """How far a point is from a box; a line away counts more than a word away."""
    down = max(box.top - y, 0.0, y - box.bottom)
    return _across(box, x) + 3 * down


def _across(box: Box, x: float) -> float:
    return max(box.left - x, 0.0, x - box.right)


def _rows(words: PageWords) -> list[range]:
    """The numbers of the words of each line; a gap, as in a table, does not end it."""
    found: list[range] = []
    for number, word in enumerate(words.words):
        if found and _level(words.words[number - 1].box, word.box):
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return found


def _on_line(line: Box, box: Box) -> bool:
    height = min(line.bottom - line.top, box.bottom - box.top)
    return _level(line, box) and -1.0 <= box.left - line.right <= 2 * max(height, 1.0)


def _level(one: Box, other: Box) -> bool:
    """Whether one is beside the other, not above it."""
    height = min(one.bottom - one.top, other.bottom - other.top)
    return min(one.bottom, other.bottom) - max(one.top, other.top) >= 0.5 * height


def _joined(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )
