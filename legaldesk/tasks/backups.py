"""Make backups of the library's database, list them, and have one put back."""

from __future__ import annotations

from legaldesk.core.backups import Backup, BackupsOverview
from legaldesk.core.errors import LegalDeskError
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.engine import backup_shelf
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.tasks.dispatch import reading, task


@task
def make_backup(desk: LocalDesk, report: Report = silent) -> Backup:
    """Make a backup now, check it, and drop the oldest where there are more than three.

    Raises NoRoom, and LibraryDamaged where the library is found damaged.
    """
    return desk.backups.make(lambda: report(Progress("backup", 0, 0)))


@task
def back_up_if_due(desk: LocalDesk, report: Report = silent) -> str:
    """Make the backup of the day, if it is due.

    Returns why it could not be made, or what is wrong with what it holds, or "".
    """
    try:
        made = desk.backups.make_if_due()
    except LegalDeskError as error:
        return error.message
    return made.doubt if made is not None else ""


@reading
def list_backups(desk: ReadingDesk, report: Report = silent) -> BackupsOverview:
    """The backups, the newest first, and what was put back last; works on a damaged library."""
    library = desk.library
    found = backup_shelf.backups(library)
    return BackupsOverview(found, backup_shelf.ordered(library), backup_shelf.told(library))


@reading
def order_restore(desk: ReadingDesk, name: str, report: Report = silent) -> None:
    """Have a backup put back when the library is opened next; "" takes that back.

    Raises WrongUse when there is none such, and NoRoom.
    """
    backup_shelf.order(desk.library, name)
