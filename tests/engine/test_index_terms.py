"""Texts are split and folded as the word index does it, by itself."""

from __future__ import annotations

import pytest

from legaldesk.engine.index_terms import IndexTerms


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Agreement", ["agreement"]),
        ("người lao động", ["nguoi", "lao", "đong"]),
        ("Über-gabe 14.2", ["uber", "gabe", "14", "2"]),
        ('said "so"', ["said", "so"]),
        ("§ …", []),
        ("", []),
    ],
)
def test_terms_are_the_word_index_own(text, terms):
    asked = IndexTerms()

    assert asked.of("what was asked before") == ["what", "was", "asked", "before"]
    assert asked.of(text) == terms
