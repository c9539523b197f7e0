"""What contestants are asked: the samples' questions, or CUAD's within each contract."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from _peer_score import Answer
from gold_spans import key, read_spans

from legaldesk import RESOURCES


@dataclass(frozen=True)
class Question:
    """What is asked, of one file alone or of all, and what answers it."""

    text: str
    file: str | None = None
    answers: tuple[Answer, ...] = ()


def sample_questions(files: list[Path]) -> list[Question]:
    """The samples' questions that these files answer; all, without answers, where none does."""
    names = {file.name for file in files}
    lines = (RESOURCES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    answered = [row for row in rows if row["document"] in names]
    return [
        Question(
            row["question"],
            answers=tuple(
                Answer(row["document"], gold["page"], gold["text"]) for gold in row["answers"]
            ),
        )
        for row in answered
    ] or [Question(row["question"]) for row in rows]


def cuad_questions(folder: Path, files: list[Path]) -> list[Question]:
    """CUAD's questions with gold spans, each within its contract."""
    names = {key(file.stem): file.name for file in files}
    return [
        Question(text, names[known], tuple(Answer(names[known], None, gold) for gold in golds))
        for known, questions in read_spans(folder, set(names)).items()
        for text, golds in questions.items()
    ]


def spread(questions: list[Question], count: int) -> list[Question]:
    """So many of them, from the first to the last."""
    return questions[:: max(1, len(questions) // count)][:count]
