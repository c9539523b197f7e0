"""The command line: exit statuses, JSON lines, and every action of the window."""

from __future__ import annotations

import json

import pytest
from pypdfium2 import PdfDocument

from legaldesk import cli
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
        db.execute("DROP TRIGGER passages_au")
        db.execute("UPDATE passages SET body = 'words that the index has not seen'")
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
