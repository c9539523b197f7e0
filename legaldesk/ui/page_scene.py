"""The pages as items of a scene: image, highlight, and what stands there meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QRegion
from PySide6.QtWidgets import QGraphicsItem, QGraphicsScene

from legaldesk.core.hits import Box
from legaldesk.ui import theme
from legaldesk.ui.page_layout import PageLayout, turned

if TYPE_CHECKING:
    from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

HIGHLIGHT = QColor("#FFE03C")
SELECTED = QColor("#A9C7FF")
PAPER = QColor("#FFFFFF")
BAR = QColor("#2456C7")
QUIET = QColor("#57606A")
WRONG = QColor("#B42318")
EDGE = 4.0
ENLARGED = 1.6

Highlight = Mapping[int, tuple[Box, ...]]
"""Boxes by page."""


class PageItem(QGraphicsItem):
    """One page. It draws in whole device pixels, so that text stays crisp and boxes exact."""

    def __init__(self, number: int, size: tuple[float, float], rotation: int) -> None:
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)  # exposedRect
        self.number = number
        self.width, self.height = size
        self.turn = rotation
        self.image: QImage | None = None
        self.sentence = ""
        self.boxes: tuple[Box, ...] = ()
        self.selected: tuple[Box, ...] = ()
        self.line = QColor("#D8DEE4")

    def boundingRect(self) -> QRectF:
        """The page as turned, with room for its edge."""
        return self._paper().adjusted(-EDGE, -EDGE, EDGE, EDGE)

    def _paper(self) -> QRectF:
        sideways = self.turn in (90, 270)
        width, height = (self.height, self.width) if sideways else (self.width, self.height)
        return QRectF(0, 0, width, height)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        """Draw paper, image and highlight, or the sentence that stands for them."""
        device = painter.deviceTransform()
        seen = device.mapRect(option.exposedRect)
        scale, origin = device.m11(), device.map(QPointF(0, 0))
        painter.save()
        painter.translate(QPointF(_off(origin.x()), _off(origin.y())) / scale)
        painter.scale(1 / scale, 1 / scale)
        width, height = self._pixels(scale)
        painter.setTransform(turned(width, height, self.turn), True)
        seen = painter.deviceTransform().inverted()[0].mapRect(seen)
        self._paint_page(painter, QRect(0, 0, width, height), seen.toAlignedRect())
        painter.restore()
        if self.image is None or self.sentence:
            self._paint_sentence(painter, scale)

    def _pixels(self, scale: float) -> tuple[int, int]:
        """The size in device pixels: the image's own where it was rendered for this scale."""
        width, height = self.width * scale, self.height * scale
        image = self.image
        if image and abs(image.width() - width) < 1.5 and abs(image.height() - height) < 1.5:
            return image.width(), image.height()
        return max(1, round(width)), max(1, round(height))

    def _paint_page(self, painter: QPainter, paper: QRect, seen: QRect) -> None:
        painter.fillRect(paper, PAPER)
        if self.image and not self.sentence:
            _paint_part(painter, self.image, paper, seen & paper)
        painter.setPen(QPen(self.line, 1))
        painter.drawRect(paper.adjusted(-1, -1, 0, 0))
        if not self.sentence:
            across, down = paper.width() / self.width, paper.height() / self.height
            self._paint_highlight(painter, across, down)
            _multiply(painter, _region(self.selected, across, down), SELECTED)

    def _paint_highlight(self, painter: QPainter, across: float, down: float) -> None:
        """Multiply the boxes onto the page, each pixel once; and a bar in the margin beside."""
        if not self.boxes:
            return
        lines = _region(self.boxes, across, down)
        selected = _region(self.selected, across, down)
        _multiply(painter, lines.subtracted(selected), HIGHLIGHT)
        around = lines.boundingRect()
        wide, away = max(2, round(2.5 * across)), round(7 * across)
        left = max(0, around.left() - away)
        painter.fillRect(QRect(left, around.top(), wide, around.height()), BAR)

    def _paint_sentence(self, painter: QPainter, scale: float) -> None:
        """What is the matter, in letters of one size at any zoom."""
        ratio = painter.device().devicePixelRatioF()
        painter.save()
        painter.scale(ratio / scale, ratio / scale)
        painter.setFont(theme.font())
        painter.setPen(WRONG if self.sentence else QUIET)
        paper = self._paper()
        room = QRectF(0, 0, paper.width() * scale / ratio, paper.height() * scale / ratio)
        text = self.sentence or f"Loading page {self.number}…"
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room.adjusted(16, 16, -16, -16), int(flags), text)
        painter.restore()


