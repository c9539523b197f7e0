"""pypdf: what a PDF says of itself, and its text where PDFium fails.

Only a parser process may use it: some files keep it busy for minutes, so that its caller
sets a time limit.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, WrongPasswordError

from legaldesk.core.documents import GAP, OutlineEntry, PageState, PageText
from legaldesk.core.errors import Damaged, Locked
from legaldesk.engine.bookmarks import bookmarks
from legaldesk.engine.parser_messages import (
    MAX_CHARACTERS,
    MAX_LABEL,
    MAX_OUTLINE,
    MAX_SIDE,
    MAX_TITLE,
    clip,
)

BOOKMARKS_INCOMPLETE = "The file's bookmarks could not be read completely."
LABELS_UNREADABLE = "The file's printed page numbers could not be read."
FORM_FILLED = "What was typed into its form fields is not searched."
BOOKMARKS_CUT = f"Only the first {MAX_OUTLINE:,} bookmarks were kept."

IMAGE_REASON = "no text: the page is an image (scanned)"

_T = TypeVar("_T")
_UNUSABLE = {code: GAP for code in (0, 2, 0xFFFE, *range(0xD800, 0xE000))}


class Structure(NamedTuple):
    """Title, bookmarks and printed page labels, with notes on what could not be had."""

    title: str
    outline: list[OutlineEntry]
    labels: list[str | None]
    notes: list[str]


def open_reader(data: bytes, password: str | None = None) -> PdfReader:
    """The opened file, with an empty password where that will do. Raises Locked or Damaged."""
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not any(_opens(reader, word) for word in ("", password or "")):
            raise Locked("It needs a password, or another one.")
        return reader
    except (Locked, MemoryError):
        raise
    except WrongPasswordError as error:
        raise Locked("It needs a password, or another one.") from error
    except (DependencyError, NotImplementedError) as error:
        raise Damaged("It is protected in a way that cannot be opened.") from error
    except Exception as error:
        raise Damaged(f"pypdf cannot open it: {error}") from error


def _opens(reader: PdfReader, password: str) -> bool:
    return reader.decrypt(password) != PasswordType.NOT_DECRYPTED


def count_pages(reader: PdfReader) -> int:
    """The number of pages. Raises Damaged."""
    try:
        return len(reader.pages)
    except (MemoryError, Locked):
        raise
    except Exception as error:
        raise Damaged(f"pypdf cannot read its pages: {error}") from error


def read_structure(reader: PdfReader, pages: int, with_outline: bool = True) -> Structure:
    """All that can be had of the first ``pages`` pages; a failure becomes a note.

    Bookmarks take some 0.4 ms each; PDFium finds the same ones in a seventh of the time.
    """
    notes: list[str] = []
    title = _try(lambda: clip(str(_title(reader)), MAX_TITLE), notes, "")
    outline: list[OutlineEntry] | None = []
    if with_outline:
        outline = _try(lambda: _outline(reader, pages), notes, BOOKMARKS_INCOMPLETE)
    labels = _try(lambda: _labels(reader, pages), notes, LABELS_UNREADABLE)
    if _try(lambda: _has_filled_fields(reader), notes, ""):
        notes.append(FORM_FILLED)
    if outline and len(outline) > MAX_OUTLINE:
        outline = outline[:MAX_OUTLINE]
        notes.append(BOOKMARKS_CUT)
    return Structure(title or "", outline or [], labels or [], notes)


def read_page(reader: PdfReader, number: int) -> PageText:
    """One page's text by pypdf; a page that fails is UNREADABLE."""
    try:
        page = reader.pages[number - 1]
        text = page.extract_text().translate(_UNUSABLE)[:MAX_CHARACTERS]
        width, height = _size(page)
    except MemoryError:
        raise
    except Exception as error:
        reason = clip(f"neither library can read it ({error})", MAX_TITLE)
        return PageText(number, "", state=PageState.UNREADABLE, reason=reason)
    if text.replace(GAP, "").strip():
        return PageText(number, text, width, height)
    if _has_image(page):
        return PageText(number, "", width, height, None, PageState.IMAGE, IMAGE_REASON)
    return PageText(number, "", width, height, None, PageState.BLANK, "the page is blank")


def _try(read: Callable[[], _T], notes: list[str], note: str) -> _T | None:
    """What ``read`` returns; None and a note where the file makes the library fail."""
    try:
        return read()
    except MemoryError:
        raise
    except Exception:
        if note:
            notes.append(note)
        return None


def _title(reader: PdfReader) -> str:
    return (reader.metadata and reader.metadata.title) or ""


def _has_filled_fields(reader: PdfReader) -> bool:
    """Whether someone typed into form fields; that is no part of a page's text."""
    fields = (reader.get_fields() or {}).values()
    return any(found.get("/FT") in ("/Tx", "/Ch") and found.get("/V") for found in fields)


def _labels(reader: PdfReader, pages: int) -> list[str | None]:
    if "/PageLabels" not in reader.root_object:
        return []
    found = reader.page_labels[:pages]
    return [clip(label, MAX_LABEL) or None for label in found]


def _outline(reader: PdfReader, pages: int) -> list[OutlineEntry]:
    found = (
        (level, str(item.title or ""), reader.get_destination_page_number(item))
        for level, item in _flat(reader.outline)
    )
    return bookmarks(found, pages)


def _flat(outline: list[Any], level: int = 0) -> Iterator[tuple[int, Any]]:
    """pypdf nests a bookmark's children in a list that follows it."""
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item, level + 1)
        else:
            yield level, item


def _size(page: Any) -> tuple[float, float]:
    """Width and height in points as shown; US letter where the file's own are absurd."""
    width, height = abs(float(page.cropbox.width)), abs(float(page.cropbox.height))
    if page.rotation % 180:
        width, height = height, width
    sane = 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE
    return (width, height) if sane else (612.0, 792.0)


def _has_image(page: Any) -> bool:
    try:
        objects = page["/Resources"].get_object().get("/XObject", {}).get_object()
        return any(found.get_object().get("/Subtype") == "/Image" for found in objects.values())
    except Exception:
        return False
