"""All keys on one sheet (F1)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from legaldesk.ui import keys, theme
from legaldesk.ui.pieces import label
from legaldesk.ui.sheet import Sheet
from legaldesk.ui.views import PLACES

WIDTH = 460


class KeyOverview(Sheet):
    """Lists the keys by the place where they act."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Keys", WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for place, lines in overview().items():
            column.addWidget(label(place, "strong"))
            column.addLayout(_table(lines))
            column.addSpacing(8)
        column.addStretch(1)
        self.fill(content)


def overview() -> dict[str, tuple[keys.Line, ...]]:
    """Every key by the place where it acts."""
    found = dict(keys.OVERVIEW)
    numbers = tuple(keys.view(number) for number in range(len(PLACES)))
    views = keys.Line(numbers, ", ".join(place.name for place in PLACES))
    question, hits, *rest = found["Anywhere"]
    found["Anywhere"] = (question, hits, views, *rest)
    return found


def _table(lines: tuple[keys.Line, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(4)
    grid.setColumnMinimumWidth(0, theme.px(150))
    grid.setColumnStretch(1, 1)
    for row, line in enumerate(lines):
        pressed = label(",  ".join(keys.spoken(key) for key in line.keys), "secondary")
        grid.addWidget(pressed, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(line.does, wrap=True), row, 1)
    return grid
