"""How documents and matters are removed: first what depends on them is told, then asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.core.documents import Dependents
from legaldesk.ui.dialogs import RemoveQuestion, ask
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class Erasing(QObject):
    """Nothing is erased without an answered question. ``erased`` tells that lists have changed.

    ``matterGoing`` names a matter that is about to be erased.
    """

    matterGoing = Signal(str)
    erased = Signal()
    failed = Signal(object)

    def __init__(self, window: QWidget, requests: Requests, lane: Lane, board: TaskBoard) -> None:
        super().__init__(window)
        self._window = window
        self._requests = requests
        self._lane = lane
        self._board = board

    def remove_documents(self, document_ids: Sequence[str]) -> None:
        """Ask, then erase documents."""
        ids = tuple(document_ids)
        what = "this document" if len(ids) == 1 else f"these {count(len(ids), 'document')}"
        look = self._requests.dependents(ids, "")
        self._ask(look, what, lambda: self._requests.remove_documents(ids))

    def remove_matter(self, matter: str) -> None:
        """Ask, then erase a matter and the documents that are in no other."""
        look = self._requests.dependents((), matter)
        self._ask(look, f"the matter “{matter}”", lambda: self._erase_matter(matter))

    def _ask(self, look: Job, what: str, erase: Callable[[], Job]) -> None:
        def show(dependents: Dependents) -> None:
            ask(RemoveQuestion(self._window, dependents, what), lambda: self._erase(erase(), what))

        look.succeeded.connect(show)
        look.failed.connect(self.failed)
        self._lane.submit(look)

    def _erase_matter(self, matter: str) -> Job:
        self.matterGoing.emit(matter)
        return self._requests.remove_matter(matter)

    def _erase(self, job: Job, what: str) -> None:
        self._board.watch(job, f"Removing {what}")
        job.succeeded.connect(lambda: self.erased.emit())
        job.failed.connect(self.failed)
        self._lane.submit(job)
