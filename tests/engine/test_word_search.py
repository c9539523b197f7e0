"""The best passages by words are those of scoring every passage, and are looked for among fewer."""

from __future__ import annotations

import random

import pytest

from legaldesk.core.hits import Scope
from legaldesk.core.query import any_of
from legaldesk.engine import word_search
from legaldesk.engine.word_search import best_by_words
from legaldesk.tasks import importing, matters
from tests import pdf_factory as pdf

WORDS = [f"word{letter}{number}" for letter in "abcdefghij" for number in range(10)]
FREQUENT = [1 / (rank + 1) for rank in range(len(WORDS))]


@pytest.fixture
def reader(desk, drop, monkeypatch):
    """Two matters of 60 pages each, whose words are as unevenly frequent as in real text."""
    monkeypatch.setattr(word_search, "SMALL", 0)
    monkeypatch.setattr(word_search, "FIRST", 10)
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


def test_the_best_are_those_of_scoring_every_passage(reader, monkeypatch):
    monkeypatch.setattr(word_search, "MOST_SHARE", 2.2)  # BM25's own limit
    for question in questions(30):
        match = any_of(question)

        found = best_by_words(reader, reader.words(), match, Scope(), 10)

        assert [passage for passage, _ in found] == [
            passage for passage, _ in everything(reader, match, 10)
        ]


def test_fewer_passages_are_scored(reader):
    phrases = [f'"{word}"' for word in WORDS[:3] + WORDS[60:65]]
    counts = reader.having(phrases)
    rarest = sorted(phrases, key=lambda phrase: counts[phrase])
    lowest = word_search._lowest(reader, reader.words(), rarest, counts, 10, 3)
    most = [word_search._most(counts[phrase], reader.passages()) for phrase in rarest]

    needed = word_search._needed(rarest, most, lowest)

    assert needed == rarest[: len(needed)] and len(needed) < len(rarest)
    assert reader.matching_count(" OR ".join(needed)) < reader.matching_count(" OR ".join(phrases))


def test_a_passage_with_none_of_the_frequent_words_has_its_whole_score(reader):
    words = reader.words()
    rare, *others = sorted((f'"{word}"' for word in WORDS), key=reader.matching_count)[-30:-26]
    alone = reader.matching(rare) - reader.matching(" OR ".join(others))
    assert alone  # some have the first word and none of the others

    both = word_search._with_both(reader, words, [rare], others, 100)
    found = word_search._with_the_rest(reader, words, [rare], [1.0], both, 100)

    scores = dict(everything(reader, " OR ".join([rare, *others]), -1))
    assert dict(found) == pytest.approx({each: scores[each] for each in reader.matching(rare)})
    assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)


def test_of_a_long_question_few_passages_are_scored_and_by_all_its_words(reader, monkeypatch):
    monkeypatch.setattr(word_search, "LEAST", 0.4 * reader.passages())
    phrases = [f'"{word}"' for word in WORDS[::5] + WORDS[1:6]]
    match = " OR ".join(phrases)
    counts = reader.having(phrases)
    rarest = sorted(phrases, key=lambda phrase: counts[phrase])

    needed = word_search._enough(rarest, counts, reader.passages())
    found = best_by_words(reader, reader.words(), match, Scope(), 10)

    assert len(phrases) > word_search.LONG and 1 < len(needed) < len(rarest)
    scores = dict(everything(reader, match, -1))
    having = reader.matching(" OR ".join(needed))
    assert len(having) < 0.6 * len(scores)
    best = sorted(having, key=lambda passage: (-scores[passage], passage))[:10]
    assert best == [passage for passage, _ in found]
    assert [scores[passage] for passage in best] == pytest.approx([score for _, score in found])


@pytest.mark.parametrize(("nearly_all", "scored"), [(0.0, 1), (1.0, 2)])
def test_a_long_question_is_scored_once_where_nearly_all_have_a_frequent_word(
    reader, monkeypatch, nearly_all, scored
):
    monkeypatch.setattr(word_search, "LEAST", 0.4 * reader.passages())
    monkeypatch.setattr(word_search, "NEARLY_ALL", nearly_all)
    asked, score = [], word_search._scored
    monkeypatch.setattr(
        word_search, "_scored", lambda *given: asked.append(given[2]) or score(*given)
    )
    match = " OR ".join(f'"{word}"' for word in WORDS[::5] + WORDS[1:6])

    found = best_by_words(reader, reader.words(), match, Scope(), 10)

    assert len(asked) == scored
    assert {passage for passage, _ in found} <= reader.matching(asked[0]) and len(found) == 10


@pytest.mark.parametrize("wide", [0.0, 1.1])
def test_a_matter_gives_its_own_passages_in_the_same_order(reader, monkeypatch, wide):
    monkeypatch.setattr(word_search, "WIDE_SHARE", wide)  # sifted, or looked for inside
    monkeypatch.setattr(word_search, "MOST_SHARE", 2.2)
    mine = set(reader.passage_ids(Scope("Two")))
    for question in questions(10):
        match = any_of(question)

        found = best_by_words(reader, reader.words(), match, Scope("Two"), 10)

        every = [each for each in everything(reader, match, -1) if each[0] in mine]
        assert [passage for passage, _ in found] == [passage for passage, _ in every][:10]


def test_a_locked_matter_is_not_searched_with_all_matters(desk, reader):
    hidden = set(reader.passage_ids(Scope("Two")))
    matters.lock_matter(desk, "Two", True)

    found = best_by_words(reader, reader.words(), any_of(WORDS[0]), Scope(), 200)

    assert found and not hidden & {passage for passage, _ in found}


def test_what_is_no_list_of_phrases_is_scored_whole(reader):
    match = '{section body} : ("worda1" AND "wordb1")'

    found = best_by_words(reader, reader.words(), match, Scope(), 5)

    assert found == everything(reader, match, 5)
