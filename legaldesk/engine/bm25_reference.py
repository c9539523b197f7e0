"""A plain BM25 that never changes, so that figures of years can be set beside it.

SQLite's FTS5 with unicode61 and remove_diacritics 2 over title and text of whole documents,
equally weighted; all words of a question joined by OR, no stemming, nothing left out. This
is a yardstick: LegalDesk's own word search is free to become better.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing

from legaldesk.core.evaluation import GoldDocument
from legaldesk.core.metrics import DEPTH

_WORD = re.compile(r"[^\W_]+")
"""Letters and digits, as FTS5 splits text; a copy, so that it stays as it is."""


class Bm25:
    """The index of a collection, in memory. For the thread that made it.

    It keeps the words' places and not the texts, which whoever made it has.
    """

    def __init__(self, documents: Iterable[GoldDocument]) -> None:
        self._names: list[str] = []
        self._db = sqlite3.connect(":memory:")
        self._db.execute(
            "CREATE VIRTUAL TABLE documents USING fts5"
            " (title, text, content = '', tokenize = 'unicode61 remove_diacritics 2')"
        )
        self._db.executemany(
            "INSERT INTO documents (rowid, title, text) VALUES (?, ?, ?)",
            self._rows(documents),
        )

    def _rows(self, documents: Iterable[GoldDocument]) -> Iterator[tuple[int, str, str]]:
        for at, document in enumerate(documents):
            self._names.append(document.id)
            yield at, document.title, document.text

    def close(self) -> None:
        """Let go of the memory."""
        self._db.close()

    def scored(self, question: str, depth: int = DEPTH) -> list[tuple[int, float]]:
        """Places and BM25 scores, above 0, of the best documents, best first."""
        expression = _any_of(question)
        if not expression:
            return []
        rows = self._db.execute(
            "SELECT rowid, -bm25(documents) AS score FROM documents WHERE documents MATCH ?"
            " ORDER BY score DESC, rowid LIMIT ?",
            (expression, depth),
        )
        with closing(rows):
            return [(int(row[0]), float(row[1])) for row in rows]

    def rank(self, question: str, within: Collection[str] | None = None) -> list[str]:
        """The DEPTH best documents by id, best first; ``within`` names those allowed."""
        expression = _any_of(question)
        if not expression:
            return []
        rows = self._db.execute(
            "SELECT rowid FROM documents WHERE documents MATCH ? ORDER BY bm25(documents), rowid"
            f" LIMIT {DEPTH if within is None else -1}",
            (expression,),
        )
        with closing(rows):
            names = (self._names[row[0]] for row in rows)
            kept = [name for name in names if within is None or name in within]
        return kept[:DEPTH]


def _any_of(question: str) -> str:
    """An FTS5 expression that any of the question's words fits, "" for none."""
    words = _WORD.findall(unicodedata.normalize("NFC", question).lower())
    return " OR ".join(f'"{word}"' for word in dict.fromkeys(words))
