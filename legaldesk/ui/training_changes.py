"""The held-out questions that were won and lost; each opens on its passage."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.runs import Proof, QuestionChange
from legaldesk.ui import theme
from legaldesk.ui.document_text import plain
from legaldesk.ui.pieces import button, label, set_role
from legaldesk.ui.training_rows import RowList, RowText
from legaldesk.ui.training_words import rank_words

_CHANGE = Qt.ItemDataRole.UserRole
NO_DOCUMENT = "Its passage came with a file of pairs: there is no document to open."
MOST = 500
"""Questions shown of each kind."""


class TrainingChanges(QWidget):
    """Shows a proof's changes; ``passageWanted`` carries the QuestionChange to open."""

    passageWanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._proof: Proof | None = None
        self.won, self.lost = self._chip(), self._chip()
        self._kinds = QButtonGroup(self)
        chips = QHBoxLayout()
        chips.setSpacing(8)
        for chip in (self.won, self.lost):
            self._kinds.addButton(chip)
            chips.addWidget(chip)
        chips.addStretch(1)
        self.list = RowList("Questions")
        self.list.currentItemChanged.connect(lambda *_: self._show_passage())
        self.list.itemActivated.connect(lambda _: self._open())
        self.passage = label("", "secondary", wrap=True)
        self.open = button("Open the passage", self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(chips)
        for part in (self.list, self.passage):
            column.addWidget(part)
        column.addWidget(self.open, 0, Qt.AlignmentFlag.AlignLeft)
        self.refresh_theme()

    def _chip(self) -> QPushButton:
        made = button("", self._fill, "chip")
        made.setCheckable(True)
        return made

    def show_proof(self, proof: Proof) -> None:
        """Show what changed, what was won first."""
        if proof is self._proof:
            return
        self._proof = proof
        won = sum(each.won for each in proof.changes)
        self.won.setText(f"Won ({won:,})")
        self.lost.setText(f"Lost ({len(proof.changes) - won:,})")
        (self.won if won or not proof.changes else self.lost).setChecked(True)
        self.setVisible(bool(proof.changes))
        self._fill()

    @property
    def change(self) -> QuestionChange | None:
        """The question that is chosen."""
        item = self.list.currentItem()
        return item.data(_CHANGE) if item is not None else None

    def _fill(self) -> None:
        for chip in (self.won, self.lost):
            set_role(chip, "narrowed" if chip.isChecked() else "chip")
        found = self._proof.changes if self._proof is not None else ()
        wanted = [each for each in found if each.won is self.won.isChecked()]
        self.list.clear()
        for each in sorted(wanted, key=_how_far, reverse=True)[:MOST]:
            item = QListWidgetItem()
            self.list.put(item, RowText(plain(each.question), rank_words(each)))
            item.setData(_CHANGE, each)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self._show_passage()

    def _show_passage(self) -> None:
        change = self.change
        text = f"The right answer: “{change.passage}”" if change is not None else ""
        if change is not None and not change.document:
            text += f"\n{NO_DOCUMENT}"
        self.passage.setText(text)
        self.open.setVisible(change is not None and bool(change.document))

    def _open(self) -> None:
        if (change := self.change) is not None and change.document:
            self.passageWanted.emit(change)

    def refresh_theme(self) -> None:
        """A few questions are seen at a time."""
        self.list.setFixedHeight(theme.px(180))


def _how_far(change: QuestionChange) -> tuple[bool, int]:
    """What came to or left the first rank before what moved further below."""
    before, after = change.before or 11, change.after or 11
    return 1 in (before, after), abs(before - after)
