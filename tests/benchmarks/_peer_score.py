"""Whether passages hold an answer, told by page and text alone, for any way of cutting."""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

RUN = 20
"""Letters and digits in a row that a passage shares with an answer which it touches."""
LITTLE, MUCH = 1000, 4000
"""Characters that a reader is given, whatever the passages' length."""


@dataclass(frozen=True)
class Passage:
    """A found text, its file's name and its pages from 1 on."""

    file: str
    pages: frozenset[int]
    text: str


@dataclass(frozen=True)
class Answer:
    """A gold text in a file; on one page, or on any where ``page`` is None."""

    file: str
    page: int | None
    text: str


@dataclass(frozen=True)
class Quality:
    """Shares of questions with an answer touched: by the first passage, by the first ten, and
    by the first LITTLE and MUCH characters; and the share of all answers that the ten touch."""

    first: float
    ten: float
    little: float
    much: float
    answers: float


def letters(text: str) -> str:
    """Its letters and digits alone, small and composed: libraries differ in all the rest."""
    return "".join(char for char in unicodedata.normalize("NFKC", text).lower() if char.isalnum())


def touches(passage: Passage, answer: Answer) -> bool:
    """Whether a passage of the answer's file and page shares RUN letters in a row with it, or
    all of a shorter one."""
    if passage.file != answer.file or (answer.page and answer.page not in passage.pages):
        return False
    wanted, text = letters(answer.text), letters(passage.text)
    run = min(RUN, len(wanted))
    return run > 0 and any(
        wanted[start : start + run] in text for start in range(len(wanted) - run + 1)
    )


def quality(asked: Iterable[tuple[Sequence[Answer], Sequence[Passage]]]) -> Quality | None:
    """Over the questions that have answers; None when there is no such question."""
    rows, answers = [], []
    for golds, found in asked:
        if not golds:
            continue
        shown = (found[:1], found, _shown(found, LITTLE), _shown(found, MUCH))
        rows.append([any(_touched(each, golds)) for each in shown])
        answers += _touched(found, golds)
    if not rows:
        return None
    first, ten, little, much = (statistics.mean(column) for column in zip(*rows, strict=True))
    return Quality(first, ten, little, much, statistics.mean(answers))


def _touched(found: Sequence[Passage], golds: Sequence[Answer]) -> list[bool]:
    """For each answer, whether one of the passages touches it."""
    return [any(touches(passage, gold) for passage in found) for gold in golds]


def _shown(found: Sequence[Passage], left: int) -> list[Passage]:
    """The passages, best first, until so many characters are used up; the last one cut."""
    shown = []
    for passage in found:
        if left <= 0:
            break
        shown.append(Passage(passage.file, passage.pages, passage.text[:left]))
        left -= len(passage.text)
    return shown
