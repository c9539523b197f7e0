"""The pages on their surround: zooming around a point, fitting, turning, and the keys."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QWidget

from legaldesk.ui.page_column import STEP, PageColumn
from legaldesk.ui.page_layout import MARGIN

SMALLEST, LARGEST = 0.1, 8.0
SMALLEST_FIT = 0.01
"""A plan of five metres is fitted at less than what pages are made smaller to by hand."""

LARGEST_IMAGE = 24_000_000
"""Pixels of the largest image asked for; beyond it the image is enlarged, a little soft."""


NEARLY = 0.05
"""How much of a zoom a scroll bar may take that comes with it."""


class Fit(Enum):
    """What the zoom follows when the view is resized."""

    FREE = auto()
    WIDTH = auto()
    PAGE = auto()


class PageCanvas(PageColumn):
    """A column of pages that can be enlarged and turned; the passage stays in view."""

    zoomChanged = Signal()
    focusChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fit = Fit.WIDTH

    def set_pages(self, sizes: Sequence[tuple[float, float]], page: int = 1) -> None:
        """Show another document from a page on, fitted as the last one was."""
        super().set_pages(sizes)
        self.show_page(page)

    def show_page(self, page: int) -> None:
        """Go to a page that was asked for: it is fitted even where others have another size."""
        self.go_to(page)
        self._refit()

    def shows(self, page: int) -> bool:
        """Whether some of a page is in view, fitted as pages are."""
        if page not in self.visible_pages():
            return False
        fitting = self._fitting(*self.pages.layout.sizes[page - 1])
        return abs(fitting / self.zoom - 1) < NEARLY

    def image_scale(self, page: int) -> float:
        """Device pixels per point at which a page's image is sharp now."""
        return self._sharp(self.zoom, *self.pages.layout.sizes[page - 1])

    def scale_for(self, width: float, height: float) -> float:
        """The same for a page of this size, as it will be when its document is opened."""
        return self._sharp(self._fitting(width, height), width, height)

    def _sharp(self, zoom: float, width: float, height: float) -> float:
        largest = (LARGEST_IMAGE / (width * height)) ** 0.5
        return round(min(zoom * self.viewport().devicePixelRatioF(), largest), 4)

    def _fitting(self, width: float, height: float) -> float:
        """The zoom that the fit asks for, for a page of this size."""
        if self.fit is Fit.FREE:
            return self.zoom
        zoom = (self.viewport().width() - 2) / (width + 2 * MARGIN)
        if self.fit is Fit.PAGE:
            zoom = min(zoom, (self.viewport().height() - 2) / (height + 2 * MARGIN))
        return max(SMALLEST_FIT, min(zoom, LARGEST))

    # ------------------------------------------------------------ the passage

    def show_passage(self) -> None:
        """Bring the passage comfortably into view; do not move where it already is."""
        passage = self.pages.passage()
        if passage.isEmpty() or self._comfortable(passage):
            return
        height = self.viewport().height()
        tall = passage.height() * self.zoom > 0.6 * height
        target = self._middle(round(height * (0.08 if tall else 0.25)))
        page = self.pages.layout.page(self.pages.first_marked)
        across = page.center().x()
        if page.width() * self.zoom > self.viewport().width():
            across = passage.center().x()
            if passage.width() * self.zoom > self.viewport().width():
                across = passage.left() + self.viewport().width() / 2 / self.zoom - MARGIN
        self._put(QPointF(across, passage.top()), target)

    def _comfortable(self, passage: QRectF) -> bool:
        """Whether all of it, or all that fits, lies away from the edges of the view."""
        shown = self._to_view(passage)
        height, width = self.viewport().height(), self.viewport().width()
        inside = 0.06 * height <= shown.top() and shown.bottom() <= 0.94 * height
        return inside and shown.left() >= 0 and shown.right() <= width

    # ------------------------------------------------------------ zoom, fit, turn

    def set_zoom(self, zoom: float, around: QPoint | None = None) -> None:
        """Zoom and keep still what is under ``around``, or the passage, or the middle."""
        self.fit = Fit.FREE
        self._zoom_to(max(min(SMALLEST, self.zoom), min(zoom, LARGEST)), around)

    def zoom_by(self, factor: float, around: QPoint | None = None) -> None:
        """Zoom in (above 1) or out (below 1)."""
        self.set_zoom(self.zoom * factor, around)

    def set_fit(self, fit: Fit) -> None:
        """Follow the width of the view, or its whole size, from now on."""
        self.fit = fit
        self._refit()
        if fit is Fit.PAGE:
            self.go_to(self.page)
        self.zoomChanged.emit()

    def rotate_pages(self, by: int = 90) -> None:
        """Turn all pages clockwise; page and passage stay in view."""
        layout = self.pages.layout
        if not len(layout):
            return
        page, passage = self.page, not self._read_part().isEmpty()
        self.pages.set_pages(layout.stored, (layout.rotation + by) % 360)
        self.go_to(page)
        self._refit()
        if passage:
            self.show_passage()

    def _zoom_to(self, zoom: float, around: QPoint | None = None) -> None:
        read, passage = self._read_part(), self.pages.passage()
        target = QPointF(around) if around else self._anchor()
        point = self.viewportTransform().inverted()[0].map(target)
        goal = self._goal
        self.zoom = zoom
        self._moving = True
        self.setTransform(QTransform.fromScale(self.zoom, self.zoom))
        self._moving = False
        self._put(point, target)
        self._goal = goal
        if around is None and not read.isEmpty() and (read == passage or self._fits(passage)):
            self.show_passage()
        self._look()
        self.zoomChanged.emit()

    def _anchor(self) -> QPointF:
        """What a zoom without a cursor keeps still: the passage as far as it is in view, else
        the middle.
        """
        if not (read := self._read_part()).isEmpty():
            return self._to_view(read).center()
        if self._goal:
            where = self._to_view(self.pages.layout.page(self._goal))
            return QPointF(where.center().x(), max(0.0, where.top()))
        return QPointF(self.viewport().rect().center())

    def _read_part(self) -> QRectF:
        """As much of the passage as is in view; empty where nothing of it is."""
        return self._seen() & self.pages.passage()

    def _fits(self, passage: QRectF) -> bool:
        shown, room = self._to_view(passage), self.viewport()
        return shown.height() <= room.height() and shown.width() <= room.width()

    def _refit(self) -> None:
        """Take the zoom that the fit asks for, from the current page."""
        if self.fit is Fit.FREE or not len(self.pages.layout):
            self._zoom_to(self.zoom)
            return
        zoom = self._fitting(*self.pages.layout.sizes[max(1, self.page) - 1])
        if abs(zoom - self.zoom) > 1e-6 or self.transform().m11() != self.zoom:
            self._zoom_to(zoom)

    # ------------------------------------------------------------ events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit again."""
        super().resizeEvent(event)
        if len(self.pages.layout):
            if self.fit is not Fit.FREE:
                self._refit()
            self._look()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel zoom around the cursor."""
        turn = event.angleDelta().y()
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        elif turn:
            self.zoom_by(STEP ** (turn / 120), event.position().toPoint())
            event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End go to the ends, Ctrl+PageUp and Ctrl+PageDown to the next page."""
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        last = len(self.pages.layout)
        targets = {Qt.Key.Key_Home: 1, Qt.Key.Key_End: last}
        if held:
            targets |= {Qt.Key.Key_PageUp: self.page - 1, Qt.Key.Key_PageDown: self.page + 1}
        target = targets.get(Qt.Key(event.key()))
        if target is None or not last:
            super().keyPressEvent(event)
            return
        self.go_to(target)
        if event.key() == Qt.Key.Key_End:
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell that the keys now act on the pages."""
        super().focusInEvent(event)
        self.focusChanged.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell that they no longer do."""
        super().focusOutEvent(event)
        self.focusChanged.emit()

    def viewportEvent(self, event: QEvent) -> bool:
        """Ask for sharper images when the view moves to a denser screen."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._settle.start()
        return super().viewportEvent(event)
