"""Ask a library many questions whose answers are known, each way of searching beside the others.

The words, the vectors, the index and the fusion are the search's own.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass

import legaldesk.core.query as language
from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import Asked, Mode, Searched, TableRow
from legaldesk.core.fusion import DEPTH, Ranked, Scored, Within, fuse, meaning_weights
from legaldesk.core.hits import Scope
from legaldesk.core.metrics import CHARACTER_RECALL, Scores, character_recall, score
from legaldesk.core.metrics import DEPTH as RANKED
from legaldesk.core.pace import counted
from legaldesk.core.passages import reading_text
from legaldesk.core.progress import Report
from legaldesk.engine import passage_facts
from legaldesk.engine.dimension_indexes import DimensionIndexes, dimension_indexes
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.ranking_table import scored_row
from legaldesk.engine.readiness import Replaced
from legaldesk.engine.reranker import Reranker
from legaldesk.engine.significance import Units
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.vector_source import StoredVectors
from legaldesk.tasks.naming import asked_within, naming
from legaldesk.tasks.reranking import again
from legaldesk.tasks.searching import cited_passages, meaning_factor

DEEP = 1_000
"""Passages that one half alone ranks, so that RANKED documents of many passages are among them."""

Cell = tuple[Mode, int]
"""A row of the table: how, and at which dimension (0 for words)."""

CHANGED = "The model changed meanwhile. Measure again."

_WITH_WORDS = {Mode.LEXICAL, Mode.FUSED, Mode.RERANKED}


def measure(
    desk: LocalDesk,
    generation: Generation,
    questions: Sequence[Asked],
    searched: Searched,
    modes: Iterable[Mode],
    dimensions: Sequence[int],
    units: Units,
    report: Report,
    above: float = 0.0,
    reranker: Reranker | None = None,
) -> list[TableRow]:
    """A row for each mode, and for each dimension where the model takes part.

    ``generation`` is measured, which was live when the answers were looked up; raises WrongUse
    where another is by the end. ``dimensions`` are Matryoshka dimensions, each searched in an
    index of its own over the stored vectors. Grades above ``above`` are right answers, and every
    question has one. Mode.RERANKED takes a ``reranker``.
    Questions are plain text here: quotes and minus signs in them mean nothing.
    """
    wanted = set(modes)
    used = dimensions if any(mode.uses_model for mode in wanted) else ()
    scores: dict[Cell, Scores] = {}
    with (
        measured(desk, generation) as meaning,
        closing(StoredVectors(desk.library, generation)) as source,
        dimension_indexes(source, used) as indexes,
    ):
        halves = Halves(desk, meaning, indexes, reranker)
        for asked in counted(questions, "asking", "questions", report):
            with halves.moment():
                ranked = halves.ranked(asked, wanted)
            for cell, passages in ranked.items():
                found = _figures(passages, asked, searched, above)
                scores.setdefault(cell, {})[asked.id] = found
    order = list(Mode)
    cells = sorted(scores, key=lambda cell: (order.index(cell[0]), -cell[1]))
    return [scored_row(*cell, scores[cell], units) for cell in cells]


@contextmanager
def measured(desk: LocalDesk, generation: Generation) -> Iterator[Meaning]:
    """The Meaning of the generation that is measured inside.

    Raises WrongUse where that is not the live one, from the beginning to the end.
    """
    meaning = desk.meaning
    try:
        if meaning.generation.id != generation.id:
            raise Replaced
        yield meaning
        if desk.meaning.generation.id != generation.id:
            raise Replaced
    except Replaced as error:
        if meaning.closed and desk.meaning is meaning:  # the desk is closing
            raise
        raise WrongUse(CHANGED) from error


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the halves of a search propose for one question, DEEP passages each, best first.

    ``by_meaning`` has a list for each dimension, ``cited`` are the passages of sections that the
    question names.
    """

    text: str
    scope: Scope
    by_words: Sequence[Scored]
    by_meaning: Mapping[int, Sequence[Scored]]
    cited: Collection[int]


