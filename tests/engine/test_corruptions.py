"""A damaged database is noticed, or gives the same answers: it never crashes and never lies.

Every damage is done to a copy of a real library whose answers are known.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from legaldesk.core.errors import LegalDeskError, LibraryDamaged
from legaldesk.core.hits import Scope
from legaldesk.core.labels import LabelFilter
from legaldesk.engine import label_reader
from legaldesk.engine.backup_copy import check_database
from legaldesk.engine.backups import Backups
from legaldesk.engine.database import database_path, open_db
from legaldesk.engine.log_check import hides_changes
from legaldesk.engine.reader import Reader
from legaldesk.engine.seal import is_whole, seal_path
from legaldesk.engine.store import Store
from tests.engine.test_store import Shelf, document, long_document, name_of, outcome_of

PAGE = 4096
HEADER, FRAME = 32, PAGE + 24
"""Of the log, in bytes."""

WORDS = ("clause", "tenant", "w17", "w4242", "w19999")


@pytest.fixture(scope="module")
def alive(tmp_path_factory):
    """A library as a kill leaves it: documents in the database, and some more in the log."""
    folder = tmp_path_factory.mktemp("alive")
    shelf = Shelf(folder / "library")
    choose = random.Random(5)
    for number in range(12):
        add(shelf, replace(long_document(number, 8, choose), languages=["en"] * 16))
    shelf.store.fold_log()
    for number in range(12, 18):
        add(shelf, document(number, pages=3))
    for file in (folder / "library").iterdir():
        if not file.name.endswith("-shm"):
            (folder / "killed").mkdir(exist_ok=True)
            shutil.copy2(file, folder / "killed")
    shelf.close()
    return folder


@pytest.fixture(scope="module")
def closed(alive):
    return alive / "library"


@pytest.fixture(scope="module")
def killed(alive):
    return alive / "killed"


def add(shelf, new):
    number = int(new.sha256, 16)
    [queued] = shelf.store.enqueue([f"/drop/{number}.pdf"], "Case", False)
    shelf.store.add_document(new, shelf.generation, queued.record, outcome_of(number))
    waiting = [row[0] for row in shelf.reader.rows("SELECT passage FROM waiting")]
    vectors = [bytes([number, at % 251]) * 4 for at in waiting]
    shelf.store.add_vectors(shelf.generation.id, waiting, vectors, "fp32")


def answers(library):
    """What the window and the engine ask of a library, all of it."""
    with Reader(library) as reader:
        found = [reader.by_words(f'"{word}"', Scope("Case"), 50) for word in WORDS]
        ids = reader.passage_ids(Scope())
        vectors = reader.rows("SELECT generation, passage, data FROM vectors ORDER BY passage")
        return (
            reader.matters(),
            [reader.details(each.id) for each in reader.documents(Scope())],
            reader.problems(""),
            reader.queued(),
            reader.coverage(Scope("Case")),
            found,
            reader.found(ids),
            [reader.page_texts(number, range(1, 9)) for number in range(1, 19)],
            [tuple(row) for row in vectors],
            reader.generations(),
            label_reader.listed(reader, LabelFilter()),
        )


def copy_of(library, folder):
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(library, folder)
    return folder


def outcome(library, wanted):
    """ "noticed" for a typed error, "harmless" for the same answers, "LIED" for others.

    Any other exception, such as SQLite's own, comes through.
    """
    try:
        Store(library).close()
        return "harmless" if answers(library) == wanted else "LIED"
    except LibraryDamaged as error:
        assert error.message.endswith("new library.") or "database" in error.message
        return "noticed"
    except LegalDeskError:
        return "noticed"


def flip(data, choose):
    for _ in range(choose.randint(1, 4)):
        data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)


def truncate(data, choose):
    del data[choose.randrange(len(data)) :]


def zero_a_page(data, choose):
    start = choose.randrange(len(data) // PAGE) * PAGE
    data[start : start + PAGE] = bytes(PAGE)


def garble_the_header(data, choose):
    start = choose.randrange(90)
    data[start : start + 10] = choose.randbytes(10)


def swap_pages(data, choose):
    one, other = (number * PAGE for number in choose.sample(range(1, len(data) // PAGE), 2))
    data[one : one + PAGE], data[other : other + PAGE] = (
        data[other : other + PAGE],
        data[one : one + PAGE],
    )


def last_change(log):
    """Where it begins: damaged, it cannot be told from one that a kill cut off."""
    starts = range(HEADER, len(log) - FRAME + 1, FRAME)
    return [start for start in starts if any(log[start + 4 : start + 8])][-2] + FRAME


def flip_in_the_log(data, choose):
    data[choose.randrange(HEADER, last_change(data))] ^= 1 << choose.randrange(8)


def flip_in_the_logs_header(data, choose):
    data[choose.randrange(HEADER)] ^= 1 << choose.randrange(8)


def zero_a_frame(data, choose):
    start = HEADER + choose.randrange((last_change(data) - HEADER) // FRAME) * FRAME
    data[start : start + FRAME] = bytes(FRAME)


def spoil(file, damage, choose):
    data = bytearray(file.read_bytes())
    before = bytes(data)
    while data == before:
        damage(data, choose)
    file.write_bytes(data)


IN_THE_DATABASE = {
    flip: 45,
    truncate: 20,
    zero_a_page: 20,
    garble_the_header: 15,
    swap_pages: 15,
}
IN_THE_LOG = {flip_in_the_log: 25, flip_in_the_logs_header: 5, zero_a_frame: 10}


def test_a_hundred_and_fifty_five_damages_are_noticed(closed, killed, tmp_path, record_property):
    choose = random.Random(20)
    told = {"noticed": 0, "harmless": 0}
    for library, ending, damages in ((closed, "", IN_THE_DATABASE), (killed, "-wal", IN_THE_LOG)):
        Store(copy_of(library, tmp_path / "sound")).close()
        wanted = answers(tmp_path / "sound")
        assert len(wanted[1]) == 18 and wanted[5][1] and wanted[8]
        for damage, times in damages.items():
            for attempt in range(times):
                spoilt = copy_of(library, tmp_path / "spoilt")
                spoil(spoilt / f"library.sqlite{ending}", damage, choose)
                became = outcome(spoilt, wanted)
                assert became in told, f"{damage.__name__} {attempt}: {became}"
                told[became] += 1
    record_property("damages", told)
    assert sum(told.values()) == 155
    assert told["noticed"] >= 150


def test_without_a_seal_no_damage_is_more_than_a_typed_error(closed, tmp_path):
    """After a kill SQLite's own checks are all there is: they see broken pages, not all bits."""
    choose, told = random.Random(21), []
    wanted = answers(copy_of(closed, tmp_path / "sound"))
    for damage in (flip, truncate, zero_a_page, garble_the_header, swap_pages):
        for _ in range(8):
            spoilt = copy_of(closed, tmp_path / "spoilt")
            seal_path(database_path(spoilt)).unlink()
            spoil(database_path(spoilt), damage, choose)
            try:
                sound = check_database(database_path(spoilt), lambda: False)
            except LibraryDamaged:
                sound = False
            told.append((outcome(spoilt, wanted), sound))
    seen = sum(became == "noticed" or not sound for became, sound in told)
    assert seen >= len(told) // 2


