"""Keeps the questions that were asked, with what they showed, for review; nothing waits for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.hits import Answer, Scope

if TYPE_CHECKING:
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


class QuestionMemory(QObject):
    """``kept`` tells of a question that was; ``changed`` that the wish to keep any was read.

    ``forgotten`` says how many went. ``refused`` carries an error and what tries again.
    """

    kept = Signal()
    changed = Signal(bool)
    forgotten = Signal(int)
    refused = Signal(object, object)

    def __init__(self, requests: Requests, lane: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self._requests = requests
        self._lane = lane
        self._last = self._let_go = ""

    def keep(self, answer: Answer, scope: Scope, renewed: bool) -> None:
        """Keep an answer's question; one that was forgotten stays so until asked again."""
        if not renewed:
            self._let_go = ""
        self._last = answer.query
        if answer.hits and answer.query != self._let_go:
            job = self._requests.remember_answer(answer, scope)
            job.succeeded.connect(lambda kept: self.kept.emit() if kept else None)
            self._lane.submit(job)

    def look(self) -> None:
        """Find out whether questions are kept."""
        job = self._requests.remembers()
        job.succeeded.connect(lambda wanted: self.changed.emit(wanted))
        self._lane.submit(job)

    def set_wanted(self, wanted: bool) -> None:
        """Keep questions from now on, or none, and forget those that are kept."""
        if not wanted:
            self._let_go = self._last
        job = self._requests.set_remembering(wanted)
        job.succeeded.connect(lambda _: self._set(wanted))
        self._run(job, lambda: self.set_wanted(wanted))

    def forget(self, matter: str = "") -> None:
        """Forget the past questions of a matter, "" of all."""
        self._let_go = self._last
        job = self._requests.forget_questions(matter)
        job.succeeded.connect(lambda gone: self.forgotten.emit(gone))
        self._run(job, lambda: self.forget(matter))

    def _set(self, wanted: bool) -> None:
        self.changed.emit(wanted)
        if not wanted:
            self.forgotten.emit(0)

    def _run(self, job: Job, again: Callable[[], None]) -> None:
        def refuse(error: LegalDeskError) -> None:
            self.look()
            self.refused.emit(error, again)

        job.failed.connect(refuse)
        self._lane.submit(job)
