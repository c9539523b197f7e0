"""Bookmarks are kept when they have a title and lead somewhere."""

from __future__ import annotations

from legaldesk.core.documents import OutlineEntry
from legaldesk.engine.bookmarks import bookmarks
from legaldesk.engine.parser_messages import MAX_DEPTH, MAX_TITLE


def test_a_group_leads_where_its_first_entry_does() -> None:
    found = [(0, "Part", None), (1, "Chapter", None), (2, "Section", 4), (0, "Index", None)]

    kept = bookmarks(found, pages=9)

    assert kept == [
        OutlineEntry(0, "Part", 5),
        OutlineEntry(1, "Chapter", 5),
        OutlineEntry(2, "Section", 5),
    ]


def test_titles_and_depths_are_clipped_and_strays_dropped() -> None:
    found = [(99, "Deep\r\n\0 title", 0), (0, " ", 0), (0, "Beyond", 2), (0, "x" * 9999, 1)]

    kept = bookmarks(found, pages=2)

    assert kept[0] == OutlineEntry(MAX_DEPTH, "Deep title", 1)
    assert [len(entry.title) for entry in kept] == [10, MAX_TITLE]
