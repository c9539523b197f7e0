"""How many tokens a model will see in pieces of a document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from legaldesk.core.documents import GAP, SOFT_HYPHEN
from legaldesk.core.passages import DISCRETIONARY, embedded_text
from legaldesk.core.stream import body_text


class Counter(Protocol):
    """Counts tokens as the model's own tokenizer does, without special tokens."""

    @property
    def by_word(self) -> bool:
        """Whether words have the same tokens wherever they stand, so that a text's add up."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """The tokens of each text."""

    def add_up(self, rows: Iterable[Sequence[str]]) -> list[int]:
        """The tokens of each row of words, where ``by_word`` holds; -1 for one that is to be
        counted as a text, since a word in it is of characters that may not add up.
        """


def count_bodies(texts: Sequence[str], counter: Counter) -> list[int]:
    """The tokens of what ``body_text`` makes of each piece of a stream.

    Where words add up, most pieces need not be made: they have the same words.
    """
    sums = counter.add_up(map(_words, texts)) if counter.by_word else [-1] * len(texts)
    return completed(sums, counter.count, lambda at: body_text(texts[at]))


def count_embedded(
    paths: Sequence[tuple[str, ...]], texts: Sequence[str], bodies: Sequence[str], counter: Counter
) -> list[int]:
    """The tokens of each path and body as they are embedded; ``texts`` are the bodies' pieces."""
    sums = [-1] * len(paths)
    if counter.by_word:
        above = dict.fromkeys(paths, 0)
        sizes = counter.add_up(embedded_text(path, "").strip("\n").split(" ") for path in above)
        above.update(zip(above, sizes, strict=True))
        counted = counter.add_up(map(_words, texts))
        both = [(above[path], size) for path, size in zip(paths, counted, strict=True)]
        sums = [-1 if min(each) < 0 else sum(each) for each in both]
    return completed(sums, counter.count, lambda at: embedded_text(paths[at], bodies[at]))


def completed(
    sums: list[int], count: Callable[[list[str]], list[int]], text: Callable[[int], str]
) -> list[int]:
    """The sums of add_up, where there is one, and the tokens of the other texts as a whole."""
    odd = [at for at, number in enumerate(sums) if number < 0]
    for at, number in zip(odd, count([text(at) for at in odd]), strict=True):
        sums[at] = number
    return sums


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
        or DISCRETIONARY in text
        or ".." in text
        or "…" in text
        or "____" in text
        or "------" in text
    )
