"""Step one: the pairs. How many, of which matters, or from a file, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from legaldesk.core.documents import Matter
from legaldesk.core.findings import ENOUGH_QUESTIONS, Findings, sentences
from legaldesk.core.runs import MatterPairs, RunSummary
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.document_text import caption, file_name, language_name, plain
from legaldesk.ui.flow import Flow
from legaldesk.ui.model_pieces import Fold
from legaldesk.ui.pieces import ElidedLabel, button, label
from legaldesk.ui.sign_line import SignLine
from legaldesk.ui.training_pieces import SplitBar, Step
from legaldesk.ui.training_switch import Switch
from legaldesk.ui.training_words import matter_line, pairs_line, split_line, used_line

if TYPE_CHECKING:
    from legaldesk.ui.training_book import TrainingBook
    from legaldesk.ui.training_coach import TrainingCoach
    from legaldesk.ui.training_wishes import TrainingWishes

TEACH = (
    "A pair is a question and a passage that answers it. Search for something, then mark the "
    "results: 1 is right, 2 is wrong, 3 is partly. Or bring a file that your office has already, "
    "with a question and its answer in each line."
)
SWITCHES = "Only matters that you allow are taught with:"
LOOKING = "Looking at the pairs…"


class TrainingPairs(Step):
    """Shows the survey, and what can be chosen about it."""

    def __init__(self, book: TrainingBook, coach: TrainingCoach, wishes: TrainingWishes) -> None:
        super().__init__(1, "Pairs")
        self._book, self._coach, self._wishes = book, coach, wishes
        self._choosing = True
        coach.pairsChanged.connect(self.look)
        self.pairs_file = ""
        self.switches: dict[str, Switch] = {}
        self.uses: dict[str, QPushButton] = {}
        self._lines: dict[str, QWidget] = {}
        self._numbers: dict[str, int] = {}
        self._allowed: list[str] = []
        self._left_out: set[str] = set()
        self.state = SignLine()
        self.retry = button("Try again", self.look, "link")
        self.bar, self.split = SplitBar(), label("", "secondary", wrap=True)
        self.hints: list[SignLine] = []
        self.disputed = label("", "small", wrap=True)
        self.fold = Fold("Show these questions", self.disputed)
        self.from_file = button("Use a file of pairs…", self._choose_file, "link")
        self._arrange()

    def _arrange(self) -> None:
        self._matters = QWidget()
        self._rows = QVBoxLayout(self._matters)
        self._rows.setContentsMargins(0, 4, 0, 4)
        self._rows.setSpacing(4)
        self._rows.addWidget(label(SWITCHES, "secondary", wrap=True))
        self._hints = QVBoxLayout()
        self._hints.setSpacing(4)
        for part in (self.state, self.retry, self.bar, self.split):
            self.content.addWidget(part)
        self.content.addLayout(self._hints)
        for below in (self.fold, self.disputed, self._matters, self._file_part()):
            self.content.addWidget(below)
        self.content.addWidget(self.from_file)
        for hidden in (self.retry, self.bar, self.fold, self._file, self._matters):
            hidden.hide()

    def _file_part(self) -> QWidget:
        self._file = QWidget()
        self.file_name = ElidedLabel("strong")
        self.owner = ChoiceBox("Matter that the pairs belong to")
        column = QVBoxLayout(self._file)
        column.setContentsMargins(0, 4, 0, 4)
        line = QHBoxLayout()
        line.setSpacing(8)
        words = label("These pairs belong to", "secondary")
        words.setBuddy(self.owner)
        line.addWidget(words)
        line.addWidget(self.owner)
        line.addStretch(1)
        column.addWidget(self.file_name)
        column.addLayout(line)
        links = Flow()
        links.addWidget(button("Use the labels instead", self._use_labels, "link"))
        column.addLayout(links)
        return self._file

    # ------------------------------------------------------------ what is used

    @property
    def matter(self) -> str:
        """The matter that a file's pairs belong to, "" without a file."""
        owner = self.owner.currentData()
        return str(owner) if self.pairs_file and owner else ""

    @property
    def matters(self) -> tuple[str, ...]:
        """The matters whose labels the next run uses, () for all that may be."""
        if self.pairs_file:
            return ()
        used = tuple(name for name in self._allowed if name not in self._left_out)
        return used if 0 < len(used) < len(self._allowed) else ()

    def look(self) -> None:
        """Look at the pairs again."""
        self._book.survey_pairs(self.matters, self.pairs_file)

    def use_file(self, path: str) -> None:
        """Take the pairs of a file, of the matter that is chosen beside it."""
        self.pairs_file = path
        self.file_name.say(file_name(path))
        self.look()

    def show_matters(self, matters: Sequence[Matter], current: str) -> None:
        """The matters that a file's pairs can belong to."""
        names = [each.name for each in matters]
        chosen = current if not self.pairs_file and current in names else self.owner.currentData()
        if chosen not in names:  # it has another name now
            number = self._numbers.get(str(chosen))
            chosen = next((each.name for each in matters if each.number == number), None)
        self._numbers = {each.name: each.number for each in matters}
        if names != [self.owner.itemData(row) for row in range(self.owner.count())]:
            self.owner.clear()
            for name in names:
                self.owner.addItem(plain(name), name)
        self.owner.setCurrentIndex(max(0, self.owner.findData(chosen)))

    def _choose_file(self) -> None:
        self._wishes.choose_file(self.use_file)

    def _use_labels(self) -> None:
        self.pairs_file = ""
        self.look()
        self.from_file.setFocus()

    # ------------------------------------------------------------ showing

    def show_choice(self, choosing: bool) -> None:
        """Whether pairs can be chosen, or have been."""
        self._choosing = choosing
        if not choosing:
            for part in (self.retry, self.bar, self.split, self.fold, self.disputed):
                part.hide()
            for other in (self._matters, self._file, self.from_file, self.state, *self.hints):
                other.hide()

    def show_run(self, run: RunSummary) -> None:
        """What a run was taught with; nothing can be changed any more."""
        self.say(used_line(run))

    def show_survey(self) -> None:
        """Show the pairs as they were last looked at."""
        if not self._choosing:
            return
        survey, trouble = self._book.survey, self._book.survey_trouble
        self.retry.setVisible(bool(trouble))
        self._file.setVisible(bool(self.pairs_file))
        self.from_file.setVisible(not self.pairs_file)
        if trouble:
            self.state.say("error", "wrong", trouble)
        elif self._book.surveying:
            self.state.say("refresh", "secondary", LOOKING)
        else:
            self.state.say()
        found = survey.findings if survey is not None and not trouble else None
        self._matters.setVisible(not self.pairs_file and survey is not None)
        if survey is not None:
            self._show_switches(survey.matters)
        self._show_findings(found)

    def _show_findings(self, found: Findings | None) -> None:
        there = found is not None and found.pairs > 0
        self.bar.setVisible(there)
        self.split.setVisible(there)
        self._show_hints(found if there else None)
        if found is None:
            self.say("")
            return
        if not found.pairs:
            self.say(TEACH if not any(self.switches) else f"{TEACH} Or allow a matter below.")
            return
        self.say(pairs_line(found))
        self.split.setText(split_line(found))
        # Pairs and questions are not the same; what is held out shows in questions.
        shares = (found.train_pairs, found.validation_questions, found.test_questions)
        self.bar.show_shares(shares)

    def _show_hints(self, found: Findings | None) -> None:
        said = sentences(found, language_name) if found is not None else []
        while len(self.hints) < len(said):
            self.hints.append(SignLine())
            self._hints.addWidget(self.hints[-1])
        grave = _grave(found) if found is not None else 0
        for place, line in enumerate(self.hints):
            text = said[place] if place < len(said) else ""
            line.say(*(("warning", "careful") if place < grave else ("info", "")), text)
        disputed = found.contradictions if found is not None else ()
        self.fold.setVisible(bool(disputed))
        self.fold.setText("Show what is contradicted")
        self.disputed.setText("\n".join(f"•  {plain(each)}" for each in disputed))
        self.disputed.setVisible(bool(disputed) and self.fold.isChecked())

    def _show_switches(self, matters: Sequence[MatterPairs]) -> None:
        names = {each.matter for each in matters}
        for gone in [name for name in self.switches if name not in names]:
            for kept in (self.switches, self.uses):
                kept.pop(gone)
            self._lines.pop(gone).deleteLater()
        self._allowed = [each.matter for each in matters if each.may_train]
        allowed = [each.matter for each in matters if each.may_train and each.pairs]
        self._left_out &= set(allowed)
        used = len(allowed) - len(self._left_out)
        for each in matters:
            if each.matter not in self.switches:
                self._add_row(each.matter)
            switch = self.switches[each.matter]
            switch.setText(caption(matter_line(each)))
            switch.setAccessibleName(f"May be taught with: {matter_line(each)}")
            switch.setChecked(each.may_train)
            self._show_use(each.matter, each.matter in allowed and len(allowed) > 1, used)
        self._matters.setVisible(bool(matters) and not self.pairs_file)

    def _add_row(self, matter: str) -> None:
        switch = self.switches[matter] = Switch()
        switch.clicked.connect(lambda allowed: self._coach.let_train(matter, allowed))
        use = self.uses[matter] = button("", lambda: self._turn_use(matter), "link")
        line = self._lines[matter] = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(switch)
        row.addWidget(use)
        row.addStretch(1)
        self._rows.addWidget(line)

    def _show_use(self, matter: str, choice: bool, used: int) -> None:
        """Offer to leave a matter out of the next run, where others are left."""
        use, out = self.uses[matter], matter in self._left_out
        use.setVisible(choice)
        use.setText("Left out of the next run. Use it" if out else "Leave out of the next run")
        use.setAccessibleName(f"{use.text()}: {plain(matter)}")
        use.setEnabled(out or used > 1)

    def _turn_use(self, matter: str) -> None:
        self._left_out ^= {matter}
        self.look()


def _grave(found: Findings) -> int:
    """How many of the sentences are warnings; they come first."""
    few = found.test_questions < ENOUGH_QUESTIONS
    return int(few) + bool(found.contradictions) + bool(found.uncovered)
