"""The command line: exit statuses, JSON lines, and every action of the window."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from pypdfium2 import PdfDocument

from legaldesk import cli
from legaldesk.engine.store import Store
from tests import pdf_factory as pdf


@pytest.fixture
def run(library, capsys):
    """Run a command on a library; returns (status, JSON lines, errors)."""

    def call(*arguments: str):
        status = cli.main([*arguments, "--library", str(library), "--json"])
        captured = capsys.readouterr()
        return status, [json.loads(line) for line in captured.out.splitlines()], captured.err

    return call


def test_import_prints_one_line_for_each_file(run, drop):
    good, locked = drop("good.pdf", pdf.text_pdf()), drop("locked.pdf", pdf.locked_pdf())

    status, lines, _ = run("import", good, locked, "--words-only")

    assert status == 1
    by_state = {line["state"]: line for line in lines}
    assert set(by_state) == {"imported", "locked"}
    assert set(by_state["imported"]) == {
        "schema", "file", "state", "reason", "document_id", "pages", "passages",
        "pages_without_text", "seconds",
    }  # fmt: skip
    assert run("import", locked, "--password", "secret", "--words-only")[0] == 0


def test_going_on_with_an_import_takes_its_password_again_and_no_other_files(run, drop, library):
    locked, new = drop("locked.pdf", pdf.locked_pdf()), drop("new.pdf", pdf.text_pdf())
    run("matters")
    store = Store(library)
    store.enqueue([locked], "Case", False)
    store.close()

    assert run("import", "--resume", new)[0] == 2
    assert run("import", "--resume", "--matter", "Other")[0] == 2
    status, [line], _ = run("import", "--resume", "--password", "secret", "--words-only")

    assert (status, line["file"], line["state"]) == (0, locked, "imported")


def test_a_duplicate_is_a_success(run, drop):
    run("import", drop("a.pdf", pdf.text_pdf()), "--words-only")

    status, [line], _ = run("import", drop("b.pdf", pdf.text_pdf()), "--words-only")

    assert (status, line["state"]) == (0, "duplicate")


def test_search_spans_are_pdfium_character_indices(run, drop):
    path = drop("a.pdf", pdf.joined(pdf.text_pdf(), pdf.hyphenated_pdf()))
    run("import", path, "--matter", "Case")

    status, [answer], _ = run("search", "when does the lease begin", "-k", "3")

    assert status == 0
    assert set(answer) == {"schema", "query", "coverage", "hits"}
    assert set(answer["coverage"]) == {
        "pages", "words_searchable", "meaning_searchable", "unreadable",
    }  # fmt: skip
    hit = answer["hits"][0]
    assert hit["matters"] == ["Case"]
    read = ""
    with PdfDocument(path) as document:
        for span in hit["spans"]:
            text = document[span["page"] - 1].get_textpage()
            read += text.get_text_range(span["start"], span["end"] - span["start"])
    assert "".join(read.split()) == "".join(hit["text"].split())


def test_batch_answers_line_by_line(run, drop, tmp_path):
    run("import", drop("a.pdf", pdf.text_pdf()), drop("b.pdf", pdf.text_pdf("Another notice.")))
    batch = tmp_path / "questions.jsonl"
    batch.write_text(
        '{"id": 1, "text": "notice"}\n{"id": "two", "text": "notice", "document": "b.pdf"}\n'
    )

    status, lines, _ = run("search", "--batch", str(batch))

    assert status == 0
    assert [line["id"] for line in lines] == [1, "two"]
    assert {hit["document"] for hit in lines[1]["hits"]} == {"b.pdf"}


def test_a_bad_line_of_a_batch_is_complained_of_and_the_rest_goes_on(run, drop, tmp_path):
    run("import", drop("a.pdf", pdf.text_pdf()), "--words-only")
    batch = tmp_path / "questions.jsonl"
    lines = [
        '{"id": 1, "text": "notice\u2028rent"}',
        "no JSON",
        "",
        '{"id": 2, "text": "notice", "document": "absent"}',
        '{"id": 3, "text": 7}',
        '{"text": "notice", "matter": "general"}',
    ]
    batch.write_bytes("\r\n".join(lines).encode("utf-8-sig"))

    status, answers, errors = run("search", "--batch", str(batch), "--by", "words")

    assert status == 2
    assert [(answer["id"], bool(answer["hits"])) for answer in answers] == [(1, True), (None, True)]
    said = [json.loads(line)["message"].split(":")[0] for line in errors.splitlines()]
    assert said == ["Line 2", "Line 4", "Line 5"]


def test_an_empty_batch_has_no_answers(run, tmp_path):
    (tmp_path / "empty.jsonl").touch()

    assert run("search", "--batch", str(tmp_path / "empty.jsonl"))[:2] == (0, [])


def test_common_options_may_stand_before_the_command(library, capsys):
    assert cli.main(["--library", str(library), "--json", "matters", "add", "Case"]) == 0
    assert cli.main(["--json", "matters", "--library", str(library)]) == 0

    assert json.loads(capsys.readouterr().out)["name"] == "Case"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--json",),
        ("--json", "nonsense"),
        ("search", "--json", "-k", "0", "x"),
        ("search", "--json", "--nonsense"),
        ("search", "x", "--json", "--batch", "y"),
        ("search", "--json", "--batch", "absent.jsonl"),
    ],
)
def test_wrong_arguments_are_json_too(arguments, library, capsys):
    before = ("--library", str(library))

    status = cli.main([*before, *arguments])

    captured = capsys.readouterr()
    assert (status, captured.out) == (2, "")
    assert set(json.loads(captured.err)) == {"error", "message", "file"}


def test_what_nobody_expected_is_json_too(run, monkeypatch):
    def fail(*arguments):
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(cli.matters, "list_matters", fail)

    status, lines, errors = run("matters")

    assert (status, lines) == (4, [])
    assert "by nothing" in json.loads(errors)["message"]


def test_people_read_wrapped_lines_with_rank_and_page(library, drop, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    path = drop("a.pdf", pdf.text_pdf("The tenant gives notice to the landlord. " * 8))

    assert cli.main(["--library", str(library), "import", path, "--words-only"]) == 0
    assert cli.main(["search", "--by", "words", "notice", "--library", str(library)]) == 0
    assert cli.main(["documents", "--library", str(library)]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("imported    a.pdf") for line in lines)
    assert any(line.startswith(" 1. a.pdf") and "p. 1" in line for line in lines)
    assert max(map(len, lines)) <= 60


def start(*arguments: str, **streams: int) -> subprocess.Popen[str]:
    """A real process of the command line."""
    command = [sys.executable, "-m", "legaldesk", *arguments]
    return subprocess.Popen(command, text=True, encoding="utf-8", **streams)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for one process")
def test_an_interrupted_import_says_what_became_of_every_file(library, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(*[f"Page {n}."] * 30)) for n in range(40)]
    process = start("import", *paths, "--json", "--library", str(library), stdout=subprocess.PIPE)
    first = process.stdout.readline()

    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate()

    lines = [json.loads(line) for line in (first + rest).splitlines()]
    assert process.returncode == 1
    assert sorted(line["file"] for line in lines) == sorted(paths)
    assert {line["state"] for line in lines} == {"imported", "cancelled"}
    kept = [line for line in lines if line["state"] == "imported"]
    listed = start("documents", "--library", str(library), "--json", stdout=subprocess.PIPE)
    assert len(listed.communicate()[0].splitlines()) == len(kept)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no broken pipes")
def test_a_reader_that_goes_away_stops_the_words_and_not_the_import(library, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Page {n}.")) for n in range(3)]
    arguments = ("import", *paths, "--words-only", "--library", str(library))
    process = start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()

    errors = process.stderr.read()
    process.stderr.close()

    assert (process.wait(), errors) == (0, "")
    listed = start("documents", "--library", str(library), "--json", stdout=subprocess.PIPE)
    assert len(listed.communicate()[0].splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("search", "x", "--matter", "Nope"), "WrongUse"),
        (("search", "x", "--document", "nothing"), "WrongUse"),
        (("import", "nowhere.pdf"), "WrongUse"),
        (("import",), "WrongUse"),
        (("remove",), "WrongUse"),
        (("matters", "add"), "WrongUse"),
        (("search",), "WrongUse"),
    ],
)
def test_wrong_use_says_so_as_json(run, arguments, error):
    status, lines, errors = run(*arguments)

    assert (status, lines) == (2, [])
    assert json.loads(errors)["error"] == error


def test_matters_documents_and_removal(run, drop):
    run("matters", "add", "Case")
    run("import", drop("a.pdf", pdf.text_pdf()), "--matter", "Case", "--words-only")
    run("matters", "assign", "a.pdf", "Other")
    run("matters", "lock", "Case")

    _, lines, _ = run("matters")
    assert {line["name"]: line["locked_out_of_all"] for line in lines} == {
        "Case": True,
        "Other": False,
    }
    [document] = run("documents")[1]
    assert (document["name"], document["matters"]) == ("a.pdf", ["Case", "Other"])
    assert run("remove", "a.pdf", "--yes")[0] == 0
    assert run("documents")[1] == []


def test_nothing_is_removed_without_a_yes(run, drop, monkeypatch):
    run("import", drop("a.pdf", pdf.text_pdf()), "--words-only")

    status, _, _ = run("remove", "a.pdf")

    assert status == 2
    assert len(run("documents")[1]) == 1


def test_verify_finds_and_repairs_a_word_index_that_differs(run, drop, library):
    run("import", drop("a.pdf", pdf.text_pdf()))
    assert run("verify")[0] == 0
    _plant_desync(library)

    broken, lines, _ = run("verify")
    mended, _, _ = run("verify", "--repair")

    assert broken == 3
    assert [line["check"] for line in lines if not line["ok"]] == ["words"]
    assert mended == 0
    assert run("verify")[0] == 0


def _plant_desync(library):
    from legaldesk.engine.database import open_db

    db = open_db(library, writable=True)
    with db.atomic():
        db.execute("DROP TRIGGER words_1_changed")
        db.execute("UPDATE passages SET title = 'words that the index has not seen'")
    db.close()


def test_a_damaged_database_has_its_own_status(run, drop, library):
    run("import", drop("a.pdf", pdf.text_pdf()), "--words-only")
    database = library / "library.sqlite"
    database.write_bytes(b"not a database" * 500)

    status, _, errors = run("documents")

    assert status == 3
    assert json.loads(errors)["error"] == "LibraryDamaged"


def test_a_damaged_original_is_found(run, drop, library):
    run("import", drop("a.pdf", pdf.text_pdf()))
    [stored] = (library / "originals").rglob("*.pdf")
    stored.write_bytes(b"%PDF- something else")

    status, lines, _ = run("verify")

    assert status == 3
    assert [line["check"] for line in lines if not line["ok"]] == ["files"]


def test_an_empty_name_of_a_library_is_not_the_default_one(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    for empty in (["--library", ""], ["--library=  "]):
        assert cli.main([*empty, "remove", "mine.pdf", "--yes"]) == 2
        assert "“--library” names no folder" in capsys.readouterr().err

    assert list(tmp_path.iterdir()) == []
