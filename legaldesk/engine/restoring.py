"""Puts a backup in the place of the library's database, when the library is opened.

An order is left in the library's folder and carried out by the next owner before it opens the
database, so that the window and the command line can ask for it whatever state that is in. What
is replaced goes to the folder “set-aside”, and is erased with the next removal. At every moment
of it there is a database in its place, so that a kill leaves the old one or the new one.

Documents that the backup does not know are read again, into the matters that the replaced
database still tells (still_told.py): stored copies from the folder “recovered” (recovered.py),
those referenced in place from where they lie. A matter is locked out of “All matters”, and
may not train, where either database says so, and is called what it was called last. What waited
to be read still waits.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from legaldesk.core.backups import Restored
from legaldesk.core.errors import LegalDeskError, LibraryDamaged, NoRoom, WrongUse
from legaldesk.engine import backup_copy as copying
from legaldesk.engine import backup_shelf as shelf
from legaldesk.engine.database import FILE_NAME, database_path
from legaldesk.engine.originals import erase
from legaldesk.engine.profile import FULL, flush_folder, make_private_folder
from legaldesk.engine.reader import Reader
from legaldesk.engine.recovered import bring_back, queue_again, set_apart
from legaldesk.engine.recovered_place import copies_in, record_of
from legaldesk.engine.seal import break_seal, digest_of, seal_path
from legaldesk.engine.still_told import ASIDE, Known, Told, told_by, told_of
from legaldesk.engine.store import Store

STAGE = ".putting-back"

_FOLDER = "%Y%m%d-%H%M%S-%f"
"""How a folder of what was set aside is named by its moment."""

_log = logging.getLogger(__name__)


def put_back_if_ordered(library: Path) -> None:
    """Put back the backup that was ordered, if any; only the library's owner may.

    An order that cannot be carried out is noted with its reason and dropped, and the library
    stays as it is. Raises nothing but bugs.
    """
    name = shelf.ordered(library)
    if not name:
        return
    try:
        news = _put_back(library, name)
    except (LegalDeskError, OSError, sqlite3.Error) as error:
        _log.warning("a backup was not put back: %s", type(error).__name__)
        news = Restored(name, "", _now(), problem=_why_not(error))
        _take_back(library)
    with suppress(LegalDeskError):
        shelf.tell(library, news)
    shelf.order(library, "")


def erase_aside(library: Path) -> None:
    """Erase what was set aside: nobody can say what a damaged file still holds. Raises OSError."""
    _erase_folders([library / ASIDE])
    shelf.forget_news(library)


def keeps_aside(library: Path) -> bool:
    """Whether there is anything that a restore set aside or told of."""
    return (library / ASIDE).is_dir() or shelf.told(library) is not None


def erase_aside_before(library: Path, removal: str) -> None:
    """Erase what was set aside before a removal, which a kill then cut short. Raises OSError.

    ``removal`` is its moment as stored, "" for none. What a restore set aside since then stays.
    """
    if not removal:
        return
    moment = datetime.fromisoformat(removal)
    folders = (library / ASIDE).glob("*")
    _erase_folders([folder for folder in folders if not _is_later(folder.name, moment)])
    news = shelf.told(library)
    if news is not None and datetime.fromisoformat(news.at) <= moment:
        shelf.forget_news(library)


def _is_later(name: str, moment: datetime) -> bool:
    """Whether a folder is named by a later moment; not one whose name says none."""
    with suppress(ValueError):
        return datetime.strptime(f"{name}+0000", f"{_FOLDER}%z") > moment
    return False


def _erase_folders(folders: list[Path]) -> None:
    for folder in folders:
        for file in [*folder.rglob("*")]:
            erase(file)
        shutil.rmtree(folder, ignore_errors=True)


def _put_back(library: Path, name: str) -> Restored:
    backup = shelf.place_of(library, name)
    about = shelf.description(backup)
    if about is None or digest_of(backup) != about.digest:
        raise LibraryDamaged("That backup is damaged itself. Choose another one.", name)
    stage = library / STAGE
    shutil.rmtree(stage, ignore_errors=True)
    make_private_folder(stage)
    try:
        again = _prepare(library, backup, stage)
        aside = _swap(library, stage)
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return Restored(name, about.made, _now(), again, aside)


def _take_back(library: Path) -> None:
    """Copies that were moved go back to where the database that stays looks for them."""
    told = told_by(database_path(library)).documents
    stored = {sha256 for sha256, known in told.items() if known.stored}
    with suppress(LegalDeskError, OSError):
        bring_back(library, stored)


def _prepare(library: Path, backup: Path, stage: Path) -> tuple[str, ...]:
    """Make the database that is to be, closed and sealed; the names of what is to be read again."""
    copy = database_path(stage)
    shutil.copyfile(backup, copy)
    copy.chmod(0o600)
    copying.check_copy(copy, {}, lambda: False)
    told = told_of(library)
    store = Store(stage)
    try:
        store.take_matter_names(told.names, told.untold)
        with Reader(stage) as reader:
            rows = reader.rows("SELECT sha256, referenced FROM documents")
            stored = {row["sha256"] for row in rows if not row["referenced"]}
            matters = reader.rows("SELECT name, id, created FROM matters")
            walls = [each["name"] for each in matters if told.locked.hold(*each)]
            untaught = [each["name"] for each in matters if told.untaught.hold(*each)]
        for copy in sorted((library / "originals").rglob("*.pdf")):
            if copy.stem not in stored and copy.stem not in told.removed:
                set_apart(library, copy, told)
        again = _queue(library, store, told, {row["sha256"] for row in rows})
        for name in walls:
            store.lock_matter(name, True)
        for name in untaught:
            store.labels.let_train(name, False)
        store.note_gone(told.removed)
    finally:
        store.close()
    return again


def _queue(library: Path, store: Store, told: Told, known: set[str]) -> tuple[str, ...]:
    """Let everything wait that the backup, which knows these documents, lacks; its names."""
    names = []
    for copy in copies_in(library):
        if copy.parent.name not in told.removed:
            about = told.about(copy.parent.name, copy.name)
            queue_again(store, record_of(library, copy), about)
            names.append(copy.name)
    for sha256 in told.documents:
        about = told.about(sha256)
        if about.in_place and sha256 not in known:
            queue_again(store, about.in_place, about, in_place=True)
            names.append(about.name)
    for path, matter, in_place in told.waiting:
        with suppress(WrongUse):  # damage made its matter's name one that cannot be
            locked = matter.casefold() in told.locked.names
            queue_again(store, path, Known(path, {matter: locked}), in_place)
    return tuple(names)


def _swap(library: Path, stage: Path) -> str:
    """Set the old database aside and put the new one in its place; where the old one is now.

    The old log goes first: SQLite would read it into whatever database it lies beside. The
    index goes too, for numbers that it knows are given again.
    """
    old, new = database_path(library), database_path(stage)
    shutil.rmtree(library / "index", ignore_errors=True)
    aside = make_private_folder(library / ASIDE / f"{datetime.now(UTC):{_FOLDER}}")
    break_seal(old)
    if old.is_file():
        _keep(old, aside / FILE_NAME)
    log, shared = (old.with_name(f"{old.name}{end}") for end in ("-wal", "-shm"))
    if log.is_file():
        os.replace(log, aside / log.name)
    shared.unlink(missing_ok=True)
    flush_folder(aside)
    os.replace(new, old)
    flush_folder(library)
    with suppress(OSError):
        os.replace(seal_path(new), seal_path(old))
    return str((aside / FILE_NAME).relative_to(library)) if (aside / FILE_NAME).is_file() else ""


def _keep(file: Path, under: Path) -> None:
    """Give a file a second name, or where that cannot be, a copy."""
    try:
        os.link(file, under)
    except OSError:
        shutil.copyfile(file, under)
        under.chmod(0o600)


def _why_not(error: Exception) -> str:
    if isinstance(error, LegalDeskError):
        return error.message
    if isinstance(error, OSError) and error.errno in FULL:
        return NoRoom("The disk is full: the backup was not put back. Make room.").message
    return f"The backup could not be put back ({error})."


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
