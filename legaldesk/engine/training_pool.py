"""The passages that a run is measured on while it goes on, and all that it is proved on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

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


def passages_near(
    reader: Reader, meaning: Meaning, questions: Sequence[str], own: Sequence[str]
) -> list[str]:
    """Texts near the questions, the nearest first: of the library, then of the pairs themselves.

    ``own`` are the pairs' passages; those that no question is near to come last.
    """
    ranked: list[list[str]] = []
    texts = list(dict.fromkeys(own))
    documents = [GoldDocument(str(at), text) for at, text in enumerate(texts)]
    with closing(Bm25(documents)) as words:
        for question in questions:
            ranked.append([texts[place] for place, _ in words.scored(question, NEAREST)])
            ranked.append(_stored(reader, reader.by_words(any_of(question), Scope(), NEAREST)))
            vector = meaning.encode_query(question)
            ranked.append(_stored(reader, meaning.nearest(vector, NEAREST, None)))
    by_rank = (row[rank] for rank in range(NEAREST) for row in ranked if rank < len(row))
    return list(dict.fromkeys([*by_rank, *texts]))


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


def _stored(reader: Reader, found: Sequence[tuple[int, float]]) -> list[str]:
    known = reader.found(passage for passage, _ in found)
    return [
        embedded_text(known[passage].section, known[passage].body)
        for passage, _ in found
        if passage in known
    ]
