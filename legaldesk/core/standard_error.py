"""The one-standard-error rule: what is not surely worse than the best is as good."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping


def mean(figures: Mapping[str, float], asked: Iterable[str]) -> float:
    """The mean of figures by question over those asked. Raises ZeroDivisionError for none."""
    values = [figures[question] for question in asked]
    return math.fsum(values) / len(values)


def as_good(best: Mapping[str, float], other: Mapping[str, float], asked: Iterable[str]) -> bool:
    """Whether the mean of ``other`` is within one standard error of that of ``best``.

    Figures by question; the error is that of the paired difference (Breiman et al., 1984, have
    it of the best mean itself). Raises ZeroDivisionError when nothing is asked.
    """
    differences = [best[question] - other[question] for question in asked]
    average = math.fsum(differences) / len(differences)
    spread = math.fsum((each - average) ** 2 for each in differences) / len(differences)
    return average <= math.sqrt(spread / len(differences)) + 1e-12
