"""Read the questions of the past, for those who review what was shown then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from legaldesk.core.hits import ALL_MATTERS
from legaldesk.core.label_places import Place
from legaldesk.engine.label_rows import stored_spans
from legaldesk.engine.reader import Reader

REMEMBERING = "remember_questions"
"""The setting that says "off" when no question is to be kept."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A remembered question; ``shown`` are places by the rank that they had."""

    id: int
    question: str
    question_key: str
    matter: str
    document: str
    model: str
    at: str
    shown: tuple[tuple[int, Place], ...]


def remembers(reader: Reader) -> bool:
    """Whether questions are kept for review."""
    return reader.setting(REMEMBERING) != "off"


def asked_in(reader: Reader, matter: str) -> Iterator[Asked]:
    """The questions that were asked in a matter, newest first.

    ALL_MATTERS is those asked across all matters, and those of matters not locked out of it.
    """
    where = (
        "m.name = ?1" if matter != ALL_MATTERS else "m.id IS NULL OR (m.locked_out = 0 AND ?1 = '')"
    )
    for row in reader.rows(
        "SELECT a.*, coalesce(m.name, '') AS scope FROM asked a LEFT JOIN matters m"
        f" ON m.id = a.matter WHERE {where} ORDER BY a.id DESC",
        matter,
    ):
        yield Asked(
            id=row["id"],
            question=row["question"],
            question_key=row["question_key"],
            matter=row["scope"],
            document=row["document"],
            model=row["model_name"],
            at=row["at"],
            shown=_shown(reader, row["id"]),
        )


def _shown(reader: Reader, asked: int) -> tuple[tuple[int, Place], ...]:
    rows = reader.rows("SELECT * FROM shown WHERE asked = ? ORDER BY rank", asked)
    return tuple(
        (row["rank"], Place("", row["document"], stored_spans(row["spans"]), row["extraction"]))
        for row in rows
    )
