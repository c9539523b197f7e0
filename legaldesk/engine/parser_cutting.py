"""Passages, cut in the parser that has read them: how they are asked for, told and checked.

Cutting takes as long as half of the reading. In the parsers it goes on beside the reading of
other files, holds nobody in the engine up, and stays in the box whatever a text does to it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from legaldesk.core.counting import Counter
from legaldesk.core.documents import OutlineEntry, PageText
from legaldesk.core.errors import Damaged, ModelProblem, ProcessDied
from legaldesk.core.passages import Passage, Span
from legaldesk.core.segment import segment
from legaldesk.core.sentences import CUTS
from legaldesk.engine.parser_messages import (
    CUTTINGS,
    MAX_TITLE,
    Cut,
    Cutting,
    Cuttings,
    Facts,
    clip,
)
from legaldesk.engine.tokens import Tokens


class Tokenizer(NamedTuple):
    """What a parser counts tokens with: the name of its content, its file, and whether capitals
    are folded first.
    """

    hash: str
    file: str
    lower: bool

    def arguments(self) -> list[str]:
        """The same for a parser's command line."""
        return [self.hash, self.file, "lower" if self.lower else ""]


class Plan(NamedTuple):
    """How a text is to be cut."""

    language: str
    limit: int
    tokenizer: str


Planner = Callable[[Sequence[PageText]], Plan]
"""Says how a document is to be cut, from its pages."""


@dataclass(frozen=True, slots=True)
class Cutter:
    """A parser's means to cut: a counter, and the name of the tokenizer that it counts with."""

    hash: str
    counter: Counter

    def cut(
        self, request: Cut, pages: Sequence[PageText], outline: Sequence[OutlineEntry]
    ) -> Iterator[Cuttings]:
        """The passages in order. Raises Damaged for the passages of another tokenizer."""
        if request.tokenizer != self.hash:
            raise Damaged("this parser counts with another tokenizer")
        found = segment(pages, outline, request.language, self.counter, request.limit)
        for at in range(0, len(found), CUTTINGS):
            yield Cuttings(request.id, [_told(each) for each in found[at : at + CUTTINGS]])


def load_cutter(arguments: Sequence[str]) -> Cutter | None:
    """What ``Tokenizer.arguments`` names; None where it names nothing that can be read.

    Loads all that cutting needs, for a process that will open no file later nor start a thread.
    """
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    try:
        tokenizer, file, lower = arguments
        counter = Tokens(file, lower == "lower")
        segment([PageText(1, "A word.")], (), "en", counter, 100)
    except (ValueError, ModelProblem):
        return None
    return Cutter(tokenizer, counter)


def _told(passage: Passage) -> Cutting:
    spans = [(span.page, span.start, span.end) for span in passage.spans]
    return spans, list(passage.section), passage.body, passage.tokens, passage.cut


def outline_of(facts: Facts) -> tuple[OutlineEntry, ...]:
    """The bookmarks as they are kept and cut by."""
    return tuple(
        OutlineEntry(level, clip(title, MAX_TITLE), page) for level, title, page in facts.outline
    )


class Cuts:
    """The passages of a document as its parser sends them, each taken in after it was checked.

    A parser that was taken over can lie about a text, but not name what is not there.
    """

    def __init__(self, pages: Sequence[PageText], plan: Plan) -> None:
        self.passages: list[Passage] = []
        self._pages, self._plan = pages, plan
        self._behind = (1, 0)
        """The page and the place up to which passages have come."""

    def take(self, untrusted: Cuttings) -> None:
        """The next passages. Raises ProcessDied for one that cannot be."""
        for spans, path, body, tokens, cut in untrusted.passages:
            if tokens > self._plan.limit or cut not in ("", *CUTS):
                raise ProcessDied("it sent a passage that is longer than it may be, or cut oddly")
            room = sum(self._room(*span) for span in spans)
            if len(body) > 2 * room:
                raise ProcessDied("it sent a passage with more text than its pages have")
            found = tuple(Span(*span) for span in spans)
            self.passages.append(Passage(found, tuple(path), body, tokens, cut))

    def _room(self, page: int, start: int, end: int) -> int:
        """The characters of a span that lies behind all others, and on its page."""
        if (page, start) < self._behind or page > len(self._pages):
            raise ProcessDied("it sent a passage out of turn")
        if not start < end <= len(self._pages[page - 1].text):
            raise ProcessDied("it sent a passage that is not on its page")
        self._behind = (page, end)
        return end - start
