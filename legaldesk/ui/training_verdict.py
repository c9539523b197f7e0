"""Step four: the verdict. One sentence, the figures, what was won and lost, and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from legaldesk.core.runs import Proof, RunPhase, RunSummary
from legaldesk.core.verdict import Decision
from legaldesk.ui.document_text import plain
from legaldesk.ui.flow import Flow
from legaldesk.ui.model_pieces import Fold, ProgressPart
from legaldesk.ui.model_words import building_line
from legaldesk.ui.pieces import button, hairline, label, set_role
from legaldesk.ui.sign_line import Sign, SignLine
from legaldesk.ui.training_changes import TrainingChanges
from legaldesk.ui.training_figures import lines
from legaldesk.ui.training_pieces import Step
from legaldesk.ui.training_table import TrainingTable
from legaldesk.ui.training_words import corpus_line, verdict_line

if TYPE_CHECKING:
    from legaldesk.ui.model_actors import ModelActors
    from legaldesk.ui.training_coach import TrainingCoach
    from legaldesk.ui.training_wishes import TrainingWishes

BEFORE = (
    "At the end the old and the new model answer questions that neither was taught with. Only "
    "then do you decide; until then search goes on with the old one."
)
COMING = "The verdict comes when the run has ended."
NONE = "This run has no verdict."
READING = "Reading the figures…"
LIVE = "The new model is in use."
NOT_USED = "It was adopted, and is not in use."
KEPT = "The old model stays in use. You can adopt this one later."
OVERRULED = "It was adopted against the verdict."
SIGNS = {
    Decision.ADOPT: ("check", "right"),
    Decision.KEEP: ("error", "wrong"),
    Decision.CANNOT_TELL: ("warning", "careful"),
}


class TrainingVerdict(Step):
    """Shows a run's proof; ``passageWanted`` carries a QuestionChange to open."""

    passageWanted = Signal(object)

    def __init__(self, coach: TrainingCoach, wishes: TrainingWishes, models: ModelActors) -> None:
        super().__init__(4, "Verdict")
        self._coach, self._wishes, self._models = coach, wishes, models
        self._run: RunSummary | None = None
        self._proof: Proof | None = None
        self._sign, self.sentence = Sign(), label("", "heading", wrap=True)
        self.why, self.caveat = label("", wrap=True), SignLine()
        self.adopt = button("Adopt the new one", self._adopt, "primary")
        self.keep = button("Keep the old one", self._keep)
        self.back = button("Roll back to the old one", coach.go_back)
        self.decided = SignLine()
        self.switching = ProgressPart("Passages prepared", "Stop", models.shop.stop_switch)
        self.table, self.changes = TrainingTable(), TrainingChanges()
        self.general = TrainingTable()
        self.general_fold = Fold("General questions, that it should not forget", self.general)
        self.changes.passageWanted.connect(self.passageWanted)
        self._arrange()

    def _arrange(self) -> None:
        self._proven = QWidget()
        column = QVBoxLayout(self._proven)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        told = QHBoxLayout()
        told.setSpacing(8)
        told.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        told.addWidget(self.sentence, 1)
        column.addLayout(told)
        column.addWidget(self.why)
        column.addWidget(self.caveat)
        deeds = Flow()
        for push in (self.adopt, self.keep, self.back):
            deeds.addWidget(push)
        column.addLayout(deeds)
        for part in (self.decided, self.switching):
            column.addWidget(part)
        column.addSpacing(8)
        column.addWidget(self.table)
        column.addWidget(self.general_fold)
        column.addWidget(self.general)
        column.addSpacing(8)
        column.addWidget(hairline())
        column.addWidget(self.changes)
        self.content.addWidget(self._proven)

    # ------------------------------------------------------------ showing

    def show_none(self) -> None:
        """No run yet."""
        self._run = None
        self.say(BEFORE)
        self._proven.hide()

    def show_run(self, run: RunSummary, proof: Proof | None) -> None:
        """Show a run's proof as far as there is one."""
        self._run = run
        self._proven.setVisible(proof is not None)
        if proof is None:
            ended = run.phase in (RunPhase.FINISHED, RunPhase.FAILED)
            reading = run.phase is RunPhase.FINISHED and run.verdict is not None
            self.say(READING if reading else NONE if ended else COMING)
            return
        self.say("")
        icon, role = SIGNS[proof.verdict.decision]
        self._sign.show_icon(icon, role)
        self.sentence.setText(verdict_line(proof))
        self.why.setText(proof.verdict.sentence)
        if proof is not self._proof:
            self._proof = proof
            self._show_figures(proof, run.width)
        self.show_decision()

    def _show_figures(self, proof: Proof, full: int) -> None:
        self.table.show_lines(lines(proof.before, proof.after, full), corpus_line(proof))
        asked = len(proof.general) == 2
        if asked:
            self.general.show_lines(lines(proof.general[:1], proof.general[1:], full), "")
        self.general_fold.setVisible(asked)
        self.general.setVisible(asked and self.general_fold.isChecked())
        self.changes.show_proof(proof)

    def show_decision(self) -> None:
        """What can be decided, and what has been."""
        run = self._run
        if run is None:
            return
        made = self._models.book.building
        switching = made is not None and bool(run.model) and made.model == run.model
        self.caveat.say("warning", "careful", plain(run.caveat))
        set_role(self.adopt, "primary" if run.advised else "")
        set_role(self.keep, "" if run.advised else "primary")
        open_ = not run.live and not switching
        self.adopt.setVisible(open_)
        self.keep.setVisible(open_ and not run.kept)
        self.back.setVisible(run.live and self._can_go_back())
        self._say_decided(run, switching)
        if switching and made is not None:
            progress = self._models.book.progress
            left = progress.seconds_left if progress is not None else None
            self.switching.show_progress(progress, building_line(made, left))
        else:
            self.switching.hide()

    def _say_decided(self, run: RunSummary, switching: bool) -> None:
        against = f" {OVERRULED}" if run.overruled else ""
        if run.live:
            self.decided.say("check", "right", LIVE + against)
        elif switching:
            told = "Your passages are prepared for the new model. Search goes on with the old one."
            self.decided.say("refresh", "", told + against)
        elif run.kept:
            self.decided.say("info", "", KEPT)
        else:
            self.decided.say("info", "", NOT_USED if run.model else "")

    def _can_go_back(self) -> bool:
        overview = self._models.book.overview
        return overview is not None and any(each.previous for each in overview.generations)

    # ------------------------------------------------------------ doing

    def _adopt(self) -> None:
        if self._run is not None:
            self._wishes.adopt(self._run)

    def _keep(self) -> None:
        if self._run is not None:
            self._coach.keep_old(self._run.id)

    def refresh_theme(self) -> None:
        """Follow a change of text size."""
        for part in (self.table, self.general, self.changes):
            part.refresh_theme()
