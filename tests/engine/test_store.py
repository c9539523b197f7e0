"""The store: every change is wholly there or not at all, and reading it costs what it shows."""

from __future__ import annotations

import errno
import random
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlite_utils import Database

from legaldesk.core.documents import Extraction, FileOutcome, FileState, PageText
from legaldesk.core.errors import LegalDeskError, LibraryBusy, LibraryDamaged, NoRoom, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.models import Prompts
from legaldesk.core.passages import Passage, Segmentation, Span
from legaldesk.engine import database, profile
from legaldesk.engine.database import database_path, translated
from legaldesk.engine.originals import Originals, content_hash, erase
from legaldesk.engine.reader import Reader
from legaldesk.engine.schema import migrations
from legaldesk.engine.store import Store
from legaldesk.engine.store_rows import NewDocument, Withdrawn

SEGMENTATION = Segmentation(1, "tokenizer", 256)
WIDTH = 4


class Shelf:
    """A store, its reader and its generation."""

    def __init__(self, library):
        library.mkdir(parents=True, exist_ok=True)
        self.library = library
        self.store = Store(library)
        self.generation = self.store.open_generation(
            SEGMENTATION, "name", "model", Prompts(), WIDTH
        )
        self.reader = Reader(library)

    def add(self, number=0, pages=2, matter="Case", passages=None):
        [queued] = self.store.enqueue([f"/drop/{number}.pdf"], matter, False)
        outcome = outcome_of(number, matter)
        made = document(number, pages, passages)
        return self.store.add_document(made, self.generation, queued.record, outcome)

    def close(self):
        self.reader.close()
        self.store.close()


@pytest.fixture
def shelf(library):
    made = Shelf(library)
    yield made
    made.close()


def name_of(number):
    return f"{number:064x}"


def outcome_of(number, matter="Case"):
    return FileOutcome(
        f"/drop/{number}.pdf", FileState.IMPORTED, document_id=name_of(number), matter=matter
    )


def document(number=0, pages=2, passages=None):
    """A document whose every page says which one it is."""
    texts = [
        f"Clause {page} of contract number {number} binds the tenant." for page in range(pages)
    ]
    if passages is None:
        passages = [
            Passage((Span(page + 1, 0, len(text)),), (), text) for page, text in enumerate(texts)
        ]
    return NewDocument(
        sha256=name_of(number),
        name=f"{number}.pdf",
        path=f"/drop/{number}.pdf",
        referenced=False,
        size=1000,
        language="en",
        state=FileState.IMPORTED,
        reason="",
        extraction=Extraction(tuple(PageText(n + 1, text) for n, text in enumerate(texts))),
        passages=passages,
        languages=["en"] * len(passages),
    )


def test_a_document_that_cannot_be_stored_whole_is_not_there_at_all(shelf):
    twice = Passage((Span(1, 0, 6),), (), "Clause")

    with pytest.raises(sqlite3.IntegrityError):
        shelf.add(passages=[twice, twice])

    assert shelf.reader.count("SELECT count(*) FROM documents") == 0
    assert shelf.reader.count("SELECT count(*) FROM pages") == 0
    assert shelf.reader.passages() == shelf.reader.pending() == 0
    assert [row["state"] for row in shelf.reader.rows("SELECT state FROM files")] == ["queued"]


def test_passages_are_counted_as_they_come_and_go(shelf):
    shelf.add(0, pages=3)
    shelf.add(1, pages=2)
    shelf.store.remove([name_of(0)], None)

    assert shelf.reader.passages() == 2
    assert shelf.reader.count("SELECT count(*) FROM passages") == 2


def test_a_file_follows_its_matter_through_a_new_name(shelf):
    [queued] = shelf.store.enqueue(["/drop/0.pdf"], "Acme", False)
    shelf.store.rename_matter("Acme", "Acme v. Byte")

    stored = shelf.store.add_document(
        document(), shelf.generation, queued.record, outcome_of(0, "Acme")
    )

    assert stored.matter == "Acme v. Byte"
    assert [matter.name for matter in shelf.reader.matters()] == ["Acme v. Byte"]
    assert shelf.reader.queued() == []


def test_a_file_of_a_removed_matter_is_not_stored(shelf):
    [queued] = shelf.store.enqueue(["/drop/0.pdf"], "Acme", False)
    shelf.store.remove([], "Acme")

    with pytest.raises(Withdrawn):
        shelf.store.add_document(document(), shelf.generation, queued.record, outcome_of(0, "Acme"))

    assert shelf.reader.matters() == ()
    assert shelf.reader.count("SELECT count(*) FROM documents") == 0


