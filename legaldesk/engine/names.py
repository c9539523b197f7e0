"""What somebody means who names a document or a matter, from its exact name to a part of it."""

from __future__ import annotations

import sqlite3

from legaldesk.core.reasons import fold


def starts_id(row: sqlite3.Row, name: str) -> bool:
    """Eight digits are enough of an id that nobody means a name by them."""
    return len(name) >= 8 and str(row["sha256"]).startswith(name.lower())


def _is_name(row: sqlite3.Row, name: str) -> bool:
    return bool(row["name"] == name)


def _is_folded_name(row: sqlite3.Row, name: str) -> bool:
    return fold(row["name"]) == fold(name)


def part_of_name(row: sqlite3.Row, name: str) -> bool:
    """Whether it stands in the name, whatever its case and accents."""
    return bool(name.strip()) and fold(name) in fold(row["name"])


SAME_NAME = (_is_name, _is_folded_name)
"""Exactly this name, then whatever its case and accents."""
