"""Whether a fine-tuned model may replace the one in use: the numbers, and the rule."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FEWEST_QUESTIONS = 100
"""Held-out questions below which no verdict is given.

With 100, the half-width of accuracy's 95% interval at 0.6 is 0.096.
"""

WORST_GENERAL = -0.01
"""How much nDCG@10 may surely fall on the bundled general questions."""


class Decision(StrEnum):
    """What the held-out questions say."""

    ADOPT = "adopt"
    KEEP = "keep"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Change:
    """The mean of a figure before and after, and the 95% interval of their difference.

    ``units`` is how many groups of ``questions`` the interval was drawn from.
    """

    before: float
    after: float
    low: float
    high: float
    questions: int
    units: int

    @property
    def difference(self) -> float:
        """By how much the mean rose."""
        return self.after - self.before

    def __str__(self) -> str:
        return (
            f"from {self.before:.3f} to {self.after:.3f}"
            f" ({self.difference:+.3f}, 95% interval {self.low:+.3f} to {self.high:+.3f})"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, the sentence that says why, and the changes of nDCG@10 behind it.

    ``dense`` at the dimension in use and ``fused`` on the held-out questions; ``general``
    is dense on the bundled general questions, None when they were not asked.
    """

    decision: Decision
    sentence: str
    dense: Change
    fused: Change
    general: Change | None = None

    @property
    def better_alone(self) -> bool:
        """Whether it is surely better by meaning alone, and is not to be adopted all the same."""
        return self.decision is Decision.KEEP and self.dense.low > 0


def decide(dense: Change, fused: Change, general: Change | None) -> Verdict:
    """The gate: adopt a model that is surely better, and worse at nothing that is measured.

    That is: the lower bound of dense nDCG@10's change is above zero, the fused one does not
    fall significantly, and on the general questions the upper bound is not below
    WORST_GENERAL. Under FEWEST_QUESTIONS, or with a single unit, it cannot be told.
    """
    decision, sentence = _judged(dense, fused, general)
    return Verdict(decision, sentence, dense, fused, general)


def _judged(dense: Change, fused: Change, general: Change | None) -> tuple[Decision, str]:
    asked = f"On {dense.questions:,} held-out questions nDCG@10 goes {dense}"
    if dense.questions < FEWEST_QUESTIONS or dense.units < 2:
        return Decision.CANNOT_TELL, f"{_too_few(dense)} {asked}. The choice is yours."
    if dense.high < 0:
        return Decision.KEEP, f"Keep the present model: the new one is worse. {asked}."
    if dense.low <= 0:
        return Decision.KEEP, f"Keep the present model: the new one is not surely better. {asked}."
    if fused.high < 0:
        return Decision.KEEP, (
            "Keep the present model: together with the words, as you search, the new one"
            f" is worse. nDCG@10 goes {fused}."
        )
    if general is not None and general.high < WORST_GENERAL:
        return Decision.KEEP, (
            "Keep the present model: the new one has forgotten too much else. On"
            f" {general.questions:,} general questions nDCG@10 goes {general}."
        )
    return Decision.ADOPT, f"The new model is better. {asked}."


def _too_few(dense: Change) -> str:
    if dense.questions < FEWEST_QUESTIONS:
        return (
            f"Cannot tell: {dense.questions} held-out questions are too few,"
            f" {FEWEST_QUESTIONS} are needed."
        )
    return "Cannot tell: all held-out questions have one answer."
