"""Puts a backup in the place of the library's database, when the library is opened.

An order is left in the library's folder and carried out by the next owner before it opens the
database, so that the window and the command line can ask for it whatever state that is in. What
is replaced goes to the folder “set-aside”, and is erased with the next removal. At every moment
of it there is a database in its place, so that a kill leaves the old one or the new one.

Documents whose copies are kept but which the backup does not know are read again: their copies
wait in the folder “recovered”, under their own names where the damaged database still tells
them, and otherwise in a matter of their own that is locked out of “All matters”.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from legaldesk.core.backups import Restored
from legaldesk.core.documents import FileState
from legaldesk.core.errors import LegalDeskError, LibraryDamaged, NoRoom
from legaldesk.engine import backup_copy as copying
from legaldesk.engine import backup_shelf as shelf
from legaldesk.engine.database import FILE_NAME, database_path
from legaldesk.engine.originals import erase
from legaldesk.engine.profile import FULL, flush_folder, make_private_folder
from legaldesk.engine.reader import Reader
from legaldesk.engine.seal import break_seal, digest_of, seal_path
from legaldesk.engine.store import Store

ASIDE, RECOVERED, STAGE = "set-aside", "recovered", ".putting-back"

MATTER = "Recovered documents"
"""Where documents go whose own matter nobody knows any more."""

_LONGEST_NAME = 120

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the replaced database still tells of a document."""

    name: str
    matter: str
    locked_out: bool


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
    with suppress(LegalDeskError):
        shelf.tell(library, news)
    shelf.order(library, "")


def clear_recovered(library: Path) -> None:
    """Erase the recovered copies that are in the library again, or were removed from it.

    Raises OSError, and LibraryDamaged where the library cannot be read.
    """
    folder = library / RECOVERED
    if not folder.is_dir():
        return
    with Reader(library) as reader:
        done = (FileState.IMPORTED, FileState.DUPLICATE)
        rows = reader.rows("SELECT path, state FROM files")
        waiting = {row["path"] for row in rows if row["state"] not in done}
    for file in [path for path in folder.rglob("*") if path.is_file()]:
        if str(file) not in waiting:
            erase(file)
            with suppress(OSError):
                file.parent.rmdir()


def erase_aside(library: Path) -> None:
    """Erase what was set aside: nobody can say what a damaged file still holds. Raises OSError."""
    folder = library / ASIDE
    for file in [*folder.rglob("*")] if folder.is_dir() else ():
        erase(file)
    shutil.rmtree(folder, ignore_errors=True)
    shelf.forget_news(library)


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


def _prepare(library: Path, backup: Path, stage: Path) -> tuple[str, ...]:
    """Make the database that is to be, closed and sealed; the names of what is to be read again."""
    copy = database_path(stage)
    shutil.copyfile(backup, copy)
    copy.chmod(0o600)
    copying.check_copy(copy, {}, lambda: False)
    store = Store(stage)
    try:
        with Reader(stage) as reader:
            rows = reader.rows("SELECT sha256 FROM documents WHERE NOT referenced")
            unknown = _move_unknown(library, {row["sha256"] for row in rows})
            there = {matter.name for matter in reader.matters()}
        for path, known in unknown.items():
            store.enqueue([str(path)], known.matter, False)
            if known.locked_out and known.matter not in there:
                store.lock_matter(known.matter, True)
    finally:
        store.close()
    return tuple(path.name for path in unknown)


def _move_unknown(library: Path, known: set[str]) -> dict[Path, _Known]:
    """Put stored copies that the backup does not know where no start deletes them as strays.

    Those that an interrupted restore has moved already are among them.
    """
    told = _still_told(database_path(library))
    found = {}
    for copy in sorted((library / "originals").rglob("*.pdf")):
        if copy.stem not in known:
            about = told.get(copy.stem) or _Known(f"{copy.stem[:16]}.pdf", MATTER, True)
            folder = make_private_folder(library / RECOVERED / copy.stem)
            os.replace(copy, folder / about.name)
    for copy in sorted((library / RECOVERED).rglob("*")):
        if copy.is_file():
            found[copy] = told.get(copy.parent.name) or _Known(copy.name, MATTER, True)
    return found


def _still_told(database: Path) -> dict[str, _Known]:
    """What a database that may be damaged tells of its documents, as far as it can be read."""
    found: dict[str, _Known] = {}
    with suppress(sqlite3.Error, OSError):
        uri = f"{database.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            db.execute("PRAGMA writable_schema = ON")  # passes over what is damaged in the schema
            db.text_factory = lambda data: data.decode("utf-8", "replace")
            for sha256, name, matter, locked_out in db.execute(_TOLD):
                told = _Known(_plain_name(name, sha256), str(matter or MATTER), bool(locked_out))
                found.setdefault(str(sha256), told)
    return found


_TOLD = """SELECT d.sha256, d.name, m.name, coalesce(m.locked_out, 1) FROM documents d
LEFT JOIN document_matters ON document = d.id LEFT JOIN matters m ON m.id = matter"""


def _plain_name(name: object, sha256: object) -> str:
    """A file's name that no damage can make lead elsewhere."""
    kept = "".join(char for char in str(name) if char.isprintable() and char not in '/\\:*?"<>|')
    stem = kept.strip(" .").removesuffix(".pdf").encode()[:_LONGEST_NAME].decode(errors="ignore")
    return f"{stem or str(sha256)[:16]}.pdf"


def _swap(library: Path, stage: Path) -> str:
    """Set the old database aside and put the new one in its place; where the old one is now.

    The old log goes first: SQLite would read it into whatever database it lies beside. The
    index goes too, for numbers that it knows are given again.
    """
    old, new = database_path(library), database_path(stage)
    shutil.rmtree(library / "index", ignore_errors=True)
    aside = make_private_folder(library / ASIDE / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
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
    return datetime.now(UTC).isoformat(timespec="seconds")
