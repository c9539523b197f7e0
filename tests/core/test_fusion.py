"""Fusion, and what a hit says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.fusion import UNCOVERED_WEIGHT, covered, fuse
from legaldesk.core.page_lists import page_ranges, pages_phrase
from legaldesk.core.query import parse
from legaldesk.core.reasons import emphasis, reason


def test_a_passage_that_both_halves_find_is_first():
    ranked = fuse([(1, 9.0), (2, 8.0)], [(3, 0.7), (2, 0.6), (4, 0.2)], {})

    assert [item.passage for item in ranked] == [2, 1, 3, 4]
    assert ranked[0].words + ranked[0].meaning == pytest.approx(1)


def test_a_clear_lead_by_words_outlasts_a_language_that_the_model_does_not_know():
    words = [(1, 9.0), (2, 3.0), (3, 2.9)]
    meaning = [(9, 0.8), (3, 0.7), (2, 0.1)]
    weights = dict.fromkeys((2, 3, 9), UNCOVERED_WEIGHT)

    ranked = [item.passage for item in fuse(words, meaning, weights)]

    assert ranked == [1, 3, 2, 9]


def test_one_half_alone_keeps_its_order():
    ranking = [(5, 0.9), (3, 0.4), (8, 0.4), (1, 0.1)]

    assert [item.passage for item in fuse(ranking, [], {})] == [5, 3, 8, 1]
    assert [item.passage for item in fuse([], ranking, {})] == [5, 3, 8, 1]
    assert fuse([], [], {}) == []
    assert fuse([], [(7, -0.2)], {})[0].meaning == 1


@given(
    st.dictionaries(st.integers(0, 30), st.floats(1e-6, 50)),
    st.dictionaries(st.integers(0, 30), st.floats(-1, 1)),
    st.dictionaries(st.integers(0, 30), st.floats(0.1, 1)),
)
def test_every_candidate_is_ranked_once_by_falling_scores(words, meaning, weights):
    ranked = fuse(best_first(words), best_first(meaning), weights)

    assert {item.passage for item in ranked} == words.keys() | meaning.keys()
    assert len(ranked) == len({item.passage for item in ranked})
    scores = [item.score for item in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 2 for score in scores)


def best_first(scores):
    return sorted(scores.items(), key=lambda item: -item[1])


def test_an_unknown_language_counts_as_known():
    assert covered("", frozenset({"en"}))
    assert covered("de", None)
    assert not covered("de", frozenset({"en"}))


def test_words_are_set_apart_without_their_diacritics():
    body = "La INDEMNIZACIÓN será pagada."

    [part] = emphasis(parse("indemnizacion"))(body)

    assert body[part.start : part.end] == "INDEMNIZACIÓN"


def test_other_forms_of_a_word_are_set_apart():
    body = "Der Mieter kann kündigen; die KÜNDIGUNGEN der Kunden."

    found = [body[part.start : part.end] for part in emphasis(parse("Kündigung"))(body)]

    assert found == ["kündigen", "KÜNDIGUNGEN"]


@pytest.mark.parametrize(
    ("question", "body", "expected"),
    [
        (
            "What happens when rent is late?",
            "What is late, when the rent is due.",
            ["late", "rent"],
        ),
        ("¿Cuándo vence el plazo?", "Cuando vence el plazo, cesa.", ["vence", "plazo"]),
        ("Welche Frist gilt?", "Die Frist, welche gilt.", ["Frist", "gilt"]),
        ('"what is due"', "What is due.", ["What", "is", "due"]),
    ],
)
def test_words_that_ask_are_not_set_apart_but_in_a_phrase(question, body, expected):
    parts = emphasis(parse(question))(body)

    assert [body[part.start : part.end] for part in parts] == expected


def test_the_reason_names_the_words_and_the_meaning():
    query, body = parse("who pays rent"), "The tenant pays the rent."
    text = reason(query, (), body, emphasis(query)(body), 0.5, 0.5)

    assert text == "Has “pays”, “rent” and close in meaning"


def test_page_lists():
    assert page_ranges([3, 4, 5, 9]) == "3-5, 9"
    assert pages_phrase([3]) == "page 3"
    assert pages_phrase([3, 4]) == "pages 3-4"
