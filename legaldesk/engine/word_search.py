"""Passages that have words of a question, best first, without scoring those that cannot be among
the best.

FTS5 finds 90,000 passages with any of a dozen words in 10 ms and takes 100 ms to score them. In
a large library only passages with one of the rarer words are scored, by all words: a passage
that has none of these cannot reach what the best of them have (MaxScore; Turtle and Flood,
Information Processing & Management, 1995).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.engine.vocabulary import SMALL

if TYPE_CHECKING:
    from legaldesk.engine.reader import Reader

Found = list[tuple[int, float]]

TITLE_WEIGHT, SECTION_WEIGHT, BODY_WEIGHT = 1.0, 1.0, 1.0
"""Equal: neither more for sections nor nothing for titles moves MRR@10 by more than 0.02."""

MOST_SHARE = 1.0
"""The most that a word is taken to add to a score, as a share of its inverse document frequency.

A word that stands once in a passage of average length adds just that, and 2.2 times that is the
limit of BM25. With 2.2 the answers are those of all passages. With 1.0 questions of a dozen words
took 0.55 to 0.95 of the processor's time of scoring all of 100,000 passages, nDCG@10 on six sets in
five languages stayed the same to four digits, and 98% of the best hundred were the same.
"""

FIRST, FIRST_SHARE = 3_000, 0.01
"""Passages that are scored at first, to know what the best have at least: so many, or this share.

In a million passages 10,000 instead of 3,000 take 8 ms more, and then a question 262 instead of 290
ms of processor time at the median of 36 and 494 instead of 618 at the 95th percentile.
"""

FEW = 0.5
"""The share of passages up to which it is worth while to score some alone: to find them costs as
much as to score as many more."""

LONG, ENOUGH, LEAST = 15, 0.1, 10_000
"""From how many words on only the passages with the rarest words are scored: this share of all, and
at least so many.

A long question finds nearly every passage by some word. With so few scored, 54 questions of 16 to
52 words over 100,000 passages take 12 to 44 ms of processor time instead of 50 to 210. The best ten
stay but for 0.17 of them, two at most; with 0.08 but for 0.28, five at most.
"""

NEARLY_ALL = 0.9
"""The share of passages with a frequent word of a long question from which on those without any are
left out: the same 54 questions take 28 ms on average instead of 32, for the same best ten."""

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
    where, values = reader.scope_sql(scope)
    if share >= WIDE_SHARE and limit >= 0:
        wider = _best(reader, table, match, DEEPER * limit)
        found = _sifted(reader, wider, where, values)[:limit]
        if len(found) == limit or len(wider) < DEEPER * limit:
            return found
    inside = f"SELECT id FROM passages WHERE document IN ({where})"
    return _scored(reader, table, match, limit, inside, values)


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


def _best(reader: Reader, table: str, match: str, limit: int) -> Found:
    """The best of all passages, scoring as few as will do."""
    total = reader.passages()
    if limit < 0 or total <= SMALL or not _ANY_OF.fullmatch(match):
        return _scored(reader, table, match, limit)
    counts = reader.having(re.findall(_PHRASE, match))
    rarest = sorted((phrase for phrase in counts if counts[phrase]), key=lambda each: counts[each])
    most = [_most(counts[phrase], total) for phrase in rarest]
    long = len(rarest) > LONG
    if long:
        needed = _enough(rarest, counts, total)
    else:
        first = max(FIRST, 2 * limit, int(FIRST_SHARE * total))
        needed = _needed(rarest, most, _lowest(reader, table, rarest, counts, first, limit))
        if _together((counts[phrase] for phrase in needed), total) > FEW:
            return _scored(reader, table, " OR ".join(rarest) or match, limit)
    others = rarest[len(needed) :]
    both = _with_both(reader, table, needed, others, limit)
    most_have = _together((counts[phrase] for phrase in others), total) > NEARLY_ALL
    if long and most_have and len(both) == limit:
        return both
    return _with_the_rest(reader, table, needed, most, both, limit)


def _with_both(
    reader: Reader, table: str, needed: list[str], others: list[str], limit: int
) -> Found:
    """The best of the passages that have one of the needed phrases and one of the others.

    FTS5 leaps over passages where an AND lets it, but scores a phrase as often as it is written.
    """
    if not others:
        return []
    return _scored(reader, table, f"({' OR '.join(needed)}) AND ({' OR '.join(others)})", limit)


def _with_the_rest(
    reader: Reader, table: str, needed: list[str], most: list[float], both: Found, limit: int
) -> Found:
    """The best of all passages that have a needed phrase, after ``both`` of _with_both.

    The rest have what the needed phrases alone give, and are scored where they can reach the last
    of both. ``most`` is what each phrase adds at most, the needed ones' first.
    """
    rarer = _needed(needed, most, both[-1][1] if len(both) == limit and both else 0.0)
    with_one = f"SELECT rowid FROM {table} WHERE {table} MATCH ?"
    among = (with_one, [" OR ".join(rarer)]) if len(rarer) < len(needed) else ("", [])
    best = dict(_scored(reader, table, " OR ".join(needed), limit, *among)) | dict(both)
    return sorted(best.items(), key=lambda found: (-found[1], found[0]))[:limit]


def _lowest(
    reader: Reader, table: str, rarest: list[str], counts: dict[str, int], enough: int, limit: int
) -> float:
    """What the last of the best has at least: its score by the rarest phrases alone, of which
    so many are taken that ``enough`` passages have one.
    """
    first: list[str] = []
    for phrase in rarest:
        if sum(counts[each] for each in first) >= enough:
            break
        first.append(phrase)
    found = _scored(reader, table, " OR ".join(first), limit) if first else []
    return found[-1][1] if len(found) == limit and found else 0.0


def _needed(rarest: list[str], most: list[float], lowest: float) -> list[str]:
    """The phrases of which a passage must have one to reach a score."""
    together, count = 0.0, len(rarest)
    while count > 1 and together + most[count - 1] < lowest:
        together += most[count - 1]
        count -= 1
    return rarest[:count]


def _enough(rarest: list[str], counts: dict[str, int], total: int) -> list[str]:
    """The rarest phrases that together are in no more passages than are scored."""
    share, count = max(ENOUGH, LEAST / total), len(rarest)
    while count > 1 and _together((counts[each] for each in rarest[:count]), total) > share:
        count -= 1
    return rarest[:count]


def _together(counts: Iterable[int], total: int) -> float:
    """The share of passages that have one of several phrases, as if each stood by chance."""
    return 1.0 - math.prod(1.0 - min(count, total) / total for count in counts)


def _most(having: int, total: int) -> float:
    """What a phrase adds to a score at most; its document frequency counts as FTS5 counts it."""
    return MOST_SHARE * max(1e-6, math.log((total - having + 0.5) / (having + 0.5)))


def _scored(
    reader: Reader,
    table: str,
    match: str,
    limit: int,
    inside: str = "",
    values: Sequence[object] = (),
) -> Found:
    """What a match finds among some passages, scored; the unary plus keeps the match in front."""
    among = f" AND +rowid IN ({inside})" if inside else ""
    rows = reader.rows(
        f"SELECT rowid, -bm25({table}, {TITLE_WEIGHT}, {SECTION_WEIGHT}, {BODY_WEIGHT}) AS score"
        f" FROM {table} WHERE {table} MATCH ?{among} ORDER BY score DESC, rowid LIMIT ?",
        match,
        *values,
        limit,
    )
    return [(row[0], row[1]) for row in rows]
