"""Where labels contradict each other. Nothing is averaged: they wait for a person's decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from legaldesk.core.label_places import SAME, likeness, place_of
from legaldesk.core.labels import Contradiction, Label, Verdict


def contradictions(
    labels: Iterable[Label], walled: Collection[str] = ()
) -> tuple[Contradiction, ...]:
    """The contradictions among labels that count, in the order of their first labels.

    Labels on one text for one question contradict when two labellers differ, each by the newest
    word. Those of a ``walled`` matter contradict each other alone.
    """
    found = [group for group in same_subjects(labels, walled) if _differ(group)]
    return tuple(Contradiction(group[0].question, group[0].text, tuple(group)) for group in found)


def contradicted(labels: Iterable[Label], walled: Collection[str] = ()) -> set[int]:
    """The ids of the labels that are part of a contradiction."""
    return {label.id for each in contradictions(labels, walled) for label in each.labels}


def outdated(labels: Iterable[Label], walled: Collection[str] = ()) -> set[int]:
    """The ids of the labels of whose text their labeller has said otherwise since."""
    found: set[int] = set()
    for group in same_subjects(labels, walled):
        newest = _newest(group)
        found |= {label.id for label in group if label.verdict is not newest[label.labeller]}
    return found


def same_subjects(labels: Iterable[Label], walled: Collection[str] = ()) -> list[list[Label]]:
    """Labels in groups of one question and one text, be it equal or at the same place.

    A ``walled`` matter's labels are in groups of their own.
    """
    by_question: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        inside = label.matter if label.matter in walled else ""
        by_question[label.question_key, inside].append(label)
    return [group for asked in by_question.values() for group in _groups(asked)]


def _groups(labels: Sequence[Label]) -> list[list[Label]]:
    """One question's labels, joined through equal texts and through places that are alike."""
    root = list(range(len(labels)))

    def find(at: int) -> int:
        while root[at] != at:
            at = root[at]
        return at

    for one, other in _alike(labels):
        root[find(max(one, other))] = find(min(one, other))
    groups: dict[int, list[Label]] = defaultdict(list)
    for at, label in enumerate(labels):
        groups[find(at)].append(label)
    return list(groups.values())


def _alike(labels: Sequence[Label]) -> Iterable[tuple[int, int]]:
    """Pairs of positions of labels on one text, enough of them to join all that belong together."""
    first: dict[str, int] = {}
    documents: dict[str, list[int]] = defaultdict(list)
    for at, label in enumerate(labels):
        yield first.setdefault(label.text_key, at), at
        if label.document:
            documents[label.document].append(at)
    for members in documents.values():
        for one, other in combinations(members, 2):
            if likeness(place_of(labels[one]), place_of(labels[other])) >= SAME:
                yield one, other


def _differ(group: Sequence[Label]) -> bool:
    return len(set(_newest(group).values())) > 1


def _newest(group: Sequence[Label]) -> dict[str, Verdict]:
    """The last verdict of each labeller."""
    return {each.labeller: each.verdict for each in sorted(group, key=lambda label: label.id)}
