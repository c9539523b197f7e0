"""BM25 of many passages at once, from lists in memory: which passages have a phrase, how often.

The word index takes 1.1 µs to score a passage, and more for what it counts of each phrase anew for
every question; here a score takes 0.02 µs. The scores are its own.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from legaldesk.engine.index_terms import IndexTerms
from legaldesk.engine.schema import instances_table

if TYPE_CHECKING:
    from legaldesk.engine.reader import Reader

Ids = npt.NDArray[np.int32]
Times = npt.NDArray[np.uint16]
Floats = npt.NDArray[np.float64]

K1, B = 1.2, 0.75
"""FTS5's own, which nothing can change."""

MOST = 80
"""Passages of phrases that are kept, of 6 bytes each, as a multiple of the library's; phrases that
were not asked for go first."""

PREPARED = 0.8
"""The share of these up to which phrases are listed before somebody asks for them."""

BATCH = 500_000
"""Passages of phrases that are scored at a time. Of more the numbers do not stay near the processor
(a million passages, all at once: 69 instead of 53 ms at the 95th percentile); but each step gives
the processor away, and gets it back late when others work.
"""

GROWN = 1.1
"""How much larger a library is when all of a phrase's passages are listed anew."""

COLUMNS = 3
"""Of the word index: title, section, body. All count the same: neither more for sections nor
nothing for titles moves MRR@10 by more than 0.02."""

_LAST = chr(0x10FFFF)
"""Sorts behind all that a term may go on with."""


class _Kept(NamedTuple):
    """A phrase's passages (row ids, ascending), of those that there were up to a row id, and how
    often it stands in each. Those of removed passages are gone up to the ``removals``-th time.
    """

    ids: Ids
    times: Times
    upto: int = 0
    removals: int = 0


class _Index(NamedTuple):
    """The word index as a reader sees it at one moment.

    ``norms`` has by row id what a passage's length adds to a phrase's times in BM25, 0 where there
    is none. ``removals`` counts how often passages were found to be gone.
    """

    reader: Reader
    table: str
    highest: int
    removals: int
    passages: int
    norms: Floats


_NOTHING = _Kept(np.empty(0, np.int32), np.empty(0, np.uint16))


