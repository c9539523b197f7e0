"""Bring labels in from files and write them out, thousands at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from legaldesk.core.label_lines import (
    ANCHOR,
    COLUMNS,
    DETAILS,
    Candidate,
    ExportReport,
    ImportReport,
    Refusal,
    read_line,
)
from legaldesk.core.label_places import place_of, same_place
from legaldesk.core.labels import Label, Verdict, labeller_name
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.engine import label_reader
from legaldesk.engine.label_files import format_of, read_lines, write_rows
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reader import Reader
from legaldesk.engine.store_rows import matter_name
from legaldesk.tasks.dispatch import task

MOST_REFUSALS = 5_000
"""Refusals that a report names; it counts them all."""

_STEP = 1_000
"""Lines between two reports."""


@task
def import_labels(
    desk: LocalDesk,
    path: str,
    matter: str,
    format: str = "",
    labeller: str = "",
    report: Report = silent,
) -> ImportReport:
    """Take the labels of a JSONL or CSV file into a matter, all at once; made if it is new.

    Bad lines are refused one by one and the rest is taken. ``format`` "" goes by the
    ending. Labels are given under ``labeller``, "" is the one of this library, except
    where a line says otherwise. Raises WrongUse when the file cannot be read as a whole.
    """
    file = Path(path)
    who = labeller_name(labeller or label_reader.labeller(desk.reader))
    lines, candidates, refusals = _read(file, format_of(file, format), who, report)
    name = _known_matter(desk.reader, matter_name(matter))
    known = label_reader.current_labels(desk.reader, name) if name else []
    taken, more = _sorted_out(candidates, _Said(known))
    taken, outside = _inside(desk.reader, name, taken)
    report(Progress("storing", 0, len(taken), "labels"))
    if taken:
        labels = [candidate.label for candidate in taken]
        name = desk.store.labels.add_all(labels, name or matter)
    refused = [*refusals, *more, *outside]
    return _import_report(desk.reader, name or matter_name(matter), lines, len(taken), refused)


@task
def export_labels(
    desk: LocalDesk,
    path: str,
    matter: str = "",
    format: str = "",
    complete: bool = False,
    report: Report = silent,
) -> ExportReport:
    """Write a matter's labels to a JSONL or CSV file, whole or not at all; "" is every matter.

    Each row is a question with a passage that answers it and those that do not, as trainers
    read them; contradictions are left out. ``complete`` is a row for each label with all
    that is known of it, which an import takes back. Matters that are locked out of all are
    only written by name. Raises NoRoom and WrongUse.
    """
    file, kind = Path(path), format_of(Path(path), format)
    if matter:
        matter = desk.reader.matter_name(matter)
    labels = label_reader.current_labels(desk.reader, matter)
    labels = label_reader.heard_in(desk.reader, matter, labels)
    outdated, clashing = label_reader.outdated(desk.reader), label_reader.clashing(desk.reader)
    if not complete:
        labels = [label for label in labels if label.id not in outdated]
    written = [label for label in labels if complete or label.id not in clashing]
    columns, rows = _complete(written) if complete else _pairs(written)
    write_rows(file, kind, columns, rows)
    return ExportReport(path, len(rows), len(written), len(labels) - len(written))


def _read(
    file: Path, kind: str, labeller: str, report: Report
) -> tuple[int, list[Candidate], list[Refusal]]:
    """How many lines a file has, the labels in them, and what of them is refused."""
    candidates: list[Candidate] = []
    refusals: list[Refusal] = []
    lines = 0
    for lines, line in enumerate(read_lines(file, kind), 1):
        if lines % _STEP == 0:
            report(Progress("reading", lines, 0, "lines"))
        found, refused = read_line(line, labeller)
        candidates += found
        refusals += refused
    return lines, candidates, refusals


def _known_matter(reader: Reader, matter: str) -> str:
    """The matter's name as it is spelt, or "" when it is new."""
    names = [each.name for each in reader.matters()]
    return next((name for name in names if name.casefold() == matter.casefold()), "")


class _Said:
    """What labellers have said and in which line, found by what it is about."""

    def __init__(self, labels: Iterable[Label] = ()) -> None:
        self._found: dict[tuple[str, str, str], dict[object, tuple[int, Label]]] = {}
        for label in labels:
            self.add(label)

    def add(self, label: Label, line: int = 0) -> None:
        """Take one in; the same said again is in the first line."""
        said = label.text_key, label.document, label.spans, label.verdict
        for name in _names(label):
            self._found.setdefault(name, {}).setdefault(said, (line, label))

    def on(self, label: Label) -> list[tuple[int, Label]]:
        """What its labeller has said of the same: a clause may stand in two documents."""
        near = chain.from_iterable(self._found.get(name, {}).values() for name in _names(label))
        place = place_of(label)
        return [each for each in near if same_place(place_of(each[1]), place)]


