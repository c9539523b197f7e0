"""Says in the banner what went wrong, with the button that mends it where there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from legaldesk.core.documents import FileOutcome, FileState
from legaldesk.core.errors import (
    LegalDeskError,
    LibraryBusy,
    LibraryDamaged,
    Locked,
    NoRoom,
    ProcessDied,
)
from legaldesk.ui.banner import told

if TYPE_CHECKING:
    from legaldesk.core.hits import EngineState
    from legaldesk.ui.actors import Actors
    from legaldesk.ui.banner import Banner, Fix

RESTARTED = (
    "The engine that reads and searches your documents had stopped and was started again. "
    "Nothing that was finished is lost."
)


class Complaints(QObject):
    """Hears every actor's failures. What the engine complained of goes when it answers again.

    What a question failed for goes when one is answered, what only the question asked last
    was told when another is asked, and what a backup failed for when one is made.
    """

    def __init__(self, actors: Actors, banner: Banner) -> None:
        super().__init__(banner)
        self._actors = actors
        self._banner = banner
        self._unanswered = self._passing = self._backup = ""
        for failed in (
            actors.book.failed,
            actors.erasing.failed,
            actors.filing.failed,
            actors.checking.failed,
            actors.models.shop.failed,
            actors.training.coach.failed,
        ):
            failed.connect(self.show_error)
        actors.asker.failed.connect(self._show_unanswered)
        actors.asker.answered.connect(lambda *_: banner.take_back(self._unanswered))
        actors.asker.asked.connect(lambda _: banner.take_back(self._passing))
        actors.watcher.failed.connect(self.show_error)
        actors.importer.failed.connect(self._show_import_error)
        actors.labels.refused.connect(
            lambda error, again: banner.show_error(error, ("Try again", again))
        )
        actors.watcher.changed.connect(self._hear)
        actors.watcher.restarted.connect(lambda: banner.say(RESTARTED))
        actors.watcher.recovered.connect(banner.take_back)

    def show_error(self, error: LegalDeskError) -> None:
        """Show one error."""
        self._banner.show_error(error, self._fix(error))

    def say_until_asked(self, text: str) -> None:
        """Say what the next question has nothing to do with."""
        self._passing = text
        self._banner.say(text)

    def _hear(self, state: EngineState | None) -> None:
        """A backup that failed is told once, however long the reason lasts."""
        problem = state.backup_problem if state is not None else self._backup
        if problem != self._backup:
            self._banner.take_back(self._backup)
            self._backup = problem
            if problem:
                self._banner.say(problem, ("Backups…", self._actors.backups.open))

    def _show_unanswered(self, error: LegalDeskError) -> None:
        self._unanswered = told(error)
        self.show_error(error)

    def _show_import_error(self, error: LegalDeskError) -> None:
        """What a full disk or a busy library left can be read once that is over."""
        if isinstance(error, NoRoom | LibraryBusy):
            self._banner.show_error(error, ("Try again", self._actors.importer.try_again))
        else:
            self.show_error(error)

    def _fix(self, error: LegalDeskError) -> Fix | None:
        if isinstance(error, Locked) and error.file:
            file = FileOutcome(error.file, FileState.LOCKED, matter=self._actors.book.current)
            return "Enter password…", lambda: self._actors.adding.add_locked(file)
        if isinstance(error, LibraryDamaged):
            return "Backups…", self._actors.backups.open
        if isinstance(error, LibraryBusy | ProcessDied):
            return "Try again", self._actors.look_again
        return None
