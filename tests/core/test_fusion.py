"""Fusion, and what a hit says of itself."""

from __future__ import annotations

import pytest

from legaldesk.core.fusion import UNCOVERED_WEIGHT, covered, fuse
from legaldesk.core.page_lists import page_ranges, pages_phrase
from legaldesk.core.query import parse
from legaldesk.core.reasons import emphasis, reason


def test_a_passage_that_both_halves_find_is_first():
    ranked = fuse([1, 2], [3, 2], {})

    assert [item.passage for item in ranked] == [2, 1, 3]
    assert ranked[0].words + ranked[0].meaning == pytest.approx(1)


def test_meaning_that_does_not_know_the_language_does_not_change_the_order_of_words():
    words = [1, 2, 3, 4]
    meaning = [9, 4, 3, 2]
    weights = dict.fromkeys(meaning, UNCOVERED_WEIGHT)

    ranked = [item.passage for item in fuse(words, meaning, weights)]

    assert ranked[0] == 1 or ranked[0] == 2
    assert ranked[-1] == 9


def test_an_unknown_language_counts_as_known():
    assert covered("", frozenset({"en"}))
    assert covered("de", None)
    assert not covered("de", frozenset({"en"}))


def test_words_are_set_apart_without_their_diacritics():
    body = "La INDEMNIZACIÓN será pagada."

    [part] = emphasis(parse("indemnizacion"), body)

    assert body[part.start : part.end] == "INDEMNIZACIÓN"


def test_other_forms_of_a_word_are_set_apart():
    body = "Der Mieter kann kündigen; die KÜNDIGUNGEN der Kunden."

    found = [body[part.start : part.end] for part in emphasis(parse("Kündigung"), body)]

    assert found == ["kündigen", "KÜNDIGUNGEN"]


def test_the_reason_names_the_words_and_the_meaning():
    text = reason(parse("who pays rent"), "The tenant pays the rent.", 0.5, 0.5)

    assert text == "Has “pays”, “rent” and close in meaning"


def test_page_lists():
    assert page_ranges([3, 4, 5, 9]) == "3-5, 9"
    assert pages_phrase([3]) == "page 3"
    assert pages_phrase([3, 4]) == "pages 3-4"
