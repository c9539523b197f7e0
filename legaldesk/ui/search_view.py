"""Results at the left, the page at the right, and a line that says what was searched."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QMimeData, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core import citation
from legaldesk.core.hits import Answer, Hit, Scope
from legaldesk.core.query import parse
from legaldesk.ui import keys
from legaldesk.ui.empty_state import EmptyState
from legaldesk.ui.page_selection import PageSelection
from legaldesk.ui.page_view import PageView
from legaldesk.ui.pieces import hairline
from legaldesk.ui.result_foot import ResultFoot
from legaldesk.ui.result_list import ResultList
from legaldesk.ui.result_marks import ResultMarks
from legaldesk.ui.view import View
from legaldesk.ui.welcome import Welcome

if TYPE_CHECKING:
    from legaldesk.ui.actors import Actors
    from legaldesk.ui.label_actors import LabelActors
    from legaldesk.workers.lane import Lane, Lanes
    from legaldesk.workers.requests import Requests


SHARES = (45, 55)
"""How results and page share the width until somebody moves the line between them."""

NOTHING_TO_COPY = "Select text on the page first"

HITS_AHEAD = 3
"""How many hits after the shown one have their pages prepared."""


class SearchView(View):
    """Shows an answer; walking its hits shows their pages at once.

    What is copied is the passage that the page shows, which may be another place of a clause.
    """

    hitShown = Signal(object)
    narrowWanted = Signal(str, str)
    questionWanted = Signal()

    def __init__(
        self, requests: Requests, pages: Lane, welcome: Welcome, labels: LabelActors
    ) -> None:
        super().__init__()
        self.welcome = welcome
        self._requests = requests
        self._pages, self._pairing = pages, labels.pairing
        self._page: PageView | None = None
        self._split = QByteArray()
        self._chosen_by_hand = False
        self._choosing_again = False
        self._shown: Hit | None = None
        """What the page was last asked to show; None where no result led to it."""
        self.results = ResultList()
        self.results.hitChosen.connect(self._show_hit)
        self.results.pageWanted.connect(self._go_to_page)
        self._add_menu()
        self._stack = QStackedWidget()
        self._stack.addWidget(welcome)
        self._stack.addWidget(self._working_place())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._add_keys()
        self.marks = ResultMarks(self.results, self.foot, labels)

    # ------------------------------------------------------------ building

    def _working_place(self) -> QWidget:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        left = QWidget()
        left.setMinimumWidth(300)
        layout = QVBoxLayout(left)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.nothing = EmptyState("search", "", "")
        self._left = QStackedWidget()
        self._left.addWidget(self.results)
        self._left.addWidget(self.nothing)
        layout.addWidget(self._left, 1)
        layout.addWidget(hairline())
        self.foot = ResultFoot()
        self.foot.stepWanted.connect(self.step)
        self.foot.copyWanted.connect(self.copy_citation)
        layout.addWidget(self.foot)
        self.splitter.addWidget(left)
        return self.splitter

    def _add_keys(self) -> None:
        acts = {
            QKeySequence(keys.COPY): self.copy_citation,
            QKeySequence(keys.COPY_TEXT): self.copy_text,
        }
        for key, act in acts.items():
            shortcut = QShortcut(key, self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _add_menu(self) -> None:
        """What can be done with a result, for the mouse; keys do the same with what is shown."""
        entries = {
            f"Copy with citation\t{keys.COPY}": self.copy_citation,
            f"Copy the text only\t{keys.COPY_TEXT}": self.copy_text,
            "Ask in this document only": self._narrow,
        }
        for text, act in entries.items():
            action = QAction(text, self.results)
            action.triggered.connect(partial(self._do_with_row, act))
            self.results.addAction(action)
        self.results.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    def _do_with_row(self, act: Callable[[], None]) -> None:
        """The menu is about the row that it opens on, so the page shows that one again."""
        if (hit := self.results.hit) is not None:
            if hit != self._shown:
                self._show_hit(hit)
            act()

    def _narrow(self) -> None:
        if (hit := self._shown) is not None:
            self.narrowWanted.emit(hit.document_id, hit.document)

    def expect_page(self) -> None:
        """A question is being typed: let what shows its answer's page start."""
        self._pages.submit(self._requests.expect_pages())

    @property
    def page(self) -> PageView:
        """The page at the right, made when it is first needed."""
        if self._page is None:
            self._page = PageView(self._requests, self._pages)
            self.selection = PageSelection(self._page, self._requests, self._pages)
            self.selection.pairWanted.connect(self._pairing.ask_for)
            self.splitter.addWidget(self._page)
            for place, share in enumerate(SHARES):
                self.splitter.setStretchFactor(place, share)
            if self._split.isEmpty() or not self.splitter.restoreState(self._split):
                self.splitter.setSizes([10 * share for share in SHARES])
        return self._page

    def try_again(self) -> None:
        """The engine is back: what the page lacks is asked for anew."""
        if self._page is not None:
            self._page.try_again()

    def warm_up(self) -> None:
        """Make the page view before it is needed."""
        assert self.page is not None

    def remember_split(self, state: QByteArray) -> None:
        """The splitter as it was left."""
        self._split = state

    def split(self) -> QByteArray:
        """The splitter as it is."""
        return self.splitter.saveState() if self._page is not None else self._split

    # ------------------------------------------------------------ answers

    def show_searching(self, question: str) -> None:
        """A question is on its way."""
        self.foot.say("Searching…")

    def show_failed(self) -> None:
        """The question could not be answered; the window says why."""
        self.start_over()

    def show_answer(self, answer: Answer, scope: Scope, renewed: bool) -> None:
        """Show an answer; one that renews another keeps selection and place."""
        before = self.results.hit if renewed else None
        by_hand = renewed and self._chosen_by_hand
        place = self.results.verticalScrollBar().value() if renewed else 0
        self._stack.setCurrentIndex(1)
        self.results.show_hits(answer.hits, show_matter=not scope.matter)
        self.marks.show_answer(answer, scope)
        self.foot.show_answer(answer, scope)
        self._say_nothing_found(answer)
        self._left.setCurrentIndex(0 if answer.hits else 1)
        self._select(answer, before, by_hand)
        if before is not None:
            self.results.verticalScrollBar().setValue(place)
        self._chosen_by_hand = by_hand

    def _select(self, answer: Answer, before: Hit | None, by_hand: bool) -> None:
        """The same passage as before, else the first; nothing where somebody had chosen."""
        shown = enumerate(answer.hits)
        rows = {part.passage_id: row for row, hit in shown for part in hit.parts}
        if before is not None and before.passage_id in rows:
            self._choosing_again = True  # the page stays where it was read
            self.results.choose(rows[before.passage_id])
            self._choosing_again = False
            self._show_anew(before)
        elif answer.hits and not by_hand:
            self.results.choose(0)
        elif not answer.hits and not by_hand:
            self._clear_page()
        self._say_position()

    def _show_anew(self, before: Hit) -> None:
        """What is shown is highlighted and cited as the renewed answer has it, where it is the
        chosen row.
        """
        hit = self.results.hit
        if hit is not None and self._shown and self._shown.passage_id == before.passage_id:
            self._shown = hit
            self.page.highlight(hit)

    def _say_nothing_found(self, answer: Answer) -> None:
        advice = "Try other words, fewer quotation marks, or another matter."
        if "meaning" not in answer.modes:
            advice = "Only exact words can be found so far. Try words that stand in the text."
        if parse(answer.query).added is not None:
            advice = "“date:” asks for the day on which a document was added here, not for its own."
        if not answer.coverage.pages:
            advice = "Drop PDF files anywhere on this window to add them."
        self.nothing.say("No passage found", advice)

    def show_page(self, document_id: str, page: int) -> None:
        """Show a page that no result led to."""
        if self._stack.currentIndex() == 0:
            self.nothing.say("Nothing asked yet", "Ask a question to find passages (Ctrl+L).")
            self._left.setCurrentIndex(1)
            self._stack.setCurrentIndex(1)
        self._chosen_by_hand = True
        self._shown = None
        self.page.show_page(document_id, page)

    def show_hit(self, hit: Hit) -> None:
        """Show a passage that another view led to."""
        self.show_page(hit.document_id, hit.page)
        self._shown = hit
        self.page.show_hit(hit)

    def show_welcome(self) -> None:
        """Back to the start, nothing asked."""
        self.start_over()
        self._stack.setCurrentIndex(0)

    def start_over(self) -> None:
        """Show nothing, as if nothing had been chosen."""
        self._chosen_by_hand = False
        self.results.show_hits((), show_matter=False)
        self.marks.start_over()
        self.foot.say("")
        self._say_position()
        self._clear_page()

    def _clear_page(self) -> None:
        self._shown = None
        if self._page is not None:
            self._page.clear()

    def _show_hit(self, hit: Hit) -> None:
        self._chosen_by_hand = True
        self._say_position()
        if not self._choosing_again:
            self._shown = hit
            self.page.show_hit(hit)
            self.page.look_ahead(self.results.hits[hit.rank : hit.rank + HITS_AHEAD])
        self.hitShown.emit(hit)

    def _say_position(self) -> None:
        self.foot.show_position(self.results.hit, len(self.results.hits))

    # ------------------------------------------------------------ keys

    def step(self, by: int) -> None:
        """The next or previous hit, around the ends."""
        self.results.step(by)

    def take_focus(self) -> None:
        """The keys walk the results; while there are none they write the question."""
        if self.results.hits:
            self.focus_results()
        else:
            self.questionWanted.emit()

    def focus_results(self) -> None:
        """The keyboard walks the results."""
        if self.results.hits:
            self.results.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _go_to_page(self) -> None:
        """The keyboard goes to the page of the result, which is shown again where another is."""
        hit, shown = self.results.hit, self._shown
        places = {each.passage_id for each in (hit, *hit.same)} if hit is not None else set()
        if hit is not None and (shown is None or shown.passage_id not in places):
            self._show_hit(hit)
        self.focus_page()

    def focus_page(self) -> None:
        """The keyboard goes to the page."""
        self.page.take_focus()

    def escape(self) -> None:
        """One step back: from the page to the results, from the results to the question."""
        focus = QApplication.focusWidget()
        if self._page is not None and focus is not None and self._page.isAncestorOf(focus):
            self.focus_results()
        else:
            self.questionWanted.emit()

    def copy_citation(self) -> None:
        """The passage that is shown with its citation, as plain and as rich text."""
        if (hit := self._to_copy()) is not None:
            mime = QMimeData()
            mime.setText(citation.plain(hit))
            mime.setHtml(citation.rich(hit))
            QGuiApplication.clipboard().setMimeData(mime)
            self.foot.notice("Copied with its citation")

    def copy_text(self) -> None:
        """The passage that is shown alone."""
        if (hit := self._to_copy()) is not None:
            QGuiApplication.clipboard().setText(citation.text_only(hit))
            self.foot.notice("Copied without its citation")

    def _to_copy(self) -> Hit | None:
        """The passage that is shown; where a page is shown without one, that is said."""
        if self._shown is None and self._page is not None and self._page.document_id:
            self.foot.notice(NOTHING_TO_COPY)
        return self._shown

    def refresh_theme(self) -> None:
        """Follow a change of colours or text size."""
        self.welcome.refresh_theme()
        self.results.refresh_theme()
        self.nothing.refresh_theme()
        if self._page is not None:
            self._page.refresh_theme()


def search_place(requests: Requests, lanes: Lanes, actors: Actors) -> SearchView:
    """The view with its start page, whose wishes go to those who can grant them."""
    welcome = Welcome()
    welcome.filesWanted.connect(actors.adding.choose_files)
    welcome.samplesWanted.connect(actors.importer.add_samples)
    view = SearchView(requests, lanes.pages, welcome, actors.labels)
    actors.asker.asked.connect(view.show_searching)
    actors.asker.failed.connect(view.show_failed)
    actors.watcher.restarted.connect(view.try_again)
    return view
