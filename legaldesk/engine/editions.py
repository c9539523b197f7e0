"""Counts what changes in a library, so that whoever shows it knows what was read before that.

The counts are part of the database and of each transaction that changes something: what is read
in one moment with them is neither older nor newer than they say.
"""

from __future__ import annotations

import sqlite3

GROWN, TAKEN = "grown", "taken"
"""The settings that hold the two counts of an Edition."""


def note_grown(sql: sqlite3.Connection) -> None:
    """Something came, or has another name."""
    _count(sql, GROWN)


def note_taken(sql: sqlite3.Connection) -> None:
    """Something that may be on a screen must not be shown any more."""
    _count(sql, TAKEN)


def _count(sql: sqlite3.Connection, name: str) -> None:
    sql.execute(
        "INSERT INTO settings (name, value) VALUES (?, '1')"
        " ON CONFLICT (name) DO UPDATE SET value = CAST(value + 1 AS TEXT)",
        (name,),
    )
