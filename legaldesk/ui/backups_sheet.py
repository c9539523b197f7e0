"""The sheet of backups: which there are, one made now, and one put back."""

from __future__ import annotations

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from legaldesk.core.backups import Backup, BackupsOverview, Restored
from legaldesk.ui.document_text import plain
from legaldesk.ui.pieces import button, hairline, label
from legaldesk.ui.sheet import Sheet
from legaldesk.ui.sign_line import SignLine
from legaldesk.ui.wording import count

WIDTH = 560
ABOUT = (
    "A backup holds what LegalDesk knows of your documents, with matters and labels. One is made "
    "every day on which something changed, and the newest three are kept in the library's folder, "
    "on the same disk. The documents themselves are kept beside them."
)
NONE = "There is no backup yet. The first is made soon after the first documents were added."
NEXT_START = "It is put back at the next start: close LegalDesk and start it again."
AT_ONCE = (
    "It is being put back. If that takes longer than a minute, close LegalDesk and start it again."
)


class BackupsSheet(Sheet):
    """Lists backups. ``makeWanted``, ``restoreWanted`` and ``keepWanted`` tell what was pressed."""

    makeWanted = Signal()
    restoreWanted = Signal(object)
    keepWanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Backups", WIDTH)
        self.make = button("Make one now", self.makeWanted.emit)
        self.offer(self.make)
        self.news = SignLine()
        self.rows: tuple[BackupRow, ...] = ()

    def show_backups(self, overview: BackupsOverview, damage: str, opened: bool) -> None:
        """Show what there is; ``damage`` says why the library cannot be used, or ""."""
        self.make.setEnabled(not damage)
        self.news = SignLine()
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(label(ABOUT, "secondary", wrap=True))
        column.addWidget(self.news)
        self._tell(overview, damage, opened)
        self.rows = tuple(BackupRow(backup) for backup in overview.backups)
        for row in self.rows:
            row.restore.clicked.connect(
                lambda _=False, backup=row.backup: self.restoreWanted.emit(backup)
            )
            row.restore.setEnabled(row.backup.name != overview.ordered)
            column.addWidget(hairline())
            column.addWidget(row)
        if not self.rows:
            column.addWidget(label(NONE, wrap=True))
        if overview.ordered:
            column.addWidget(button("Put nothing back", self.keepWanted.emit))
        column.addStretch(1)
        self.fill(content)

    def say(self, text: str) -> None:
        """Tell what went wrong, or what is going on."""
        self.news.say("warning", "careful", text)

    def _tell(self, overview: BackupsOverview, damage: str, opened: bool) -> None:
        if overview.ordered:
            self.news.say("info", "", NEXT_START if opened else AT_ONCE)
        elif damage:
            problem = overview.restored.problem if overview.restored is not None else ""
            self.news.say("error", "wrong", problem or damage)
        elif overview.restored is not None:
            self.news.say(*_outcome(overview.restored))


class BackupRow(QWidget):
    """One backup: its moment, what it holds, and the button that puts it back."""

    def __init__(self, backup: Backup) -> None:
        super().__init__()
        self.backup = backup
        said = moment(backup.made)
        self.restore = button("Restore…", lambda: None)
        self.restore.setAccessibleName(f"Restore the backup of {said}")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(label(said, "strong", wrap=True))
        words.addWidget(label(contents(backup), "secondary", wrap=True))
        doubt = SignLine()
        words.addWidget(doubt)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addLayout(words, 1)
        row.addWidget(self.restore, 0, Qt.AlignmentFlag.AlignVCenter)
        doubt.say("warning", "careful", backup.doubt)


def moment(made: str) -> str:
    """The day and time of an ISO moment, as the locale has them."""
    read = QDateTime.fromString(made[:19] + "Z", Qt.DateFormat.ISODate)
    if not read.isValid():
        return plain(made)
    return QLocale().toString(read.toLocalTime(), QLocale.FormatType.ShortFormat)


def contents(backup: Backup) -> str:
    """What a backup holds, in one line."""
    size = QLocale().formattedDataSize(backup.size)
    documents, labels = count(backup.documents, "document"), count(backup.labels, "label")
    return f"{documents}, {labels}, {size}"


def _outcome(restored: Restored) -> tuple[str, str, str]:
    """The sign, its role and the sentence of the last restore."""
    if restored.problem:
        return "warning", "careful", restored.problem
    text = f"The library was put back as it was on {moment(restored.made)}."
    if restored.again:
        text += (
            f" What it did not know is read again from the library's own copies:"
            f" {count(len(restored.again), 'document')}."
        )
    return "check", "right", text
