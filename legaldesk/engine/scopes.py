"""What a scope holds: its documents, its passages, and how much of it a search can find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import ALL_MATTERS, Coverage, Scope
from legaldesk.engine.generation_rows import LIVE_CUT, LIVE_ID
from legaldesk.engine.names import SAME_NAME, part_of_name, starts_id

if TYPE_CHECKING:
    from legaldesk.engine.reader import Reader


def documents_sql(reader: Reader, scope: Scope) -> tuple[str, tuple[object, ...]]:
    """A subquery for the row ids of the documents in scope, and its values.

    Raises WrongUse when the matter or the document is unknown or ambiguous.
    """
    values: list[object] = []
    if scope.matter != ALL_MATTERS:
        values.append(matter_row(reader, scope.matter))
        where = "SELECT document FROM document_matters WHERE matter = ?"
    else:
        where = (
            "SELECT document FROM document_matters JOIN matters ON matters.id = matter"
            " WHERE locked_out = 0"
        )
    if scope.document:
        return "SELECT ?", (document_row(reader, scope.document, where, values),)
    return where, tuple(values)


def matter_row(reader: Reader, name: str) -> int:
    """The matter of exactly this name, else the one that differs in case or accents.

    Raises WrongUse for none or several.
    """
    rows = reader.rows("SELECT id, name FROM matters")
    for fits in SAME_NAME:
        found = [row for row in rows if fits(row, name)]
        if len(found) == 1:
            return int(found[0]["id"])
        if found:
            raise WrongUse(f"“{name}” could be any of {len(found)} matters.")
    raise WrongUse(f"There is no matter named “{name}”.")


def document_row(reader: Reader, name: str, where: str, values: Sequence[object]) -> int:
    """The one document of a subquery that a name or the start of an id means.

    Raises WrongUse for none or several.
    """
    rows = reader.rows(f"SELECT id, name, sha256 FROM documents WHERE id IN ({where})", *values)
    for fits in (starts_id, *SAME_NAME, part_of_name):
        found = [row for row in rows if fits(row, name)]
        if len(found) == 1:
            return int(found[0]["id"])
        if found:
            shown = ", ".join(f"{row['name']} ({row['sha256'][:12]})" for row in found[:5])
            raise WrongUse(f"“{name}” could be any of {len(found)} documents: {shown}.", name)
    raise WrongUse(f"There is no document named “{name}” here.", name)


def coverage(reader: Reader, scope: Scope) -> Coverage:
    """How much of the scope each half of the search can find, in pages.

    A blank page has nothing to miss and counts as searchable; a document that is still
    to be cut into passages, after an update, does not.
    """
    where, values = documents_sql(reader, scope)
    pages = reader.count(f"SELECT sum(page_count) FROM documents WHERE id IN ({where})", *values)
    unreadable = reader.count(
        "SELECT count(*) FROM pages WHERE state IN ('image', 'unreadable')"
        f" AND document IN ({where})",
        *values,
    )
    uncut = reader.count(
        "SELECT sum(page_count) FROM documents d WHERE state IN ('imported', 'partly')"
        " AND NOT EXISTS (SELECT 1 FROM cuts WHERE document = d.id"
        f" AND segmentation = {LIVE_CUT}) AND id IN ({where})",
        *values,
    )
    searchable = max(pages - unreadable - uncut, 0)
    waiting = _pages_without_meaning(reader, where, values)
    return Coverage(pages, searchable, searchable - waiting, unreadable)


def _pages_without_meaning(reader: Reader, where: str, values: tuple[object, ...]) -> int:
    """Pages with a passage that has no vector yet."""
    if not reader.pending():
        return 0
    rows = reader.rows(
        "SELECT DISTINCT document, first_page, last_page FROM waiting"
        f" JOIN passages ON id = passage WHERE generation = {LIVE_ID} AND document IN ({where})",
        *values,
    )
    return len({(row[0], page) for row in rows for page in range(row[1], row[2] + 1)})


def passages_within(reader: Reader, scope: Scope) -> list[int] | None:
    """Row ids of the passages in scope, ascending; None means all that there are."""
    if scope == Scope() and not any(each.locked_out_of_all for each in reader.matters()):
        return None
    passages = reader.passage_ids(scope)
    return passages if len(passages) < reader.passages() else None
