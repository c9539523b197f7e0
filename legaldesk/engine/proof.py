"""What a run gained: the base and the chosen candidate on questions that neither was chosen by.

Both rank the same passages: the library's, and those of the pairs, as far as they are not
the same text. A passage that nearly repeats a right answer is a right answer too.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from legaldesk import RESOURCES
from legaldesk.core.evaluation import GoldDocument, Mode, TableRow
from legaldesk.core.fusion import Scored
from legaldesk.core.metrics import NDCG, Qrels
from legaldesk.core.pairs import same_text
from legaldesk.core.progress import Progress, Report
from legaldesk.core.recipes import measured_dimensions
from legaldesk.core.runs import Proof, QuestionChange
from legaldesk.core.training import TEST
from legaldesk.core.verdict import Change, Decision, Verdict
from legaldesk.engine.bm25_reference import Bm25
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.near_duplicates import near_repeats
from legaldesk.engine.ranking_table import Nearest, dense_rows, fused_rankings, table_row
from legaldesk.engine.run_folder import PairLine, RunFolder
from legaldesk.engine.significance import Units, gate

BLOCK = 8_192
"""Passages encoded and ranked at a time: what is in memory does not grow with the library's
vectors."""

TOP = 10


@dataclass(frozen=True, slots=True)
class _Exam:
    """Held-out questions over a corpus; ``qrels`` by places as text."""

    ids: tuple[str, ...]
    questions: tuple[str, ...]
    lines: tuple[PairLine, ...]
    corpus: tuple[str, ...]
    qrels: Qrels
    units: Units

    @property
    def places(self) -> list[str]:
        return [str(place) for place in range(len(self.corpus))]


def prove(
    folder: RunFolder,
    library: Sequence[str],
    dimension: int,
    report: Report,
    known: Path | None = None,
) -> Proof:
    """Measure a finished run; ``library`` are the texts of its passages.

    ``dimension`` is the one in use, at which the gate compares. The general questions are
    those in the base's languages. ``known`` is where hashes of models are remembered. Encodes
    everything twice.
    """
    config = folder.config()
    exam = _exam(folder, library, report)
    dimension = min(dimension, config.width)
    dimensions = sorted({*measured_dimensions(config.recipe, config.width), dimension})[::-1]
    base = read_model_folder(Path(config.base_folder), config.prompts, known)
    general = _general(base.languages)
    sides = []
    for name, model in (
        ("base", base),
        ("candidate", read_model_folder(folder.model, config.prompts, known)),
    ):
        encoder = Encoder(model, config.device)
        sides.append(
            _Side(
                _nearest(encoder, exam, dimensions, _told(report, name)),
                _nearest(encoder, general, [dimension], lambda done, total: None),
            )
        )
        del encoder
    return _compared(exam, general, sides, dimensions, dimension)


def _told(report: Report, name: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        report(Progress("proving", done, total, "passages", message=name))

    return tell


@dataclass(frozen=True, slots=True)
class _Side:
    """What one model finds for the held-out questions and for the general ones."""

    exam: Nearest
    general: Nearest


def _nearest(
    encoder: Encoder, exam: _Exam, dimensions: Sequence[int], tell: Callable[[int, int], None]
) -> Nearest:
    nearest = Nearest(encoder.encode_queries(exam.questions), dimensions)
    total = len(exam.corpus)
    for start in range(0, total, BLOCK):

        def on_batch(done: int, _: int, before: int = start) -> None:
            tell(before + done, total)

        block = exam.corpus[start : start + BLOCK]
        nearest.add(encoder.encode_passages(block, on_batch))
    return nearest


def _exam(folder: RunFolder, library: Sequence[str], report: Report) -> _Exam:
    """The run's test questions over its pairs' passages and the library's."""
    everything = [line for part in ("train", "validation", TEST) for line in folder.pairs(part)]
    first = (line.pair.passage for line in everything)
    corpus = tuple(dict.fromkeys(chain(first, library)))
    told = _counted(corpus, report)
    return _asked(folder.pairs(TEST), corpus, told)


def _counted(corpus: Sequence[str], report: Report) -> Iterator[str]:
    """The corpus, saying how much of it was looked at for repeated right answers."""
    for at, text in enumerate(corpus):
        if not at % 1_000:
            report(Progress("proving", at, len(corpus), "passages", message="near-duplicates"))
        yield text


def _asked(lines: Sequence[PairLine], corpus: tuple[str, ...], read: Iterable[str]) -> _Exam:
    """The questions of pairs over a corpus, which ``read`` gives once more."""
    held = list(dict.fromkeys(line.pair.passage for line in lines))
    repeats: dict[str, list[str]] = {answer: [] for answer in held}
    for place, repeated in enumerate(near_repeats(held, read)):
        for at in repeated:
            repeats[held[at]].append(str(place))
    questions: dict[str, PairLine] = {}
    right: dict[str, dict[str, float]] = defaultdict(dict)
    for line in lines:
        key = same_text(line.pair.question)
        questions.setdefault(key, line)
        right[key].update(dict.fromkeys(repeats[line.pair.passage], 1.0))
    ids = tuple(str(number) for number in range(len(questions)))
    return _Exam(
        ids,
        tuple(line.pair.question for line in questions.values()),
        tuple(questions.values()),
        corpus,
        {number: right[key] for number, key in zip(ids, questions, strict=True)},
        {number: str(line.unit) for number, line in zip(ids, questions.values(), strict=True)},
    )


