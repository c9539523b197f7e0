"""The report of a check of the library: one line a subject, and Repair where it may help."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from legaldesk.core.documents import Finding
from legaldesk.ui import theme
from legaldesk.ui.check_words import detail, sentence, subject, verdict
from legaldesk.ui.pieces import button, label
from legaldesk.ui.sheet import Sheet

WIDTH = 520


class CheckReport(Sheet):
    """Waits, then shows findings; ``repairWanted`` asks to mend what can be mended."""

    repairWanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Check of the library", WIDTH)
        self.repair = button("Repair", self.repairWanted.emit)
        self.repair.hide()
        self.offer(self.repair)

    def wait(self, title: str) -> None:
        """It is being checked; the tasks pill says how far."""
        self.repair.hide()
        bar = QProgressBar()
        bar.setMaximum(0)
        bar.setTextVisible(False)
        bar.setAccessibleName(title)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(label(f"{title}. You may close this and go on working.", wrap=True))
        column.addWidget(bar)
        self.fill(content)

    def show_findings(self, findings: tuple[Finding, ...], repaired: bool) -> None:
        """Show what was found; Repair is offered once."""
        self.repair.setVisible(not repaired and not all(finding.ok for finding in findings))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label(verdict(findings, repaired), "strong", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(12)
        grid.setColumnStretch(1, 1)
        for row, finding in enumerate(findings):
            grid.addWidget(_sign(finding), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(_line(finding), row, 1)
        column.addLayout(grid)
        column.addStretch(1)
        self.fill(content)
        (self.close_button if self.repair.isHidden() else self.repair).setFocus()


def _sign(finding: Finding) -> QLabel:
    made = QLabel()
    side = theme.px(16)
    name, role = ("check", "right") if finding.ok else ("warning", "careful")
    made.setPixmap(theme.icon(name, role).pixmap(side, side))
    made.setAccessibleName("In order" if finding.ok else "Not in order")
    return made


def _line(finding: Finding) -> QWidget:
    made = QWidget()
    column = QVBoxLayout(made)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(label(subject(finding), "strong", wrap=True))
    column.addWidget(label(sentence(finding), "secondary", wrap=True))
    if said := detail(finding):
        column.addWidget(label(f"{said[:1].upper()}{said[1:]}", "small", wrap=True))
    return made
