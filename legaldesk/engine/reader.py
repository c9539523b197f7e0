"""Read the library: documents, matters, page text and passages found by words.

The only part of the engine that the window's process loads. A Reader belongs to the
thread that made it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from legaldesk.core.documents import (
    Document,
    DocumentDetails,
    FileOutcome,
    FileState,
    Matter,
    OutlineEntry,
    PageProblem,
    PageState,
    TextSource,
)
from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Coverage, Edition, Scope
from legaldesk.core.passages import Span
from legaldesk.engine import scopes
from legaldesk.engine.database import empty_db, identity, is_ready, open_db, translated
from legaldesk.engine.editions import GROWN, TAKEN
from legaldesk.engine.generation_rows import LIVE_CUT, LIVE_ID, SELECT, generation_of
from legaldesk.engine.recovered_place import place_of
from legaldesk.engine.schema import words_table
from legaldesk.engine.sqlite import Database
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.vocabulary import Vocabulary
from legaldesk.engine.word_search import best_by_words

Row = sqlite3.Row


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage as stored, with what a hit needs of its document."""

    id: int
    uuid: str
    document: int
    document_id: str
    document_name: str
    text_source: TextSource
    language: str
    spans: tuple[Span, ...]
    section: tuple[str, ...]
    body: str


class Reader:
    """Questions to the database, on a read-only connection of its own.

    ``vocabulary`` is what other readers of the library know of its words.
    """

    def __init__(self, library: Path, vocabulary: Vocabulary | None = None) -> None:
        self._library = library
        self._vocabulary = vocabulary if vocabulary is not None else Vocabulary()
        self._there, self._counted_version = False, 0
        self._coverages: dict[Scope, Coverage] = {}
        self._within: dict[Scope, list[int] | None] = {}
        # Made only where nothing is there: among busy threads its many steps take seconds.
        self._db = self._ready_db() or empty_db()

    def close(self) -> None:
        """Let go of the database."""
        self._db.close()

    def __del__(self) -> None:
        """Let go when its thread ends: SQLite's wrapper is in a cycle, which waits for gc."""
        with suppress(AttributeError):
            self._db.close()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of a query; SQLite's errors become ours."""
        if not self._there and (found := self._ready_db()):
            old, self._db = self._db, found
            old.close()
        try:
            return list(self._db.conn.execute(sql, values))
        except sqlite3.Error as error:
            raise translated(error, "library") from error

    def _ready_db(self) -> Database | None:
        """The library's database, None until its owner has made it."""
        self._file = identity(self._library)
        if self._file is None:
            return None
        found = open_db(self._library, writable=False)
        try:
            self._there, self._counted_version = is_ready(found), 0
        except sqlite3.Error as error:
            found.close()
            raise translated(error, "library") from error
        if not self._there:
            found.close()
        return found if self._there else None

    def is_outdated(self) -> bool:
        """Whether another database was put in the place of the one that it reads."""
        return self._there and identity(self._library) not in (self._file, None)

    @contextmanager
    def moment(self) -> Iterator[None]:
        """Everything read inside is from one moment, whatever is written meanwhile."""
        self.rows("SELECT 1")
        self._db.conn.execute("BEGIN")
        try:
            yield
        finally:
            self._db.conn.execute("ROLLBACK")

    def count(self, sql: str, *values: object) -> int:
        """The single number of a query, 0 for none."""
        rows = self.rows(sql, *values)
        return int(rows[0][0] or 0) if rows else 0

    # What is in the library

    def matters(self) -> tuple[Matter, ...]:
        """Every matter by name, with its number of documents."""
        rows = self.rows(
            "SELECT id, name, locked_out, may_train, (SELECT count(*) FROM document_matters"
            " WHERE matter = matters.id) AS documents FROM matters ORDER BY name COLLATE NOCASE"
        )
        return tuple(
            Matter(
                row["name"],
                row["documents"],
                bool(row["locked_out"]),
                bool(row["may_train"]),
                row["id"],
            )
            for row in rows
        )

    def documents(self, scope: Scope) -> tuple[Document, ...]:
        """The documents in scope by name."""
        where, values = self.scope_sql(scope)
        rows = self.rows(
            f"{_DOCUMENTS} WHERE d.id IN ({where}) ORDER BY d.name COLLATE NOCASE, d.id",
            *values,
        )
        return tuple(self._document(row) for row in rows)

    def all_documents(self) -> tuple[Document, ...]:
        """Every document, whatever wall it stands behind; for checks, not for lists."""
        return tuple(self._document(row) for row in self.rows(f"{_DOCUMENTS} ORDER BY d.id"))

    def document(self, sha256: str) -> Document:
        """One document by its id. Raises WrongUse when the library has none such."""
        rows = self.rows(f"{_DOCUMENTS} WHERE d.sha256 = ?", sha256)
        if not rows:
            raise WrongUse("That document is no longer in the library.", sha256)
        return self._document(rows[0])

    def find(self, name: str) -> Document:
        """The one document that a name means. Raises WrongUse for none or several."""
        row = scopes.document_row(self, name, "SELECT id FROM documents", ())
        found = self.rows(f"{_DOCUMENTS} WHERE d.id = ?", row)
        return self._document(found[0])

    def details(self, sha256: str) -> DocumentDetails:
        """A document with its outline, page labels, sizes and problems."""
        document = self.document(sha256)
        outline = self.rows("SELECT outline FROM documents WHERE sha256 = ?", sha256)[0][0]
        pages = self.rows(
            "SELECT number, label, width, height, p.state, p.reason FROM pages p"
            " JOIN documents d ON d.id = p.document WHERE d.sha256 = ? ORDER BY number",
            sha256,
        )
        return DocumentDetails(
            document=document,
            outline=msgspec.json.decode(outline, type=tuple[OutlineEntry, ...]),
            labels=tuple(page["label"] for page in pages),
            sizes=tuple((page["width"], page["height"]) for page in pages),
            problems=tuple(
                PageProblem(page["number"], PageState(page["state"]), page["reason"])
                for page in pages
                if page["state"] != PageState.TEXT
            ),
        )

    def problems(self, matter: str) -> tuple[FileOutcome, ...]:
        """Files that were dropped and are not wholly in the library, newest first.

        "" means all matters that are not locked out. Raises WrongUse for no such matter.
        """
        rows = self.rows(
            "SELECT * FROM files WHERE state NOT IN ('imported', 'duplicate', 'queued')"
            " AND (matter = ?1 OR ?1 = '' AND matter NOT IN"
            " (SELECT name FROM matters WHERE locked_out = 1)) ORDER BY id DESC",
            matter and self.record_matter(matter),
        )
        return tuple(
            replace(outcome_of(row), file=place_of(self._library, row["path"])) for row in rows
        )

    def record_matter(self, name: str) -> str:
        """The matter that records of files mean by a name: it need not have been made.

        Raises WrongUse when there is none such.
        """
        if self.count("SELECT count(*) FROM files WHERE matter = ?", name):
            return name
        return self.matter_name(name)

    def queued(self) -> list[Row]:
        """Files that still wait, in the order they were dropped."""
        return self.rows("SELECT * FROM files WHERE state = 'queued' ORDER BY id")

    # Scope and coverage

    def scope_sql(self, scope: Scope) -> tuple[str, tuple[object, ...]]:
        """A subquery for the row ids of the documents in scope, and its values.

        Raises WrongUse when the matter or the document is unknown or ambiguous.
        """
        return scopes.documents_sql(self, scope)

    def matter_name(self, name: str) -> str:
        """A matter's name as it is spelt here. Raises WrongUse when there is none such."""
        number = scopes.matter_row(self, name)
        return str(self.rows("SELECT name FROM matters WHERE id = ?", number)[0][0])

    def coverage(self, scope: Scope) -> Coverage:
        """How much of the scope each half of the search can find, in pages; see scopes.py.

        Counted anew when something was written: every answer tells it, and 100,000 passages take
        1.2 ms.
        """
        self._forget_what_is_outdated()
        if scope not in self._coverages:
            self._coverages[scope] = scopes.coverage(self, scope)
        return self._coverages[scope]

    def _forget_what_is_outdated(self) -> None:
        """What was counted and listed before something was written."""
        if (version := self.count("PRAGMA data_version")) != self._counted_version:
            self._coverages, self._within, self._counted_version = {}, {}, version

    def pending(self) -> int:
        """Passages of the live generation that have no vector yet."""
        return self.count(f"SELECT count(*) FROM waiting WHERE generation = {LIVE_ID}")

    def passages(self) -> int:
        """Passages of the live generation."""
        return self.count(f"SELECT passages FROM segmentations WHERE id = {LIVE_CUT}")

    def highest_id(self) -> int:
        """The highest row id that any passage ever had."""
        return self.count("SELECT seq FROM sqlite_sequence WHERE name = 'passages'")

    # Generations

    def live(self) -> int:
        """The number of the live generation, 0 before there is one."""
        return self.count(f"SELECT {LIVE_ID}")

    def generations(self) -> tuple[Generation, ...]:
        """Every generation that is not being cleared, in the order they were made."""
        rows = self.rows(f"{SELECT} WHERE g.state <> 'doomed' ORDER BY g.id")
        return tuple(generation_of(row) for row in rows)

    def setting(self, name: str) -> str:
        """A choice that was made for this library, or ""."""
        rows = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return str(rows[0][0]) if rows else ""

    def edition(self) -> Edition:
        """How often the library has changed."""
        return Edition(int(self.setting(GROWN) or 0), int(self.setting(TAKEN) or 0))

    # Passages

    def passage_ids(
        self,
        scope: Scope,
        pages: tuple[int, int] | None = None,
        added: tuple[str, str] | None = None,
    ) -> list[int]:
        """Row ids of the passages in scope, on a range of pages where one is given, ascending.

        ``added`` are moments in UTC, as stored: of documents added from one to before the other.
        """
        where, values = self.scope_sql(scope)
        if added is not None:
            where = f"SELECT id FROM documents WHERE id IN ({where}) AND added >= ? AND added < ?"
            values = (*values, *added)
        # Without pages an index tells all: 10,000 passages take 2 ms instead of 17.
        on_pages = " AND last_page >= ? AND first_page <= ?" if pages is not None else ""
        rows = self.rows(
            "SELECT json_group_array(id) FROM passages"
            f" WHERE segmentation = {LIVE_CUT} AND document IN ({where}){on_pages}",
            *values,
            *(pages or ()),
        )
        return sorted(_numbers(rows))

    def within(self, scope: Scope) -> list[int] | None:
        """Row ids of the passages in scope, ascending; None means all that there are.

        Kept for the next question there, until something is written.
        """
        self._forget_what_is_outdated()
        if scope not in self._within:
            self._within = {scope: scopes.passages_within(self, scope)}
        return self._within[scope]

    def by_words(self, match: str, scope: Scope, limit: int) -> list[tuple[int, float]]:
        """Row ids and BM25 scores, above 0, of the passages in scope that an FTS5 expression
        finds, best first; ``limit`` -1 means all.
        """
        return self.by_words_among(match, self.within(scope), limit)

    def by_words_among(
        self, match: str, passages: list[int] | None, limit: int
    ) -> list[tuple[int, float]]:
        """The same of some passages (row ids, ascending); None means all."""
        words = self.words()
        return best_by_words(self, words, match, limit, passages) if match and words else []

    def common(self, terms: Collection[str]) -> frozenset[str]:
        """Those of a question's terms that stand in too many passages to be looked for."""
        return self._vocabulary.common(self, terms)

    def having(self, phrases: Iterable[str]) -> dict[str, int]:
        """How many passages have each FTS5 phrase; it may lag behind while the library grows."""
        return self._vocabulary.having(self, phrases)

    def best_by_phrases(
        self, phrases: Sequence[str], limit: int, within: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """The passages with the highest BM25 of some FTS5 phrases; see Postings."""
        return self._vocabulary.postings().best(self, phrases, limit, within)

    def list_phrases(self, phrases: Sequence[str]) -> bool:
        """Prepare for FTS5 phrases that may be asked for; False where there is no room for more."""
        return self._vocabulary.postings().prepare(self, phrases)

    def matching_count(self, match: str) -> int:
        """How many passages an FTS5 expression finds."""
        words = self.words()
        if not words:
            return 0
        return self.count(f"SELECT count(*) FROM {words} WHERE {words} MATCH ?", match)

    def matching(self, match: str) -> set[int]:
        """Row ids of all passages that an FTS5 expression finds, in no order."""
        words = self.words()
        if not words:
            return set()
        sql = f"SELECT json_group_array(rowid) FROM {words} WHERE {words} MATCH ?"
        return set(_numbers(self.rows(sql, match)))

    def words(self) -> str:
        """The name of the live generation's word index, "" before there is one."""
        cut = self.count(f"SELECT {LIVE_CUT}")
        return words_table(cut) if cut else ""

    def found(self, ids: Iterable[int]) -> dict[int, FoundPassage]:
        """Passages by row id; ids that are gone are left out."""
        wanted = msgspec.json.encode(list(ids)).decode()
        rows = self.rows(
            "SELECT p.*, d.sha256, d.name, d.text_source FROM passages p"
            " JOIN documents d ON d.id = p.document"
            " WHERE p.id IN (SELECT value FROM json_each(?))",
            wanted,
        )
        return {row["id"]: _found(row) for row in rows}

    def page_texts(
        self, document: int, numbers: Iterable[int]
    ) -> dict[int, tuple[str, str | None]]:
        """Text and printed label of some pages of a document, by page number."""
        wanted = msgspec.json.encode(list(numbers)).decode()
        rows = self.rows(
            "SELECT number, text, label FROM pages WHERE document = ?"
            " AND number IN (SELECT value FROM json_each(?))",
            document,
            wanted,
        )
        return {row["number"]: (row["text"], row["label"]) for row in rows}

    def matters_of(self, documents: Iterable[int]) -> dict[int, tuple[str, ...]]:
        """The names of each document's matters."""
        wanted = msgspec.json.encode(list(documents)).decode()
        found: dict[int, tuple[str, ...]] = {}
        for row in self.rows(
            "SELECT document, name FROM document_matters JOIN matters ON id = matter"
            " WHERE document IN (SELECT value FROM json_each(?)) ORDER BY name",
            wanted,
        ):
            found[row["document"]] = (*found.get(row["document"], ()), row["name"])
        return found

    def _document(self, row: Row) -> Document:
        without = msgspec.json.decode(row["without"] or "[]", type=list[int])
        return Document(
            id=row["sha256"],
            name=row["name"],
            title=row["title"],
            pages=row["page_count"],
            pages_without_text=tuple(sorted(without)),
            passages=row["passages"],
            passages_with_meaning=row["passages"] - row["waiting"],
            language=row["language"],
            text_source=TextSource(row["text_source"]),
            state=FileState(row["state"]),
            reason=row["reason"],
            matters=tuple(sorted(msgspec.json.decode(row["matters"] or "[]", type=list[str]))),
            added=row["added"],
            size=row["size"],
            path=place_of(self._library, row["path"]),
            referenced=bool(row["referenced"]),
        )


_DOCUMENTS = f"""SELECT d.*,
  (SELECT json_group_array(number) FROM pages WHERE document = d.id AND state <> 'text') AS without,
  (SELECT count(*) FROM passages WHERE document = d.id AND segmentation = {LIVE_CUT}) AS passages,
  (SELECT count(*) FROM passages JOIN waiting ON passage = passages.id
    WHERE document = d.id AND generation = {LIVE_ID}) AS waiting,
  (SELECT json_group_array(name) FROM matters JOIN document_matters ON matter = matters.id
    WHERE document = d.id) AS matters
FROM documents d"""


def _found(row: Row) -> FoundPassage:
    return FoundPassage(
        id=row["id"],
        uuid=row["uuid"],
        document=row["document"],
        document_id=row["sha256"],
        document_name=row["name"],
        text_source=TextSource(row["text_source"]),
        language=row["language"],
        spans=spans_of(row["spans"]),
        section=msgspec.json.decode(row["path"], type=tuple[str, ...]),
        body=row["body"],
    )


def _numbers(rows: Sequence[Row]) -> list[int]:
    """What json_group_array gathered in the one row there is, if any."""
    return msgspec.json.decode(rows[0][0], type=list[int]) if rows else []


def spans_of(stored: str) -> tuple[Span, ...]:
    """Spans as stored: a JSON list of [page, start, end]."""
    return tuple(Span(*part) for part in msgspec.json.decode(stored, type=list[list[int]]))


def outcome_of(row: Row) -> FileOutcome:
    """The record of one dropped file."""
    return FileOutcome(
        file=row["path"],
        state=FileState(row["state"]),
        reason=row["reason"],
        document_id=row["document"],
        pages=row["pages"],
        passages=row["passages"],
        pages_without_text=msgspec.json.decode(row["pages_without_text"], type=tuple[int, ...]),
        seconds=row["seconds"],
        matter=row["matter"],
        at=row["at"],
    )
