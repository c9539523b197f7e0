"""Pairs to train on from a file: JSON lines or CSV with anchor, positive and negatives."""

from __future__ import annotations

from pathlib import Path

from legaldesk.core.errors import WrongUse
from legaldesk.core.label_lines import read_line
from legaldesk.core.labels import Label, Verdict
from legaldesk.core.pairs import TrainingPair
from legaldesk.engine.label_files import format_of, read_lines


def read_pairs(file: Path, matter: str = "") -> tuple[TrainingPair, ...]:
    """Every pair of a file, with the passages that its line says are none as negatives.

    Raises WrongUse, naming the file and the line, for the first line that cannot be used.
    """
    found: list[TrainingPair] = []
    for line in read_lines(file, format_of(file, "")):
        candidates, refusals = read_line(line, "file")
        if refusals:
            reason = refusals[0].reason.rstrip(".")
            raise WrongUse(f"“{file.name}”, line {line.number}: {reason}.", str(file))
        labels = [candidate.label for candidate in candidates]
        negatives = tuple(_texts(labels, Verdict.NOT_RELEVANT))
        found += [
            TrainingPair(label.question, label.text, label.document, negatives, matter)
            for label in labels
            if label.verdict is Verdict.RELEVANT
        ]
    if not found:
        raise WrongUse(f"“{file.name}” holds no pairs.", str(file))
    return tuple(found)


def _texts(labels: list[Label], verdict: Verdict) -> list[str]:
    return [label.text for label in labels if label.verdict is verdict]
