"""Copies that the database in place does not know: kept, read again, and gone when removed."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from legaldesk.core.documents import FileState
from legaldesk.core.errors import NoRoom, WrongUse
from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.engine import restoring
from legaldesk.engine.database import database_path
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.recovered_place import RECOVERED, copies_in
from legaldesk.engine.seal import seal_path
from legaldesk.engine.still_told import MATTER
from legaldesk.tasks import backups, documents, importing, labels, matters, removing
from tests import pdf_factory as pdf
from tests.tasks.test_removing import CANARY, files_with
from tests.training_runs import made_up_pairs, make_run

TEXTS = {"a.pdf": "First notice of the lease.", "b.pdf": "Second notice, kept here alone."}


class Opened:
    """Opens a library anew; the one that is open is closed before."""

    def __init__(self, library, model):
        self.library, self.model, self.desk = library, model, None

    def __call__(self, library=None):
        self.close()
        self.desk = LocalDesk(library or self.library, self.model)
        return self.desk

    def close(self):
        if self.desk is not None:
            self.desk.close()
        self.desk = None


@pytest.fixture
def opened(library, tiny_model):
    made = Opened(library, tiny_model)
    yield made
    made.close()


def bring(desk, drop, name, matter="Case", in_place=False):
    """Import a file; a copy in the library is the only one then."""
    path = drop(name, pdf.text_pdf(TEXTS.get(name, f"The notice {name}.")))
    [outcome] = importing.import_files(desk, (path,), matter, {}, in_place).outcomes
    if not in_place:
        Path(path).unlink()
    return outcome.document_id


def older_than_b(opened, drop, library):
    """Order a backup that knows a.pdf alone; returns the hash of b.pdf, which came after."""
    desk = opened()
    bring(desk, drop, "a.pdf")
    name = backups.make_backup(desk).name
    later = bring(desk, drop, "b.pdf")
    opened.close()
    backups.order_restore(desk, name)
    return later


def names(desk, matter=ALL_MATTERS):
    return {each.name for each in documents.list_documents(desk, Scope(matter))}


def stored(desk, sha256):
    return desk.originals.path(sha256).read_bytes()


def waits_in(desk):
    return {(row["path"].split("/")[-1], row["matter"]) for row in desk.reader.queued()}


def test_a_recovered_copy_is_found_where_the_folder_is_now(opened, drop, library):
    later = older_than_b(opened, drop, library)
    opened()
    opened.close()
    [copy] = copies_in(library)
    data = copy.read_bytes()
    moved = library.rename(library.with_name("moved"))
    (moved.parent / "link").symlink_to(moved)
    opened(moved)

    desk = opened(moved.parent / "link")
    [outcome] = importing.resume_import(desk).outcomes

    assert outcome.state is FileState.IMPORTED
    assert stored(desk, later) == data
    assert names(desk, "Case") == {"a.pdf", "b.pdf"}


def test_a_record_of_an_earlier_version_is_found_too(opened, drop, library):
    later = older_than_b(opened, drop, library)
    opened()
    opened.close()
    with closing(sqlite3.connect(database_path(library))) as db:
        db.execute("UPDATE files SET path = '/old/place/' || path WHERE path LIKE 'recovered%'")
        db.commit()
    seal_path(database_path(library)).unlink()

    desk = opened()
    importing.resume_import(desk)

    assert stored(desk, later)


def test_a_restore_that_fails_leaves_the_copies_as_they_were(opened, drop, library, monkeypatch):
    later = older_than_b(opened, drop, library)
    moved = []

    def full(library, stage):
        moved.extend(copies_in(library))
        raise NoRoom("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "_swap", full)
        desk = opened()

    assert [copy.name for copy in moved] == ["b.pdf"]
    assert "disk is full" in backups.list_backups(desk).restored.problem
    assert names(desk) == {"a.pdf", "b.pdf"}
    assert stored(desk, later)
    assert copies_in(library) == []


def test_copies_that_a_killed_restore_moved_come_back_without_it(opened, drop, library):
    desk = opened()
    later = bring(desk, drop, "b.pdf")
    opened.close()
    (library / RECOVERED / later).mkdir(parents=True)
    desk.originals.path(later).rename(library / RECOVERED / later / "b.pdf")

    desk = opened()

    assert stored(desk, later)
    assert copies_in(library) == []


def under_an_earlier_database(opened, drop, library):
    """As after an office's backup was laid over the folder; returns the hash that it lacks."""
    bring(opened(), drop, "a.pdf")
    opened.close()
    of_the_office = [database_path(library), seal_path(database_path(library))]
    for file in of_the_office:
        shutil.copy(file, library.parent)
    later = bring(opened(), drop, "b.pdf")
    opened.close()
    for file in of_the_office:
        shutil.copy(library.parent / file.name, file)
    return later


def test_a_database_of_an_earlier_day_costs_no_original(opened, drop, library):
    later = under_an_earlier_database(opened, drop, library)

    desk = opened()
    importing.resume_import(desk)

    assert stored(desk, later)
    assert names(desk) == {"a.pdf"}  # nobody knows who may see the other one
    assert len(names(desk, MATTER)) == 1


