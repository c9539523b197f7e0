"""The keys that work anywhere in the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

QUESTION = ("Ctrl+L", "/")
ADD_FILES, ADD_FOLDER, NEW_MATTER = "Ctrl+O", "Ctrl+Shift+O", "Ctrl+N"
NEXT_HIT, PREVIOUS_HIT = "F3", "Shift+F3"
BACK = "Escape"


def view(number: int) -> str:
    """The key of the first view, the second ..."""
    return f"Ctrl+{number + 1}"


def bind(window: QWidget, acts: Mapping[str, Callable[[], object]]) -> None:
    """Let each key do its act; a field that is being typed into takes its letters first."""
    for key, act in acts.items():
        QShortcut(QKeySequence(key), window).activated.connect(act)
