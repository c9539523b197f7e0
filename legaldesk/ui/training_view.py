"""The Training view: earlier runs at the left, the story of one of them beside, or two compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from legaldesk.core.runs import Proof, QuestionChange
from legaldesk.ui import theme
from legaldesk.ui.focus_order import order_focus
from legaldesk.ui.pieces import hairline
from legaldesk.ui.training_compare import TrainingCompare
from legaldesk.ui.training_page import TrainingPage
from legaldesk.ui.training_runs import TrainingRuns
from legaldesk.ui.view import View

if TYPE_CHECKING:
    from legaldesk.ui.matter_book import MatterBook
    from legaldesk.ui.model_actors import ModelActors
    from legaldesk.ui.training_actors import TrainingActors
    from legaldesk.workers.lane import Lane

WIDEST = 960
RUNS = 190
NARROW = 720
"""In less room than this the runs stand above the story."""


class TrainingView(View):
    """Shows the book; the coach does what is asked for."""

    def __init__(
        self, actors: TrainingActors, models: ModelActors, matters: MatterBook, plots: Lane
    ) -> None:
        super().__init__()
        self._actors, self._models, self._matters = actors, models, matters
        self._active = ""
        self.runs = TrainingRuns()
        self.page = TrainingPage(actors, models, plots)
        self.compare = TrainingCompare()
        self.area, self.compare_area = _scrolled(self.page), _scrolled(self.compare)
        self._stack = QStackedWidget()
        for area in (self.area, self.compare_area):
            self._stack.addWidget(area)
        self._line = hairline(vertical=True)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        for part in (self.runs, self._line):
            self._row.addWidget(part)
        self._row.addWidget(self._stack, 1)
        self._connect()
        self.refresh_theme()

    def _connect(self) -> None:
        book = self._actors.book
        self.runs.newWanted.connect(lambda: self._show(""))
        self.runs.runChosen.connect(self._show)
        self.runs.twoChosen.connect(self._compare)
        self.page.passageWanted.connect(self._open)
        book.listed.connect(self._list)
        book.surveyed.connect(lambda: order_focus(self.page))  # cards and switches have come
        book.proved.connect(lambda _: self._compare_again())
        self._matters.changed.connect(self._show_matters)
        self._matters.currentChanged.connect(lambda _: self._show_matters())
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._follow_focus)
        self._show_matters()
        self.page.show_now()

    # ------------------------------------------------------------ what others ask for

    def take_focus(self) -> None:
        """The keys go to the first thing that can be done."""
        self.page.first_stop().setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refresh(self) -> None:
        """Read the runs again, if anybody sees them."""
        if self.isVisible():
            self._actors.book.look()

    def refresh_theme(self) -> None:
        """Keep lines as long as they are good to read."""
        for page in (self.page, self.compare):
            page.setMaximumWidth(theme.px(WIDEST))
        self.page.refresh_theme()
        self.runs.show_runs(self._actors.book.runs)
        self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: read what may have changed, and load what draws."""
        super().showEvent(event)
        self._actors.book.set_seen(True)
        self._actors.balancer.look()
        self._models.book.set_seen(True)
        if not self._actors.coach.busy:
            self.page.pairs.look()
        self.page.run.curves.warm_up()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks."""
        super().hideEvent(event)
        self._actors.book.set_seen(False)
        self._models.book.set_seen(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The runs go where there is room."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        narrow = self.width() < theme.px(NARROW)
        way = QBoxLayout.Direction
        self._row.setDirection(way.TopToBottom if narrow else way.LeftToRight)
        self._line.setVisible(not narrow)
        self.runs.setMinimumWidth(0 if narrow else theme.px(RUNS))
        self.runs.setMaximumWidth(16_777_215 if narrow else theme.px(RUNS))
        self.runs.setMaximumHeight(theme.px(122) if narrow else 16_777_215)
        self.runs.show_short(narrow)

    # ------------------------------------------------------------ showing

    def _show(self, run: str) -> None:
        self._stack.setCurrentWidget(self.area)
        self.area.verticalScrollBar().setValue(0)
        self.page.show_run(run)
        self._count_pairs()
        order_focus(self.page)

    def _count_pairs(self) -> None:
        """Look at the pairs where that is not known, and a new run could be begun."""
        book = self._actors.book
        known = book.survey is not None or book.surveying or book.survey_trouble
        if self.isVisible() and not (self.page.shown or known or self._actors.coach.busy):
            self.page.pairs.look()

    def _list(self) -> None:
        book = self._actors.book
        self.runs.show_runs(book.runs)
        self.runs.trouble.say("error", "wrong", book.trouble)
        active = book.active
        heard_of, self._active = self._active, active.id if active is not None else ""
        new = self._active not in ("", heard_of)
        if new and (self._actors.coach.here or not self.page.shown):
            self.runs.choose(self._active)
        elif self.page.shown and book.run(self.page.shown) is None:
            self.runs.new.click()  # it was deleted
        self._count_pairs()
        self._compare_again()

    def _compare(self, one: str, two: str) -> None:
        book = self._actors.book
        runs = [run for name in (one, two) if (run := book.run(name)) is not None]
        if len(runs) < 2:
            return
        for run in runs:
            book.ask_proof(run.id)
        proofs: list[Proof | None] = [book.proofs.get(run.id) for run in runs]
        self.compare.show_two(runs, proofs)
        self._stack.setCurrentWidget(self.compare_area)

    def _compare_again(self) -> None:
        if self._stack.currentWidget() is not self.compare_area:
            return
        chosen = self.runs.chosen()
        if len(chosen) > 1:
            self._compare(*chosen[:2])
        elif chosen:
            self._show(chosen[0])  # the other was deleted

    def _show_matters(self) -> None:
        self.page.pairs.show_matters(self._matters.matters, self._matters.current)

    def _open(self, change: QuestionChange) -> None:
        self._actors.opener.open(change, self.openHit.emit, self.openDocument.emit)

    def _follow_focus(self, _before: QWidget | None, now: QWidget | None) -> None:
        """What the keys have come to is in sight; a click moves nothing under the mouse."""
        clicked = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if now is not None and not clicked and self.page.isAncestorOf(now):
            self.area.ensureWidgetVisible(now)


def _scrolled(page: QWidget) -> QScrollArea:
    whole = QWidget()
    row = QHBoxLayout(whole)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(page, 100)
    row.addStretch(1)
    area = QScrollArea()
    area.setWidget(whole)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
    return area