def test_what_an_import_left_that_still_waits_is_not_kept_twice(opened, drop, library):
    path = drop("b.pdf", pdf.text_pdf(TEXTS["b.pdf"]))
    desk = opened()
    desk.store.enqueue([path], "Case", False)
    data = Path(path).read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    desk.originals.keep(sha256, data)  # and a kill before the commit
    opened.close()

    desk = opened()

    assert not desk.originals.path(sha256).exists()
    assert copies_in(library) == []
    assert waits_in(desk) == {("b.pdf", "Case")}


def test_a_removal_whose_copies_stayed_is_finished_at_the_next_start(
    opened, drop, library, monkeypatch
):
    desk = opened()
    gone = bring(desk, drop, "b.pdf")

    def busy(sha256):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(desk.originals, "erase", busy)
    with pytest.raises(Exception, match="in use"):
        removing.remove_documents(desk, (gone,))
    assert stored(desk, gone)
    opened.close()

    desk = opened()

    assert not desk.originals.path(gone).exists()
    assert copies_in(library) == []
    assert gone not in str(desk.reader.rows("SELECT value FROM settings")[:])
    assert waits_in(desk) == set()


def test_a_matter_takes_the_copies_along_that_wait_for_it_alone(opened, drop, library):
    desk = opened()
    bring(desk, drop, "a.pdf")
    name = backups.make_backup(desk).name
    path = drop(f"{CANARY}.pdf", pdf.text_pdf(f"The {CANARY} pays."))
    importing.import_files(desk, (path,), "Late", {})
    Path(path).unlink()
    opened.close()
    backups.order_restore(desk, name)
    desk = opened()
    assert copies_in(library)
    assert removing.dependents(desk, (), "Late").documents == (f"{CANARY}.pdf",)

    removing.remove_matter(desk, "Late")

    assert copies_in(library) == []
    assert files_with(library, CANARY) == []


def test_what_was_left_in_place_is_read_again_too(opened, drop, library):
    desk = opened()
    bring(desk, drop, "a.pdf")
    name = backups.make_backup(desk).name
    bring(desk, drop, "b.pdf", in_place=True)
    opened.close()
    backups.order_restore(desk, name)

    desk = opened()
    importing.resume_import(desk)

    assert backups.list_backups(desk).restored.again == ("b.pdf",)
    [found] = [each for each in documents.list_documents(desk, Scope()) if each.name == "b.pdf"]
    assert found.referenced and desk.originals.load(found)


def test_what_waited_still_waits(opened, drop, library):
    desk = opened()
    bring(desk, drop, "a.pdf")
    name = backups.make_backup(desk).name
    desk.store.enqueue([drop("late.pdf", pdf.text_pdf())], "Case", False)
    opened.close()
    backups.order_restore(desk, name)

    assert waits_in(opened()) == {("late.pdf", "Case")}


def test_a_restore_keeps_walls_and_every_matter(opened, drop, library):
    desk = opened()
    bring(desk, drop, "a.pdf", "Open")
    bring(desk, drop, "x.pdf", "Named before")
    name = backups.make_backup(desk).name
    later = bring(desk, drop, "b.pdf", "Wall")
    matters.assign_document(desk, later, "Alpha")
    matters.rename_matter(desk, "Named before", "Named after")
    for wall in ("Wall", "Open", "Named after"):
        matters.lock_matter(desk, wall, True)
    opened.close()
    backups.order_restore(desk, name)

    desk = opened()
    importing.resume_import(desk)

    locked = {each.name for each in matters.list_matters(desk) if each.locked_out_of_all}
    assert locked == {"Wall", "Open", "Named after"}
    assert "b.pdf" in names(desk, "Wall") & names(desk, "Alpha")


def test_a_restore_lets_no_matter_train_that_may_not_any_more(opened, drop, library):
    desk = opened()
    for name in ("Still", "No more", "Named before"):
        bring(desk, drop, f"{name}.pdf", name)
        labels.let_train(desk, name, True)
    backup = backups.make_backup(desk).name
    matters.rename_matter(desk, "Named before", "Named after")
    for name in ("No more", "Named after"):
        labels.let_train(desk, name, False)
    opened.close()
    backups.order_restore(desk, backup)

    desk = opened()

    assert {each.name for each in matters.list_matters(desk) if each.may_train} == {"Still"}


def test_a_restore_calls_matters_what_they_are_called_now(opened, drop, library):
    desk = opened()
    for name in ("First", "Second", "Third"):
        bring(desk, drop, f"{name}.pdf", name)
    backup = backups.make_backup(desk).name
    later = bring(desk, drop, "b.pdf", "First")
    for name, new_name in (("Third", "Neither"), ("Second", "Third"), ("First", "SECOND")):
        matters.rename_matter(desk, name, new_name)
    run = make_run(desk.runs.path, desk.meaning.folder.path, pairs=taught("SECOND", "Third"))
    opened.close()
    backups.order_restore(desk, backup)

    desk = opened()

    called = {each.name for each in matters.list_matters(desk)}
    assert called == {"Neither", "Third", "SECOND"}
    assert names(desk, "SECOND") == {"First.pdf"} and names(desk, "Third") == {"Second.pdf"}
    assert waits_in(desk) == {("b.pdf", "SECOND")} and later
    assert {row[0] for row in desk.reader.rows("SELECT matter FROM files")} == called
    removing.remove_matter(desk, "SECOND")
    assert run.manifest().matters == {"Third": 5}


