"""What to write into a file of labels."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui.check_box import Choice
from legaldesk.ui.choice_box import ChoiceBox
from legaldesk.ui.dialogs import Question, named_field
from legaldesk.ui.document_text import plain
from legaldesk.ui.pieces import label
from legaldesk.ui.wording import matter_name

PAIRS = "Questions with the passages that answer them"
COMPLETE = "Everything that is known of each label"
ABOUT = {
    PAIRS: "As training tools read it. Disagreements are left out.",
    COMPLETE: "With who said it, when and where. LegalDesk takes it back in.",
}


class ExportQuestion(Question):
    """Asks for a matter and for pairs or everything."""

    def __init__(self, parent: QWidget, matters: Sequence[str], current: str) -> None:
        super().__init__(parent, "Which labels are to be exported?", "Choose a file…")
        self.box = ChoiceBox("Matter")
        for name in (ALL_MATTERS, *matters):
            self.box.addItem(plain(matter_name(name)), name)
        self.box.setCurrentIndex(max(0, self.box.findData(current)))
        self.pairs, self.everything = Choice(PAIRS), Choice(COMPLETE)
        self.pairs.setChecked(True)
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for made in (self.pairs, self.everything):
            made.setAccessibleDescription(ABOUT[made.text()])
            column.addWidget(made)
            column.addWidget(label(ABOUT[made.text()], "small", wrap=True))
        self.fill(named_field("Matter", self.box), choices)
        self.box.setFocus()

    @property
    def matter(self) -> str:
        """The chosen matter, "" for all that are not locked out of all."""
        return str(self.box.currentData())

    @property
    def complete(self) -> bool:
        """Whether everything is written."""
        return self.everything.isChecked()
