"""A model's details for those who know: prompts, dimension, and what it is."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget

from legaldesk.core.models import GenerationInfo, InstalledModel, Prompts
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.dialogs import line_field
from legaldesk.ui.flow import Flow
from legaldesk.ui.model_facts import Plan
from legaldesk.ui.pieces import ElidedLabel, button, label

PROMPTS_NOTE = (
    "Prompts are put before every question and passage; a blank at the end counts. Other prompts "
    "mean other vectors: every passage is prepared anew, and search goes on meanwhile."
)
DIMENSION_NOTE = (
    "Fewer dimensions search faster in less memory and find a little less. Another dimension "
    "rebuilds the index; nothing is encoded again."
)
ONE_DIMENSION = "It was made for this dimension alone."


class ModelAdvanced(QWidget):
    """Shows the model, and lets prompts and dimension be changed; ``useWanted`` has a Plan."""

    useWanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._model: InstalledModel | None = None
        self._base: tuple[Prompts, int] = (Prompts(), 0)
        self.query, self.passage = line_field("Prompt of a question", ""), line_field("", "")
        self.passage.setAccessibleName("Prompt of a passage")
        self.dimension = ChoiceBox("Dimension to search with")
        self._widths = label("", "small", wrap=True)
        self.apply = button("Use it like this…", self._wish)
        self.reset = button("As the model says", self._reset, "link")
        self._facts = {name: ElidedLabel() for name in ("Identity", "From", "Reads", "Computed in")}
        for field in (self.query, self.passage):
            field.setPlaceholderText("None")
            field.textChanged.connect(self._weigh)
        self.dimension.currentIndexChanged.connect(self._weigh)
        self._arrange()

    def show_model(self, model: InstalledModel, generation: GenerationInfo | None) -> None:
        """Show a model as it is used, or as it is; what somebody is changing stays."""
        changed = self._model is not None and self._chosen() != self._base
        new = self._model is None or self._model.dimensions != model.dimensions
        self._model = model
        prompts = generation.prompts if generation is not None else model.prompts
        used = generation.used_dimension if generation is not None else model.dimension
        self._base = (prompts, used)
        if new:
            self._fill_dimensions(model)
        if new or not changed:
            self._put(prompts, used)
        precision = generation.precision if generation is not None else ""
        said = {
            "Identity": model.identity,
            "From": model.source,
            "Reads": f"up to {model.token_limit:,} tokens at a time",
            "Computed in": precision or "not computed yet",
        }
        for name, text in said.items():
            self._facts[name].say(text)
        self._weigh()

    def _fill_dimensions(self, model: InstalledModel) -> None:
        self.dimension.clear()
        for width in dict.fromkeys((model.dimension, *model.dimensions)):
            full = " (all)" if width == model.dimension else ""
            self.dimension.addItem(f"{width:,}{full}", width)
        several = self.dimension.count() > 1
        self.dimension.setEnabled(several)
        self._widths.setText(DIMENSION_NOTE if several else ONE_DIMENSION)

    def _put(self, prompts: Prompts, used: int) -> None:
        for field, text in ((self.query, prompts.query), (self.passage, prompts.passage)):
            if field.text() != text:
                field.setText(text)
        self.dimension.setCurrentIndex(max(0, self.dimension.findData(used)))

    def _chosen(self) -> tuple[Prompts, int]:
        prompts = Prompts(self.query.text(), self.passage.text())
        return prompts, int(self.dimension.currentData() or 0)

    def _weigh(self) -> None:
        self.apply.setEnabled(self._model is not None and self._chosen() != self._base)
        own = self._model.prompts if self._model is not None else Prompts()
        self.reset.setVisible(self._chosen()[0] != own)

    def _reset(self) -> None:
        if self._model is not None:
            self._put(self._model.prompts, self._chosen()[1])

    def plan(self) -> Plan | None:
        """What the fields say."""
        if self._model is None:
            return None
        prompts, width = self._chosen()
        own = prompts == self._model.prompts
        return Plan(self._model, None if own else prompts, width % self._model.dimension)

    def _wish(self) -> None:
        if (plan := self.plan()) is not None:
            self.useWanted.emit(plan)

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        fields: list[tuple[str, QWidget]] = [("Question", self.query), ("Passage", self.passage)]
        for row, (name, field) in enumerate(fields):
            self._put_field(grid, row, f"{name} prompt", field)
        grid.addWidget(label(PROMPTS_NOTE, "small", wrap=True), 2, 1)
        self._put_field(grid, 3, "Dimension", self.dimension)
        grid.setAlignment(self.dimension, Qt.AlignmentFlag.AlignLeft)
        grid.addWidget(self._widths, 4, 1)
        deeds = Flow()
        deeds.addWidget(self.apply)
        deeds.addWidget(self.reset)
        grid.addLayout(deeds, 5, 1)
        for row, (name, said) in enumerate(self._facts.items(), 6):
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(label(name, "secondary"), row, 0)
            grid.addWidget(said, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addLayout(grid)

    @staticmethod
    def _put_field(grid: QGridLayout, row: int, name: str, field: QWidget) -> None:
        words = label(name, "secondary")
        words.setBuddy(field)
        grid.addWidget(words, row, 0)
        grid.addWidget(field, row, 1)
        if isinstance(field, QLineEdit):
            field.setMaxLength(500)
