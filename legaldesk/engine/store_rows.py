"""The statements behind a Store's transactions; each function is part of one."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain

import msgspec

from legaldesk.core.documents import Extraction, FileOutcome, FileState, matter_key, shown_name
from legaldesk.core.errors import WrongUse
from legaldesk.core.labels import LabelState
from legaldesk.core.models import GenerationState, Prompts
from legaldesk.core.passages import EXTRACTION_VERSION, Passage, Segmentation, passage_id
from legaldesk.engine.editions import note_grown, note_taken
from legaldesk.engine.recovered_place import RECOVERED, hash_in, is_recovered
from legaldesk.engine.schema import has_words, index_words

AT_ONCE = 50
"""Rows that one statement stores."""

FORGETS = "forgets"
"""The setting that says when something was last removed."""

UNTOLD = "renamed"
"""The setting with the changes that training runs were not told of yet, the first one first."""


GONE = "removed"
"""The setting with the hashes of removed documents whose copies may not be gone yet."""


class Untold(msgspec.Struct, array_like=True, frozen=True):
    """A matter's new name, or "" where it was removed, "" being none, with these documents."""

    matter: str
    new_name: str = ""
    documents: tuple[str, ...] = ()


def now() -> str:
    """This moment in UTC, as stored."""
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class NewDocument:
    """All that is stored of a document in one step."""

    sha256: str
    name: str
    path: str
    referenced: bool
    size: int
    language: str
    state: FileState
    reason: str
    extraction: Extraction
    passages: Sequence[Passage]
    languages: Sequence[str]


@dataclass(frozen=True, slots=True)
class Generation:
    """How text is cut and which model reads it; exactly one is live.

    ``cut`` numbers the segmentation among the library's, ``model`` is the model's identity
    and ``name`` what the shelf calls it. Its vectors are stored ``dimension`` wide, and
    ``used_dimension`` numbers of each are searched.
    """

    id: int
    cut: int
    segmentation: Segmentation
    model: str
    name: str
    prompts: Prompts
    dimension: int
    used_dimension: int
    state: GenerationState


@dataclass(frozen=True, slots=True)
class Queued:
    """A file that waits: the number of its record, and its matter as it is spelt there."""

    record: int
    matter: str


class Withdrawn(WrongUse):
    """The record of a file that was being read is gone: its matter was removed meanwhile."""


def matter_name(name: str) -> str:
    """The name as it is kept. Raises WrongUse when it says nothing or is too long."""
    clean = shown_name(name)
    if not clean:
        raise WrongUse("A matter needs a name.")
    if len(clean) > 200:
        raise WrongUse("A matter's name has at most 200 characters.")
    return clean


def same_name(sql: sqlite3.Connection, name: str) -> str | None:
    """The matter of this name however spelt; SQLite's NOCASE knows a to z alone."""
    rows = sql.execute("SELECT name FROM matters")
    return next((row[0] for row in rows if matter_key(row[0]) == matter_key(name)), None)


def open_matter(sql: sqlite3.Connection, name: str) -> str:
    """The matter of this name as it is spelt there, made if it is new."""
    clean = matter_name(name)
    known = same_name(sql, clean)
    if known is not None:
        return known
    sql.execute("INSERT INTO matters (name, created) VALUES (?, ?)", (clean, now()))
    note_grown(sql)
    return clean


def enqueue(sql: sqlite3.Connection, path: str, matter: str, in_place: bool) -> Queued:
    """Note a file that waits; a record of the same path and matter is taken anew.

    A recovered copy does not stay in its place.
    """
    in_place = in_place and not is_recovered(path)
    row = sql.execute(
        "INSERT INTO files (path, matter, in_place, state, at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (path, matter) DO UPDATE SET in_place = excluded.in_place,"
        " state = excluded.state, reason = '', at = excluded.at RETURNING id",
        (path, matter, in_place, FileState.QUEUED, now()),
    ).fetchone()
    return Queued(int(row[0]), matter)


