"""Passages: exact ranges of page text, their identity, and what is embedded for them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from legaldesk.core.documents import GAP, SOFT_HYPHEN

RULES_VERSION = 2
"""Raise whenever the way text is cut changes, so that old and new passages never mix.

2: a form's repeated words are no running lines, numbers have capitals ("Section 8A"), and
hyphens that are not seen are no part of a word.
"""

EXTRACTION_VERSION = 1
"""Raise whenever page text changes for the same bytes."""

_NAMESPACE = uuid.UUID("6f1d6f6e-3c0b-5b0e-9d57-6c6567616c64")
_HYPHEN_BREAK = re.compile(rf"{SOFT_HYPHEN}[ \t]*(?:\r\n|\r|\n)?[ \t]*")

DISCRETIONARY = "\xad"
"""Unicode's soft hyphen: a place to break a word, but some fonts name every hyphen so."""

_BREAK_AT_IT = re.compile(rf"(?<=[^\W\d_]){DISCRETIONARY}+[ \t]*(?:\r\n|\r|\n)[ \t]*(?=[^\W\d_])")
_IN_A_WORD = re.compile(rf"(?<=[^\W\d_]){DISCRETIONARY}+(?=[^\W\d_A-Z])")
_IN_A_COMPOUND = re.compile(rf"(?<=\w){DISCRETIONARY}+(?=\w)")
_LONG_WORD = re.compile(r"[^\W\d_]{7,}")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range [start, end) of one page's character indices. Pages count from 1."""

    page: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segmentation:
    """How text was cut: rules version, tokenizer hash and token limit."""

    rules: int
    tokenizer: str
    limit: int

    @property
    def key(self) -> str:
        """A short stable name."""
        return f"{self.rules}:{self.tokenizer[:16]}:{self.limit}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document that can be found.

    ``spans`` has one entry per page touched, in order. ``section`` is the heading path
    from the outside in. ``body`` is the reading text: running headers and line numbers
    left out, line-end hyphens joined, white space collapsed. ``tokens`` counts prompt,
    heading path and body as the model will see them. ``cut`` tells where the passage had
    to end inside a sentence ("" means at its end).
    """

    spans: tuple[Span, ...]
    section: tuple[str, ...]
    body: str
    tokens: int = 0
    cut: str = ""


def passage_id(document: str, segmentation: Segmentation, spans: Sequence[Span]) -> str:
    """The passage's uuid5: the same document cut the same way gives the same id anywhere."""
    first, last = spans[0], spans[-1]
    name = (
        f"{document}/{EXTRACTION_VERSION}/{segmentation.key}"
        f"/{first.page}.{first.start}-{last.page}.{last.end}"
    )
    return str(uuid.uuid5(_NAMESPACE, name))


def exact_text(page_texts: dict[int, str], spans: Sequence[Span]) -> str:
    """The text at the spans as the source has it; pages are joined by a line feed."""
    parts = (page_texts[span.page][span.start : span.end] for span in spans)
    return "\n".join(parts).replace(GAP, "")


UNSEEN = GAP + SOFT_HYPHEN
"""Characters of page text that reading text leaves out."""


def reading_text(text: str) -> str:
    """Page text for reading and embedding: hyphenated words joined, white space collapsed.

    A word that PDFium saw broken at a line end loses its hyphen, and so does one with
    hyphens that are not seen; the page text keeps them.
    """
    if text.isprintable() and "  " not in text:  # most lines: nothing in them is to be changed
        return text.strip(" ")
    joined = text.replace(GAP, "")
    if SOFT_HYPHEN in joined:
        joined = _HYPHEN_BREAK.sub("", joined)
    if DISCRETIONARY in joined:
        joined = _with_discretionary(joined)
    return " ".join(joined.split())


def _with_discretionary(text: str) -> str:
    """Words without the hyphens that only a line break shows, compounds with theirs.

    Who sets these marks sets them in most long words. Where only some words have one the font
    calls its hyphen so: of the 50 in CUAD's contracts all are ("non-public", "446-770").
    """
    text = _BREAK_AT_IT.sub("", text)
    marked = len(_IN_A_WORD.findall(text))
    if marked and 2 * marked >= len(_LONG_WORD.findall(text)):
        text = _IN_A_WORD.sub("", text)
    return _IN_A_COMPOUND.sub("-", text)


RANGE = " – "
"""Stands between the first and the last heading of a passage that has several."""


def embedded_text(section: Sequence[str], body: str) -> str:
    """What the encoder is given for a passage: the heading path, then the body."""
    heading = " > ".join(section)
    return f"{heading}\n{body}" if heading else body