class PageScene(QGraphicsScene):
    """The pages near the visible ones as items; the others exist as numbers only."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.layout = PageLayout()
        self.items_by_page: dict[int, PageItem] = {}
        self.line = QColor("#D8DEE4")
        self._boxes: dict[int, tuple[Box, ...]] = {}
        self._lead: dict[int, tuple[Box, ...]] = {}
        self._selection: tuple[int, tuple[Box, ...]] = (0, ())

    def set_pages(self, sizes: Sequence[tuple[float, float]], rotation: int = 0) -> None:
        """Lay out another document, or the same one turned."""
        self.keep(())
        self.layout = PageLayout(sizes, rotation)
        self.setSceneRect(self.layout.rect)

    def keep(self, pages: Iterable[int]) -> list[PageItem]:
        """Have items for exactly these pages; the ones that were just made are returned."""
        wanted = set(pages)
        for number in self.items_by_page.keys() - wanted:
            self.removeItem(self.items_by_page.pop(number))
        return [self._make(number) for number in sorted(wanted - self.items_by_page.keys())]

    def _make(self, number: int) -> PageItem:
        item = PageItem(number, self.layout.stored[number - 1], self.layout.rotation)
        item.setPos(self.layout.page(number).topLeft())
        item.boxes = self._boxes.get(number, ())
        item.selected = self._selection[1] if number == self._selection[0] else ()
        item.line = self.line
        self.addItem(item)
        self.items_by_page[number] = item
        return item

    def set_image(self, number: int, image: QImage | None, sentence: str = "") -> None:
        """Give a page its image, or the sentence that stands in its place."""
        item = self.items_by_page.get(number)
        if item:
            item.image, item.sentence = image, sentence
            item.update()

    def set_boxes(self, boxes: Highlight, lead: Highlight | None = None) -> None:
        """Highlight these boxes and no others; ``lead`` are those of what was found, if not all."""
        self._boxes = dict(boxes)
        self._lead = dict(lead or boxes)
        for number, item in self.items_by_page.items():
            item.boxes = self._boxes.get(number, ())
            item.update()

    def set_selection(self, page: int, boxes: tuple[Box, ...]) -> None:
        """Show these boxes of a page as selected, and no others."""
        self._selection = page, boxes
        for number, item in self.items_by_page.items():
            chosen = boxes if number == page else ()
            if item.selected != chosen:
                item.selected = chosen
                item.update()

    def set_line(self, colour: QColor) -> None:
        """The colour of the hairline around each page."""
        self.line = colour
        for item in self.items_by_page.values():
            item.line = colour
            item.update()

    @property
    def first_marked(self) -> int:
        """The first page with some of what was found; 0 where there is none."""
        return next((n for n in sorted(self._lead) if n <= len(self.layout)), 0)

    def passage(self) -> QRectF:
        """Where the first page's part of what was found lies; empty where there is none."""
        around, number = QRectF(), self.first_marked
        for box in self._lead[number] if number else ():
            around |= self.layout.box(number, box)
        return around


def _paint_part(painter: QPainter, image: QImage, paper: QRect, seen: QRect) -> None:
    """Draw the part of a page's image that shows; all of a large one would take too long.

    An image of another zoom is made smooth, unless it is so much larger than its place that
    this would take longer than the right one is likely to.
    """
    if image.size() == paper.size():
        if painter.deviceTransform().m12():  # on its side: Qt turns this format much faster
            part = image.copy(seen).convertToFormat(QImage.Format.Format_RGB32)
            painter.drawImage(seen.topLeft(), part)
        else:
            painter.drawImage(seen, image, seen)
        return
    ratio = image.width() / paper.width()
    source = QRectF(seen.x() * ratio, seen.y() * ratio, seen.width() * ratio, seen.height() * ratio)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, ratio < ENLARGED)
    painter.drawImage(QRectF(seen), image, source)


def _region(boxes: Sequence[Box], across: float, down: float) -> QRegion:
    """Boxes in device pixels, each pixel once."""
    found = QRegion()
    for box in boxes:
        found += QRect(
            QPoint(round(box.left * across), round(box.top * down)),
            QPoint(round(box.right * across) - 1, round(box.bottom * down) - 1),
        )
    return found


def _multiply(painter: QPainter, region: QRegion, colour: QColor) -> None:
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
    for rect in region:  # type: ignore[attr-defined]  # the stubs lack its __iter__
        painter.fillRect(rect, colour)


def _off(position: float) -> float:
    """How far a position is from the next whole pixel."""
    return round(position) - position