def test_a_matter_is_one_however_its_name_is_spelt(shelf):
    shelf.add(0, matter="Ärger GmbH")
    outcome = shelf.add(1, matter=" ärger  GMBH\n")

    assert outcome.matter == "Ärger GmbH"
    assert [matter.documents for matter in shelf.reader.matters()] == [2]
    with pytest.raises(WrongUse):
        shelf.store.create_matter("ÄRGER gmbh")


def test_a_matter_is_removed_only_with_the_documents_that_are_in_no_other(shelf):
    shelf.add(0, matter="One")
    shelf.add(1, matter="One")
    shelf.store.assign(name_of(1), "Two")

    assert not shelf.store.remove([name_of(0), name_of(1)], "One")
    assert not shelf.store.remove([], "One")
    assert shelf.reader.count("SELECT count(*) FROM documents") == 2

    assert shelf.store.remove([name_of(0)], "One")
    assert [found.name for found in shelf.reader.documents(Scope())] == ["1.pdf"]


def test_no_record_of_a_removed_documents_file_is_left(shelf):
    shelf.add(0)
    [queued] = shelf.store.enqueue(["/drop/0.pdf"], "Case", False)
    cancelled = FileOutcome("/drop/0.pdf", FileState.CANCELLED, matter="Case")
    shelf.store.finish_files([(queued.record, cancelled)])

    shelf.store.remove([name_of(0)], None)

    assert shelf.reader.rows("SELECT * FROM files") == []


