"""Days as they are typed into a question: 2021, 2021-03, 2021-03-15, or from one to another."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

DAY = r"(?:19|20|21)\d\d(?:-\d\d(?:-\d\d)?)?"
"""A year, a month or a day, as a regular expression."""


def days(since: str, until: str | None = None) -> tuple[date, date] | None:
    """The first and the last day of what DAY matched, or from one such to the other.

    None where there is no such month or day. Either order will do.
    """
    try:
        one, other = _range(since), _range(until or since)
    except ValueError:
        return None
    return min(one[0], other[0]), max(one[1], other[1])


def _range(text: str) -> tuple[date, date]:
    """Raises ValueError."""
    year, month, day = [*map(int, text.split("-")), 0, 0][:3]
    if day:
        return date(year, month, day), date(year, month, day)
    if "-" in text:
        if not 1 <= month <= 12:
            raise ValueError(text)
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, 1, 1), date(year, 12, 31)
