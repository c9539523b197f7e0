"""Which words of a page are picked, from the points that a mouse went through."""

from __future__ import annotations

from legaldesk.core.hits import Box, PageWords, Word
from legaldesk.core.passages import Span, reading_text

NEAR = 4.0
"""Points around a word that belong to it: the blank beside it, the gap to the next line."""


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


def picked(words: PageWords, one: int, other: int) -> tuple[Word, ...]:
    """All words between two, whichever came first."""
    first, last = sorted((one, other))
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
    across = max(box.left - x, 0.0, x - box.right)
    down = max(box.top - y, 0.0, y - box.bottom)
    return across + 3 * down


def _on_line(line: Box, box: Box) -> bool:
    height = min(line.bottom - line.top, box.bottom - box.top)
    overlap = min(line.bottom, box.bottom) - max(line.top, box.top)
    return overlap >= 0.5 * height and -1.0 <= box.left - line.right <= 2 * max(height, 1.0)


def _joined(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )
