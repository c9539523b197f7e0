"""What is known of documents, and the pages of the next hits asked for before they are shown."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.documents import DocumentDetails
from legaldesk.core.errors import LegalDeskError
from legaldesk.ui.page_images import Wanted
from legaldesk.ui.page_latest import Latest

if TYPE_CHECKING:
    from legaldesk.core.hits import Hit
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

DOCUMENTS_KEPT = 16
PAGES_AHEAD = 3

ScaleOf = Callable[[str, int, DocumentDetails], float]
"""The scale at which a page of a document will be shown."""


class KnownDocuments:
    """The details of the documents looked at last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, DocumentDetails] = OrderedDict()

    def get(self, document_id: str) -> DocumentDetails | None:
        """What is known of a document; None where it must be asked for."""
        return self._kept.get(document_id)

    def keep(self, details: DocumentDetails) -> None:
        """Remember a document, and forget the one looked at longest ago."""
        self._kept[details.document.id] = details
        self._kept.move_to_end(details.document.id)
        while len(self._kept) > DOCUMENTS_KEPT:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget all of them."""
        self._kept.clear()

    def forget(self, document_id: str) -> None:
        """Ask for this document anew next time."""
        self._kept.pop(document_id, None)


class PagesAhead(QObject):
    """The pages of hits that are likely to be shown next. ``learned``: more can be asked for."""

    learned = Signal()

    def __init__(
        self, requests: Requests, lane: Lane, known: KnownDocuments, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._requests = requests
        self._known = known
        self._asking = Latest(lane)
        self._pages: list[tuple[str, int]] = []

    def expect(self, hits: Sequence[Hit]) -> None:
        """Prepare for these hits, the likeliest first, instead of earlier ones."""
        self._pages = [(hit.document_id, hit.page) for hit in hits[:PAGES_AHEAD]]
        self._asking.drop()

    def wanted(self, scale_of: ScaleOf) -> list[Wanted]:
        """The images to ask for after those in view; sizes not yet known are asked for."""
        found = []
        for document_id, page in self._pages:
            details = self._known.get(document_id)
            if details is not None and page <= len(details.sizes):
                found.append(Wanted(document_id, page, scale_of(document_id, page, details)))
            elif details is None and not self._asking.waiting:
                job = self._requests.document_details(document_id)
                self._asking.ask(job, self._learn, self._give_up)
        return found

    def _learn(self, details: DocumentDetails) -> None:
        self._known.keep(details)
        self.learned.emit()

    def _give_up(self, _error: LegalDeskError) -> None:
        """It will be said when the document is shown; until then nothing is prepared."""
        self._pages = []
