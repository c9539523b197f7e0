"""The matters, which of them is current, and what can be done to them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from legaldesk.core.documents import Matter, matter_key
from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui.document_text import natural

if TYPE_CHECKING:
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class MatterBook(QObject):
    """The matters as last read. ``current`` is ALL_MATTERS only by choice or when none exists.

    ``walled`` tells that a matter was locked out of all matters, or let in; ``renamed`` that
    one has another name that is not current. For the current one ``currentChanged`` tells it.
    """

    changed = Signal()
    currentChanged = Signal(str)
    walled = Signal()
    renamed = Signal()
    failed = Signal(object)
    moved = Signal(str, str)
    """A matter was given another name here: both names."""
    followed = Signal(str, str)
    """The current matter stays current under another name: both names, before ``changed``."""

    def __init__(self, requests: Requests, lane: Lane, remembered: str, parent: QObject) -> None:
        super().__init__(parent)
        self._requests = requests
        self._lane = lane
        self._wanted = remembered
        self._chosen_all = False
        self.matters: tuple[Matter, ...] = ()
        self.current = remembered
        self.read = False

    @property
    def crosses_walls(self) -> bool:
        """Whether all matters are searched, which somebody chose."""
        return self._chosen_all

    def find(self, name: str) -> Matter | None:
        """The matter of that name."""
        return next((matter for matter in self.matters if matter.name == name), None)

    def meant(self, name: str) -> str:
        """The matter that the library will take a typed name for; the name itself where none is."""
        same = (each.name for each in self.matters if matter_key(each.name) == matter_key(name))
        return next(same, name)

    def choose(self, name: str) -> None:
        """Make a matter current, or all of them."""
        self._chosen_all = name == ALL_MATTERS
        self._wanted = name
        self._settle()

    def go_to_one(self, names: Collection[str]) -> None:
        """Stay where one of these matters is seen, else make the first of them current."""
        there = [each for each in self.matters if each.name in names]
        open_to_all = any(not each.locked_out_of_all for each in there)
        if there and self.current not in names and not (self.crosses_walls and open_to_all):
            self.choose(there[0].name)

    def refresh(self) -> None:
        """Read the matters again."""
        self._run(self._requests.list_matters(), self._take, again=False)

    def create(self, name: str, then: Callable[[str], object] | None = None) -> None:
        """Make a matter and make it current; ``then`` is told its name when it is there."""
        self._run(self._requests.create_matter(name), lambda made: self._made(made, then))

    def rename(self, name: str, new_name: str) -> None:
        """Give a matter another name."""
        job = self._requests.rename_matter(name, new_name)
        self._run(job, lambda _: self._moved(name, new_name))

    def lock(self, name: str, locked: bool) -> None:
        """Keep a matter out of searches over all matters, or let it in."""
        self._run(self._requests.lock_matter(name, locked), lambda _: self.walled.emit())

    def _run(
        self, job: Job, then: Callable[[Any], object] | None = None, again: bool = True
    ) -> None:
        job.failed.connect(self.failed)
        if then is not None:
            job.succeeded.connect(then)
        if again:
            job.succeeded.connect(lambda _: self.refresh())
        self._lane.submit(job)

    def _made(self, made: Matter, then: Callable[[str], object] | None) -> None:
        """Its name may lack what was typed and cannot be seen."""
        if self.find(made.name) is None:
            self.matters = (*self.matters, made)
        self.choose(made.name)
        self.changed.emit()
        if then is not None:
            then(made.name)

    def _moved(self, name: str, new_name: str) -> None:
        self.moved.emit(name, new_name)
        if self.current == name:
            self._wanted = new_name
        else:
            self.renamed.emit()

    def _take(self, matters: tuple[Matter, ...]) -> None:
        known = self.find(self.current)
        self.read = True
        self.matters = tuple(sorted(matters, key=lambda matter: natural(matter.name)))
        followed = known is not None and self._follow(known)
        self.changed.emit()
        if followed:
            self.currentChanged.emit(self.current)
        self._settle()

    def _follow(self, known: Matter) -> bool:
        """Whether the current matter has another name, whoever gave it."""
        same = next((each for each in self.matters if each.number == known.number), None)
        if not known.number or same is None or same.name == known.name:
            return False
        self.current = self._wanted = same.name
        self.followed.emit(known.name, same.name)
        return True

    def _settle(self) -> None:
        """Keep to what was wanted; where that is gone, to the first matter."""
        names = [matter.name for matter in self.matters]
        if self._chosen_all and names:
            current = ALL_MATTERS
        elif self._wanted in names:
            current = self._wanted
        else:
            current = names[0] if names else ALL_MATTERS
            self._chosen_all = False
        if current != self.current:
            self.current = current
            self.currentChanged.emit(current)
