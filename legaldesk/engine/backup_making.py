"""One backup from the first byte to its place on the shelf: copied, checked, then counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from legaldesk.core.backups import Backup
from legaldesk.core.errors import Cancelled, LegalDeskError
from legaldesk.engine import backup_copy as copying
from legaldesk.engine import backup_shelf as shelf
from legaldesk.engine.profile import make_private_folder
from legaldesk.engine.seal import digest_of, is_whole
from legaldesk.engine.store_rows import FORGETS

KEPT = 3


def make_backup(
    library: Path,
    database: Path,
    wanted: Callable[[], object],
    doubtful: Callable[[], int] = lambda: 0,
) -> Backup:
    """Make a backup now, then erase the oldest beyond KEPT, but not the last without a doubt.

    ``wanted`` is called again and again and may raise Cancelled. ``doubtful`` counts
    documents whose passages do not say what their pages say, which no other check sees. Raises
    NoRoom, and LibraryDamaged where the library is found damaged; the others are all kept then.
    """
    moment = datetime.now(UTC)
    make_private_folder(shelf.shelf(library))
    name = shelf.name_for(moment)
    file = shelf.unfinished(library, name)
    try:
        rows = copying.copy_database(database, file, _stop(wanted))
        rows = copying.check_copy(file, rows, _stop(wanted))
        shelf.put_on(library, name, _about(file, moment, rows, doubtful()))
    except BaseException:
        with suppress(OSError):
            shelf.clear_unfinished(library)
        raise
    found = shelf.backups(library)
    for old in _superfluous(found, name):
        with suppress(OSError):  # in use by another program: the next one takes it along
            shelf.take_off(library, old.name)
    return next(each for each in found if each.name == name)


def _superfluous(found: Sequence[Backup], newest: str) -> list[Backup]:
    """Those beyond KEPT, but for the last without a doubt where there is none among the others."""
    others = [each for each in found if each.name != newest]
    kept, going = [each for each in found if each.name == newest], others[KEPT - 1 :]
    kept += others[: KEPT - 1]
    if all(each.doubtful for each in kept):
        last = next((each for each in going if not each.doubtful), None)
        return [each for each in going if each is not last]
    return going


def keep_before_migration(library: Path, database: Path, schema: int) -> None:
    """Keep a library of an older version as it is, before its tables change.

    One that cannot be read is left for open_db to tell of. Raises NoRoom, and LibraryDamaged where
    it is found damaged on the way; the tables are not to be changed then.
    """
    try:
        if not database.is_file() or not 0 < copying.schema_of(database) < schema:
            return
    except LegalDeskError:
        return
    if is_whole(database) is not False:
        make_backup(library, database, lambda: None)


def _stop(wanted: Callable[[], object]) -> copying.Stop:
    def stop() -> bool:
        try:
            wanted()
        except Cancelled:
            return True
        return False

    return stop


def _about(file: Path, moment: datetime, rows: copying.Counts, doubtful: int) -> shelf.Description:
    return shelf.Description(
        made=moment.isoformat(timespec="microseconds"),
        schema=copying.schema_of(file),
        documents=rows.get("documents", 0),
        passages=rows.get("passages", 0),
        labels=rows.get("labels", 0),
        digest=digest_of(file),
        forgets=copying.setting(file, FORGETS),
        doubtful=doubtful,
    )
