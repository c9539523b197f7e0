"""The question box's language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.query import any_of, parse, quote, terms


@pytest.mark.parametrize(
    ("question", "text", "phrases", "without"),
    [
        ("who pays the rent?", "who pays the rent?", (), ()),
        ('the "first day" of', "the first day of", ("first day",), ()),
        ("rent -deposit", "rent", (), ("deposit",)),
        ("non-compete clause", "non-compete clause", (), ()),
        ('rent -"security deposit"', "rent", (), ("security deposit",)),
        ("„Kündigung“ und «préavis»", "Kündigung und préavis", ("Kündigung", "préavis"), ()),
        ('"!!!" rent', "rent", (), ()),
        ('an open "quote', "an open quote", (), ()),
        ("a - b", "a - b", (), ()),
        ("", "", (), ()),
    ],
)
def test_phrases_and_exclusions(question, text, phrases, without):
    query = parse(question)

    assert (query.text, query.phrases, query.without) == (text, phrases, without)


def test_fields_narrow_the_scope():
    query = parse('notice matter:"Acme v. Byte" doc:lease.pdf')

    assert (query.text, query.matter, query.document) == ("notice", "Acme v. Byte", "lease.pdf")


def test_fts_expressions_are_quoted():
    assert any_of('rent AND "x') == '"rent" OR "and" OR "x"'
    assert quote('a "b" c') == '"a ""b"" c"'


@given(st.text())
def test_any_text_parses(question):
    query = parse(question)

    assert all(terms(phrase) for phrase in query.phrases)
    assert "\x00" not in query.text
