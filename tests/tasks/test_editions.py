"""What changes a library moves its edition, and every answer tells which one it was read from."""

from __future__ import annotations

import pytest

from legaldesk.core.hits import Edition, Scope
from legaldesk.tasks import care, importing, matters, removing, searching
from tests import pdf_factory as pdf


def fill(desk, drop):
    lease = drop("lease.pdf", pdf.text_pdf("The tenant pays the rent on the first day."))
    importing.import_files(desk, (lease,), "Acme", {})
    matters.create_matter(desk, "Byte")
    matters.assign_document(
        desk, searching.search_words(desk, "rent", Scope()).hits[0].document_id, "Byte"
    )
    importing.await_meaning(desk)


@pytest.fixture
def leases(filled):
    """A lease in two matters."""
    return filled(fill)


def the_lease(desk):
    return searching.search_words(desk, "rent", Scope("Acme")).hits[0].document_id


GROWS = {
    "import": lambda desk, drop: importing.import_files(
        desk, (drop("new.pdf", pdf.text_pdf("A notice of the landlord.")),), "Acme", {}
    ),
    "refusal": lambda desk, drop: importing.import_files(
        desk, (drop("bad.pdf", pdf.damaged_pdf()),), "Acme", {}
    ),
    "create": lambda desk, _: matters.create_matter(desk, "Smith"),
    "rename": lambda desk, _: matters.rename_matter(desk, "Acme", "Acme (appeal)"),
    "assign": lambda desk, _: matters.assign_document(desk, the_lease(desk), "Smith"),
    "unlock": lambda desk, _: matters.lock_matter(desk, "Acme", False),
}
TAKES = {
    "lock": lambda desk, _: matters.lock_matter(desk, "Acme", True),
    "withdraw": lambda desk, _: matters.withdraw_document(desk, the_lease(desk), "Byte"),
    "remove": lambda desk, _: removing.remove_documents(desk, (the_lease(desk),)),
    "remove matter": lambda desk, _: removing.remove_matter(desk, "Byte"),
}


@pytest.mark.parametrize("act", GROWS)
def test_what_comes_or_has_another_name_is_counted(leases, drop, act):
    before = care.engine_state(leases).edition

    GROWS[act](leases, drop)

    after = care.engine_state(leases).edition
    assert after.grown > before.grown and after.taken == before.taken


@pytest.mark.parametrize("act", TAKES)
def test_what_must_not_be_shown_any_more_is_counted(leases, drop, act):
    before = care.engine_state(leases).edition

    TAKES[act](leases, drop)

    assert care.engine_state(leases).edition == Edition(before.grown, before.taken + 1)


@pytest.mark.parametrize(
    "ask", [searching.search, searching.search_words, searching.search_meaning]
)
def test_an_answer_says_from_which_edition_it_was_read(leases, ask):
    before = ask(leases, "rent", Scope()).edition
    assert before == care.engine_state(leases).edition

    matters.lock_matter(leases, "Byte", True)

    assert ask(leases, "rent", Scope()).edition == Edition(before.grown, before.taken + 1)
