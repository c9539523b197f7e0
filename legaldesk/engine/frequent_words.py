"""Has the words listed that questions are likely to have, while nobody asks.

Words that nobody asked for yet take most of a question's time: of 141 questions to 100,000 passages
the longest took 151 ms at first and 7 ms when all of its words were listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from legaldesk.core.query import quote, stem, terms
from legaldesk.engine.reader import Reader
from legaldesk.engine.vocabulary import COMMON, SMALL

SAMPLE, OFTEN = 400, 4
"""Passages that are looked at, and in how many of them a word is frequent.

In 100,000 passages these are 1,600 words and first letters, which take 2.2 s and 38 MB. By words
alone a question that was not asked before then took 6 ms instead of 50, on average over 36.
"""


def list_frequent(reader: Reader, stopped: Callable[[], bool]) -> None:
    """List the frequent words of a large library, most frequent first, until ``stopped``."""
    if reader.passages() <= SMALL:
        return
    most = COMMON * reader.passages()
    for phrase in _often(reader):
        if stopped():
            return
        if reader.having([phrase])[phrase] <= most and not reader.list_phrases([phrase]):
            return


def _often(reader: Reader) -> list[str]:
    """Words, and first letters, that many passages of a sample have."""
    highest = reader.highest_id()
    sample = reader.found(range(1, highest + 1, max(1, highest // SAMPLE)))
    counts: Counter[str] = Counter()
    for passage in sample.values():
        words = terms(passage.body)
        counts.update(map(quote, words))
        counts.update({f"{quote(part)}*" for part in map(stem, words) if part})
    return [phrase for phrase, count in counts.most_common() if count >= OFTEN]
