"""Finds a held-out question's passage again, so that it opens on its page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from legaldesk.core.hits import Answer, Hit, Scope
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

    def open(
        self,
        change: QuestionChange,
        show_hit: Callable[[Hit], object],
        show_page: Callable[[str, int], object],
    ) -> None:
        """Show the passage in its document, or the first page where it is not found."""
        document = change.document
        # Above the text stand its headings, which no phrase crosses into it.
        text = change.passage.partition("\n")[2] or change.passage
        words = text.replace('"', " ").split()[:QUOTED]
        job = self._requests.search_words(f'"{" ".join(words)}"', Scope(document=document), 1)

        def found(answer: Answer) -> None:
            hits = [hit for hit in answer.hits if hit.document_id == document]
            if hits:
                show_hit(hits[0])
            else:
                show_page(document, 1)

        job.succeeded.connect(found)
        job.failed.connect(lambda _: show_page(document, 1))
        self._lane.submit(job)
