"""The parser process: reads PDFs that nobody vouches for, and nothing else.

It starts fresh, loads all that it may need, shuts itself into a box, and only then reads
requests from its standard input; it ends when that does, even in the middle of a page. What
it says is distrusted by its parent; what a library prints cannot break the frames, since
they go out over a private copy of stdout.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import msgspec

from legaldesk.core.confinement import Confinement
from legaldesk.core.documents import OutlineEntry, PageState, PageText
from legaldesk.core.errors import Damaged, LegalDeskError, Locked, ProcessDied
from legaldesk.engine import pdf_structure, pdfium, pdfium_view
from legaldesk.engine.box import close_box
from legaldesk.engine.child_streams import private_stdout
from legaldesk.engine.parser_cutting import Cutter, load_cutter, outline_of
from legaldesk.engine.parser_messages import (
    MAX_FILE,
    MAX_OUTLINE,
    MAX_PAGES,
    MAX_TITLE,
    Close,
    Counted,
    Cut,
    Done,
    Extract,
    Facts,
    Failed,
    Image,
    Inspect,
    Inspected,
    Locate,
    Located,
    Open,
    Page,
    Render,
    Reply,
    Request,
    Spell,
    Spelt,
    clip,
)
from legaldesk.engine.parser_preload import load_all
from legaldesk.engine.system import grant_processor_time
from legaldesk.engine.wire import MAX_HEADER, read_raw_frame, write_frame

MEMORY = 2 << 30
"""Bytes of address space."""
PROCESSOR_TIME = 60
"""Seconds for one reply: more than the parent waits for any, so this counts where it is gone."""

PAGES_CUT = "Only the first {kept:,} of its {all:,} pages were read."

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)


def main(arguments: Sequence[str] = ()) -> int:
    """Serve requests until standard input ends. Returns the exit status.

    ``arguments`` name the tokenizer that texts are cut by, as ``load_cutter`` takes them.
    """
    replies = private_stdout()
    load_all()
    cutter = load_cutter(arguments)
    requests: queue.Queue[tuple[Request, bytes]] = queue.Queue(2)
    listener = threading.Thread(target=_listen, args=(sys.stdin.buffer, requests), daemon=True)
    session = Session(close_box(MEMORY, listener.start), cutter)
    while True:
        grant_processor_time(PROCESSOR_TIME)
        request, data = requests.get()
        for reply, raw in session.answer(request, data):
            grant_processor_time(PROCESSOR_TIME)
            try:
                write_frame(replies, _ENCODER.encode(reply), raw)
            except OSError:
                os._exit(0)
        del request, data


def _listen(stream: BinaryIO, requests: queue.Queue[tuple[Request, bytes]]) -> None:
    """Queue what the parent asks; leave at once when it is gone, whatever is running."""
    try:
        while (frame := read_raw_frame(stream, MAX_HEADER, MAX_FILE)) is not None:
            requests.put((_DECODER.decode(frame[0]), frame[1]))
            del frame
    except (ProcessDied, msgspec.MsgspecError, ValueError, MemoryError, OSError):
        os._exit(2)
    os._exit(0)


class Session:
    """The documents that are open for viewing, and the answers to requests."""

    def __init__(self, confinement: Confinement, cutter: Cutter | None = None) -> None:
        self._confinement = confinement
        self._cutter = cutter
        self._read = Read()
        self._open: dict[str, Any] = {}

    def answer(self, request: Request, data: bytes) -> Iterator[tuple[Reply, bytes]]:
        """The replies to one request, each with its raw bytes; the last is the verdict.

        A library can fail on a hostile file with any exception at all, so each becomes a
        reply here; only this process has to survive it.
        """
        try:
            yield from self._carry_out(request, data)
        except MemoryError:
            yield Failed(request.id, "memory"), b""
        except Locked as error:
            yield Failed(request.id, "locked", error.message), b""
        except Exception as error:
            told = error.message if isinstance(error, LegalDeskError) else repr(error)
            yield Failed(request.id, "damaged", clip(told, MAX_TITLE)), b""

    def _carry_out(self, request: Request, data: bytes) -> Iterator[tuple[Reply, bytes]]:
        match request:
            case Extract():
                yield from self._extract(request, data)
            case Cut():
                yield from self._cut(request)
            case Open(key=key):
                self._close(key)
                self._open[key] = pdfium.open_document(data, request.password)
                pdfium.show_forms(self._open[key])
            case Close(key=key):
                self._close(key)
            case Render():
                yield self._render(request)
            case Locate():
                yield Located(request.id, list(self._locate(request))), b""
            case Inspect():
                yield Inspected(request.id, self._confinement), b""
            case Spell():
                yield Spelt(request.id, self._spell(request)), b""
        yield Done(request.id), b""

    def _extract(self, request: Extract, data: bytes) -> Iterator[tuple[Reply, bytes]]:
        """What ``request`` asks for; a document that is read from its first page on can be cut."""
        self._read = read = Read()
        extract = extract_with_pdfium if request.library == "pdfium" else extract_with_pypdf
        for reply, page in extract(request, data):
            if isinstance(reply, Facts):
                read.outline = outline_of(reply)
            if page is None:
                yield reply, b""
            else:
                read.pages.append(page)
                yield reply, page.text.encode()

    def _cut(self, request: Cut) -> Iterator[tuple[Reply, bytes]]:
        read, self._read = self._read, Read()
        if self._cutter is None or not read.pages or read.pages[0].number != 1:
            raise Damaged("there is nothing to be cut, or nothing to cut it with")
        for reply in self._cutter.cut(request, read.pages, read.outline):
            yield reply, b""

    def _close(self, key: str) -> None:
        if document := self._open.pop(key, None):
            document.close()

    def _document(self, key: str) -> Any:
        if key not in self._open:
            raise Damaged("the document is not open")
        return self._open[key]

    def _render(self, request: Render) -> tuple[Reply, bytes]:
        with pdfium.opened_page(self._document(request.key), request.page) as page:
            image = pdfium_view.render(page, request.scale)
        return Image(request.id, image.width, image.height, image.scale), image.rgb

    def _locate(
        self, request: Locate
    ) -> Iterator[tuple[int, list[tuple[float, float, float, float]]]]:
        document = self._document(request.key)
        ranges: dict[int, list[tuple[int, int]]] = {}
        for number, start, end in request.spans:
            ranges.setdefault(number, []).append((start, end))
        for number, wanted in ranges.items():
            with pdfium.opened_page(document, number) as page:
                boxes = pdfium_view.line_boxes(page, pdfium.text_page(page), wanted)
            yield number, [(box.left, box.top, box.right, box.bottom) for box in boxes]

    def _spell(self, request: Spell) -> list[tuple[int, int, float, float, float, float]]:
        with pdfium.opened_page(self._document(request.key), request.page) as page:
            found = pdfium_view.words(page, pdfium.text_page(page))
        boxes = ((word.start, word.end, word.box) for word in found)
        return [(a, b, box.left, box.top, box.right, box.bottom) for a, b, box in boxes]


@dataclass
class Read:
    """A document that was read, until it is cut or another one is read."""

    pages: list[PageText] = field(default_factory=list)
    outline: Sequence[OutlineEntry] = ()


def extract_with_pdfium(request: Extract, data: bytes) -> Iterator[tuple[Reply, PageText | None]]:
    """Count, facts, then each page by PDFium. Raises Locked or Damaged."""
    document = pdfium.open_document(data, request.password)
    try:
        pages = len(document)
        kept = min(pages, MAX_PAGES)
        yield Counted(request.id, pages), None
        yield _facts(request, data, document, pages), None
        for number in range(request.first, kept + 1):
            yield _page(request, _read_page(document, number))
    finally:
        document.close()


def _read_page(document: Any, number: int) -> PageText:
    """One page by PDFium; whatever else goes wrong costs that page alone."""
    try:
        return pdfium.read_page(document, number)
    except MemoryError:
        raise
    except Exception as error:
        reason = clip(f"PDFium cannot read it ({error!r})", MAX_TITLE)
        return PageText(number, "", state=PageState.UNREADABLE, reason=reason)


def extract_with_pypdf(request: Extract, data: bytes) -> Iterator[tuple[Reply, PageText | None]]:
    """Count, facts, then each page by pypdf. Raises Locked or Damaged."""
    reader = pdf_structure.open_reader(data, request.password)
    pages = pdf_structure.count_pages(reader)
    if pages == 0:
        raise Damaged("pypdf finds no pages in it")
    kept = min(pages, MAX_PAGES)
    yield Counted(request.id, pages), None
    if request.structure == "none":
        yield Facts(request.id), None
    else:
        found = pdf_structure.read_structure(reader, kept)
        notes = _notes_on_count(pages) + found.notes
        yield _encode_facts(request, found.title, found.outline, found.labels, notes), None
    for number in range(request.first, kept + 1):
        yield _page(request, pdf_structure.read_page(reader, number))


def _facts(request: Extract, data: bytes, document: Any, pages: int) -> Facts:
    """The document's own facts by the library, or libraries, that were asked for."""
    if request.structure == "none":
        return Facts(request.id)
    kept = min(pages, MAX_PAGES)
    notes = _notes_on_count(pages)
    outline = [] if request.structure == "pypdf" else pdfium.outline(document, kept)
    if len(outline) == MAX_OUTLINE:
        notes.append(pdf_structure.BOOKMARKS_CUT)
    both = request.structure == "both"
    if request.structure == "pypdf" or both and _wants_pypdf(document, outline):
        return _facts_with_pypdf(request, data, document, outline, notes)
    named = pdfium.labels(document, kept)
    return _encode_facts(request, pdfium.title(document), outline, named, notes)


