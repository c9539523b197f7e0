"""The question that a passage of somebody's own choice answers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from legaldesk.core.labels import LONGEST_QUESTION
from legaldesk.ui.dialogs import Question, line_field, named_field
from legaldesk.ui.pieces import label
from legaldesk.ui.settle_question import shortened

ABOUT = "Ask as somebody would who does not know this text. The pair is marked relevant."


class PairQuestion(Question):
    """Shows the passage and asks for its question."""

    def __init__(self, parent: QWidget, text: str, where: str) -> None:
        super().__init__(parent, "Which question does this passage answer?", "Keep the pair")
        self.box = line_field("Question", "")
        self.box.setMaxLength(LONGEST_QUESTION)
        self.box.textChanged.connect(lambda _: self._weigh())
        self.fill(
            label(f"“{shortened(text)}”", wrap=True),
            label(where, "small", wrap=True),
            named_field("Question", self.box),
            label(ABOUT, "small", wrap=True),
        )
        self._weigh()
        self.box.setFocus()

    @property
    def question(self) -> str:
        """What was typed, in one line."""
        return " ".join(self.box.text().split())

    def _weigh(self) -> None:
        self.deed.setEnabled(bool(self.question))
