"""One result under review: the question, the passage with its citation, and the buttons."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from legaldesk.core import citation
from legaldesk.core.labels import Standing, Verdict
from legaldesk.ui import keys, theme, verdict_words
from legaldesk.ui.document_text import day, plain
from legaldesk.ui.flow import Flow
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.review_walk import Stop
from legaldesk.ui.sign_line import SignLine
from legaldesk.ui.wording import matter_name


class ReviewCard(QWidget):
    """Buttons do what the keys do that they name."""

    marked = Signal(object)
    skipped = Signal()
    undone = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.progress, self.asked = label("", "strong"), label("", "small", wrap=True)
        self.question = label("", "heading", wrap=True)
        self.document, self.where = (
            label("", "strong", wrap=True),
            label("", "secondary", wrap=True),
        )
        self.passage = label("", wrap=True)
        self.passage.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.standing = SignLine()
        self.done = label("", "secondary")
        self.verdicts: dict[Verdict, QPushButton] = {}
        for verdict, look in verdict_words.LOOKS.items():
            push = button(f"{look.key}  {look.name}", partial(self.marked.emit, verdict))
            theme.dress(push, look.icon, look.role)
            push.setAccessibleName(f"{look.name} ({look.key})")
            self.verdicts[verdict] = push
        self.skip = button(f"{keys.SKIP[0]}  Skip", self.skipped.emit)
        self.skip.setAccessibleName("Skip (S or Right)")
        self.undo = button(f"Undo ({keys.spoken(keys.UNDO)})", self.undone.emit, "link")
        self._arrange()

    @property
    def first(self) -> QPushButton:
        """The button that the keys come to first."""
        return self.verdicts[Verdict.RELEVANT]

    def _arrange(self) -> None:
        self.setMinimumWidth(300)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.progress)
        column.addWidget(self.question)
        column.addWidget(self.asked)
        column.addWidget(hairline())
        column.addWidget(self._text(), 1)
        column.addWidget(hairline())
        column.addWidget(self.standing)
        column.addLayout(_flow(*self.verdicts.values(), self.skip))
        column.addLayout(_flow(self.done, self.undo))

    def _text(self) -> QScrollArea:
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 4, 8, 4)
        column.setSpacing(4)
        column.addWidget(self.document)
        column.addWidget(self.where)
        column.addSpacing(4)
        column.addWidget(self.passage)
        column.addStretch(1)
        self._area = QScrollArea()
        self._area.setWidget(whole)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Passage")
        return self._area

    def show_stop(self, stop: Stop) -> None:
        """Show a result and its question."""
        past, hit = stop
        self.question.setText(past.question)
        matter = past.matter or matter_name(past.matter).lower()
        self.asked.setText(f"Asked on {day(past.at)} in {matter}")
        self.document.setText(hit.document)
        parts = (" › ".join(hit.section), citation.pages(hit), f"hit {hit.rank}")
        self.where.setText("  ·  ".join(part for part in parts if part))
        self.passage.setText(hit.body)
        where = plain(citation.where(hit))
        self._area.setAccessibleName(f"Passage: {where}. {self.passage.text()}")
        self._area.verticalScrollBar().setValue(0)

    def show_progress(self, position: int, total: int, more: bool = False) -> None:
        """ "12 of 80"; ``more`` that others wait, which were not counted."""
        self.progress.setText(f"{position:,} of {total:,}" + (" and more" if more else ""))

    def show_standing(self, standing: Standing, can_undo: bool) -> None:
        """What has been said of it already, and whether a mark can be taken back."""
        self.undo.setVisible(can_undo)
        if standing.verdict is None:
            self.standing.say()
        else:
            look = verdict_words.LOOKS[standing.verdict]
            self.standing.say(look.icon, look.role, verdict_words.said(standing))

    def say_done(self, verdict: str) -> None:
        """What was done with the one before."""
        self.done.setText(f"The last one was marked {verdict.lower()}." if verdict else "")

    def refresh_theme(self) -> None:
        """Icons follow by themselves; the texts are laid out anew."""
        self.updateGeometry()


def _flow(*widgets: QWidget) -> Flow:
    made = Flow()
    for widget in widgets:
        made.addWidget(widget)
    return made
