"""How much meaning counts beside exact words in one library, learned from its own labels."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from legaldesk.core.standard_error import as_good, mean
from legaldesk.core.verdict import FEWEST_QUESTIONS, Change, Decision

FACTORS = (0.125, 0.177, 0.25, 0.354, 0.5, 0.707, 1.0, 1.414, 2.0, 2.828, 4.0)
"""What the share of meaning may be multiplied by: steps of the root of 2 around the usual 1."""

USUAL = 1.0

FOLDS = 5
"""Parts of the questions, each of which is asked with what the others teach."""

Scores = Mapping[float, Mapping[str, float]]
"""nDCG@10 of every question by the factor it was asked with."""


@dataclass(frozen=True, slots=True)
class Balance:
    """What was learned: the factor for the model in use, and how well it does.

    ``used`` is the factor in use, ``learned`` the one that the labels teach, and ``change``
    compares both on questions that had no part in choosing. ``generation`` is the number of
    the one that was measured, 0 where that is unknown.
    """

    used: float
    learned: float
    decision: Decision
    sentence: str
    change: Change
    generation: int = 0


def choose(scores: Scores, questions: Iterable[str]) -> float:
    """The factor that the questions speak for, as near to the usual one as they allow.

    That is the nearest whose mean is within one standard error of the paired difference to
    the best mean (the one-standard-error rule of Breiman et al., 1984, on differences).
    """
    asked = list(questions)
    if not asked:
        return USUAL
    best = max(scores, key=lambda factor: (mean(scores[factor], asked), -_far(factor)))
    near = [factor for factor in scores if as_good(scores[best], scores[factor], asked)]
    return min(near, key=lambda factor: (_far(factor), factor))


def held_out(scores: Scores, units: Mapping[str, str]) -> dict[str, float]:
    """Every question's figure with the factor that the other folds' questions speak for.

    ``units`` names the unit of each question; those of one unit are in one fold.
    """
    folds: dict[int, list[str]] = defaultdict(list)
    for question, unit in units.items():
        folds[_fold(unit)].append(question)
    found: dict[str, float] = {}
    for fold, questions in folds.items():
        others = [each for other, asked in folds.items() if other != fold for each in asked]
        factor = choose(scores, others)
        found |= {question: scores[factor][question] for question in questions}
    return {question: found[question] for question in units}


def judge(used: float, learned: float, change: Change) -> Balance:
    """The gate of a learned factor, by the same rule as a model's: only what is surely better.

    ``change`` is from the factor in use to what the folds teach each other. Under
    FEWEST_QUESTIONS, or with a single unit, it cannot be told.
    """
    asked = f"On {change.questions:,} questions, each asked with what the others teach,"
    figures = f"{asked} nDCG@10 goes {change}"
    if learned == used:
        kept = "The labels speak for the balance in use."
        return Balance(used, learned, Decision.KEEP, kept, change)
    if change.questions < FEWEST_QUESTIONS or change.units < 2:
        sentence = (
            f"Cannot tell: {change.questions} labelled questions are too few,"
            f" {FEWEST_QUESTIONS} are needed. {figures}. The choice is yours."
        )
        return Balance(used, learned, Decision.CANNOT_TELL, sentence, change)
    if change.low <= 0:
        sentence = f"Keep the present balance: the other is not surely better. {figures}."
        return Balance(used, learned, Decision.KEEP, sentence, change)
    better = f"The learned balance is better. {figures}."
    return Balance(used, learned, Decision.ADOPT, better, change)


def share(factor: float) -> float:
    """The part of a fused score that meaning can have at most, 0.5 for the usual factor."""
    return factor / (1.0 + factor)


def _fold(unit: str) -> int:
    return int.from_bytes(hashlib.sha256(unit.encode("utf-8", "replace")).digest()[:4]) % FOLDS


def _far(factor: float) -> float:
    return abs(math.log(factor / USUAL))
