"""Which passages have which phrases: kept in memory, to tell the few that are worth scoring.

The word index needs 2 ms to list 25,000 passages that have a word and 25 ms to score them; more
than half of that it looks up how long each one is.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from legaldesk.engine.reader import Reader

Ids = npt.NDArray[np.int32]

MOST = 16_000_000
"""Row ids that are kept, of 4 bytes each; phrases that were not asked for go first."""

COVERED = 0.9
"""The share of likely passages that must have one of the phrases that lead to them.

The rest have none of the rarer ones. To find them as well, by frequent phrases, takes 22 ms of
processor time for an average question to 100,000 passages instead of 18, and 48 instead of 33 at
the 95th percentile; 99.0% instead of 98.7% of the best hundred are then those of scoring all.
"""


WORTHWHILE = 0.5
"""The share of passages with a phrase up to which it is worth while to name those to be scored."""


class Likely(NamedTuple):
    """Passages (row ids, ascending) that may be among the best, each with a ``leading`` phrase.

    ``alone`` are those of them that have none of the other phrases that were given, with what
    theirs weigh together.
    """

    leading: list[str]
    ids: list[int]
    alone: dict[int, float]


class _Kept(NamedTuple):
    """A phrase's passages, of those that there were up to a row id; ``without`` is how many ids
    below it had none: it changes when a passage is removed.
    """

    ids: Ids
    upto: int
    without: int


_NOTHING = _Kept(np.empty(0, np.int32), 0, 0)


class Postings:
    """The passages that have each phrase, for all readers of a library.

    What was added since is listed when a phrase is asked for again; once a passage was removed,
    or cut for another model, all is listed anew.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._size = 0
        self._lock = threading.Lock()

    def likely(
        self,
        reader: Reader,
        weights: Mapping[str, float],
        count: int,
        within: Sequence[int] | None = None,
    ) -> Likely | None:
        """The ``count`` passages whose phrases weigh most, of those ``within`` that have any, and
        all whose phrases weigh as much: those of one word differ in nothing here.

        ``weights`` come with the heaviest first. None where that is not WORTHWHILE.
        """
        ids = self._of(reader, weights)
        highest = max((int(each[-1]) for each in ids if len(each)), default=0)
        sums = np.zeros(highest + 1, np.float32)
        for each, weight in zip(ids, weights.values(), strict=True):
            sums[each] += weight
        places = np.arange(highest + 1)
        if within is not None:
            places = np.array([each for each in within if each <= highest], np.intp)
        sums = sums[places]
        having = np.count_nonzero(sums)
        if having <= count:
            return None
        best = np.flatnonzero(sums >= np.partition(sums, len(sums) - count)[len(sums) - count])
        if len(best) > WORTHWHILE * having:
            return None
        places, sums = places[best], sums[best]
        has = np.array([_are_in(places, each) for each in ids])
        led = np.logical_or.accumulate(has)
        last = int(np.argmax(led.mean(axis=1) >= COVERED))
        alone = led[last] & ~has[last + 1 :].any(axis=0)
        return Likely(
            leading=[*weights][: last + 1],
            ids=places[led[last]].tolist(),
            alone=dict(zip(places[alone].tolist(), sums[alone].tolist(), strict=True)),
        )

    def _of(self, reader: Reader, phrases: Iterable[str]) -> list[Ids]:
        """The row ids of each phrase's passages, ascending."""
        table = reader.words()
        highest, without = reader.row_ids()
        found = []
        for phrase in phrases:
            kept = self._kept.get((table, phrase), _NOTHING)
            if kept.without != without:
                kept = _NOTHING
            if kept.upto < highest:
                listed = _listed(reader, table, phrase, kept.upto)
                upto = max([highest, *listed[-1:].tolist()])
                kept = _Kept(np.concatenate([kept.ids, listed]), upto, without)
            found.append(kept.ids)
            self._keep(table, phrase, kept)
        return found

    def _keep(self, table: str, phrase: str, kept: _Kept) -> None:
        """As the one that was asked for last, in place of those that were asked for first."""
        with self._lock:
            self._size += len(kept.ids) - len(self._kept.pop((table, phrase), _NOTHING).ids)
            self._kept[table, phrase] = kept
            while self._size > MOST and len(self._kept) > 1:
                self._size -= len(self._kept.pop(next(iter(self._kept))).ids)


def _listed(reader: Reader, table: str, phrase: str, after: int) -> Ids:
    """The row ids above ``after`` of the passages that have a phrase: as one text, which is four
    times as fast as row by row.
    """
    (row,) = reader.rows(
        f"SELECT group_concat(rowid) AS ids FROM {table} WHERE {table} MATCH ? AND rowid > ?",
        phrase,
        after,
    )
    return np.sort(np.fromstring(row["ids"] or "", np.int32, sep=","), kind="stable")


def _are_in(ids: npt.NDArray[np.intp], among: Ids) -> npt.NDArray[np.bool_]:
    """For each of the ids whether it is among those, which ascend."""
    if not len(among):
        return np.zeros(len(ids), bool)
    places = np.minimum(np.searchsorted(among, ids), len(among) - 1)
    found: npt.NDArray[np.bool_] = among[places] == ids
    return found