class Postings:
    """The passages that have each phrase, for all readers of a library.

    A passage never changes and its row id is never used again: what was added since is looked up
    when a phrase is asked for again, and what was removed is left out.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._lengths: dict[str, _Kept] = {}
        self._norms: tuple[tuple[str, int, int], Floats] = ("", 0, 0), np.zeros(1)
        self._removals = 0
        self._size = 0
        self._lock, self._looking = threading.Lock(), threading.Lock()
        self._terms = IndexTerms()

    def best(
        self,
        reader: Reader,
        phrases: Sequence[str],
        limit: int,
        within: Sequence[int] | None = None,
    ) -> list[tuple[int, float]]:
        """The passages, of those ``within`` (row ids, ascending), with the highest BM25 of some
        FTS5 phrases, and it; above 0, best first, the lower id first among equals.
        """
        index = self._index(reader)
        scores = np.zeros(index.highest + 1)
        for lists in _batches(self._of(index, phrases)):
            ids = np.concatenate([each for each, _ in lists])
            times = np.concatenate([each for _, each in lists])
            idf = np.array([_idf(index.passages, len(each)) for each, _ in lists])
            parts = index.norms[ids]
            parts += times
            np.divide(times, parts, parts)
            parts *= np.repeat((K1 + 1) * idf, [len(each) for each, _ in lists])
            np.add.at(scores, ids, parts)
        if within is None:
            best = _highest(scores, limit)
        else:
            places = np.array(within, np.intp)
            places = places[places <= index.highest]
            best = places[_highest(scores[places], limit)]
        best = best[index.norms[best] > 0.0]  # others were removed since another reader's moment
        return list(zip(best.tolist(), scores[best].tolist(), strict=True))

    def prepare(self, reader: Reader, phrases: Sequence[str]) -> bool:
        """List the passages of phrases that may be asked for; False where the room is taken.

        What was added to those that are listed is left to the first question.
        """
        index = self._index(reader)
        for phrase in phrases:
            if self._size > PREPARED * MOST * index.passages:
                return False
            if not self._usable(index, phrase).upto:
                self._of(index, [phrase])
        return True

    def _index(self, reader: Reader) -> _Index:
        table, passages, highest = reader.words(), reader.passages(), reader.highest_id()
        with self._looking:
            kept = self._lengths.get(table, _NOTHING)
            if kept.upto < highest:
                kept = _extended(kept, _lengths(reader, table, kept.upto), highest)
            if len(_until(kept, highest)[0]) != passages:  # some were removed
                kept = _extended(_NOTHING, _lengths(reader, table, 0), highest)
                self._removals += 1
            self._lengths = {table: kept}
            key = table, highest, self._removals
            if self._norms[0] != key:
                self._norms = key, _norms(*_until(kept, highest), highest)
            return _Index(reader, table, highest, self._removals, passages, self._norms[1])

    def _of(self, index: _Index, phrases: Sequence[str]) -> list[tuple[Ids, Times]]:
        """The passages that have each phrase, and how often."""
        known = {phrase: self._usable(index, phrase) for phrase in phrases}
        behind = {phrase: kept for phrase, kept in known.items() if kept.upto < index.highest}
        listed = {}
        for phrase in [phrase for phrase, kept in behind.items() if not kept.upto]:
            terms = self._terms.of(_text(phrase))
            if len(terms) == 1:
                listed[phrase] = _listed(index, terms[0], phrase.endswith("*"))
        listed |= _told_by_scores(index, {p: k for p, k in behind.items() if p not in listed})
        for phrase, kept in behind.items():
            known[phrase] = _extended(kept, listed[phrase], index.highest)
        for phrase, kept in known.items():
            self._keep((index.table, phrase), kept, MOST * index.passages)
        return [_until(known[phrase], index.highest) for phrase in phrases]

    def _usable(self, index: _Index, phrase: str) -> _Kept:
        """What is known of a phrase, without what was removed; nothing where so little that listing
        all is faster.
        """
        kept = self._kept.get((index.table, phrase), _NOTHING)
        if kept.upto * GROWN < index.highest:
            kept = _NOTHING
        if kept.removals == index.removals or kept.upto > index.highest:
            return kept
        there = index.norms[kept.ids] > 0.0
        return _Kept(kept.ids[there], kept.times[there], kept.upto, index.removals)

    def _keep(self, key: tuple[str, str], kept: _Kept, most: int) -> None:
        """As the one that was asked for last, in place of those that were asked for first."""
        with self._lock:
            self._size += len(kept.ids) - len(self._kept.pop(key, _NOTHING).ids)
            self._kept[key] = kept
            while self._size > most and len(self._kept) > 1:
                self._size -= len(self._kept.pop(next(iter(self._kept))).ids)


def _batches(lists: Sequence[tuple[Ids, Times]]) -> Iterator[list[tuple[Ids, Times]]]:
    """The lists in turn, as many at a time as have up to BATCH passages, or a single one."""
    batch: list[tuple[Ids, Times]] = []
    size = 0
    for each in lists:
        if batch and size + len(each[0]) > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(each)
        size += len(each[0])
    if batch:
        yield batch


def _idf(passages: int, having: int) -> float:
    """How telling a phrase is: its inverse document frequency, as FTS5 counts it."""
    return max(1e-6, math.log((passages - having + 0.5) / (having + 0.5)))


def _norms(ids: Ids, lengths: Times, highest: int) -> Floats:
    """What each passage's length adds to a phrase's times, by row id."""
    norms = np.zeros(highest + 1)
    if len(ids):
        norms[ids] = K1 * (1 - B + B * lengths / lengths.mean())
    return norms


def _highest(scores: Floats, limit: int) -> npt.NDArray[np.intp]:
    """Where the best of those above 0 are, the first among equals first.

    What is below the best of every sixteenth passage is not looked at further: nearly all.
    """
    least = max(_lowest_of_best(scores[::16], limit), np.finfo(np.float64).tiny)
    found = np.flatnonzero(scores >= least)
    found = found[scores[found] >= _lowest_of_best(scores[found], limit)]
    return found[np.argsort(-scores[found], kind="stable")][:limit]


def _lowest_of_best(scores: Floats, limit: int) -> float:
    """The lowest of so many best scores, 0 where there are not so many."""
    place = len(scores) - limit
    return float(np.partition(scores, place)[place]) if place >= 0 else 0.0


def _extended(kept: _Kept, more: tuple[Ids, Times], upto: int) -> _Kept:
    """With those that were found behind, but for what was added after the reader's moment."""
    ids, times = _until(_Kept(*more, np.iinfo(np.int32).max), upto)
    return kept._replace(
        ids=np.concatenate([kept.ids, ids]), times=np.concatenate([kept.times, times]), upto=upto
    )


