"""Makes backups of the library's database while the engine runs, and keeps the newest three.

One a day where something changed, one before a migration, one when asked for, and one after
every removal, when the older ones are erased: what was removed is to be in none. A backup is
written beside the others, checked and only then counted, so a failed one replaces none. One in
which passages do not say what their pages say is told as doubtful, and does not replace the last
one in which they do.

The documents' own files are not in it: they lie in the library's folder “originals”, as they
were imported. Not promised: a backup on another disk. Whoever loses the disk loses both, so the
library's folder belongs into the office's own backup.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from legaldesk.core.backups import Backup
from legaldesk.core.errors import Cancelled, LegalDeskError, LibraryDamaged, NoRoom
from legaldesk.engine import backup_copy as copying
from legaldesk.engine import backup_shelf as shelf
from legaldesk.engine.backup_making import make_backup
from legaldesk.engine.database import database_path
from legaldesk.engine.passage_check import doubtful_documents
from legaldesk.engine.recovered import clear_recovered
from legaldesk.engine.restoring import erase_aside, erase_aside_before, keeps_aside
from legaldesk.engine.store_rows import FORGETS

APART = timedelta(days=1)

FIRST_LOOK_SECONDS, NEXT_LOOK_SECONDS = 120.0, 3600.0
"""After the engine's start, when it has other work, and between two looks."""

_log = logging.getLogger(__name__)


class Backups:
    """The backups of one library, whose database this process owns. Any thread may ask.

    ``doubtful`` says that the database was not closed as it should be, and so is to be checked.
    """

    def __init__(self, library: Path, doubtful: bool) -> None:
        self._library, self._database = library, database_path(library)
        self._doubtful = doubtful
        self._one = threading.Lock()
        self._stopping = threading.Event()
        self._give_way = threading.Event()
        self._soon = threading.Event()
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self.damage: LibraryDamaged | None = None
        """What was found since the library was opened."""
        self.problem = ""
        """Why the last automatic backup could not be made, or what is wrong with it, or ""."""
        self._finish_removals()

    def start(self) -> None:
        """Make backups by itself from now on, in a thread; the first look comes after a while."""
        with self._guard:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._watch, name="backups", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Stop; a backup that is being made is given up."""
        self._stopping.set()
        self._soon.set()
        with self._guard:
            thread = self._thread
        if thread is not None:
            thread.join()

    def make(self, wanted: Callable[[], object] = lambda: None) -> Backup:
        """Make a backup now and check it; ``wanted`` is called often and may raise Cancelled.

        Raises NoRoom, and LibraryDamaged where the library is found damaged.
        """

        def still_wanted() -> None:
            if self._stopping.is_set() or self._give_way.is_set():
                raise Cancelled
            wanted()

        def doubtful() -> int:
            return doubtful_documents(self._library, still_wanted)

        with self._one:
            return make_backup(self._library, self._database, still_wanted, doubtful)

    def make_if_due(self) -> Backup | None:
        """Make one where the newest is a day old and the library has changed since."""
        return self.make() if self._due() else None

    def forget_removed(self) -> None:
        """After a removal: erase the backups and what was set aside, and make a fresh one.

        Before the log is folded in, for a backup that is just being made would hold that up:
        it gives way. The fresh one is made by the thread where there is one, else at once.
        Raises LegalDeskError where another program keeps a file from being erased.
        """
        self._give_way.set()
        with self._one:
            self._give_way.clear()
            found = shelf.backups(self._library)
            self._erase(backup.name for backup in found)
        if found:
            self._soon.set()
            if self._thread is None:
                self.look()

    def look(self) -> None:
        """What the thread does: check a library that is in doubt, then see to its backup."""
        try:
            if self._doubtful:
                if not copying.check_database(self._database, self._stopping.is_set):
                    raise LibraryDamaged("The library's database is damaged.", self._database.name)
                self._doubtful = False
            self.make_if_due()
            newest = shelf.backups(self._library)[:1]
            self.problem = newest[0].doubt if newest else ""
        except LibraryDamaged as error:
            _log.error("the library is damaged")
            message = f"{error.message} {shelf.offer(self._library)}"
            self.damage = LibraryDamaged(message, self._database.name)
        except LegalDeskError as error:
            _log.warning("no backup was made: %s", error.kind)
            self.problem = error.message
        except (Cancelled, OSError) as error:
            _log.info("no backup was made: %s", type(error).__name__)

    def _watch(self) -> None:
        seconds = FIRST_LOOK_SECONDS
        while self.damage is None:
            self._soon.wait(seconds)
            self._soon.clear()
            if self._stopping.is_set():
                return
            self.look()
            seconds = NEXT_LOOK_SECONDS

    def _due(self) -> bool:
        found = shelf.backups(self._library)
        if not found:
            return copying.has_documents(self._database)
        last, now = datetime.fromisoformat(found[0].made), datetime.now(UTC)
        if last > now:  # the clock was wrong then, and says nothing of when
            return True
        return now - last >= APART and _changed(self._database) > last

    def _finish_removals(self) -> None:
        """Erase what a kill between a removal and the erasing of its traces left."""
        with suppress(OSError):
            shelf.clear_unfinished(self._library)
        with suppress(OSError, NoRoom):  # in use, or the disk is full: the next start does it
            clear_recovered(self._library)
        found = shelf.backups(self._library)
        if not found and not keeps_aside(self._library):
            return
        since = copying.setting(self._database, FORGETS)
        with suppress(OSError):  # in use by another program: the next start does it
            erase_aside_before(self._library, since)
        outdated = [each.name for each in found if _forgets(self._library, each) < since]
        if outdated:
            self._erase(outdated)

    def _erase(self, names: Iterable[str]) -> None:
        try:
            for name in names:
                shelf.take_off(self._library, name)
            erase_aside(self._library)
            clear_recovered(self._library)
        except OSError as error:
            raise LegalDeskError(
                "An older backup is in use by another program and still holds what was removed."
                " It is erased when LegalDesk starts again."
            ) from error


def _forgets(library: Path, backup: Backup) -> str:
    about = shelf.description(shelf.shelf(library) / backup.name)
    return about.forgets if about is not None else ""


def _changed(database: Path) -> datetime:
    """When the database was last written, or something was put into its log."""
    log = database.with_name(f"{database.name}-wal")
    files = [file for file in (database, log) if file.is_file() and file.stat().st_size]
    return datetime.fromtimestamp(max(file.stat().st_mtime for file in files), UTC)
