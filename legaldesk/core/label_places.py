"""Whether two places in a document are the same, however the text was cut each time.

Likeness is what two places have in common of what both cover (Jaccard), containment what
they have in common of the shorter one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from legaldesk.core.labels import Label, clean_text, key_of_text
from legaldesk.core.pairs import same_text
from legaldesk.core.passages import EXTRACTION_VERSION, Span

SAME, ABOUT = 0.5, 0.5
"""The likeness from which two places are one, and the containment from which a passage
stands for a label. A label on a long passage stands for both halves of it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A text and where it stands; ``document`` "" is nowhere."""

    text: str
    document: str = ""
    spans: tuple[Span, ...] = ()
    extraction: int = EXTRACTION_VERSION

    @property
    def text_key(self) -> str:
        """The same for what ``key_of_text`` calls the same."""
        return key_of_text(self.text)


def place_of(label: Label) -> Place:
    """Where a label was given."""
    return Place(label.text, label.document, label.spans, label.extraction)


def same_place(one: Place, other: Place) -> bool:
    """Whether a newer label on one replaces an older label on the other."""
    if one.document and other.document:
        return one.document == other.document and (
            likeness(one, other) >= SAME or same_words(one, other)
        )
    return same_words(one, other)


def closeness(label: Place, passage: Place) -> float:
    """How well a passage stands for a label, above 0 to 1; 0 when it does not.

    The same text does wherever it stands. Else ranges decide where both are of one document
    and one extraction; of two extractions, whether one text holds the other.
    """
    if same_words(label, passage):
        return 1.0
    if label.document != passage.document or not label.document:
        return 0.0
    if label.extraction == passage.extraction:
        return likeness(label, passage) if containment(label, passage) >= ABOUT else 0.0
    return _text_closeness(same_text(label.text), same_text(passage.text))


def likeness(one: Place, other: Place) -> float:
    """Characters in common as a share of all that either covers."""
    common = _common(one, other)
    return common / (_length(one.spans) + _length(other.spans) - common) if common else 0.0


def containment(one: Place, other: Place) -> float:
    """Characters in common as a share of the shorter."""
    common = _common(one, other)
    return common / min(_length(one.spans), _length(other.spans)) if common else 0.0


def same_words(one: Place, other: Place) -> bool:
    """Whether there are words and they are the same; most texts differ at an end already."""
    ends = _ends(one)
    return bool(ends) and ends == _ends(other) and one.text_key == other.text_key


def _ends(place: Place) -> str:
    stripped = place.text.strip()
    if not (stripped[:1] + stripped[-1:]).isprintable():
        stripped = clean_text(stripped)
    return (stripped[:1] + stripped[-1:]).casefold()


def _text_closeness(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    return len(short) / len(long) if short and short in long else 0.0


def _common(one: Place, other: Place) -> int:
    if one.document != other.document or one.extraction != other.extraction:
        return 0
    return sum(
        max(0, min(a.end, b.end) - max(a.start, b.start))
        for a in one.spans
        for b in other.spans
        if a.page == b.page
    )


def _length(spans: Sequence[Span]) -> int:
    return sum(span.end - span.start for span in spans)