def _wants_pypdf(document: Any, outline: Sequence[OutlineEntry]) -> bool:
    """Whether it can tell more than PDFium, which takes a thirtieth of its time: of forms that
    were filled in, and of bookmarks that seem to lead nowhere.
    """
    return pdfium.has_form(document) or (not outline and pdfium.has_bookmarks(document))


def _facts_with_pypdf(
    request: Extract, data: bytes, document: Any, outline: list[OutlineEntry], notes: list[str]
) -> Facts:
    """pypdf's facts, but for bookmarks that PDFium has found."""
    kept = min(len(document), MAX_PAGES)
    try:
        reader = pdf_structure.open_reader(data, request.password)
        found = pdf_structure.read_structure(reader, kept, with_outline=not outline)
    except (Locked, Damaged):
        return _encode_facts(request, pdfium.title(document), outline, [], notes)
    title = found.title or pdfium.title(document)
    return _encode_facts(
        request, title, outline or found.outline, found.labels, notes + found.notes
    )


def _notes_on_count(pages: int) -> list[str]:
    return [PAGES_CUT.format(kept=MAX_PAGES, all=pages)] if pages > MAX_PAGES else []


def _encode_facts(
    request: Extract,
    title: str,
    outline: Sequence[OutlineEntry],
    labels: Sequence[str | None],
    notes: Sequence[str],
) -> Facts:
    entries = [(entry.level, entry.title, entry.page) for entry in outline]
    return Facts(request.id, title, entries, list(labels), list(notes))


def _page(request: Extract, page: PageText) -> tuple[Page, PageText]:
    head = Page(request.id, page.number, page.width, page.height, page.state.value, page.reason)
    return head, page


if __name__ == "__main__":
    sys.exit(main())
