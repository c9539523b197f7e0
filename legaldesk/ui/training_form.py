"""The form under Advanced: every argument of a recipe, checked as it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from legaldesk.core.recipes import Recipe
from legaldesk.ui import theme
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.dialogs import line_field
from legaldesk.ui.pieces import button, label, set_role
from legaldesk.ui.training_fields import Field, grouped, read, written
from legaldesk.ui.training_switch import Switch
from legaldesk.ui.wording import listed


class TrainingForm(QWidget):
    """Shows a recipe and lets all of it be changed; ``changed`` tells that something was."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._start: Recipe | None = None
        self._values: dict[str, Any] = {}
        self.problems: dict[str, str] = {}
        self.editors: dict[str, QWidget] = {}
        self._show: dict[str, Callable[[Any], object]] = {}
        self._helps: dict[str, tuple[Any, str]] = {}
        self._words: dict[str, str] = {}
        self.told = label("", "secondary", wrap=True)
        self.reset = button("Back to the recipe", self._reset, "link")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(8)
        column.addWidget(self.told)
        column.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignLeft)
        for group, fields in grouped().items():
            column.addSpacing(8)
            column.addWidget(label(group, "section"))
            column.addLayout(self._grid(fields))

    # ------------------------------------------------------------ what it says

    def recipe(self) -> Recipe | None:
        """What the fields say; None while one of them is wrong."""
        if self._start is None or self.problems:
            return None
        return replace(self._start, **self._values)

    def show_recipe(self, recipe: Recipe) -> None:
        """Start from a recipe; what was typed stays where that is no other one."""
        if recipe != self._start:
            self._start = recipe
            self._reset()

    @property
    def changes(self) -> tuple[str, ...]:
        """The words of what differs from the recipe."""
        start = self._start
        return tuple(
            self._words[name]
            for name in self._words
            if name in self.problems
            or (name in self._values and self._values[name] != getattr(start, name))
        )

    def _reset(self) -> None:
        self.problems.clear()
        self._values.clear()
        for name, show in self._show.items():
            show(getattr(self._start, name))
            self._say_help(name)
        self._tell()

    def _take(self, name: str, value: Any) -> None:
        self.problems.pop(name, None)
        self._values[name] = value
        self._say_help(name)
        self._tell()

    def _take_text(self, name: str, field: Field, text: str) -> None:
        try:
            self._take(name, read(name, field, text))
        except ValueError as error:
            self.problems[name] = str(error)
            self._say_help(name)
            self._tell()

    def _tell(self) -> None:
        changes = self.changes
        self.told.setText(f"Changed: {listed(changes)}." if changes else "As the recipe says.")
        self.reset.setVisible(bool(changes))
        self.changed.emit()

    def _say_help(self, name: str) -> None:
        words, help_ = self._helps[name]
        problem = self.problems.get(name, "")
        set_role(words, "wrong" if problem else "small")
        words.setText(problem or help_)
        words.setVisible(bool(problem or help_))
        self.editors[name].setAccessibleDescription(problem or help_)

    # ------------------------------------------------------------ building

    def _grid(self, fields: dict[str, Field]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(0, 160)
        for row, (name, field) in enumerate(fields.items()):
            self._words[name] = _in_a_sentence(field.words)
            made = self._editor(name, field)
            self.editors[name] = made
            help_ = label("", "small", wrap=True)
            self._helps[name] = (help_, field.help)
            words = label("" if isinstance(made, Switch) else field.words, "secondary", wrap=True)
            words.setBuddy(made)
            grid.addWidget(words, row, 0)
            beside = QHBoxLayout()
            beside.setSpacing(12)
            beside.addWidget(made)
            if not _is_long(name) or field.choices is not None:
                beside.setAlignment(made, Qt.AlignmentFlag.AlignLeft)
            beside.addWidget(help_, 1)
            grid.addLayout(beside, row, 1)
        return grid

    def _editor(self, name: str, field: Field) -> QWidget:
        if field.choices is not None:
            return self._choice(name, field)
        if Recipe.__annotations__[name] == "bool":
            switch = Switch(field.words)
            switch.clicked.connect(lambda on: self._take(name, on))
            self._show[name] = switch.setChecked
            return switch
        line = line_field(field.words, "")
        line.setMaxLength(2000)
        line.setMinimumWidth(theme.px(240 if _is_long(name) else 96))
        line.setSizePolicy(
            QSizePolicy.Policy.Expanding if _is_long(name) else QSizePolicy.Policy.Fixed,
            QSizePolicy.Policy.Fixed,
        )
        line.textEdited.connect(lambda text: self._take_text(name, field, text))
        self._show[name] = lambda value: line.setText(written(value))
        return line

    def _choice(self, name: str, field: Field) -> ChoiceBox:
        box = ChoiceBox(field.words)
        values = list(field.choices or {})
        box.addItems(list((field.choices or {}).values()))

        def show(value: Any) -> None:
            if value not in values:  # a preset may know what the form does not
                values.append(value)
                box.addItem(written(value))
            box.setCurrentIndex(values.index(value))

        self._show[name] = show
        box.activated.connect(lambda row: self._take(name, values[row]))
        return box


def _in_a_sentence(words: str) -> str:
    """ "Batch size" as "batch size", but names such as "TF32" as they are."""
    if words[1:2].isupper() or words.startswith("Matryoshka"):
        return words
    return words[:1].lower() + words[1:]


def _is_long(name: str) -> bool:
    """Whether an argument is written in words or in a list."""
    return str(Recipe.__annotations__[name]).startswith(("str", "tuple"))