def in_its_matter(sql: sqlite3.Connection, record: int, outcome: FileOutcome) -> FileOutcome:
    """The outcome under the matter's name of now. Raises Withdrawn when the record is gone."""
    row = sql.execute(
        "SELECT matter FROM files WHERE id = ? AND path = ?", (record, outcome.file)
    ).fetchone()
    if row is None:
        raise Withdrawn("Its matter was removed before it was read.", outcome.file)
    return replace(outcome, matter=row[0])


def finish_file(sql: sqlite3.Connection, record: int, outcome: FileOutcome) -> None:
    """Note a file's final state in its record."""
    sql.execute(
        "UPDATE files SET state = ?, reason = ?, document = ?, pages = ?, passages = ?,"
        " pages_without_text = ?, seconds = ?, at = ? WHERE id = ? AND path = ?",
        (
            outcome.state,
            outcome.reason,
            outcome.document_id,
            outcome.pages,
            outcome.passages,
            as_json(list(outcome.pages_without_text)),
            outcome.seconds,
            now(),
            record,
            outcome.file,
        ),
    )


def keep_record(sql: sqlite3.Connection, record: int, document: str | None = None) -> bool:
    """Let a record tell again what was read of its file into its matter before; whether it was.

    ``document`` is what that has to be, where it is known.
    """
    kept = sql.execute(
        "UPDATE files SET (state, reason) = (d.state, d.reason) FROM documents d"
        " JOIN document_matters ON document = d.id JOIN matters m ON m.id = matter"
        " WHERE files.id = ?1 AND d.sha256 = files.document AND m.name = files.matter"
        " AND d.sha256 = coalesce(?2, d.sha256)",
        (record, document),
    )
    return kept.rowcount > 0


def insert_document(sql: sqlite3.Connection, new: NewDocument) -> int:
    """Store a document without its pages and passages; returns its row id."""
    extraction = new.extraction
    cursor = sql.execute(
        "INSERT INTO documents (sha256, name, title, path, referenced, size, page_count, language,"
        " text_source, extraction, state, reason, outline, added)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.sha256,
            new.name,
            extraction.title,
            new.path,
            new.referenced,
            new.size,
            len(extraction.pages),
            new.language,
            extraction.source,
            EXTRACTION_VERSION,
            new.state,
            new.reason,
            as_json(extraction.outline),
            now(),
        ),
    )
    return int(cursor.lastrowid or 0)


def file_under(sql: sqlite3.Connection, document: int, matter: str) -> None:
    """Put a document into a matter, unless it is there."""
    sql.execute(
        "INSERT INTO document_matters (document, matter)"
        " SELECT ?, id FROM matters WHERE name = ? ON CONFLICT DO NOTHING",
        (document, matter),
    )
    note_grown(sql)


def insert_rows(sql: sqlite3.Connection, into: str, rows: Sequence[Sequence[object]]) -> None:
    """Store rows of one table, many by one statement.

    Each statement gives Python's lock away, and waits for it while another thread cuts a document.
    """
    for at in range(0, len(rows), AT_ONCE):
        some = rows[at : at + AT_ONCE]
        marks = f"({', '.join('?' * len(some[0]))})"
        sql.execute(f"{into} VALUES {', '.join([marks] * len(some))}", [*chain(*some)])


def insert_pages(sql: sqlite3.Connection, document: int, extraction: Extraction) -> None:
    """Store a document's pages."""
    insert_rows(
        sql,
        "INSERT INTO pages (document, number, label, state, reason, width, height, text)",
        [
            (
                document,
                page.number,
                page.label,
                page.state,
                page.reason,
                page.width,
                page.height,
                page.text,
            )
            for page in extraction.pages
        ],
    )


def insert_passages(
    sql: sqlite3.Connection,
    document: int,
    sha256: str,
    title: str,
    passages: Sequence[Passage],
    languages: Sequence[str],
    generation: Generation,
) -> None:
    """Store a document's passages, all of which then wait for the models that read this cut.

    Nothing is stored for a cut that was cleared meanwhile.
    """
    if not has_words(sql, generation.cut):
        return
    insert_rows(
        sql,
        "INSERT INTO passages (uuid, segmentation, document, first_page, last_page, spans, path,"
        " tokens, cut, language, title, section, body)",
        [
            _passage_values(passage, language, document, sha256, title, generation)
            for passage, language in zip(passages, languages, strict=True)
        ],
    )
    index_words(sql, generation.cut, document)
    sql.execute(
        "INSERT INTO cuts (document, segmentation) VALUES (?, ?)", (document, generation.cut)
    )
    sql.execute(
        "INSERT INTO waiting (generation, passage) SELECT g.id, p.id FROM passages p"
        " JOIN generations g ON g.segmentation = p.segmentation AND g.state IN ('live', 'building')"
        " WHERE p.document = ? AND p.segmentation = ?",
        (document, generation.cut),
    )


