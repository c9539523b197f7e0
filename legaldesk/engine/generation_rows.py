"""Statements that make, switch and clear generations, each within a transaction."""

from __future__ import annotations

import sqlite3

from legaldesk.core.errors import WrongUse
from legaldesk.core.models import GenerationState, Prompts
from legaldesk.core.passages import Segmentation
from legaldesk.engine.schema import drop_words, has_words, make_words
from legaldesk.engine.sqlite import Database
from legaldesk.engine.store_rows import Generation, now

PRUNE_ROWS = 5_000
"""Rows of a doomed generation that are deleted in one step."""

SELECT = (
    "SELECT g.*, s.rules, s.tokenizer, s.token_limit, s.passages FROM generations g"
    " JOIN segmentations s ON s.id = g.segmentation"
)

LIVE_ID = "(SELECT id FROM generations WHERE state = 'live')"
"""The live generation, nothing before there is one."""

LIVE_CUT = "(SELECT segmentation FROM generations WHERE state = 'live')"
"""The segmentation of its passages."""


def generation_of(row: sqlite3.Row) -> Generation:
    """A row of SELECT as a value."""
    return Generation(
        id=row["id"],
        cut=row["segmentation"],
        segmentation=Segmentation(row["rules"], row["tokenizer"], row["token_limit"]),
        model=row["model"],
        name=row["name"],
        prompts=Prompts(row["query_prompt"], row["passage_prompt"]),
        dimension=row["dimension"],
        used_dimension=row["used_dimension"],
        state=GenerationState(row["state"]),
    )


def one(sql: sqlite3.Connection, where: str, *values: object) -> Generation | None:
    """The one generation that fits, or None."""
    row = sql.execute(f"{SELECT} WHERE {where}", values).fetchone()
    return None if row is None else generation_of(row)


def add(
    db: Database,
    segmentation: Segmentation,
    name: str,
    model: str,
    prompts: Prompts,
    dimension: int,
    used_dimension: int,
) -> int:
    """The number of the generation of this cut and model, made in state “kept” if it is new."""
    sql = db.conn
    cut = _cut(db, segmentation)
    row = sql.execute(
        "SELECT id FROM generations WHERE segmentation = ? AND model = ?", (cut, model)
    ).fetchone()
    if row is None:
        row = sql.execute(
            "INSERT INTO generations (segmentation, model, name, query_prompt, passage_prompt,"
            " dimension, used_dimension, state, created) VALUES (?, ?, ?, ?, ?, ?, ?, 'kept', ?)"
            " RETURNING id",
            (cut, model, name, prompts.query, prompts.passage, dimension, used_dimension, now()),
        ).fetchone()
    sql.execute(
        "UPDATE generations SET name = ?, used_dimension = ? WHERE id = ?",
        (name, used_dimension, row[0]),
    )
    sql.execute("UPDATE generations SET state = 'kept' WHERE id = ? AND state = 'doomed'", row)
    return int(row[0])


def _cut(db: Database, segmentation: Segmentation) -> int:
    """The number of a segmentation, made with its word index if it is new."""
    key = (segmentation.rules, segmentation.tokenizer, segmentation.limit)
    row = db.conn.execute(
        "SELECT id FROM segmentations WHERE rules = ? AND tokenizer = ? AND token_limit = ?", key
    ).fetchone()
    if row is not None and has_words(db.conn, int(row[0])):
        return int(row[0])
    if row is not None:  # it is being cleared, and wanted again: every document is cut anew
        for table in ("passages", "cuts"):
            db.execute(f"DELETE FROM {table} WHERE segmentation = ?", [row[0]])
    else:
        row = db.conn.execute(
            "INSERT INTO segmentations (rules, tokenizer, token_limit) VALUES (?, ?, ?)"
            " RETURNING id",
            key,
        ).fetchone()
    make_words(db, int(row[0]))
    return int(row[0])


