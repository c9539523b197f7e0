"""How files get into a matter: chosen, dropped, or opened with a password."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from legaldesk.core.documents import FileOutcome, FileState
from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui.dialogs import PasswordQuestion, TargetQuestion, ask
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.ui.importer import Importer
    from legaldesk.ui.matter_book import MatterBook
    from legaldesk.ui.settings import Settings

FIRST_MATTER = "My first matter"
WRONG_PASSWORD = "That password does not open this file."


class Adding(QObject):
    """Asks what must be asked before an import starts, and nothing else."""

    def __init__(
        self, window: QWidget, importer: Importer, book: MatterBook, settings: Settings
    ) -> None:
        super().__init__(window)
        self._window = window
        self._importer = importer
        self._book = book
        self._settings = settings
        self._tried: set[tuple[str, str]] = set()
        importer.fileFinished.connect(self._ask_again)
        importer.finished.connect(self._tried.clear)  # a failure may have kept it from being told

    def choose_files(self) -> None:
        """Let the user choose PDF files."""
        dialog = self._dialog("Add PDF files", QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters(["PDF files (*.pdf *.PDF)", "All files (*)"])
        dialog.open()

    def choose_folder(self) -> None:
        """Let the user choose a folder."""
        self._dialog("Add a folder of PDF files", QFileDialog.FileMode.Directory).open()

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(mode)
        dialog.filesSelected.connect(
            lambda names: self.add(tuple(QDir.toNativeSeparators(name) for name in names))
        )
        dialog.finished.connect(dialog.deleteLater)
        self.expect()
        return dialog

    def expect(self) -> None:
        """Told that the user is choosing files, or holds some over the window."""
        self._importer.expect()

    def add(self, paths: Sequence[str], matter: str = "") -> None:
        """Bring files into a matter, else the current one; where there is none, ask for one."""
        if not paths:
            return
        target = matter or self._book.current
        if target != ALL_MATTERS:
            self._start(paths, target)
            return
        names = [matter.name for matter in self._book.matters]
        last = self._settings.matter
        suggested = last if last in names else "" if names else self._name_for(paths)
        question = TargetQuestion(self._window, self._title(paths), names, suggested)
        ask(question, lambda: self._start_in(paths, question.name))

    def add_locked(self, outcome: FileOutcome, reason: str = "") -> None:
        """Ask for a file's password and import it again with it."""
        question = PasswordQuestion(self._window, outcome.file, reason)
        ask(question, lambda: self._unlock(outcome, question.password))

    def _unlock(self, outcome: FileOutcome, password: str) -> None:
        matter = outcome.matter or self._importer.matter or self._book.current
        self._tried.add((outcome.file, matter))
        self._start((outcome.file,), matter, {outcome.file: password})

    def _ask_again(self, outcome: FileOutcome) -> None:
        """A password that did not open its file is asked for once more."""
        tried = (outcome.file, outcome.matter)
        if tried in self._tried:
            self._tried.remove(tried)
            if outcome.state is FileState.LOCKED:
                self.add_locked(outcome, WRONG_PASSWORD)

    def _start_in(self, paths: Sequence[str], typed: str) -> None:
        matter = self._book.meant(typed)
        if self._book.find(matter) is not None:
            self._start(paths, matter)
        else:
            self._book.create(matter, lambda made: self._start(paths, made))

    def _start(
        self, paths: Sequence[str], matter: str, passwords: dict[str, str] | None = None
    ) -> None:
        in_place = not self._settings.keep_copies
        self._importer.add(paths, matter, passwords, in_place)

    @staticmethod
    def _title(paths: Sequence[str]) -> str:
        if len(paths) == 1:
            return f"Which matter is {PurePath(paths[0]).name} for?"
        return f"Which matter are these {count(len(paths), 'item')} for?"

    @staticmethod
    def _name_for(paths: Sequence[str]) -> str:
        """A first matter is called as the folder that was dropped.

        Told by the name alone, for a network share may answer late: no file is an "Acme v. Byte".
        """
        only = PurePath(paths[0])
        is_file = bool(only.suffix) and " " not in only.suffix
        return FIRST_MATTER if is_file or len(paths) > 1 else only.name
