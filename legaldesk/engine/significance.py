"""How sure a figure is: bootstrap intervals that know which questions belong together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from legaldesk.core.evaluation import Figure
from legaldesk.core.verdict import Change, Verdict, decide

SAMPLES = 10_000
SEED = 42
BOUNDS = (2.5, 97.5)
"""Percentiles of a 95% interval."""

_BLOCK = 4_000_000
"""Numbers drawn at a time (32 MB)."""

Doubles = npt.NDArray[np.float64]
Units = Mapping[str, str]
"""The name of each question's unit: questions that are not independent share one."""


def intervals(
    values: npt.ArrayLike, units: Sequence[str], samples: int = SAMPLES, seed: int = SEED
) -> Doubles:
    """Lower and upper bounds (2, m) of the means of m columns of values (n, m).

    The percentile bootstrap over units (Davison and Hinkley, 1997, 3.8): as many units as
    there are, drawn with replacement, and the mean over their questions. The same seed
    gives the same bounds. Raises ValueError without values.
    """
    columns = np.asarray(values, dtype=np.float64).reshape(len(units), -1)
    if not len(columns):
        raise ValueError("an interval needs at least one value")
    names, unit = np.unique(np.asarray(units), return_inverse=True)
    sums = np.zeros((len(names), columns.shape[1] + 1))
    np.add.at(sums, unit, np.column_stack([columns, np.ones(len(columns))]))
    means = [
        (totals := times @ sums)[:, :-1] / totals[:, -1:]
        for times in _draws(len(names), samples, seed)
    ]
    bounds: Doubles = np.percentile(np.concatenate(means), BOUNDS, axis=0)
    return bounds


def _draws(units: int, samples: int, seed: int) -> Iterator[Doubles]:
    """How often each unit was drawn in each sample, in blocks of shape (b, units)."""
    random = np.random.default_rng(seed)
    rows = max(1, _BLOCK // units)
    for start in range(0, samples, rows):
        count = min(rows, samples - start)
        drawn = random.integers(0, units, size=(count, units))
        drawn += np.arange(count)[:, None] * units
        times = np.bincount(drawn.ravel(), minlength=count * units)
        yield times.reshape(count, units).astype(np.float64)


def figures(
    scores: Mapping[str, Mapping[str, float]], units: Units, samples: int = SAMPLES
) -> dict[str, Figure]:
    """The mean and the interval of each figure over the questions that have it."""
    asked: dict[str, list[str]] = {}
    for question, named in scores.items():
        for name in named:
            asked.setdefault(name, []).append(question)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, questions in asked.items():
        alike.setdefault(tuple(questions), []).append(name)
    found: dict[str, Figure] = {}
    for group, names in alike.items():
        values = np.array([[scores[question][name] for name in names] for question in group])
        bounds = intervals(values, [units[question] for question in group], samples)
        for name, mean, low, high in zip(names, values.mean(axis=0), *bounds, strict=True):
            found[name] = Figure(float(mean), float(low), float(high))
    return {name: found[name] for name in asked}


def compare(
    before: Mapping[str, float], after: Mapping[str, float], units: Units, samples: int = SAMPLES
) -> Change:
    """How a figure changed over the same questions: the paired bootstrap of the difference.

    ``before`` and ``after`` by question. Raises ValueError when their questions differ.
    """
    if before.keys() != after.keys():
        raise ValueError("before and after are not about the same questions")
    first = np.array(list(before.values()), dtype=np.float64)
    second = np.array([after[question] for question in before], dtype=np.float64)
    groups = [units[question] for question in before]
    low, high = intervals(second - first, groups, samples)[:, 0]
    return Change(
        before=float(first.mean()),
        after=float(second.mean()),
        low=float(low),
        high=float(high),
        questions=len(first),
        units=len(set(groups)),
    )


Pair = tuple[Mapping[str, float], Mapping[str, float]]
"""nDCG@10 by question, with the model in use and with the candidate."""


def gate(dense: Pair, fused: Pair, units: Units, general: Pair | None = None) -> Verdict:
    """The verdict on a candidate (see ``core.verdict.decide``) from single questions' nDCG@10.

    ``units`` are the split's. The general questions each stand for themselves.
    """
    alone = {question: question for question in general[0]} if general else {}
    return decide(
        compare(*dense, units),
        compare(*fused, units),
        compare(*general, alone) if general else None,
    )