def _until(kept: _Kept, highest: int) -> tuple[Ids, Times]:
    """Without what was added after the reader's moment."""
    end = len(kept.ids) if kept.upto <= highest else np.searchsorted(kept.ids, highest, "right")
    return kept.ids[:end], kept.times[:end]


def _text(phrase: str) -> str:
    """What an FTS5 phrase is the string of."""
    return phrase.rstrip("*")[1:-1].replace('""', '"')


def _listed(index: _Index, term: str, prefix: bool) -> tuple[Ids, Times]:
    """The passages that have a term, or one that begins with it.

    As one text, which is four times as fast as row by row.
    """
    (row,) = index.reader.rows(
        f"SELECT group_concat(doc) AS ids FROM {instances_table(index.table)}"
        " WHERE term BETWEEN ? AND ?",
        term,
        term + _LAST if prefix else term,
    )
    ids, times = np.unique(_numbers(row["ids"]), return_counts=True)
    return ids, _capped(times)


def _told_by_scores(index: _Index, phrases: Mapping[str, _Kept]) -> dict[str, tuple[Ids, Times]]:
    """The same of the passages after those that are kept, by FTS5's own scores: slow for many, but
    for all phrases, and it leaps over what is before.

    One question for all: each gives the processor away, and gets it back late from a thread that
    cuts documents.
    """
    if not phrases:
        return {}
    table, values = index.table, []
    parts = []
    for number, (phrase, kept) in enumerate(phrases.items()):
        parts.append(
            f"SELECT {number} AS phrase, rowid, -bm25({table}) AS score FROM {table}"
            f" WHERE {table} MATCH ? AND rowid BETWEEN ? AND ?"
        )
        values += [phrase, kept.upto + 1, index.highest]
    (row,) = index.reader.rows(
        f"WITH found AS MATERIALIZED ({' UNION ALL '.join(parts)})"
        " SELECT json_group_array(json_array(phrase, rowid, score)) FROM found",
        *values,
    )
    found = np.array(msgspec.json.decode(row[0], type=list[tuple[int, int, float]])).reshape(-1, 3)
    told = {}
    for number, (phrase, kept) in enumerate(phrases.items()):
        _, ids, scores = found[found[:, 0] == number].T
        ids = ids.astype(np.int32)
        scores = scores / _idf(index.passages, len(kept.ids) + len(ids))
        told[phrase] = ids, _capped(np.rint(index.norms[ids] * scores / (K1 + 1 - scores)))
    return told


def _lengths(reader: Reader, table: str, after: int) -> tuple[Ids, Times]:
    """The passages above a row id with their numbers of words: title, sections and text together.

    FTS5 keeps the three numbers of each in a blob, as its documentation says: seven bits a byte,
    the highest first, the eighth bit set where another byte follows.
    """
    (row,) = reader.rows(
        f"SELECT group_concat(id) AS ids, group_concat(hex(sz), '') AS sizes FROM {table}_docsize"
        " WHERE id > ?",
        after,
    )
    if not row["ids"]:
        return _NOTHING.ids, _NOTHING.times
    coded = np.frombuffer(bytes.fromhex(row["sizes"]), np.uint8)
    ends = np.flatnonzero(coded < 0x80)
    bits = np.repeat(ends, np.diff(ends, prepend=-1)) - np.arange(len(coded))
    values = (coded.astype(int) & 0x7F) << (7 * bits)
    starts = np.concatenate([[0], ends[COLUMNS - 1 : -1 : COLUMNS] + 1])
    return _numbers(row["ids"]), _capped(np.add.reduceat(values, starts))


def _numbers(listed: str | None) -> Ids:
    return np.fromstring(listed or "", np.int32, sep=",")


def _capped(times: npt.NDArray[Any]) -> Times:
    capped: Times = np.minimum(times, np.iinfo(np.uint16).max).astype(np.uint16)
    return capped
