"""What is asked before training changes something for good; the coach then does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from legaldesk.core.runs import RunSummary
from legaldesk.core.verdict import Decision
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.dialogs import Question, ask, named_field
from legaldesk.ui.document_text import plain
from legaldesk.ui.model_questions import SureQuestion
from legaldesk.ui.pieces import label
from legaldesk.ui.training_words import run_title
from legaldesk.ui.wording import size

if TYPE_CHECKING:
    from legaldesk.ui.training_coach import TrainingCoach

AGAINST = {
    Decision.KEEP: "The held-out questions do not show that the new model is better.",
    Decision.CANNOT_TELL: "The held-out questions cannot tell whether the new model is better.",
}
WORSE = "The new model is better by meaning alone, but worse at what else was measured."
RECORDED = (
    "You can adopt it all the same. That it was adopted against the verdict is recorded with the "
    "run. Going back takes one click."
)
UNKNOWN = (
    "Whether it is better than the model in use is not known. You can adopt it all the same. Going "
    "back takes one click."
)


class WithoutQuestion(Question):
    """Asks which matter to leave out."""

    def __init__(self, parent: QWidget, run: RunSummary) -> None:
        super().__init__(parent, "Teach anew without a matter", "Teach anew")
        self.box = ChoiceBox("Matter to leave out")
        for matter in run.matters:
            self.box.addItem(plain(matter), matter)
        text = (
            "A new run with the same recipe and the pairs of the other matters. This run and its "
            "model stay until you delete them."
        )
        self.fill(named_field("Leave out", self.box), label(text, "secondary", wrap=True))
        self.box.setFocus()

    @property
    def matter(self) -> str:
        """The matter that was chosen."""
        return str(self.box.currentData())


class TrainingWishes(QObject):
    """Each method is a wish of the Training view."""

    def __init__(self, window: QWidget, coach: TrainingCoach) -> None:
        super().__init__(window)
        self._window, self._coach = window, coach

    def choose_file(self, then: Callable[[str], object]) -> None:
        """Ask for a file of pairs."""
        dialog = QFileDialog(self._window, "A file of questions and passages")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(
            ["Pairs (*.jsonl *.csv *.JSONL *.CSV)", "All files (*)"],
        )
        dialog.fileSelected.connect(lambda name: then(QDir.toNativeSeparators(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def adopt(self, run: RunSummary) -> None:
        """Put the new model to use; asks where the verdict is against it or about another one."""
        if run.advised:
            self._coach.adopt(run.id, False)
            return
        title, text = "Adopt it all the same?", f"{plain(run.caveat)} {UNKNOWN}"
        if not run.better:
            decision = run.verdict.decision if run.verdict is not None else Decision.CANNOT_TELL
            title = "Adopt it against the verdict?"
            alone = run.verdict is not None and run.verdict.better_alone
            why = WORSE if alone else AGAINST[decision]
            text = " ".join(filter(None, (why, plain(run.caveat), RECORDED)))
        question = SureQuestion(self._window, title, text, "Adopt it", danger=True)
        ask(question, lambda: self._coach.adopt(run.id, True))

    def delete(self, run: RunSummary) -> None:
        """Delete a run."""
        text = f"This deletes {run_title(run)} with its figures and its model: {size(run.bytes)}. "
        if run.model and not run.live:
            text += "The model was adopted once; going back to it ends. "
        text += "Labels and documents are not touched."
        question = SureQuestion(self._window, "Delete this run?", text, "Delete", danger=True)
        ask(question, lambda: self._coach.delete(run.id))

    def retrain_without(self, run: RunSummary) -> None:
        """The same run anew without one of its matters."""
        question = WithoutQuestion(self._window, run)
        ask(question, lambda: self._coach.retrain_without(run, question.matter))
