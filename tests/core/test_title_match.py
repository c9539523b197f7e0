"""A question names a document by what tells its title from the others."""

from __future__ import annotations

import pytest

from legaldesk.core.title_match import title_matches

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

    assert max(found, key=found.get) == 1
    assert found[1] > 0.5 > 4 * max(found[2], found[3])
    assert 4 not in found


def test_a_whole_title_counts_more_than_a_part_of_it():
    part = title_matches("the hosting fees", TITLES, rarity)
    whole = title_matches("the hosting fees of Ideanomics", TITLES, rarity)

    assert 0 < part[3] < whole[3] <= 1


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
