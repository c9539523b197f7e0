"""Asks questions: by words alone while the model loads, and again by itself when it is ready.

What takes long is answered first by the half that is ready, words or meaning; and where a
cross-encoder is in use the answer is shown first and once more in its better order.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Answer, Scope

if TYPE_CHECKING:
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

HITS = 25
"""How many passages one answer holds."""

PATIENCE_MS = 150
"""After which an answer by one half is shown until the whole one is there."""

WORDS_MEANWHILE = "By exact words so far. Meaning is being looked for…"
MEANING_MEANWHILE = "By meaning so far. Exact words are being looked for…"


class Asker(QObject):
    """Holds the one question that is being asked; a newer one supersedes it.

    ``answered`` carries the Answer and whether it renews the answer to the same question;
    ``failed`` tells of a question that got no answer at all, ``documentGone`` of one for which
    its scope's document is not there any more. A better order is worked out in
    the lane ``ranking``, so that it never keeps the next question waiting; what is asked of
    the halves meanwhile goes there and to ``halves``, so that neither waits for the other.
    """

    asked = Signal(str)
    answered = Signal(object, bool)
    failed = Signal(object)
    documentGone = Signal()

    def __init__(
        self,
        requests: Requests,
        lane: Lane,
        ranking: Lane,
        halves: Lane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._requests = requests
        self._lane, self._ranking, self._halves = lane, ranking, halves
        self._question = ""
        self._scope = Scope()
        self._ready = False
        self._answered_fully = False
        self._shown = False
        """Whether there is an answer that a renewal may leave as it is."""
        self._job: Job | None = None
        self._early: list[Job] = []
        self._meanwhile: Answer | None = None
        """What is shown until the whole answer is there."""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(PATIENCE_MS)
        self._patience.timeout.connect(self._ask_the_halves)
        self._ordering: Job | None = None
        self._ordered = False
        """Whether the answer that is shown has its better order, which a renewal keeps."""

    @property
    def question(self) -> str:
        """The question asked last; "" before the first."""
        return self._question

    @property
    def scope(self) -> Scope:
        """Where it was asked."""
        return self._scope

    @property
    def asking(self) -> bool:
        """Whether an answer is on its way."""
        return self._job is not None or self._ordering is not None

    def ask(self, question: str, scope: Scope) -> None:
        """Ask a question; nothing happens when it is empty."""
        if question.strip():
            self._question, self._scope = question.strip(), scope
            self._ordered = self._shown = False
            self.asked.emit(self._question)
            self._submit(renewed=False)

    def forget(self) -> None:
        """Ask nothing any more."""
        self._question = ""
        self._drop()

    def start_over(self) -> None:
        """The answer is not shown any more: a renewal that fails has none to leave."""
        self._shown = False

    def renew(self) -> None:
        """Ask the same question again, because the library has changed."""
        if self._question:
            self._submit(renewed=self._job is None or self._job.finished)

    def order_anew(self) -> None:
        """Another cross-encoder is in use, or none."""
        self._ordered = False
        self.renew()

    def move(self, scope: Scope) -> None:
        """Ask the same question elsewhere."""
        if self._question and scope != self._scope:
            self.ask(self._question, scope)

    def set_ready(self, ready: bool) -> None:
        """Told whether the model can be used; a question answered by words is asked again."""
        became_ready = ready and not self._ready
        self._ready = ready
        if became_ready and self._question and not self._answered_fully:
            self._submit(renewed=self._job is None or self._job.finished)

    def _submit(self, renewed: bool) -> None:
        self._drop()
        self._answered_fully = self._answered_fully and renewed
        fully = self._ready
        if fully and renewed and self._ordered:
            self._order(None)
            return
        ask = self._requests.search if fully else self._requests.search_words
        self._job = job = ask(self._question, self._scope, HITS)
        job.succeeded.connect(lambda answer: self._take(job, answer, renewed, fully))
        job.failed.connect(lambda error: self._give_up(job, error, renewed))
        self._lane.submit(job)
        if fully and not renewed:
            self._patience.start()

    def _ask_the_halves(self) -> None:
        """The whole answer takes its time: words need no engine, and meaning is quick in a
        library so large that words are not.
        """
        whole = self._job
        if whole is None or whole.finished:
            return
        words = self._requests.search_words(self._question, self._scope, HITS)
        meaning = self._requests.search_meaning(self._question, self._scope, HITS)
        self._early = [words, meaning]
        for job, note in ((words, WORDS_MEANWHILE), (meaning, MEANING_MEANWHILE)):
            job.succeeded.connect(partial(self._take_early, job, note))
        self._ranking.submit(words)
        self._halves.submit(meaning)

    def _take_early(self, half: Job, note: str, answer: Answer) -> None:
        """The half that comes first is shown, and the other one waits for the whole.

        A job may end well though it was cancelled, so what counts is whether it is waited for.
        """
        if half not in self._early or not answer.hits:
            return
        self._drop_early()
        self._meanwhile = answer
        self._tell(replace(answer, note=note), False)

    def _drop_early(self) -> None:
        for job in self._early:
            job.cancel()
        self._early = []

    def _order(self, shown: Answer | None) -> None:
        """Ask for the better order of the answer that is shown; None renews the ordered one."""
        self._ordering = job = self._requests.search_reranked(self._question, self._scope, HITS)
        job.succeeded.connect(lambda answer: self._take_order(job, answer))
        job.failed.connect(lambda error: self._keep_order(job, error, shown))
        self._ranking.submit(job)

    def _take_order(self, job: Job, answer: Answer) -> None:
        if job is self._ordering:
            self._ordering = None
            self._ordered = self._answered_fully = True
            self._tell(answer, True)

    def _keep_order(self, job: Job, error: LegalDeskError, shown: Answer | None) -> None:
        """Without a better order the answer stays as it is, and says why."""
        if job is not self._ordering:
            return
        self._ordering = None
        if shown is not None:
            self._tell(replace(shown, rerankable=False, note=error.message), True)
        elif self._shown:
            self._fail(error, renewed=True)
        else:
            self._ordered = False
            self._submit(renewed=True)

    def _drop(self) -> None:
        self._patience.stop()
        self._drop_early()
        for job in (self._job, self._ordering):
            if job is not None:
                job.cancel()
        self._job = self._ordering = self._meanwhile = None

    def _take(self, job: Job, answer: Answer, renewed: bool, fully: bool) -> None:
        if job is self._job:
            self._drop_early()
            self._answered_fully = fully
            self._tell(answer, renewed or self._meanwhile is not None)
            self._meanwhile = None
            if job is self._job:
                self._job = None
                if answer.rerankable:
                    self._order(answer)

    def _give_up(self, job: Job, error: LegalDeskError, renewed: bool) -> None:
        """What is shown meanwhile by words or meaning stays and says what is missing."""
        if job is not self._job:
            return
        self._job = None
        self._drop_early()
        if self._meanwhile is not None and not renewed:
            self._tell(replace(self._meanwhile, note=error.message), True)
        else:
            self._fail(error, renewed)

    def _tell(self, answer: Answer, renewed: bool) -> None:
        self._shown = True
        self.answered.emit(answer, renewed)

    def _fail(self, error: LegalDeskError, renewed: bool) -> None:
        """A renewal that fails leaves the answer as it is, where one is shown."""
        if isinstance(error, WrongUse) and error.file and error.file == self._scope.document:
            self.documentGone.emit()
        elif not renewed or not self._shown:
            self.failed.emit(error)
