"""Contestants that take turns over the same questions, and how their rounds compare."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

Q = TypeVar("Q")
Seconds = dict[str, list[list[float]]]
"""Of each contestant, by round and question."""


def in_turns(
    asks: Mapping[str, Callable[[Q], object]], questions: Sequence[Q], rounds: int
) -> Seconds:
    """Ask every contestant every question once a round, one contestant after another.

    One question goes ahead that is not counted.
    """
    taken: Seconds = {name: [] for name in asks}
    for ask in asks.values():
        ask(questions[0])
    for _ in range(rounds):
        for name in asks:
            taken[name].append([])
        for question in questions:
            for name, ask in asks.items():
                begun = time.perf_counter()
                ask(question)
                taken[name][-1].append(time.perf_counter() - begun)
    return taken


def at(seconds: Sequence[float], share: float) -> float:
    """The value below which a share of all lies."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))]


def p95(taken: Seconds, name: str) -> float:
    """A contestant's 95th percentile over all rounds, in ms."""
    return at([each for one in taken[name] for each in one], 0.95) * 1e3


def p50(taken: Seconds, name: str) -> float:
    """A contestant's median over all rounds, in ms."""
    return statistics.median(each for one in taken[name] for each in one) * 1e3


def ratio(taken: Seconds, one: str, other: str) -> float:
    """The median over the rounds of the ratio of both contestants' medians in a round."""
    pairs = zip(taken[one], taken[other], strict=True)
    return statistics.median(statistics.median(a) / statistics.median(b) for a, b in pairs)
