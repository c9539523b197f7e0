"""What stands around passages: their languages, headings and documents' titles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from legaldesk.engine.reader import Reader

_AMONG = "FROM passages WHERE id IN (SELECT value FROM json_each(?))"


def languages(reader: Reader, ids: Iterable[int]) -> dict[int, str]:
    """The language of each passage; those that are gone are left out."""
    rows = reader.rows(f"SELECT id, language {_AMONG}", _listed(ids))
    return {row["id"]: row["language"] for row in rows}


def titles(reader: Reader, ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """The document of each passage, by its number, and its title."""
    rows = reader.rows(f"SELECT id, document, title {_AMONG}", _listed(ids))
    return {row["id"]: (row["document"], row["title"]) for row in rows}


def document_ids(reader: Reader, numbers: Iterable[int]) -> dict[int, str]:
    """The ids of documents by their numbers."""
    rows = reader.rows(
        "SELECT id, sha256 FROM documents WHERE id IN (SELECT value FROM json_each(?))",
        _listed(numbers),
    )
    return {row["id"]: row["sha256"] for row in rows}


def sections(reader: Reader, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The headings over each passage, outermost first."""
    rows = reader.rows(f"SELECT id, path {_AMONG}", _listed(ids))
    return {row["id"]: msgspec.json.decode(row["path"], type=tuple[str, ...]) for row in rows}


def _listed(ids: Iterable[int]) -> str:
    return msgspec.json.encode(list(ids)).decode()
