"""The lists of a matter: its documents, and the files that did not become documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.documents import Document, FileOutcome
from legaldesk.core.errors import LegalDeskError
from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.ui.page_latest import Latest

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class DocumentLists(QObject):
    """Reads both lists in a lane; ``changed`` comes with each.

    ``loaded`` says whether the documents have arrived once, ``trouble`` why they do not.
    While nobody sees the lists they are not read, only once they are seen again.
    """

    documentsRead = Signal()
    changed = Signal()

    def __init__(self, requests: Requests, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requests, self._lane = requests, lane
        self._listing, self._problems = Latest(lane), Latest(lane)
        self._again = self._seen = False
        self.matter = ALL_MATTERS
        self.documents: tuple[Document, ...] = ()
        self.outcomes: tuple[FileOutcome, ...] = ()
        self.loaded = False
        self.trouble = ""

    @property
    def waiting(self) -> bool:
        """Whether a list is on its way."""
        return self._listing.waiting or self._problems.waiting

    def set_matter(self, name: str) -> None:
        """Read another matter's lists; answers about the one before are void."""
        if name != self.matter:
            self.matter = name
            self.documents, self.outcomes, self.loaded = (), (), False
            self._listing.drop()
            self._problems.drop()
            self.documentsRead.emit()
            self.changed.emit()
        self.refresh()

    def set_seen(self, seen: bool) -> None:
        """Told whether somebody sees the lists; then what was put off is read."""
        self._seen = seen
        self._read_again()

    def refresh(self) -> None:
        """Read the lists again; where they are being read, once more after that.

        Asked again and again during an import, it must not throw away each answer.
        """
        self._again = True
        self._read_again()

    def forget_file(self, file: str, matter: str) -> None:
        """Take a file that was dropped on a matter off the list of problems."""
        job = self._requests.forget_file(file, matter)
        job.succeeded.connect(lambda _: self.refresh())
        job.failed.connect(self._on_failed)
        self._lane.submit(job)

    def _read(self) -> None:
        self._again = False
        listing = self._requests.list_documents(Scope(matter=self.matter))
        self._listing.ask(listing, self._on_documents, self._on_failed)
        listing = self._requests.list_problems(self.matter)
        self._problems.ask(listing, self._on_problems, self._on_failed)

    def _on_documents(self, documents: tuple[Document, ...]) -> None:
        self.documents, self.loaded, self.trouble = documents, True, ""
        self.documentsRead.emit()
        self.changed.emit()
        self._read_again()

    def _on_problems(self, outcomes: tuple[FileOutcome, ...]) -> None:
        self.outcomes = outcomes
        self.changed.emit()
        self._read_again()

    def _on_failed(self, error: LegalDeskError) -> None:
        self.trouble = error.message
        self.changed.emit()
        self._read_again()

    def _read_again(self) -> None:
        if self._again and self._seen and not self.waiting:
            self._read()
