"""Qt counts a text in UTF-16 units: a character beyond U+FFFF is two of them there, one here."""

from __future__ import annotations

_LAST_OF_ONE = "\uffff"


def units(text: str) -> int:
    """How long Qt takes a text to be."""
    return len(text) + sum(character > _LAST_OF_ONE for character in text)


def characters(text: str, end: int) -> int:
    """How many characters lie before a place that Qt names; one that is cut is not counted."""
    passed = 0
    for number, character in enumerate(text):
        passed += 2 if character > _LAST_OF_ONE else 1
        if passed > end:
            return number
    return len(text)
