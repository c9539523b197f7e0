"""Training pairs, and how they are parted without leaking an answer to the other side."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

FEWEST_UNITS = 20
"""Units below which documents are too coarse to part by."""

FEWEST_NEW = 6
"""Units that may be held out below which they are, as 30% of FEWEST_UNITS are held out."""

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
class Lineage:
    """The pairs that a model was made from before: ``taught`` with, and ``chosen`` by.

    ``lost`` says that it was tuned on pairs that are not known here.
    """

    taught: tuple[TrainingPair, ...] = ()
    chosen: tuple[TrainingPair, ...] = ()
    lost: bool = False

    @property
    def pairs(self) -> tuple[TrainingPair, ...]:
        """All of them, those that taught first."""
        return (*self.taught, *self.chosen)


UNTAUGHT = Lineage()
"""Of a model that learned nothing here."""

PAST_UNKNOWN = (
    "The model was tuned before on pairs that are not known here: what it is measured on may be "
    "among them."
)


@dataclass(frozen=True, slots=True)
class Split:
    """Which pairs are for what, as their indices in order; no unit is on two sides.

    ``units`` has the unit of each pair. ``by`` is "document" or "passage", and ``note`` says
    what to know of it, "" for nothing.
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
    lineage: Lineage = UNTAUGHT,
) -> Split:
    """Part pairs by connected component of (document, near-duplicate passages, question).

    ``groups`` has a number for the passage of each pair and then of each in ``lineage``, the
    same for near-duplicates. What taught the model before is trained on again, with all that
    is connected to it, and what it was chosen by is never reported on. Where too few units are
    left, documents are left out of the connection, and the note says so. Depends on the pairs
    and the seed alone, not on their order. A unit that is larger than a held-out part's share
    is trained on.
    """
    units, by, note = _parting(pairs, groups, lineage)
    limits = _limits(units[len(pairs) :], len(lineage.taught))
    own = units[: len(pairs)]
    members: dict[int, list[int]] = defaultdict(list)
    for index, unit in enumerate(own):
        members[unit].append(index)
    ordered = sorted(
        members, key=lambda unit: (limits.get(unit, _TEST), _draw(seed, pairs, members[unit]))
    )
    dealt = [(members[unit], limits.get(unit, _TEST)) for unit in ordered]
    parts = _deal(dealt, round(len(pairs) * test), round(len(pairs) * validation))
    first, second, third = (tuple(sorted(part)) for part in parts)
    again = sum(len(members[unit]) for unit in members if unit in limits)
    said = (note, _of_lineage(again, by, lineage.lost))
    return Split(first, second, third, tuple(own), by, " ".join(filter(None, said)))


def _parting(
    pairs: Sequence[TrainingPair], groups: Sequence[int], lineage: Lineage
) -> tuple[list[int], str, str]:
    """The units of all pairs, own and earlier, what they are parted by, and why if need be."""
    everything = [*pairs, *lineage.pairs]
    if not any(pair.document for pair in pairs):
        return _units(everything, groups, documents=False), "passage", ""
    units = _units(everything, groups, documents=True)
    own, earlier = set(units[: len(pairs)]), set(units[len(pairs) :])
    why = _too_few(len(own), len(own - earlier))
    if not why:
        return units, "document", ""
    note = f"{why}, so they are parted by passage: figures for wholly new documents may be lower."
    return _units(everything, groups, documents=False), "passage", note


def _too_few(units: int, new: int) -> str:
    """Why documents are too coarse to part by, "" when they are not."""
    if units < FEWEST_UNITS:
        return (
            f"The pairs come from {units} independent groups of documents, fewer than "
            f"{FEWEST_UNITS}"
        )
    if new < FEWEST_NEW:
        return (
            f"Of {units} independent groups of documents {new} had no part in making the model, "
            f"fewer than {FEWEST_NEW}"
        )
    return ""


def _of_lineage(again: int, by: str, lost: bool) -> str:
    """What to know of a model that was tuned before."""
    said = []
    if again:
        shared = "a document" if by == "document" else "a question or passage"
        said.append(
            f"The model was tuned before: {again:,} pairs share {shared} with those that it was "
            "made from, and are not held out to report on."
        )
    if lost:
        said.append(PAST_UNKNOWN)
    return " ".join(said)


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


_TRAIN, _VALIDATION, _TEST = range(3)
"""The parts, each of which may also hold what a later one may."""


def _limits(earlier: Sequence[int], taught: int) -> dict[int, int]:
    """The last part that units of earlier pairs may be in; the first ``taught`` of them taught."""
    limits = dict.fromkeys(earlier[taught:], _VALIDATION)
    return limits | dict.fromkeys(earlier[:taught], _TRAIN)


def _deal(
    units: Sequence[tuple[Sequence[int], int]], test: int, validation: int
) -> tuple[list[int], list[int], list[int]]:
    """Whole units for training, validation and test, in pairs as close to the wish as it goes.

    With each goes the last part that it may be in. The first is trained on, so that there is
    something to train on.
    """
    parts: tuple[list[int], list[int], list[int]] = ([], [], [])
    wanted = (0, max(1, validation), max(1, test))
    total = sum(len(unit) for unit, _ in units)
    for place, (unit, last) in enumerate(units):
        rooms = range(last if place else _TRAIN, _TRAIN, -1)
        room = (part for part in rooms if _fits(unit, parts[part], wanted[part], total))
        parts[next(room, _TRAIN)].extend(unit)
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
