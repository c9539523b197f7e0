"""Text is selected on a page by key, and used, while the focus is in the pages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from legaldesk.ui import keys, text_picking
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.text_picking import Ends

if TYPE_CHECKING:
    from legaldesk.core.hits import PageWords
    from legaldesk.ui.page_selection import PageSelection
    from legaldesk.ui.page_view import PageView
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class Step(NamedTuple):
    """How many words on and lines up, and whether the words on the way are taken along."""

    words: int
    lines: int
    extends: bool


def _name(key: str) -> str:
    return QKeySequence(key).toString()


STEPS = {
    _name(keys.WORD_AFTER): Step(1, 0, False),
    _name(keys.WORD_BEFORE): Step(-1, 0, False),
    _name(keys.LINE_ABOVE): Step(0, 1, False),
    _name(keys.LINE_BELOW): Step(0, -1, False),
    _name(keys.UP_TO_AFTER): Step(1, 0, True),
    _name(keys.UP_TO_BEFORE): Step(-1, 0, True),
    _name(keys.UP_TO_ABOVE): Step(0, 1, True),
    _name(keys.UP_TO_BELOW): Step(0, -1, True),
}


class PageCaret(QObject):
    """Walks words and lines in the order of the page's text, which a turned page does not change.

    The first key selects one word: the first of the highlighted passage that is in view, else
    the first word in view. A key that comes before the words of its page are known waits for
    them; only the last one does. Escape and Copy act in the selection's bar too.
    """

    def __init__(
        self, selection: PageSelection, view: PageView, requests: Requests, lane: Lane
    ) -> None:
        super().__init__(selection)
        self._selection, self._view, self._canvas = selection, view, view.canvas
        self._requests, self._reading = requests, Latest(lane)
        self._awaited: tuple[str, int] = ("", 0)
        self._waiting: Step | None = None
        self._column: tuple[int, float] = (-1, 0.0)
        self._canvas.installEventFilter(self)
        selection.bar.installEventFilter(self)
        view.passageChanged.connect(self._forget)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that act on the selection, before shortcuts of the same keys do."""
        if isinstance(event, QKeyEvent) and event.type() in (
            QEvent.Type.ShortcutOverride,
            QEvent.Type.KeyPress,
        ):
            act = self._act(event, watched is self._canvas)
            if act is not None:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    act()
                return True
        return False

    def _act(self, event: QKeyEvent, in_pages: bool) -> Callable[[], None] | None:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = QKeySequence(QKeyCombination(held, Qt.Key(event.key()))).toString()
        if in_pages and key in STEPS:
            return partial(self._step, STEPS[key])
        if self._selection.ends is None:
            return None
        if in_pages and key in keys.USE_TEXT:
            return self._selection.pair
        acts = {_name(keys.COPY): self._selection.copy, _name(keys.BACK): self._selection.clear}
        return acts.get(key)

    # ------------------------------------------------------------ stepping

    def _step(self, step: Step) -> None:
        ends = self._selection.ends
        if ends is not None and not step.extends and not self._is_in_view(ends.page):
            ends = None  # the pages were moved on: it begins anew where they are
        page = self._first_page() if ends is None else ends.page
        words = self._selection.words(page)
        if words is None:
            self._wait(step, page)
        elif words.words:
            to = self._first(words) if ends is None else self._reached(words, ends.to, step)
            start = ends.start if ends is not None and step.extends else to
            self._selection.select(Ends(page, start, to))
            self._bring_into_view(words, to)

    def _reached(self, words: PageWords, number: int, step: Step) -> int:
        """Where a step leads; steps over several lines keep to one column of letters."""
        if step.words:
            return text_picking.word_beside(words, number, step.words)
        kept, x = self._column
        if kept != number:
            x = text_picking.middle(words.words[number])
        to = text_picking.word_above(words, number, step.lines, x)
        self._column = to, x
        return to

    def _bring_into_view(self, words: PageWords, number: int) -> None:
        layout = self._view.layout()
        if layout is not None:
            layout.activate()  # the bar may have come just now, and hides what is behind it
        self._canvas.ensureVisible(
            self._canvas.pages.layout.box(words.page, words.words[number].box)
        )

    # ------------------------------------------------------------ where it begins

    def _first_page(self) -> int:
        """A page with the passage in view, else the current one."""
        current = self._canvas.page
        pages = sorted(self._canvas.visible_pages(), key=lambda page: page != current)
        return next((page for page in pages if self._shows_passage(page)), current)

    def _first(self, words: PageWords) -> int:
        """The first word of the passage if that is in view, else the first word in view."""
        layout, seen = self._canvas.pages.layout, self._seen()
        if self._shows_passage(words.page):
            boxes = self._canvas.pages.items_by_page[words.page].boxes
            if (number := text_picking.first_within(words, boxes)) >= 0:
                return number
        numbers = range(len(words.words))
        in_view = (n for n in numbers if seen.contains(layout.box(words.page, words.words[n].box)))
        return next(in_view, 0)

    def _shows_passage(self, page: int) -> bool:
        layout, item = self._canvas.pages.layout, self._canvas.pages.items_by_page.get(page)
        boxes = item.boxes if item is not None else ()
        return any(self._seen().intersects(layout.box(page, box)) for box in boxes)

    def _is_in_view(self, page: int) -> bool:
        return page in self._canvas.visible_pages()

    def _seen(self) -> QRectF:
        return self._canvas.mapToScene(self._canvas.viewport().rect()).boundingRect()

    # ------------------------------------------------------------ waiting for words

    def _wait(self, step: Step, page: int) -> None:
        document_id = self._view.document_id
        if not document_id or not page:
            return
        self._waiting = step
        if not self._reading.waiting or self._awaited != (document_id, page):
            self._awaited = document_id, page
            job = self._requests.page_words(document_id, page)
            self._reading.ask(job, partial(self._take, document_id), lambda _: self._forget())

    def _take(self, document_id: str, words: PageWords) -> None:
        step, self._waiting = self._waiting, None
        self._selection.learn(document_id, words)
        if step is not None and self._canvas.hasFocus():
            self._step(step)

    def _forget(self) -> None:
        self._reading.drop()
        self._waiting = None
