"""What came of a file of labels: the sums, then every line that was refused and why."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from legaldesk.core.label_lines import ImportReport, Refusal
from legaldesk.ui import theme
from legaldesk.ui.document_text import plain
from legaldesk.ui.pieces import button, label
from legaldesk.ui.sheet import Sheet
from legaldesk.ui.sign_line import SignLine
from legaldesk.ui.wording import count

WIDTH, HIGH = 560, 260


class ImportSheet(Sheet):
    """Its list can be copied."""

    def __init__(self, parent: QWidget, name: str, report: ImportReport) -> None:
        super().__init__(parent, f"Labels from {plain(name)}", WIDTH)
        self.lines = [refusal_line(each) for each in report.refusals]
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.summary = label(summary(report), wrap=True)
        column.addWidget(self.summary)
        if report.contradicted:
            clash = SignLine()
            clash.say("warning", "careful", disagreeing(report.contradicted))
            column.addWidget(clash)
        if self.lines:
            column.addWidget(label(refused_title(report), "strong", wrap=True))
            column.addWidget(self._list())
            self.offer(button("Copy the list", self._copy))
        self.fill(content)

    def _list(self) -> QPlainTextEdit:
        self.list = QPlainTextEdit("\n".join(self.lines))
        self.list.setReadOnly(True)
        self.list.setTabChangesFocus(True)
        self.list.setAccessibleName("Refused lines")
        self.list.setMinimumHeight(theme.px(HIGH))
        return self.list

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(self.lines))


def summary(report: ImportReport) -> str:
    """ "412 labels added to Acme from 420 lines."."""
    lines = count(report.lines, "line")
    if not report.added:
        return f"No label was added from {lines}."
    return f"{count(report.added, 'label')} added to {report.matter} from {lines}."


def disagreeing(number: int) -> str:
    """What labels that contradict others mean."""
    verb = "disagrees" if number == 1 else "disagree"
    return (
        f"{count(number, 'label')} {verb} with what others said, and will not teach until that "
        "is settled under Disagreements."
    )


def refused_title(report: ImportReport) -> str:
    """How many were refused, and how many of them are named."""
    shown, told = len(report.refusals), count(report.refused, "line or cell", "lines or cells")
    rest = f"; the first {shown:,} are" if shown < report.refused else ""
    return f"{told} refused{rest}:"


def refusal_line(refusal: Refusal) -> str:
    """ "Line 12, positive: it is empty"."""
    column = f", {refusal.column}" if refusal.column else ""
    return plain(f"Line {refusal.line:,}{column}: {refusal.reason}")
