"""A question names a document by what tells its title from the others."""

from __future__ import annotations

import pytest

from legaldesk.core.title_match import title_matches, without_names

RARE = {"the": 0.0, "of": 0.0, "agreement": 0.1, "who": 0.2}
TITLES = {
    1: "Affiliate Agreement of Cybergy Holdings",
    2: "Content License Agreement of Euromedia",
    3: "Hosting Agreement of Ideanomics",
    4: "",
}


def rarity(terms):
    return {term: RARE.get(term, 0.9) for term in terms}


def test_the_document_that_is_named_stands_out():
    found = title_matches("Who may end the affiliate agreement of Cybergy?", TITLES, rarity)

    shares = {document: match.share for document, match in found.items()}
    assert max(shares, key=shares.get) == 1
    assert shares[1] > 0.5 > 4 * max(shares[2], shares[3])
    assert 4 not in found
    assert [document for document, match in found.items() if match.singles_out] == [1]


def test_a_whole_title_counts_more_than_a_part_of_it():
    part = title_matches("the hosting fees", TITLES, rarity)
    whole = title_matches("the hosting fees of Ideanomics", TITLES, rarity)

    assert 0 < part[3].share < whole[3].share <= 1


def test_what_stands_before_a_dash_names_a_title_unless_many_begin_with_it():
    long = "Affiliate Agreement – Cybergy Holdings and others, as in force on 5 January"
    found = title_matches("who may end the affiliate agreement?", {**TITLES, 1: long}, rarity)
    assert found[1].share == 1 and found[1].singles_out

    alike = {number: f"Affiliate Agreement – schedule {number}" for number in range(5, 9)}
    found = title_matches("who may end the affiliate agreement?", {**TITLES, **alike}, rarity)
    assert 0 < found[5].share < 1 and not found[5].singles_out

    one = title_matches("what does the lease say?", {**TITLES, 4: "Lease – Harbour Street"}, rarity)
    assert one[4].share < 0.5


def test_inflected_words_name_a_title_too():
    assert title_matches("hosted by whom?", {1: "Hosting", 2: "Lease"}, rarity) == {}
    assert title_matches("licenses for content", TITLES, rarity).keys() == {2}


def test_words_that_stand_everywhere_name_nothing():
    assert title_matches("the of", TITLES, rarity) == {}
    alike = {number: "Terms of Use" for number in range(5)}
    assert title_matches("terms of use", alike, rarity) == {}


@pytest.mark.parametrize("titles", [{}, {1: "Lease"}, {1: "", 2: ""}])
def test_where_there_is_no_choice_nothing_is_named(titles):
    assert title_matches("the lease", titles, rarity) == {}


def test_a_common_word_singles_nothing_out():
    titles = {1: "Agreement", 2: "Lease of Cybergy"}

    found = title_matches("who may end the agreement?", titles, rarity)

    assert found[1].share == 1 and not found[1].singles_out


@pytest.mark.parametrize(
    ("question", "rest"),
    [
        (
            "In the Affiliate Agreement of Cybergy Holdings: may the agreement be assigned?",
            "In the : may the agreement be assigned?",
        ),
        ("Affiliate agreements of CYBERGY", ""),
        ("Who pays?", "Who pays?"),
    ],
)
def test_a_question_without_the_name_says_what_is_looked_for(question, rest):
    assert without_names(question, [TITLES[1]]) == rest
