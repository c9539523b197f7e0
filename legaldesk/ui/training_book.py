"""What is known of training: the pairs, the runs, their news and proofs; read again in time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.runs import Proof, RunNews, RunPhase, RunSummary, Survey

if TYPE_CHECKING:
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

NEWS_MS = 1000
"""How often a run that goes on is asked for news."""

GOING_ON = (RunPhase.RUNNING, RunPhase.PAUSED)


class TrainingBook(QObject):
    """Keeps what was read, and asks for nothing twice at a time.

    ``heard`` names a run with news, ``proved`` one whose proof is known; ``surveyed`` tells of
    the pairs, ``listed`` of the runs. ``trouble`` says why the runs or the pairs are unknown.
    """

    surveyed = Signal()
    listed = Signal()
    heard = Signal(str)
    proved = Signal(str)

    def __init__(self, requests: Requests, watching: Lane, slow: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self._requests = requests
        self._watching, self._slow = watching, slow
        self._asked: set[str] = set()
        self._again: set[str] = set()
        self._survey_job: Job | None = None
        self._seen = False
        self._timer = QTimer(self, interval=NEWS_MS)
        self._timer.timeout.connect(self._tick)
        self.expecting = False
        self.survey: Survey | None = None
        self.runs: tuple[RunSummary, ...] = ()
        self.read = False
        self.news: dict[str, RunNews] = {}
        self.proofs: dict[str, Proof] = {}
        self.survey_trouble = self.trouble = ""

    # ------------------------------------------------------------ what is known

    def run(self, name: str) -> RunSummary | None:
        """The run of that id."""
        return next((each for each in self.runs if each.id == name), None)

    @property
    def active(self) -> RunSummary | None:
        """The run that goes on, or waits to."""
        return next((each for each in self.runs if each.phase in GOING_ON), None)

    @property
    def surveying(self) -> bool:
        """Whether the pairs are being looked at."""
        return self._survey_job is not None

    def set_seen(self, seen: bool) -> None:
        """Whether somebody looks."""
        self._seen = seen
        if seen:
            self.look()
        self._keep_time()

    def expect(self, expecting: bool) -> None:
        """Whether a run of this window is to be heard of."""
        self.expecting = expecting
        self._keep_time()

    # ------------------------------------------------------------ asking

    def survey_pairs(self, matters: tuple[str, ...] = (), pairs_file: str = "") -> None:
        """Look at the pairs of these matters, of all that may train, or of a file."""
        if self._survey_job is not None:
            self._survey_job.cancel()
        job = self._requests.survey_training(matters, pairs_file)
        self._survey_job = job
        job.succeeded.connect(lambda survey: self._take_survey(job, survey))
        job.failed.connect(lambda error: self._take_survey(job, None, error.message))
        job.cancelled.connect(lambda: self._take_survey(job, self.survey))
        self._slow.submit(job)
        self.surveyed.emit()

    def _take_survey(self, job: Job, survey: Survey | None, trouble: str = "") -> None:
        if job is self._survey_job:  # a newer one says more
            self._survey_job = None
            self.survey, self.survey_trouble = survey, trouble
            self.surveyed.emit()

    def drop_survey(self) -> None:
        """What is known of the pairs is not so any more."""
        self.survey = None
        self.surveyed.emit()

    def start_over(self) -> None:
        """Nothing stays of what was erased: questions and passages are read again when needed."""
        self.proofs.clear()
        self._again |= {what for what in self._asked if what.startswith("proof")}
        if self._survey_job is not None:
            self._survey_job.cancel()
            self._survey_job = None
        self.drop_survey()
        self.listed.emit()

    def look(self) -> None:
        """Read the list of runs."""
        self._ask("runs", self._requests.list_runs, self._take_runs)

    def ask_news(self, run: str) -> None:
        """Read what a run has told."""
        self._ask(
            f"news {run}", lambda: self._requests.run_news(run), lambda got: self._hear(run, got)
        )

    def ask_proof(self, run: str) -> None:
        """Read a run's proof, once."""
        if run not in self.proofs:
            ask = f"proof {run}"
            self._ask(ask, lambda: self._requests.proof(run), lambda got: self._prove(run, got))

    def _ask(self, what: str, make: Callable[[], Job], take: Callable[[Any], object]) -> None:
        if what in self._asked:
            self._again.add(what)
            return
        self._asked.add(what)
        job = make()
        job.succeeded.connect(take)
        job.failed.connect(lambda error: self._hear_nothing(what, error))
        for ended in (job.succeeded, job.failed, job.cancelled):
            ended.connect(lambda *_: self._settle(what, make, take))
        self._watching.submit(job)

    def _settle(self, what: str, make: Callable[[], Job], take: Callable[[Any], object]) -> None:
        self._asked.discard(what)
        if what in self._again:
            self._again.discard(what)
            self._ask(what, make, take)

    # ------------------------------------------------------------ hearing

    def _take_runs(self, runs: tuple[RunSummary, ...]) -> None:
        before = {each.id: each.phase for each in self.runs}
        self.runs = tuple(sorted(runs, key=lambda run: run.created, reverse=True))
        self.read, self.trouble = True, ""
        there = {each.id for each in runs}
        for kept in (self.news, self.proofs):
            for gone in set(kept) - there:
                del kept[gone]
        self._keep_time()
        self.listed.emit()
        for run in self.runs:
            if run.phase in GOING_ON or before.get(run.id) in GOING_ON:
                self.ask_news(run.id)

    def _hear(self, run: str, news: RunNews) -> None:
        known, before = self.run(run), self.news.get(run)
        self.news[run] = news
        self.heard.emit(run)
        changed = before is None or before.phase is not news.phase
        if changed and known is not None and known.phase is not news.phase:
            self.look()  # once: list and news may differ for a while

    def _prove(self, run: str, proof: Proof | None) -> None:
        if proof is not None:
            self.proofs[run] = proof
            self.proved.emit(run)

    def _hear_nothing(self, what: str, error: LegalDeskError) -> None:
        if what == "runs":
            self.trouble = error.message
            self.listed.emit()

    def _tick(self) -> None:
        active = self.active
        if active is None:
            self.look()
        else:
            self.ask_news(active.id)

    def _keep_time(self) -> None:
        """Ask on while a run goes on that somebody looks at or that this window started."""
        wanted = self.expecting or (self._seen and self.active is not None)
        if wanted and not self._timer.isActive():
            self._timer.start()
        elif not wanted:
            self._timer.stop()
