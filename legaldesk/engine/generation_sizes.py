"""How far each generation is and what it takes on disk."""

from __future__ import annotations

from legaldesk.core.models import GenerationInfo, GenerationState, Prompts
from legaldesk.engine.generation_rows import SELECT, UNCUT
from legaldesk.engine.reader import Reader, Row

GENERATIONS = f"{SELECT} WHERE g.state <> 'doomed' ORDER BY g.id"

SAMPLE = 200
"""Passages whose text is measured, for an estimate of the size of all."""


def generation_info(reader: Reader, row: Row) -> GenerationInfo:
    """A row of GENERATIONS as the user sees it, without ``previous`` and ``problem``."""
    vectors = reader.count("SELECT count(*) FROM vectors WHERE generation = ?", row["id"])
    shared = reader.count(
        "SELECT count(*) > 1 FROM generations WHERE segmentation = ?", row["segmentation"]
    )
    text = 0 if shared else _text_bytes(reader, row["segmentation"], row["passages"])
    return GenerationInfo(
        id=row["id"],
        state=GenerationState(row["state"]),
        model=row["name"],
        identity=row["model"],
        dimension=row["dimension"],
        used_dimension=row["used_dimension"],
        prompts=Prompts(row["query_prompt"], row["passage_prompt"]),
        token_limit=row["token_limit"],
        precision=row["precision"],
        passages=row["passages"],
        with_vectors=vectors,
        uncut=reader.count(f"SELECT count(*) FROM ({UNCUT})", row["id"]),
        bytes=vectors * 2 * row["dimension"] + text,
        created=row["created"],
    )


def _text_bytes(reader: Reader, cut: int, passages: int) -> int:
    """What the passages of a cut take with their word index, which is about as large again."""
    rows = reader.rows(
        "SELECT length(spans) + length(path) + length(title) + length(section) + length(body)"
        " FROM passages WHERE segmentation = ? LIMIT ?",
        cut,
        SAMPLE,
    )
    return 2 * passages * sum(int(row[0]) for row in rows) // max(len(rows), 1)