def test_a_reader_in_the_middle_of_a_moment_is_reported_not_passed_over(library, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    shelf = Shelf(library)
    shelf.add(0)

    with shelf.reader.moment():
        shelf.reader.rows("SELECT * FROM pages")
        shelf.store.remove([name_of(0)], None)
        with pytest.raises(LibraryBusy):
            shelf.store.fold_log()
    shelf.store.fold_log()

    assert library.joinpath("library.sqlite-wal").stat().st_size == 0
    shelf.close()


def test_a_moment_shows_one_state_whatever_is_written(shelf):
    shelf.add(0)

    with shelf.reader.moment():
        before = shelf.reader.passages()
        shelf.add(1)
        assert shelf.reader.passages() == before

    assert shelf.reader.passages() == 2 * before


def test_what_the_last_owner_left_in_the_log_is_folded_in(library):
    shelf = Shelf(library)
    shelf.add(0)
    log = library / "library.sqlite-wal"
    assert log.stat().st_size > 0

    second = Store(library)  # as after a kill, which closes nothing

    assert log.stat().st_size == 0
    second.close()
    shelf.close()


def test_a_reader_sees_nothing_until_the_schema_is_there(library):
    library.mkdir()
    sqlite3.connect(database_path(library)).close()
    reader = Reader(library)
    assert reader.matters() == ()

    shelf = Shelf(library)
    shelf.store.create_matter("Case")

    assert [matter.name for matter in reader.matters()] == ["Case"]
    reader.close()
    shelf.close()


def test_a_reader_makes_no_database_beside_the_one_that_is_there(shelf, monkeypatch):
    shelf.store.create_matter("Case")
    monkeypatch.setattr("legaldesk.engine.reader.empty_db", lambda: pytest.fail("one was made"))

    with Reader(shelf.library) as reader:
        assert [matter.name for matter in reader.matters()] == ["Case"]


def test_a_library_of_a_newer_program_is_left_alone(library):
    Shelf(library).close()
    connection = sqlite3.connect(database_path(library))
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(LegalDeskError, match="newer"):
        Store(library)


def older_library(library):
    """A library as it was before there were generations: one document, a vector, one to come."""
    library.mkdir()
    connection = sqlite3.connect(database_path(library))
    connection.row_factory = sqlite3.Row
    db = Database(connection)
    migrations.apply(db, stop_before="003_generations")
    for sql in (
        "INSERT INTO generations VALUES (1, 1, 'old', 256, 'gone', 4, 0, '2026')",
        "INSERT INTO generations VALUES (2, 1, 'tokenizer', 256, 'model', 4, 1, '2026')",
        f"INSERT INTO documents VALUES (7, '{name_of(0)}', '0.pdf', '', '/drop/0.pdf', 0, 9, 1,"
        " 'en', 'pdfium', 1, 'imported', '', '[]', '2026')",
        "INSERT INTO matters (id, name, created) VALUES (1, 'Case', '2026')",
        "INSERT INTO document_matters VALUES (7, 1)",
        "INSERT INTO pages VALUES (7, 1, NULL, 'text', '', 1, 1, 'The tenant pays the rent.')",
    ):
        db.execute(sql)
    for number, body in ((40, "The tenant pays."), (41, "The rent is due."), (99, "Removed.")):
        db.execute(
            "INSERT INTO passages VALUES (?, ?, 2, 7, 1, 1, '[[1,0,5]]', '[]', 3, '', 'en', 'T',"
            " '', ?)",
            [number, f"uuid-{number}", body],
        )
    db.execute("DELETE FROM passages WHERE id = 99")
    db.execute("INSERT INTO vectors VALUES (40, ?)", [b"12345678"])
    db.execute("INSERT INTO waiting VALUES (41)")
    db.execute("PRAGMA user_version = 2")
    db.close()


def test_passages_come_into_the_word_index_once_also_in_a_library_with_the_old_trigger(library):
    shelf = Shelf(library)
    shelf.add(0)
    cut = shelf.generation.cut
    sql = shelf.store._db.conn
    with sql:
        sql.execute(
            f"CREATE TRIGGER words_{cut}_added AFTER INSERT ON passages BEGIN INSERT INTO"
            f" words_{cut} (rowid, title, section, body)"
            " VALUES (new.id, new.title, new.section, new.body); END"
        )
        sql.execute("DELETE FROM _sqlite_migrations WHERE name = '006_words_at_once'")
        sql.execute("PRAGMA user_version = 5")
    shelf.close()

    shelf = Shelf(library)
    shelf.add(1)

    assert len(shelf.reader.by_words('"tenant"', Scope("Case"), 9)) == 4
    shelf.store.check_words()
    assert [*library.glob("backups/*")]
    shelf.close()


def test_an_older_library_keeps_all_it_has(library):
    older_library(library)

    shelf = Shelf(library)

    assert shelf.generation.id == 2
    assert shelf.generation.state == "live"
    assert shelf.reader.by_words('"rent"', Scope("Case"), 5)[0][0] == 41
    assert (shelf.reader.passages(), shelf.reader.pending()) == (2, 1)
    rows = shelf.reader.rows("SELECT generation, passage, data FROM vectors")
    assert [tuple(row) for row in rows] == [(2, 40, b"12345678")]
    shelf.store.check_words()
    shelf.close()


def test_an_older_library_goes_on_as_a_new_one(library):
    older_library(library)
    shelf = Shelf(library)

    shelf.add(1, pages=3)

    assert shelf.reader.passages() == 5
    [first, *_] = shelf.reader.rows("SELECT id FROM passages WHERE document <> 7 ORDER BY id")
    assert first["id"] == 100  # a removed passage's number is not given again
    shelf.store.remove([name_of(0)], None)
    assert shelf.reader.rows("SELECT * FROM vectors") == []
    assert shelf.reader.rows("PRAGMA foreign_key_check") == []
    shelf.close()


HOT = {
    "documents": lambda reader: reader.documents(Scope("Case")),
    "engine state": lambda reader: (reader.passages(), reader.pending()),
    "coverage": lambda reader: reader.coverage(Scope("Case")),
    "words": lambda reader: reader.by_words('"tenant"', Scope("Case"), 10),
    "queued": lambda reader: reader.queued(),
    "found": lambda reader: reader.found([1, 2]),
    "page texts": lambda reader: reader.page_texts(1, [1]),
}
SMALL = (
    "matters",
    "segmentations",
    "waiting",
    "generations",
    "json_each",
    "document_matters",
    "main.",
    "CONSTANT",
)
"""What may be read whole: small tables, and FTS5's own of a few rows."""


def test_coverage_is_counted_anew_only_when_something_was_written(shelf):
    shelf.add(0)
    before = shelf.reader.coverage(Scope("Case"))
    asked = []
    shelf.reader._db.conn.set_trace_callback(asked.append)

    assert shelf.reader.coverage(Scope("Case")) == before
    assert asked == ["PRAGMA data_version"]

    shelf.add(1)
    assert shelf.reader.coverage(Scope("Case")).pages > before.pages


@pytest.mark.parametrize("question", HOT)
def test_what_is_asked_often_scans_nothing_large(shelf, question):
    shelf.add(0)
    asked = []
    connection = shelf.reader._db.conn
    connection.set_trace_callback(asked.append)

    HOT[question](shelf.reader)
    connection.set_trace_callback(None)

    plans = [
        row["detail"]
        for sql in asked
        if sql.startswith("SELECT")
        for row in shelf.reader.rows(f"EXPLAIN QUERY PLAN {sql}")
    ]
    assert plans
    scans = [plan for plan in plans if plan.startswith("SCAN") and "VIRTUAL TABLE" not in plan]
    assert [plan for plan in scans if not plan.split()[1].startswith(SMALL)] == []


def test_writers_in_many_threads_lose_nothing(shelf):
    threads = [
        threading.Thread(target=shelf.add, args=(number,), kwargs={"pages": 1})
        for number in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert shelf.reader.passages() == 20
    shelf.store.check_words()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_FULL, NoRoom),
        (sqlite3.SQLITE_IOERR_WRITE, NoRoom),
        (sqlite3.SQLITE_IOERR_READ, LibraryDamaged),
        (sqlite3.SQLITE_CORRUPT_VTAB, LibraryDamaged),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LibraryBusy),
        (sqlite3.SQLITE_READONLY, LegalDeskError),
    ],
)
def test_sqlites_errors_become_sentences(code, kind):
    error = sqlite3.OperationalError("raw")
    error.sqlite_errorcode = code

    assert type(translated(error, "library")) is kind


