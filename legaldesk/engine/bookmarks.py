"""A file's bookmarks as they are kept, whichever library found them."""

from __future__ import annotations

from collections.abc import Iterable

from legaldesk.core.documents import OutlineEntry
from legaldesk.engine.parser_messages import MAX_DEPTH, MAX_TITLE, clip


def bookmarks(found: Iterable[tuple[int, str, int | None]], pages: int) -> list[OutlineEntry]:
    """Entries for (level, title, page index or None) in order, without those of no use.

    One that only groups others leads where the first of them does. Those without a title,
    or that lead nowhere within the first ``pages`` pages, are dropped.
    """
    kept: list[OutlineEntry] = []
    for level, title, index in reversed(list(found)):
        page = None if index is None or not 0 <= index < pages else index + 1
        if page is None and kept and kept[-1].level > level:
            page = kept[-1].page
        words = clip(title, MAX_TITLE)
        if page is not None and words:
            kept.append(OutlineEntry(min(level, MAX_DEPTH), words, page))
    return kept[::-1]
