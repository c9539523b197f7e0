"""What is seen of a page: its image, and where a range of its characters lies on it.

Only a parser process may use it, like ``pdfium``.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import pypdfium2.raw as c_api

from legaldesk.core.errors import Damaged
from legaldesk.core.hits import Box, PageImage, Word
from legaldesk.engine.parser_messages import MAX_PIXELS, MAX_WORDS
from legaldesk.engine.pdfium import page_size

_MIN_OVERLAP = 0.3
_MAX_GAP = 2.0
_MIN_SIZE = 0.01

Mapping = Callable[[float, float], tuple[float, float]]


class ReadBack(NamedTuple):
    """A highlight checked against the page's own characters.

    ``inside`` of ``expected`` visible characters of the range have their centre inside its
    boxes; ``foreign`` counts those of the rest of the page that do.
    """

    expected: int
    inside: int
    foreign: int


def render(page: Any, scale: float) -> PageImage:
    """The page drawn at ``scale`` pixels per point, or at what MAX_PIXELS allows.

    Raises Damaged for a page too large, or too narrow, to be drawn at all.
    """
    width, height = page_size(page)
    used = min(scale, math.sqrt(MAX_PIXELS / (width * height)) * 0.99)
    if (width, height) != page.get_size() or used * min(width, height) < 1:
        raise Damaged("its size makes no sense")
    bitmap = page.render(scale=used, rev_byteorder=True)
    try:
        return PageImage(bitmap.width, bitmap.height, used, bytes(bitmap.buffer))
    finally:
        bitmap.close()


def line_boxes(page: Any, textpage: Any, ranges: Iterable[tuple[int, int]]) -> list[Box]:
    """The boxes of half-open index ranges: one for each line, or part of one.

    A line ends where the next character is not beside the last one, or where a gap of
    more than twice the line's height is left (the next column, the next cell). Characters
    without a shape, such as spaces and line ends that PDFium made up, have no box, nor have
    those that are not on the page as shown.
    """
    to_shown, quarters = shown_mapping(page), page.get_rotation() // 90
    count = textpage.count_chars()
    found: list[Box] = []
    for start, end in ranges:
        shapes = (
            (shape, _is_sideways(textpage, index, quarters))
            for index in range(max(0, start), min(end, count))
            if (shape := _shape(textpage, index, to_shown))
        )
        found.extend(_merge(shapes))
    return found


def words(page: Any, textpage: Any) -> list[Word]:
    """The words of a page in the order of its text, MAX_WORDS at most.

    A word ends at white space and where the next character is not beside the last one, or not
    above or below it where text is set sideways.
    """
    to_shown, quarters = shown_mapping(page), page.get_rotation() // 90
    found: list[Word] = []
    line: Box | None = None
    for index in range(textpage.count_chars()):
        shape = None if _is_space(textpage, index) else _shape(textpage, index, to_shown)
        if shape is None:
            line = None
            continue
        _, loose = shape
        if line is not None and (
            _same_line(line, loose)
            or _same_line(_on_its_side(line), _on_its_side(loose))
            and _is_sideways(textpage, index, quarters)
        ):
            last = found[-1]
            found[-1] = Word(last.start, index + 1, _union(last.box, loose))
        elif len(found) < MAX_WORDS:
            found.append(Word(index, index + 1, loose))
        else:
            break
        line = loose
    return found


def read_back(page: Any, textpage: Any, span: tuple[int, int], boxes: Sequence[Box]) -> ReadBack:
    """How well boxes cover the visible characters of a range, and nothing else."""
    to_shown = shown_mapping(page)
    expected = inside = foreign = 0
    for index in range(textpage.count_chars()):
        shape = None if _is_space(textpage, index) else _shape(textpage, index, to_shown)
        if shape is None:
            continue
        hit = any(_holds(box, shape[0]) for box in boxes)
        if span[0] <= index < span[1]:
            expected, inside = expected + 1, inside + hit
        else:
            foreign += hit
    return ReadBack(expected, inside, foreign)


def shown_mapping(page: Any) -> Mapping:
    """From PDF coordinates to points from the top left of the page as shown.

    The visible part is the crop box inside the media box, turned by /Rotate; the result is
    scaled to the size that PDFium reports. What lies beyond comes to its edge, so that text
    which is cropped away has no height or no width.
    """
    left, bottom, right, top = page.get_bbox()
    width, height = page_size(page)
    turns: dict[int, Mapping] = {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }
    turned = turns[page.get_rotation()]
    across, down = right - left, top - bottom
    if page.get_rotation() in (90, 270):
        across, down = down, across
    scale_x, scale_y = width / (across or width), height / (down or height)

    def to_shown(x: float, y: float) -> tuple[float, float]:
        shown_x, shown_y = turned(x, y)
        return min(max(0.0, shown_x * scale_x), width), min(max(0.0, shown_y * scale_y), height)

    return to_shown


def _shape(textpage: Any, index: int, to_shown: Mapping) -> tuple[Box, Box] | None:
    """A character's own box and that of its line's height; None where it has no shape."""
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    if not c_api.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
        return None
    tight = _box(to_shown, left.value, bottom.value, right.value, top.value)
    if tight.right - tight.left < _MIN_SIZE or tight.bottom - tight.top < _MIN_SIZE:
        return None
    loose = c_api.FS_RECTF()
    if not c_api.FPDFText_GetLooseCharBox(textpage, index, loose):
        return tight, tight
    return tight, _box(to_shown, loose.left, loose.bottom, loose.right, loose.top)


def _box(to_shown: Mapping, left: float, bottom: float, right: float, top: float) -> Box:
    (x0, y0), (x1, y1) = to_shown(left, bottom), to_shown(right, top)
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _merge(shapes: Iterable[tuple[tuple[Box, Box], bool]]) -> list[Box]:
    """Join the boxes of characters that follow each other on one line, which may be sideways."""
    lines: list[tuple[Box, Box, bool]] = []
    for (tight, loose), sideways in shapes:
        if lines and lines[-1][2] == sideways and _follows(lines[-1][1], loose, sideways):
            lines[-1] = _union(lines[-1][0], tight), _union(lines[-1][1], loose), sideways
        else:
            lines.append((tight, loose, sideways))
    return [tight for tight, _, _ in lines]


def _follows(line: Box, box: Box, sideways: bool) -> bool:
    if sideways:
        return _same_line(_on_its_side(line), _on_its_side(box))
    return _same_line(line, box)


def _same_line(line: Box, box: Box) -> bool:
    height = min(line.bottom - line.top, box.bottom - box.top)
    overlap = min(line.bottom, box.bottom) - max(line.top, box.top)
    gap = max(box.left - line.right, line.left - box.right)
    return overlap >= _MIN_OVERLAP * height and gap <= _MAX_GAP * max(height, 1.0)


def _is_sideways(textpage: Any, index: int, quarters: int) -> bool:
    """Whether a character's line runs up or down the page as shown, turned by so many quarters."""
    angle: float = c_api.FPDFText_GetCharAngle(textpage, index)  # below 0 where it is unknown
    return angle >= 0 and (round(angle / (math.pi / 2)) + quarters) % 2 == 1


def _on_its_side(box: Box) -> Box:
    return Box(box.top, box.left, box.bottom, box.right)


def _union(one: Box, other: Box) -> Box:
    return Box(
        min(one.left, other.left),
        min(one.top, other.top),
        max(one.right, other.right),
        max(one.bottom, other.bottom),
    )


def _holds(box: Box, shape: Box) -> bool:
    x, y = (shape.left + shape.right) / 2, (shape.top + shape.bottom) / 2
    return box.left <= x <= box.right and box.top <= y <= box.bottom


def _is_space(textpage: Any, index: int) -> bool:
    point: int = c_api.FPDFText_GetUnicode(textpage, index)
    return point <= 0x20 or point == 0xA0
