"""Lists, makes and restores backups in a lane of its own, also of a library that is damaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.core.errors import LegalDeskError, LibraryDamaged
from legaldesk.ui.backups_sheet import BackupsSheet, contents, moment
from legaldesk.ui.dialogs import ask
from legaldesk.ui.model_questions import SureQuestion

if TYPE_CHECKING:
    from legaldesk.core.backups import Backup, BackupsOverview
    from legaldesk.core.hits import EngineState
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.ui.watcher import Watcher
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

SURE = (
    "Documents, matters and labels are as they were then; matters keep the names they have now. "
    "What was added since is read again from the library's own copies; labels that were given "
    "since are lost. The database that is there now is set aside, and erased when you next remove "
    "a document."
)


class BackingUp(QObject):
    """One sheet. ``restored`` tells that the library was opened again after an order."""

    restored = Signal()

    def __init__(
        self, window: QWidget, requests: Requests, lane: Lane, board: TaskBoard, watcher: Watcher
    ) -> None:
        super().__init__(window)
        self._window, self._requests, self._lane = window, requests, lane
        self._board, self._watcher = board, watcher
        self._damage = ""
        self._ordered = self._making = False
        self.sheet = BackupsSheet(window)
        self.sheet.makeWanted.connect(self.make)
        self.sheet.restoreWanted.connect(self._ask)
        self.sheet.keepWanted.connect(lambda: self._order(""))
        watcher.changed.connect(self._hear)
        watcher.failed.connect(self._hear_failure)

    def open(self) -> None:
        """Show the sheet and read the list."""
        self.sheet.come_up()
        self._list()

    def make(self) -> None:
        """Make a backup now, unless one is being made."""
        if self._making:
            return
        self._making = True
        job = self._requests.make_backup()
        self._board.watch(job, "Making a backup")
        job.succeeded.connect(lambda _: self._made())
        job.cancelled.connect(self._made)
        job.failed.connect(self._fail)
        self._lane.submit(job)

    def _made(self) -> None:
        self._making = False
        self._list()

    def _fail(self, error: LegalDeskError) -> None:
        self._making = False
        self.sheet.say(error.message)

    def _list(self) -> None:
        self._submit(self._requests.list_backups(), self._show)

    def _show(self, overview: BackupsOverview) -> None:
        self._ordered = bool(overview.ordered)
        opened = self._watcher.state is not None
        self.sheet.show_backups(overview, self._damage, opened)

    def _ask(self, backup: Backup) -> None:
        title = f"Restore the backup of {moment(backup.made)}?"
        text = f"It has {contents(backup)}. {SURE}"
        ask(
            SureQuestion(self._window, title, text, "Restore", danger=True),
            lambda: self._order(backup.name),
        )

    def _order(self, name: str) -> None:
        job = self._requests.order_restore(name)
        self._submit(job, lambda _: self._ordered_now(bool(name)))

    def _ordered_now(self, ordered: bool) -> None:
        """Where the library cannot be opened, the next try carries the order out."""
        self._ordered = ordered
        self._watcher.look()
        self._list()

    def _submit(self, job: Job, then: Callable[[Any], object]) -> None:
        job.succeeded.connect(lambda found: then(found))
        job.failed.connect(lambda error: self.sheet.say(error.message))
        self._lane.submit(job)

    def _hear(self, state: EngineState | None) -> None:
        if state is None:
            return
        self._damage = ""
        if self._ordered:
            self._ordered = False
            self.restored.emit()
            self._list()

    def _hear_failure(self, error: LegalDeskError) -> None:
        if isinstance(error, LibraryDamaged):
            self._damage = error.message
            self._list()
