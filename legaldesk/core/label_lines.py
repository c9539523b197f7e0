"""What one line of a file of labels says, and why it is refused where it is.

A line has ``anchor`` (the question) and one or more of ``positive``, ``partly`` and
``negative``; ``negative_1`` and so on are negatives too. A line with one text may also say
where that stood and who labelled it, as a complete export does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from legaldesk.core.errors import WrongUse
from legaldesk.core.labels import (
    LONGEST_TEXT,
    Label,
    LabelSource,
    Verdict,
    clean_text,
    labeller_name,
    one_line,
    plain_question,
)
from legaldesk.core.passages import EXTRACTION_VERSION, Span

ANCHOR = "anchor"
ANCHORS = (ANCHOR, "question", "query")
"""What the column of questions may be called."""

VERDICTS = {
    "positive": Verdict.RELEVANT,
    "answer": Verdict.RELEVANT,
    "passage": Verdict.RELEVANT,
    "partly": Verdict.PARTLY,
    "negative": Verdict.NOT_RELEVANT,
}
"""What a column of texts says of them; a number may follow its name."""

COLUMNS = {
    Verdict.RELEVANT: "positive",
    Verdict.PARTLY: "partly",
    Verdict.NOT_RELEVANT: "negative",
}
"""The column that texts of a verdict are exported in."""

DETAILS = (
    "document", "extraction", "spans", "section", "labeller", "made", "model_name", "model", "rank"
)  # fmt: skip
"""What a complete export adds to a label."""

_NUMBERED = re.compile(r"[ _-]?\d+$")
_HASH = re.compile(r"[0-9a-f]{64}")
_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: where it begins, and its fields by column, or what is wrong with it."""

    number: int
    fields: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not taken from a file, by line and column ("" is the whole line)."""

    line: int
    reason: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label that a line holds, before it is compared with others."""

    line: int
    column: str
    label: Label


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of a file: lines read, labels added, and why what was refused was.

    ``matter`` is as it is spelt, or as it would be where nothing was added. ``refused`` counts
    all refusals, of which the first are in ``refusals``. Labels that contradict another
    labeller's are added and ``contradicted`` until that is resolved.
    """

    matter: str
    lines: int
    added: int
    refused: int
    contradicted: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What went into a file; ``contradicted`` labels were left out, as of training pairs."""

    path: str
    rows: int
    labels: int
    contradicted: int


def read_line(line: Line, labeller: str) -> tuple[list[Candidate], list[Refusal]]:
    """The labels of a line without their matter, and what of it is refused."""
    if line.problem:
        return [], [Refusal(line.number, line.problem)]
    fields = {_name(column): value for column, value in line.fields.items()}
    try:
        question = _question(fields)
        cells = [(column, cell) for column, cell in _cells(line.fields) if _says_something(cell)]
        if not cells:
            raise WrongUse("it has no text under positive, partly or negative")
        details = _details(fields, labeller) if len(cells) == 1 else {}
    except WrongUse as error:
        return [], [Refusal(line.number, error.message)]
    found: list[Candidate] = []
    refused: list[Refusal] = []
    for column, cell in cells:
        problem = text_problem(cell)
        if problem or not isinstance(cell, str):
            refused.append(Refusal(line.number, problem, column))
            continue
        about = {"labeller": labeller, "source": LabelSource.IMPORT, **details}
        verdict = VERDICTS[_kind(column)]
        label = Label(question, verdict, clean_text(cell), "", **about)
        found.append(Candidate(line.number, column, label))
    return found, refused


def text_problem(text: object) -> str:
    """Why a text cannot be taken, or ""."""
    if not isinstance(text, str):
        return "it is not a text"
    if any("\ud800" <= char <= "\udfff" for char in text):
        return "it holds half a character, or is not UTF-8"
    if not clean_text(text):
        return "it is empty"
    if len(text) > LONGEST_TEXT:
        return f"it is longer than {LONGEST_TEXT:,} characters"
    return ""


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe goes before it."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """What ``safe_cell`` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def is_question_column(column: str) -> bool:
    """Whether a column's name says that it holds the questions."""
    return _name(column) in ANCHORS


def _name(column: str) -> str:
    return one_line(column).lower()


def _kind(column: str) -> str:
    return _NUMBERED.sub("", _name(column)).removesuffix("s")


def _question(fields: Mapping[str, Any]) -> str:
    value = next((fields[name] for name in ANCHORS if name in fields), None)
    if value is None:
        raise WrongUse(f"it has no “{ANCHOR}”")
    problem = text_problem(value)
    if problem:
        raise WrongUse(f"{ANCHOR}: {problem}")
    return plain_question(value)


def _cells(fields: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Every text by its column; JSON may hold several under one name."""
    for column, value in fields.items():
        if _kind(column) in VERDICTS:
            for cell in value if isinstance(value, list) else [value]:
                yield column, cell


def _says_something(cell: object) -> bool:
    return cell is not None and cell != ""


def _details(fields: Mapping[str, Any], labeller: str) -> dict[str, Any]:
    """Where the one text of a line stood and who labelled it. Raises WrongUse for nonsense."""
    given = {name: fields[name] for name in DETAILS if _says_something(fields.get(name))}
    found: dict[str, Any] = {"labeller": labeller_name(str(given.get("labeller", labeller)))}
    found |= {name: one_line(str(given.get(name, "")))[:200] for name in ("model_name", "model")}
    found["made"] = _time(str(given.get("made", "")))
    try:
        found["rank"] = _small(given.get("rank", 0))
        if "document" in given and "spans" in given:
            found |= _where(given)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise WrongUse("its document, spans, section or rank make no sense") from error
    return found


def _where(given: Mapping[str, Any]) -> dict[str, Any]:
    document = str(given["document"])
    spans = tuple(Span(*map(_small, part)) for part in _decoded(given["spans"]))
    if not _HASH.fullmatch(document) or not spans:
        raise ValueError("a document is named by its hash")
    if any(span.page < 1 or span.start >= span.end for span in spans):
        raise ValueError("a range begins before it ends")
    return {
        "document": document,
        "spans": spans,
        "extraction": _small(given.get("extraction", EXTRACTION_VERSION)),
        "section": tuple(one_line(str(part)) for part in _decoded(given.get("section", []))),
    }


def _small(value: Any) -> int:
    number = int(value)
    if not 0 <= number < 2**31:
        raise ValueError("out of range")
    return number


def _decoded(value: Any) -> list[Any]:
    decoded = json.loads(value) if isinstance(value, str) else value
    if not isinstance(decoded, list):
        raise ValueError("not a list")
    return decoded


def _time(text: str) -> str:
    try:
        return datetime.fromisoformat(text).isoformat(timespec="seconds") if text else ""
    except ValueError:
        return ""
