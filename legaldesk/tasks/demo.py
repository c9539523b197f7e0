"""The sample matter, and questions to ask of it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from legaldesk import RESOURCES
from legaldesk.core.documents import ImportSummary
from legaldesk.core.progress import Report, silent
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import importing
from legaldesk.tasks.dispatch import task

SAMPLE_MATTER = "Sample matter"

ASKED = ("en", "es", "de")
"""The languages that the demo asks one question in each."""


@dataclass(frozen=True, slots=True)
class SampleQuestion:
    """A question over the sample matter, and where it is answered."""

    text: str
    language: str
    document: str
    page: int


@task
def import_samples(desk: LocalDesk, report: Report = silent) -> ImportSummary:
    """Bring the sample matter into the library."""
    paths = tuple(str(path) for path in sorted((RESOURCES / "samples").glob("*.pdf")))
    return importing.import_files(desk, paths, SAMPLE_MATTER, {}, report=report)


def sample_questions() -> list[SampleQuestion]:
    """Every question of the general set."""
    lines = (RESOURCES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    return [
        SampleQuestion(row["question"], row["lang"], row["document"], row["answers"][0]["page"])
        for row in rows
    ]


def demo_questions() -> list[SampleQuestion]:
    """The first question in each of the languages that the demo asks."""
    questions = sample_questions()
    return [next(q for q in questions if q.language == language) for language in ASKED]
