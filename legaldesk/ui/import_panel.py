"""Rises from the bottom while files come in; afterwards it says what became of them."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QProgressBar, QVBoxLayout, QWidget

from legaldesk.core.documents import FileOutcome, FileState
from legaldesk.core.progress import Progress
from legaldesk.ui.document_text import plain
from legaldesk.ui.flow import Flow
from legaldesk.ui.importer import Importer
from legaldesk.ui.pieces import ElidedLabel, button, hairline, label, tool
from legaldesk.ui.wording import count, outcome_groups, progress_line

MOST_LOCKED_ROWS = 4
"""More locked files than this are a click away in the documents view."""


class ImportPanel(QFrame):
    """Shows one Importer. Each group of files is a link to its list."""

    groupWanted = Signal(object)
    passwordWanted = Signal(object)

    def __init__(self, importer: Importer) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setAccessibleName("Import")
        self._importer = importer
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(hairline())
        layout.addWidget(self._running_part())
        layout.addWidget(self._summary_part())
        importer.started.connect(self._start)
        importer.progressed.connect(self._advance)
        importer.finished.connect(self._sum_up)
        self.hide()

    # ------------------------------------------------------------ building

    def _running_part(self) -> QWidget:
        self._running = QWidget()
        layout = QVBoxLayout(self._running)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(4)
        head = QHBoxLayout()
        head.setSpacing(12)
        self.title = ElidedLabel("strong")
        self.cancel = button("Cancel", self._cancel)
        self.cancel.setToolTip("Stop the import; files that are finished stay")
        head.addWidget(self.title, 1)
        head.addWidget(self.cancel)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Import progress")
        self.line = label("", "secondary", wrap=True)
        self._file = ElidedLabel("small")
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self.line)
        layout.addWidget(self._file)
        return self._running

    def _summary_part(self) -> QWidget:
        self._summary = QWidget()
        self._summary_layout = QVBoxLayout(self._summary)
        self._summary_layout.setContentsMargins(16, 8, 8, 8)
        self._summary_layout.setSpacing(4)
        self._summary.hide()
        return self._summary

    # ------------------------------------------------------------ while it runs

    def _start(self) -> None:
        self._say_target()
        if self._running.isHidden() or self.isHidden():
            self.line.setText("Looking at the files…")
            self.bar.setMaximum(0)
            self._file.say("")
        self.cancel.setEnabled(True)
        self.cancel.setText("Cancel")
        self._summary.hide()
        self._running.show()
        self.show()

    def _cancel(self) -> None:
        self.cancel.setEnabled(False)
        self.cancel.setText("Stopping…")
        self._importer.cancel()

    def _say_target(self) -> None:
        title, waiting = self._importer.title, self._importer.waiting
        self.title.say(f"{title} ({waiting:,} more waiting)" if waiting else title)

    def _advance(self, progress: Progress) -> None:
        self._say_target()
        self.line.setText(progress_line(progress) or "Looking at the files…")
        self.bar.setMaximum(progress.total)
        self.bar.setValue(progress.done)
        self._file.say(progress.message if progress.total else "")

    # ------------------------------------------------------------ afterwards

    def _sum_up(self) -> None:
        self._running.hide()
        _empty(self._summary_layout)
        outcomes = self._importer.outcomes
        if not outcomes and not (self._importer.cancelled or self._importer.stopped):
            self.hide()
            return
        self._summary_layout.addLayout(self._groups(outcomes))
        locked = self._importer.locked_files()
        for outcome in locked[:MOST_LOCKED_ROWS]:
            self._summary_layout.addLayout(self._locked_row(outcome))
        if len(locked) > MOST_LOCKED_ROWS:
            more = count(len(locked) - MOST_LOCKED_ROWS, "more locked file")
            show = button(more, lambda: self.groupWanted.emit(FileState.LOCKED), "link")
            self._summary_layout.addWidget(show)
        self._summary.show()

    def _groups(self, outcomes: tuple[FileOutcome, ...]) -> QHBoxLayout:
        groups = Flow(gap=4)
        groups.addWidget(label(self._lead(), "strong"))
        for state, words in outcome_groups(outcomes):
            groups.addWidget(button(words, partial(self.groupWanted.emit, state), "link"))
        if not outcomes:
            groups.addWidget(label("No file was finished.", "secondary"))
        if self._importer.held_back:
            groups.addWidget(button("Go on with the rest", self._importer.try_again, "link"))
        row = QHBoxLayout()
        row.addLayout(groups, 1)
        close = tool("close", "Close this summary", self.hide)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _lead(self) -> str:
        if self._importer.stopped:
            return "Import stopped."
        return "Import cancelled." if self._importer.cancelled else "Import finished."

    def _locked_row(self, outcome: FileOutcome) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(12)
        name = ElidedLabel()
        name.say(PurePath(outcome.file).name)
        enter = button("Enter password…", lambda: self.passwordWanted.emit(outcome), icon="key")
        enter.setAccessibleName(f"Enter the password of {plain(PurePath(outcome.file).name)}")
        row.addWidget(enter)
        row.addWidget(name, 1)
        return row


def _empty(layout: QLayout) -> None:
    """Take everything out of a layout and delete it."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            _empty(inner)
            inner.deleteLater()