def move(sql: sqlite3.Connection, number: int, state: GenerationState) -> None:
    """Put a generation into a state that no other has; who was there is kept.

    While it is live or being built, its passages without a vector wait for one.
    """
    sql.execute(
        "UPDATE generations SET state = 'kept' WHERE state = ? AND id <> ?", (state, number)
    )
    sql.execute("UPDATE generations SET state = ? WHERE id = ?", (state, number))
    if state is GenerationState.LIVE:
        sql.execute(
            "UPDATE generations SET adopted = (SELECT max(adopted) + 1 FROM generations)"
            " WHERE id = ?",
            (number,),
        )
    sql.execute(
        "DELETE FROM waiting WHERE generation IN"
        " (SELECT id FROM generations WHERE state NOT IN ('live', 'building'))"
    )
    await_vectors(sql, number)


def await_vectors(sql: sqlite3.Connection, number: int) -> None:
    """Let every passage of a generation's cut wait that has no vector and does not."""
    sql.execute(
        "INSERT OR IGNORE INTO waiting (generation, passage) SELECT g.id, p.id FROM generations g"
        " JOIN passages p ON p.segmentation = g.segmentation WHERE g.id = ?1"
        " AND NOT EXISTS (SELECT 1 FROM vectors WHERE generation = ?1 AND passage = p.id)",
        (number,),
    )


def lacks(sql: sqlite3.Connection, number: int) -> bool:
    """Whether a document is still to be cut, or a passage to be encoded, for a generation."""
    row = sql.execute(
        f"SELECT EXISTS (SELECT 1 FROM waiting WHERE generation = ?1) OR EXISTS ({UNCUT})",
        (number,),
    ).fetchone()
    return bool(row[0])


UNCUT = """SELECT d.id FROM documents d JOIN generations g ON g.id = ?1
WHERE EXISTS (SELECT 1 FROM pages WHERE document = d.id AND state = 'text') AND NOT EXISTS
  (SELECT 1 FROM cuts WHERE document = d.id AND segmentation = g.segmentation)"""
"""One row for each document that has text and is not cut for generation ?1."""


def doom(sql: sqlite3.Connection, number: int) -> None:
    """Mark a kept generation for clearing. Raises WrongUse for one that is in use."""
    changed = sql.execute(
        "UPDATE generations SET state = 'doomed' WHERE id = ? AND state = 'kept'", (number,)
    )
    if not changed.rowcount:
        raise WrongUse("That model is in use, or it is gone already.")


def clear_some(db: Database) -> bool:
    """Delete a part of what doomed generations left; whether there may be more.

    Passages go when no other generation is of their cut, their word index first.
    """
    sql = db.conn
    row = sql.execute("SELECT id, segmentation FROM generations WHERE state = 'doomed'").fetchone()
    if row is None:
        return False
    doomed, cut = int(row[0]), int(row[1])
    if _delete_some(sql, "vectors", "generation", doomed):
        return True
    others = sql.execute(
        "SELECT count(*) FROM generations WHERE segmentation = ? AND id <> ?",
        (cut, doomed),
    ).fetchone()[0]
    if not others:
        drop_words(db, cut)
        if _delete_some(sql, "passages", "segmentation", cut):
            return True
    sql.execute("DELETE FROM changes WHERE generation = ?", (doomed,))
    sql.execute("DELETE FROM generations WHERE id = ?", (doomed,))
    if not others:
        sql.execute("DELETE FROM segmentations WHERE id = ?", (cut,))
    return True


def _delete_some(sql: sqlite3.Connection, table: str, column: str, number: int) -> int:
    """Delete at most PRUNE_ROWS rows; how many it were."""
    return sql.execute(
        f"DELETE FROM {table} WHERE id IN"
        f" (SELECT id FROM {table} WHERE {column} = ? LIMIT {PRUNE_ROWS})",
        (number,),
    ).rowcount
