"""Carries out what is decided about training: the run in its own lane, all else beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.progress import Progress
from legaldesk.core.recipes import Recipe
from legaldesk.core.runs import RunPhase, RunSummary

if TYPE_CHECKING:
    from legaldesk.ui.model_book import ModelBook
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.ui.training_book import TrainingBook
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


class TrainingCoach(QObject):
    """One run at a time. ``changed`` tells that one began, moved on, was asked to stop or ended.

    ``pairsChanged`` tells that other matters may be used.

    ``ended`` carries the RunSummary of a run that came to its end.
    """

    changed = Signal()
    pairsChanged = Signal()
    ended = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        requests: Requests,
        lanes: Lanes,
        board: TaskBoard,
        book: TrainingBook,
        models: ModelBook,
    ) -> None:
        super().__init__(board)
        self._requests, self._board = requests, board
        self._lane, self._quick = lanes.training, lanes.library
        self._book, self._models = book, models
        self._job: Job | None = None
        self._run = ""
        self._wishes: dict[str, RunPhase | None] = {}
        self.progress: Progress | None = None
        self.trouble = ""
        book.heard.connect(self._settle)
        models.switched.connect(lambda _: self._read_again())

    # ------------------------------------------------------------ a run

    @property
    def busy(self) -> bool:
        """Whether a run goes on, here or elsewhere."""
        return self._job is not None or self._book.active is not None

    @property
    def here(self) -> bool:
        """Whether this window drives it."""
        return self._job is not None

    def drives(self, run: str) -> bool:
        """Whether this window drives that run; of a new one it is known once it is made."""
        return self.here and run == self._run

    def waits(self, run: str) -> bool:
        """Whether it was asked to pause, go on or stop, and has not yet."""
        return run in self._wishes

    def train(
        self,
        recipe: Recipe,
        pairs_file: str = "",
        matter: str = "",
        matters: tuple[str, ...] = (),
    ) -> None:
        """Start a run with a file of a matter's pairs, or with the labels of ``matters``.

        () are all matters that may be used.
        """
        self._drive(self._requests.train(recipe, matters, pairs_file, matter), recipe.title)

    def resume(self, run: RunSummary) -> None:
        """Go on with an interrupted run."""
        self._drive(self._requests.resume_training(run.id), run.recipe.title, run.id)

    def retrain_without(self, run: RunSummary, matter: str = "") -> None:
        """The same run anew, without a matter's pairs, or without what was removed since."""
        self._drive(self._requests.retrain_without(run.id, matter), run.recipe.title)

    def cancel(self) -> None:
        """Stop at once; the run can go on later."""
        if self._job is not None:
            self._job.cancel()
            self.changed.emit()

    def _drive(self, job: Job, title: str, run: str = "") -> None:
        if self._job is not None:
            return
        self._job, self._run, self.progress, self.trouble = job, run, None, ""
        self._board.watch(job, f"Teaching with {title}")
        job.progressed.connect(self._advance)
        job.succeeded.connect(self._end)
        job.failed.connect(self._fail)
        job.cancelled.connect(lambda: self._rest())
        self._lane.submit(job)
        self._book.expect(True)
        self._book.look()
        self.changed.emit()

    def _advance(self, progress: Progress) -> None:
        self.progress = progress
        if progress.stage == "training" and progress.message != "prepare":
            self._run = progress.message
        self.changed.emit()

    def _end(self, run: RunSummary) -> None:
        self._rest()
        self.ended.emit(run)

    def _fail(self, error: LegalDeskError) -> None:
        self.trouble = error.message
        self._rest()
        self.failed.emit(error)

    def _rest(self) -> None:
        self._job = self.progress = None
        self._wishes.clear()
        self._book.expect(False)
        self._read_again()
        self.changed.emit()

    def _read_again(self) -> None:
        """The runs, and the pairs: more were marked meanwhile, or made the model in use."""
        self._book.drop_survey()
        self._book.look()

    # ------------------------------------------------------------ on its way

    def pause(self, run: str) -> None:
        """Let it wait, saved."""
        self._wish(run, RunPhase.PAUSED, self._requests.pause_run(run))

    def go_on(self, run: str) -> None:
        """Wait no more."""
        self._wish(run, RunPhase.RUNNING, self._requests.go_on(run))

    def stop(self, run: str) -> None:
        """Learn no more; keep the best so far and prove it."""
        self._wish(run, None, self._requests.stop_run(run))

    def _wish(self, run: str, phase: RunPhase | None, job: Job) -> None:
        self._wishes[run] = phase
        job.failed.connect(lambda _: self._forget(run))
        self._do(job)
        self.changed.emit()

    def _settle(self, run: str) -> None:
        """What was wished has come, or something else has."""
        news = self._book.news[run]
        wished = self._wishes.get(run)
        ended = news.phase not in (RunPhase.RUNNING, RunPhase.PAUSED)
        if run in self._wishes and (news.phase is wished or ended):
            self._forget(run)

    def _forget(self, run: str) -> None:
        self._wishes.pop(run, None)
        self.changed.emit()

    # ------------------------------------------------------------ afterwards

    def adopt(self, run: str, overrule: bool) -> None:
        """Put what came out to use when the passages are prepared for it."""
        job = self._requests.adopt_run(run, overrule)
        job.succeeded.connect(lambda _: self._models.look())
        self._do(job)

    def keep_old(self, run: str) -> None:
        """Record that the old model stays."""
        self._do(self._requests.keep_old(run))

    def go_back(self) -> None:
        """Return to what was in use before."""
        job = self._requests.go_back()
        job.succeeded.connect(lambda _: self._models.look())
        self._do(job)

    def delete(self, run: str) -> None:
        """Delete a run with all that came out of it."""
        self._do(self._requests.delete_run(run))

    def let_train(self, matter: str, allowed: bool) -> None:
        """Say whether a matter's labels may be used."""
        job = self._requests.let_train(matter, allowed)
        for ended in (job.succeeded, job.failed):
            ended.connect(lambda _: self.pairsChanged.emit())
        self._do(job, look=False)

    def _do(self, job: Job, look: bool = True) -> None:
        job.failed.connect(self.failed)
        if look:
            for ended in (job.succeeded, job.failed):
                ended.connect(lambda _: self._book.look())
        self._quick.submit(job)
