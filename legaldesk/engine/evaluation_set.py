"""A folder with questions whose answers are known, read and checked line by line.

``corpus.jsonl`` has an object with id, text and perhaps title and lang on each line,
``queries.jsonl`` one with id, text and perhaps doc_filter, ``qrels.tsv`` a query, a document
and a score, and ``spans.jsonl``, where there is one, query_id, doc_id, start, end and text.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import GoldDocument, GoldQuestion, GoldSet
from legaldesk.core.metrics import SHORTEST_SPAN, TextRange

CORPUS, QUERIES, QRELS, SPANS = "corpus.jsonl", "queries.jsonl", "qrels.tsv", "spans.jsonl"

T = TypeVar("T")


def read_gold_set(folder: Path) -> GoldSet:
    """The set in a folder; questions without a right answer are left out.

    Spans below SHORTEST_SPAN characters are left out too. Raises WrongUse, naming file and
    line and what to do, for anything that is missing or does not fit together.
    """
    if not folder.is_dir():
        raise WrongUse(f"There is no folder “{folder}”.", str(folder))
    documents = _documents(folder / CORPUS)
    questions = _lines(folder / QUERIES)
    grades = _grades(folder / QRELS, {line.text("id"): line for line in questions}, documents)
    spans = _spans(folder / SPANS, grades, documents)
    found = tuple(
        GoldQuestion(
            line.text("id"),
            line.text("text"),
            grades[line.text("id")],
            tuple(spans.get(line.text("id"), ())),
            line.optional("doc_filter"),
        )
        for line in _unique(questions)
        if any(grade > 0 for grade in grades.get(line.text("id"), {}).values())
    )
    if not found:
        raise WrongUse(f"No question in “{folder}” has an answer in {QRELS}.", str(folder))
    return GoldSet(folder.resolve().name, tuple(documents.values()), found)


@dataclass(frozen=True, slots=True)
class _Line:
    """One object of a file of JSON lines, with where it stands."""

    file: Path
    number: int
    fields: Mapping[str, Any]

    def problem(self, what: str) -> WrongUse:
        """The complaint about this line."""
        return _problem(self.file, self.number, what)

    def text(self, name: str) -> str:
        """A text that has to be there."""
        value = self.fields.get(name)
        if not isinstance(value, str):
            raise self.problem(f"it needs a text “{name}”")
        if not value.isprintable() and any("\ud800" <= char <= "\udfff" for char in value):
            raise self.problem(f"“{name}” holds half a character")
        return value

    def optional(self, name: str) -> str:
        """A text, "" when it is absent."""
        return "" if self.fields.get(name) is None else self.text(name)

    def number_of(self, name: str) -> int:
        """A whole number that has to be there."""
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.problem(f"it needs a whole number “{name}”")
        return value


def _problem(file: Path, number: int, what: str) -> WrongUse:
    return WrongUse(
        f"{file.name}, line {number}: {what}. Correct the line and try again.", f"{file}"
    )


def _read(file: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines that are not empty; only a line feed ends one."""
    try:
        lines = file.read_text(encoding="utf-8-sig").split("\n")
    except FileNotFoundError as error:
        raise WrongUse(f"The folder has no {file.name}.", str(file)) from error
    except UnicodeDecodeError as error:
        message = f"{file.name} is not UTF-8 (at byte {error.start}). Save it as UTF-8."
        raise WrongUse(message, str(file)) from error
    except OSError as error:
        raise WrongUse(f"{file.name} cannot be read: {error.strerror}.", str(file)) from error
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _lines(file: Path) -> list[_Line]:
    return [_line(file, number, line) for number, line in _read(file)]


def _line(file: Path, number: int, line: str) -> _Line:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _problem(file, number, "it is not JSON") from error
    if not isinstance(fields, dict):
        raise _problem(file, number, "it is not a JSON object")
    return _Line(file, number, fields)


def _unique(lines: list[_Line]) -> list[_Line]:
    """The lines, each with an id of its own."""
    seen: dict[str, int] = {}
    for line in lines:
        name = line.text("id")
        if name in seen:
            raise line.problem(f"the id “{name}” stands in line {seen[name]} already")
        seen[name] = line.number
    return lines


def _documents(file: Path) -> dict[str, GoldDocument]:
    found = {
        line.text("id"): GoldDocument(
            line.text("id"), line.text("text"), line.optional("title"), line.optional("lang")
        )
        for line in _unique(_lines(file))
    }
    if not found:
        raise WrongUse(f"{file.name} holds no document.", str(file))
    return found


def _grades(
    file: Path, questions: Mapping[str, object], documents: Mapping[str, GoldDocument]
) -> dict[str, dict[str, float]]:
    """Grades by question and document; the first line may be a heading."""
    found: dict[str, dict[str, float]] = defaultdict(dict)
    for number, line in _read(file):
        parts = line.rstrip("\r").split("\t")
        if len(parts) != 3:
            raise _problem(file, number, "it needs a query, a document and a score between tabs")
        question, document, score = parts
        grade = _grade(score)
        if grade is None and number == 1:
            continue
        if grade is None:
            raise _problem(file, number, f"the score “{score}” is not a number of 0 or more")
        if question not in questions:
            raise _problem(file, number, f"{QUERIES} has no query “{question}”")
        if document not in documents:
            raise _problem(file, number, f"{CORPUS} has no document “{document}”")
        found[question][document] = grade
    return found


def _grade(text: str) -> float | None:
    try:
        grade = float(text)
    except ValueError:
        return None
    return grade if math.isfinite(grade) and grade >= 0 else None


def _spans(
    file: Path, grades: Mapping[str, object], documents: Mapping[str, GoldDocument]
) -> dict[str, list[TextRange]]:
    """The gold spans by question, of those that are long enough."""
    found: dict[str, list[TextRange]] = defaultdict(list)
    for line in _lines(file) if file.exists() else []:
        span = _span(line, documents)
        if line.text("query_id") not in grades:
            raise line.problem(f"{QRELS} has no query “{line.text('query_id')}”")
        if span.end - span.start >= SHORTEST_SPAN:
            found[line.text("query_id")].append(span)
    return found


def _span(line: _Line, documents: Mapping[str, GoldDocument]) -> TextRange:
    name, start, end = line.text("doc_id"), line.number_of("start"), line.number_of("end")
    document = documents.get(name)
    if document is None:
        raise line.problem(f"{CORPUS} has no document “{name}”")
    if not 0 <= start < end <= len(document.text):
        length = len(document.text)
        raise line.problem(f"{start} to {end} is no part of a text of {length} characters")
    if line.optional("text") and line.text("text").split() != document.text[start:end].split():
        raise line.problem("its text is not what stands there in the document")
    return TextRange(name, start, end)
