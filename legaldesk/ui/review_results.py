"""Unlabelled results of past questions, one at a time, with the page beside them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from legaldesk.core.hits import ALL_MATTERS
from legaldesk.core.labels import Verdict
from legaldesk.ui import keys, page_keys, verdict_words
from legaldesk.ui.empty_state import EmptyState
from legaldesk.ui.page_latest import Latest
from legaldesk.ui.page_selection import PageSelection
from legaldesk.ui.page_view import PageView
from legaldesk.ui.pieces import button
from legaldesk.ui.review_card import ReviewCard
from legaldesk.ui.review_walk import Walk

if TYPE_CHECKING:
    from legaldesk.core.labels import PastQuestion
    from legaldesk.ui.label_actors import LabelActors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests

QUESTIONS = 40
"""How many past questions are read at once; behind them the walk reads on."""

AHEAD = 3
"""When fewer questions are left than these, it reads on."""

NONE = "Nothing to review"
ABOUT = (
    "Results of questions that were asked wait here until somebody says whether they answer "
    "them. Ask a question first; what you mark at once does not come back."
)
OFF = "Questions are not kept, so there is nothing to review. You can keep them under Settings."
DONE = "All seen"
READING = "Reading on"


class ResultsPage(QWidget):
    """1, 2, 3 mark and go on, S or Right skips, Left goes back, Ctrl+Z takes back."""

    settingsWanted = Signal()

    def __init__(self, requests: Requests, lanes: Lanes, labels: LabelActors) -> None:
        super().__init__()
        self._requests, self._labels, self._marks = requests, labels, labels.reviewed
        self._reading = Latest(lanes.library)
        self._matter, self._remembers, self._more = ALL_MATTERS, True, False
        self.walk = Walk()
        self.card = ReviewCard()
        self.page = PageView(requests, lanes.pages)
        self.selection = PageSelection(self.page, requests, lanes.pages)
        self.again = button("Look again", self.start_over, "primary")
        self.settings = button("Settings", self.settingsWanted.emit)
        self.nothing = EmptyState("check", NONE, ABOUT, self.again, self.settings)
        self._arrange()
        self._connect()

    def _arrange(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        self.splitter.addWidget(self.card)
        self.splitter.addWidget(self.page)
        self.splitter.setSizes([450, 550])
        self._stack = QStackedWidget()
        self._stack.addWidget(self.nothing)
        self._stack.addWidget(self.splitter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)

    def _connect(self) -> None:
        card = self.card
        card.marked.connect(self.mark)
        card.skipped.connect(self.skip)
        card.undone.connect(self.undo)
        self.selection.pairWanted.connect(self._labels.pairing.ask_for)
        self._marks.changed.connect(self._show_standing)
        self._labels.memory.changed.connect(self._take_wish)
        marking = {
            look.key: partial(self.mark, verdict) for verdict, look in verdict_words.LOOKS.items()
        }
        page_keys.bind(self, {**marking, keys.SKIP[0]: self.skip, keys.UNDO: self.undo})
        page_keys.bind(card, {keys.SKIP[1]: self.skip, "Left": self.go_back})

    # ------------------------------------------------------------ what there is

    @property
    def settled(self) -> bool:
        """Whether all that was asked has arrived."""
        return not self._reading.waiting

    def set_matter(self, matter: str) -> None:
        """From now on it is about the questions of a matter."""
        self._matter, self._more = matter, False
        self.walk.start_over()
        self._reading.drop()
        self._show()

    def start_over(self) -> None:
        """Walk from the first again, with what was skipped."""
        self.walk.start_over()
        self.refresh()

    def refresh(self) -> None:
        """Read again what there is to review, behind what was seen."""
        self._labels.memory.look()
        job = self._requests.review(self._matter, QUESTIONS, self.walk.done)
        self._reading.ask(
            job, self._take, lambda error: self._labels.refused.emit(error, self.refresh)
        )

    def _take(self, found: tuple[PastQuestion, ...]) -> None:
        before = self.walk.current
        self.walk.take(found)
        self._more = len(found) >= QUESTIONS
        if before is None or before != self.walk.current or not self._is_walking:
            self._show()
        else:
            self._show_progress()
        if self.walk.current is None:
            self._read_on()

    def _take_wish(self, remembers: bool) -> None:
        self._remembers = remembers
        if self.walk.current is None:
            self._show()

    # ------------------------------------------------------------ walking

    def mark(self, verdict: Verdict) -> None:
        """Say what the result is to its question, and go on."""
        stop = self.walk.current
        if stop is not None and self._is_walking:
            self._marks.mark(stop.hit, verdict)
            self.card.say_done(verdict_words.name(verdict))
            self._go(lambda: self.walk.go_on())

    def skip(self) -> None:
        """Go on without saying anything."""
        if self.walk.current is not None:
            self.card.say_done("")
            self._go(lambda: self.walk.go_on(skipping=True))

    def go_back(self) -> None:
        """To the result before."""
        self._go(self.walk.go_back)

    def undo(self) -> None:
        """Take back the last mark and go to what it was about."""
        if (mark := self._marks.undo()) is not None:
            self.card.say_done("")
            self._go(lambda: self.walk.go_back_to(mark.question, mark.hit))

    def _go(self, move: Callable[[], None]) -> None:
        move()
        self._show()
        if self.walk.questions_left < AHEAD:
            self._read_on()

    def _read_on(self) -> None:
        """What is marked makes room for more by itself, what is skipped does not."""
        if self._more and self.settled:
            self.refresh()

    @property
    def _is_walking(self) -> bool:
        return self._stack.currentWidget() is self.splitter

    def _show(self) -> None:
        focus = QApplication.focusWidget()
        inside = focus is not None and (focus is self or self.isAncestorOf(focus))
        in_pages = self._is_in_pages(focus)
        self._show_current()
        lost = focus is self or focus is None or not focus.isVisible()
        if inside and lost and not (in_pages and self._is_in_pages(QApplication.focusWidget())):
            self.take_focus()

    def _is_in_pages(self, focus: QWidget | None) -> bool:
        return focus is not None and self.page.isVisible() and self.page.isAncestorOf(focus)

    def _show_current(self) -> None:
        stop = self.walk.current
        if stop is None:
            self._say_nothing()
            return
        self._marks.look(stop.past.question, stop.past.hits, stop.past.matter)
        self._stack.setCurrentWidget(self.splitter)
        self.card.show_stop(stop)
        self._show_progress()
        self._show_standing()
        self.page.show_hit(stop.hit)

    def _show_progress(self) -> None:
        self.card.show_progress(self.walk.position, self.walk.total, self._more)

    def _show_standing(self) -> None:
        if (stop := self.walk.current) is not None:
            self.card.show_standing(self._marks.standing(stop.hit), self._marks.can_undo)

    def _say_nothing(self) -> None:
        seen = self.walk.total
        skipped = self.walk.skipped
        if seen:
            told = f"You have been through {seen:,}"
            told += f" and skipped {skipped:,} of them." if skipped else "."
            self.nothing.say(READING if self._more else DONE, told)
        else:
            self.nothing.say(NONE, ABOUT if self._remembers else OFF)
        self.again.setVisible(bool(seen) and not self._more)
        self.settings.setVisible(not self._remembers)
        self._stack.setCurrentWidget(self.nothing)
        self.page.clear()

    def take_focus(self) -> None:
        """The keys mark what is shown."""
        again = self if self.again.isHidden() else self.again
        target = self.card.first if self._is_walking else again
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def refresh_theme(self) -> None:
        """Follow a change of colours or text size."""
        self.nothing.refresh_theme()
        self.page.refresh_theme()
        self.card.refresh_theme()
