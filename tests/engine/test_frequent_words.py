"""Frequent words of a large library are listed while nobody asks."""

from __future__ import annotations

import threading
import time

import pytest

from legaldesk.core.errors import LibraryBusy
from legaldesk.core.hits import Scope
from legaldesk.engine import frequent_words, local_desk, postings, word_search
from legaldesk.engine.frequent_words import list_frequent
from legaldesk.tasks import importing, searching
from tests import pdf_factory as pdf


@pytest.fixture
def large(monkeypatch):
    monkeypatch.setattr(frequent_words, "SMALL", 0)
    monkeypatch.setattr(word_search, "SMALL", 0)


def add(desk, drop, name="a.pdf"):
    """A third of the passages are of rent, one of a zebra, and all have "pays"."""
    pages = [
        f"{('Rental', 'Warranty', 'Notice')[number % 3]} number {number} pays. " * 30
        for number in range(12)
    ]
    path = drop(name, pdf.text_pdf(*pages, f"A zebra pays for {name}."))
    importing.import_files(desk, (path,), "Case", {})


def listed(desk):
    return {phrase for _, phrase in desk.reader._vocabulary.postings()._kept}


def test_frequent_words_and_first_letters_are_listed_at_rest(desk, drop, large):
    add(desk, drop)
    importing.await_meaning(desk)
    wanted, until = {'"rental"', '"renta"*', '"warranty"'}, time.monotonic() + 60
    while not listed(desk) >= wanted and time.monotonic() < until:
        time.sleep(0.05)

    assert listed(desk) >= wanted

    assert not listed(desk) & {'"zebra"', '"pays"'}  # too rare, and too common to be looked for


def test_a_small_library_needs_no_lists(desk, drop):
    add(desk, drop)
    list_frequent(desk.reader, lambda: False)
    assert not listed(desk)


def test_it_stops_when_there_is_something_to_do(desk, drop, monkeypatch):
    add(desk, drop)
    monkeypatch.setattr(frequent_words, "SMALL", 0)
    looks = iter([False, False, True])

    list_frequent(desk.reader, lambda: next(looks))

    assert len(listed(desk)) <= 2


def test_no_more_is_listed_than_there_is_room_for(desk, drop, monkeypatch):
    add(desk, drop)
    monkeypatch.setattr(frequent_words, "SMALL", 0)
    monkeypatch.setattr(postings, "MOST", 1)

    list_frequent(desk.reader, lambda: False)

    kept = desk.reader._vocabulary.postings()
    most = max(len(each.ids) for each in kept._kept.values())
    assert kept._size <= postings.PREPARED * desk.reader.passages() + most
    assert listed(desk) and not listed(desk) >= {'"rental"', '"warranty"', '"notice"'}


def test_what_is_listed_is_not_listed_again_and_is_kept_up_to_date(desk, drop, monkeypatch):
    monkeypatch.setattr(word_search, "SMALL", 0)
    add(desk, drop)
    monkeypatch.setattr(frequent_words, "SMALL", 0)  # from here on, so that nobody lists meanwhile
    list_frequent(desk.reader, lambda: False)
    asked, list_them = [], postings._listed
    monkeypatch.setattr(
        postings, "_listed", lambda *given: asked.append(given[1]) or list_them(*given)
    )
    monkeypatch.setattr(postings, "GROWN", 10)

    list_frequent(desk.reader, lambda: False)
    add(desk, drop, "b.pdf")
    found = desk.reader.by_words('"rental"', Scope(), 100)

    assert not {"rental", "renta", "warranty"} & set(asked)
    assert {passage for passage, _ in found} == desk.reader.matching('"rental"')


def test_a_library_that_cannot_be_read_just_now_does_not_stop_the_model(
    desk, drop, large, monkeypatch
):
    tried = threading.Event()

    def busy(reader, stopped):
        tried.set()
        raise LibraryBusy("The library is busy.")

    monkeypatch.setattr(local_desk, "list_frequent", busy)
    add(desk, drop)
    importing.await_meaning(desk)

    assert tried.wait(60)
    assert desk.meaning.problem == ""
    assert searching.search(desk, "rental", Scope()).modes == ("words", "meaning")