def test_a_copy_that_was_half_erased_is_written_anew(tmp_path):
    originals, data = Originals(tmp_path / "originals"), b"%PDF-1.7 a contract"
    sha256 = content_hash(data)
    originals.keep(sha256, data)
    originals.path(sha256).write_bytes(b"\0" * len(data))

    originals.keep(sha256, data)

    assert originals.path(sha256).read_bytes() == data


def test_erasing_overwrites_before_it_deletes(tmp_path):
    path, other = tmp_path / "a.pdf", tmp_path / "same"
    path.write_bytes(b"secret" * 500_000)
    other.hardlink_to(path)  # a second name shows what became of the bytes

    erase(path)

    assert not path.exists()
    assert set(other.read_bytes()) == {0}


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "owner.json"
    path.write_bytes(b"old")
    full = OSError(errno.ENOSPC, "No space left on device")

    def no_room(file):
        raise full

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(profile.os, "fsync", no_room)
        with pytest.raises(NoRoom):
            profile.write_durably(path, b"new")

    assert path.read_bytes() == b"old"
    assert [found.name for found in tmp_path.iterdir()] == ["owner.json"]


def long_document(number, pages, choose):
    """A document of many different words, two passages to a page."""
    texts = [" ".join(f"w{choose.randrange(20_000)}" for _ in range(400)) for _ in range(pages)]
    passages = [
        Passage((Span(page, start, end),), (), text[start:end])
        for page, text in enumerate(texts, 1)
        for start, end in ((0, len(text) // 2), (len(text) // 2, len(text)))
    ]
    plain = document(number, 0, passages)
    pages_read = tuple(PageText(page, text) for page, text in enumerate(texts, 1))
    return replace(plain, extraction=Extraction(pages_read))


def test_all_of_a_long_document_is_stored_in_its_order(shelf):
    """More than one statement takes, of pages and of passages."""
    made = long_document(1, 70, random.Random(1))
    [queued] = shelf.store.enqueue(["/drop/1.pdf"], "Case", False)

    shelf.store.add_document(made, shelf.generation, queued.record, outcome_of(1))

    pages = shelf.reader.rows("SELECT text FROM pages ORDER BY number")
    passages = shelf.reader.rows("SELECT body FROM passages ORDER BY id")
    assert [row[0] for row in pages] == [page.text for page in made.extraction.pages]
    assert [row[0] for row in passages] == [passage.body for passage in made.passages]


def bytes_written():
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="asks Linux what was written")
@pytest.mark.parametrize("passages", [1_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_adding_a_document_costs_the_same_in_a_large_library(shelf, passages):
    choose = random.Random(passages)

    def add(number, pages):
        [queued] = shelf.store.enqueue([f"/drop/{number}.pdf"], "Case", False)
        new = long_document(number, pages, choose)
        shelf.store.add_document(new, shelf.generation, queued.record, outcome_of(number))
        waiting = [row[0] for row in shelf.reader.rows("SELECT passage FROM waiting")]
        shelf.store.add_vectors(shelf.generation.id, waiting, [bytes(768)] * len(waiting), "fp32")

    for number in range(passages // 100):
        add(number, 50)
    before = bytes_written()
    for number in range(1000, 1020):
        add(number, 20)

    # Text, words, vectors and index, twice: in the log and in the database, and merges.
    assert (bytes_written() - before) / 20 < 6_000_000


def test_the_passages_in_scope_are_listed_anew_when_something_was_written(library):
    shelf = Shelf(library)
    shelf.add(0, matter="Case")
    assert shelf.reader.within(Scope()) is None
    assert shelf.reader.within(Scope("Case")) is None  # it holds all that there are

    shelf.add(1, matter="Other")

    case, other = (shelf.reader.within(Scope(name)) for name in ("Case", "Other"))
    assert case == shelf.reader.passage_ids(Scope("Case"))
    assert other == shelf.reader.passage_ids(Scope("Other"))
    assert case and other and not set(case) & set(other)
    shelf.store.lock_matter("Other", True)
    assert shelf.reader.within(Scope()) == case
    shelf.close()
