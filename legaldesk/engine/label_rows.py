"""The statements behind a LabelStore's transactions, and labels as they are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import msgspec

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.label_places import Place, place_of, same_place, same_words
from legaldesk.core.labels import Label, LabelSource, LabelState, Verdict
from legaldesk.core.passages import Span
from legaldesk.engine.store_rows import as_json, end_replaced, now

SELECT = """SELECT l.*, m.name AS matter_name,
  coalesce((SELECT d.name FROM documents d JOIN document_matters f ON f.document = d.id
    WHERE d.sha256 = l.document AND f.matter = l.matter), '') AS document_name
FROM labels l JOIN matters m ON m.id = l.matter"""
"""A label may have come before its document did, and that into another matter: it has no name
here then, and nothing that would open it."""

CURRENT = "l.superseded_by IS NULL AND l.ended = ''"
"""What holds for the labels that count."""

_INSERT = """INSERT INTO labels (question, question_key, verdict, text, text_key, section, document,
  extraction, spans, matter, labeller, source, model_name, model, rank, made)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM matters WHERE name = ?), ?, ?, ?, ?, ?, ?)
RETURNING id"""


def label_of(row: sqlite3.Row) -> Label:
    """A row of SELECT as a value."""
    return Label(
        id=row["id"],
        question=row["question"],
        verdict=Verdict(row["verdict"]),
        text=row["text"],
        matter=row["matter_name"],
        labeller=row["labeller"],
        source=LabelSource(row["source"]),
        section=msgspec.json.decode(row["section"], type=tuple[str, ...]),
        document=row["document"],
        extraction=row["extraction"],
        spans=stored_spans(row["spans"]),
        model_name=row["model_name"],
        model=row["model"],
        rank=row["rank"],
        made=row["made"],
        state=_state(row),
        document_name=row["document_name"],
    )


def stored_spans(stored: str) -> tuple[Span, ...]:
    """Spans as they are in a column."""
    return tuple(Span(*part) for part in msgspec.json.decode(stored, type=list[list[int]]))


def spans_column(spans: Sequence[Span]) -> str:
    """Spans for a column."""
    return as_json([[span.page, span.start, span.end] for span in spans])


def _state(row: sqlite3.Row) -> LabelState:
    if row["ended"]:
        return LabelState(row["ended"])
    return LabelState.CURRENT if row["superseded_by"] is None else LabelState.SUPERSEDED


def one(sql: sqlite3.Connection, number: int) -> Label:
    """A label by its id. Raises WrongUse when it is gone."""
    row = sql.execute(f"{SELECT} WHERE l.id = ?", (number,)).fetchone()
    if row is None:
        raise WrongUse("That label is no longer in the library.")
    return label_of(row)


def insert(sql: sqlite3.Connection, label: Label) -> int:
    """Store a label as it is; its matter must be there. Returns its id."""
    row = sql.execute(
        _INSERT,
        (
            label.question,
            label.question_key,
            label.verdict,
            label.text,
            label.text_key,
            as_json(label.section),
            label.document,
            label.extraction,
            spans_column(label.spans),
            label.matter,
            label.labeller,
            label.source,
            label.model_name,
            label.model,
            label.rank,
            label.made or now(),
        ),
    ).fetchone()
    return int(row[0])


def own_before(sql: sqlite3.Connection, label: Label) -> list[Label]:
    """What a label replaces: its labeller's words on the same place, question and matter.

    And what they said otherwise of the same text in another document. The same said of that is
    kept: it still holds when one of the documents goes.
    """
    rows = sql.execute(
        f"{SELECT} WHERE l.question_key = ? AND l.labeller = ? AND m.name = ? AND {CURRENT}",
        (label.question_key, label.labeller, label.matter),
    )
    return [known for known in map(label_of, rows) if _replaces(label, known)]


def _replaces(label: Label, known: Label) -> bool:
    new, old = place_of(label), place_of(known)
    return same_place(old, new) or (known.verdict is not label.verdict and same_words(old, new))


def supersede(sql: sqlite3.Connection, old: Iterable[int], new: int) -> None:
    """Note that a newer label stands in place of older ones."""
    sql.executemany(
        "UPDATE labels SET superseded_by = ? WHERE id = ?", [(new, number) for number in old]
    )


def bring_back(sql: sqlite3.Connection, undone: int) -> None:
    """Let what a label had superseded count again."""
    sql.execute("UPDATE labels SET superseded_by = NULL WHERE superseded_by = ?", (undone,))


def end(sql: sqlite3.Connection, numbers: Iterable[int], why: LabelState, who: str) -> None:
    """Note that labels no longer count, why, and who said so."""
    sql.executemany(
        "UPDATE labels SET ended = ?, ended_by = ?, ended_at = ? WHERE id = ? AND ended = ''",
        [(why, who, now(), number) for number in numbers],
    )


def let_count(sql: sqlite3.Connection, number: int, who: str) -> None:
    """Note that a label which had ended counts again; who said so stands where the end stood."""
    sql.execute(
        "UPDATE labels SET ended = '', ended_by = ?, ended_at = ? WHERE id = ?",
        (who, now(), number),
    )


def a_wall_between(sql: sqlite3.Connection, labels: Sequence[Label]) -> bool:
    """Whether labels are of several matters, one of them locked out of all."""
    named = {label.matter for label in labels}
    locked = sql.execute("SELECT name FROM matters WHERE locked_out = 1")
    return len(named) > 1 and any(row[0] in named for row in locked)


def matter_for(sql: sqlite3.Connection, document: str, matter: str) -> str:
    """The matter that a label on a document belongs to: ``matter`` if the document is in it.

    Else nobody chose: it was said in all matters, so that one which is locked out of them comes
    last, and one that may not be trained on first. Raises WrongUse when the document is gone or
    is not in the matter.
    """
    rows = sql.execute(
        "SELECT m.name FROM matters m JOIN document_matters ON matter = m.id"
        " JOIN documents d ON d.id = document WHERE d.sha256 = ?"
        " ORDER BY locked_out, may_train, m.name",
        (document,),
    )
    names = [row[0] for row in rows]
    if not names:
        raise WrongUse("That document is no longer in the library.", document)
    if matter and matter not in names:
        raise WrongUse(f"The document is not in the matter “{matter}”.")
    return matter or str(names[0])


def withdraw(sql: sqlite3.Connection, sha256: str, document: int, matter: str) -> None:
    """A document left a matter: its labels go to one that it is still in, its questions go.

    Where every such matter teaches or shows more than this one did, the labels are deleted:
    they name what a client asked.
    """
    there = (
        "SELECT id FROM labels WHERE document = ?"
        " AND matter = (SELECT id FROM matters WHERE name = ?)"
    )
    moving = [row[0] for row in sql.execute(there, (sha256, matter))]
    target = _no_wider(sql, document, matter)
    if target is None:
        end_replaced(sql, there, sha256, matter)
        sql.executemany("DELETE FROM labels WHERE id = ?", [(number,) for number in moving])
    else:
        sql.executemany(
            "UPDATE labels SET matter = ? WHERE id = ?", [(target, number) for number in moving]
        )
        _settle_in(sql, moving)
    sql.execute(
        "DELETE FROM asked WHERE matter = (SELECT id FROM matters WHERE name = ?2)"
        " AND (document = ?1 OR id IN (SELECT asked FROM shown WHERE document = ?1))",
        (sha256, matter),
    )


def _no_wider(sql: sqlite3.Connection, document: int, matter: str) -> int | None:
    """The matter of a document that teaches and shows no more than another; None for none."""
    row = sql.execute(
        "SELECT m.id FROM matters m JOIN document_matters f ON f.matter = m.id"
        " JOIN matters old ON old.name = ? WHERE f.document = ? AND m.may_train <= old.may_train"
        " AND m.locked_out >= old.locked_out ORDER BY m.locked_out, m.may_train, m.name LIMIT 1",
        (matter, document),
    ).fetchone()
    return None if row is None else int(row[0])


def _settle_in(sql: sqlite3.Connection, moved: Iterable[int]) -> None:
    """Let the newest of a labeller's words on a place count alone, where labels have moved to.

    What has replaced one in another matter, which is left behind, has done so for good.
    """
    end_replaced(
        sql,
        "SELECT new.id FROM labels new WHERE new.id = labels.superseded_by"
        " AND new.matter <> labels.matter",
    )
    for number in moved:
        label = one(sql, number)
        if label.state is LabelState.CURRENT:
            *older, newest = sorted({number, *(known.id for known in own_before(sql, label))})
            supersede(sql, older, newest)


# Questions of the past


def remember(
    sql: sqlite3.Connection,
    question: str,
    question_key: str,
    scope: Scope,
    model: tuple[str, str],
    shown: Sequence[tuple[int, Place]],
) -> None:
    """Note a question with what was shown, in place of when it was asked there before."""
    row = sql.execute("SELECT id FROM matters WHERE name = ?", (scope.matter,)).fetchone()
    number = None if row is None else row[0]
    sql.execute(
        "DELETE FROM asked WHERE question_key = ? AND matter IS ? AND document = ?",
        (question_key, number, scope.document),
    )
    row = sql.execute(
        "INSERT INTO asked (question, question_key, matter, document, model_name, model, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (question, question_key, number, scope.document, *model, now()),
    ).fetchone()
    sql.executemany(
        "INSERT OR IGNORE INTO shown (asked, rank, document, extraction, spans)"
        " SELECT ?, ?, sha256, ?, ? FROM documents WHERE sha256 = ?",
        [
            (row[0], rank, place.extraction, spans_column(place.spans), place.document)
            for rank, place in shown
        ],
    )
