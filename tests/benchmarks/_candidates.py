"""What both halves of a search propose for the questions of a set, kept in a file for reuse.

Making it takes the cutting and encoding of the whole set; fusing it takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

import legaldesk.core.query as language
from legaldesk.core.evaluation import Asked, GoldSet, Searched
from legaldesk.core.fusion import Scored, Within
from legaldesk.core.metrics import TextRange, answer_units
from legaldesk.engine.dimension_indexes import dimension_indexes
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.gold_library import gold_library, searched
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.vector_source import StoredVectors
from legaldesk.tasks.evaluating import asked_of, right_answers
from legaldesk.tasks.measuring import Halves, plain

KEPT = 300
"""Passages of each list that are kept."""

LISTS = ("words", "plain", "meaning")


class Question(msgspec.Struct, frozen=True):
    """A question with its right answers; ``unit`` is shared by those with the same ones.

    ``named`` has the share of their titles that it names for the passages of both halves, and
    ``within`` what these propose in the documents that it singles out; ``named_by_words`` and
    ``within_by_words`` are those of the words alone.
    """

    id: str
    text: str
    unit: str
    grades: dict[str, float]
    spans: list[tuple[str, int, int]]
    cited: list[int]
    named: dict[int, float]
    within: Within
    named_by_words: dict[int, float]
    within_by_words: Within


class SetOfCandidates(msgspec.Struct, frozen=True):
    """A set's passages and questions; ``lists`` hold ids and scores (questions, KEPT)."""

    name: str
    names: dict[int, str]
    ranges: dict[int, list[tuple[str, int, int]]]
    covered: dict[int, bool]
    questions: list[Question]
    lists: dict[str, Any] = {}

    def list_of(self, name: str, question: int) -> list[Scored]:
        """One half's proposals for a question, best first."""
        ids, scores = self.lists[f"{name}_ids"][question], self.lists[f"{name}_scores"][question]
        there = ids >= 0
        return list(zip(ids[there].tolist(), scores[there].tolist(), strict=True))

    def spans(self, question: int) -> list[TextRange]:
        """The gold spans of a question."""
        return [TextRange(*span) for span in self.questions[question].spans]


def candidates(folder: Path, kept: Path) -> SetOfCandidates:
    """The candidates of the set in a folder, made unless ``kept`` has them already."""
    facts, lists = kept / f"{folder.name}.msgpack", kept / f"{folder.name}.npz"
    if not facts.exists():
        kept.mkdir(parents=True, exist_ok=True)
        made, arrays = _made(read_gold_set(folder))
        np.savez(lists, **arrays)  # type: ignore[arg-type]
        facts.write_bytes(msgspec.msgpack.encode(made))
    found = msgspec.msgpack.decode(facts.read_bytes(), type=SetOfCandidates)
    with np.load(lists) as arrays:
        return msgspec.structs.replace(found, lists={name: arrays[name] for name in arrays.files})


def _made(gold: GoldSet) -> tuple[SetOfCandidates, dict[str, np.ndarray]]:
    """All of it, through a library such as an evaluation makes."""
    units = answer_units({question.id: question.grades for question in gold.questions})
    qrels = right_answers(gold)
    with gold_library(gold, None, True, lambda progress: None) as (desk, scopes):
        found = searched(desk)
        asked = [asked_of(question, scopes, qrels) for question in gold.questions]
        width = desk.meaning.generation.dimension
        with (
            closing(StoredVectors(desk.library, desk.meaning.generation)) as source,
            dimension_indexes(source, [width]) as indexes,
        ):
            halves = Halves(desk, desk.meaning, indexes)
            given = [halves.candidates(each) for each in asked]
            named = [
                (*halves.named(each, each.by_meaning[width], width), *halves.named(each, ()))
                for each in given
            ]
        weights = halves.weights(found.names)
        lists: dict[str, list[Sequence[Scored]]] = {
            "words": [each.by_words for each in given],
            "plain": [_plain(desk, each) for each in asked],
            "meaning": [each.by_meaning[width] for each in given],
        }
        cited = [sorted(each.cited) for each in given]
    questions = [
        Question(
            each.id,
            each.text,
            units[each.id],
            dict(each.grades),
            _spans(each.spans),
            sections,
            *titles,
        )
        for each, sections, titles in zip(asked, cited, named, strict=True)
    ]
    arrays = {name: part for key, rows in lists.items() for name, part in _arrays(key, rows)}
    return _facts(gold.name, found, weights, questions), arrays


def _facts(
    name: str, found: Searched, weights: dict[int, float], questions: list[Question]
) -> SetOfCandidates:
    ranges = {passage: _spans(parts) for passage, parts in found.ranges.items()}
    covered = {passage: weights.get(passage, 1.0) == 1.0 for passage in found.names}
    return SetOfCandidates(name, dict(found.names), ranges, covered, questions)


def _plain(desk: LocalDesk, asked: Asked) -> list[Scored]:
    """Plain BM25 over the same passages: every term, no stems, no citations."""
    match = " OR ".join(map(language.quote, language.terms(plain(asked.text))))
    return desk.reader.by_words(match, asked.scope, KEPT)


def _spans(ranges: Sequence[TextRange]) -> list[tuple[str, int, int]]:
    return [(part.document, part.start, part.end) for part in ranges]


def _arrays(name: str, rows: Sequence[Sequence[Scored]]) -> list[tuple[str, np.ndarray]]:
    ids = np.full((len(rows), KEPT), -1, dtype=np.int32)
    scores = np.zeros((len(rows), KEPT), dtype=np.float32)
    for at, row in enumerate(rows):
        for place, (passage, score) in enumerate(row[:KEPT]):
            ids[at, place], scores[at, place] = passage, score
    return [(f"{name}_ids", ids), (f"{name}_scores", scores)]
