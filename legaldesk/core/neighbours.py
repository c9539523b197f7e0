"""Which of several passages follow one another and are read as one.

A section that is longer than the model reads at once is cut into passages, and a question about
it finds several of them. They are one result then, up to about a page, at the rank of the best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

MOST, LONGEST = 3, 3_000
"""Passages and characters that are read as one at most: what a page of a contract holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands.

    ``number`` counts the passages of a document in reading order, without a gap. Passages of
    different sections are never one result: each is cited by its own.
    """

    document: int
    number: int
    section: tuple[str, ...]
    first_page: int
    last_page: int
    length: int


def joined(places: Sequence[Place | None], most: int) -> list[list[int]]:
    """The indices of places, best first, in rows of passages that are read as one.

    No more than ``most`` rows, each where its best passage stood, that one first; what is
    ranked below the last row is in none. A place of None is always a row of its own.
    """
    rows: list[list[int]] = []
    for index, place in enumerate(places):
        beside = [] if place is None else _beside(place, places, rows)
        taken = sorted([*(each for row in beside for each in row), index])
        if not beside and len(rows) == most:
            break
        at = min((rows.index(row) for row in beside), default=len(rows))
        rows = [row for row in rows if row not in beside]
        rows.insert(at, taken)
    return rows


def _beside(
    place: Place, places: Sequence[Place | None], rows: Sequence[list[int]]
) -> list[list[int]]:
    """The rows that a passage joins: on both of its sides, or on the better one's."""
    found: list[list[int]] = []
    count, length = 1, place.length
    for row in rows:
        members = [each for each in (places[index] for index in row) if each is not None]
        if not any(_touch(place, each) for each in members):
            continue
        more = sum(each.length for each in members)
        if count + len(members) <= MOST and length + more <= LONGEST:
            found.append(row)
            count, length = count + len(members), length + more
    return found


def _touch(one: Place, other: Place) -> bool:
    """Whether one follows the other, in the same section, on the same page or the next."""
    first, second = sorted((one, other), key=lambda place: place.number)
    return (
        first.document == second.document
        and first.number + 1 == second.number
        and first.section == second.section
        and second.first_page - first.last_page <= 1
    )
