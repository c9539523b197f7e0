"""What the search view shows before anything is asked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from legaldesk.core.documents import Matter
from legaldesk.ui.empty_state import EmptyState
from legaldesk.ui.pieces import ElidedLink, button, label

KEYS = "Enter asks.  Up and Down walk the passages.  Ctrl+C copies one with its citation."


class Welcome(QWidget):
    """Three faces: an empty library, an empty matter, and a matter that waits for a question."""

    filesWanted = Signal()
    samplesWanted = Signal()
    questionWanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._first = EmptyState(
            "import",
            "Drop PDFs here",
            "LegalDesk finds the passage that answers your question in your own documents. "
            "Everything stays on this computer.",
            button("Add files…", self.filesWanted.emit, "primary"),
            button("Load the sample matter", self.samplesWanted.emit),
        )
        self._matter = EmptyState(
            "import", "", "", button("Add files…", self.filesWanted.emit, "primary")
        )
        self._ready = EmptyState("search", "", "")
        self._examples = QWidget()
        self._examples_of = ""
        QVBoxLayout(self._examples).setSpacing(0)
        self._ready.add(self._examples)
        self._ready.add(label(KEYS, "small", wrap=True))
        self._matter_shown: Matter | None = None
        self._faces = QStackedLayout(self)
        for face in (QWidget(), self._first, self._matter, self._ready):
            self._faces.addWidget(face)

    def offer_examples(self, matter: str, questions: Sequence[str]) -> None:
        """Questions to try while the matter of that name is current."""
        self._examples_of = matter
        layout = self._examples.layout()
        assert isinstance(layout, QVBoxLayout)
        for question in questions:
            ask = partial(self.questionWanted.emit, question)
            layout.addWidget(ElidedLink(question, ask), 0, Qt.AlignmentFlag.AlignLeft)
        self._show_examples()

    def _show_examples(self) -> None:
        shown = self._matter_shown
        self._examples.setVisible(shown is not None and shown.name == self._examples_of)

    def show_matter(self, matter: Matter | None, crosses: bool, read: bool) -> None:
        """Show what there is to do in a matter (None: there is none, or all are current)."""
        self._matter_shown = matter
        self._show_examples()
        if not read:
            self._faces.setCurrentIndex(0)
        elif crosses:
            self._ready.say(
                "Ask across all matters",
                "Answers may come from every matter that is not locked out. "
                "Choose one matter at the left to stay inside it.",
            )
            self._faces.setCurrentWidget(self._ready)
        elif matter is None:
            self._faces.setCurrentWidget(self._first)
        elif not matter.documents:
            self._matter.say(
                f"Drop PDFs here to add them to {matter.name}",
                "Files and whole folders. Words can be searched first, meaning follows.",
            )
            self._faces.setCurrentWidget(self._matter)
        else:
            self._ready.say(
                "What would you like to find?",
                f"Answers come from {matter.name}. Write as you would ask a colleague. "
                "Words in quotation marks must stand in the text exactly.",
            )
            self._faces.setCurrentWidget(self._ready)

    def refresh_theme(self) -> None:
        """Follow a change of colours or text size."""
        for face in (self._first, self._matter, self._ready):
            face.refresh_theme()
