"""The story of one run, or of one that could be: four steps on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk.core.recipes import Recipe
from legaldesk.core.runs import RunPhase, RunSummary
from legaldesk.ui.flow import Flow
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.sign_line import SignLine
from legaldesk.ui.training_balance import TrainingBalance
from legaldesk.ui.training_pairs import TrainingPairs
from legaldesk.ui.training_recipe import TrainingRecipe
from legaldesk.ui.training_run import TrainingRun
from legaldesk.ui.training_verdict import TrainingVerdict
from legaldesk.ui.training_words import moment, removed_line

if TYPE_CHECKING:
    from legaldesk.ui.model_actors import ModelActors
    from legaldesk.ui.training_actors import TrainingActors
    from legaldesk.workers.lane import Lane

ABOUT = (
    "Teach the model with questions and answers of your own. It learns on this computer, is asked "
    "questions that it was not taught with, and takes over only if you adopt it."
)
ONE = "A run goes on already. It is one at a time."
NO_PAIRS = "First there must be pairs."
LOOKING = "The pairs are being looked at."


class TrainingPage(QWidget):
    """Shows a run by its id, or what a new one would be."""

    passageWanted = Signal(object)

    def __init__(self, actors: TrainingActors, models: ModelActors, lane: Lane) -> None:
        super().__init__()
        self._book, self._coach, self._wishes = actors.book, actors.coach, actors.wishes
        self._models = models
        self._shown = ""
        self.title, self.about = label("", "title", wrap=True), label("", "secondary", wrap=True)
        self.pairs = TrainingPairs(self._book, self._coach, self._wishes)
        self.recipe = TrainingRecipe()
        self.run = TrainingRun(self._coach, lane)
        self.verdict = TrainingVerdict(self._coach, self._wishes, models)
        self.steps = (self.pairs, self.recipe, self.run, self.verdict)
        self.balance = TrainingBalance(actors.balancer)
        self.removed = SignLine()
        self.again = button("Teach anew without them", self._again, "link")
        self.without = button("Teach anew without a matter…", self._without, "link")
        self.delete = button("Delete this run…", self._delete, "link")
        self._arrange()
        self.recipe.startWanted.connect(self._start)
        self.verdict.passageWanted.connect(self.passageWanted)
        self._book.surveyed.connect(self.show_now)
        self._book.listed.connect(self.show_now)
        self._book.heard.connect(lambda run: self.show_now() if run == self._shown else None)
        self._book.proved.connect(lambda run: self.show_now() if run == self._shown else None)
        self._coach.changed.connect(self._show_progress)
        models.book.changed.connect(self.verdict.show_decision)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(4)
        column.addWidget(self.title)
        column.addWidget(self.about)
        column.addWidget(self.removed)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        for place, step in enumerate(self.steps):
            column.addSpacing(16)
            if place:
                column.addWidget(hairline())
                column.addSpacing(12)
            column.addWidget(step)
        column.addSpacing(16)
        self._balance_line = hairline()
        column.addWidget(self._balance_line)
        column.addSpacing(12)
        column.addWidget(self.balance)
        self._foot = QWidget()
        foot = Flow()
        self._foot.setLayout(foot)
        for link in (self.without, self.delete):
            foot.addWidget(link)
        column.addWidget(self._foot)
        column.addStretch(1)

    # ------------------------------------------------------------ showing

    @property
    def shown(self) -> str:
        """The id of the run that is shown, "" for a new one."""
        return self._shown

    def show_run(self, run: str) -> None:
        """Show a run, or with "" what a new one would be."""
        self._shown = run
        if run:
            self._book.ask_news(run)
        self.show_now()

    def show_now(self) -> None:
        """Show what is known now."""
        run = self._book.run(self._shown) if self._shown else None
        self._foot.setVisible(run is not None)
        for part in (self._balance_line, self.balance):
            part.setVisible(run is None)
        taken = removed_line(run) if run is not None else ""
        self.removed.say("warning", "careful", taken)
        self.again.setVisible(bool(taken))
        self.again.setEnabled(not self._coach.busy)
        if run is None:
            self._show_new()
        else:
            self._show_run(run)

    def _show_new(self) -> None:
        survey = self._book.survey
        self.title.setText("Training")
        self.about.setText(ABOUT)
        self.pairs.show_choice(True)
        self.pairs.show_survey()
        ready = survey is not None and survey.findings.pairs > 0
        if survey is not None and ready:
            self.recipe.show_survey(survey)
        else:
            self.recipe.show_waiting("The recipe follows from the pairs: how many, and how good.")
        self.recipe.allow(self._why_not())
        if self._coach.here and self._book.active is None:
            self.run.show_starting()
        else:
            self.run.show_none()
        self.verdict.show_none()
        self._mark(2 if ready else 1)

    def _why_not(self) -> str:
        if self._coach.busy:
            return ONE
        if self._book.surveying:
            return LOOKING
        survey = self._book.survey
        return "" if survey is not None and survey.findings.train_pairs else NO_PAIRS

    def _show_run(self, run: RunSummary) -> None:
        self.title.setText(run.recipe.title)
        self.about.setText(moment(run.created))
        self.pairs.show_choice(False)
        self.pairs.show_run(run)
        self.recipe.show_run(run)
        news, proof = self._book.news.get(run.id), self._book.proofs.get(run.id)
        self.run.show_run(run, news)
        self.verdict.show_run(run, proof)
        going = run.phase in (RunPhase.RUNNING, RunPhase.PAUSED)
        if run.phase is RunPhase.FINISHED and proof is None:
            self._book.ask_proof(run.id)
        self._mark(4 if run.phase is RunPhase.FINISHED else 3)
        self._foot.setVisible(not going)
        self.without.setVisible(len(run.matters) > 1)
        self.without.setEnabled(not self._coach.busy)
        self.delete.setEnabled(not run.live)
        self.delete.setToolTip("The model in use cannot be deleted" if run.live else "")

    def _show_progress(self) -> None:
        """Only what moves: the rest of the page stays as it is."""
        run = self._book.run(self._shown) if self._shown else None
        if run is not None:
            self.run.show_run(run, self._book.news.get(run.id))
            for link in (self.without, self.again):
                link.setEnabled(not self._coach.busy)
        else:
            self.show_now()

    def _mark(self, at_hand: int) -> None:
        for number, step in enumerate(self.steps, 1):
            step.mark(number == at_hand)

    # ------------------------------------------------------------ doing

    def _start(self, recipe: Recipe) -> None:
        if not self._coach.busy:
            pairs = self.pairs
            self._coach.train(recipe, pairs.pairs_file, pairs.matter, pairs.matters)

    def _delete(self) -> None:
        if (run := self._book.run(self._shown)) is not None:
            self._wishes.delete(run)

    def _again(self) -> None:
        if (run := self._book.run(self._shown)) is not None and not self._coach.busy:
            self._coach.retrain_without(run)

    def _without(self) -> None:
        if (run := self._book.run(self._shown)) is not None:
            self._wishes.retrain_without(run)

    def refresh_theme(self) -> None:
        """Follow colours and text size."""
        self.run.curves.refresh_theme()
        self.verdict.refresh_theme()
        for widget in self.findChildren(QWidget):
            if widget.sizePolicy().hasHeightForWidth():
                widget.updateGeometry()

    def first_stop(self) -> QWidget:
        """Where the keys begin."""
        there = (self.run.go_on, self.run.resume, self.recipe.start, self.verdict.adopt)
        usable = [push for push in there if push.isVisible() and push.isEnabled()]
        fallback = self.pairs.from_file if self.pairs.from_file.isVisible() else self
        fallback.setFocusPolicy(fallback.focusPolicy() | Qt.FocusPolicy.TabFocus)
        return usable[0] if usable else fallback