def _passage_values(
    passage: Passage,
    language: str,
    document: int,
    sha256: str,
    title: str,
    generation: Generation,
) -> tuple[object, ...]:
    """A passage's columns in the order of insert_passages."""
    return (
        passage_id(sha256, generation.segmentation, passage.spans),
        generation.cut,
        document,
        passage.spans[0].page,
        passage.spans[-1].page,
        as_json([[span.page, span.start, span.end] for span in passage.spans]),
        as_json(passage.section),
        passage.tokens,
        passage.cut,
        language,
        title,
        " > ".join(passage.section),
        passage.body,
    )


def forget_vectors(sql: sqlite3.Connection, vectors: Sequence[int]) -> None:
    """Delete vectors by their rows and note that they went."""
    some = as_json(list(vectors))
    which = "WHERE id IN (SELECT value FROM json_each(?))"
    sql.execute(
        "INSERT INTO changes (generation, passage, added)"
        f" SELECT generation, passage, 0 FROM vectors {which} ORDER BY passage",
        (some,),
    )
    sql.execute(f"DELETE FROM vectors {which}", (some,))


def note_precision(sql: sqlite3.Connection, generation: int, precision: str) -> None:
    """Add a precision to those that a generation's vectors were computed in."""
    sql.execute(
        "UPDATE generations SET precision = CASE precision WHEN '' THEN ?1"
        " ELSE precision || '+' || ?1 END WHERE id = ?2"
        " AND instr('+' || precision || '+', '+' || ?1 || '+') = 0",
        (precision, generation),
    )


def word_indexes(sql: sqlite3.Connection) -> list[str]:
    """The tables of all word indexes, of which each cut has one."""
    rows = sql.execute(
        "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE words_%'"
    )
    return [row[0] for row in rows]


