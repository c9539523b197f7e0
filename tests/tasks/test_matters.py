"""Matters: names are unique, and a document stays in at least one."""

from __future__ import annotations

import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.tasks import documents, importing, matters
from tests import pdf_factory as pdf


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


def test_a_document_is_filed_and_withdrawn(desk, drop):
    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf()),), "One", {})
    [document] = documents.list_documents(desk, Scope("One"))

    matters.assign_document(desk, document.id, "Two")
    matters.withdraw_document(desk, document.id, "One")

    assert documents.list_documents(desk, Scope("One")) == ()
    assert documents.list_documents(desk, Scope("Two"))[0].matters == ("Two",)
    with pytest.raises(WrongUse):
        matters.withdraw_document(desk, document.id, "Two")


def test_what_is_locked_out_is_in_no_list_of_all_matters(desk, drop):
    for name in ("Open", "Titan"):
        importing.import_files(desk, (drop(f"{name} memo.pdf", pdf.locked_pdf()),), name, {})
        importing.import_files(desk, (drop(f"{name}.pdf", pdf.text_pdf(name)),), name, {})

    matters.lock_matter(desk, "Titan", True)

    assert [each.matter for each in documents.list_problems(desk, "")] == ["Open"]
    assert [each.matter for each in documents.list_problems(desk, "Titan")] == ["Titan"]
    assert [each.name for each in documents.list_documents(desk, Scope())] == ["Open.pdf"]
