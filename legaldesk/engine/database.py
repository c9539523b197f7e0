"""Open the library's database: one way in for every connection.

SQLite is the truth and everything else can be rebuilt from it. Durability is that of
WAL with synchronous FULL: a committed transaction survives a kill and, on a disk that
does not lie about flushing, a power loss.

Whoever opens it to write learns first whether it is as it was left: by its seal where it was
closed (seal.py), by its log where it was not (log_check.py). A reader takes that on trust.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from legaldesk.core.errors import LegalDeskError, LibraryBusy, LibraryDamaged, NoRoom
from legaldesk.engine.backup_shelf import backups, offer
from legaldesk.engine.log_check import hides_changes
from legaldesk.engine.reserve import is_full
from legaldesk.engine.schema import SCHEMA, migrations
from legaldesk.engine.seal import break_seal, is_whole
from legaldesk.engine.sqlite import Database

FILE_NAME = "library.sqlite"
BUSY_SECONDS = 20


def database_path(library: Path) -> Path:
    """Where a library keeps its database."""
    return library / FILE_NAME


def identity(library: Path) -> tuple[int, int] | None:
    """Which file the database is: another one after a backup was put back; None without one."""
    try:
        found = database_path(library).stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def open_db(library: Path, *, writable: bool) -> Database:
    """A connection of its own to the library's database, which must be there to be read.

    Raises LibraryDamaged, which says what backup there is, when the file is not the sound
    SQLite database that was left; LibraryBusy when another connection holds it for longer than
    BUSY_SECONDS, NoRoom on a full disk, and LegalDeskError when a newer LegalDesk made it or it
    cannot be written.
    """
    path = database_path(library)
    mode = "rwc" if writable else "ro"
    connection = None
    try:
        if writable:
            _look_before_writing(library, path)
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
        )
        return _prepared(connection, path, writable)
    except BaseException as error:
        if connection is not None:
            connection.close()
        known = translated(error, path.name) if isinstance(error, sqlite3.Error) else error
        if known is not error and is_full(library):  # SQLite has many words for it
            known = NoRoom(_NO_ROOM, path.name)
        if isinstance(known, LibraryDamaged):
            raise LibraryDamaged(f"{known.message} {offer(library)}", path.name) from error
        if known is error:
            raise
        raise known from error


def _look_before_writing(library: Path, path: Path) -> None:
    """Raise LibraryDamaged where opening would hide that something is gone.

    SQLite makes a new database where there is none, and then nobody would know whose any stored
    copy is.
    """
    try:
        empty = not path.is_file() or not path.stat().st_size
        if empty and (backups(library) or any((library / "originals").rglob("*.pdf"))):
            raise LibraryDamaged("The library's database is missing, or empty.")
        if hides_changes(path.with_name(f"{path.name}-wal")):
            raise LibraryDamaged("The newest changes of the library's database are damaged.")
    except OSError as error:
        raise LibraryDamaged("The disk that holds the library cannot be read.") from error


def is_ready(db: Database) -> bool:
    """Whether the schema is there; not so while its owner is still making it."""
    return _schema(db) >= SCHEMA


def _schema(db: Database) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _prepared(connection: sqlite3.Connection, path: Path, writable: bool) -> Database:
    connection.row_factory = sqlite3.Row
    db = Database(connection, recursive_triggers=False, execute_plugins=False)
    # What SQLite sorts on the side is client text too: it is not to reach another folder.
    for pragma in ("foreign_keys = ON", "cell_size_check = ON", "temp_store = MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    if _schema(db) > SCHEMA:
        raise LegalDeskError("This library was made by a newer LegalDesk. Open it with that one.")
    if not writable:
        db.execute("PRAGMA query_only = ON")
        return db
    if is_whole(path) is False:
        raise LibraryDamaged("The library's database is damaged: it is not as it was closed.")
    break_seal(path)
    db.enable_wal()
    for pragma in ("synchronous = FULL", "secure_delete = ON"):
        db.execute(f"PRAGMA {pragma}")
    if not is_ready(db):  # else nothing is written, so that a full disk can still be searched
        migrations.apply(db)
        db.execute(f"PRAGMA user_version = {SCHEMA}")
    return db


def empty_db() -> Database:
    """A database in memory with the schema and nothing in it."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.row_factory = sqlite3.Row
    db = Database(connection, recursive_triggers=False, execute_plugins=False)
    migrations.apply(db)
    return db


def translated(error: sqlite3.Error, file: str) -> Exception:
    """SQLite's error as one of ours; a mistake of ours in SQL stays what it is."""
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return LibraryDamaged("The library's database is damaged.", file)
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy("The library is busy with another program. Try again shortly.", file)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return LegalDeskError("The library's folder cannot be written. Check its rights.", file)
    if code in _READ_ERRORS:
        return LibraryDamaged("The disk that holds the library cannot be read.", file)
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return NoRoom(_NO_ROOM, file)
    if primary == sqlite3.SQLITE_CANTOPEN:
        return LibraryDamaged("The library's database cannot be opened.", file)
    if primary in (None, sqlite3.SQLITE_ERROR) and str(error).startswith(_NOT_OURS):
        return LibraryDamaged("The library's database is damaged.", file)
    return error


_READ_ERRORS = (
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
)

_NO_ROOM = "The disk that holds the library is full. Make room and try again."

_NOT_OURS = ("malformed database schema", "Could not decode to UTF-8", "unsupported file format")
"""What SQLite says of damage under the code that it has for mistakes in SQL."""
