"""Text is selected on a page by drawing over it or by key, and something can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from legaldesk.core.hits import PageWords
from legaldesk.core.passages import Span
from legaldesk.ui import text_picking
from legaldesk.ui.document_text import plain
from legaldesk.ui.flow import Flow
from legaldesk.ui.page_caret import PageCaret
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.pieces import button, label
from legaldesk.ui.text_picking import Ends
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.ui.page_view import PageView
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

Spot = tuple[int, float, float]
"""A page and a point on it, from its top left as it is stored."""

MOST_KNOWN = 20
"""Pages whose words are kept at hand."""


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

    def say(self, text: str, reached: str) -> None:
        """Show a line; whoever cannot see the page also hears the word that was reached."""
        self.line.setText(text)
        self.line.setAccessibleName(plain(f"{text}: {reached}"))
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(self.line, QAccessible.Event.Alert))


class PageSelection(QObject):
    """Selects whole words inside one page: by mouse, from where it was pressed to where it is.

    A press beside text moves the pages as before. Its PageCaret does the same by key.
    ``pairWanted`` carries the text, the Document and the Span.
    """

    pairWanted = Signal(str, object, object)

    def __init__(self, view: PageView, requests: Requests, lane: Lane) -> None:
        super().__init__(view)
        self._view, self._canvas, self._requests = view, view.canvas, requests
        self._reading = Latest(lane)
        self._known: dict[tuple[str, int], PageWords] = {}
        self._asked: tuple[str, int] = ("", 0)
        self._ends: Ends | None = None
        self._drawing, self._moved = False, False
        self.bar = SelectionBar()
        layout = view.layout()
        assert layout is not None
        layout.addWidget(self.bar)
        self.bar.pair.clicked.connect(self.pair)
        self.bar.copy.clicked.connect(self.copy)
        self.bar.drop.clicked.connect(self.clear)
        self._canvas.viewport().installEventFilter(self)
        self._canvas.viewport().setMouseTracking(True)
        self._caret = PageCaret(self, view, requests, lane)
        view.passageChanged.connect(self._start_over)

    # ------------------------------------------------------------ what is selected

    @property
    def ends(self) -> Ends | None:
        """From which word to which one it goes; None when nothing is selected."""
        return self._ends

    @property
    def text(self) -> str:
        """The selected text, for reading; "" when none is."""
        words = self._chosen_from()
        if words is None or self._ends is None:
            return ""
        return text_picking.text(words, text_picking.picked(words, self._ends))

    @property
    def span(self) -> Span | None:
        """Where it stands."""
        words = self._chosen_from()
        if words is None or self._ends is None:
            return None
        return text_picking.span(self._ends.page, text_picking.picked(words, self._ends))

    def select(self, ends: Ends) -> None:
        """Select from one word to another of a page whose words are known, and say so."""
        self._ends = ends
        self._show()
        self._say("selected")

    def clear(self) -> None:
        """Select nothing; the keys go from the bar that closes back to the pages."""
        self._ends = None
        self._drawing = False
        self._canvas.pages.set_selection(0, ())
        focus = QApplication.focusWidget()
        if focus is not None and self.bar.isAncestorOf(focus):
            self._canvas.setFocus()
        self.bar.hide()

    def _start_over(self) -> None:
        self.clear()
        if not self._view.document_id:
            self._known.clear()

    # ------------------------------------------------------------ what is done with it

    def pair(self) -> None:
        """Ask for a question that it answers."""
        if (span := self.span) is not None and (document := self._view.document) is not None:
            self.pairWanted.emit(self.text, document, span)

    def copy(self) -> None:
        """Put it on the clipboard."""
        QGuiApplication.clipboard().setText(self.text)
        self._say("copied")

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
                if self._drawing and not event.buttons() & Qt.MouseButton.LeftButton:
                    self._end()  # it was let go elsewhere, such as in a dialog
                return self._move(spot)
            if kind == QEvent.Type.MouseButtonRelease and self._drawing and left:
                self._end()
                return True
        return False

    def _begin(self, spot: Spot | None) -> bool:
        self.clear()
        if spot is None:
            return False
        words = self.words(spot[0])
        if words is None:
            self._asked = self._asked if self._reading.waiting else ("", 0)
            self._read(spot[0])
            return False
        number = text_picking.word_under(words, *spot[1:])
        if number < 0:
            return False
        self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        self._ends = Ends(spot[0], number, number)
        self._drawing, self._moved = True, False
        return True

    def _move(self, spot: Spot | None) -> bool:
        if spot is None:
            return self._drawing
        self._read(spot[0])
        words = self.words(spot[0])
        if not self._drawing:
            over = words is not None and text_picking.word_under(words, *spot[1:]) >= 0
            shape = Qt.CursorShape.IBeamCursor if over else Qt.CursorShape.ArrowCursor
            if not QGuiApplication.mouseButtons():
                self._canvas.viewport().setCursor(shape)
            return False
        if words is not None and self._ends is not None and spot[0] == self._ends.page:
            self._ends = self._ends._replace(to=text_picking.nearest(words, *spot[1:]))
            self._moved = True
            self._show()
        return True

    def _end(self) -> None:
        self._drawing = False
        if self._moved:
            self._say("selected")
        else:
            self.clear()  # a click alone selects nothing

    # ------------------------------------------------------------ what is shown

    def _chosen_from(self) -> PageWords | None:
        return self.words(self._ends.page) if self._ends is not None else None

    def _show(self) -> None:
        words = self._chosen_from()
        if words is not None and self._ends is not None:
            lines = text_picking.lines(text_picking.picked(words, self._ends))
            self._canvas.pages.set_selection(self._ends.page, lines)

    def _say(self, done: str) -> None:
        words = self._chosen_from()
        if words is not None and self._ends is not None:
            number = len(text_picking.picked(words, self._ends))
            reached = words.words[self._ends.to]
            self.bar.say(f"{count(number, 'word')} {done}", words.text[reached.start : reached.end])

    # ------------------------------------------------------------ words

    def words(self, page: int) -> PageWords | None:
        """Where the words of a page of the document in view lie; None until that is known."""
        return self._known.get((self._view.document_id, page))

    def learn(self, document_id: str, words: PageWords) -> None:
        """Know where a page's words lie from now on."""
        if len(self._known) > MOST_KNOWN:
            chosen = self._chosen_from()
            self._known.clear()
            if chosen is not None:
                self._known[self._view.document_id, chosen.page] = chosen
        self._known[document_id, words.page] = words

    def _read(self, page: int) -> None:
        """Find out where a page's words lie, once."""
        key = (self._view.document_id, page)
        if key not in self._known and key != self._asked and key[0]:
            self._asked = key
            job = self._requests.page_words(*key)
            self._reading.ask(job, lambda words: self.learn(key[0], words), lambda _: None)
