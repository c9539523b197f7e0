"""Step three: the run. What goes on, the curves, and what can be done about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from legaldesk.core.progress import Progress
from legaldesk.core.runs import RunNews, RunPhase, RunSummary
from legaldesk.core.training import Candidate
from legaldesk.ui.flow import Flow
from legaldesk.ui.pieces import button, fill_bar, label
from legaldesk.ui.sign_line import SignLine
from legaldesk.ui.training_curves import TrainingCurves
from legaldesk.ui.training_pieces import Step
from legaldesk.ui.training_words import CANDIDATES, stage_words, step_line
from legaldesk.ui.wording import progress_line

if TYPE_CHECKING:
    from legaldesk.ui.training_coach import TrainingCoach
    from legaldesk.workers.lane import Lane

BEFORE = "While it learns, curves show here how it gets on. You can pause it or stop it early."
STARTING = "It starts in a moment."
INTERRUPTED = "It was interrupted, and can go on where it was saved."
LEARNED = ("choose", "prove")
"""Stages in which there is no step left to wait or to end after."""

PAUSED = "It waits, saved, until you let it go on."


class TrainingRun(Step):
    """Shows a run's news and progress."""

    def __init__(self, coach: TrainingCoach, lane: Lane) -> None:
        super().__init__(3, "Run")
        self._coach = coach
        self._run: RunSummary | None = None
        self.bar, self.pace = QProgressBar(), label("", "secondary", wrap=True)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("How far the run is")
        self.state = SignLine()
        self.notices: list[SignLine] = []
        self.curves = TrainingCurves(lane)
        self.candidates = label("", "secondary", wrap=True)
        self.pause = button("Pause", self._pause)
        self.go_on = button("Go on", self._go_on, "primary")
        self.stop = button("Stop and keep the best", self._stop)
        self.cancel = button("Cancel", coach.cancel)
        self.cancel.setToolTip("Stops at once; the run can be resumed later")
        self.resume = button("Resume", self._resume, "primary")
        self._arrange()

    def _arrange(self) -> None:
        self._deeds = QWidget()
        deeds = Flow()
        self._deeds.setLayout(deeds)
        for push in (self.go_on, self.resume, self.pause, self.stop, self.cancel):
            deeds.addWidget(push)
        self._notices = QVBoxLayout()
        self._notices.setSpacing(4)
        for part in (self.state, self.bar, self.pace, self._deeds):
            self.content.addWidget(part)
        self.content.addLayout(self._notices)
        self.content.addSpacing(4)
        for last in (self.curves, self.candidates):
            self.content.addWidget(last)

    # ------------------------------------------------------------ showing

    def show_none(self) -> None:
        """No run yet."""
        self._run = None
        self.say(BEFORE)
        for part in (self.bar, self.pace, self._deeds, self.curves, self.candidates):
            part.hide()
        self._say_notices(())
        self.state.say("error", "wrong", self._coach.trouble)

    def show_starting(self) -> None:
        """It was asked for and is not yet heard of."""
        self.show_none()
        self.say(STARTING)
        self._show_progress(None, self._coach.progress, True)
        self._deeds.show()
        for push in (self.go_on, self.resume, self.pause, self.stop):
            push.hide()
        self.cancel.show()

    def show_run(self, run: RunSummary, news: RunNews | None) -> None:
        """Show a run as it stands."""
        self._run = run
        phase = news.phase if news is not None else run.phase
        going = phase in (RunPhase.RUNNING, RunPhase.PAUSED)
        self.say("")
        self._say_state(run, phase, news)
        told = self._coach.progress if self._coach.drives(run.id) else None
        self._show_progress(news, told, going)
        self._offer(run, phase, news.stage if news is not None else "")
        self._say_notices(news.notices if news is not None else ())
        drawn = news is not None and bool(news.steps or news.evaluations)
        self.curves.setVisible(drawn)
        if news is not None and drawn:
            self.curves.show_news(news, run.width)
        self._say_candidates(news)

    def _say_state(self, run: RunSummary, phase: RunPhase, news: RunNews | None) -> None:
        if run.problem or phase is RunPhase.FAILED:
            self.state.say("error", "wrong", run.problem or "The run failed.")
        elif phase is RunPhase.INTERRUPTED and self._coach.drives(run.id):
            self.state.say("refresh", "", STARTING)
        elif phase is RunPhase.INTERRUPTED:
            self.state.say("warning", "careful", INTERRUPTED)
        elif phase is RunPhase.PAUSED:
            self.state.say("info", "secondary", PAUSED)
        elif phase is RunPhase.RUNNING:
            words = stage_words(news.stage if news is not None else "")
            self.state.say("refresh", "", f"{words}…")
        else:
            taken = f" Kept: {CANDIDATES.get(run.chosen, run.chosen)}." if run.chosen else ""
            self.state.say("check", "right", f"Finished.{taken}")

    def _show_progress(self, news: RunNews | None, told: Progress | None, going: bool) -> None:
        self.bar.setVisible(going)
        self.pace.setVisible(going)
        if not going:
            return
        step = news.steps[-1] if news is not None and news.steps else None
        done, total = (step.step, step.steps) if step is not None else (0, 0)
        left = step.seconds_left if step is not None else None
        line = step_line(done, total, left)
        if told is not None and told.total:
            done, total = told.done, told.total
            line = progress_line(told)
        fill_bar(self.bar, done, total)
        self.pace.setText(line)
        self.pace.setVisible(bool(line))

    def _offer(self, run: RunSummary, phase: RunPhase, stage: str) -> None:
        waits, running = self._coach.waits(run.id), phase is RunPhase.RUNNING
        paused, stopped = phase is RunPhase.PAUSED, phase in (RunPhase.INTERRUPTED, RunPhase.FAILED)
        offers = {
            self.pause: running and stage not in LEARNED,
            self.go_on: paused,
            self.stop: running and stage not in LEARNED or paused,
            self.cancel: self._coach.drives(run.id) and phase is not RunPhase.FINISHED,
            self.resume: stopped and not self._coach.here and bool(run.base),  # else unreadable
        }
        for push, offered in offers.items():
            push.setVisible(offered)
        for push in (self.pause, self.go_on, self.stop):
            push.setEnabled(not waits)
        self.pause.setText("Pausing…" if waits and running else "Pause")
        self._deeds.setVisible(any(offers.values()))

    def _say_notices(self, notices: tuple[str, ...]) -> None:
        while len(self.notices) < len(notices):
            self.notices.append(SignLine())
            self._notices.addWidget(self.notices[-1])
        for place, line in enumerate(self.notices):
            line.say("info", "", notices[place] if place < len(notices) else "")

    def _say_candidates(self, news: RunNews | None) -> None:
        found: tuple[Candidate, ...] = news.candidates if news is not None else ()
        said = [
            f"{CANDIDATES.get(each.name, each.name)} (taken)" if each.chosen
            else CANDIDATES.get(each.name, each.name)
            for each in found
        ]  # fmt: skip
        self.candidates.setText(f"Compared: {', '.join(said)}." if said else "")
        self.candidates.setVisible(bool(said))

    # ------------------------------------------------------------ doing

    def _pause(self) -> None:
        if self._run is not None:
            self._coach.pause(self._run.id)

    def _go_on(self) -> None:
        if self._run is not None:
            self._coach.go_on(self._run.id)

    def _stop(self) -> None:
        if self._run is not None:
            self._coach.stop(self._run.id)

    def _resume(self) -> None:
        if self._run is not None:
            self._coach.resume(self._run)
