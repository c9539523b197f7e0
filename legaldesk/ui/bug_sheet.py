"""A bug is a report, not a vanished window: what happened, free of document text, to copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QAccessible, QAccessibleEvent, QDesktopServices, QFontDatabase
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QVBoxLayout, QWidget

from legaldesk.core.bugs import Bug
from legaldesk.core.confinement import Confinement
from legaldesk.ui import theme
from legaldesk.ui.pieces import button, label
from legaldesk.ui.sheet import Sheet

if TYPE_CHECKING:
    from legaldesk.workers.bug_reports import BugReports

WIDTH = 560
LINES = 12
TITLE = "Something went wrong in LegalDesk"
NOW = (
    "This is a fault of LegalDesk, not of yours. It goes on; what you did last may not be done, "
    "and can be tried again."
)
LAST_TIME = (
    "LegalDesk, or one of its processes, had to stop last time. What was finished is kept. "
    "If it happens again, pass this report on."
)
NO_TEXT = (
    "The report says in which parts of the program it happened. It holds no text of your "
    "documents, no question and no name."
)


class BugSheet(Sheet):
    """One sheet for all bugs; it stops nothing, and each different bug brings it up once."""

    def __init__(
        self, parent: QWidget, reports: BugReports, logs: Path, ask_level: Callable[[], object]
    ) -> None:
        super().__init__(parent, TITLE, WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._reports = reports
        self._logs = logs
        self._ask_level = ask_level
        self._told: set[Bug] = set()
        self.words = label(NOW, wrap=True)
        self.text = QPlainTextEdit()
        self.copy = button("Copy", self._copy, icon="copy")
        self.show_logs = button("Show log folder", self._show_logs, icon="folder")
        self.offer(self.copy)
        self.offer(self.show_logs)
        self.fill(self._content())
        reports.found.connect(self.take, Qt.ConnectionType.QueuedConnection)

    def _content(self) -> QWidget:
        self.text.setReadOnly(True)
        self.text.setAccessibleName("The report")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setMinimumHeight(LINES * theme.px(18))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(self.words)
        column.addWidget(self.text)
        column.addWidget(label(NO_TEXT, "small", wrap=True))
        return content

    @Slot(object)
    def take(self, bug: Bug) -> None:
        """Add a bug to the report; one that has not been told of brings the sheet up."""
        self.text.setPlainText(self._reports.report())
        if not self._told:
            self._ask_level()
        if bug not in self._told:
            self._told.add(bug)
            self._appear()

    @Slot(object)
    def show_level(self, level: Confinement) -> None:
        """Add to the report how closely the parser is confined."""
        self._reports.level = level
        self.text.setPlainText(self._reports.report())

    def tell_last_time(self, crashes: Sequence[Bug]) -> None:
        """Say that there was a hard crash before this start, and offer the report."""
        self.words.setText(LAST_TIME)
        for crash in crashes:
            self._reports.tell(crash)

    def _appear(self) -> None:
        """Come up beside whatever is open; above a question that would keep it from being used."""
        if self.isVisible():
            return
        asked = QApplication.activeModalWidget() is not None
        modality = Qt.WindowModality.WindowModal if asked else Qt.WindowModality.NonModal
        self.setWindowModality(modality)
        self.show()
        self.raise_()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def hideEvent(self, event: object) -> None:
        """What comes next is of now."""
        self.words.setText(NOW)

    def _copy(self) -> None:
        QApplication.clipboard().setText(self._reports.report())

    def _show_logs(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._logs)))
