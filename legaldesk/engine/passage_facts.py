"""What stands around passages: their languages, headings and documents' titles."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from legaldesk.engine.reader import Reader

_AMONG = "FROM passages WHERE id IN (SELECT value FROM json_each(?))"


class Facts(NamedTuple):
    """A passage's language, and the number and the title of its document."""

    language: str
    document: int
    title: str


def around(reader: Reader, ids: Iterable[int]) -> dict[int, Facts]:
    """What stands around each passage; those that are gone are left out.

    As one text: row by row each gives the processor away, and gets it back late from a thread that
    cuts documents.
    """
    (row,) = reader.rows(
        f"SELECT json_group_array(json_array(id, json_array(language, document, title))) {_AMONG}",
        _listed(ids),
    )
    found = msgspec.json.decode(row[0], type=list[tuple[int, tuple[str, int, str]]])
    return {passage: Facts(*facts) for passage, facts in found}


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
