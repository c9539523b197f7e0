"""Settles a disagreement: what each labeller said is shown, and one verdict is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.core.hits import ALL_MATTERS, Hit
from legaldesk.core.labels import Contradiction, Standing, Verdict, key_of_question
from legaldesk.core.query import parse
from legaldesk.ui.dialogs import ask
from legaldesk.ui.settle_question import SettleQuestion

if TYPE_CHECKING:
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class _Dispute(NamedTuple):
    """What is looked for: the question, the hit, and the label that stands on it."""

    question_key: str
    hit: Hit
    label: int


class Settling(QObject):
    """Nothing is settled without an answered question.

    ``settled`` tells that labels have changed, ``agreed`` that there was nothing to settle;
    ``refused`` carries an error and what tries again.
    """

    settled = Signal()
    agreed = Signal()
    refused = Signal(object, object)

    def __init__(self, window: QWidget, requests: Requests, lane: Lane) -> None:
        super().__init__(window)
        self._window = window
        self._requests = requests
        self._lane = lane

    def ask_about(self, question: str, hit: Hit, standing: Standing, matter: str = "") -> None:
        """Find the disagreement on a hit and ask what stays.

        It is in the ``matter`` where the question was asked, or in any that is not locked out.
        """
        dispute = _Dispute(key_of_question(parse(question).text), hit, standing.label)
        self._look_in(tuple(dict.fromkeys((matter, ALL_MATTERS))), (), dispute)

    def ask(self, clash: Contradiction) -> None:
        """Ask which verdict stays."""
        dialog = SettleQuestion(self._window, clash)
        ask(dialog, lambda: self._settle(clash, dialog.verdict))

    def _look_in(
        self, matters: Sequence[str], found: Sequence[Contradiction], dispute: _Dispute
    ) -> None:
        """In the first of the matters, and in the others unless it is there."""
        job = self._requests.contradictions(matters[0])
        job.succeeded.connect(lambda more: self._look_on(matters[1:], (*found, *more), dispute))
        job.failed.connect(
            lambda error: self.refused.emit(error, lambda: self._look_in(matters, found, dispute))
        )
        self._lane.submit(job)

    def _look_on(
        self, matters: Sequence[str], found: Sequence[Contradiction], dispute: _Dispute
    ) -> None:
        exact = [each for each in found if any(one.id == dispute.label for one in each.labels)]
        near = [each for each in found if _is_about(each, dispute)]
        if exact:
            self.ask(exact[0])
        elif matters:
            self._look_in(matters, found, dispute)
        elif near:
            self.ask(near[0])
        else:
            self.settled.emit()  # somebody settled it meanwhile
            self.agreed.emit()

    def _settle(self, clash: Contradiction, keep: Verdict | None) -> None:
        if keep is None:
            return
        job = self._requests.resolve([label.id for label in clash.labels], keep)
        job.succeeded.connect(lambda _: self.settled.emit())
        job.failed.connect(
            lambda error: self.refused.emit(error, lambda: self._settle(clash, keep))
        )
        self._lane.submit(job)


def _is_about(clash: Contradiction, dispute: _Dispute) -> bool:
    return key_of_question(clash.question) == dispute.question_key and any(
        label.document == dispute.hit.document_id for label in clash.labels
    )