def test_a_damaged_seal_is_no_damage(closed, tmp_path):
    wanted = answers(copy_of(closed, tmp_path / "sound"))
    choose = random.Random(22)
    for _ in range(10):
        spoilt = copy_of(closed, tmp_path / "spoilt")
        spoil(seal_path(database_path(spoilt)), flip, choose)
        assert outcome(spoilt, wanted) == "harmless"
        assert seal_path(database_path(spoilt)).exists()  # closed and sealed again


def seal_as_before(library):
    """As an earlier version sealed: by sha256, and without saying so."""
    data = database_path(library).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    check = hashlib.sha256(f"{len(data)} {digest}".encode()).hexdigest()
    seal = {"size": len(data), "digest": digest, "check": check}
    seal_path(database_path(library)).write_text(json.dumps(seal), encoding="utf-8")


def test_an_earlier_versions_seal_still_tells_damage(closed, tmp_path):
    library = copy_of(closed, tmp_path / "sound")
    wanted = answers(library)
    seal_as_before(library)
    assert is_whole(database_path(library)) is True
    assert outcome(library, wanted) == "harmless"

    choose = random.Random(23)
    for damage in (flip, truncate):
        for _ in range(5):
            spoilt = copy_of(closed, tmp_path / "spoilt")
            seal_as_before(spoilt)
            spoil(database_path(spoilt), damage, choose)
            assert outcome(spoilt, wanted) == "noticed"


