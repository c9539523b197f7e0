"""Open the library's database: one way in for every connection.

SQLite is the truth and everything else can be rebuilt from it. Durability is that of
WAL with synchronous FULL: a committed transaction survives a kill and, on a disk that
does not lie about flushing, a power loss.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from legaldesk.core.errors import LegalDeskError, LibraryBusy, LibraryDamaged, NoRoom
from legaldesk.engine.schema import SCHEMA, migrations
from legaldesk.engine.sqlite import Database

FILE_NAME = "library.sqlite"
BUSY_SECONDS = 20


def database_path(library: Path) -> Path:
    """Where a library keeps its database."""
    return library / FILE_NAME


def open_db(library: Path, *, writable: bool) -> Database:
    """A connection of its own to the library's database, which must be there to be read.

    Raises LibraryDamaged when the file is not a sound SQLite database, LibraryBusy when
    another connection holds it for longer than BUSY_SECONDS, NoRoom on a full disk, and
    LegalDeskError when a newer LegalDesk made it or it cannot be written.
    """
    path = database_path(library)
    mode = "rwc" if writable else "ro"
    connection = None
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}",
            uri=True,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
        )
        return _prepared(connection, writable)
    except BaseException as error:
        if connection is not None:
            connection.close()
        if isinstance(error, sqlite3.Error):
            raise translated(error, path.name) from error
        raise


def is_ready(db: Database) -> bool:
    """Whether the schema is there; not so while its owner is still making it."""
    return _schema(db) >= SCHEMA


def _schema(db: Database) -> int:
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def _prepared(connection: sqlite3.Connection, writable: bool) -> Database:
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
        return LibraryDamaged(
            "The library's database is damaged. Run “legaldesk verify” to see what can be kept.",
            file,
        )
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LibraryBusy("The library is busy with another program. Try again shortly.", file)
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
        return LegalDeskError("The library's folder cannot be written. Check its rights.", file)
    if code in _READ_ERRORS:
        return LibraryDamaged("The disk that holds the library cannot be read.", file)
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return NoRoom("The disk that holds the library is full. Make room and try again.", file)
    if primary == sqlite3.SQLITE_CANTOPEN:
        return LibraryDamaged("The library's database cannot be opened.", file)
    return error


_READ_ERRORS = (
    sqlite3.SQLITE_IOERR_READ,
    sqlite3.SQLITE_IOERR_SHORT_READ,
    sqlite3.SQLITE_IOERR_CORRUPTFS,
)
