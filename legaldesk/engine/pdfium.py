"""PDFium, through pypdfium2: opens a PDF and reads its pages' text, character by character.

Only a parser process may use it: a hostile file can make it hang or eat all memory.

What PDFium (build 8149) does with text, measured over 2,063 real pages and on made files:

- A page has ``FPDFText_CountChars`` character indices. ``FPDFText_GetText`` gives one
  UTF-16 unit for each, except that it leaves out the controls 02, 03, 93, 94, 96-98 and
  FFFE when a font maps a glyph to them. So equal counts mean aligned text.
- A hyphen at a line's end is U+FFFE in that text, while ``FPDFText_GetUnicode`` says
  U+0002. A glyph that its font maps to nothing is U+FFFE too, and U+0000 by GetUnicode.
- A character beyond U+FFFF takes two indices, one for each surrogate. Broken fonts give
  lone surrogates.
- Ligatures (fi) are taken apart, each letter with an index; right-to-left runs come in
  reading order; spaces and line ends that PDFium makes up have an index as well.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c_api

from legaldesk.core.documents import GAP, OutlineEntry, PageState, PageText
from legaldesk.core.errors import Damaged, FileProblem, Locked
from legaldesk.engine.bookmarks import bookmarks
from legaldesk.engine.parser_messages import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    MAX_LABEL,
    MAX_OUTLINE,
    MAX_SIDE,
    MAX_TITLE,
    clip,
)

_MARK = re.compile("[\0\ufffe]")
_MIN_IMAGE_SHARE = 0.02
_MIN_PATHS = 50
_MAX_OBJECTS = 2_000


class RawText(NamedTuple):
    """A page's text, one code point per index, and whether it had to be built one by one."""

    text: str
    one_by_one: bool


def open_document(data: bytes, password: str | None = None) -> Any:
    """The opened document; close it. Raises Locked or Damaged.

    Without a password first: PDFium refuses a wrong one for a file that needs none to be read.
    """
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if not password or error.err_code != c_api.FPDF_ERR_PASSWORD:
            raise _why_closed(error) from error
    try:
        return pdfium.PdfDocument(data, password=password)
    except pdfium.PdfiumError as error:
        raise _why_closed(error) from error


def _why_closed(error: pdfium.PdfiumError) -> FileProblem:
    if error.err_code == c_api.FPDF_ERR_PASSWORD:
        return Locked("It needs a password, or another one.")
    return Damaged("the file is damaged")


def show_forms(document: Any) -> None:
    """Make page images show what was typed into form fields; before any page is opened."""
    with suppress(pdfium.PdfiumError):
        document.init_forms()


@contextmanager
def opened_page(document: Any, number: int) -> Iterator[Any]:
    """Page ``number`` (from 1), closed afterwards. Raises Damaged."""
    try:
        page = document[number - 1]
    except pdfium.PdfiumError as error:
        raise Damaged("the page cannot be loaded") from error
    try:
        yield page
    except pdfium.PdfiumError as error:
        raise Damaged("the page cannot be read") from error
    finally:
        page.close()


def text_page(page: Any) -> Any:
    """The page's characters; closed with the page."""
    return page.get_textpage()


def read_page(document: Any, number: int) -> PageText:
    """One page's text, size as shown and state; a page that fails is UNREADABLE."""
    try:
        with opened_page(document, number) as page:
            textpage = text_page(page)
            width, height = page_size(page)
            if textpage.count_chars() > MAX_CHARACTERS:
                text, state = "", PageState.UNREADABLE
                reason = f"it claims more than {MAX_CHARACTERS:,} characters"
            else:
                text = page_characters(textpage).text
                state, reason = _judge(page, text)
            return PageText(number, text, width, height, None, state, reason)
    except Damaged as error:
        return PageText(number, "", state=PageState.UNREADABLE, reason=error.message)


def page_size(page: Any) -> tuple[float, float]:
    """Width and height in points as shown; US letter where the file's own are absurd."""
    width, height = page.get_size()
    if 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE:
        return float(width), float(height)
    return 612.0, 792.0


def page_characters(textpage: Any) -> RawText:
    """The text with exactly one code point per character index (see GAP).

    Read in bulk where that is aligned; one by one where the counts differ or a character
    takes two indices.
    """
    count = textpage.count_chars()
    if count == 0:
        return RawText("", False)
    units = (ctypes.c_ushort * (count + 1))()
    if c_api.FPDFText_GetText(textpage, 0, count, units) - 1 == count:
        with suppress(UnicodeDecodeError):  # a lone surrogate
            text = bytes(memoryview(units)[:count]).decode("utf-16-le")
            if len(text) == count:
                return RawText(_resolve_marks(textpage, text), False)
    return RawText(_one_by_one(textpage, count), True)