@dataclass(frozen=True, slots=True)
class Halves:
    """Words and meaning of one desk, asked apart and put together.

    ``indexes`` are of the generation of ``meaning``.
    """

    desk: LocalDesk
    meaning: Meaning
    indexes: DimensionIndexes
    reranker: Reranker | None = None

    @contextmanager
    def moment(self) -> Iterator[None]:
        """A question's moment. Raises Replaced where another generation's words are live in it."""
        with self.desk.reader.moment():
            if self.desk.reader.live() != self.meaning.generation.id:
                raise Replaced
            yield

    def candidates(self, asked: Asked, words: bool = True) -> Candidates:
        """What each half proposes; without ``words`` meaning alone."""
        text = plain(asked.text)
        by_meaning = dict(self._by_meaning(text, asked.scope))
        if not words:
            return Candidates(text, asked.scope, (), by_meaning, ())
        reader = self.desk.reader
        match = language.any_of(text, reader.common(language.terms(text)))
        cited = cited_passages(reader, text, asked.scope)
        by_words = reader.by_words(match, asked.scope, DEEP)
        return Candidates(text, asked.scope, by_words, by_meaning, cited)

    def ranked(self, asked: Asked, modes: set[Mode]) -> dict[Cell, list[int]]:
        """Passage numbers, best first, for every mode and dimension."""
        given = self.candidates(asked, bool(modes & _WITH_WORDS))
        found: dict[Cell, list[int]] = {}
        if Mode.LEXICAL in modes:
            fused = self.fused(given, ())
            found[Mode.LEXICAL, 0] = [item.passage for item in fused]
        for dimension, by_meaning in given.by_meaning.items():
            if Mode.DENSE in modes:
                found[Mode.DENSE, dimension] = [passage for passage, _ in by_meaning]
            if modes & {Mode.FUSED, Mode.RERANKED}:
                fused = self.fused(given, by_meaning[:DEPTH], dimension)
            if Mode.FUSED in modes:
                found[Mode.FUSED, dimension] = [item.passage for item in fused]
            if Mode.RERANKED in modes and self.reranker is not None:
                cited = set(given.cited)
                order, _ = again(self.desk, self.reranker, given.text, fused, cited)
                found[Mode.RERANKED, dimension] = [item.passage for item in order]
        return found

    def _by_meaning(self, text: str, scope: Scope) -> Iterator[tuple[int, list[Scored]]]:
        """Passages and cosines at every dimension, from one vector of the question."""
        if not self.indexes:
            return
        vector = self.meaning.encode_query(text)
        yield from self.indexes.nearest(vector, DEEP, self.desk.reader.within(scope))

    def fused(
        self, given: Candidates, by_meaning: Sequence[Scored], dimension: int = 0
    ) -> list[Ranked]:
        """The halves as a search fuses them; ``dimension`` 0 for the words alone."""
        by_words = given.by_words[:DEPTH] if dimension else given.by_words
        named, inside = self.named(given, by_meaning, dimension)
        near = [passage for passage, _ in (*by_meaning, *inside.meaning)]
        weights = self.weights(near) if dimension else {}
        return fuse(by_words, by_meaning, weights, given.cited, named, inside)

    def named(
        self, given: Candidates, by_meaning: Sequence[Scored], dimension: int = 0
    ) -> tuple[dict[int, float], Within]:
        """The share of its document's title that the question names by passage, and what the
        halves propose within the documents that it singles out."""
        near = [passage for passage, _ in (*given.by_words[:DEPTH], *by_meaning[:DEPTH])]
        facts = passage_facts.around(self.desk.reader, near)
        found = naming(self.desk.reader, given.text, given.scope, facts)

        def nearest(text: str, passages: list[int]) -> list[Scored]:
            vector = self.meaning.encode_query(text)
            return dict(self.indexes.nearest(vector, DEPTH, passages))[dimension]

        inside = asked_within(self.desk.reader, found, nearest if dimension else None)
        return found.shares_of(near, inside), inside

    def weights(self, passages: Iterable[int], factor: float | None = None) -> dict[int, float]:
        """How much meaning counts for passages: as a search has it, or with another factor."""
        reader, meaning = self.desk.reader, self.meaning
        near = passage_facts.around(reader, passages)
        languages = {passage: facts.language for passage, facts in near.items()}
        if factor is None:
            factor = meaning_factor(reader, meaning.generation.id)
        return meaning_weights(languages, meaning.folder.languages, factor)


def _figures(
    passages: Sequence[int], asked: Asked, searched: Searched, above: float
) -> dict[str, float]:
    """One question's figures: of what the passages stand for, and of the gold characters."""
    ranking = searched.ranking(passages)[:RANKED]
    found = score(ranking, asked.grades, above)
    if asked.spans:
        for budget, name in CHARACTER_RECALL.items():
            read = (part for passage in passages for part in searched.ranges[passage])
            found[name] = character_recall(read, asked.spans, budget)
    return found


def plain(question: str) -> str:
    """A question as the question box cleans it, without reading operators into it."""
    return unicodedata.normalize("NFC", reading_text(question))
