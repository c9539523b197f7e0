"""What a database still tells of its documents and walls; it may be damaged.

Everything is read as far as it goes: a part that cannot be read keeps no other from being told.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from legaldesk.core.errors import WrongUse
from legaldesk.engine.database import FILE_NAME, database_path
from legaldesk.engine.recovered_place import hash_in
from legaldesk.engine.store_rows import GONE, UNTOLD, matter_name, read_gone, read_untold

ASIDE = "set-aside"
"""The folder of the databases that were replaced, each in a folder named by its moment."""

MATTER = "Recovered documents"
"""Where documents go whose own matter nobody knows any more."""

_LONGEST_NAME = 120


@dataclass(slots=True)
class Known:
    """What is told of a document: its matters with whether they are locked out of all matters.

    ``stored`` says that it has a copy in the library, and ``in_place`` where it lies without one.
    """

    name: str
    matters: dict[str, bool] = field(default_factory=dict)
    stored: bool = False
    in_place: str = ""


@dataclass(slots=True)
class Matters:
    """Some matters, by name and by row and the moment when they were made, for one may have had
    another name before.
    """

    names: set[str] = field(default_factory=set)
    rows: set[tuple[int, str]] = field(default_factory=set)

    def add(self, name: object, row: object, made: object) -> None:
        """Take one in."""
        self.names.add(str(name).casefold())
        self.rows.add((int(str(row)), str(made)))

    def hold(self, name: str, row: int, made: str) -> bool:
        """Whether a matter is one of them."""
        return name.casefold() in self.names or (row, made) in self.rows


@dataclass(slots=True)
class Told:
    """Documents by hash, what waits, and hashes of what was removed.

    Of the matters their names, by row and the moment when they were made, those that are locked
    out, and those that may not train. A file that waits is (path, matter, in place). ``untold`` is
    the setting with what training runs were not told yet, None where it cannot be read.
    """

    documents: dict[str, Known] = field(default_factory=dict)
    names: dict[tuple[int, str], str] = field(default_factory=dict)
    locked: Matters = field(default_factory=Matters)
    untaught: Matters = field(default_factory=Matters)
    waiting: list[tuple[str, str, bool]] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)
    untold: str | None = None

    def about(self, sha256: str, name: str = "") -> Known:
        """What is told of a document, or what stands for that where nothing is."""
        known = self.documents.get(sha256)
        known = known or Known(name or f"{sha256[:16]}.pdf")
        return known if known.matters else replace(known, matters={MATTER: True})


def told_by(database: Path) -> Told:
    """What one database tells."""
    found = Told()
    parts: tuple[Callable[[sqlite3.Connection, Told], None], ...]
    parts = (_read_matters, _read_removed, _read_untold, _read_documents, _read_waiting)
    with suppress(sqlite3.Error, OSError):
        uri = f"{database.resolve().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True)) as db:
            db.execute("PRAGMA writable_schema = ON")  # passes over what is damaged in the schema
            db.text_factory = lambda data: data.decode("utf-8", "replace")
            for read in parts:
                with suppress(sqlite3.Error, ValueError):
                    read(db, found)
    return found


def told_of(library: Path) -> Told:
    """What the library's database tells, and of other documents those that were set aside.

    After a kill the database is the one that was just put back, and knows nothing newer.
    """
    found = told_by(database_path(library))
    for file in sorted((library / ASIDE).glob(f"*/{FILE_NAME}"), reverse=True):
        for sha256, known in told_by(file).documents.items():
            if not known.in_place:
                found.documents.setdefault(sha256, known)
    return found


def _read_matters(db: sqlite3.Connection, found: Told) -> None:
    for locked, may_train, name, row, made in db.execute(
        "SELECT locked_out, may_train, name, id, created FROM matters"
    ):
        found.names[int(row), str(made)] = str(name)
        if locked:
            found.locked.add(name, row, made)
        if not may_train:
            found.untaught.add(name, row, made)


def _read_removed(db: sqlite3.Connection, found: Told) -> None:
    for (value,) in db.execute("SELECT value FROM settings WHERE name = ?", (GONE,)):
        found.removed.update(read_gone(value))


def _read_untold(db: sqlite3.Connection, found: Told) -> None:
    rows = db.execute("SELECT value FROM settings WHERE name = ?", (UNTOLD,)).fetchall()
    setting = str(rows[0][0]) if rows else ""
    read_untold(setting)
    found.untold = setting


def _read_documents(db: sqlite3.Connection, found: Told) -> None:
    for sha256, name, referenced, path, matter, locked in db.execute(_DOCUMENTS):
        known = found.documents.setdefault(str(sha256), Known(_plain_name(name, sha256)))
        known.stored, known.in_place = not referenced, str(path) if referenced else ""
        _note_matter(known, matter, locked)


def _read_waiting(db: sqlite3.Connection, found: Told) -> None:
    """A recovered copy that was not read yet is told by its record alone."""
    for path, matter, in_place, state, locked in db.execute(_RECORDS):
        if sha256 := hash_in(str(path)):
            name = _plain_name(str(path).replace("\\", "/").split("/")[-1], sha256)
            known = found.documents.setdefault(sha256, Known(name))
            _note_matter(known, matter, locked)
        elif state == "queued":
            found.waiting.append((str(path), str(matter), bool(in_place)))


def _note_matter(known: Known, name: object, locked: object) -> None:
    with suppress(WrongUse):  # damage made it one that no matter can have
        known.matters[matter_name(str(name or ""))] = bool(locked)


_DOCUMENTS = """SELECT d.sha256, d.name, d.referenced, d.path, m.name, coalesce(m.locked_out, 1)
FROM documents d LEFT JOIN document_matters ON document = d.id LEFT JOIN matters m ON m.id = matter
"""

_RECORDS = """SELECT path, matter, in_place, state, coalesce(m.locked_out, 1)
FROM files LEFT JOIN matters m ON m.name = matter WHERE state NOT IN ('imported', 'duplicate')"""


def _plain_name(name: object, sha256: object) -> str:
    """A file's name that no damage can make lead elsewhere."""
    kept = "".join(char for char in str(name) if char.isprintable() and char not in '/\\:*?"<>|')
    stem = kept.strip(" .").removesuffix(".pdf").encode()[:_LONGEST_NAME].decode(errors="ignore")
    return f"{stem or str(sha256)[:16]}.pdf"
