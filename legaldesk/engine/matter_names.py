"""The names that matters have now, given to those of a database of an earlier day.

A matter that was renamed may have been so for a name's sake that nobody is to read any more, and
training runs know it by the new name alone.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from legaldesk.core.documents import matter_key
from legaldesk.core.errors import WrongUse
from legaldesk.engine.store_rows import matter_name

Names = Mapping[tuple[int, str], str]
"""Names of matters by row and the moment when they were made."""


def take_names(sql: sqlite3.Connection, names: Names) -> None:
    """Give matters these names; one that another matter would have too is given to none."""
    old = {}
    new = {}
    for row, made, name in sql.execute("SELECT id, created, name FROM matters").fetchall():
        old[row] = new[row] = name
        with suppress(WrongUse):  # damage made it one that no matter can have
            new[row] = matter_name(names.get((row, made), name))
    while clashing := _clashing(old, new):
        new |= {row: old[row] for row in clashing}
    renamed = [row for row in old if new[row] != old[row]]
    for row in renamed:  # by way of a name that no other has, for two may have changed theirs
        _rename(sql, old[row], f"\n{row}")
    for row in renamed:
        _rename(sql, f"\n{row}", new[row])


def _clashing(old: dict[int, str], new: dict[int, str]) -> list[int]:
    """The matters that were to be renamed to what another is called."""
    used = Counter(map(matter_key, new.values()))
    return [row for row, name in new.items() if name != old[row] and used[matter_key(name)] > 1]


def _rename(sql: sqlite3.Connection, name: str, new_name: str) -> None:
    sql.execute("UPDATE matters SET name = ? WHERE name = ?", (new_name, name))
    sql.execute("UPDATE OR REPLACE files SET matter = ? WHERE matter = ?", (new_name, name))