def _resolve_marks(textpage: Any, text: str) -> str:
    """Bulk text with each U+FFFE told apart: a line-end hyphen or a glyph without text."""
    if "\ufffe" not in text and "\0" not in text:  # told faster than by the pattern
        return text
    return _MARK.sub(lambda mark: _one(textpage, mark.start()), text)


def _one(textpage: Any, index: int) -> str:
    """The code point at one index, or GAP where PDFium's own text has none."""
    if c_api.FPDFText_GetTextIndexFromCharIndex(textpage, index) < 0:
        return GAP
    point: int = c_api.FPDFText_GetUnicode(textpage, index)
    if point == 0 or point in (0xFFFE, 0xFFFF) or point > 0x10FFFF:
        return GAP
    return chr(point)


def _one_by_one(textpage: Any, count: int) -> str:
    """The text built index by index; a surrogate pair becomes its character and a GAP."""
    found = [_one(textpage, index) for index in range(count)]
    for index, character in enumerate(found):
        if not "\ud800" <= character <= "\udfff":
            continue
        following = found[index + 1] if index + 1 < count else ""
        found[index] = GAP
        if character <= "\udbff" and "\udc00" <= following <= "\udfff":
            pair = (character + following).encode("utf-16-le", "surrogatepass")
            found[index : index + 2] = [pair.decode("utf-16-le"), GAP]
    return "".join(found)


def _judge(page: Any, text: str) -> tuple[PageState, str]:
    """What became of a page, and why when it has no text."""
    if text.replace(GAP, "").strip():
        return PageState.TEXT, ""
    if GAP in text:
        return PageState.IMAGE, "no text: its fonts do not say which letters they show"
    image_area, paths = _drawn(page)
    width, height = page_size(page)
    if image_area >= _MIN_IMAGE_SHARE * width * height:
        return PageState.IMAGE, "no text: the page is an image (scanned)"
    if paths >= _MIN_PATHS:
        return PageState.IMAGE, "no text: the page is a drawing"
    return PageState.BLANK, "the page is blank"


def _drawn(page: Any) -> tuple[float, int]:
    """The area of all images, in square points, and the number of drawn paths.

    An image inside a form counts as the whole page: its bounds are in the form's own space.
    """
    area, paths = 0.0, 0
    for found in islice(page.get_objects(max_depth=5), _MAX_OBJECTS):
        if found.type == c_api.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = found.get_bounds()
            whole = page.get_width() * page.get_height()
            area += whole if found.level else abs((right - left) * (top - bottom))
        elif found.type in (c_api.FPDF_PAGEOBJ_PATH, c_api.FPDF_PAGEOBJ_SHADING):
            paths += 1
    return area, paths


def title(document: Any) -> str:
    """The title in the metadata."""
    return clip(_utf16(document.get_metadata_value, "Title"), MAX_TITLE)


def labels(document: Any, pages: int) -> list[str | None]:
    """The printed label of each page, None where the file gives none.

    A label tree that contains itself makes PDFium (build 8149) overflow its stack.
    """
    found = (_utf16(document.get_page_label, index) for index in range(pages))
    return [clip(label, MAX_LABEL) or None for label in found]


def _utf16(read: Any, which: object) -> str:
    """A string of PDFium's; a broken one is empty."""
    try:
        return str(read(which))
    except UnicodeDecodeError:
        return ""


def outline(document: Any, pages: int) -> list[OutlineEntry]:
    """Bookmarks that lead to one of the first ``pages`` pages, MAX_OUTLINE at most."""
    marks = islice(document.get_toc(max_depth=MAX_DEPTH), MAX_OUTLINE)
    return bookmarks((_bookmark(mark) for mark in marks), pages)


def has_bookmarks(document: Any) -> bool:
    """Whether it has a bookmark at all, usable or not."""
    return bool(c_api.FPDFBookmark_GetFirstChild(document, None))


def has_form(document: Any) -> bool:
    """Whether it has form fields, filled in or not."""
    return bool(c_api.FPDF_GetFormType(document) != c_api.FORMTYPE_NONE)


def _bookmark(mark: Any) -> tuple[int, str, int | None]:
    """Level, title and page index."""
    target = mark.get_dest()
    return mark.level, _utf16(lambda _: mark.get_title(), None), target and target.get_index()