def _names(label: Label) -> Iterator[tuple[str, str, str]]:
    """Under what to look for labels that may be about the same: its text, and its document."""
    for about in (label.text_key, label.document):
        if about:
            yield label.labeller, label.question_key, about


def _sorted_out(
    candidates: Sequence[Candidate], said: _Said
) -> tuple[list[Candidate], list[Refusal]]:
    """The labels that are new, and refusals of those that contradict and of empty repeats."""
    lines = _Said()
    for each in candidates:
        lines.add(each.label, each.line)
    taken: list[Candidate] = []
    refused: list[Refusal] = []
    repeated: dict[int, Refusal] = {}
    for each in candidates:
        same, before = lines.on(each.label), said.on(each.label)
        if reason := _contradiction(each, same, before):
            refused.append(Refusal(each.line, f"contradiction: {reason}", each.column))
        elif before:
            first = min(line for line, _ in same)
            where = "in the library already" if first == each.line else f"in line {first} already"
            repeated.setdefault(each.line, Refusal(each.line, f"duplicate: it is {where}"))
        else:
            taken.append(each)
            said.add(each.label)
    useful = {each.line for each in taken} | {each.line for each in refused}
    return taken, [*refused, *(each for line, each in repeated.items() if line not in useful)]


def _contradiction(
    each: Candidate, same: Sequence[tuple[int, Label]], before: Sequence[tuple[int, Label]]
) -> str:
    """What another line, or the library, says otherwise; "" for nothing."""
    verdict = each.label.verdict
    others = [line for line, label in same if label.verdict is not verdict]
    if others:
        return f"line {min(others)} says otherwise of the same text"
    known = [label.verdict for _, label in before if label.verdict is not verdict]
    if known:
        return f"the same labeller has said “{known[0]}” of it in this library"
    return ""


def _inside(
    reader: Reader, matter: str, candidates: Sequence[Candidate]
) -> tuple[list[Candidate], list[Refusal]]:
    """Refuse labels on documents of the library that are not in the matter."""
    stored = {row[0] for row in reader.rows("SELECT sha256 FROM documents")}
    stored -= label_reader.documents_in(reader, matter) if matter else set()
    refused = [
        Refusal(each.line, "its document is in the library, but not in this matter")
        for each in candidates
        if each.label.document in stored
    ]
    return [each for each in candidates if each.label.document not in stored], refused


def _import_report(
    reader: Reader, matter: str, lines: int, added: int, refusals: list[Refusal]
) -> ImportReport:
    clashing = label_reader.clashing(reader) if added else set()
    rows = reader.rows("SELECT id FROM labels ORDER BY id DESC LIMIT ?", added)
    refusals.sort(key=lambda refusal: refusal.line)
    return ImportReport(
        matter=matter,
        lines=lines,
        added=added,
        refused=len(refusals),
        contradicted=sum(row[0] in clashing for row in rows),
        refusals=tuple(refusals[:MOST_REFUSALS]),
    )


def _pairs(labels: Iterable[Label]) -> tuple[list[str], list[dict[str, Any]]]:
    """A row for each answer with the question's negatives, then what was partly right."""
    by_question: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        by_question[label.matter, label.question_key].append(label)
    rows: list[dict[str, Any]] = []
    width = max(
        (len(_texts(each, Verdict.NOT_RELEVANT)) for each in by_question.values()), default=0
    )
    names = ["negative"] if width == 1 else [f"negative_{n}" for n in range(1, width + 1)]
    for asked in by_question.values():
        question = asked[0].question
        negatives = dict(zip(names, _texts(asked, Verdict.NOT_RELEVANT), strict=False))
        positives = _texts(asked, Verdict.RELEVANT) or ([""] if negatives else [])
        rows += [{ANCHOR: question, "positive": text, **negatives} for text in positives]
        rows += [{ANCHOR: question, "partly": text} for text in _texts(asked, Verdict.PARTLY)]
    partly = ["partly"] if any("partly" in row for row in rows) else []
    return [ANCHOR, "positive", *names, *partly], rows


def _texts(labels: Iterable[Label], verdict: Verdict) -> list[str]:
    """The texts of one verdict, each once."""
    return list({each.text_key: each.text for each in labels if each.verdict is verdict}.values())


def _complete(labels: Iterable[Label]) -> tuple[list[str], list[dict[str, Any]]]:
    """A row for each label with everything that an import takes back, and its matter."""
    rows = [
        {
            ANCHOR: label.question,
            COLUMNS[label.verdict]: label.text,
            "matter": label.matter,
            **{name: _detail(label, name) for name in DETAILS if label.document or name in _ALWAYS},
        }
        for label in labels
    ]
    return [ANCHOR, *COLUMNS.values(), "matter", *DETAILS], rows


_ALWAYS = ("labeller", "made", "model_name", "model", "rank")


def _detail(label: Label, name: str) -> Any:
    if name == "spans":
        return [[span.page, span.start, span.end] for span in label.spans]
    return list(label.section) if name == "section" else getattr(label, name)
