"""The passages that a run is measured on while it goes on, and all that it is proved on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass

import msgspec

from legaldesk.core.evaluation import GoldDocument
from legaldesk.core.hits import Scope
from legaldesk.core.passages import embedded_text
from legaldesk.core.query import any_of
from legaldesk.engine.bm25_reference import Bm25
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.reader import Reader

NEAREST = 50
"""Passages of words, and as many of meaning, taken for each question."""


@dataclass(frozen=True, slots=True)
class Near:
    """Texts, the nearest first, and the ids of the documents that some of them are from."""

    texts: tuple[str, ...]
    documents: frozenset[str] = frozenset()


def passages_near(
    reader: Reader,
    meaning: Meaning,
    matters: Collection[str],
    questions: Sequence[str],
    own: Sequence[str],
) -> Near:
    """Passages near the questions: of the documents in matters, then of the pairs themselves.

    ``own`` are the pairs' passages; those that no question is near to come last. A run may learn
    from all of them, so the matters are those that may train.
    """
    within = sorted({each for name in matters for each in reader.passage_ids(Scope(name))})
    stored = _Stored(reader)
    ranked: list[list[str]] = []
    texts = list(dict.fromkeys(own))
    documents = [GoldDocument(str(at), text) for at, text in enumerate(texts)]
    with closing(Bm25(documents)) as words:
        for question in questions:
            ranked.append([texts[place] for place, _ in words.scored(question, NEAREST)])
            by_words = reader.by_words_among(any_of(question), within, NEAREST)
            ranked.append(stored.texts(by_words))
            vector = meaning.encode_query(question)
            ranked.append(stored.texts(meaning.nearest(vector, NEAREST, within)))
    by_rank = (row[rank] for rank in range(NEAREST) for row in ranked if rank < len(row))
    return Near(tuple(dict.fromkeys([*by_rank, *texts])), frozenset(stored.documents))


def stored_passages(reader: Reader, documents: Sequence[str] | None = None) -> list[str]:
    """What the encoder reads of the live generation's passages, or of documents in any cut."""
    if documents is None:
        rows = reader.rows(
            "SELECT path, body FROM passages WHERE segmentation ="
            " (SELECT segmentation FROM generations WHERE state = 'live') ORDER BY id"
        )
    else:
        rows = reader.rows(
            "SELECT path, body FROM passages WHERE document IN (SELECT id FROM documents"
            " WHERE sha256 IN (SELECT value FROM json_each(?)))",
            msgspec.json.encode(list(documents)).decode(),
        )
    return [
        embedded_text(msgspec.json.decode(row["path"], type=tuple[str, ...]), row["body"])
        for row in rows
    ]


class _Stored:
    """Looks passages up and remembers which documents they were from."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.documents: set[str] = set()

    def texts(self, found: Sequence[tuple[int, float]]) -> list[str]:
        known = self._reader.found(passage for passage, _ in found)
        there = [known[passage] for passage, _ in found if passage in known]
        self.documents.update(each.document_id for each in there)
        return [embedded_text(each.section, each.body) for each in there]
