"""What is measured and what comes out: questions with gold answers, and rows of figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from legaldesk.core.hits import Scope
from legaldesk.core.metrics import Grades, Scores, TextRange


class Mode(StrEnum):
    """A way of searching.

    The first three are LegalDesk's halves and both together, RERANKED is these with the best
    put in order once more by a cross-encoder; BM25 is a plain word search over whole documents
    that never changes, to compare with.
    """

    DENSE = "dense"
    LEXICAL = "lexical"
    FUSED = "fused"
    RERANKED = "reranked"
    BM25 = "bm25"

    @property
    def uses_model(self) -> bool:
        """Whether the figures depend on the model and its dimension."""
        return self in (Mode.DENSE, Mode.FUSED, Mode.RERANKED)


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """A text that can be found; ``language`` is its ISO 639-1 code or "" for unknown."""

    id: str
    text: str
    title: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question with its right answers.

    ``grades`` by document id, ``spans`` of document text that answer it. ``within`` limits
    the search to the document of this id and those whose id begins with it and "#".
    """

    id: str
    text: str
    grades: Grades
    spans: tuple[TextRange, ...] = ()
    within: str = ""


@dataclass(frozen=True, slots=True)
class GoldSet:
    """A collection with questions whose answers are known."""

    name: str
    documents: tuple[GoldDocument, ...]
    questions: tuple[GoldQuestion, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is put to a library, with its right answers by what they are called."""

    id: str
    text: str
    scope: Scope
    grades: Grades
    spans: tuple[TextRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Searched:
    """What the passages of a library stand for, by passage number.

    ``names`` is what the grades call each: its document, which then scores as its best
    passage, or the passage itself. ``ranges`` is where it lies in its document's text, for
    gold spans.
    """

    names: Mapping[int, str]
    ranges: Mapping[int, tuple[TextRange, ...]] = field(default_factory=dict)

    def ranking(self, passages: Iterable[int]) -> list[str]:
        """What ranked passages stand for, each once.

        One that was stored since is called by its number, which no grade knows.
        """
        return list(dict.fromkeys(self.names.get(each, f"passage {each}") for each in passages))


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 95% bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table: a way of searching at one dimension.

    ``dimension`` is 0 where no model takes part. ``scores`` are the single questions'
    figures, which ``figures`` are the means of.
    """

    mode: Mode
    dimension: int
    figures: Mapping[str, Figure]
    scores: Scores = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """All rows over one collection, which the table names with its size.

    ``units`` is how many groups of ``questions`` the intervals were drawn from; ``corpus``
    counts what is ranked and ``passages`` what it was cut into. ``note`` says what to know of
    the questions, "" for nothing.
    """

    name: str
    model: str
    questions: int
    units: int
    corpus: int
    passages: int
    rows: tuple[TableRow, ...]
    note: str = ""
