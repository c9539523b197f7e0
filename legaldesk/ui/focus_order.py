"""Lets the keys walk widgets in the order in which they are seen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QWidget


def order_focus(page: QWidget) -> None:
    """Qt would walk them in the order in which they were made."""
    for before, after in pairwise(stops(page)):
        QWidget.setTabOrder(before, after)


def stops(page: QWidget) -> Iterator[QWidget]:
    """What the Tab key can stop at, in the order of the layouts."""
    if page.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield page
    if (layout := page.layout()) is not None:
        yield from _in_layout(layout)


def _in_layout(layout: QLayout) -> Iterator[QWidget]:
    for place in range(layout.count()):
        item = layout.itemAt(place)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            yield from stops(widget)
        elif (inner := item.layout()) is not None:
            yield from _in_layout(inner)