def _general(languages: frozenset[str] | None) -> _Exam:
    """The bundled questions in the base's languages, over the passages that answer any of them."""
    lines = (RESOURCES / "questions.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    rows = [row for row in rows if languages is None or row["lang"] in languages]
    answers = [f"{row['section']}\n{row['answers'][0]['text']}" for row in rows]
    corpus = tuple(dict.fromkeys(answers))
    place = {text: str(at) for at, text in enumerate(corpus)}
    ids = tuple(str(row["id"]) for row in rows)
    qrels = {name: {place[text]: 1.0} for name, text in zip(ids, answers, strict=True)}
    questions = tuple(row["question"] for row in rows)
    return _Exam(ids, questions, (), corpus, qrels, {name: name for name in ids})


def _compared(
    exam: _Exam,
    general: _Exam,
    sides: Sequence[_Side],
    dimensions: Sequence[int],
    dimension: int,
) -> Proof:
    base, after = sides
    if not exam.ids:
        return _nothing(exam)
    words = _by_words(exam)
    before_rows = _rows(exam, base, words, dimensions, dimension)
    after_rows = _rows(exam, after, words, dimensions, dimension)
    general_rows = [
        dense_rows(
            side.general, general.ids, general.places, general.qrels, [dimension], general.units
        )[0]
        for side in sides
        if general.ids
    ]
    verdict = gate(
        _pair(before_rows, after_rows, Mode.DENSE, dimension),
        _pair(before_rows, after_rows, Mode.FUSED, dimension),
        exam.units,
        _scores(general_rows) if general_rows else None,
    )
    ranks = [_first_ranks(exam, side, dimension) for side in sides]
    return Proof(
        questions=len(exam.ids),
        passages=len(exam.corpus),
        before=_bare(before_rows),
        after=_bare(after_rows),
        general=_bare(general_rows),
        changes=_changes(exam, *ranks),
        verdict=verdict,
        first_before=ranks[0].count(1),
        first_after=ranks[1].count(1),
    )


def _nothing(exam: _Exam) -> Proof:
    """No question was held out: nothing can be said."""
    none = Change(0.0, 0.0, 0.0, 0.0, 0, 0)
    said = "Cannot tell: no question was held out. The choice is yours."
    verdict = Verdict(Decision.CANNOT_TELL, said, none, none)
    return Proof(0, len(exam.corpus), (), (), (), (), verdict, 0, 0)


def _by_words(exam: _Exam) -> list[list[Scored]]:
    documents = (GoldDocument(str(at), text) for at, text in enumerate(exam.corpus))
    with closing(Bm25(documents)) as words:
        return [words.scored(question) for question in exam.questions]


def _rows(
    exam: _Exam,
    side: _Side,
    words: Sequence[Sequence[Scored]],
    dimensions: Sequence[int],
    dimension: int,
) -> list[TableRow]:
    """BM25, fused at the dimension in use, and dense at every dimension."""
    lexical = {
        name: [str(place) for place, _ in found]
        for name, found in zip(exam.ids, words, strict=True)
    }
    fused = fused_rankings(side.exam, range(len(exam.corpus)), words, dimension, {})
    joined = {
        name: [str(place) for place in found] for name, found in zip(exam.ids, fused, strict=True)
    }
    return [
        table_row(Mode.BM25, 0, lexical, exam.qrels, exam.units),
        table_row(Mode.FUSED, dimension, joined, exam.qrels, exam.units),
        *dense_rows(side.exam, exam.ids, exam.places, exam.qrels, dimensions, exam.units),
    ]


Ndcg = Mapping[str, float]


def _pair(
    before: Sequence[TableRow], after: Sequence[TableRow], mode: Mode, dimension: int
) -> tuple[Ndcg, Ndcg]:
    chosen = [
        next(row for row in rows if row.mode is mode and row.dimension == dimension)
        for rows in (before, after)
    ]
    return _scores(chosen)


def _scores(rows: Sequence[TableRow]) -> tuple[Ndcg, Ndcg]:
    first, second = ({name: each[NDCG] for name, each in row.scores.items()} for row in rows)
    return first, second


def _bare(rows: Sequence[TableRow]) -> tuple[TableRow, ...]:
    """The rows without every single question's figures."""
    return tuple(replace(row, scores={}) for row in rows)


def _first_ranks(exam: _Exam, side: _Side, dimension: int) -> list[int]:
    """The rank of each question's first right answer, 0 when it is not among the TOP."""
    places = side.exam.places(dimension, TOP)
    found = []
    for name, row in zip(exam.ids, places, strict=True):
        right = (at for at, place in enumerate(row, 1) if str(place) in exam.qrels[name])
        found.append(next(right, 0))
    return found


def _changes(
    exam: _Exam, before: Sequence[int], after: Sequence[int]
) -> tuple[QuestionChange, ...]:
    return tuple(
        QuestionChange(question, old, new, line.pair.passage, line.pair.document)
        for question, line, old, new in zip(exam.questions, exam.lines, before, after, strict=True)
        if old != new
    )
