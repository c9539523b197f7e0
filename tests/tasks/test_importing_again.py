"""Importing again: a document's original is there afterwards, whatever became of it before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from legaldesk.core.documents import FileState
from legaldesk.core.errors import LibraryBusy
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import care, documents, importing
from tests import pdf_factory as pdf


def bring(desk, path, matter="Case", in_place=False):
    """Import one file; the document that it is, and what became of the file."""
    [outcome] = importing.import_files(desk, (path,), matter, {}, in_place).outcomes
    [document] = documents.list_documents(desk, Scope())
    return document, outcome


def files_are_there(desk):
    return next(finding.ok for finding in care.verify(desk) if finding.check == "files")


def copies(desk):
    return [path for path in (desk.library / "originals").rglob("*") if path.is_file()]


def lose(copy):
    copy.unlink()


def spoil(copy):
    copy.write_bytes(b"\0" * copy.stat().st_size)


def cut_short(copy):
    os.truncate(copy, 100)


@pytest.mark.parametrize("harm", [lose, spoil, cut_short])
@pytest.mark.parametrize("in_place", [False, True])
def test_a_copy_that_is_gone_or_changed_is_written_anew(desk, drop, harm, in_place):
    path = drop("lease.pdf", pdf.text_pdf())
    document, _ = bring(desk, path)
    harm(desk.originals.path(document.id))
    assert not files_are_there(desk)

    document, outcome = bring(desk, path, in_place=in_place)

    assert outcome.state == FileState.DUPLICATE
    assert files_are_there(desk)
    assert desk.originals.load(document) == Path(path).read_bytes()
    assert not document.referenced
    assert outcome.reason.endswith("Its stored copy was lost or changed, and is whole again.")


def test_a_sound_copy_is_left_as_it_is(desk, drop):
    document, _ = bring(desk, drop("lease.pdf", pdf.text_pdf()))
    before = desk.originals.path(document.id).stat()

    _, outcome = bring(desk, drop("again.pdf", pdf.text_pdf()), matter="Other")

    assert "whole again" not in outcome.reason
    after = desk.originals.path(document.id).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_file_in_place_is_kept_once_it_is_imported_with_a_copy(library, tiny_model, drop):
    path = drop("lease.pdf", pdf.text_pdf())
    first = LocalDesk(library, tiny_model)
    bring(first, path, in_place=True)

    document, outcome = bring(first, path, matter="Other")
    first.close()
    os.unlink(path)
    second = LocalDesk(library, tiny_model)

    assert outcome.state == FileState.DUPLICATE
    assert document.matters == ("Case", "Other")
    assert outcome.reason.endswith("A copy of it is kept in the library now.")
    assert not document.referenced
    assert second.originals.load(document) == pdf.text_pdf()
    second.close()


def test_a_file_that_was_moved_is_found_again_in_its_new_place(desk, drop):
    old = drop("lease.pdf", pdf.text_pdf(), folder="old")
    bring(desk, old, in_place=True)
    new = drop("lease.pdf", pdf.text_pdf(), folder="new")
    os.unlink(old)

    document, outcome = bring(desk, new, in_place=True)

    assert document.referenced
    assert outcome.reason.endswith("is read from this place now.")
    assert document.path == new
    assert files_are_there(desk)
    assert copies(desk) == []


def test_a_file_that_is_where_it_was_stays_the_one_in_use(desk, drop):
    path = drop("lease.pdf", pdf.text_pdf(), folder="old")
    bring(desk, path, in_place=True)

    document, _ = bring(desk, drop("lease.pdf", pdf.text_pdf(), folder="new"), in_place=True)

    assert document.path == path


def test_no_copy_stays_where_the_library_could_not_note_it(desk, drop, monkeypatch):
    def busy(*_):
        raise LibraryBusy("The library is busy.")

    path = drop("lease.pdf", pdf.text_pdf())
    bring(desk, path, in_place=True)
    with monkeypatch.context() as patch, pytest.raises(LibraryBusy):
        patch.setattr(desk.store, "add_duplicate", busy)
        bring(desk, path)

    assert copies(desk) == []
    assert files_are_there(desk)
    assert importing.resume_import(desk).outcomes[0].state == FileState.DUPLICATE
    assert len(copies(desk)) == 1


def test_a_kill_before_a_copy_is_noted_leaves_the_file_in_place(library, tiny_model, drop):
    first = LocalDesk(library, tiny_model)
    document, _ = bring(first, drop("lease.pdf", pdf.text_pdf()), in_place=True)
    first.originals.keep(document.id, pdf.text_pdf())
    first.close()

    second = LocalDesk(library, tiny_model)

    assert copies(second) == []
    assert second.originals.load(document) == pdf.text_pdf()
    second.close()
