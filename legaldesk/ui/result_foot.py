"""The line below the results: what was searched, which hit is shown, and what to do with it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QToolButton, QWidget

from legaldesk.core.hits import Answer, Hit, Scope
from legaldesk.core.query import parse
from legaldesk.ui import theme
from legaldesk.ui.pieces import label, set_role, tool
from legaldesk.ui.wording import coverage_line

NOTICE_MS = 2500
NARROW = 340
ORDERING = "Putting the best in order once more…"


class ResultFoot(QWidget):
    """Buttons do what F3, Shift+F3 and Ctrl+C do."""

    stepWanted = Signal(int)
    copyWanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._where = ""
        self.coverage = label("", "small", wrap=True)
        self.position = label("", "small")
        self._fading = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._fading.timeout.connect(lambda: self.position.setText(self._where))
        self._buttons: tuple[QToolButton, ...] = (
            tool("chevron-up", "Previous hit (Shift+F3)", lambda: self.stepWanted.emit(-1)),
            tool("chevron-down", "Next hit (F3)", lambda: self.stepWanted.emit(1)),
            tool("copy", "Copy with its citation (Ctrl+C)", self.copyWanted.emit),
        )
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._layout.setContentsMargins(12, 4, 8, 4)
        self._layout.setSpacing(4)
        self._layout.addWidget(self.coverage, 1)
        self._layout.addLayout(self._hit_part())
        self.show_position(None, 0)

    def _hit_part(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.position)
        for made in self._buttons:
            row.addWidget(made)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where it is narrow, the two halves stand below one another."""
        super().resizeEvent(event)
        way = QBoxLayout.Direction
        narrow = event.size().width() < theme.px(NARROW)
        self._layout.setDirection(way.TopToBottom if narrow else way.LeftToRight)

    def say(self, text: str) -> None:
        """Show a sentence in place of what was searched."""
        set_role(self.coverage, "small")
        self.coverage.setText(text)

    def show_answer(self, answer: Answer, scope: Scope) -> None:
        """Say what was searched; a matter named in the question stands out."""
        line = coverage_line(answer.coverage, "meaning" in answer.modes)
        named = parse(answer.query).matter
        elsewhere = named is not None and named != scope.matter
        note = f"{answer.note} {ORDERING}".strip() if answer.rerankable else answer.note
        self.say(f"{line} {note}" if note else line)
        if elsewhere:
            set_role(self.coverage, "careful-small")
            self.coverage.setText(f"In {named}, as the question says: {line}")

    def show_position(self, hit: Hit | None, total: int) -> None:
        """Which hit of how many is shown."""
        self._where = f"Hit {hit.rank} of {total}" if hit else ""
        self.position.setText(self._where)
        for made in self._buttons:
            made.setVisible(total > 0)
        self._buttons[-1].setEnabled(hit is not None)

    def notice(self, text: str) -> None:
        """Say for a moment that something was done."""
        self.position.setText(text)
        self._fading.start()
