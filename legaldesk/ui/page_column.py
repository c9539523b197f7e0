"""The pages under each other as something to scroll through."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from legaldesk.ui import theme
from legaldesk.ui.page_layout import MARGIN
from legaldesk.ui.page_scene import Highlight, PageScene

ACTUAL_SIZE = 96 / 72
"""Pixels per point at which the screen shows a page in its printed size: "100%"."""

STEP = 1.2
"""One step of zooming in."""

NEIGHBOURS = 1
"""How many pages before and after the visible ones are kept ready."""


class PageColumn(QGraphicsView):
    """Scrolls through pages that others provide. ``zoom`` is in pixels per point.

    ``pagesAppeared`` lists pages that came near and have no image yet; ``imagesWanted``
    follows when scrolling and zooming pause.
    """

    pageChanged = Signal(int)
    pagesAppeared = Signal(object)
    imagesWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pages = PageScene(self)
        self.zoom = ACTUAL_SIZE
        self.page = 0
        self._goal = 0
        self._moving = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(40)
        self._settle.timeout.connect(self.imagesWanted)
        self._dress()

    def _dress(self) -> None:
        self.setScene(self.pages)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self.setFrameStyle(QFrame.Shape.NoFrame)
        self.setAccessibleName("Pages")
        self.refresh_theme()

    def refresh_theme(self) -> None:
        """Take the surround and the hairlines from the theme; paper stays white."""
        colours = theme.colours()
        surround = QColor("#0E1013" if colours.dark else "#E9ECF0")
        self.setBackgroundBrush(surround)
        self.pages.set_line(QColor(colours.line))

    def set_pages(self, sizes: Sequence[tuple[float, float]]) -> None:
        """Show another document from its first page."""
        self.pages.set_boxes({})
        self.pages.set_pages(sizes)
        self.page = self._goal = 0
        if sizes:
            self.go_to(1)

    def set_image(self, page: int, image: QImage | None, sentence: str = "") -> None:
        """Give a page its image, or the sentence that stands in its place."""
        self.pages.set_image(page, image, sentence)

    def set_highlight(self, boxes: Highlight, lead: Highlight | None = None) -> None:
        """Highlight these boxes and no others; ``lead`` are those that are to be in view."""
        self.pages.set_boxes(boxes, lead)

    def visible_pages(self) -> list[int]:
        """The pages in view, from the top."""
        if not len(self.pages.layout):
            return []
        seen = self._seen()
        return list(self.pages.layout.between(seen.top(), seen.bottom()))

    def nearby_pages(self) -> list[int]:
        """The pages whose images are needed, most urgent first: current, visible, neighbours."""
        visible = self.visible_pages()
        if not visible:
            return []
        around = range(visible[0] - NEIGHBOURS, visible[-1] + NEIGHBOURS + 1)
        inside = [page for page in around if 1 <= page <= len(self.pages.layout)]
        return sorted(inside, key=lambda page: (page not in visible, abs(page - self.page)))

    def spot(self, position: QPointF) -> tuple[int, float, float] | None:
        """The page at a point of the view, and the point on it; None beside the pages."""
        point = self.viewportTransform().inverted()[0].map(position)
        return self.pages.layout.spot(point.x(), point.y())

    # ------------------------------------------------------------ moving

    def go_to(self, page: int) -> None:
        """Bring the top of a page to the top of the view."""
        page = max(1, min(page, len(self.pages.layout)))
        if page > len(self.pages.layout):
            return
        where = self.pages.layout.page(page)
        self._goal = page
        self._put(QPointF(where.center().x(), where.top() - MARGIN / 2), self._middle(0))
        self._look()

    def _put(self, point: QPointF, target: QPointF) -> None:
        """Scroll so that a point of the scene comes to a point of the view."""
        self._moving = True
        now = self.viewportTransform().map(point)
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(now.x() - target.x()))
        down.setValue(down.value() + round(now.y() - target.y()))
        self._moving = False

    def _middle(self, down: int) -> QPointF:
        return QPointF(self.viewport().width() / 2, down)

    def _seen(self) -> QRectF:
        return self.mapToScene(self.viewport().rect()).boundingRect()

    def _to_view(self, area: QRectF) -> QRectF:
        return self.viewportTransform().mapRect(area)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Scroll, and tell which pages came into view."""
        super().scrollContentsBy(dx, dy)
        if not self._moving:
            self._goal = 0
        self._look()

    def _look(self) -> None:
        """Have items for what is in view, and find out which page is the current one."""
        near = self.nearby_pages()
        if not near:
            return
        made = self.pages.keep(near)
        if made:
            self.pagesAppeared.emit([item.number for item in made])
        self._settle.start()
        current = self._current()
        if current != self.page:
            self.page = current
            self.pageChanged.emit(current)

    def _current(self) -> int:
        """The page that was gone to while it shows, else the one with most of the view."""
        visible, seen = self.visible_pages(), self._seen()
        if self._goal in visible:
            return self._goal

        def share(page: int) -> float:
            where = self.pages.layout.page(page)
            return min(where.bottom(), seen.bottom()) - max(where.top(), seen.top())

        return max(visible, key=lambda page: (round(share(page), 2), -page))