def document_row(sql: sqlite3.Connection, sha256: str) -> int:
    """The row id of a document. Raises WrongUse when it is gone."""
    row = sql.execute("SELECT id FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
    if row is None:
        raise WrongUse("That document is no longer in the library.", sha256)
    return int(row[0])


def only_in(sql: sqlite3.Connection, matter: str) -> set[str]:
    """The documents that are in this matter and in no other."""
    rows = sql.execute(
        "SELECT sha256 FROM documents JOIN document_matters ON document = documents.id"
        " GROUP BY documents.id HAVING count(*) = 1"
        " AND max(matter) = (SELECT id FROM matters WHERE name = ?)",
        (matter,),
    )
    return {row[0] for row in rows}


def erase_document(sql: sqlite3.Connection, sha256: str) -> None:
    """Delete all that is stored of a document and note that its vectors went."""
    document = document_row(sql, sha256)
    erase_records(sql, sha256)
    erase_labels(sql, sha256)
    sql.execute(
        "INSERT INTO changes (generation, passage, added) SELECT generation, passage, 0"
        " FROM vectors WHERE passage IN (SELECT id FROM passages WHERE document = ?)"
        " ORDER BY passage",
        (document,),
    )
    sql.execute(
        "DELETE FROM vectors WHERE passage IN (SELECT id FROM passages WHERE document = ?)",
        (document,),
    )
    for table in ("passages", "pages", "document_matters"):
        sql.execute(f"DELETE FROM {table} WHERE document = ?", (document,))
    sql.execute("DELETE FROM documents WHERE id = ?", (document,))


def note_removal(sql: sqlite3.Connection) -> None:
    """Remember when something was removed, so that a start knows which backups still have it."""
    note_taken(sql)
    sql.execute(
        "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)",
        (FORGETS, datetime.now(UTC).isoformat(timespec="microseconds")),
    )


def note_untold(sql: sqlite3.Connection, change: Untold) -> None:
    """Remember that training runs are to be told of this."""
    known = sql.execute("SELECT value FROM settings WHERE name = ?", (UNTOLD,)).fetchone()
    noted = read_untold(known[0] if known else "")
    sql.execute(
        "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)",
        (UNTOLD, write_untold([*noted, change])),
    )


def read_untold(setting: str) -> list[Untold]:
    """The changes in a setting."""
    return msgspec.json.decode(setting or "[]", type=list[Untold])


def write_untold(changes: Sequence[Untold]) -> str:
    """The setting for these changes, "" for none."""
    return msgspec.json.encode(changes).decode() if changes else ""


def note_gone(sql: sqlite3.Connection, hashes: Iterable[str]) -> None:
    """Remember that the copies of these documents are to be erased, whatever comes between."""
    known = sql.execute("SELECT value FROM settings WHERE name = ?", (GONE,)).fetchone()
    write_gone(sql, read_gone(known[0] if known else "") | set(hashes))


def write_gone(sql: sqlite3.Connection, hashes: Collection[str]) -> None:
    """Remember these hashes and no others."""
    sql.execute("DELETE FROM settings WHERE name = ?", (GONE,))
    if hashes:
        row = (GONE, as_json(sorted(hashes)))
        sql.execute("INSERT INTO settings (name, value) VALUES (?, ?)", row)


def read_gone(setting: str) -> set[str]:
    """The hashes in a setting."""
    return set(msgspec.json.decode(setting or "[]", type=list[str]))


def erase_matter(sql: sqlite3.Connection, matter: str) -> set[str]:
    """Delete a matter with its labels and records; the hashes of recovered copies that wait for
    no other.
    """
    labels = "SELECT l.id FROM labels l JOIN matters m ON m.id = l.matter WHERE m.name = ?"
    end_replaced(sql, labels, matter)
    before = _recovered(sql)
    sql.execute("DELETE FROM files WHERE matter = ?", (matter,))
    sql.execute("DELETE FROM matters WHERE name = ?", (matter,))
    stored = {row[0] for row in sql.execute("SELECT sha256 FROM documents")}
    return before - _recovered(sql) - stored


def _recovered(sql: sqlite3.Connection) -> set[str]:
    """The hashes of recovered copies that have a record."""
    rows = sql.execute(f"SELECT path FROM files WHERE path LIKE '%{RECOVERED}%'")
    return {hash_in(row[0]) for row in rows} - {""}


def erase_records(sql: sqlite3.Connection, sha256: str) -> None:
    """Drop what is noted of the document's files, also where a later attempt ended otherwise.

    Files that wait were dropped anew and stay, apart from its recovered copy, which goes too.
    """
    sql.execute(
        "DELETE FROM files WHERE state <> 'queued' AND (document = ?1"
        " OR path IN (SELECT path FROM documents WHERE sha256 = ?1"
        " UNION SELECT path FROM files WHERE document = ?1))"
        f" OR path LIKE '%{RECOVERED}_' || ?1 || '_%'",
        (sha256,),
    )


def erase_labels(sql: sqlite3.Connection, sha256: str) -> None:
    """Drop what was said of a document, and whole questions that it was an answer to."""
    end_replaced(sql, "SELECT id FROM labels WHERE document = ?", sha256)
    sql.execute("DELETE FROM labels WHERE document = ?", (sha256,))
    sql.execute(
        "DELETE FROM asked WHERE document = ?1"
        " OR id IN (SELECT asked FROM shown WHERE document = ?1)",
        (sha256,),
    )


def end_replaced(sql: sqlite3.Connection, going: str, *values: object) -> None:
    """Let what labels had replaced not count again when those go; ``going`` selects their ids.

    Who has changed a mind has not changed it back because a document went.
    """
    sql.execute(
        "UPDATE labels SET ended = ?, ended_by = labeller, ended_at = ?"
        f" WHERE ended = '' AND superseded_by IN ({going})",
        (LabelState.SUPERSEDED, now(), *values),
    )


def as_json(value: object) -> str:
    """A value as stored in a column."""
    return msgspec.json.encode(value).decode()
