"""Text is selected on a page by drawing over it, and something can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QWidget

from legaldesk.core.hits import PageWords
from legaldesk.core.passages import Span
from legaldesk.ui import text_picking
from legaldesk.ui.flow import Flow
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.pieces import button, label
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.ui.page_view import PageView
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

Spot = tuple[int, float, float]
"""A page and a point on it, from its top left as it is stored."""


class SelectionBar(QWidget):
    """Says how much is selected, and what can be done with it."""

    def __init__(self) -> None:
        super().__init__()
        self.line = label("", "secondary")
        self.pair = button("Use for a question…", lambda: None)
        self.copy = button("Copy", lambda: None)
        self.drop = button("Clear", lambda: None, "link")
        row = Flow(last=3)
        for part in (self.line, self.pair, self.copy, self.drop):
            row.addWidget(part)
        self.setLayout(row)
        self.setContentsMargins(12, 8, 12, 8)
        self.hide()


class PageSelection(QObject):
    """Selects whole words, inside one page, between where the mouse was pressed and is.

    A press beside text moves the pages as before. ``pairWanted`` carries the text, the
    Document and the Span.
    """

    pairWanted = Signal(str, object, object)

    def __init__(self, view: PageView, requests: Requests, lane: Lane) -> None:
        super().__init__(view)
        self._view, self._canvas, self._requests = view, view.canvas, requests
        self._reading = Latest(lane)
        self._known: dict[tuple[str, int], PageWords] = {}
        self._asked: tuple[str, int] = ("", 0)
        self._from, self._drawing, self._moved = -1, False, False
        self._page, self._to = 0, -1
        self.bar = SelectionBar()
        layout = view.layout()
        assert layout is not None
        layout.addWidget(self.bar)
        self.bar.pair.clicked.connect(self._pair)
        self.bar.copy.clicked.connect(self._copy)
        self.bar.drop.clicked.connect(self.clear)
        self._canvas.viewport().installEventFilter(self)
        self._canvas.viewport().setMouseTracking(True)
        view.documentChanged.connect(self.clear)

    # ------------------------------------------------------------ what is selected

    @property
    def text(self) -> str:
        """The selected text, for reading; "" when none is."""
        words = self._words(self._page)
        if words is None or self._from < 0:
            return ""
        return text_picking.text(words, text_picking.picked(words, self._from, self._to))

    @property
    def span(self) -> Span | None:
        """Where it stands."""
        words = self._words(self._page)
        if words is None or self._from < 0:
            return None
        return text_picking.span(self._page, text_picking.picked(words, self._from, self._to))

    def clear(self) -> None:
        """Select nothing."""
        self._from = self._to = -1
        self._drawing = False
        self._canvas.pages.set_selection(0, ())
        self.bar.hide()

    def _words(self, page: int) -> PageWords | None:
        return self._known.get((self._view.document_id, page))

    # ------------------------------------------------------------ the mouse

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the mouse where it draws over text; leave the rest to the pages."""
        if isinstance(event, QMouseEvent):
            spot = self._canvas.spot(event.position())
            kind = event.type()
            left = event.button() == Qt.MouseButton.LeftButton
            if kind == QEvent.Type.MouseButtonPress and left:
                return self._begin(spot)
            if kind == QEvent.Type.MouseMove:
                return self._move(spot)
            if kind == QEvent.Type.MouseButtonRelease and self._drawing and left:
                self._end()
                return True
        return False

    def _begin(self, spot: Spot | None) -> bool:
        self.clear()
        words = self._words(spot[0]) if spot is not None else None
        if spot is None or words is None:
            return False
        number = text_picking.word_under(words, *spot[1:])
        if number < 0:
            return False
        self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        self._page, self._drawing = spot[0], True
        self._from = self._to = number
        self._moved = False
        return True

    def _move(self, spot: Spot | None) -> bool:
        if spot is None:
            return self._drawing
        self._read(spot[0])
        words = self._words(spot[0])
        if not self._drawing:
            over = words is not None and text_picking.word_under(words, *spot[1:]) >= 0
            shape = Qt.CursorShape.IBeamCursor if over else Qt.CursorShape.ArrowCursor
            if not QGuiApplication.mouseButtons():
                self._canvas.viewport().setCursor(shape)
            return False
        if words is not None and spot[0] == self._page:
            self._to = text_picking.nearest(words, *spot[1:])
            self._moved = True
            self._show(words)
        return True

    def _end(self) -> None:
        self._drawing = False
        words = self._words(self._page)
        if words is None or not self._moved:
            self.clear()  # a click alone selects nothing
            return
        chosen = text_picking.picked(words, self._from, self._to)
        self.bar.line.setText(f"{count(len(chosen), 'word')} selected")
        self.bar.show()

    def _show(self, words: PageWords) -> None:
        chosen = text_picking.picked(words, self._from, self._to)
        self._canvas.pages.set_selection(self._page, text_picking.lines(chosen))

    # ------------------------------------------------------------ words, and what is done

    def _read(self, page: int) -> None:
        """Find out where a page's words lie, once."""
        key = (self._view.document_id, page)
        if key not in self._known and key != self._asked and key[0]:
            self._asked = key
            job = self._requests.page_words(*key)
            self._reading.ask(job, lambda words: self._take(key, words), lambda _: None)

    def _take(self, key: tuple[str, int], words: PageWords) -> None:
        if len(self._known) > 20:
            self._known.clear()
        self._known[key] = words

    def _pair(self) -> None:
        if (span := self.span) is not None and (document := self._view.document) is not None:
            self.pairWanted.emit(self.text, document, span)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.text)
