"""Files of labels: JSON lines, and CSV as spreadsheets write it, read line by line."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from legaldesk.core.errors import LegalDeskError, NoRoom, WrongUse
from legaldesk.core.label_lines import Line, is_question_column, plain_cell, safe_cell
from legaldesk.engine.profile import write_durably

FORMATS = ("jsonl", "csv")

LARGEST = 512 << 20
"""Bytes of a file; thousands of labels take a few million."""

_ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv"}
_NOT_UTF8 = "it is not UTF-8"
_WIDE = (b"\xff\xfe", b"\xfe\xff")


def format_of(path: Path, named: str) -> str:
    """Which of FORMATS a file is: the one named, else by its ending. Raises WrongUse."""
    found = named.lower() or _ENDINGS.get(path.suffix.lower(), "")
    if found not in FORMATS:
        raise WrongUse(
            f"“{path.name}” is neither .jsonl nor .csv. Say which of the two it is.", str(path)
        )
    return found


def read_lines(path: Path, kind: str) -> Iterator[Line]:
    """The rows of a file, each with its fields or with what is wrong with it.

    Raises WrongUse when the file cannot be read at all or a CSV's first row names no column
    of questions.
    """
    data = _bytes(path)
    if data.startswith(_WIDE):
        raise WrongUse(f"“{path.name}” is not UTF-8. Save it as “CSV UTF-8”.", str(path))
    text = data.decode("utf-8", "surrogateescape").removeprefix("\ufeff")
    return _json_lines(text) if kind == "jsonl" else _csv_lines(text, path)


def write_rows(
    path: Path, kind: str, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Put a file in place whole or not at all, for its user alone; "" cells are left out of JSON.

    Raises NoRoom on a full disk and WrongUse where nothing can be written.
    """
    tabs = path.suffix.lower() == ".tsv"
    text = _as_json(rows) if kind == "jsonl" else _as_csv(columns, rows, "\t" if tabs else ",")
    try:
        write_durably(path, text.encode("utf-8"))
    except NoRoom:
        raise
    except LegalDeskError as error:
        raise WrongUse(
            f"“{path.name}” cannot be written there. Choose another folder.", str(path)
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise WrongUse(f"“{path.name}” is too large for a file of labels.", str(path))
        return path.read_bytes()
    except OSError as error:
        raise WrongUse(f"“{path.name}” cannot be read: {error.strerror}.", str(path)) from error


def _json_lines(text: str) -> Iterator[Line]:
    """Only a line feed ends a line: JSON's strings may hold Unicode's other line ends."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        if _torn(line):
            yield Line(number, problem=_NOT_UTF8)
            continue
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Line(number, problem=f"it is not JSON ({_why(error)})")
            continue
        if isinstance(fields, dict):
            yield Line(number, fields)
        else:
            yield Line(number, problem="it is not a JSON object")


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    return "it is too deep or its numbers are too long"


def _torn(text: str) -> bool:
    """Whether bytes were no UTF-8: they were read as halves of characters."""
    return any("\udc80" <= char <= "\udcff" for char in text)


def _csv_lines(text: str, path: Path) -> Iterator[Line]:
    rows = _rows(text)
    first = next(rows, (1, [], ""))
    if first[1] and not first[2] and first[1][0].lower().startswith("sep="):
        first = next(rows, first)  # Excel's own way to name the separator
    header = [cell.strip() for cell in first[1]]
    if not any(is_question_column(column) for column in header):
        raise WrongUse(
            f"The first line of “{path.name}” must name the columns: anchor, positive and,"
            " where there are any, negative.",
            str(path),
        )
    return _with_columns(header, rows)


def _with_columns(header: list[str], rows: Iterator[tuple[int, list[str], str]]) -> Iterator[Line]:
    for number, cells, problem in rows:
        if not problem and not any(cells):
            continue
        if not problem and any(_torn(cell) for cell in cells):
            problem = _NOT_UTF8
        if not problem and len(cells) > len(header):
            problem = f"it has {len(cells)} cells, and the first line names {len(header)} columns"
        yield Line(number, _fields(header, cells), problem)


def _fields(header: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    """The cells by column; several under one name are a list, as JSON has them."""
    fields: dict[str, Any] = {}
    for column, cell in zip(header, map(plain_cell, cells), strict=False):
        if header.count(column) == 1:
            fields[column] = cell
        else:
            fields.setdefault(column, []).append(cell)
    return fields


def _rows(text: str) -> Iterator[tuple[int, list[str], str]]:
    """Every row's first line, its cells, and what is wrong with it."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text), strict=True)
    while True:
        number = reader.line_num + 1
        try:
            yield number, next(reader), ""
        except StopIteration:
            return
        except csv.Error as error:
            yield number, [], _csv_problem(error)


def _csv_problem(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quotation mark is opened and not closed"
    if "limit" in str(error):
        return "a cell is far too long; perhaps a quotation mark is not closed"
    return "its quotation marks do not fit together"


def _separator(text: str) -> str:
    """What parts the cells of the first row: Excel writes semicolons in many countries."""
    first = re.split("[\r\n]", text, maxsplit=1)[0]
    if first.lower().startswith("sep=") and len(first) == 5:
        return first[4]
    return max(",;\t", key=first.count)


def _as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = (
        json.dumps(
            {name: value for name, value in row.items() if value not in ("", [])},
            ensure_ascii=False,
        )
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def _as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]], separator: str) -> str:
    """With a mark that tells Excel that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=separator)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(_cell(row.get(column, ""))) for column in columns])
    return f"\ufeff{out.getvalue()}"


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
