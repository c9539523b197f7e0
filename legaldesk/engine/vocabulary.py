"""How many passages have a word or phrase: what tells the telling words of a question apart."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from legaldesk.core.query import quote

if TYPE_CHECKING:
    from legaldesk.engine.postings import Postings
    from legaldesk.engine.reader import Reader

SMALL = 20_000
"""Passages up to which no word is too common: there it costs next to nothing to look for all."""

COMMON = 0.5
"""The share of passages from which on a word is too common to be looked for.

With no library too small, nDCG@10 by words stayed within 0.001 on four sets (German, Spanish,
French, Vietnamese) and lost 0.004 on PolicyQA; at 0.2 it lost 0.012 there, at 0.1 0.082. In
100,688 passages the median of 62 questions took 112 ms at 0.5 and 193 ms with all words, on a
busy machine. At 0.3 for questions of more than 15 words alone, 2,787 of ObliQA's take 0.73 of the
time, find 0.836 among the ten best instead of 0.842, and change 6% of these: not worth it.
"""

_GROWN = 1.2
"""How much larger a library is when its words are counted anew."""


class Vocabulary:
    """The words of the live cut, for all readers of a library.

    Counts are kept until the library has grown. Two readers may count a word at once, which does
    no harm. It does not hold a reader, which is to let go of its file as soon as nobody needs it.
    """

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._cut, self._passages = "", 0
        self._postings: Postings | None = None
        self._lock = threading.Lock()

    def common(self, reader: Reader, terms: Collection[str]) -> frozenset[str]:
        """Those of a question's terms that stand in too many passages."""
        passages = reader.passages()
        if passages <= SMALL:
            return frozenset()
        having = self.having(reader, (quote(term) for term in terms))
        return frozenset(term for term in terms if having[quote(term)] > COMMON * passages)

    def having(self, reader: Reader, phrases: Iterable[str]) -> dict[str, int]:
        """How many passages have each of some FTS5 phrases."""
        counts = self._look(reader)
        wanted = dict.fromkeys(phrases)
        for phrase in wanted.keys() - counts.keys():
            if count := reader.matching_count(phrase):  # none may become one with the next document
                counts[phrase] = count
        return {phrase: counts.get(phrase, 0) for phrase in wanted}

    def postings(self) -> Postings:
        """The passages of each phrase; it loads NumPy, which the window can do without."""
        from legaldesk.engine.postings import Postings

        with self._lock:
            if self._postings is None:
                self._postings = Postings()
            return self._postings

    def _look(self, reader: Reader) -> dict[str, int]:
        """The counts, none of another cut or of a library that was much smaller or larger."""
        cut, passages = reader.words(), reader.passages()
        alike = self._passages / _GROWN <= passages <= self._passages * _GROWN
        if cut != self._cut or not alike:
            self._counts, self._cut, self._passages = {}, cut, passages
        return self._counts
