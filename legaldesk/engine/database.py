"""Open the library's database: one way in for every connection, with its schema.

SQLite is the truth and everything else can be rebuilt from it. Durability is that of
WAL with synchronous FULL: a committed transaction survives a kill and, on a disk that
does not lie about flushing, a power loss.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from legaldesk.core.errors import LegalDeskError, LibraryBusy, LibraryDamaged, NoRoom

FILE_NAME = "library.sqlite"
BUSY_SECONDS = 20

SCHEMA = 2
"""How many migrations there are; kept in the file, so that a reader knows when it is ready."""

migrations = Migrations("legaldesk")


@migrations(name="001_library")
def _library(db: Database) -> None:
    _execute_all(db, _TABLES)
    db.table("passages").enable_fts(
        ["title", "section", "body"],
        create_triggers=True,
        tokenize="unicode61 remove_diacritics 2",
    )


@migrations(name="002_counts")
def _counts(db: Database) -> None:
    """What lists and the window's corner ask for again and again, without a scan."""
    _execute_all(db, _COUNTS)


def _execute_all(db: Database, statements: str) -> None:
    for statement in statements.split(";\n"):
        if statement.strip():
            db.execute(statement)


_TABLES = """
CREATE TABLE matters (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  locked_out INTEGER NOT NULL DEFAULT 0,
  created TEXT NOT NULL);
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  title TEXT NOT NULL,
  path TEXT NOT NULL,
  referenced INTEGER NOT NULL,
  size INTEGER NOT NULL,
  page_count INTEGER NOT NULL,
  language TEXT NOT NULL,
  text_source TEXT NOT NULL,
  extraction INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  outline TEXT NOT NULL,
  added TEXT NOT NULL);
CREATE TABLE document_matters (
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  matter INTEGER NOT NULL REFERENCES matters ON DELETE CASCADE,
  PRIMARY KEY (matter, document)) WITHOUT ROWID;
CREATE INDEX document_matters_document ON document_matters (document);
CREATE TABLE pages (
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  number INTEGER NOT NULL,
  label TEXT,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  width REAL NOT NULL,
  height REAL NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (document, number));
CREATE INDEX pages_state ON pages (state, document);
CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL,
  matter TEXT NOT NULL,
  in_place INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  document TEXT,
  pages INTEGER NOT NULL DEFAULT 0,
  passages INTEGER NOT NULL DEFAULT 0,
  pages_without_text TEXT NOT NULL DEFAULT '[]',
  seconds REAL NOT NULL DEFAULT 0,
  at TEXT NOT NULL,
  UNIQUE (path, matter));
CREATE INDEX files_state ON files (state);
CREATE TABLE generations (
  id INTEGER PRIMARY KEY,
  rules INTEGER NOT NULL,
  tokenizer TEXT NOT NULL,
  token_limit INTEGER NOT NULL,
  model TEXT NOT NULL,
  dimension INTEGER NOT NULL,
  live INTEGER NOT NULL,
  created TEXT NOT NULL);
CREATE UNIQUE INDEX generations_live ON generations (live) WHERE live = 1;
CREATE TABLE passages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL,
  generation INTEGER NOT NULL REFERENCES generations ON DELETE CASCADE,
  document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
  first_page INTEGER NOT NULL,
  last_page INTEGER NOT NULL,
  spans TEXT NOT NULL,
  path TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  cut TEXT NOT NULL,
  language TEXT NOT NULL,
  title TEXT NOT NULL,
  section TEXT NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (generation, uuid));
CREATE INDEX passages_document ON passages (document, generation);
CREATE TABLE vectors (
  passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
  data BLOB NOT NULL);
CREATE TABLE waiting (
  passage INTEGER PRIMARY KEY REFERENCES passages ON DELETE CASCADE);
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  passage INTEGER NOT NULL,
  added INTEGER NOT NULL);
"""

_COUNTS = """
CREATE INDEX pages_without_text ON pages (document, number) WHERE state <> 'text';
CREATE TABLE tally (passages INTEGER NOT NULL);
INSERT INTO tally SELECT count(*) FROM passages;
CREATE TRIGGER passages_counted AFTER INSERT ON passages
  BEGIN UPDATE tally SET passages = passages + 1; END;
CREATE TRIGGER passages_uncounted AFTER DELETE ON passages
  BEGIN UPDATE tally SET passages = passages - 1; END;
"""


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
