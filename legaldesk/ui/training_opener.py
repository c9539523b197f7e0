"""Finds a held-out question's passage again, so that it opens on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from legaldesk.core.hits import Answer, Scope
from legaldesk.core.runs import QuestionChange

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

QUOTED = 8
"""Words of the passage's beginning that are looked for exactly."""


class TrainingOpener(QObject):
    """A run keeps texts, not places: a passage may have been cut anew since."""

    def __init__(self, requests: Requests, lane: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self._requests, self._lane = requests, lane

    def open(self, change: QuestionChange, show: Callable[[str, int], object]) -> None:
        """Show the document at the passage; at its first page where it is not found."""
        document = change.document
        words = change.passage.replace('"', " ").split()[:QUOTED]
        job = self._requests.search_words(f'"{" ".join(words)}"', Scope(document=document), 1)

        def found(answer: Answer) -> None:
            hits = [hit for hit in answer.hits if hit.document_id == document]
            show(document, hits[0].page if hits else 1)

        job.succeeded.connect(found)
        job.failed.connect(lambda _: show(document, 1))
        self._lane.submit(job)
