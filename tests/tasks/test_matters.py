"""Matters: names are unique, a document stays in at least one, and runs follow a renaming."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import msgspec
import pytest

from legaldesk.core.errors import LegalDeskError, NoRoom, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.training import Notice
from legaldesk.engine import run_erasure
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reader import Reader
from legaldesk.engine.run_folder import PoolLine
from legaldesk.engine.store_rows import UNTOLD
from legaldesk.tasks import documents, importing, matters, removing, training
from tests import pdf_factory as pdf
from tests.training_runs import made_up_pairs, make_run

CANARY = "Zwicklhuberkanarie"


def names(desk):
    return [matter.name for matter in matters.list_matters(desk)]


def test_matters_are_made_and_renamed(desk):
    matters.create_matter(desk, "  Acme \n v. Byte ")

    matters.rename_matter(desk, "Acme v. Byte", "Acme")

    assert names(desk) == ["Acme"]


@pytest.mark.parametrize("name", ["", "  ", "\n", "ACME", "x" * 201])
def test_a_name_must_be_new_and_say_something(desk, name):
    matters.create_matter(desk, "Acme")

    with pytest.raises(WrongUse):
        matters.create_matter(desk, name)


def test_a_name_in_another_form_of_unicode_is_the_same_matter(desk, drop):
    typed, from_a_mac = "Müller", unicodedata.normalize("NFD", "Müller")

    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf("One.")),), from_a_mac, {})
    importing.import_files(desk, (drop("b.pdf", pdf.text_pdf("Two.")),), typed, {})

    assert names(desk) == [typed]
    with pytest.raises(WrongUse):
        matters.create_matter(desk, from_a_mac)


def test_a_document_is_filed_and_withdrawn(desk, drop):
    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf()),), "One", {})
    [document] = documents.list_documents(desk, Scope("One"))

    matters.assign_document(desk, document.id, "Two")
    matters.withdraw_document(desk, document.id, "One")

    assert documents.list_documents(desk, Scope("One")) == ()
    assert documents.list_documents(desk, Scope("Two"))[0].matters == ("Two",)
    with pytest.raises(WrongUse):
        matters.withdraw_document(desk, document.id, "Two")


def test_what_is_taken_out_of_a_matter_needs_no_attention_there(desk, drop):
    for matter in ("One", "Two"):
        path = drop(f"{matter}.pdf", pdf.mixed_pdf())
        importing.import_files(desk, (path,), matter, {})
    importing.import_files(desk, (path,), "One", {})
    [document] = documents.list_documents(desk, Scope("One"))

    matters.withdraw_document(desk, document.id, "One")

    assert documents.list_problems(desk, "One") == ()
    assert not desk.reader.rows("SELECT * FROM files WHERE matter = 'One'")
    assert desk.reader.rows("SELECT * FROM files WHERE matter = 'Two'")


def test_what_is_locked_out_is_in_no_list_of_all_matters(desk, drop):
    for name in ("Open", "Titan"):
        importing.import_files(desk, (drop(f"{name} memo.pdf", pdf.locked_pdf()),), name, {})
        importing.import_files(desk, (drop(f"{name}.pdf", pdf.text_pdf(name)),), name, {})

    matters.lock_matter(desk, "Titan", True)

    assert [each.matter for each in documents.list_problems(desk, "")] == ["Open"]
    assert [each.matter for each in documents.list_problems(desk, "Titan")] == ["Titan"]
    assert [each.name for each in documents.list_documents(desk, Scope())] == ["Open.pdf"]


def teach(desk, matter="Miller"):
    """A run on a matter's pairs without a document, which hold the canary, and on another's."""
    matters.create_matter(desk, matter)
    made_up = [replace(pair, document="") for pair in made_up_pairs(8)]
    pairs = [
        replace(pair, matter=matter, question=f"{pair.question} {CANARY}", passage=f"{CANARY} {at}")
        for at, pair in enumerate(made_up[:6])
    ]
    others = [replace(pair, matter="Other") for pair in made_up[6:]]
    return make_run(desk.runs.path, desk.meaning.folder.path, pairs=[*pairs, *others])


def with_canary(folder):
    files = [file for file in folder.rglob("*") if file.is_file()]
    return [file.name for file in files if CANARY.encode() in file.read_bytes()]


@pytest.mark.parametrize("name", ["Miller v. Roe", "MILLER", '"Müller" \\ {Roe}\'s 案 %_/..'])
def test_a_renamed_matter_is_removed_with_what_its_runs_hold(desk, name):
    run = teach(desk)

    matters.rename_matter(desk, "Miller", name)

    matters_of_run = json.loads((run.path / "manifest.json").read_bytes())["matters"]
    assert matters_of_run == {name: 6, "Other": 2}
    assert removing.dependents(desk, (), name).runs == 1
    removing.remove_matter(desk, name)
    assert with_canary(desk.library) == []
    assert len((run.path / "pairs.jsonl").read_bytes().splitlines()) == 2


def test_a_new_matter_of_an_old_name_owns_no_run(desk):
    teach(desk)
    matters.rename_matter(desk, "Miller", "Roe")
    matters.create_matter(desk, "Miller")

    assert removing.dependents(desk, (), "Miller").runs == 0
    removing.remove_matter(desk, "Miller")

    assert with_canary(desk.library)
    assert removing.dependents(desk, (), "Roe").runs == 1


def test_a_renaming_that_a_kill_cut_short_is_finished_at_the_next_start(library, tiny_model, desk):
    teach(desk)
    desk.store.rename_matter("Miller", "Roe")  # and the runs do not know yet

    second = LocalDesk(library, tiny_model)

    assert removing.dependents(second, (), "Roe").runs == 1
    removing.remove_matter(second, "Roe")
    second.close()
    assert with_canary(library) == []


@pytest.fixture
def full(monkeypatch):
    """Says whether the disk has room for the files of runs."""
    state = {"full": False}
    write = run_erasure.write_durably

    def written(file, data):
        if state["full"]:
            raise NoRoom("The disk is full.")
        write(file, data)

    monkeypatch.setattr(run_erasure, "write_durably", written)
    return state


def test_a_renaming_that_the_runs_could_not_hear_of_is_made_up_for_by_the_removal(desk, full):
    teach(desk)
    full["full"] = True
    matters.rename_matter(desk, "Miller", "Roe")
    assert names(desk) == ["Roe"]

    full["full"] = False
    removing.remove_matter(desk, "Roe")

    assert with_canary(desk.library) == []


def test_two_renamings_in_a_row_are_told_in_their_order(desk, library, tiny_model):
    teach(desk)
    desk.store.rename_matter("Miller", "Roe")
    desk.store.create_matter("Miller")
    desk.store.rename_matter("Roe", "Doe")

    second = LocalDesk(library, tiny_model)

    assert [removing.dependents(second, (), name).runs for name in ("Miller", "Doe")] == [0, 1]
    second.close()


@pytest.mark.parametrize("matter", ["Miller", ""])
def test_a_removal_that_a_kill_cut_short_is_told_to_the_runs_at_the_next_start(
    desk, drop, library, tiny_model, matter
):
    run = teach(desk).path
    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf(f"{CANARY} pays.")),), "Roe", {})
    [document] = documents.list_documents(desk, Scope())
    text = PoolLine(f"{CANARY} pays.", 0)
    (run / "pool.jsonl").write_bytes(msgspec.json.encode(text) + b"\n")  # near a question
    if matter:
        desk.store.remove((), matter)
    else:
        desk.store.remove((document.id,), None)
    assert CANARY.encode() in (run / "pool.jsonl").read_bytes()

    LocalDesk(library, tiny_model).close()

    assert CANARY.encode() not in (run / "pool.jsonl").read_bytes()
    left = (run / "pairs.jsonl").read_bytes()
    assert (CANARY.encode() in left) is not bool(matter)
    with Reader(library) as reader:
        assert reader.setting(UNTOLD) == ""


def test_a_removal_goes_on_where_the_runs_cannot_be_told(desk, full):
    teach(desk)
    matters.create_matter(desk, "Empty")
    full["full"] = True
    for name in ("Miller", "Empty"):
        with pytest.raises(LegalDeskError, match="It is removed, but a training run"):
            removing.remove_matter(desk, name)
    assert names(desk) == []

    full["full"] = False
    matters.create_matter(desk, "Other one")
    removing.remove_matter(desk, "Other one")

    assert with_canary(desk.library) == []


@pytest.mark.parametrize("file", ["manifest.json", "pairs.jsonl", "pool.jsonl", "proof.json"])
@pytest.mark.parametrize("left", [0, 60])
def test_a_torn_file_of_a_run_keeps_nothing_and_locks_nobody_out(
    desk, library, tiny_model, file, left
):
    run = teach(desk).path
    whole = (run / file).read_bytes() if (run / file).exists() else CANARY.encode()
    (run / file).write_bytes(whole[:left] + b'{"' + CANARY.encode())

    second = LocalDesk(library, tiny_model)
    assert removing.dependents(second, (), "Miller").runs == 1
    removing.remove_matter(second, "Miller")
    second.close()

    assert with_canary(library) == []


def test_a_run_without_its_manifest_is_listed(desk):
    run = teach(desk)
    (run.path / "manifest.json").unlink()

    [listed] = training.list_runs(desk)

    assert (listed.pairs, listed.matters) == (8, ("Miller", "Other"))
    assert removing.dependents(desk, (), "Miller").runs == 1


def test_a_torn_line_of_a_log_is_passed_over(desk):
    run = teach(desk)
    run.append_log(Notice("first"))
    with (run.path / "log.jsonl").open("ab") as log:
        log.write(b'{"event": "notice", "te')  # and here went the power
    assert training.run_news(desk, "run").notices == ("first",)

    run.append_log(Notice("second"))

    assert training.run_news(desk, "run").notices == ("first", "second")
