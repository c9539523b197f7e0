"""Makes a pair of a passage and a question that somebody types for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.core import citation
from legaldesk.core.documents import Document
from legaldesk.core.hits import Hit
from legaldesk.core.passages import Span
from legaldesk.ui.dialogs import ask
from legaldesk.ui.pair_question import PairQuestion

if TYPE_CHECKING:
    from legaldesk.ui.matter_book import MatterBook
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class Pairing(QObject):
    """``kept`` tells of a new pair; ``refused`` carries an error and what tries again."""

    kept = Signal()
    refused = Signal(object, object)

    def __init__(self, window: QWidget, requests: Requests, lane: Lane, book: MatterBook) -> None:
        super().__init__(window)
        self._window = window
        self._requests = requests
        self._lane = lane
        self._book = book

    def ask_for_hit(self, hit: Hit) -> None:
        """Ask for a question that a hit's passage answers."""
        where = citation.where(replace(hit, beside=()))
        self._ask(hit.body, where, hit.document_id, hit.spans)

    def ask_for(self, text: str, document: Document, span: Span) -> None:
        """Ask for a question that a text answers that was selected on a page."""
        where = f"{document.name}, p. {span.page}"
        self._ask(text, where, document.id, (span,))

    def _ask(self, text: str, where: str, document_id: str, spans: Sequence[Span]) -> None:
        """It belongs to the current matter, which may have got the document just now."""
        dialog, matter = PairQuestion(self._window, text, where), self._book.current
        ask(dialog, lambda: self._keep(dialog.question, document_id, tuple(spans), matter))

    def _keep(self, question: str, document_id: str, spans: tuple[Span, ...], matter: str) -> None:
        job = self._requests.label_selection(question, document_id, spans, matter=matter)
        job.succeeded.connect(lambda _: self.kept.emit())
        job.failed.connect(
            lambda error: self.refused.emit(
                error, lambda: self._keep(question, document_id, spans, matter)
            )
        )
        self._lane.submit(job)
