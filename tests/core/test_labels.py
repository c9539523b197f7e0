"""Labels as values: questions, places, contradictions, and lines of files."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legaldesk.core.agreement import contradicted, contradictions, outdated
from legaldesk.core.errors import WrongUse
from legaldesk.core.label_lines import (
    Line,
    plain_cell,
    read_line,
    safe_cell,
    text_problem,
)
from legaldesk.core.label_places import Place, closeness, same_place
from legaldesk.core.labels import (
    Label,
    LabelSource,
    Verdict,
    asked_question,
    clean_text,
    key,
    key_of_question,
    plain_question,
)
from legaldesk.core.passages import Span

RELEVANT, PARTLY, NOT = Verdict.RELEVANT, Verdict.PARTLY, Verdict.NOT_RELEVANT


def label(number, verdict=RELEVANT, who="Ann", text="The rent is due.", **more):
    given = {"question": "When is rent due?", "matter": "Case", "source": LabelSource.SEARCH} | more
    return Label(verdict=verdict, text=text, labeller=who, id=number, **given)


def at(start, end, page=1, document="a" * 64, text=""):
    return Place(text or f"{page} {start} {end}", document, (Span(page, start, end),))


def test_grades():
    assert [verdict.grade for verdict in (RELEVANT, PARTLY, NOT)] == [2, 1, 0]


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("  When is\trent   due? ", "When is rent due?"),
        ('rent "first day" matter:Acme -deposit', "rent first day"),
        ("Miete fa\u0308llig", "Miete fällig"),
    ],
)
def test_a_label_has_the_plain_question(typed, asked):
    assert asked_question(typed) == asked


@pytest.mark.parametrize("typed", ["", "  \n", "matter:Acme", "x" * 4_001])
def test_a_question_must_say_something(typed):
    with pytest.raises(WrongUse):
        asked_question(typed)


@given(st.text())
def test_a_plain_question_is_stable_and_storable(text):
    try:
        once = plain_question(text)
    except WrongUse:
        return
    assert plain_question(once) == once
    once.encode("utf-8")


@given(st.text(st.characters(codec="utf-8")))
def test_keys_see_no_case_and_no_spacing(text):
    assert key(f"  {text}\n") == key(text)
    assert key(text.casefold()) == key(text)


@given(st.text())
def test_what_the_question_box_makes_has_the_key_that_it_always_had(typed):
    try:
        asked = asked_question(typed)
    except WrongUse:
        return
    assert key_of_question(asked) == key(asked)


@given(st.text(st.sampled_from("law -“„”\"»'\u00ad\u200b\n…?§")))
def test_a_question_is_the_same_with_quotes_and_without(text):
    question = f"which {text}".replace("-", "")  # a minus is an operator of the box

    assert key_of_question(plain_question(question)) == key_of_question(asked_question(question))


@pytest.mark.parametrize(
    ("mine", "passage", "expected"),
    [
        (at(0, 100), at(0, 100), 1.0),
        (at(0, 100), at(0, 50), 0.5),  # a half of what was labelled
        (at(40, 60), at(0, 100), 0.2),  # a sentence inside a passage
        (at(0, 100), at(90, 200), 0.0),  # a sliver
        (at(0, 100), at(0, 100, page=2), 0.0),
        (at(0, 100), at(1, 101, document="b" * 64), 0.0),
        (at(0, 8, text="the rent"), at(500, 509, text="The  rent"), 1.0),  # the same words
        (Place("The  RENT"), at(0, 8, text="the rent"), 1.0),  # it came without a document
        (Place("the  rent"), at(0, 12, text="\uf0b7 the \uf0b7 rent\u200b"), 1.0),  # from a file
        (Place("\uf0b7"), at(0, 1, text="\uf0b8"), 0.0),
        (replace(at(5, 9, text="rent"), extraction=7), at(0, 8, text="the rent"), 0.5),
    ],
)
def test_a_passage_stands_for_what_it_holds(mine, passage, expected):
    assert closeness(mine, passage) == expected


@given(*[st.integers(0, 60) for _ in range(4)])
def test_places_are_alike_in_both_directions(a, b, c, d):
    one, other = at(min(a, b), max(a, b) + 1), at(min(c, d), max(c, d) + 1)

    assert closeness(one, other) == closeness(other, one) <= 1
    assert same_place(one, one)
    assert not same_place(one, other) or closeness(one, other) > 0


def test_two_labellers_who_differ_contradict():
    labels = [label(1), label(2, PARTLY, "Bob"), label(3, NOT, "Bob", text="Other.")]

    [clash] = contradictions(labels)

    assert [each.id for each in clash.labels] == [1, 2]
    assert contradicted(labels) == {1, 2}


def test_of_one_labellers_words_the_newest_counts():
    mine = [label(1), label(2, NOT)]

    assert (contradicted(mine), outdated(mine)) == (set(), {1})
    assert contradicted([*mine, label(3, NOT, "Bob")]) == set()
    assert contradicted([*mine, label(3, RELEVANT, "Bob")]) == {1, 2, 3}
    assert outdated([label(1), label(2, NOT, "Bob"), label(3, NOT, text="Other.")]) == set()


def test_what_is_said_behind_a_wall_is_compared_there_alone():
    labels = [label(1, matter="Secret"), label(2, NOT, "Bob"), label(3, PARTLY, matter="Other")]

    assert contradicted(labels) == {1, 2, 3}
    assert contradicted(labels, {"Secret"}) == {2, 3}
    assert contradicted([*labels, label(4, NOT, "Bob", matter="Secret")], {"Secret"}) == {
        1,
        2,
        3,
        4,
    }
    assert (outdated(labels), outdated(labels, {"Secret"})) == ({1}, set())


def test_the_same_place_is_the_same_text_however_it_was_cut():
    where = {"document": "a" * 64, "spans": (Span(1, 0, 100),)}
    near, far = (Span(1, 0, 90),), (Span(1, 60, 160),)

    assert contradicted(
        [label(1, **where), label(2, NOT, "Bob", "Cut", **where | {"spans": near})]
    ) == {1, 2}
    assert not contradicted(
        [label(1, **where), label(2, NOT, "Bob", "Cut", **where | {"spans": far})]
    )


def test_another_question_is_another_matter():
    assert not contradicted([label(1), label(2, NOT, "Bob", question="Who pays?")])
    assert contradicted([label(1), label(2, NOT, "Bob", question="when IS rent  due?")])


def fields(**columns):
    return Line(3, {name.rstrip("_"): value for name, value in columns.items()})


def test_a_line_may_hold_several_labels():
    found, refused = read_line(
        fields(Anchor="Who pays?", positive="A.", negative_1="B.", negative_2="C.", partly="D."),
        "Ann",
    )

    assert refused == []
    assert [(each.label.text, each.label.verdict) for each in found] == [
        ("A.", RELEVANT), ("B.", NOT), ("C.", NOT), ("D.", PARTLY),
    ]  # fmt: skip
    assert {each.label.source for each in found} == {LabelSource.IMPORT}


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"positive": "A."}, "no “anchor”"),
        ({"anchor": " ", "positive": "A."}, "anchor: it is empty"),
        ({"anchor": "Q", "positive": ""}, "no text"),
        ({"anchor": "Q", "positive": "  "}, "it is empty"),
        ({"anchor": "Q", "positive": "x" * 50_001}, "longer than 50,000"),
        ({"anchor": "x" * 4_001, "positive": "A."}, "at most 4,000"),
        ({"anchor": "Q", "positive": 3}, "not a text"),
        ({"anchor": ["Q"], "positive": "A."}, "not a text"),
        ({"anchor": "Q", "positive": "\ud800"}, "half a character"),
        ({"anchor": "Q", "positive": "A.", "document": "x", "spans": []}, "make no sense"),
        ({"anchor": "Q", "positive": "A.", "rank": 10**40}, "make no sense"),
        ({"anchor": "Q", "positive": "A.", "rank": float("inf")}, "make no sense"),
    ],
)
def test_a_bad_line_is_refused_with_its_reason(columns, reason):
    found, [refusal] = read_line(Line(3, columns), "Ann")

    assert found == []
    assert refusal.line == 3
    assert reason in refusal.reason


def test_a_bad_text_leaves_the_others_of_its_line():
    found, [refusal] = read_line(fields(anchor="Q", positive="A.", negative=["B.", 7, "C."]), "Ann")

    assert [each.label.text for each in found] == ["A.", "B.", "C."]
    assert (refusal.column, refusal.reason) == ("negative", "it is not a text")


@given(
    st.dictionaries(
        st.sampled_from("anchor positive negative spans document rank made".split()),
        st.none() | st.text() | st.integers() | st.floats() | st.lists(st.text()),
    )
)
def test_any_line_is_taken_or_refused(columns):
    found, refused = read_line(Line(1, columns), "Ann")

    assert found or refused
    for each in found:
        (each.label.text + each.label.question).encode()


@given(st.text())
def test_a_cell_is_read_back_as_it_was(text):
    assert plain_cell(safe_cell(text)) == text
    assert safe_cell(text)[:1] not in tuple("=+-@\t\r＝＋－＠")


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_a_clean_text_stays_as_it_is(text):
    once = clean_text(text)

    assert clean_text(once) == once
    assert bool(text_problem(text)) == (not once)
