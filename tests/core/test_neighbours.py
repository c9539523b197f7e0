"""Which hits are read as one."""

from __future__ import annotations

import pytest

from legaldesk.core.neighbours import LONGEST, Place, joined

SECTION = ("7 Liability",)


def at(number: int, document: int = 1, section=SECTION, page: int = 1, length: int = 900) -> Place:
    return Place(document, number, section, page, page, length)


@pytest.mark.parametrize(
    ("places", "rows"),
    [
        ([at(5), at(9), at(6)], [[0, 2], [1]]),
        ([at(6), at(5)], [[0, 1]]),  # the one before it
        ([at(5), at(7), at(6)], [[0, 1, 2]]),  # what lies between joins both
        ([at(5), at(6), at(7), at(8)], [[0, 1, 2], [3]]),  # never more than three
        ([at(5, length=LONGEST - 100), at(6)], [[0], [1]]),  # never more than about a page
        ([at(5), at(6, section=("8 Term",))], [[0], [1]]),  # cited by another section
        ([at(5), at(6, document=2)], [[0], [1]]),
        ([at(5), at(6, page=3)], [[0], [1]]),
        ([at(5), at(6, page=2)], [[0, 1]]),
        ([at(5), None, at(6)], [[0, 2], [1]]),
        ([at(5), at(7), at(8), at(6)], [[0, 3], [1, 2]]),  # both sides are too many together
    ],
)
def test_what_follows_is_read_as_one(places, rows):
    assert joined(places, 10) == rows


def test_what_is_joined_takes_no_place_of_another():
    places = [at(5), at(6), at(20), at(30), at(21), at(40)]

    assert joined(places, 3) == [[0, 1], [2, 4], [3]]
    assert joined(places, 2) == [[0, 1], [2]]  # what is ranked lower than the last is left out
