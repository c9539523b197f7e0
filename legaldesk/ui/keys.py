"""The keys, and what each of them does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

QUESTION = ("Ctrl+L", "/")
ADD_FILES, ADD_FOLDER, NEW_MATTER = "Ctrl+O", "Ctrl+Shift+O", "Ctrl+N"
NEXT_HIT, PREVIOUS_HIT = "F3", "Shift+F3"
BACK, HELP = "Escape", "F1"
COPY, COPY_TEXT = "Ctrl+C", "Ctrl+Shift+C"
RELEVANT, NOT_RELEVANT, PARTLY = VERDICTS = "1", "2", "3"
SAME = "Right"
UNDO, SKIP = "Ctrl+Z", ("S", "Right")
WORD_BEFORE, WORD_AFTER, LINE_ABOVE, LINE_BELOW = "Ctrl+Left", "Ctrl+Right", "Ctrl+Up", "Ctrl+Down"
"""They go to another word of a page; what follows takes the words up to it along."""
UP_TO_BEFORE, UP_TO_AFTER = "Shift+Left", "Shift+Right"
UP_TO_ABOVE, UP_TO_BELOW = "Shift+Up", "Shift+Down"
USE_TEXT = ("Return", "Enter")
LARGER, SMALLER, ACTUAL_SIZE, TURN = ("Ctrl++", "Ctrl+="), "Ctrl+-", "Ctrl+0", "R"


def view(number: int) -> str:
    """The key of the first view, the second ..."""
    return f"Ctrl+{number + 1}"


def bind(window: QWidget, acts: Mapping[str, Callable[[], object]]) -> None:
    """Let each key do its act; a field that is being typed into takes its letters first."""
    for key, act in acts.items():
        QShortcut(QKeySequence(key), window).activated.connect(act)


class Line(NamedTuple):
    """Keys, and what they do: the same, or one thing each."""

    keys: tuple[str, ...]
    does: str


OVERVIEW: dict[str, tuple[Line, ...]] = {
    "Anywhere": (
        Line(QUESTION, "Go to the question"),
        Line((NEXT_HIT, PREVIOUS_HIT), "Next and previous passage"),
        Line((ADD_FILES, ADD_FOLDER), "Add files, a folder"),
        Line((NEW_MATTER,), "New matter"),
        Line((BACK,), "One step back; tasks go on"),
        Line((HELP,), "This overview"),
    ),
    "Question": (
        Line(("Return",), "Ask"),
        Line(("Up", "Down"), "Go to the passages"),
    ),
    "Passages": (
        Line(("Up", "Down"), "Previous and next passage"),
        Line(("Return",), "Go to the page"),
        Line(VERDICTS, "Mark it relevant, not relevant, partly relevant"),
        Line((UNDO,), "Take the last mark back"),
        Line((SAME,), "Other places of the same clause"),
        Line((COPY,), "Copy the passage with its citation"),
        Line((COPY_TEXT,), "Copy the text only"),
    ),
    "Page": (
        Line(("Ctrl+PgUp", "Ctrl+PgDown"), "Previous and next page"),
        Line(("Home", "End"), "First and last page"),
        Line((LARGER[0], SMALLER), "Larger and smaller"),
        Line((ACTUAL_SIZE,), "Actual size"),
        Line((TURN,), "Turn clockwise"),
        Line((UP_TO_AFTER, UP_TO_BEFORE), "Select text from the highlighted passage, by words"),
        Line((UP_TO_BELOW, UP_TO_ABOVE), "The same by lines"),
        Line((WORD_AFTER, WORD_BEFORE), "Select the next, the previous word alone"),
        Line((LINE_BELOW, LINE_ABOVE), "A word of the line below, above"),
        Line(USE_TEXT[:1], "Use the selected text for a question"),
        Line((COPY,), "Copy the selected text"),
        Line((BACK,), "Select nothing; then one step back"),
    ),
    "Documents": (
        Line(("Return",), "Open"),
        Line(("Shift+Down", "Ctrl+A"), "Choose several"),
        Line(("Del",), "Remove, after a question"),
    ),
    "Review": (
        Line(VERDICTS, "Mark it relevant, not relevant, partly relevant"),
        Line(SKIP, "Skip it for now"),
        Line((UNDO,), "Take the last mark back"),
        Line(("Del",), "Take back the chosen labels"),
        Line((UNDO,), "Put back the labels that were taken back last"),
    ),
}
"""The keys by the place where they act, for the overview, which adds those of the views."""


def spoken(key: str) -> str:
    """A key as it is written on this system's keyboards."""
    words = {"Return": "Enter", "Escape": "Esc"}
    return words.get(key) or QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
