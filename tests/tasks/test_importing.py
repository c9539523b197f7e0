"""Importing: every file ends in one state with a reason, and what is finished stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from legaldesk.core.documents import FileState
from legaldesk.core.errors import Abandoned, Cancelled, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.passages import exact_text
from legaldesk.core.progress import Progress
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reader import spans_of
from legaldesk.tasks import documents, importing
from tests import pdf_factory as pdf


def bring(desk, *paths, matter="Case", passwords=None, **more):
    return importing.import_files(desk, tuple(paths), matter, passwords or {}, **more)


def states(summary):
    return {Path(outcome.file).name: outcome.state for outcome in summary.outcomes}


def test_each_kind_of_file_ends_in_its_own_state(desk, drop):
    drop("good.PDF", pdf.text_pdf())
    drop("copy.pdf", pdf.text_pdf())
    drop("locked.pdf", pdf.locked_pdf())
    drop("damaged.pdf", pdf.damaged_pdf())
    drop("scan.pdf", pdf.image_pdf(3))
    drop("mixed.pdf", pdf.mixed_pdf())
    folder = Path(drop("notes.txt", b"no PDF at all")).parent

    summary = bring(desk, str(folder))

    found = states(summary)
    assert {found.pop("good.PDF"), found.pop("copy.pdf")} == {
        FileState.IMPORTED,
        FileState.DUPLICATE,
    }
    assert found == {
        "locked.pdf": FileState.LOCKED,
        "damaged.pdf": FileState.DAMAGED,
        "scan.pdf": FileState.EMPTY,
        "mixed.pdf": FileState.PARTLY,
        "notes.txt": FileState.UNSUPPORTED,
    }
    assert all(
        outcome.reason for outcome in summary.outcomes if outcome.state != FileState.IMPORTED
    )


def test_a_scan_names_the_pages_that_have_no_text(desk, drop):
    path = drop("scan.pdf", pdf.joined(pdf.text_pdf("Some text to find."), pdf.image_pdf(3)))

    outcome = bring(desk, path).outcomes[0]

    assert outcome.state == FileState.PARTLY
    assert outcome.pages_without_text == (2, 3, 4)
    assert "no text on pages 2-4 (scanned)" in outcome.reason


def test_a_password_opens_a_locked_file(desk, drop):
    path = drop("locked.pdf", pdf.locked_pdf("secret"))
    assert bring(desk, path).outcomes[0].state == FileState.LOCKED

    outcome = bring(desk, path, passwords={path: "secret"}).outcomes[0]

    assert outcome.state == FileState.IMPORTED
    assert not documents.list_problems(desk, "Case")


def test_the_same_bytes_in_two_matters_are_stored_once(desk, drop):
    first, second = drop("a.pdf", pdf.text_pdf()), drop("b.pdf", pdf.text_pdf())

    bring(desk, first, matter="One")
    outcome = bring(desk, second, matter="Two").outcomes[0]

    assert outcome.state == FileState.DUPLICATE
    assert "a.pdf" in outcome.reason
    [document] = documents.list_documents(desk, Scope())
    assert document.matters == ("One", "Two")
    assert len(list((desk.library / "originals").rglob("*.pdf"))) == 1


def test_the_same_name_with_other_bytes_is_another_document(desk, drop):
    first = drop("a.pdf", pdf.text_pdf("The first lease."), folder="x")
    second = drop("a.pdf", pdf.text_pdf("Another lease."), folder="y")

    bring(desk, first, second)

    assert [document.name for document in documents.list_documents(desk, Scope())] == [
        "a.pdf",
        "a.pdf",
    ]


def test_every_passage_is_its_pages_text_to_the_character(desk, drop):
    bring(desk, drop("lease.pdf", pdf.joined(pdf.text_pdf(), pdf.hyphenated_pdf())))

    rows = desk.reader.rows("SELECT spans, body FROM passages")
    pages = {row["number"]: row["text"] for row in desk.reader.rows("SELECT * FROM pages")}

    assert rows
    for row in rows:
        text = exact_text(pages, spans_of(row["spans"]))
        assert "".join(text.replace("\x02", "").split()) == "".join(row["body"].split())


def test_a_cancel_keeps_what_is_finished(desk, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(100)]
    finished = []

    def cancel_after_three(progress: Progress) -> None:
        if progress.outcome is not None:
            finished.append(progress.outcome)
        if len(finished) >= 3:
            raise Cancelled

    summary = bring(desk, *paths, report=cancel_after_three)

    by_state = [outcome.state for outcome in summary.outcomes]
    assert len(by_state) == 100
    assert by_state.count(FileState.IMPORTED) >= 3
    assert by_state.count(FileState.CANCELLED) >= 1
    stored = {document.name for document in documents.list_documents(desk, Scope())}
    assert {Path(outcome.file).name for outcome in finished} <= stored


def test_an_abandoned_import_goes_on_after_a_restart(library, tiny_model, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(8)]
    first = LocalDesk(library, tiny_model)
    seen = []

    def leave(progress: Progress) -> None:
        seen.append(progress)
        if progress.outcome is not None:
            raise Abandoned

    with pytest.raises(Abandoned):
        bring(first, *paths, report=leave)
    before = len(documents.list_documents(first, Scope()))
    first.close()

    second = LocalDesk(library, tiny_model)
    waiting = second.files_left()
    importing.resume_import(second)

    assert before >= 1
    assert waiting == 8 - before
    assert len(documents.list_documents(second, Scope())) == 8
    assert second.files_left() == 0
    second.close()


def test_a_file_that_is_gone_says_so(desk, tmp_path):
    outcome = bring(desk, str(tmp_path / "gone.pdf")).outcomes[0]

    assert outcome.state == FileState.DAMAGED
    assert "gone.pdf" in outcome.reason


def test_an_import_needs_a_matter(desk, drop):
    with pytest.raises(WrongUse):
        bring(desk, drop("a.pdf", pdf.text_pdf()), matter=" ")


def test_in_place_keeps_no_copy(desk, drop):
    path = drop("a.pdf", pdf.text_pdf())

    bring(desk, path, in_place=True)

    [document] = documents.list_documents(desk, Scope())
    assert document.referenced
    assert desk.originals.load(document) == Path(path).read_bytes()
    assert not list((desk.library / "originals").rglob("*.pdf"))


def test_copies_without_a_document_are_gone_after_a_restart(library, tiny_model, drop):
    LocalDesk(library, tiny_model).close()
    stray = library / "originals" / "ab" / ("ab" * 32 + ".pdf")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a kill between the copy and the commit")

    LocalDesk(library, tiny_model).close()

    assert not stray.exists()


def test_every_passage_gets_its_vector(desk, drop):
    bring(desk, drop("a.pdf", pdf.text_pdf()))

    total = importing.await_meaning(desk)

    [document] = documents.list_documents(desk, Scope())
    assert document.passages == document.passages_with_meaning == total > 0


def test_a_failed_files_record_can_be_dropped(desk, drop):
    path = drop("locked.pdf", pdf.locked_pdf())
    bring(desk, path)

    documents.forget_file(desk, path)

    assert documents.list_problems(desk, "Case") == ()
