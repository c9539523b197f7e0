"""Cut stored documents again after the rules, the tokenizer or the model have changed.

The text of every page is kept, so that no file has to be read for it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from legaldesk.core.documents import OutlineEntry, PageState, PageText
from legaldesk.core.segment import segment
from legaldesk.engine.generation_rows import UNCUT
from legaldesk.engine.reader import Reader, Row
from legaldesk.engine.store import Store
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.tokens import TokenCounter


def cut_again(
    reader: Reader,
    store: Store,
    tokens: TokenCounter,
    generation: Generation,
    step: Callable[[], None],
) -> int:
    """Give every document with text its passages, if it has none; returns how many got some.

    One transaction for each document, so that a kill loses one at most. ``step`` is called
    before each and stops the work by raising.
    """
    rows = reader.rows(_UNCUT, generation.id)
    for row in rows:
        step()
        passages = segment(
            pages_of(reader, row["id"]),
            msgspec.json.decode(row["outline"], type=tuple[OutlineEntry, ...]),
            row["language"],
            tokens,
            tokens.body_limit,
        )
        store.recut(row["sha256"], passages, generation)
    return len(rows)


_UNCUT = f"""SELECT id, sha256, outline, language FROM documents
WHERE id IN ({UNCUT}) ORDER BY id"""


def pages_of(reader: Reader, document: int) -> tuple[PageText, ...]:
    """A document's pages as they are stored, in order."""
    rows = reader.rows("SELECT * FROM pages WHERE document = ? ORDER BY number", document)
    return tuple(_page(row) for row in rows)


def _page(row: Row) -> PageText:
    return PageText(
        row["number"],
        row["text"],
        row["width"],
        row["height"],
        row["label"],
        PageState(row["state"]),
        row["reason"],
    )
