"""How many tokens a model will see in pieces of a document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from legaldesk.core.documents import GAP, SOFT_HYPHEN
from legaldesk.core.passages import embedded_text
from legaldesk.core.stream import body_text


class Counter(Protocol):
    """Counts tokens as the model's own tokenizer does, without special tokens."""

    @property
    def by_word(self) -> bool:
        """Whether a word has the same tokens wherever it stands, so that a text's add up."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text."""

    def add_up(self, rows: Iterable[Sequence[str]]) -> list[int]:
        """The tokens of each row of words, where ``by_word`` holds."""


def count_bodies(texts: Sequence[str], counter: Counter) -> list[int]:
    """The tokens of what ``body_text`` makes of each piece of a stream.

    Where words add up, most pieces need not be made: they have the same words.
    """
    if counter.by_word:
        return counter.add_up(map(_words, texts))
    return counter.count([body_text(text) for text in texts])


def count_embedded(
    paths: Sequence[tuple[str, ...]], texts: Sequence[str], bodies: Sequence[str], counter: Counter
) -> list[int]:
    """The tokens of each path and body as they are embedded; ``texts`` are the bodies' pieces."""
    if not counter.by_word:
        pairs = zip(paths, bodies, strict=True)
        return counter.count([embedded_text(*each) for each in pairs])
    above = dict.fromkeys(paths, 0)
    sizes = counter.count([embedded_text(path, "") for path in above])
    above.update(zip(above, sizes, strict=True))
    counted = count_bodies(texts, counter)
    return [above[path] + size for path, size in zip(paths, counted, strict=True)]


def _words(text: str) -> list[str]:
    """The words of a piece's body text."""
    words = text.split()
    if _is_odd(text) or "." in words:
        return body_text(text).split(" ")
    return words


def _is_odd(text: str) -> bool:
    """Whether reading it joins words, or shortens leaders or rules; ". . . ." is not told here."""
    return (
        GAP in text
        or SOFT_HYPHEN in text
        or ".." in text
        or "…" in text
        or "____" in text
        or "------" in text
    )
