"""Training pairs, and how they are parted without leaking an answer to the other side."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FEWEST_UNITS = 20
"""Units below which documents are too coarse to part by."""

VALIDATION, TEST = 0.1, 0.2
"""Shares of the pairs that are held out to choose by, and to report on."""


@dataclass(frozen=True, slots=True)
class TrainingPair:
    """A question and a passage that answers it.

    ``document`` is the passage's document as a hash, "" for a pair that came without one.
    ``negatives`` are texts marked not relevant for this question. ``matter`` and ``label``
    say where it came from.
    """

    question: str
    passage: str
    document: str = ""
    negatives: tuple[str, ...] = ()
    matter: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Which pairs are for what, as their indices in order; no unit is on two sides.

    ``units`` has the unit of each pair. ``by`` is "document" or "passage", and ``note`` a
    sentence when it is not by document, else "".
    """

    train: tuple[int, ...]
    validation: tuple[int, ...]
    test: tuple[int, ...]
    units: tuple[int, ...]
    by: str
    note: str = ""

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(set(self.units))


def split(
    pairs: Sequence[TrainingPair],
    groups: Sequence[int],
    seed: int,
    validation: float = VALIDATION,
    test: float = TEST,
) -> Split:
    """Part pairs by connected component of (document, near-duplicate passages, question).

    ``groups`` has a number for each pair's passage, the same for near-duplicates. Where that
    leaves fewer than 20 units, documents are left out of the connection, and the note says
    so. Depends on the pairs and the seed alone, not on their order. A unit that is larger
    than a held-out part's share is trained on.
    """
    units, by, note = _units(pairs, groups, documents=True), "document", ""
    if not any(pair.document for pair in pairs):
        by = "passage"
    elif len(set(units)) < FEWEST_UNITS:
        note = (
            f"The pairs come from {len(set(units))} independent groups of documents, fewer than "
            f"{FEWEST_UNITS}, so they are parted by passage: figures for wholly new documents "
            "may be lower."
        )
        units, by = _units(pairs, groups, documents=False), "passage"
    members: dict[int, list[int]] = defaultdict(list)
    for index, unit in enumerate(units):
        members[unit].append(index)
    ordered = sorted(members.values(), key=lambda unit: _draw(seed, pairs, unit))
    parts = _deal(ordered, round(len(pairs) * test), round(len(pairs) * validation))
    first, second, third = (tuple(sorted(part)) for part in parts)
    return Split(first, second, third, tuple(units), by, note)


def same_text(text: str) -> str:
    """A text as it is compared: without case and with single spaces."""
    return " ".join(text.casefold().split())


def _units(pairs: Sequence[TrainingPair], groups: Sequence[int], documents: bool) -> list[int]:
    """The number of each pair's connected component, counted from 0 in order of first use."""
    joined = _Joined()
    for pair, group in zip(pairs, groups, strict=True):
        question, passage = f"q{same_text(pair.question)}", f"p{group}"
        joined.join(question, passage)
        if documents and pair.document:
            joined.join(passage, f"d{pair.document}")
    roots: dict[str, int] = {}
    return [roots.setdefault(joined.root(f"p{group}"), len(roots)) for group in groups]


def _draw(seed: int, pairs: Sequence[TrainingPair], unit: Iterable[int]) -> str:
    """A unit's place in the shuffle: a hash of the seed and of what is in it."""
    texts = min((same_text(pairs[index].question), pairs[index].passage) for index in unit)
    return hashlib.sha256("\x1f".join([str(seed), *texts]).encode()).hexdigest()


def _deal(
    units: Sequence[Sequence[int]], test: int, validation: int
) -> tuple[list[int], list[int], list[int]]:
    """Whole units for training, validation and test, in pairs as close to the wish as it goes.

    The first is trained on, so that there is something to train on.
    """
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    wanted = (0, max(1, validation), max(1, test))
    total = sum(len(unit) for unit in units)
    for place, unit in enumerate(units):
        room = (part for part in (2, 1) if _fits(unit, parts[part], wanted[part], total))
        parts[next(room, 0) if place else 0].extend(unit)
    return parts


def _fits(unit: Sequence[int], part: Sequence[int], wanted: int, total: int) -> bool:
    """Whether a held-out part takes a unit: it needs more, and does not grow far too large."""
    if not part:
        return len(unit) <= max(wanted, total // 4)
    return len(part) < wanted and len(part) + len(unit) <= wanted * 5 // 4


class _Joined:
    """Sets that grow together (union-find with path halving)."""

    def __init__(self) -> None:
        self._parents: dict[str, str] = {}

    def root(self, member: str) -> str:
        parents = self._parents
        parents.setdefault(member, member)
        while parents[member] != member:
            parents[member] = parents[parents[member]]
            member = parents[member]
        return member

    def join(self, one: str, other: str) -> None:
        self._parents[self.root(one)] = self.root(other)
