"""What needs attention: files that are not, or not wholly, in the library, and what helps."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto
from itertools import groupby

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices

from legaldesk.core.documents import Document, FileOutcome, FileState, PageProblem, PageState
from legaldesk.core.page_lists import pages_phrase
from legaldesk.ui.document_text import file_name, sentence


class Action(Enum):
    """What the user can do about a problem."""

    PASSWORD = auto()
    RETRY = auto()
    OPEN = auto()
    SHOW_FILE = auto()
    DISMISS = auto()


ACTIONS = {
    Action.PASSWORD: "Enter password…",
    Action.RETRY: "Retry",
    Action.OPEN: "Open the page",
    Action.SHOW_FILE: "Show file in folder",
    Action.DISMISS: "Dismiss",
}

_HELPS_FIRST = {
    FileState.LOCKED: Action.PASSWORD,
    FileState.UNSUPPORTED: Action.SHOW_FILE,
}

_REASONS = {
    FileState.LOCKED: "It opens only with a password.",
    FileState.DAMAGED: "It could not be read. A fresh copy of the file may help.",
    FileState.EMPTY: "It has no text that could be searched; it may be a scan.",
    FileState.UNSUPPORTED: "It is not a PDF.",
    FileState.CANCELLED: "The import was stopped before this file.",
    FileState.PARTLY: "Some of its pages have no text.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One file or document that needs attention. ``actions`` begin with what helps most."""

    key: str
    name: str
    file: str
    state: FileState
    reason: str
    matter: str
    document_id: str | None
    page: int
    actions: tuple[Action, ...]


def problems(documents: Iterable[Document], outcomes: Iterable[FileOutcome]) -> list[Problem]:
    """All that needs attention: documents with pages that lack text, then files left out."""
    listed = {document.id: document for document in documents}
    partly = [_of_document(each) for each in listed.values() if not each.state.good]
    left_out = [_of_file(each) for each in outcomes if each.document_id not in listed]
    return partly + [each for each in left_out if each.state in _REASONS]


def _of_document(document: Document) -> Problem:
    first = min(document.pages_without_text, default=1)
    actions = [Action.OPEN]
    if document.path:
        actions.append(Action.SHOW_FILE)
    return Problem(
        key=document.id,
        name=document.name,
        file=document.path,
        state=document.state,
        reason=sentence(document.reason) or _REASONS.get(document.state, ""),
        matter=", ".join(document.matters),
        document_id=document.id,
        page=first,
        actions=tuple(actions),
    )


def _of_file(outcome: FileOutcome) -> Problem:
    first = _HELPS_FIRST.get(outcome.state, Action.RETRY)
    rest = (Action.RETRY, Action.SHOW_FILE, Action.DISMISS)
    return Problem(
        key=f"{outcome.matter}\n{outcome.file}",
        name=file_name(outcome.file),
        file=outcome.file,
        state=outcome.state,
        reason=outcome.reason or _REASONS.get(outcome.state, ""),
        matter=outcome.matter,
        document_id=None,
        page=1,
        actions=(first, *(action for action in rest if action is not first)),
    )


def page_problems(found: Iterable[PageProblem]) -> list[tuple[int, str]]:
    """Pages that cannot be searched, the same trouble in one line, with its first page."""
    ordered = sorted(found, key=lambda each: (each.state, each.reason, each.page))
    lines = []
    for (state, reason), group in groupby(ordered, key=lambda each: (each.state, each.reason)):
        pages = [each.page for each in group]
        lines.append((pages[0], _line(state, reason, pages_phrase(pages))))
    return sorted(lines)


def _line(state: PageState, reason: str, pages: str) -> str:
    if state is PageState.IMAGE:
        return f"No text on {pages} (scanned)"
    if state is PageState.BLANK:
        return f"Nothing on {pages} (blank)"
    said = f"{pages[0].upper()}{pages[1:]} could not be read"
    return f"{said}: {reason}" if reason else said


def show_in_folder(path: str) -> None:
    """Open the file's folder in the system's file manager, on Windows with it selected."""
    if os.name == "nt" and os.path.exists(path):
        QProcess.startDetached("explorer.exe", ["/select,", os.path.normpath(path)])
        return
    folder = os.path.dirname(path)
    while folder and not os.path.isdir(folder) and os.path.dirname(folder) != folder:
        folder = os.path.dirname(folder)
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))
