"""Documents that a question names: they move up, and are asked on their own as well."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import legaldesk.core.query as language
from legaldesk.core.fusion import DEPTH, NOWHERE, Scored, Within
from legaldesk.core.hits import Scope
from legaldesk.core.title_match import title_matches, without_names
from legaldesk.engine import passage_facts
from legaldesk.engine.passage_facts import Facts
from legaldesk.engine.reader import Reader

MOST = 3
"""A name that fits more documents than these singles none out."""

SHORT = 10
"""Passages of a document in which there is nothing to look for: they are read at a glance."""


@dataclass(frozen=True, slots=True)
class Naming:
    """What a question names.

    ``shares`` has the share of its document's title by passage, ``within`` the passages,
    ascending, of each document that is singled out, by its id. ``rest`` is the question without
    the names, which says what is looked for in there.
    """

    shares: dict[int, float]
    within: dict[str, list[int]]
    rest: str

    @property
    def passages(self) -> list[int]:
        """The passages of the documents that are singled out, ascending."""
        return sorted(passage for passages in self.within.values() for passage in passages)

    def shares_of(self, near: Iterable[int], inside: Within) -> dict[int, float]:
        """The shares of the passages that a half proposes, over all or within."""
        proposed = {*near, *(passage for passage, _ in (*inside.words, *inside.meaning))}
        return {passage: share for passage, share in self.shares.items() if passage in proposed}


def naming(reader: Reader, question: str, scope: Scope, near: Mapping[int, Facts]) -> Naming:
    """The documents that a question names, of those whose passages are ``near``."""

    def rarity(terms: Collection[str]) -> dict[str, float]:
        counts = reader.having(language.quote(term) for term in terms)
        total = math.log(max(2, reader.passages()))
        having = {term: max(1, counts[language.quote(term)]) for term in terms}
        return {term: max(0.0, 1.0 - math.log(count) / total) for term, count in having.items()}

    known = {facts.document: facts.title for facts in near.values()}
    matches = title_matches(question, known, rarity)
    shares = {
        passage: matches[facts.document].share
        for passage, facts in near.items()
        if facts.document in matches
    }
    chosen = [document for document, match in matches.items() if match.singles_out]
    rest = without_names(question, [known[document] for document in chosen])
    if not chosen or len(chosen) > MOST or not language.terms(rest):
        return Naming(shares, {}, question)
    within = {}
    for number, document in passage_facts.document_ids(reader, chosen).items():
        passages = reader.passage_ids(replace(scope, document=document))
        if len(passages) > SHORT:
            within[document] = passages
            shares |= dict.fromkeys(passages, matches[number].share)
    return Naming(shares, within, rest)


Nearest = Callable[[str, list[int]], list[Scored]]
"""The DEPTH passages of some, ascending, that are nearest in meaning to a text, best first."""


def asked_within(
    reader: Reader,
    named: Naming,
    nearest: Nearest | None,
    allowed: Collection[int] | None = None,
) -> Within:
    """What each half proposes in the documents that are singled out, of the passages allowed."""
    passages = [each for each in named.passages if allowed is None or each in allowed]
    if not passages:
        return NOWHERE
    match = language.any_of(named.rest, reader.common(language.terms(named.rest)))
    words = reader.by_words_among(match, passages, DEPTH)
    return Within(words, nearest(named.rest, passages) if nearest is not None else ())
