"""Settles a disagreement: what each labeller said is shown, and one verdict is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.core.hits import Hit
from legaldesk.core.labels import Contradiction, Standing, Verdict, key_of_question
from legaldesk.core.query import parse
from legaldesk.ui.dialogs import ask
from legaldesk.ui.settle_question import SettleQuestion

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class Settling(QObject):
    """Nothing is settled without an answered question.

    ``settled`` tells that labels have changed, ``refused`` carries an error and what tries again.
    """

    settled = Signal()
    refused = Signal(object, object)

    def __init__(self, window: QWidget, requests: Requests, lane: Lane) -> None:
        super().__init__(window)
        self._window = window
        self._requests = requests
        self._lane = lane

    def ask_about(self, question: str, hit: Hit, standing: Standing, matter: str) -> None:
        """Find the disagreement on a hit and ask which verdict stays.

        It is looked for in a matter first, which may be locked out of all, then in all.
        """
        job = self._requests.contradictions(matter)
        job.succeeded.connect(lambda found: self._ask_first(found, question, hit, standing, matter))
        job.failed.connect(
            lambda error: self.refused.emit(
                error, lambda: self.ask_about(question, hit, standing, matter)
            )
        )
        self._lane.submit(job)

    def ask(self, clash: Contradiction) -> None:
        """Ask which verdict stays."""
        dialog = SettleQuestion(self._window, clash)
        ask(dialog, lambda: self._settle(clash, dialog.verdict))

    def _ask_first(
        self,
        found: Sequence[Contradiction],
        question: str,
        hit: Hit,
        standing: Standing,
        matter: str,
    ) -> None:
        asked = key_of_question(parse(question).text)
        best = [each for each in found if any(s.id == standing.label for s in each.labels)]
        best += [
            each
            for each in found
            if key_of_question(each.question) == asked
            and any(label.document == hit.document_id for label in each.labels)
        ]
        if best:
            self.ask(best[0])
        elif matter:
            self.ask_about(question, hit, standing, "")
        else:
            self.settled.emit()  # somebody settled it meanwhile

    def _settle(self, clash: Contradiction, keep: Verdict | None) -> None:
        if keep is None:
            return
        job = self._requests.resolve([label.id for label in clash.labels], keep)
        job.succeeded.connect(lambda _: self.settled.emit())
        job.failed.connect(
            lambda error: self.refused.emit(error, lambda: self._settle(clash, keep))
        )
        self._lane.submit(job)
