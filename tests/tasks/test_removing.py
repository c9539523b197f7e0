"""Removing: it says what goes, and afterwards no byte of it is left in the profile."""

from __future__ import annotations

from pathlib import Path

import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.tasks import care, documents, importing, matters, removing, searching
from tests import pdf_factory as pdf

CANARY = "Zwicklhuberkanarie"


def files_with(folder: Path, needle: str) -> list[str]:
    """Files under a folder that hold a word, in UTF-8 or UTF-16, in any case."""
    wanted = [needle.lower().encode(), needle.lower().encode("utf-16-le")]
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes().lower() for word in wanted)
    ]


@pytest.fixture
def kept_and_canary(desk, drop):
    """Many ordinary documents and one with the canary in name, title and every page."""
    pages = [f"Clause {n}. The {CANARY} shall pay {n} euros to the other party." for n in range(40)]
    canary = drop(f"{CANARY}.pdf", pdf.text_pdf(*pages, title=CANARY))
    others = [drop(f"{n}.pdf", pdf.text_pdf(f"Ordinary lease number {n}.")) for n in range(10)]
    importing.import_files(desk, (*others[:5], canary, *others[5:]), "Case", {})
    importing.await_meaning(desk)
    return desk


def only(desk, name):
    return next(d for d in documents.list_documents(desk, Scope()) if name in d.name)


def test_removed_means_gone(kept_and_canary):
    desk = kept_and_canary
    document = only(desk, CANARY)
    assert files_with(desk.library, CANARY)

    removing.remove_documents(desk, (document.id,))

    assert files_with(desk.library, CANARY) == []
    assert not desk.originals.path(document.id).exists()
    assert not searching.search(desk, CANARY, Scope()).hits[0].body.count(CANARY)
    assert len(documents.list_documents(desk, Scope())) == 10
    assert all(finding.ok for finding in care.verify(desk))


def test_it_says_what_goes_before_it_goes(kept_and_canary):
    document = only(kept_and_canary, CANARY)

    affected = removing.dependents(kept_and_canary, (document.id,))

    assert affected.documents == (document.name,)
    assert affected.passages == document.passages > 0
    assert affected.stored_bytes == document.size
    assert affected.import_records == 1


def test_a_matter_takes_only_what_is_in_no_other(desk, drop):
    shared, own = drop("a.pdf", pdf.text_pdf("Shared.")), drop("b.pdf", pdf.text_pdf("Own."))
    importing.import_files(desk, (shared, own), "One", {})
    importing.import_files(desk, (shared,), "Two", {})

    affected = removing.dependents(desk, (), "One")
    removing.remove_matter(desk, "One")

    assert (affected.documents, affected.kept_elsewhere) == (("b.pdf",), ("a.pdf",))
    [left] = documents.list_documents(desk, Scope())
    assert (left.name, left.matters) == ("a.pdf", ("Two",))
    assert [matter.name for matter in matters.list_matters(desk)] == ["Two"]


def test_a_file_in_place_is_left_alone(desk, drop):
    path = drop("a.pdf", pdf.text_pdf())
    importing.import_files(desk, (path,), "Case", {}, in_place=True)

    removing.remove_documents(desk, (only(desk, "a.pdf").id,))

    assert Path(path).exists()
    assert documents.list_documents(desk, Scope()) == ()


def test_what_is_not_there_cannot_be_removed(desk):
    with pytest.raises(WrongUse):
        removing.remove_documents(desk, ("0" * 64,))
    with pytest.raises(WrongUse):
        removing.remove_matter(desk, "Nope")
