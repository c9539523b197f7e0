"""The question box's language."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.query import MOST_TERMS, any_of, every, parse, quote, terms


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
        ("rent -$500 -§5", "rent", (), ("$500", "§5")),
        ("rent -(a) or (b)", "rent -(a) or (b)", (), ()),
        (
            '“the term "Premises" means” x',
            "the term Premises means x",
            ("the term Premises means",),
            (),
        ),
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


@pytest.mark.parametrize(
    ("typed", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2019-2021", "2019-01-01", "2021-12-31"),
        ("2021–2019", "2019-01-01", "2021-12-31"),
        ("2021-03", "2021-03-01", "2021-03-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2021-03-15", "2021-03-15", "2021-03-15"),
        ("2021-11-2022-02", "2021-11-01", "2022-02-28"),
    ],
)
def test_a_date_is_a_range_of_days(typed, first, last):
    query = parse(f"rent date:{typed} notice")

    assert (query.text, query.added) == (
        "rent notice",
        (date.fromisoformat(first), date.fromisoformat(last)),
    )


@pytest.mark.parametrize(
    "typed", ["2021-13", "2021-00", "2021-02-30", "21", "0021", "2021-3", "soon"]
)
def test_what_is_no_date_is_words(typed):
    query = parse(f"rent date:{typed}")

    assert (query.text, query.added) == (f"rent date:{typed}", None)


@pytest.mark.parametrize("question", ["subject-matter:jurisdiction", "matter: of fact", "(doc:x)"])
def test_a_colon_alone_narrows_nothing(question):
    query = parse(question)

    assert (query.matter, query.document) == (None, None)


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("termi\x02\r\nnation", "termination"),  # a line end in PDFium's text
        ("termi\ufffe\nnation", "termination"),  # the same in pypdfium2's
        ("termi\u00adnation", "termination"),
        ("Ku\u0308ndigung", "Kündigung"),
        ("a\x00b\ud800c\u00a0d", "a b c d"),
    ],
)
def test_pasted_text_is_read_as_pages_are(pasted, text):
    assert parse(pasted).text == text


def test_fts_expressions_are_quoted():
    assert any_of('rent AND "x') == '"rent" OR "and" OR "x"'
    assert quote('a "b" c') == '"a ""b"" c"'
    assert every(("a b", 'c"')) == '{section body} : ("a b" AND "c""")'


def test_long_words_are_looked_for_by_their_first_letters_too():
    assert any_of("Kündigung 2024001") == '"kündigung" OR "2024001" OR "kündi"*'


def test_vietnamese_syllables_are_looked_for_in_pairs():
    assert any_of("hợp đồng thuê") == ('"hợp" OR "đồng" OR "thuê" OR "hợp đồng" OR "đồng thuê"')


def test_a_question_of_any_length_makes_a_bounded_expression():
    words = " ".join(f"wörter{number}" for number in range(10_000))

    assert any_of(words).count(" OR ") < 2 * MOST_TERMS


@given(st.text())
def test_any_text_parses(question):
    query = parse(question)

    assert all(terms(phrase) for phrase in query.phrases)
    assert all(char.isprintable() for char in query.text)


@pytest.mark.parametrize(
    ("question", "pages", "text"),
    [
        ("rent page:12", (12, 12), "rent"),
        ("page:3-9 rent", (3, 9), "rent"),
        ("rent page:3–9", (3, 9), "rent"),
        ("rent page:9-3", (3, 9), "rent"),
        ("rent page:twelve", None, "rent page:twelve"),
        ("rent page: 12", None, "rent page: 12"),
        ("homepage:12", None, "homepage:12"),
    ],
)
def test_pages_narrow_the_question(question, pages, text):
    query = parse(question)

    assert (query.pages, query.text) == (pages, text)