def taught(*names):
    """Pairs of these matters without documents, five of each."""
    pairs = made_up_pairs(5 * len(names))
    return [replace(pair, document="", matter=names[at // 5]) for at, pair in enumerate(pairs)]


def test_a_restore_tells_runs_of_a_renaming_that_they_had_not_heard_of(opened, drop, library):
    desk = opened()
    bring(desk, drop, "a.pdf", "Case")
    backup = backups.make_backup(desk).name
    run = make_run(desk.runs.path, desk.meaning.folder.path, pairs=taught("Case"))
    desk.store.rename_matter("Case", "Later")  # and the runs do not know yet
    opened.close()
    backups.order_restore(desk, backup)

    desk = opened()

    assert names(desk, "Later") == {"a.pdf"}
    assert run.manifest().matters == {"Later": 5}


def test_a_name_that_another_matter_of_the_backup_has_is_not_given_twice(opened, drop, library):
    desk = opened()
    for name in ("First", "Second"):
        bring(desk, drop, f"{name}.pdf", name)
    backup = backups.make_backup(desk).name
    opened.close()
    with closing(sqlite3.connect(database_path(library))) as db, db:  # as damage might leave it
        db.execute("DELETE FROM matters WHERE name = 'Second'")
        db.execute("UPDATE matters SET name = 'second' WHERE name = 'First'")
    backups.order_restore(desk, backup)

    desk = opened()

    assert {each.name for each in matters.list_matters(desk)} >= {"First", "Second"}


def test_the_second_restore_knows_the_matters_that_copies_wait_for(opened, drop, library):
    later = older_than_b(opened, drop, library)
    opened()
    opened.close()
    [copy] = copies_in(library)
    desk = opened()
    backups.order_restore(desk, backups.list_backups(desk).backups[0].name)

    desk = opened()

    assert waits_in(desk) == {("b.pdf", "Case")}
    assert copy.parent.name == later


def test_the_record_of_an_only_copy_cannot_be_dismissed_but_it_can_be_unlocked(
    opened, drop, library
):
    desk = opened()
    bring(desk, drop, "a.pdf")
    name = backups.make_backup(desk).name
    path = drop("locked.pdf", pdf.locked_pdf("secret"))
    importing.import_files(desk, (path,), "Case", {path: "secret"})
    Path(path).unlink()
    opened.close()
    backups.order_restore(desk, name)
    desk = opened()
    importing.resume_import(desk)
    [problem] = documents.list_problems(desk, "")

    with pytest.raises(WrongUse, match="Add it again, or delete that file first"):
        documents.forget_file(desk, problem.file, "")

    desk = opened()
    assert [str(copy) for copy in copies_in(library)] == [problem.file]
    retried = importing.import_files(
        desk, (problem.file,), problem.matter, {problem.file: "secret"}, in_place=True
    )
    assert [outcome.state for outcome in retried.outcomes] == [FileState.IMPORTED]
    assert documents.list_problems(desk, "") == ()
    desk = opened()
    [locked] = [each for each in documents.list_documents(desk, Scope()) if each.name != "a.pdf"]
    assert not locked.referenced and stored(desk, locked.id)
    assert copies_in(library) == []


def test_the_record_of_a_copy_that_somebody_deleted_can_be_dismissed(opened, drop, library):
    older_than_b(opened, drop, library)
    desk = opened()
    [copy] = copies_in(library)
    copy.unlink()
    importing.resume_import(desk)
    [problem] = documents.list_problems(desk, "")

    documents.forget_file(desk, problem.file, problem.matter)

    assert documents.list_problems(desk, "") == ()


def test_a_run_keeps_what_it_learned_from_a_copy_that_is_read_again(
    opened, drop, library, tiny_model
):
    later = older_than_b(opened, drop, library)
    pairs = [replace(pair, document=later) for pair in made_up_pairs(30)]
    run = make_run(library / "runs", tiny_model, pairs=pairs)
    learned = (run.path / "manifest.json").read_bytes()

    desk = opened()
    assert waits_in(desk) == {("b.pdf", "Case")}

    assert (run.path / "manifest.json").read_bytes() == learned
    importing.resume_import(desk)
    removing.remove_documents(desk, (later,))
    assert later.encode() not in (run.path / "manifest.json").read_bytes()


def test_a_full_disk_keeps_no_library_from_opening(opened, drop, library, monkeypatch):
    later = under_an_earlier_database(opened, drop, library)
    asked = []

    def full(folder):
        asked.append(folder)
        raise NoRoom("The disk is full.")

    with monkeypatch.context() as patch:
        patch.setattr("legaldesk.engine.recovered.make_private_folder", full)
        desk = opened()

    assert asked and stored(desk, later)
    assert waits_in(opened()) == {(f"{later[:16]}.pdf", MATTER)}
