"""Write the library. Only the process that owns the library makes a Store.

Every public method is one transaction: it is wholly there or not at all. One lock keeps
the writers of this process apart.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from legaldesk.core.documents import Document, FileOutcome, Matter
from legaldesk.core.errors import LegalDeskError, LibraryBusy, WrongUse
from legaldesk.core.models import GenerationState, Prompts
from legaldesk.core.passages import Passage, Segmentation
from legaldesk.engine import generation_rows as generations
from legaldesk.engine import label_rows
from legaldesk.engine import store_rows as rows
from legaldesk.engine.backup_making import keep_before_migration
from legaldesk.engine.database import database_path, open_db, translated
from legaldesk.engine.editions import note_grown, note_taken
from legaldesk.engine.label_store import LabelStore
from legaldesk.engine.matter_names import Names, take_names
from legaldesk.engine.schema import SCHEMA
from legaldesk.engine.seal import is_sealed, make_seal
from legaldesk.engine.sqlite import Database
from legaldesk.engine.store_rows import Generation, NewDocument, Queued, now


class Store:
    """The library's one writing connection."""

    def __init__(self, library: Path) -> None:
        self._path = database_path(library)
        self.was_sealed = is_sealed(self._path) or not self._path.exists()
        """Whether the library was closed as it should be, when this opened it."""
        keep_before_migration(library, self._path, SCHEMA)
        self._db: Database = open_db(library, writable=True)
        self._lock = threading.RLock()
        self.labels = LabelStore(self._writing)
        with suppress(LegalDeskError):
            self.fold_log()  # a kill may have left pages of removed documents in it

    def close(self) -> None:
        """Fold the write-ahead log into the database, let go of it and seal it."""
        with self._lock:
            with suppress(LegalDeskError):  # the next owner folds it in
                self.fold_log()
            self._db.close()
            log = self._path.with_name(f"{self._path.name}-wal")
            if not log.is_file() or not log.stat().st_size:
                with suppress(LegalDeskError, OSError):  # the next owner has SQLite's own checks
                    make_seal(self._path)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with self._db.atomic():
                    yield self._db.conn
            except sqlite3.Error as error:
                raise translated(error, "library") from error

    # Generations

    def open_generation(
        self,
        segmentation: Segmentation,
        name: str,
        model: str,
        prompts: Prompts,
        dimension: int,
        used_dimension: int = 0,
    ) -> Generation:
        """The generation of this cut and model: live at once where there is none, else being built.

        A live one stays live. What was being built before is kept as it is.
        """
        with self._writing() as sql:
            number = generations.add(
                self._db, segmentation, name, model, prompts, dimension, used_dimension or dimension
            )
            live = generations.one(sql, "g.state = 'live'")
            if live is None:
                generations.move(sql, number, GenerationState.LIVE)
            elif live.id != number:
                generations.move(sql, number, GenerationState.BUILDING)
            return self._generation(sql, number)

    def adopt(self, number: int, even_if_it_lacks: bool = False) -> bool:
        """Make a generation live in one step; False when something is still to be done for it."""
        with self._writing() as sql:
            if not even_if_it_lacks and generations.lacks(sql, number):
                return False
            generations.move(sql, self._generation(sql, number).id, GenerationState.LIVE)
            return True

    def stop_building(self) -> None:
        """Keep what was being built as it is."""
        with self._writing() as sql:
            sql.execute(
                "DELETE FROM waiting WHERE generation IN"
                " (SELECT id FROM generations WHERE state = 'building')"
            )
            sql.execute("UPDATE generations SET state = 'kept' WHERE state = 'building'")

    def use_dimension(self, number: int, dimension: int) -> Generation:
        """Note how many numbers of each vector are searched. Raises WrongUse for too many."""
        with self._writing() as sql:
            full = self._generation(sql, number).dimension
            if not 1 <= dimension <= full:
                raise WrongUse(f"This model's dimension can be 1 to {full}.")
            sql.execute(
                "UPDATE generations SET used_dimension = ? WHERE id = ?", (dimension, number)
            )
            return self._generation(sql, number)

    def doom(self, number: int) -> None:
        """Mark a kept generation for ``clear_some``. Raises WrongUse for one that is in use."""
        with self._writing() as sql:
            generations.doom(sql, number)

    def clear_some(self) -> bool:
        """Delete a part of what doomed generations left; whether there may be more."""
        with self._writing():
            return generations.clear_some(self._db)

    def _generation(self, sql: sqlite3.Connection, number: int) -> Generation:
        found = generations.one(sql, "g.id = ?", number)
        if found is None:
            raise WrongUse("That generation is gone.")
        return found

    def set_setting(self, name: str, value: str) -> None:
        """Remember a choice that belongs to the library; "" forgets it."""
        with self._writing() as sql:
            sql.execute("DELETE FROM settings WHERE name = ?", (name,))
            if value:
                sql.execute("INSERT INTO settings (name, value) VALUES (?, ?)", (name, value))

    # Files that were dropped

    def enqueue(self, paths: Sequence[str], matter: str, in_place: bool) -> list[Queued]:
        """Remember files to be read, so that a restart goes on with them.

        The matter is made if it is new. Raises WrongUse when its name says nothing.
        """
        with self._writing() as sql:
            name = rows.open_matter(sql, matter)
            return [rows.enqueue(sql, path, name, in_place) for path in paths]

    def finish_files(self, outcomes: Sequence[tuple[int, FileOutcome]]) -> None:
        """Record the final states of files by their records, where no document comes with them.

        A record that is gone, because its matter was removed, stays gone.
        """
        with self._writing() as sql:
            for record, outcome in outcomes:
                rows.finish_file(sql, record, outcome)
            note_grown(sql)

    def cancel_files(self, outcomes: Sequence[tuple[int, FileOutcome]]) -> None:
        """Record that files were not read, by their records.

        What an earlier import read of them into their matter is there all the same.
        """
        with self._writing() as sql:
            for record, outcome in outcomes:
                if not rows.keep_record(sql, record):
                    rows.finish_file(sql, record, outcome)
            note_grown(sql)

    def forget_file(self, path: str, matter: str) -> int:
        """Drop the record of a file that did not make it into a matter; "" means any matter.

        Returns how many there were.
        """
        with self._writing() as sql:
            return sql.execute(
                "DELETE FROM files WHERE path = ?1 AND (?2 = '' OR matter = ?2)"
                " AND state <> 'queued'",
                (path, matter),
            ).rowcount

    # Documents

    def add_document(
        self, new: NewDocument, generation: Generation, record: int, outcome: FileOutcome
    ) -> FileOutcome:
        """Store a document, its pages and passages and its file's outcome in one step.

        Returns the outcome with the matter as it is named now. Raises Withdrawn.
        """
        with self._writing() as sql:
            outcome = rows.in_its_matter(sql, record, outcome)
            document = rows.insert_document(sql, new)
            rows.file_under(sql, document, outcome.matter)
            rows.insert_pages(sql, document, new.extraction)
            title = new.extraction.title or new.name
            rows.insert_passages(
                sql, document, new.sha256, title, new.passages, new.languages, generation
            )
            rows.finish_file(sql, record, outcome)
            return outcome

    def add_duplicate(self, document: Document, record: int, outcome: FileOutcome) -> FileOutcome:
        """File a stored document under the matter of a file with the same bytes.

        Its original is from now on where ``document`` says. Returns and raises like
        ``add_document``.
        """
        with self._writing() as sql:
            outcome = rows.in_its_matter(sql, record, outcome)
            row = rows.document_row(sql, document.id)
            sql.execute(
                "UPDATE documents SET referenced = ?, path = ? WHERE id = ?",
                (document.referenced, document.path, row),
            )
            rows.file_under(sql, row, outcome.matter)
            if not rows.keep_record(sql, record, document.id):
                rows.finish_file(sql, record, outcome)
            return outcome

    def recut(self, sha256: str, passages: Sequence[Passage], generation: Generation) -> None:
        """Store a known document's passages, unless it has some or was removed meanwhile."""
        with self._writing() as sql:
            row = sql.execute(
                "SELECT id, name, title, language FROM documents WHERE sha256 = ?"
                " AND NOT EXISTS (SELECT 1 FROM cuts WHERE document = documents.id"
                " AND segmentation = ?)",
                (sha256, generation.cut),
            ).fetchone()
            if row is not None:
                languages = [row["language"]] * len(passages)
                title = row["title"] or row["name"]
                rows.insert_passages(sql, row["id"], sha256, title, passages, languages, generation)

    def assign(self, sha256: str, matter: str) -> None:
        """File a stored document under one more matter, made if it is new."""
        with self._writing() as sql:
            rows.file_under(sql, rows.document_row(sql, sha256), rows.open_matter(sql, matter))

    def withdraw(self, sha256: str, matter: str) -> None:
        """Take a document out of one of its matters, with its records; the last one it keeps."""
        with self._writing() as sql:
            document = rows.document_row(sql, sha256)
            held = sql.execute(
                "SELECT count(*) FROM document_matters WHERE document = ?", (document,)
            ).fetchone()[0]
            if held < 2:
                raise WrongUse("A document stays in at least one matter. Remove it instead.")
            sql.execute(
                "DELETE FROM document_matters WHERE document = ?"
                " AND matter = (SELECT id FROM matters WHERE name = ?)",
                (document, matter),
            )
            sql.execute(
                "DELETE FROM files WHERE document = ? AND matter = ? AND state <> 'queued'",
                (sha256, matter),
            )
            label_rows.withdraw(sql, sha256, document, matter)
            note_taken(sql)

    def add_vectors(
        self, generation: int, passages: Sequence[int], vectors: Sequence[bytes], precision: str
    ) -> int:
        """Store vectors of passages that are still there; returns how many were.

        ``precision`` they were computed in is noted with the generation.
        """
        ids = [(generation, passage) for passage in passages]
        with self._writing() as sql:
            before = sql.total_changes
            sql.executemany(
                "INSERT OR REPLACE INTO vectors (generation, passage, data)"
                " SELECT ?, id, ? FROM passages WHERE id = ?",
                zip([generation] * len(ids), vectors, passages, strict=True),
            )
            stored = sql.total_changes - before
            sql.executemany("DELETE FROM waiting WHERE generation = ? AND passage = ?", ids)
            sql.executemany(
                "INSERT INTO changes (generation, passage, added)"
                " SELECT generation, passage, 1 FROM vectors WHERE generation = ? AND passage = ?",
                ids,
            )
            rows.note_precision(sql, generation, precision)
            return stored

    # Matters

    def create_matter(self, name: str) -> Matter:
        """A new matter. Raises WrongUse when the name is empty or taken."""
        clean = rows.matter_name(name)
        with self._writing() as sql:
            if rows.same_name(sql, clean) is not None:
                raise WrongUse(f"There is already a matter named “{clean}”.")
            sql.execute("INSERT INTO matters (name, created) VALUES (?, ?)", (clean, now()))
            note_grown(sql)
        return Matter(clean)

    def rename_matter(self, name: str, new_name: str) -> None:
        """Give a matter another name, and note it for the training runs.

        Raises WrongUse when it is empty or taken.
        """
        clean = rows.matter_name(new_name)
        with self._writing() as sql:
            if rows.same_name(sql, clean) not in (None, name):
                raise WrongUse(f"There is already a matter named “{clean}”.")
            changed = sql.execute("UPDATE matters SET name = ? WHERE name = ?", (clean, name))
            if not changed.rowcount:
                raise WrongUse(f"There is no matter named “{name}”.")
            sql.execute("UPDATE OR REPLACE files SET matter = ? WHERE matter = ?", (clean, name))
            rows.note_untold(sql, rows.Untold(name, clean))
            note_grown(sql)

    def take_matter_names(self, names: Names, untold: str | None) -> None:
        """Give matters the names that they have in a newer database, and training runs know.

        ``untold`` is the setting there with what those do not know yet, None where nobody knows.
        """
        with self._writing() as sql:
            take_names(sql, names)
            note_grown(sql)
        if untold is not None:
            self.set_setting(rows.UNTOLD, untold)

    def lock_matter(self, name: str, locked: bool) -> None:
        """Keep a matter out of “All matters”, or let it in again."""
        with self._writing() as sql:
            changed = sql.execute(
                "UPDATE matters SET locked_out = ? WHERE name = ?", (locked, name)
            )
            if not changed.rowcount:
                raise WrongUse(f"There is no matter named “{name}”.")
            (note_taken if locked else note_grown)(sql)

    # Removal

    def remove(self, documents: Sequence[str], matter: str | None) -> bool:
        """Erase documents by id, and a matter; what they leave is overwritten, not unlinked.

        It is noted for the training runs, and until their copies are gone. False, and nothing is
        erased, when these are no longer the documents that are in no other matter. secure_delete
        overwrites pages with zeros and FTS optimize merges away the deleted words. Older copies of
        those pages are in the log until ``fold_log``.
        """
        with self._writing() as sql:
            if matter is not None and rows.only_in(sql, matter) != set(documents):
                return False
            for sha256 in documents:
                rows.erase_document(sql, sha256)
            gone = set(documents)
            if matter is not None:
                gone |= rows.erase_matter(sql, matter)
            for words in rows.word_indexes(sql):
                sql.execute(f"INSERT INTO {words} ({words}) VALUES ('optimize')")
            rows.note_removal(sql)
            rows.note_gone(sql, gone)
            rows.note_untold(sql, rows.Untold(matter or "", "", tuple(sorted(gone))))
            return True

    def note_gone(self, hashes: Collection[str]) -> None:
        """Remember that the copies of these documents are to be erased."""
        with self._writing() as sql:
            rows.note_gone(sql, hashes)

    def forget_gone(self, hashes: Collection[str]) -> None:
        """The copies of these removed documents are gone: forget their hashes too."""
        with self._writing() as sql:
            found = sql.execute("SELECT value FROM settings WHERE name = ?", (rows.GONE,))
            row = found.fetchone()
            rows.write_gone(sql, rows.read_gone(row[0] if row else "") - set(hashes))

    def fold_log(self) -> None:
        """Fold the write-ahead log into the database and truncate it, so it keeps no old page.

        Raises LibraryBusy when somebody goes on reading an older state for BUSY_SECONDS.
        """
        with self._lock:
            try:
                row = self._db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            except sqlite3.Error as error:
                raise translated(error, "library") from error
        if row[0]:  # SQLite reports this and raises nothing
            raise LibraryBusy("The library is busy with another program. Try again shortly.")

    def check_words(self) -> None:
        """Compare the word indexes with the passages. Raises LibraryDamaged when they differ."""
        with self._writing() as sql:
            for words in rows.word_indexes(sql):
                sql.execute(f"INSERT INTO {words} ({words}, rank) VALUES ('integrity-check', 1)")

    def rebuild_words(self) -> None:
        """Build the word indexes anew from the passages."""
        with self._writing() as sql:
            for words in rows.word_indexes(sql):
                sql.execute(f"INSERT INTO {words} ({words}) VALUES ('rebuild')")

    def recount(self) -> None:
        """Count the passages of every segmentation anew."""
        with self._writing() as sql:
            sql.execute(
                "UPDATE segmentations SET passages ="
                " (SELECT count(*) FROM passages WHERE segmentation = segmentations.id)"
            )

    def await_vectors(self, generation: int) -> None:
        """Let every passage wait that has no vector of a generation and does not."""
        with self._writing() as sql:
            generations.await_vectors(sql, generation)

    def forget_vectors(self, vectors: Sequence[int]) -> None:
        """Delete vectors by their rows; where they are of use, their passages wait for new ones."""
        with self._writing() as sql:
            rows.forget_vectors(sql, vectors)
            for row in sql.execute(
                "SELECT id FROM generations WHERE state IN ('live', 'building')"
            ):
                generations.await_vectors(sql, row["id"])
