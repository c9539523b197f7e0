"""Passages that have words of a question, best first by BM25.

In a small library FTS5 scores them; in a large one that takes too long (100 ms for 90,000 passages
with any of a dozen words), and the same scores come from lists in memory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from legaldesk.engine.vocabulary import SMALL

if TYPE_CHECKING:
    from legaldesk.engine.reader import Reader

Found = list[tuple[int, float]]

_PHRASE = r'"(?:[^"]|"")*"\*?'
_ANY_OF = re.compile(rf"{_PHRASE}(?: OR {_PHRASE})*")


def best_by_words(
    reader: Reader, table: str, match: str, limit: int, within: Sequence[int] | None = None
) -> Found:
    """Row ids and BM25 scores, above 0, of the passages that an FTS5 expression finds: of all, or
    of those ``within`` (row ids, ascending).

    Best first, the lower id first among equals; ``limit`` -1 means all.
    """
    if limit < 0 or reader.passages() <= SMALL or not _ANY_OF.fullmatch(match):
        return scored_by_fts5(reader, table, match, limit, within)
    return reader.best_by_phrases(re.findall(_PHRASE, match), limit, within)


def scored_by_fts5(
    reader: Reader, table: str, match: str, limit: int, within: Sequence[int] | None = None
) -> Found:
    """The same by FTS5, which leaps to the first of those within; the unary plus keeps the match in
    front of the list.
    """
    if within is not None and not within:
        return []
    among, values = "", []
    if within:
        among = " AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))"
        values = [within[0], within[-1], msgspec.json.encode(within).decode()]
    rows = reader.rows(
        f"SELECT rowid, -bm25({table}) AS score FROM {table}"
        f" WHERE {table} MATCH ?{among} ORDER BY score DESC, rowid LIMIT ?",
        match,
        *values,
        limit,
    )
    return [(row[0], row[1]) for row in rows]
