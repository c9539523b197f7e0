"""Passages that have words of a question, best first, without scoring those that are hardly among
the best.

FTS5 finds 90,000 passages with any of a dozen words in 10 ms and takes 100 ms to score them. In
a large library only those are scored whose words weigh most together, by all words: two stages, of
which the first is cheap and looks at all passages (Asadi and Lin, SIGIR 2013).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.engine.vocabulary import SMALL

if TYPE_CHECKING:
    from legaldesk.engine.postings import Likely
    from legaldesk.engine.reader import Reader

Found = list[tuple[int, float]]

TITLE_WEIGHT, SECTION_WEIGHT, BODY_WEIGHT = 1.0, 1.0, 1.0
"""Equal: neither more for sections nor nothing for titles moves MRR@10 by more than 0.02."""

TIMES, FEWEST, SHARE = 10, 1_000, 0.003
"""How many times as many passages are scored as are wanted, how many at least, and which share of
all at least: those whose words weigh most, each as if it stood there once.

Of 441 questions to 100,000 passages the first passage is always that of scoring all, of the best
ten 99.9% and of the best hundred 99.1%. With twice as many passages 99.7% of the best hundred of 90
are, in 22 ms of processor time on average instead of 18. Of 36 questions to a million all of the
best ten and 97.9% of the best hundred; with 0.005 of them 99.7%, in 146 ms instead of 133.
"""

SHORT = 15
"""Phrases up to which twice as many are scored: where few words can differ, many passages weigh
nearly the same. Of 160 questions of 2 to 6 words the best ten are then those of scoring all,
instead of 99.8% of them, in 1 to 4 ms more.
"""

FREQUENT = 0.25
"""The share of passages from which on a phrase does not help to tell which are worth scoring: there
are many to list, and they weigh little."""

MOST = 1.5
"""What a passage is taken to reach at most, as a multiple of what its words weigh.

BM25's own limit is 2.2, with which 0.2% fewer of the best hundred are missed in a matter.
"""

WIDE_SHARE = 0.25
"""The share of documents in scope from which the best of all are looked at and then sifted."""

DEEPER = 4
"""How many times as many of them, so that as many as are wanted are mostly in scope."""

_PHRASE = r'"(?:[^"]|"")*"\*?'
_ANY_OF = re.compile(rf"{_PHRASE}(?: OR {_PHRASE})*")


def best_by_words(reader: Reader, table: str, match: str, scope: Scope, limit: int) -> Found:
    """Row ids and BM25 scores, above 0, of the passages in scope that an FTS5 expression finds.

    Best first, the lower id first among equals; ``limit`` -1 means all. Raises WrongUse for an
    unknown matter or document.
    """
    share = _share(reader, scope)
    if share >= 1.0:
        return _best(reader, table, match, limit)
    if share >= WIDE_SHARE and limit >= 0:
        wider = _best(reader, table, match, DEEPER * limit)
        found = _sifted(reader, wider, *reader.scope_sql(scope))[:limit]
        if len(found) == limit or len(wider) < DEEPER * limit:
            return found
    return _best(reader, table, match, limit, reader.passage_ids(scope))


def best_among(reader: Reader, table: str, match: str, passages: list[int], limit: int) -> Found:
    """The same of some passages (row ids, ascending)."""
    return _best(reader, table, match, limit, passages)


def _share(reader: Reader, scope: Scope) -> float:
    """The share of the library's documents that are in scope, or somewhat less."""
    whole = scope.matter == ALL_MATTERS and not scope.document
    if whole and not reader.count("SELECT count(*) FROM matters WHERE locked_out"):
        return 1.0
    where, values = reader.scope_sql(scope)
    inside = reader.count(f"SELECT count(*) FROM documents WHERE id IN ({where})", *values)
    # No count, which would look at every document: ids that are gone only make the share smaller.
    return inside / max(1, reader.count("SELECT coalesce(max(id), 0) FROM documents"))


def _sifted(reader: Reader, found: Found, where: str, values: Sequence[object]) -> Found:
    """Those in scope."""
    inside = reader.among([passage for passage, _ in found], where, values)
    return [each for each in found if each[0] in inside]


def _best(
    reader: Reader, table: str, match: str, limit: int, within: list[int] | None = None
) -> Found:
    """The best of all passages, or of those ``within`` (row ids, ascending), scoring few."""
    total = reader.passages()
    count = max(FEWEST, TIMES * limit, int(SHARE * total))
    small = total <= SMALL or within is not None and len(within) <= count
    if limit < 0 or small or not _ANY_OF.fullmatch(match):
        return _scored(reader, table, match, limit, within)
    counts = reader.having(re.findall(_PHRASE, match))
    rarest = sorted((phrase for phrase in counts if counts[phrase]), key=lambda each: counts[each])
    count *= 2 if len(rarest) <= SHORT else 1
    weights = {phrase: _weight(counts[phrase], total) for phrase in rarest}
    telling = {each: weights[each] for each in rarest if counts[each] <= FREQUENT * total}
    likely = reader.likely(telling, count, within) or reader.likely(weights, count, within)
    if likely is None:
        return _scored(reader, table, " OR ".join(rarest) or match, limit, within)
    return _among(reader, table, likely, rarest, limit)


def _among(reader: Reader, table: str, likely: Likely, phrases: list[str], limit: int) -> Found:
    """The best of the likely passages.

    FTS5 leaps over passages where an AND lets it, but scores a phrase as often as it is written:
    so those that have none of the other phrases are scored on their own, if they weigh enough.
    """
    leading = " OR ".join(likely.leading)
    others = " OR ".join(phrase for phrase in phrases if phrase not in set(likely.leading))
    if not others:
        return _scored(reader, table, leading, limit, likely.ids)
    both = _scored(reader, table, f"({leading}) AND ({others})", limit, likely.ids)
    lowest = both[-1][1] if len(both) == limit else 0.0
    alone = [passage for passage, weight in likely.alone.items() if MOST * weight >= lowest]
    best = dict(_scored(reader, table, leading, limit, alone)) | dict(both)
    return sorted(best.items(), key=lambda found: (-found[1], found[0]))[:limit]


def _weight(having: int, total: int) -> float:
    """What a phrase adds to a score where it stands once, in a passage of average length: its
    inverse document frequency, as FTS5 counts it.
    """
    return max(1e-6, math.log((total - having + 0.5) / (having + 0.5)))


def _scored(
    reader: Reader, table: str, match: str, limit: int, within: Sequence[int] | None = None
) -> Found:
    """What a match finds, of some passages alone (row ids, ascending), scored.

    FTS5 leaps to the first of them, and the unary plus keeps the match in front of the list.
    """
    if within is not None and not within:
        return []
    among, values = "", []
    if within:
        among = " AND rowid BETWEEN ? AND ? AND +rowid IN (SELECT value FROM json_each(?))"
        values = [within[0], within[-1], msgspec.json.encode(within).decode()]
    rows = reader.rows(
        f"SELECT rowid, -bm25({table}, {TITLE_WEIGHT}, {SECTION_WEIGHT}, {BODY_WEIGHT}) AS score"
        f" FROM {table} WHERE {table} MATCH ?{among} ORDER BY score DESC, rowid LIMIT ?",
        match,
        *values,
        limit,
    )
    return [(row[0], row[1]) for row in rows]
