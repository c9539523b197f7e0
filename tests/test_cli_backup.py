"""The “backup” command: also on a library that cannot be opened, or that somebody has open."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from legaldesk import app, cli
from legaldesk.engine import backup_copy
from legaldesk.tasks import backups
from tests import pdf_factory as pdf
from tests.test_cli import run  # noqa: F401


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A library with two documents, of which the backup knows one."""
    folder = tmp_path_factory.mktemp("made")
    for name, words in (("a.pdf", "First notice."), ("b.pdf", "Second notice.")):
        (folder / name).write_bytes(pdf.text_pdf(words))
        arguments = ["import", str(folder / name), "--library", str(folder / "library")]
        assert cli.main([*arguments, "--words-only"]) == 0
    return folder / "library"


@pytest.fixture
def filled(run, library, made):  # noqa: F811
    """Runs commands on a copy of that library."""
    shutil.copytree(made, library)
    return run


def listed(run):  # noqa: F811
    status, [overview], _ = run("backup", "list")
    assert status == 0
    return overview


def spoil(library):
    (library / "library.sqlite").write_bytes(b"not a database" * 500)


def test_the_first_import_is_backed_up_by_itself(filled):
    [backup] = listed(filled)["backups"]

    assert (backup["documents"], backup["labels"]) == (1, 0)


def test_a_backup_can_be_made_at_any_time(filled):
    status, [made], _ = filled("backup", "make")

    assert (status, made["documents"]) == (0, 2)
    assert listed(filled)["backups"][0]["name"] == made["name"]


def test_a_damaged_library_says_what_to_do_and_is_restored(filled, library):
    spoil(library)
    status, _, errors = filled("documents")
    told = json.loads(errors)
    assert (status, told["error"], told["file"]) == (3, "LibraryDamaged", "library.sqlite")
    assert "legaldesk backup restore" in told["message"]
    assert filled("backup", "restore")[0] == 2  # not without being asked
    assert filled("documents")[0] == 3

    status, [news], _ = filled("backup", "restore", "--yes")

    assert status == 0 and len(news["again"]) == 1
    assert (library / news["aside"]).read_bytes().startswith(b"not a database")
    assert [line["name"] for line in filled("documents")[1]] == ["a.pdf"]
    status, [again], _ = filled("import", "--resume", "--words-only")
    assert (status, again["state"]) == (0, "imported")
    assert all(line["ok"] for line in filled("verify")[1])


def test_a_damaged_backup_is_refused_and_another_one_helps(filled, library):
    [first] = listed(filled)["backups"]
    _, [second], _ = filled("backup", "make")
    place = library / "backups" / second["name"]
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    spoil(library)

    status, _, errors = filled("backup", "restore", "--yes")
    assert (status, "damaged itself" in errors) == (3, True)

    assert filled("backup", "restore", first["name"], "--yes")[0] == 0
    assert filled("documents")[0] == 0


def test_a_removal_that_leaves_no_backup_says_so(filled, monkeypatch):
    assert listed(filled)["backups"]
    monkeypatch.setattr(backup_copy, "SPARE", 1 << 60)

    status, [removed], errors = filled("remove", "b.pdf", "--yes")

    assert (status, removed["removed"]) == (0, 1)
    assert "no room for a backup" in errors
    assert listed(filled)["backups"] == []
    monkeypatch.undo()
    filled("remove", "a.pdf", "--yes")
    assert filled("documents")[1] == []


def test_a_removal_leaves_a_backup(filled):
    filled("remove", "b.pdf", "--yes")

    [backup] = listed(filled)["backups"]
    assert backup["documents"] == 1


def test_while_somebody_has_it_open_it_is_put_back_at_the_next_start(filled, library):
    with app.open_desk(library) as desk:
        status, [told], _ = filled("backup", "restore", "--yes")
        assert status == 0
        assert backups.list_backups(desk).ordered == told["ordered"]
        assert len(filled("documents")[1]) == 2

    assert [line["name"] for line in filled("documents")[1]] == ["a.pdf"]


def test_wrong_use_is_said(filled):
    for wrong in (("restore", "nothing"), ("make", "name"), ("restore", "../x.sqlite", "--yes")):
        assert filled("backup", *wrong)[0] == 2


def test_people_are_told_in_sentences(filled, library, capsys):
    cli.main(["backup", "--library", str(library)])
    assert "1 document, 0 labels" in capsys.readouterr().out
    assert cli.main(["backup", "restore", "--yes", "--library", str(library)]) == 0
    out = capsys.readouterr().out
    assert "The library is as it was on" in out and "is kept in" in out


def test_a_backup_of_changed_pages_says_so_and_what_to_do(filled, library, capsys):
    with closing(sqlite3.connect(library / "library.sqlite")) as db, db:
        db.execute("UPDATE pages SET text = replace(text, 'Second', 'Secomd')")
    (library / "library.sqlite.seal").unlink()

    status, [made], _ = filled("backup", "make")
    assert (status, made["doubtful"]) == (0, 1)
    assert [each["doubtful"] for each in listed(filled)["backups"]] == [1, 0]
    for words in (["make"], ["list"]):
        cli.main(["backup", *words, "--library", str(library)])
        out = " ".join(capsys.readouterr().out.split())
        assert "In 1 document some passages do not say what the pages say" in out
        assert "“legaldesk verify”" in out
    status, lines, _ = filled("verify")
    [wrong] = [line for line in lines if not line["ok"]]
    assert "b.pdf" in wrong["detail"]


def test_an_import_tells_of_changed_pages_too(filled, library, drop):
    with closing(sqlite3.connect(library / "library.sqlite")) as db, db:
        db.execute("UPDATE pages SET text = replace(text, 'Second', 'Secomd')")
    (library / "library.sqlite.seal").unlink()
    shutil.rmtree(library / "backups")

    status, _, errors = filled("import", drop("c.pdf", pdf.text_pdf("Third.")), "--words-only")

    assert status == 0 and "In 1 document some passages" in errors


def test_without_a_backup_that_is_said(run):  # noqa: F811
    assert run("backup", "list")[1][0]["backups"] == []
    assert run("backup", "restore", "--yes")[0] == 2


def test_a_wrong_count_is_found_and_mended_so_that_a_backup_can_be_made(filled, library):
    with closing(sqlite3.connect(library / "library.sqlite")) as db:
        db.execute("UPDATE segmentations SET passages = passages + 5")
        db.commit()
    (library / "library.sqlite.seal").unlink()
    assert filled("backup", "make")[0] == 3

    broken, lines, _ = filled("verify")
    assert (broken, [line["check"] for line in lines if not line["ok"]]) == (3, ["counts"])
    assert filled("verify", "--repair")[0] == 0

    assert filled("verify")[0] == 0
    assert filled("backup", "make")[0] == 0
