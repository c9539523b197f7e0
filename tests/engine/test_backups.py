"""Backups: made whole or not at all, checked, kept in turn, and put back with nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from legaldesk.core.errors import Cancelled, LibraryDamaged, NoRoom, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.engine import backup_copy, backup_shelf, backups
from legaldesk.engine.backup_copy import check_copy
from legaldesk.engine.backup_making import KEPT
from legaldesk.engine.backups import Backups
from legaldesk.engine.database import database_path
from legaldesk.engine.reader import Reader
from legaldesk.engine.readers import Readers
from legaldesk.engine.restoring import put_back_if_ordered
from legaldesk.engine.schema import SCHEMA
from legaldesk.engine.store import Store
from tests.engine.test_store import Shelf, name_of, older_library


class Once(Shelf):
    """May be closed by a test and again after it."""

    closed = False

    def close(self):
        if not self.closed:
            super().close()
        self.closed = True


@pytest.fixture
def shelf(library):
    made = Once(library)
    made.add(0)
    yield made
    made.close()


@pytest.fixture
def kept(shelf):
    made = Backups(shelf.library, doubtful=False)
    yield made
    made.close()


def names(library):
    return [backup.name for backup in backup_shelf.backups(library)]


def files(library):
    return sorted(file.name for file in backup_shelf.shelf(library).iterdir())


def damage(library):
    file = database_path(library)
    data = bytearray(file.read_bytes())
    data[8192:12288] = bytes(4096)
    file.write_bytes(data)


def documents(library):
    with Reader(library) as reader:
        return [each.name for each in reader.documents(Scope())]


def test_a_backup_is_the_whole_library_for_its_user_alone(shelf, kept, tmp_path):
    made = kept.make()

    place = backup_shelf.place_of(shelf.library, made.name)
    assert (made.documents, made.passages, made.labels) == (1, 2, 0)
    assert made.size == place.stat().st_size > 0
    assert {file.stat().st_mode & 0o777 for file in place.parent.iterdir()} == {0o600}
    assert place.parent.stat().st_mode & 0o777 == 0o700
    (tmp_path / "other").mkdir()
    shutil.copy(place, database_path(tmp_path / "other"))
    with Reader(tmp_path / "other") as copy:
        assert copy.by_words('"tenant"', Scope("Case"), 9) == shelf.reader.by_words(
            '"tenant"', Scope("Case"), 9
        )
        assert copy.details(name_of(0)) == shelf.reader.details(name_of(0))


def test_the_newest_three_are_kept(shelf, kept):
    made = [kept.make().name for _ in range(KEPT + 2)]

    assert names(shelf.library) == made[:1:-1]
    assert len(files(shelf.library)) == 2 * KEPT


def test_the_last_backup_of_sound_passages_stays_until_there_is_another(shelf, kept):
    sound = [kept.make().name for _ in range(2)]
    tamper(shelf.library, "binds the tenant", "binds it")

    doubtful = [kept.make() for _ in range(KEPT + 1)]

    assert [each.doubtful for each in doubtful] == [1] * (KEPT + 1)
    assert names(shelf.library) == [each.name for each in doubtful[:0:-1]] + [sound[-1]]
    tamper(shelf.library, "binds it", "binds the tenant")
    again = kept.make()
    assert again.doubtful == 0 and len(names(shelf.library)) == KEPT
    assert sound[-1] not in names(shelf.library)


def test_passages_that_cannot_be_read_at_all_keep_no_backup_from_being_made(shelf, kept):
    with closing(sqlite3.connect(database_path(shelf.library))) as db, db:
        db.execute("UPDATE passages SET spans = '[[1]]' WHERE id = 1")

    assert kept.make().doubtful == 1


def tamper(library, word, other):
    """Change the text of pages behind the back of every check of SQLite."""
    with closing(sqlite3.connect(database_path(library))) as db, db:
        changed = db.execute(
            "UPDATE pages SET text = replace(text, ?, ?) WHERE text LIKE '%' || ? || '%'",
            (word, other, word),
        )
        assert changed.rowcount


def test_nobody_waits_for_a_backup(shelf, kept, monkeypatch):
    """Neither a reader nor a writer: both are done before the copy is."""
    copied, flush = [], backup_copy._flush

    def meanwhile(file):
        flush(file)
        done = threading.Event()
        thread = threading.Thread(target=lambda: (shelf.add(7), done.set()))
        thread.start()
        assert done.wait(60)
        thread.join()
        copied.append(len(shelf.reader.by_words('"tenant"', Scope("Case"), 9)))

    monkeypatch.setattr(backup_copy, "STEPS", 50)
    monkeypatch.setattr(backup_copy, "_flush", meanwhile)
    written = []

    def while_copying():
        if not written:
            written.append(True)
            shelf.add(5)  # from within: it would wait for ever if the copy held it up

    made = kept.make(while_copying)

    assert written and copied == [6]
    assert made.documents in (1, 2)  # of one moment, before or after
    assert check_copy(backup_shelf.place_of(shelf.library, made.name), {}, lambda: False)


def test_a_backup_that_fails_its_check_replaces_none(shelf, kept):
    good = [kept.make().name for _ in range(KEPT)]
    shelf.store._db.execute("DELETE FROM words_1_data WHERE id > 10")  # the word index's pages
    shelf.store._db.conn.commit()

    with pytest.raises(LibraryDamaged):
        kept.make()

    assert names(shelf.library) == good[::-1]
    assert len(files(shelf.library)) == 2 * KEPT


def test_a_backup_that_is_not_wanted_any_more_leaves_nothing(shelf, kept, monkeypatch):
    monkeypatch.setattr(backup_copy, "STEPS", 50)

    def cancel():
        raise Cancelled

    with pytest.raises(Cancelled):
        kept.make(cancel)

    assert files(shelf.library) == []


def test_a_full_disk_is_told_before_anything_is_written(shelf, kept, monkeypatch):
    good = kept.make()
    monkeypatch.setattr(backup_copy, "SPARE", shutil.disk_usage(shelf.library).total)

    with pytest.raises(NoRoom, match="room for a backup"):
        kept.make()
    kept.look()

    assert names(shelf.library) == [good.name]
    shelf.add(3)  # everything else goes on


def test_one_a_day_and_only_after_a_change(shelf, kept):
    first = kept.make_if_due()
    assert first is not None
    assert kept.make_if_due() is None

    aged(shelf.library, first.name, timedelta(days=2))
    second = kept.make_if_due()
    assert second is not None
    aged(shelf.library, second.name, timedelta(days=1))
    long_ago = datetime.now(UTC) - timedelta(days=3)
    shelf.store.fold_log()
    os.utime(database_path(shelf.library), (long_ago.timestamp(),) * 2)
    assert kept.make_if_due() is None  # a day old, but nothing has changed since


def test_backups_of_the_future_stand_in_the_way_of_none(shelf, kept):
    """The clock was ahead while they were made."""
    ahead = [kept.make().name for _ in range(KEPT)]
    for name in ahead:
        aged(shelf.library, name, -timedelta(days=400))

    by_itself = kept.make_if_due()
    asked_for = kept.make()

    assert names(shelf.library) == [asked_for.name, by_itself.name, ahead[-1]]
    assert kept.make_if_due() is None


def aged(library, name, by):
    """Let a backup be older than it is."""
    place = backup_shelf.shelf(library) / f"{name}.json"
    about = msgspec.json.decode(place.read_bytes())
    about["made"] = (datetime.fromisoformat(about["made"]) - by).isoformat()
    place.write_bytes(msgspec.json.encode(about))


def test_an_empty_library_needs_no_backup(library):
    library.mkdir()
    Store(library).close()

    assert Backups(library, doubtful=False).make_if_due() is None
    assert not backup_shelf.shelf(library).exists()


def test_the_thread_makes_them_by_itself(shelf, kept, monkeypatch):
    monkeypatch.setattr(backups, "FIRST_LOOK_SECONDS", 0.0)
    looked = threading.Event()
    look = kept.look
    monkeypatch.setattr(kept, "look", lambda: (look(), looked.set()))

    kept.start()

    assert looked.wait(60)
    assert len(names(shelf.library)) == 1


def test_a_library_is_kept_before_its_tables_change(library):
    older_library(library)

    Store(library).close()

    [kept] = backup_shelf.backups(library)
    place = backup_shelf.place_of(library, kept.name)
    assert backup_shelf.description(place).schema == 2 < SCHEMA
    with closing(sqlite3.connect(place)) as old:
        assert old.execute("SELECT count(*) FROM generations").fetchone() == (2,)
        assert old.execute("SELECT body FROM passages WHERE id = 41").fetchone() == (
            "The rent is due.",
        )


def test_what_a_kill_left_half_made_is_no_backup(shelf, kept):
    good = kept.make()
    folder = backup_shelf.shelf(shelf.library)
    (folder / ".library-20200101-000000.sqlite.part").write_bytes(b"half")
    (folder / "library-20200102-000000.sqlite.json").write_bytes(b"{}")
    (folder / "library-20200103-000000.sqlite").write_bytes(b"without a description")
    assert names(shelf.library) == [good.name]

    Backups(shelf.library, doubtful=False)

    assert files(shelf.library) == [good.name, f"{good.name}.json"]


def test_a_removal_leaves_a_fresh_backup_and_no_older_one(shelf, kept):
    shelf.add(1)
    old = [kept.make().name for _ in range(2)]
    shelf.store.remove([name_of(0)], None)

    kept.forget_removed()

    [fresh] = backup_shelf.backups(shelf.library)
    assert fresh.name not in old and fresh.documents == 1


def test_a_kill_between_a_removal_and_its_traces_is_made_up_for(shelf, kept):
    shelf.add(1)
    kept.make()
    shelf.store.remove([name_of(0)], None)
    assert names(shelf.library)

    Backups(shelf.library, doubtful=False)  # as the next start does

    assert names(shelf.library) == []


def test_a_backup_under_way_gives_way_to_a_removal(shelf, kept, monkeypatch):
    monkeypatch.setattr(backup_copy, "STEPS", 50)
    begun, ended = threading.Event(), threading.Event()

    def wait():
        begun.set()
        kept._give_way.wait(60)

    def make():
        try:
            kept.make(wait)
        except Cancelled:
            ended.set()

    making = threading.Thread(target=make)
    making.start()
    assert begun.wait(60)

    kept.forget_removed()
    making.join()

    assert ended.is_set() and names(shelf.library) == []
    shelf.store.fold_log()


# Putting one back


def test_a_damaged_library_says_which_backup_there_is_and_takes_it(shelf, kept):
    made = kept.make()
    shelf.close()
    damage(shelf.library)
    with pytest.raises(LibraryDamaged, match="A backup of .* can be put back") as told:
        Store(shelf.library)
    assert told.value.file == "library.sqlite"

    backup_shelf.order(shelf.library, made.name)
    put_back_if_ordered(shelf.library)

    store = Store(shelf.library)
    store.check_words()
    assert store.was_sealed
    store.close()
    assert documents(shelf.library) == ["0.pdf"]
    assert backup_shelf.ordered(shelf.library) == ""
    news = backup_shelf.told(shelf.library)
    assert (news.backup, news.problem, news.again) == (made.name, "", ())
    aside = shelf.library / news.aside
    assert aside.read_bytes()[8192:12288] == bytes(4096)  # the damaged one, byte for byte


def test_a_log_that_was_left_is_not_read_into_the_backup(shelf, kept):
    made = kept.make()
    shelf.add(1)
    for file in ("library.sqlite", "library.sqlite-wal"):
        shutil.copy(shelf.library / file, shelf.library / f"{file}.killed")
    shelf.close()
    for file in ("library.sqlite", "library.sqlite-wal"):
        (shelf.library / f"{file}.killed").replace(shelf.library / file)
    assert (shelf.library / "library.sqlite-wal").stat().st_size

    backup_shelf.order(shelf.library, made.name)
    put_back_if_ordered(shelf.library)
    Store(shelf.library).close()

    assert documents(shelf.library) == ["0.pdf"]


def test_a_reader_that_was_there_before_sees_what_was_put_back(shelf, kept):
    made = kept.make()
    shelf.add(1)
    early = Reader(shelf.library)
    readers = Readers(shelf.library)
    known = readers.mine()._vocabulary
    assert early.count("SELECT count(*) FROM documents") == 2 and not early.is_outdated()
    shelf.close()

    backup_shelf.order(shelf.library, made.name)
    put_back_if_ordered(shelf.library)

    assert early.is_outdated()
    assert readers.mine()._vocabulary is not known  # the words are others
    early.close()
    readers.close()


def test_a_damaged_backup_is_refused_and_the_library_stays(shelf, kept):
    made = kept.make()
    place = backup_shelf.place_of(shelf.library, made.name)
    shelf.close()
    before = database_path(shelf.library).read_bytes()
    data = bytearray(place.read_bytes())
    data[len(data) // 2] ^= 1
    place.write_bytes(data)

    backup_shelf.order(shelf.library, made.name)
    put_back_if_ordered(shelf.library)

    assert "damaged itself" in backup_shelf.told(shelf.library).problem
    assert database_path(shelf.library).read_bytes() == before
    assert backup_shelf.ordered(shelf.library) == ""


def test_an_unknown_backup_cannot_be_ordered(shelf):
    with pytest.raises(WrongUse, match="no backup"):
        backup_shelf.order(shelf.library, "../library.sqlite")


@pytest.mark.parametrize("moment", ["break_seal", "_keep", "flush_folder", "shutil.rmtree"])
def test_a_kill_while_a_backup_is_put_back_leaves_old_or_new(shelf, kept, moment, monkeypatch):
    """Whatever step was the last one, the order still stands and the next start carries it out."""
    made = kept.make()
    shelf.close()
    damage(shelf.library)
    backup_shelf.order(shelf.library, made.name)

    class Killed(BaseException):
        pass

    def die(*arguments, **options):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(f"legaldesk.engine.restoring.{moment}", die)
        with pytest.raises(Killed):
            put_back_if_ordered(shelf.library)
    assert database_path(shelf.library).stat().st_size > 0
    assert backup_shelf.ordered(shelf.library) == made.name

    put_back_if_ordered(shelf.library)

    Store(shelf.library).close()
    assert documents(shelf.library) == ["0.pdf"]


def test_no_backup_is_there_yet_and_that_is_said(shelf):
    shelf.close()
    damage(shelf.library)

    with pytest.raises(LibraryDamaged, match="There is no backup"):
        Store(shelf.library)


def test_backups_lie_in_the_library(shelf, kept):
    kept.make()

    assert backup_shelf.shelf(shelf.library) == Path(shelf.library) / "backups"
