"""The views of the window, in the order of the sidebar, each made when it is first needed.

Those that nobody has needed yet are made ahead, one at a time, when the window is at rest.

A new view is a line in PLACES and a factory of its own module; sidebar, keys and the overview
of the keys follow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from legaldesk.ui.documents_place import documents_place
from legaldesk.ui.models_place import models_place
from legaldesk.ui.review_view import review_place
from legaldesk.ui.search_view import search_place
from legaldesk.ui.training_place import training_place
from legaldesk.ui.view import View

if TYPE_CHECKING:
    from legaldesk.ui.actors import Actors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests

Factory = Callable[["Requests", "Lanes", "Actors"], View]


class Place(NamedTuple):
    """A view's name and icon, and what makes it."""

    name: str
    icon: str
    make: Factory


PLACES = (
    Place("Search", "search", search_place),
    Place("Documents", "documents", documents_place),
    Place("Review", "review", review_place),
    Place("Training", "training", training_place),
    Place("Models", "models", models_place),
)
AHEAD_MS = 300
"""Between two pieces of work that are done ahead, so that whoever types comes first."""

SEARCH, DOCUMENTS, REVIEW, TRAINING, MODELS = range(len(PLACES))


class Views(QStackedWidget):
    """Shows one view at a time; its index is the number in PLACES.

    ``openDocument`` and ``openHit`` pass on a view's wish.
    """

    openDocument = Signal(str, int)
    openHit = Signal(object)

    def __init__(self, requests: Requests, lanes: Lanes, actors: Actors) -> None:
        super().__init__()
        self._parts = (requests, lanes, actors)
        self._made: dict[int, View] = {}
        for _ in PLACES:
            self.addWidget(QWidget())

    def view(self, number: int) -> View:
        """The view of that number."""
        if number not in self._made:
            made = PLACES[number].make(*self._parts)
            shown = self.currentIndex()
            if (empty := self.widget(number)) is not None:
                self.removeWidget(empty)
                empty.deleteLater()
            self.insertWidget(number, made)
            self.setCurrentIndex(shown)
            made.openDocument.connect(self.openDocument)
            made.openHit.connect(self.openHit)
            self._made[number] = made
        return self._made[number]

    def make_ahead(self) -> None:
        """Make one view after another that is not there yet, and dress it.

        Not while a task runs or passages wait for their meaning: beside that the training view
        takes 130 ms.
        """
        self._at_rest(self._make_next)

    def _make_next(self) -> None:
        left = [number for number in range(len(PLACES)) if number not in self._made]
        if left:
            view = self.view(left[0])
            self._soon(lambda: self._dress(view))

    def _dress(self, view: View) -> None:
        """What Qt leaves for the first showing and can be done before it."""
        view.resize(self.size())
        for widget in (view, *view.findChildren(QWidget)):
            widget.ensurePolished()
        self._soon(self._make_next)

    def _soon(self, step: Callable[[], None]) -> None:
        QTimer.singleShot(AHEAD_MS, self, lambda: self._at_rest(step))

    def _at_rest(self, step: Callable[[], None]) -> None:
        """Now, or when nothing goes on any more."""
        _, _, actors = self._parts
        state = actors.watcher.state
        if actors.board.tasks or state is not None and state.pending:
            self._soon(step)
        else:
            step()

    def made(self) -> Iterator[View]:
        """The views that have been needed so far."""
        yield from tuple(self._made.values())

    def show_view(self, number: int) -> None:
        """Bring a view to the front."""
        self.setCurrentWidget(self.view(number))

    def refresh(self) -> None:
        """Let every view read again what it shows."""
        for view in self.made():
            view.refresh()
