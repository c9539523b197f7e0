"""Where an answer's text lies on its pages, placed by its letters and digits alone.

Gold text and page text differ in white space, line breaks and hyphens, but not in these.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from legaldesk.core.hits import Hit
from legaldesk.engine.local_desk import LocalDesk


@dataclass(frozen=True)
class Place:
    """PDFium character ranges: (page, start, end)."""

    ranges: tuple[tuple[int, int, int], ...]

    def touched(self, hit: Hit) -> bool:
        """Whether a hit shares a character with it."""
        return any(
            span.page == page and span.start < end and start < span.end
            for span in hit.spans
            for page, start, end in self.ranges
        )


class Letters:
    """A document's letters and digits in one string, each with its page and index."""

    def __init__(self, pages: list[tuple[int, str]]) -> None:
        self.starts: list[int] = []
        self.pages: list[int] = []
        self.indices: list[int] = []
        letters: list[str] = []
        for number, text in pages:
            self.starts.append(len(letters))
            self.pages.append(number)
            for index, char in enumerate(text):
                if char.isalnum():
                    letters.append(char.lower()[0])
                    self.indices.append(index)
        self.text = "".join(letters)

    def place(self, gold: str) -> Place | None:
        """The first place of a text, None when it is not there."""
        wanted = "".join(char.lower()[0] for char in gold if char.isalnum())
        at = self.text.find(wanted)
        if at < 0 or not wanted:
            return None
        found: dict[int, list[int]] = {}
        for position in range(at, at + len(wanted)):
            page = self.pages[bisect_right(self.starts, position) - 1]
            found.setdefault(page, []).append(self.indices[position])
        return Place(tuple((page, min(at), max(at) + 1) for page, at in found.items()))


def page_texts(desk: LocalDesk, document_id: str) -> list[tuple[int, str]]:
    """Every page's number and text."""
    rows = desk.reader.rows(
        "SELECT number, text FROM pages JOIN documents d ON d.id = document"
        " WHERE sha256 = ? ORDER BY number",
        document_id,
    )
    return [(row[0], row[1]) for row in rows]
