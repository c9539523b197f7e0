"""What the parts of the Models view are made of: rows, sections and progress."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from legaldesk.core.progress import Progress
from legaldesk.ui import theme
from legaldesk.ui.document_text import plain
from legaldesk.ui.flow import Flow
from legaldesk.ui.pieces import button, fill_bar, hairline, label
from legaldesk.ui.sign_line import SignLine

NARROW = 600
"""In less room than this a row's buttons stand below its words."""

Row = TypeVar("Row", bound=QWidget)


class ModelRow(QWidget):
    """Name, facts and a note at the left, buttons at the right, more below."""

    def __init__(self) -> None:
        super().__init__()
        self.name, self.facts = label("", "strong", wrap=True), label("", "secondary", wrap=True)
        self.note, self.state = label("", wrap=True), SignLine()
        self._words = QVBoxLayout()
        self._words.setSpacing(4)
        for part in (self.name, self.facts, self.note, self.state):
            self._words.addWidget(part)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._across = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._across.setSpacing(16)
        self._across.addLayout(self._words, 1)
        self._across.addLayout(self._buttons)
        self._across.setAlignment(self._buttons, Qt.AlignmentFlag.AlignTop)
        self.below = QVBoxLayout(self)
        self.below.setContentsMargins(0, 12, 0, 12)
        self.below.setSpacing(8)
        self.below.addLayout(self._across)

    def offer(self, *pushes: QPushButton) -> None:
        """Put buttons at the right, in this order."""
        for push in pushes:
            self._buttons.addWidget(push, 0, Qt.AlignmentFlag.AlignTop)

    def describe(self, name: str, facts: str, note: str) -> None:
        """Say what the row is about."""
        for part, text in ((self.name, name), (self.facts, facts), (self.note, note)):
            if part.text() != text:
                part.setText(text)
            part.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the buttons where there is room for them."""
        super().resizeEvent(event)
        narrow = self.width() < theme.px(NARROW)
        way = QBoxLayout.Direction
        self._across.setDirection(way.TopToBottom if narrow else way.LeftToRight)
        side = Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag.AlignTop
        self._across.setAlignment(self._buttons, side)


class ProgressPart(QWidget):
    """How far something is, and the button that stops it."""

    def __init__(self, name: str, stop: str, on_stop: Callable[[], object]) -> None:
        super().__init__()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(name)
        self.line = label("", "secondary", wrap=True)
        self.stop = button(stop, on_stop)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addStretch(1)
        words.addWidget(self.bar)
        words.addWidget(self.line)
        words.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(words, 1)
        row.addWidget(self.stop)
        self.hide()

    def show_progress(self, progress: Progress | None, line: str) -> None:
        """Move the bar; None is before anything is known."""
        done, total = (progress.done, progress.total) if progress is not None else (0, 0)
        fill_bar(self.bar, done, total)
        self.line.setText(line)
        self.show()


class Section(QWidget, Generic[Row]):
    """A heading, its own buttons, and rows between hairlines, kept by key from show to show."""

    def __init__(self, heading: str, *pushes: QPushButton) -> None:
        super().__init__()
        self.rows: dict[Hashable, Row] = {}
        self._lines: dict[Hashable, QWidget] = {}
        self.heading, self.none = label(heading, "heading"), label("", "secondary", wrap=True)
        self.none.setContentsMargins(0, 12, 0, 12)
        head = Flow(last=len(pushes))
        for part in (self.heading, *pushes):
            head.addWidget(part)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addLayout(head)
        self.column.addSpacing(8)
        self.column.addWidget(hairline())
        self.column.addWidget(self.none)

    def show_rows(self, keys: Sequence[Hashable], make: Callable[[], Row]) -> None:
        """Have one row for each key, in this order; new ones are made."""
        for key in [each for each in self.rows if each not in keys]:
            for gone in (self.rows.pop(key), self._lines.pop(key)):
                self.column.removeWidget(gone)
                gone.hide()
                gone.deleteLater()
        for place, key in enumerate(keys):
            if key not in self.rows:
                self.rows[key], self._lines[key] = make(), hairline()
            at = 4 + 2 * place
            if self.column.indexOf(self.rows[key]) != at:
                self.column.insertWidget(at, self.rows[key])
                self.column.insertWidget(at + 1, self._lines[key])
                for made in (self.rows[key], self._lines[key]):
                    made.show()  # the layout would do so a moment later, and focus not wait
        self.none.setVisible(not keys and bool(self.none.text()))


class Fold(QPushButton):
    """Shows and hides what is for those who know."""

    unfolded = Signal(bool)

    def __init__(self, name: str, content: QWidget, about: str = "") -> None:
        super().__init__(name)
        self.setAutoDefault(False)
        self.setCheckable(True)
        self.setProperty("role", "quiet")
        self._content, self._name, self._about = content, name, about
        content.hide()
        self.toggled.connect(self._turn)
        self._turn(False)

    def say_about(self, about: str) -> None:
        """Whose details they are, for a screen reader."""
        self._about = about
        self._turn(self.isChecked())

    def _turn(self, unfolded: bool) -> None:
        theme.dress(self, "chevron-up" if unfolded else "chevron-down")
        self.setAccessibleName(plain(f"{self._name} {self._about}".strip()))
        self._content.setVisible(unfolded)
        self.unfolded.emit(unfolded)
