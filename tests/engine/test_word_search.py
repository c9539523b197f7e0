"""The best passages by words are FTS5's, whoever counts their scores."""

from __future__ import annotations

import random
from contextlib import closing

import pytest

from legaldesk.core.hits import Scope
from legaldesk.core.query import any_of
from legaldesk.engine import word_search
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reader import Reader
from legaldesk.tasks import importing, matters
from tests import pdf_factory as pdf

WORDS = [f"word{letter}{number}" for letter in "abcdefghij" for number in range(10)]
FREQUENT = [1 / (rank + 1) for rank in range(len(WORDS))]


@pytest.fixture(scope="module")
def shelf(tiny_model, tmp_path_factory):
    """Two matters of 60 pages each, whose words are as unevenly frequent as in real text."""
    place, chance = tmp_path_factory.mktemp("shelf"), random.Random(7)
    with closing(LocalDesk(place / "library", tiny_model)) as desk:
        for matter in ("One", "Two"):
            pages = [" ".join(chance.choices(WORDS, FREQUENT, k=60)) + "." for _ in range(60)]
            path = place / f"{matter}.pdf"
            path.write_bytes(pdf.text_pdf(*pages))
            importing.import_files(desk, (str(path),), matter, {})
        yield desk


@pytest.fixture(params=["small", "large"])
def reader(shelf, monkeypatch, request):
    """Of a library that is searched as a small one is, or as a large one."""
    if request.param == "large":
        monkeypatch.setattr(word_search, "SMALL", 0)
    with Reader(shelf.library) as found:
        yield found


def questions(count):
    chance = random.Random(8)
    return [" ".join(chance.sample(WORDS, 5) + WORDS[:3]) for _ in range(count)]


def everything(reader, match, limit=-1):
    return word_search.scored_by_fts5(reader, reader.words(), match, limit)


def same(found, other):
    """Whether the passages and their order are; scores may be added up in another order."""
    assert dict(found) == pytest.approx(dict(other))
    return [passage for passage, _ in found] == [passage for passage, _ in other]


def test_the_best_are_those_of_scoring_every_passage(reader):
    for question in questions(30):
        match = any_of(question)

        assert same(reader.by_words(match, Scope(), 5), everything(reader, match, 5))


def test_a_large_library_is_not_scored_by_fts5(reader, monkeypatch):
    asked = []
    monkeypatch.setattr(word_search, "scored_by_fts5", lambda *given: asked.append(given[3]) or [])

    reader.by_words(any_of(questions(1)[0]), Scope(), 5)
    reader.by_words(any_of(questions(1)[0]), Scope(), -1)
    reader.by_words('{section body} : ("worda1" AND "wordb1")', Scope(), 7)

    assert asked == ([-1, 7] if word_search.SMALL == 0 else [5, -1, 7])


@pytest.mark.parametrize("matter", ["One", "Two"])
def test_a_matter_gives_its_own_passages_in_the_same_order(reader, matter):
    mine = set(reader.passage_ids(Scope(matter)))
    for question in questions(10):
        match = any_of(question)

        found = reader.by_words(match, Scope(matter), 10)

        assert same(found, [each for each in everything(reader, match) if each[0] in mine][:10])


@pytest.mark.parametrize("count", [0, 20, 60])
def test_some_passages_are_ranked_as_among_all(reader, count):
    some = sorted(random.Random(9).sample(reader.passage_ids(Scope()), count))
    for question in questions(10):
        match = any_of(question)

        found = reader.by_words_among(match, some, 5)

        assert same(found, [each for each in everything(reader, match) if each[0] in some][:5])


def test_a_locked_matter_is_not_searched_with_all_matters(shelf, reader):
    hidden = set(reader.passage_ids(Scope("Two")))
    assert hidden & {passage for passage, _ in reader.by_words(any_of(WORDS[0]), Scope(), 200)}

    matters.lock_matter(shelf, "Two", True)
    found = reader.by_words(any_of(WORDS[0]), Scope(), 200)
    matters.lock_matter(shelf, "Two", False)

    assert found and not hidden & {passage for passage, _ in found}


def test_what_is_no_list_of_phrases_is_left_to_fts5(reader):
    match = '{section body} : ("worda1" AND "wordb1")'

    assert reader.by_words(match, Scope(), 5) == everything(reader, match, 5)
