"""Step two: the recipe. Three cards, the published ones folded, and everything under Advanced."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup, QVBoxLayout, QWidget

from legaldesk.core.recipes import Choice, Recipe
from legaldesk.core.runs import RunSummary, Survey
from legaldesk.ui import theme
from legaldesk.ui.document_text import plain
from legaldesk.ui.model_pieces import Fold
from legaldesk.ui.pieces import button, label
from legaldesk.ui.training_form import TrainingForm
from legaldesk.ui.training_pieces import Card, Step
from legaldesk.ui.training_words import EXPECTATIONS, passes_line

NARROW = 560
"""In less room than this the cards stand below one another."""

CALM = "It works in the background: you can go on searching, and nothing changes until you adopt."
PUBLISHED = (
    "The recipes of five published legal models, as their authors ran them. They are made for "
    "large models and graphics cards."
)


class TrainingRecipe(Step):
    """``startWanted`` carries the recipe that was chosen, as changed under Advanced."""

    startWanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(2, "Recipe")
        self.cards: dict[str, Card] = {}
        self._recipes: dict[str, Recipe] = {}
        self._choice: Choice | None = None
        self._name, self._why_not = "", ""
        self.form: TrainingForm | None = None
        self._group: QButtonGroup | None = None
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(12)
        self._list, self._advanced = QWidget(), QWidget()
        self.published = Fold("Published recipes", self._list)
        self.advanced = Fold("Advanced", self._advanced)
        self.start = button("Start teaching", self._start, "primary")
        self.note = label(CALM, "secondary", wrap=True)
        self._arrange()
        self.advanced.unfolded.connect(self._unfold)

    def _arrange(self) -> None:
        for holder in (self._list, self._advanced):
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 8)
            column.setSpacing(8)
        self._choices = QWidget()
        column = QVBoxLayout(self._choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._row)
        for fold, folded in ((self.published, self._list), (self.advanced, self._advanced)):
            column.addWidget(fold, 0, Qt.AlignmentFlag.AlignLeft)
            column.addWidget(folded)
        column.addWidget(self.start, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.note)
        self.content.addWidget(self._choices)

    # ------------------------------------------------------------ showing

    def show_survey(self, survey: Survey) -> None:
        """Offer the recipes, the one that fits first."""
        recipes = {each.name: each for each in survey.recipes}
        if recipes != self._recipes or survey.choice != self._choice:
            chosen = self._choice is not None and self._name != self._choice.preset
            keep = (chosen or self._changed) and self._name in recipes
            self._recipes, self._choice = recipes, survey.choice
            self._fill(survey)
            self._choose(self._name if keep else survey.choice.preset)
        self._choices.show()
        self.say("")

    def show_run(self, run: RunSummary) -> None:
        """What a run was taught by."""
        self._choices.hide()
        self.say(f"{plain(run.recipe.title)}. {passes_line(run.recipe)}")

    def show_waiting(self, line: str) -> None:
        """There is nothing to choose from yet."""
        self._choices.hide()
        self.say(line)

    def allow(self, why_not: str) -> None:
        """Whether it may start: why not, or ""."""
        self._why_not = why_not
        self._weigh()

    def _fill(self, survey: Survey) -> None:
        for card in self.cards.values():
            card.hide()
            card.deleteLater()
        self.cards.clear()
        self._group = QButtonGroup(self)
        own = [each for each in survey.recipes if not each.published]
        own.sort(key=lambda recipe: recipe.name != survey.choice.preset)
        for recipe in own:
            self._row.addWidget(self._card(recipe, survey.choice), 1)
        column = self._list.layout()
        if column is not None:
            if not column.count():
                column.addWidget(label(PUBLISHED, "secondary", wrap=True))
            for recipe in survey.recipes:
                if recipe.published:
                    column.addWidget(self._card(recipe, survey.choice))
        self.published.setVisible(any(each.published for each in survey.recipes))

    def _card(self, recipe: Recipe, choice: Choice) -> Card:
        if recipe.published:
            card = Card(recipe.title, "", recipe.note)
        elif recipe.name == choice.preset:
            about = passes_line(recipe)
            card = Card(recipe.title, "Fits your pairs", choice.reason, choice.expect, about)
        else:
            expect = EXPECTATIONS.get(recipe.name, "")
            card = Card(recipe.title, "", passes_line(recipe), expect or recipe.note)
        card.clicked.connect(lambda: self._choose(recipe.name))
        assert self._group is not None
        self._group.addButton(card)
        self.cards[recipe.name] = card
        return card

    # ------------------------------------------------------------ choosing

    def _choose(self, name: str) -> None:
        self._name = name
        self.cards[name].setChecked(True)
        if self.form is not None:
            self.form.show_recipe(self._recipes[name])
        self._weigh()

    def _unfold(self, unfolded: bool) -> None:
        """Make the form when it is first looked at."""
        if not unfolded or self.form is not None:
            return
        self.form = TrainingForm()
        self.form.changed.connect(self._weigh)
        column = self._advanced.layout()
        if column is not None:
            column.addWidget(self.form)
            self.form.show()
        if self._name:
            self.form.show_recipe(self._recipes[self._name])

    def recipe(self) -> Recipe | None:
        """What was chosen, as changed; None while a field is wrong."""
        if self.form is not None:
            return self.form.recipe()
        return self._recipes.get(self._name)

    def _weigh(self) -> None:
        wrong: Sequence[str] = tuple(self.form.problems.values()) if self.form is not None else ()
        why_not = self._why_not or (f"Under Advanced: {wrong[0]}" if wrong else "")
        self.start.setEnabled(not why_not and self.recipe() is not None)
        self.note.setText(why_not or CALM)
        self.advanced.setText("Advanced (changed)" if self._changed else "Advanced")

    @property
    def _changed(self) -> bool:
        return self.form is not None and bool(self.form.changes)

    def _start(self) -> None:
        if (recipe := self.recipe()) is not None:
            self.startWanted.emit(recipe)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Cards beside or below one another."""
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        narrow = self.width() < theme.px(NARROW)
        self._row.setDirection(way.TopToBottom if narrow else way.LeftToRight)
