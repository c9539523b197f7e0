"""Two runs side by side: what they were taught with, what came out, and how the recipes differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from legaldesk.core.metrics import NDCG
from legaldesk.core.recipes import Recipe
from legaldesk.core.runs import Proof, RunSummary
from legaldesk.ui.document_text import plain
from legaldesk.ui.pieces import hairline, label
from legaldesk.ui.training_fields import grouped, written
from legaldesk.ui.training_figures import change_of, dense
from legaldesk.ui.training_words import matters_named, moment, run_state, size_name, verdict_line
from legaldesk.ui.wording import count

NOT_SAME = "They were measured on different questions, so only the changes can be compared."
Row = tuple[str, tuple[str, str]]
_TEXTS = ("name", "title", "note", "base", "language")


class TrainingCompare(QWidget):
    """Shows two runs, the older at the left."""

    def __init__(self) -> None:
        super().__init__()
        self.note = label("", "secondary", wrap=True)
        self._grid_place = QVBoxLayout()
        self._holder: QWidget | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        column.addWidget(label("Two runs side by side", "title"))
        column.addWidget(self.note)
        column.addLayout(self._grid_place)
        column.addStretch(1)

    def show_two(self, runs: Sequence[RunSummary], proofs: Sequence[Proof | None]) -> None:
        """Show them, with their figures where they have some."""
        order = sorted((0, 1), key=lambda place: runs[place].created)
        one, two = (runs[place] for place in order)
        first, second = (proofs[place] for place in order)
        sizes = {(each.questions, each.passages) for each in (first, second) if each is not None}
        self.note.setText(NOT_SAME if len(sizes) > 1 else "")
        self.note.setVisible(len(sizes) > 1)
        if self._holder is not None:
            self._holder.hide()
            self._holder.deleteLater()
        self._holder = QWidget()
        self._grid_place.addWidget(self._holder)
        grid = QGridLayout(self._holder)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        for column in (1, 2):
            grid.setColumnStretch(column, 1)
        parts = {
            "": _facts(one, two),
            "Verdict": _results(one, two, first, second),
            "nDCG@10, meaning alone": _figures(first, second, max(one.width, two.width)),
            "What the recipes do differently": _differences(one.recipe, two.recipe),
        }
        for heading, rows in parts.items():
            _add(grid, heading, rows)


def _add(grid: QGridLayout, heading: str, rows: Sequence[Row]) -> None:
    at = grid.rowCount()
    if not rows:
        return
    if heading:
        grid.addWidget(hairline(), at, 0, 1, 3)
        grid.addWidget(label(heading, "heading"), at + 1, 0, 1, 3)
        at += 2
    for row, (name, values) in enumerate(rows, at):
        grid.addWidget(label(name, "secondary", wrap=True), row, 0, Qt.AlignmentFlag.AlignTop)
        for column, value in enumerate(values, 1):
            role = "strong" if name == "Recipe" else ""
            made = label(value, role, wrap=True)
            made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(made, row, column, Qt.AlignmentFlag.AlignTop)


def _facts(one: RunSummary, two: RunSummary) -> list[Row]:
    return [
        ("Recipe", (plain(one.recipe.title), plain(two.recipe.title))),
        ("When", (moment(one.created), moment(two.created))),
        ("Pairs", (f"{one.pairs:,}", f"{two.pairs:,}")),
        ("Matters", (matters_named(one.matters), matters_named(two.matters))),
        ("Started from", (one.base, two.base)),
        ("State", (run_state(one), run_state(two))),
    ]


def _results(
    one: RunSummary, two: RunSummary, first: Proof | None, second: Proof | None
) -> list[Row]:
    told = [verdict_line(proof) if proof is not None else "–" for proof in (first, second)]
    why = [run.verdict.sentence if run.verdict is not None else "–" for run in (one, two)]
    asked = [
        f"{count(proof.questions, 'question')} over {count(proof.passages, 'passage')}"
        if proof is not None
        else "–"
        for proof in (first, second)
    ]
    return [
        ("In a sentence", (told[0], told[1])),
        ("Why", (why[0], why[1])),
        ("Asked", (asked[0], asked[1])),
    ]


def _figures(first: Proof | None, second: Proof | None, full: int) -> list[Row]:
    widths = {width for proof in (first, second) if proof for width in dense(proof.after)}
    widest = max((full, *widths))
    return [
        (
            size_name(width, widest).capitalize(),
            (_figure(first, width), _figure(second, width)),
        )
        for width in sorted(widths, reverse=True)
    ]


def _figure(proof: Proof | None, width: int) -> str:
    change = change_of(proof, width, NDCG) if proof is not None else None
    if change is None:
        return "–"
    return f"{change[0]:.3f} → {change[1]:.3f}  ({change[1] - change[0]:+.3f})"


def _differences(one: Recipe, two: Recipe) -> list[Row]:
    words = {name: field.words for fields in grouped().values() for name, field in fields.items()}
    return [
        (words[each.name], (_written(one, each.name), _written(two, each.name)))
        for each in dataclasses.fields(Recipe)
        if each.name not in _TEXTS and getattr(one, each.name) != getattr(two, each.name)
    ]


def _written(recipe: Recipe, name: str) -> str:
    value = getattr(recipe, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return written(value) or "–"
