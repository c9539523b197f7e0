"""How documents are put into matters and taken out of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.core.documents import Document
from legaldesk.core.errors import LegalDeskError, WrongUse
from legaldesk.core.progress import Progress
from legaldesk.ui.dialogs import TargetQuestion, ask
from legaldesk.ui.task_board import Task
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.ui.matter_book import MatterBook
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class Filing(QObject):
    """``added`` and ``takenOut`` tell that lists have changed, once for all documents together.

    What was refused is told in one sentence; the others are filed all the same.
    """

    added = Signal()
    takenOut = Signal()
    failed = Signal(object)

    def __init__(
        self, window: QWidget, requests: Requests, lane: Lane, board: TaskBoard, book: MatterBook
    ) -> None:
        super().__init__(window)
        self._window = window
        self._requests = requests
        self._lane = lane
        self._board = board
        self._book = book

    def ask_matter(self, documents: Sequence[Document]) -> None:
        """Ask which matter, existing or new, shall have the documents too."""
        if not documents:
            return
        held = set.intersection(*(set(document.matters) for document in documents))
        others = [matter.name for matter in self._book.matters if matter.name not in held]
        title = f"Which matter shall have {_named(documents)} too?"
        question = TargetQuestion(self._window, title, others, "")
        ask(question, lambda: self.add(documents, question.name))

    def add(self, documents: Sequence[Document], matter: str) -> None:
        """Put documents into one more matter, which is made if it is new."""
        title = f"Adding {_named(documents)} to {matter}"
        jobs = [self._requests.assign_document(each.id, matter) for each in documents]
        _Round(self, documents, title, self.added.emit).run(jobs)

    def take_out(self, documents: Sequence[Document], matter: str) -> None:
        """Take documents out of a matter; each stays in at least one."""
        title = f"Taking {_named(documents)} out of {matter}"
        jobs = [self._requests.withdraw_document(each.id, matter) for each in documents]
        _Round(self, documents, title, self.takenOut.emit).run(jobs)

    def submit(self, jobs: Sequence[Job], task: Task) -> None:
        """Show one task for all jobs, and run them in order."""
        self._board.add(task)
        for job in jobs:
            self._lane.submit(job)

    def show(self, task: Task, progress: Progress) -> None:
        """Show how far a task is, or no more of it when it is done."""
        if progress.done < progress.total:
            self._board.advance(task, progress)
        else:
            self._board.drop(task)


class _Round:
    """One job a document; when the last has ended, what was done and what was refused is told."""

    def __init__(
        self,
        filing: Filing,
        documents: Sequence[Document],
        title: str,
        tell: Callable[[], object],
    ) -> None:
        self._filing = filing
        self._documents = tuple(documents)
        self._task = Task(title)
        self._tell = tell
        self._ended = 0
        self._refused: list[tuple[Document, LegalDeskError]] = []

    def run(self, jobs: Sequence[Job]) -> None:
        for document, job in zip(self._documents, jobs, strict=True):
            job.succeeded.connect(lambda _: self._end())
            job.cancelled.connect(lambda: self._end())
            job.failed.connect(lambda error, document=document: self._refuse(document, error))
        self._filing.submit(jobs, self._task)

    def _refuse(self, document: Document, error: LegalDeskError) -> None:
        self._refused.append((document, error))
        self._end()

    def _end(self) -> None:
        self._ended += 1
        total = len(self._documents)
        self._filing.show(self._task, Progress("filing", self._ended, total, "documents"))
        if self._ended < total:
            return
        if len(self._refused) < total:
            self._tell()
        if self._refused:
            self._filing.failed.emit(_complaint(self._refused))


def _complaint(refused: Sequence[tuple[Document, LegalDeskError]]) -> LegalDeskError:
    """What the first was refused for, naming it, or how many there were."""
    document, error = refused[0]
    if not isinstance(error, WrongUse):
        return error
    if len(refused) == 1:
        return WrongUse(error.message, document.name)
    return WrongUse(f"{count(len(refused), 'document')} stayed as they were. {error.message}")


def _named(documents: Sequence[Document]) -> str:
    """ "NDA.pdf", "these 3 documents"."""
    only = len(documents) == 1
    return documents[0].name if only else f"these {len(documents):,} documents"
