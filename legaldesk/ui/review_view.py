"""The review: results to mark, disagreements to settle, all labels, and what may teach."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QFontMetrics, QShowEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui import theme
from legaldesk.ui.document_text import plain
from legaldesk.ui.flow import Flow
from legaldesk.ui.pieces import hairline, label
from legaldesk.ui.review_clashes import ClashesPage
from legaldesk.ui.review_labels import LabelsPage
from legaldesk.ui.review_results import ResultsPage
from legaldesk.ui.review_settings import SettingsPage
from legaldesk.ui.view import View
from legaldesk.ui.wording import matter_name

if TYPE_CHECKING:
    from legaldesk.ui.actors import Actors
    from legaldesk.ui.label_actors import LabelActors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests

REFRESH_MS = 250
"""What is marked in a row is read again once."""

NAMES = ("To review", "Disagreements", "Labels", "Settings")
RESULTS, CLASHES, LABELS, SETTINGS = range(len(NAMES))


class Tab(QPushButton):
    """The name of a page; it has room for bold letters before it is chosen."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setAutoDefault(False)
        self.setCheckable(True)
        self.setProperty("role", "view")

    def sizeHint(self) -> QSize:
        """As wide as it is when it is chosen."""
        hint = super().sizeHint()
        wide = QFontMetrics(theme.font(bold=True)).horizontalAdvance(self.text())
        return hint.expandedTo(QSize(wide + 18, 0))


class ReviewView(View):
    """Follows the matter that is current in the window."""

    def __init__(self, requests: Requests, lanes: Lanes, labels: LabelActors) -> None:
        super().__init__()
        self._stale, self._matter = True, ALL_MATTERS
        self.title = label("Review", "title")
        self.matter = label("", "secondary")
        self.results = ResultsPage(requests, lanes, labels)
        self.clashes = ClashesPage(requests, lanes, labels)
        self.labels = LabelsPage(requests, lanes, labels)
        self.settings = SettingsPage(requests, lanes, labels)
        self._pages = (self.results, self.clashes, self.labels, self.settings)
        self._soon = QTimer(self, singleShot=True, interval=REFRESH_MS)
        self._soon.timeout.connect(self.refresh)
        self._arrange()
        self.results.settingsWanted.connect(partial(self.show_page, SETTINGS))
        self.labels.openDocument.connect(self.openDocument)
        self.clashes.counted.connect(self._show_count)
        labels.changed.connect(self.refresh_soon)
        labels.memory.kept.connect(self.refresh_soon)
        labels.memory.forgotten.connect(lambda _: self.refresh_soon())

    def _arrange(self) -> None:
        self._tabs = QButtonGroup(self)
        head, tabs = Flow(gap=12), Flow(gap=4)
        head.addWidget(self.title)
        head.addWidget(self.matter)
        self.tabs: list[Tab] = []
        for number, name in enumerate(NAMES):
            made = Tab(name)
            made.clicked.connect(partial(self._choose, number))
            self._tabs.addButton(made, number)
            self.tabs.append(made)
            tabs.addWidget(made)
        top = QWidget()
        lines = QVBoxLayout(top)
        lines.setContentsMargins(16, 12, 16, 8)
        lines.setSpacing(4)
        lines.addLayout(head)
        lines.addLayout(tabs)
        self._stack = QStackedWidget()
        for page in self._pages:
            self._stack.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(hairline())
        column.addWidget(self._stack, 1)
        self.tabs[RESULTS].setChecked(True)

    # ------------------------------------------------------------ what others ask for

    @property
    def settled(self) -> bool:
        """Whether all that belongs in view has arrived."""
        return not self._soon.isActive() and all(page.settled for page in self._pages)

    def set_matter(self, matter: str) -> None:
        """Show what belongs to a matter."""
        self._matter = matter
        self.matter.setText(plain(matter_name(matter)))
        for page in self._pages:
            page.set_matter(matter)
        self.refresh()

    def start_over(self) -> None:
        """What was seen goes too."""
        self.set_matter(self._matter)

    def show_page(self, number: int) -> None:
        """Show one of its four pages."""
        self.tabs[number].setChecked(True)
        if self._stack.isAncestorOf(self.focusWidget()):
            self.tabs[number].setFocus()  # what had it is about to be hidden
        self._stack.setCurrentIndex(number)
        self.refresh()

    def _choose(self, number: int, _on: bool = False) -> None:
        """A click or a key on the name; the keys stay there."""
        self.show_page(number)

    def take_focus(self) -> None:
        """The keys go to what is shown."""
        self._pages[self._stack.currentIndex()].take_focus()

    def refresh(self) -> None:
        """Read again what is seen, and how many disagreements there are."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        page = self._pages[self._stack.currentIndex()]
        page.refresh()
        if page is not self.clashes:
            self.clashes.refresh()

    def refresh_soon(self) -> None:
        """Read again, once for all that happens in a row."""
        self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def refresh_theme(self) -> None:
        """Follow a change of colours or text size."""
        for page in self._pages:
            page.refresh_theme()

    def _show_count(self, number: int) -> None:
        name = NAMES[CLASHES]
        self.tabs[CLASHES].setText(f"{name} ({number:,})" if number else name)
        self.tabs[CLASHES].setAccessibleName(self.tabs[CLASHES].text())


def review_place(requests: Requests, lanes: Lanes, actors: Actors) -> ReviewView:
    """The view on the current matter."""
    view = ReviewView(requests, lanes, actors.labels)
    actors.book.currentChanged.connect(view.set_matter)
    actors.book.changed.connect(view.refresh_soon)  # switches and results name their matters
    view.set_matter(actors.book.current)
    actors.watcher.restarted.connect(view.results.page.try_again)
    return view
