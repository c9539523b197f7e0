"""The page view: opens documents, shows hits at their passage, and asks for what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from legaldesk.core.documents import Document, DocumentDetails, TextSource
from legaldesk.core.errors import LegalDeskError, Locked
from legaldesk.core.hits import Hit, PageBoxes
from legaldesk.core.passages import Span
from legaldesk.ui import theme
from legaldesk.ui.document_label import PlainLabel
from legaldesk.ui.document_text import plain
from legaldesk.ui.page_ahead import KnownDocuments, PagesAhead
from legaldesk.ui.page_canvas import PageCanvas
from legaldesk.ui.page_images import PageImages, Wanted
from legaldesk.ui.page_keys import steer
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.page_layout import LETTER
from legaldesk.ui.page_locked import LockedPanel
from legaldesk.ui.page_sentences import EMPTY, NO_BOXES, NOT_PLACED
from legaldesk.ui.page_toolbar import PageToolbar
from legaldesk.ui.pieces import hairline

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class PageView(QWidget):
    """Pages of one document at a time under a bar, with the passage of a hit highlighted.

    ``pageShown`` names the document and the page that has most of the view;
    ``passwordNeeded`` the one that does not open without; ``passageChanged`` that another
    passage, page or document is shown.
    """

    pageShown = Signal(str, int)
    passageChanged = Signal()
    passwordNeeded = Signal(str)

    def __init__(self, requests: Requests, lane: Lane, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._requests = requests
        self._opening, self._placing, self._unlocking = Latest(lane), Latest(lane), Latest(lane)
        self.images = PageImages(requests, lane, self)
        self.canvas = PageCanvas()
        self.toolbar = PageToolbar()
        self.notice = PlainLabel("careful")
        self.locked = LockedPanel()
        self._empty = PlainLabel("secondary").centred()
        self._failure = PlainLabel("wrong").centred()
        self._document, self._page, self._note = "", 1, ""
        self._spans: tuple[Span, ...] = ()
        self._lead: tuple[Span, ...] = ()
        self._details: DocumentDetails | None = None
        self._take_focus = self._unplaced = False
        self._known = KnownDocuments()
        self._ahead = PagesAhead(requests, lane, self._known, self)
        self._arrange()
        self._connect()
        self.clear()

    # ------------------------------------------------------------ what others ask for

    def show_hit(self, hit: Hit) -> None:
        """Show a hit's page with its passage in view, highlighted on every page it touches.

        Passages that are read with it are highlighted with it, as one; what was found is in view.
        """
        self._note = "" if _is_placed(hit) else NOT_PLACED
        self._show(hit.document_id, hit.page, _spans(hit), _lead(hit))

    def highlight(self, hit: Hit) -> None:
        """Highlight what the hit that is shown reads as now, and leave the pages where they are."""
        if hit.document_id != self._document or _spans(hit) == self._spans:
            return
        if self._opening.waiting or self._placing.waiting:
            self.show_hit(hit)
            return
        self._spans, self._lead = _spans(hit), _lead(hit)
        if self._is_shown(self.canvas):
            job = self._requests.passage_boxes(self._document, self._spans, self._lead)
            self._placing.ask(job, self._mark, self._on_not_placed)

    def show_page(self, document_id: str, page: int) -> None:
        """Show a page, without a highlight."""
        self._note = ""
        self._show(document_id, page, ())

    def look_ahead(self, hits: Sequence[Hit]) -> None:
        """Prepare the pages of the hits that are likely to be shown next."""
        self._ahead.expect(hits)
        self._ask_for_images()

    def clear(self) -> None:
        """Show nothing, ask for nothing and keep nothing: it may have been erased."""
        for each in (self._opening, self._placing, self._unlocking):
            each.drop()
        self.images.clear()
        self._known.clear()
        self._ahead.expect(())
        self._document, self._spans, self._lead, self._details = "", (), (), None
        self.canvas.set_pages(())
        self.passageChanged.emit()
        self._stand_in(self._empty, EMPTY)

    def try_again(self) -> None:
        """What shows pages had died and is back: ask anew for what failed meanwhile."""
        if self._is_shown(self._failure):
            self._show(self._document, self._page, self._spans, self._lead)
        elif self._details is not None:
            self._ask_for_failed()
            if self._unplaced:
                self._unplaced = False
                self._say(self._note)
                self._place()

    def take_focus(self) -> None:
        """The keys act on the pages, also on those of a document that is still being opened."""
        locked = self._is_shown(self.locked)
        target = self.locked.field if locked else self._stack.currentWidget() or self
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh_theme(self) -> None:
        """Take colours and sizes from the theme again."""
        self.canvas.refresh_theme()
        self.toolbar.refresh_theme()
        self.update()

    @property
    def document_id(self) -> str:
        """The document in view; empty where there is none."""
        return self._document

    @property
    def document(self) -> Document | None:
        """The document in view, once it is open."""
        return self._details.document if self._details else None

    @property
    def settled(self) -> bool:
        """Whether all that belongs in view has arrived: pages, passage and sharp images."""
        if self._opening.waiting or self._placing.waiting or self._unlocking.waiting:
            return False
        return not self._is_shown(self.canvas) or all(
            self.images.has(self._image_of(page)) for page in self.canvas.visible_pages()
        )

    # ------------------------------------------------------------ opening

    def _show(
        self, document_id: str, page: int, spans: Sequence[Span], lead: Sequence[Span] = ()
    ) -> None:
        other = document_id != self._document or self._details is None
        before = self._document, self._page, self._spans
        self._document, self._page, self._spans = now = document_id, page, tuple(spans)
        self._lead = tuple(lead)
        if other or now != before:
            self.passageChanged.emit()
        self._placing.drop()
        self._unplaced = False
        if other:
            self._open()
        else:
            self._say(self._note)
            self._ask_for_failed()
            self.canvas.set_highlight({})
            if not spans or not self.canvas.shows(page):
                self.canvas.show_page(page)
        self._place()

    def _open(self) -> None:
        """Find out the sizes of the pages, unless they are known from before."""
        self.images.want(())
        self.images.retry(self._document)
        self._details = None
        known = self._known.get(self._document)
        if known:
            self._opening.drop()
            self._on_details(known)
            return
        self._stand_in(self._empty, "Opening the document…")
        job = self._requests.document_details(self._document)
        self._opening.ask(job, self._on_details, self._on_not_opened)

    def _on_details(self, details: DocumentDetails) -> None:
        self._details = details
        self._known.keep(details)
        self._stack.setCurrentWidget(self.canvas)
        if self._take_focus:
            self.canvas.setFocus()
            self._take_focus = False
        self._say(self._note)
        self.canvas.setAccessibleName(f"Pages of {plain(details.document.name)}")
        self.canvas.set_pages(details.sizes or [LETTER] * details.document.pages, self._page)

    def _on_not_opened(self, error: LegalDeskError) -> None:
        if isinstance(error, Locked):
            self._on_locked(self._document)
        else:
            self._stand_in(self._failure, error.message)

    # ------------------------------------------------------------ the passage

    def _place(self) -> None:
        if self._spans:
            job = self._requests.passage_boxes(self._document, self._spans, self._lead)
            self._placing.ask(job, self._on_boxes, self._on_not_placed)

    def _on_boxes(self, found: Sequence[PageBoxes]) -> None:
        if self._details is None:
            return
        self._mark(found)
        placed = any(each.boxes for each in found)
        if not placed:
            self._say(NO_BOXES)
        if self._page not in self.canvas.visible_pages():
            return  # somebody has gone on meanwhile, and reads there
        if placed:
            self.canvas.show_passage()
        else:
            self.canvas.go_to(self._page)

    def _mark(self, found: Sequence[PageBoxes]) -> None:
        boxes = {each.page: each.boxes for each in found if each.boxes}
        self.canvas.set_highlight(boxes, {each.page: each.lead for each in found if each.lead})

    def _on_not_placed(self, error: LegalDeskError) -> None:
        if isinstance(error, Locked):
            self._on_locked(self._document)
        else:
            self._unplaced = True
            self._say(error.message)
            self.canvas.go_to(self._page)

    def _ask_for_failed(self) -> None:
        """Ask anew for pages in view that failed; until they are there they say so."""
        self.images.retry(self._document)
        items = self.canvas.pages.items_by_page
        self._fill([number for number, item in items.items() if item.sentence])
        self._ask_for_images()

    def _ask_for_images(self) -> None:
        if self._details is not None and self._is_shown(self.canvas):
            near = [self._image_of(page) for page in self.canvas.nearby_pages()]
            self.images.want(near + self._ahead.wanted(self._scale_of))

    def _image_of(self, page: int) -> Wanted:
        return Wanted(self._document, page, self.canvas.image_scale(page))

    def _scale_of(self, document_id: str, page: int, details: DocumentDetails) -> float:
        if document_id == self._document:
            return self.canvas.image_scale(page)
        return self.canvas.scale_for(*details.sizes[page - 1])

    def _fill(self, pages: Sequence[int]) -> None:
        """Give pages that came into view what is known of them."""
        for page in pages:
            image = self.images.image(self._document, page)
            sentence = self.images.sentence(self._document, page)
            self.canvas.set_image(page, image, plain(sentence))

    def _on_image(self, document_id: str, page: int) -> None:
        if document_id == self._document and self._details is not None:
            self._fill([page])

    # ------------------------------------------------------------ locked documents

    def _on_locked(self, document_id: str) -> None:
        if document_id != self._document or self._is_shown(self.locked):
            return
        self._opening.drop()
        self._placing.drop()
        self.images.want(())
        name = self._details.document.name if self._details else ""
        self._details = None
        self.locked.ask(name)
        self._stand_in(self.locked)
        self.passwordNeeded.emit(document_id)

    def _unlock(self, password: str) -> None:
        """Try a password; meanwhile another document may be shown, which keeps its place."""
        document = self._document
        job = self._requests.unlock_document(document, password)
        self._unlocking.ask(
            job, lambda _: self._on_unlocked(document), partial(self._on_refused, document)
        )

    def _on_unlocked(self, document: str) -> None:
        self._known.forget(document)
        if document != self._document:
            return
        self.locked.set_busy(False)
        self._take_focus = self.locked.field.hasFocus()
        self.images.forget(document)
        self._stand_in(self._empty, "Opening the document…")
        self._show(document, self._page, self._spans, self._lead)

    def _on_refused(self, document: str, error: LegalDeskError) -> None:
        if document == self._document:
            self.locked.refuse(error.message)

    def _on_page(self, page: int) -> None:
        labels = self._details.labels if self._details else ()
        count = len(self.canvas.pages.layout)
        self.toolbar.show_page(page, (*labels, *([None] * count))[:count])
        self.pageShown.emit(self._document, page)

    def _say(self, sentence: str) -> None:
        self.notice.setText(sentence)
        self.notice.setVisible(bool(sentence))

    def _stand_in(self, widget: QWidget, text: str = "") -> None:
        """Show something in place of the pages."""
        if isinstance(widget, PlainLabel):
            widget.setText(text)
        self._say("")
        self._stack.setCurrentWidget(widget)
        self.toolbar.show_page(0, ())

    def _is_shown(self, widget: QWidget) -> bool:
        return self._stack.currentWidget() is widget

    # ------------------------------------------------------------ putting it together

    def _arrange(self) -> None:
        self._stack = QStackedWidget()
        self._stack.setContentsMargins(2, 2, 2, 2)
        for widget in (self._empty, self.canvas, self.locked, self._failure):
            self._stack.addWidget(widget)
        self.notice.setContentsMargins(12, 8, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.toolbar)
        column.addWidget(hairline())
        column.addWidget(self.notice)
        column.addWidget(self._stack, 1)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame the pages while the keys act on them."""
        super().paintEvent(event)
        if self._is_shown(self.canvas):
            painter, around = QPainter(self), self._stack.geometry()
            if self.canvas.hasFocus():
                painter.fillRect(around, QColor(theme.colours().accent))
                around.adjust(2, 2, -2, -2)
            painter.fillRect(around, self.canvas.backgroundBrush())

    def _connect(self) -> None:
        canvas = self.canvas
        self.images.arrived.connect(self._on_image)
        self.images.failed.connect(lambda document, page, _: self._on_image(document, page))
        self.images.locked.connect(self._on_locked)
        self.locked.passwordGiven.connect(self._unlock)
        self._ahead.learned.connect(self._ask_for_images)
        canvas.imagesWanted.connect(self._ask_for_images)
        canvas.pagesAppeared.connect(self._fill)
        canvas.pageChanged.connect(self._on_page)
        canvas.focusChanged.connect(self.update)
        steer(self.toolbar, canvas, self)


def _is_placed(hit: Hit) -> bool:
    return hit.text_source is TextSource.PDFIUM


def _spans(hit: Hit) -> tuple[Span, ...]:
    """What of a hit can be highlighted."""
    return hit.whole.spans if _is_placed(hit) else ()


def _lead(hit: Hit) -> tuple[Span, ...]:
    """What of that was found, where other passages are read with it."""
    return hit.spans if hit.beside and _is_placed(hit) else ()
