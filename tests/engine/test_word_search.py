"""The best passages by words are those of scoring every passage, and are looked for among fewer."""

from __future__ import annotations

import random

import pytest

from legaldesk.core.hits import Scope
from legaldesk.core.query import any_of
from legaldesk.engine import word_search
from legaldesk.engine.postings import Likely
from legaldesk.engine.word_search import best_among, best_by_words
from legaldesk.tasks import importing, matters
from tests import pdf_factory as pdf

WORDS = [f"word{letter}{number}" for letter in "abcdefghij" for number in range(10)]
FREQUENT = [1 / (rank + 1) for rank in range(len(WORDS))]


@pytest.fixture
def reader(desk, drop, monkeypatch):
    """Two matters of 60 pages each, whose words are as unevenly frequent as in real text."""
    monkeypatch.setattr(word_search, "SMALL", 0)
    monkeypatch.setattr(word_search, "FEWEST", 20)
    monkeypatch.setattr(word_search, "TIMES", 4)
    chance = random.Random(7)
    for matter in ("One", "Two"):
        pages = [" ".join(chance.choices(WORDS, FREQUENT, k=60)) + "." for _ in range(60)]
        path = drop(f"{matter}.pdf", pdf.text_pdf(*pages))
        importing.import_files(desk, (path,), matter, {})
    return desk.reader


def questions(count):
    chance = random.Random(8)
    return [" ".join(chance.sample(WORDS, 5) + WORDS[:3]) for _ in range(count)]


def everything(reader, match, limit):
    return word_search._scored(reader, reader.words(), match, limit)


def same(found, other):
    """Whether the passages and their order are; scores may be added up in another order."""
    assert dict(found) == pytest.approx(dict(other))
    return [passage for passage, _ in found] == [passage for passage, _ in other]


def test_the_best_are_those_of_scoring_every_passage(reader):
    for question in questions(30):
        match = any_of(question)

        found = best_by_words(reader, reader.words(), match, Scope(), 5)

        assert same(found, everything(reader, match, 5))


@pytest.mark.parametrize("words", [1, 2])
def test_few_words_are_looked_for_in_all_that_weigh_the_same(reader, words):
    for start in range(0, 12, words):
        match = any_of(" ".join(WORDS[start : start + words]))

        found = best_by_words(reader, reader.words(), match, Scope(), 5)

        assert same(found, everything(reader, match, 5))


def test_few_passages_are_scored_and_by_all_words(reader, monkeypatch):
    scored, score = [], word_search._scored
    monkeypatch.setattr(
        word_search, "_scored", lambda *given: scored.append(given) or score(*given)
    )
    match = any_of(questions(1)[0])

    found = best_by_words(reader, reader.words(), match, Scope(), 5)

    ids = {each for *_, listed in scored for each in listed}
    assert {passage for passage, _ in found} < ids
    assert len(ids) <= 2 * word_search.FEWEST < reader.matching_count(match) / 2
    scores = dict(everything(reader, match, -1))
    assert dict(found) == pytest.approx({each: scores[each] for each, _ in found})


def test_a_passage_with_none_of_the_other_words_has_its_whole_score(reader):
    rare, *others = sorted((f'"{word}"' for word in WORDS), key=reader.matching_count)[-30:-26]
    having = reader.matching(rare)
    alone = having - reader.matching(" OR ".join(others))
    assert alone  # some have the first word and none of the others
    likely = Likely([rare], sorted(having), dict.fromkeys(sorted(alone), 1.0))

    found = word_search._among(reader, reader.words(), likely, [rare, *others], 100)

    scores = dict(everything(reader, " OR ".join([rare, *others]), -1))
    assert dict(found) == pytest.approx({each: scores[each] for each in having})
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_frequent_words_help_where_too_few_have_a_rarer_one(reader, monkeypatch):
    monkeypatch.setattr(word_search, "FREQUENT", 0.3)
    rare = min((f'"{word}"' for word in WORDS), key=lambda each: reader.matching_count(each) or 99)
    match = f'"{WORDS[0]}" OR "{WORDS[1]}" OR {rare}'
    assert reader.matching_count(rare) < 10

    found = best_by_words(reader, reader.words(), match, Scope(), 10)

    assert same(found, everything(reader, match, 10))


@pytest.mark.parametrize("wide", [0.0, 1.1])
def test_a_matter_gives_its_own_passages_in_the_same_order(reader, monkeypatch, wide):
    monkeypatch.setattr(word_search, "WIDE_SHARE", wide)  # sifted, or looked for inside
    mine = set(reader.passage_ids(Scope("Two")))
    for question in questions(10):
        match = any_of(question)

        found = best_by_words(reader, reader.words(), match, Scope("Two"), 10)

        every = [each for each in everything(reader, match, -1) if each[0] in mine]
        assert [passage for passage, _ in found] == [passage for passage, _ in every][:10]


@pytest.mark.parametrize("count", [0, 20, 60])
def test_some_passages_are_ranked_as_among_all(reader, count):
    some = sorted(random.Random(9).sample(reader.passage_ids(Scope()), count))
    for question in questions(10):
        match = any_of(question)

        found = best_among(reader, reader.words(), match, some, 5)

        every = [each for each in everything(reader, match, -1) if each[0] in some]
        assert same(found, every[:5])


def test_a_locked_matter_is_not_searched_with_all_matters(desk, reader):
    hidden = set(reader.passage_ids(Scope("Two")))
    matters.lock_matter(desk, "Two", True)

    found = best_by_words(reader, reader.words(), any_of(WORDS[0]), Scope(), 200)

    assert found and not hidden & {passage for passage, _ in found}


def test_what_is_no_list_of_phrases_is_scored_whole(reader):
    match = '{section body} : ("worda1" AND "wordb1")'

    found = best_by_words(reader, reader.words(), match, Scope(), 5)

    assert found == everything(reader, match, 5)
