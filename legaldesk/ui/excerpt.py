"""Chooses the few lines of a passage that show best why it was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from legaldesk.core.hits import Emphasis

_SENTENCE_START = re.compile(r"(?:(?<=[.;:!?])|(?<=[.;:!?][\"”’)]))\s+")
_LEADER = re.compile(r"(?:\s?[.·_…]){4,}")
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a passage for display, with its emphasised parts as (start, end)."""

    text: str
    parts: tuple[tuple[int, int], ...]


def excerpt(body: str, emphasis: Sequence[Emphasis], room: int) -> Excerpt:
    """At most about ``room`` characters around the part with the most different matched words."""
    body, emphasis = _without_leaders(body, emphasis)
    if len(body) <= room:
        return Excerpt(body, tuple((part.start, part.end) for part in emphasis))
    start = _sentence_before(body, _best_start(body, emphasis, room), room)
    end = min(len(body), start + room)
    if end < len(body):
        end = max(body.rfind(" ", start, end), start + room // 2)
    lead = ELLIPSIS + "\u00a0" if start else ""
    tail = "\u00a0" + ELLIPSIS if end < len(body) else ""
    shift = len(lead) - start
    parts = tuple(
        (part.start + shift, part.end + shift)
        for part in emphasis
        if part.start >= start and part.end <= end
    )
    return Excerpt(lead + body[start:end] + tail, parts)


def _without_leaders(body: str, emphasis: Sequence[Emphasis]) -> tuple[str, tuple[Emphasis, ...]]:
    """The body with each row of leader dots, as in a table of contents, as one ellipsis."""
    places: list[int] = []  # where each character goes
    shown = ""
    end = 0
    for leader in [*_LEADER.finditer(body), None]:
        start = leader.start() if leader else len(body)
        places.extend(range(len(shown), len(shown) + start - end))
        shown += body[end:start]
        if leader:
            places.extend([len(shown)] * len(leader.group()))
            shown += f" {ELLIPSIS}"
            end = leader.end()
    places.append(len(shown))
    return shown, tuple(Emphasis(places[part.start], places[part.end]) for part in emphasis)


def _best_start(body: str, emphasis: Sequence[Emphasis], room: int) -> int:
    """Where the window with the most different matched words begins; the earliest of equals."""
    best, best_words = 0, 0
    for first in emphasis:
        inside = {
            body[part.start : part.end].lower()
            for part in emphasis
            if part.start >= first.start and part.end <= first.start + room * 3 // 4
        }
        if len(inside) > best_words:
            best, best_words = first.start, len(inside)
    return best


def _sentence_before(body: str, position: int, room: int) -> int:
    """The start of the sentence that holds a position, or of a word a little before it.

    Where no word begins there, as in languages without blanks, it is a place inside one.
    """
    starts = [0, *(match.end() for match in _SENTENCE_START.finditer(body, 0, position + 1))]
    start = max(each for each in starts if each <= position)
    if position - start > room // 3:
        near = position - room // 4
        start = body.rfind(" ", position - room // 3, near) + 1 or near
    return start
