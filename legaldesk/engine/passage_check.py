"""Whether a document's passages are where they say they are, and say what its pages say there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from itertools import groupby
from pathlib import Path

from legaldesk.core.documents import PageText
from legaldesk.core.headings import inline_breaks
from legaldesk.core.passages import RULES_VERSION, Segmentation, Span, passage_id
from legaldesk.core.stream import Stream, body_text, read_stream
from legaldesk.engine.reader import Reader, Row, spans_of
from legaldesk.engine.recut import pages_of


def check_passages(reader: Reader, document: Row) -> tuple[int, int]:
    """How many passages a document has, and how many of them are wrong.

    ``document`` has id, sha256 and language. A passage is wrong when its spans are not on the
    pages, when it is under another id than theirs, and when its text is not the one that cutting
    makes of them.
    """
    with reader.moment():  # it may be removed or read with another model while we look
        rows = reader.rows(_PASSAGES, document["id"])
        pages = pages_of(reader, document["id"]) if rows else ()
    read = _Read(pages, document["language"])
    bad = 0
    for key, some in groupby(
        rows, lambda row: (row["rules"], row["tokenizer"], row["token_limit"])
    ):
        cut = Segmentation(*key)
        bad += sum(not _sound(row, document["sha256"], cut, read) for row in some)
    return len(rows), bad


def doubtful_documents(library: Path, wanted: Callable[[], object]) -> int:
    """How many documents have wrong passages, which takes up to 0.25 s for 3,000 passages.

    ``wanted`` is called before each and may raise Cancelled.
    """
    with Reader(library) as reader:
        documents = reader.rows("SELECT id, sha256, language FROM documents")
        found = 0
        for document in documents:
            wanted()
            found += check_passages(reader, document)[1] > 0
        return found


_PASSAGES = """SELECT p.uuid, p.spans, p.body, s.rules, s.tokenizer, s.token_limit FROM passages p
JOIN segmentations s ON s.id = p.segmentation WHERE p.document = ? ORDER BY p.segmentation, p.id"""


class _Read:
    """A document's pages, and their lines without furniture as they are read to be cut."""

    def __init__(self, pages: tuple[PageText, ...], language: str) -> None:
        self._pages, self._language = pages, language
        self._texts = {page.number: page.text for page in pages}

    def holds(self, span: Span) -> bool:
        """Whether there is text there."""
        return 0 <= span.start < span.end <= len(self._texts.get(span.page, ""))

    def says(self, spans: tuple[Span, ...], body: str) -> bool:
        """Whether a passage of these spans has this text.

        Most have just what stands there. Only of the others, which run round a page number or a
        line number, the lines are looked up, which takes as long as half of cutting.
        """
        plain = "\n".join(self._texts[span.page][span.start : span.end] for span in spans)
        return body_text(plain) == body or self._between(spans[0], spans[-1]) == body

    def _between(self, first: Span, last: Span) -> str | None:
        """The text from one place to another, None where no line of the text is."""
        begin, end = self._offset(first.page, first.start), self._offset(last.page, last.end - 1)
        if begin is None or end is None:
            return None
        return body_text(self._stream.text[begin : end + 1])

    def _offset(self, page: int, at: int) -> int | None:
        """Where in the stream a character of a page is."""
        index = bisect_right(self._starts, (page, at)) - 1
        line = self._stream.lines[index] if index >= 0 else None
        if line is None or line.page != page or at >= line.end:
            return None
        return line.at + at - line.start

    @cached_property
    def _stream(self) -> Stream:
        return read_stream(self._pages, lambda text: inline_breaks(text, self._language))

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        return [(line.page, line.start) for line in self._stream.lines]


def _sound(row: Row, sha256: str, cut: Segmentation, read: _Read) -> bool:
    try:
        spans = spans_of(row["spans"])
    except (ValueError, TypeError):  # no spans at all
        return False
    if not _in_order(spans) or not all(map(read.holds, spans)):
        return False
    if row["uuid"] != passage_id(sha256, cut, spans):
        return False
    # Other rules may have made another text of the same place.
    return cut.rules != RULES_VERSION or read.says(spans, row["body"])


def _in_order(spans: tuple[Span, ...]) -> bool:
    pages = [span.page for span in spans]
    return bool(spans) and pages == sorted(set(pages))