def test_an_earlier_version_takes_a_seal_of_now_for_none(closed):
    """It believes a seal whose check is the digest of size and digest alone."""
    seal = json.loads(seal_path(database_path(closed)).read_bytes())

    told = hashlib.sha256(f"{seal['size']} {seal['digest']}".encode()).hexdigest()

    assert seal["check"] != told


def test_a_seal_of_a_later_version_is_no_seal(closed, tmp_path):
    library = copy_of(closed, tmp_path / "later")
    wanted = answers(library)
    digest = "0" * 32
    check = hashlib.sha256(f"later 1 {digest}".encode()).hexdigest()
    seal = {"size": 1, "digest": digest, "check": check, "kind": "later"}
    seal_path(database_path(library)).write_text(json.dumps(seal), encoding="utf-8")

    assert is_whole(database_path(library)) is None
    assert outcome(library, wanted) == "harmless"


@pytest.mark.parametrize("size", [0, None])
def test_a_database_that_is_gone_is_no_new_library(closed, tmp_path, size):
    library = copy_of(closed, tmp_path / "spoilt")
    copy = library / "originals" / "ab" / "abcd.pdf"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"%PDF")
    database_path(library).unlink()
    if size is not None:
        database_path(library).write_bytes(b"")

    with pytest.raises(LibraryDamaged, match="missing"):
        open_db(library, writable=True)

    assert copy.exists()


def test_the_log_of_a_killed_library_is_sound(killed, tmp_path):
    assert (killed / "library.sqlite-wal").stat().st_size > 10 * FRAME
    assert not hides_changes(killed / "library.sqlite-wal")
    assert not hides_changes(tmp_path / "none")


@pytest.mark.parametrize("cut", [1, 100, FRAME, FRAME + 10])
def test_a_log_that_a_kill_cut_short_is_no_damage(killed, tmp_path, cut):
    library = copy_of(killed, tmp_path / "cut")
    log = library / "library.sqlite-wal"
    log.write_bytes(log.read_bytes()[:-cut])

    assert not hides_changes(log)
    Store(library).close()


def test_a_frame_that_a_kill_left_half_written_over_an_old_one_is_no_damage(killed, tmp_path):
    """Its head is new, its page is old, and behind it are frames of an older log."""
    log = copy_of(killed, tmp_path / "half") / "library.sqlite-wal"
    data = bytearray(log.read_bytes())
    data[-PAGE:] = random.Random(1).randbytes(PAGE)
    log.write_bytes(data + bytes(8) + b"oldsalts" + bytes(FRAME - 16))

    assert not hides_changes(log)


def test_the_last_change_may_be_torn_and_no_other(killed, tmp_path):
    """A power loss tears it, and a full disk leaves frames of a change that was taken back."""
    log = copy_of(killed, tmp_path / "lost") / "library.sqlite-wal"
    data = bytearray(log.read_bytes())
    data[-100] ^= 1
    log.write_bytes(data)
    assert not hides_changes(log)

    data[HEADER + 500] ^= 1
    log.write_bytes(data)
    assert hides_changes(log)


def test_a_library_in_doubt_is_checked_while_it_is_used(closed, tmp_path):
    library = copy_of(closed, tmp_path / "spoilt")
    seal_path(database_path(library)).unlink()
    data = bytearray(database_path(library).read_bytes())
    for start in range(40 * PAGE, 60 * PAGE, PAGE):
        data[start : start + PAGE] = bytes(PAGE)
    database_path(library).write_bytes(data)
    watch = Backups(library, doubtful=True)

    watch.look()

    assert watch.damage is not None
    assert watch.damage.file == "library.sqlite"


def test_closing_seals_and_opening_breaks_the_seal(library):
    shelf = Shelf(library)
    seal = seal_path(database_path(library))
    assert not seal.exists()
    shelf.add(0)

    shelf.close()

    assert seal.exists()
    again = Store(library)
    assert again.was_sealed and not seal.exists()
    again.close()
    assert name_of(0) in [each.id for each in Reader(library).all_documents()]


def test_what_is_written_past_the_store_is_noticed(library):
    Shelf(library).close()
    path: Path = database_path(library)
    path.write_bytes(path.read_bytes() + bytes(PAGE))

    with pytest.raises(LibraryDamaged, match="not as it was closed"):
        Store(library)
