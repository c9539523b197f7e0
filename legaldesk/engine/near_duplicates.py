"""Passages that are nearly the same text. The only module that uses datasketch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from legaldesk.core.pairs import same_text

ALIKE = 0.8
"""Jaccard similarity of word triples from which two passages count as the same answer."""

_WORDS = 3
_PERMUTATIONS = 128


def near_duplicate_groups(texts: Sequence[str], alike: float = ALIKE) -> list[int]:
    """A group number for each text, from 0 in order of first use; near-duplicates share one.

    MinHash finds what may be alike and the shingles themselves decide, so that no chance
    joins two texts; with 128 permutations a pair just above ``alike`` may be missed. Being
    alike is passed on: a group is a chain. 10,000 passages take about 10 s.
    """
    first: dict[str, int] = {}
    place = [first.setdefault(same_text(text), len(first)) for text in texts]
    groups = _groups(list(first), alike)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(groups[at], len(numbers)) for at in place]


def near_repeats(answers: Sequence[str], texts: Iterable[str]) -> Iterator[list[int]]:
    """For each of the texts, the places of the answers that it nearly repeats, in order.

    Exact and passed on to nobody: every text is held against every answer with which it shares
    a shingle. It is for few answers and as many texts as there are: of those nothing is kept.
    """
    sizes: list[int] = []
    holders: dict[str, list[int]] = defaultdict(list)
    for at, answer in enumerate(answers):
        own = _shingles(same_text(answer))
        sizes.append(len(own))
        for shingle in own:
            holders[shingle].append(at)
    for text in texts:
        own = _shingles(same_text(text))
        shared = Counter(at for shingle in own for at in holders.get(shingle, ()))
        yield sorted(
            at for at, both in shared.items() if both >= ALIKE * (len(own) + sizes[at] - both)
        )


def _groups(texts: Sequence[str], alike: float) -> list[int]:
    """The group of each of texts that all differ."""
    from datasketch import MinHash, MinHashLSH

    shingles = [_shingles(text) for text in texts]
    index = MinHashLSH(threshold=alike * 0.95, num_perm=_PERMUTATIONS)
    groups = list(range(len(texts)))
    for at, own in enumerate(shingles):
        sketch = MinHash(num_perm=_PERMUTATIONS)
        sketch.update_batch([shingle.encode() for shingle in own])
        for found in index.query(sketch):
            other = int(str(found))
            if _jaccard(own, shingles[other]) >= alike:
                _join(groups, at, other)
        index.insert(str(at), sketch)
    return [_root(groups, at) for at in range(len(groups))]


def _shingles(text: str) -> frozenset[str]:
    """Every three words that follow each other; a shorter text is one shingle."""
    words = "".join(char if char.isalnum() else " " for char in text).split() or [text]
    count = max(1, len(words) - _WORDS + 1)
    return frozenset(" ".join(words[at : at + _WORDS]) for at in range(count))


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _root(groups: list[int], at: int) -> int:
    while groups[at] != at:
        groups[at] = groups[groups[at]]
        at = groups[at]
    return at


def _join(groups: list[int], one: int, other: int) -> None:
    groups[_root(groups, one)] = _root(groups, other)
