"""Questions, hits and answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from legaldesk.core.documents import TextSource
from legaldesk.core.passages import Span

ALL_MATTERS = ""
"""The scope that crosses every wall; a deliberate choice."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where to look. Filters apply before the top k. Empty means no limit.

    ``matter`` ALL_MATTERS leaves out matters that are locked out of it.
    """

    matter: str = ALL_MATTERS
    document: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What an answer was drawn from.

    ``pages`` in scope; ``words_searchable`` and ``meaning_searchable`` pages of them that
    each half can find; ``unreadable`` pages that neither can.
    """

    pages: int
    words_searchable: int
    meaning_searchable: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class Emphasis:
    """A half-open range of a hit's reading text that is set apart as a reason it matched."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked passage with everything needed to cite, show and highlight it.

    ``text`` is exact page text, ``body`` its reading text. ``words`` and ``meaning`` are
    the two halves' shares of the score, from 0 to 1 together; ``reason`` says in plain
    words why it matched. ``page_label`` is the printed page number of its first page and
    ``last_label`` that of its last one.
    ``same`` are passages further down that say the same word for word, elsewhere, and
    ``beside`` those further down that stand right before or after it and are read with it.
    Labels are about the hit's own passage, the best of them.
    """

    rank: int
    score: float
    passage_id: str
    document: str
    document_id: str
    matters: tuple[str, ...]
    section: tuple[str, ...]
    page: int
    page_label: str | None
    spans: tuple[Span, ...]
    text: str
    body: str
    text_source: TextSource
    words: float
    meaning: float
    reason: str
    emphasis: tuple[Emphasis, ...] = ()
    same: tuple[Hit, ...] = ()
    beside: tuple[Hit, ...] = ()
    last_label: str | None = None

    @property
    def parts(self) -> tuple[Hit, ...]:
        """The hit alone and those beside it, in reading order."""
        return tuple(sorted((replace(self, beside=()), *self.beside), key=lambda hit: hit.spans))

    @property
    def whole(self) -> Hit:
        """The hit as it is read, cited and highlighted: with those beside it, as one text."""
        if not self.beside:
            return self
        parts, body = self.parts, ""
        emphasis: list[Emphasis] = []
        for part in parts:
            body += " " * bool(body)
            emphasis += [Emphasis(len(body) + e.start, len(body) + e.end) for e in part.emphasis]
            body += part.body
        return replace(
            self,
            page=parts[0].page,
            page_label=parts[0].page_label,
            last_label=parts[-1].last_label,
            spans=_one_each(span for part in parts for span in part.spans),
            text="\n".join(part.text for part in parts),
            body=body,
            emphasis=tuple(emphasis),
            beside=(),
        )


def _one_each(spans: Iterable[Span]) -> tuple[Span, ...]:
    """One span a page, from the first character to the last, so that no gap is seen."""
    found: dict[int, Span] = {}
    for span in spans:
        before = found.get(span.page, span)
        start, end = min(before.start, span.start), max(before.end, span.end)
        found[span.page] = Span(span.page, start, end)
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Edition:
    """How often a library has changed: what was read at one moment, beside what there is now.

    ``grown`` counts what came or has another name, ``taken`` what must not be shown any more: it
    was removed, taken out of a matter or locked out.
    """

    grown: int = 0
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """The hits of one question, what was covered, and which halves took part.

    ``modes`` holds "words", "meaning" when the model took part, and "reranked" when a
    cross-encoder put the best in order once more. ``note`` tells what the user should know,
    such as words alone while the model loads. ``rerankable``: a better order can be had, by
    asking once more for it. ``edition`` is that of the library which it was read from.
    """

    query: str
    coverage: Coverage
    hits: tuple[Hit, ...]
    modes: tuple[str, ...] = ("words", "meaning")
    note: str = ""
    rerankable: bool = False
    edition: Edition = Edition()


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page in points, origin at the top left of the page as shown."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PageImage:
    """A rendered page: RGB888 rows without padding, and the pixels per point used."""

    width: int
    height: int
    scale: float
    rgb: bytes


@dataclass(frozen=True, slots=True)
class EngineState:
    """What the engine is doing, for the window's corner.

    ``model`` is one of "absent", "loading", "ready", "failed"; ``device`` such as "cpu".
    ``pending`` passages still lack their vector; ``queued`` files wait from before.
    ``process`` is the engine's number: another one is another engine. ``edition`` is that of
    the library now. ``backup_problem`` says why the backup of the day could not be made, or what
    is wrong with it.
    """

    model: str
    model_name: str
    device: str
    pending: int
    total: int
    queued: int
    note: str = ""
    process: int = 0
    edition: Edition = Edition()
    backup_problem: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A range of a page's characters without white space, on one line, and where it lies."""

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page's text and its words in the order of the text; none where they have no place."""

    page: int
    text: str
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """Where spans lie on one page: merged line boxes.

    ``lead`` are those of the passage that was found, where others are read with it.
    """

    page: int
    boxes: tuple[Box, ...]
    lead: tuple[Box, ...] = ()
