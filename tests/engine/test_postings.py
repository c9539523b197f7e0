"""Which passages are worth scoring follows what is in the library."""

from __future__ import annotations

import pytest

from legaldesk.core.hits import Scope
from legaldesk.engine import postings
from legaldesk.engine.postings import Postings
from legaldesk.tasks import importing, removing
from tests import pdf_factory as pdf

WEIGHTS = {'"tenant"': 4.0, '"landlord"': 2.0, '"lease"': 1.0}


@pytest.fixture
def kept(monkeypatch):
    monkeypatch.setattr(postings, "WORTHWHILE", 1.0)
    return Postings()


def add(desk, drop, name, *words):
    """A document of a page, and so a passage, for each of the words."""
    pages = [f"{word.capitalize()} pays for what it says. " * 30 for word in words]
    importing.import_files(desk, (drop(name, pdf.text_pdf(*pages)),), "Case", {})


def listed(desk, *words):
    return sorted(desk.reader.matching(" OR ".join(f'"{word}"' for word in words)))


def test_those_whose_words_weigh_most_are_likely(desk, drop, kept):
    add(desk, drop, "a.pdf", "lease", "tenant", "lease landlord", "lease", "landlord")

    found = kept.likely(desk.reader, WEIGHTS, len(listed(desk, "tenant", "landlord")))

    assert found.leading == ['"tenant"', '"landlord"']
    assert found.ids == listed(desk, "tenant", "landlord")
    assert [*found.alone] == [each for each in found.ids if each not in listed(desk, "lease")]


def test_no_others_than_those_within_are_likely(desk, drop, kept):
    add(desk, drop, "a.pdf", "tenant", "lease", "landlord", "lease")
    within = listed(desk, "lease")
    beyond = [*within, within[-1] + 1_000]  # added a moment ago: no phrase of it was listed

    found = kept.likely(desk.reader, WEIGHTS, len(within) - 1, beyond)

    assert found.ids == within  # the last one weighs as much as the one before
    assert kept.likely(desk.reader, WEIGHTS, len(within), beyond) is None


def test_all_are_scored_where_few_have_a_phrase(desk, drop, kept):
    add(desk, drop, "a.pdf", "lease", "tenant")

    assert kept.likely(desk.reader, WEIGHTS, len(listed(desk, "lease", "tenant"))) is None
    assert kept.likely(desk.reader, {'"nowhere"': 1.0}, 5) is None


def test_what_is_added_is_listed_and_nothing_else_again(desk, drop, kept, monkeypatch):
    add(desk, drop, "a.pdf", "tenant", "lease")
    kept.likely(desk.reader, WEIGHTS, 1)
    after, list_them = [], postings._listed
    monkeypatch.setattr(
        postings, "_listed", lambda *given: after.append(given[3]) or list_them(*given)
    )

    kept.likely(desk.reader, WEIGHTS, 1)
    assert after == []
    last = desk.reader.row_ids()[0]
    add(desk, drop, "b.pdf", "tenant", "landlord")
    found = kept.likely(desk.reader, WEIGHTS, len(listed(desk, "tenant", "landlord")))

    assert after == [last] * len(WEIGHTS)
    assert found.ids == listed(desk, "tenant", "landlord")


def test_what_was_removed_takes_no_place(desk, drop, kept):
    add(desk, drop, "a.pdf", "tenant", "tenant")
    (first,) = desk.reader.documents(Scope())
    add(desk, drop, "b.pdf", "landlord", "lease")
    count = len(listed(desk, "tenant"))
    assert kept.likely(desk.reader, WEIGHTS, count).ids == listed(desk, "tenant")

    removing.remove_documents(desk, (first.id,))

    assert kept.likely(desk.reader, WEIGHTS, len(listed(desk, "landlord"))).ids == listed(
        desk, "landlord"
    )


def test_no_more_than_so_many_row_ids_are_kept(desk, drop, kept, monkeypatch):
    add(desk, drop, "a.pdf", "tenant", "landlord", "lease", "lease", "lease")
    monkeypatch.setattr(postings, "MOST", len(listed(desk, "landlord", "lease")))

    kept.likely(desk.reader, WEIGHTS, 1)

    assert [phrase for _, phrase in kept._kept] == ['"landlord"', '"lease"']
    assert kept._size == sum(len(each.ids) for each in kept._kept.values()) <= postings.MOST
