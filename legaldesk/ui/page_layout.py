"""Where the pages of a document lie under each other, in points, at any rotation."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from legaldesk.core.hits import Box

MARGIN = 10.0
"""Points left free around the pages."""

GAP = 10.0
"""Points between one page and the next."""

LETTER = (612.0, 792.0)
"""What stands in for the size of a page that has none."""


def turned(width: float, height: float, rotation: int) -> QTransform:
    """From a page as stored to the same page turned clockwise, both with origin top left."""
    shift = {0: (0.0, 0.0), 90: (height, 0.0), 180: (width, height), 270: (0.0, width)}
    return QTransform().translate(*shift[rotation]).rotate(rotation)


class PageLayout:
    """A column of pages, centred on the widest. Pages count from 1."""

    def __init__(self, sizes: Sequence[tuple[float, float]] = (), rotation: int = 0) -> None:
        self.rotation = rotation
        self.stored = [(w, h) if w > 0 and h > 0 else LETTER for w, h in sizes]
        sideways = rotation in (90, 270)
        self.sizes = [(h, w) if sideways else (w, h) for w, h in self.stored]
        self.width = max((w for w, _ in self.sizes), default=0.0) + 2 * MARGIN
        self._tops: list[float] = []
        self._bottoms: list[float] = []
        below = MARGIN
        for _, height in self.sizes:
            self._tops.append(below)
            self._bottoms.append(below + height)
            below += height + GAP
        self.height = below - GAP + MARGIN

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def rect(self) -> QRectF:
        """Everything, margins included."""
        return QRectF(0, 0, self.width, self.height)

    def page(self, number: int) -> QRectF:
        """Where a page lies."""
        width, height = self.sizes[number - 1]
        return QRectF((self.width - width) / 2, self._tops[number - 1], width, height)

    def between(self, top: float, bottom: float) -> range:
        """The pages that show between two heights; the nearest one where none does."""
        first = min(bisect_right(self._bottoms, top) + 1, len(self))
        last = max(bisect_left(self._tops, bottom), first)
        return range(first, last + 1)

    def spot(self, x: float, y: float) -> tuple[int, float, float] | None:
        """The page at a point, and the point from the page's stored top left; None between them."""
        if not len(self):
            return None
        number = self.between(y, y)[0]
        where = self.page(number)
        if not where.contains(x, y):
            return None
        back = turned(*self.stored[number - 1], self.rotation).inverted()[0]
        point = back.map(QPointF(x - where.left(), y - where.top()))
        return number, point.x(), point.y()

    def box(self, number: int, box: Box) -> QRectF:
        """Where a box of a page lies."""
        on_page = QRectF(box.left, box.top, box.right - box.left, box.bottom - box.top)
        turn = turned(*self.stored[number - 1], self.rotation)
        return turn.mapRect(on_page).translated(self.page(number).topLeft())
