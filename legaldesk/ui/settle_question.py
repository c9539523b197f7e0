"""The question which of several verdicts on the same passage stays."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from legaldesk.core.labels import Contradiction, Label, Verdict
from legaldesk.ui import keys, verdict_words
from legaldesk.ui.check_box import Choice
from legaldesk.ui.dialogs import Question
from legaldesk.ui.document_text import day
from legaldesk.ui.pieces import label
from legaldesk.ui.sign_line import SignLine

LONGEST = 600
"""Characters of the passage that the question shows."""

MOST_NAMED = 6
AFTER = "The others become history. Until it is settled, none of them is used for teaching."


class SettleQuestion(Question):
    """Names what each labeller said; nothing is chosen beforehand. Keys 1, 2, 3 choose."""

    def __init__(self, parent: QWidget, clash: Contradiction) -> None:
        super().__init__(parent, "Which verdict stays?", "Keep this verdict")
        self.choices: dict[Verdict, Choice] = {}
        given = {each.verdict for each in clash.labels}
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for verdict, look in verdict_words.LOOKS.items():
            if verdict in given:
                made = self.choices[verdict] = Choice(f"{look.name}  ({look.key})")
                made.toggled.connect(self._weigh)
                column.addWidget(made)
        self.fill(
            label(clash.question, "strong", wrap=True),
            label(f"“{shortened(clash.text)}”", wrap=True),
            _voices(clash.labels),
            choices,
            label(AFTER, "small", wrap=True),
        )
        keys.bind(self, {
            verdict_words.LOOKS[verdict].key: partial(made.setChecked, True)
            for verdict, made in self.choices.items()
        })  # fmt: skip
        self._weigh()
        next(iter(self.choices.values())).setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def verdict(self) -> Verdict | None:
        """What was chosen."""
        return next((v for v, made in self.choices.items() if made.isChecked()), None)

    def _weigh(self) -> None:
        self.deed.setEnabled(self.verdict is not None)


def shortened(text: str, longest: int = LONGEST) -> str:
    """The beginning of a text, to a whole word."""
    flat = " ".join(text.split())
    return flat if len(flat) <= longest else f"{flat[:longest].rsplit(' ', 1)[0]} …"


def _voices(labels: tuple[Label, ...]) -> QWidget:
    """A line for each labeller with the verdict's sign."""
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(4)
    for each in labels[:MOST_NAMED]:
        look, line = verdict_words.LOOKS[each.verdict], SignLine()
        line.say(look.icon, look.role, f"{each.labeller}: {look.name}, {day(each.made)}")
        column.addWidget(line)
    if len(labels) > MOST_NAMED:
        column.addWidget(label(f"and {len(labels) - MOST_NAMED:,} more", "secondary"))
    return made
