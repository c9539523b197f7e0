"""The pool of parser processes: PDFs in, text, page images and boxes out.

Nothing that a file does to its reader reaches this process: each child has a memory cap,
each answer a time limit, and what comes back is decoded into capped types and checked. A
child that dies, hangs or talks nonsense is replaced; the file goes on without the page
that did it, or with the other library.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

import msgspec

from legaldesk.core.confinement import Confinement
from legaldesk.core.documents import Extraction
from legaldesk.core.errors import ProcessDied, Unsupported
from legaldesk.core.hits import PageBoxes, PageImage, Word
from legaldesk.core.passages import Passage, Span
from legaldesk.engine.child import Child, Children
from legaldesk.engine.parser_cutting import Planner, Tokenizer
from legaldesk.engine.parser_messages import MAX_FILE, MAX_PAGE_BYTES, Inspect, Inspected
from legaldesk.engine.parser_reading import Limits, OnPage, Reading, decode_reply
from legaldesk.engine.parser_viewer import Viewer
from legaldesk.engine.system import child_command

READERS = max(2, min(4, os.cpu_count() or 2))
"""Parsers that read and cut files side by side; each takes some 60 MB."""

EXPECTING = 60.0
"""Seconds that readers wait for files which were expected: a dialog may be open for long."""

HEAD = 1024
"""Bytes of a file among which a PDF says that it is one."""
_ENCODER = msgspec.json.Encoder()


def refuse_other_kinds(head: bytes, name: str) -> None:
    """Raise Unsupported where the first HEAD bytes of a file are those of no PDF."""
    if b"%PDF-" not in head:
        raise Unsupported(f"{name} is not a PDF. Save it as a PDF and add it again.", name)


class ParserPool:
    """Reads PDFs in ``workers`` child processes and shows pages from one more.

    Every method may be called from any thread. ``command`` starts a child, ``limits`` are
    in seconds. Close it; children also end when this process does.
    """

    def __init__(
        self,
        workers: int = READERS,
        command: Sequence[str] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self._command = command = child_command("parser") if command is None else command
        self._limits = limits = limits or Limits()
        self._readers = Children(workers, command, MAX_PAGE_BYTES, behind=True)
        self._viewer = Viewer(command, limits)
        self._expecting: threading.Timer | None = None

    def extract(
        self,
        data: bytes,
        name: str,
        password: str | None = None,
        on_page: OnPage | None = None,
    ) -> Extraction:
        """What ``read`` finds, when nothing is to be cut."""
        return self.read(data, name, password, on_page)[0]

    def read(
        self,
        data: bytes,
        name: str,
        password: str | None = None,
        on_page: OnPage | None = None,
        plan: Planner | None = None,
    ) -> tuple[Extraction, list[Passage] | None]:
        """All pages of one PDF, each with its text or the reason why it has none.

        ``on_page(done, total)`` is called for every page and several times a second in
        between (total is 0 until it is known); whatever it raises, such as Cancelled, ends
        the work at once. Raises Unsupported, Locked or Damaged, with messages that name
        the file; ProcessDied only where no child can be started.

        Where ``plan`` says how, the child cuts it too; None stands for passages that are still
        to be cut, because it could not: after ``cut_with`` that is rare.
        """
        refuse_other_kinds(data[:HEAD], name)
        if len(data) > MAX_FILE:
            limit = MAX_FILE >> 20
            raise Unsupported(
                f"{name} is larger than {limit} MB. Split it and add the parts.", name
            )
        return Reading(self._readers, self._limits, data, name, password, on_page, plan).run()

    def cut_with(self, tokenizer: Tokenizer) -> None:
        """Cut what is read from now on by this tokenizer; readers with another one are replaced."""
        self._readers.command = [*self._command, *tokenizer.arguments()]

    def render(
        self,
        document_key: str,
        load: Callable[[], bytes],
        password: str | None,
        page: int,
        scale: float,
    ) -> PageImage:
        """Page ``page`` (from 1) at ``scale`` pixels per point, or fewer where it is huge.

        ``load`` is called when the document is not among those open. Raises Locked,
        Damaged or, when the reader hung or died, ProcessDied; the next call starts afresh.
        """
        return self._viewer.render(document_key, load, password, page, scale)

    def boxes(
        self,
        document_key: str,
        load: Callable[[], bytes],
        password: str | None,
        spans: Sequence[Span],
    ) -> tuple[PageBoxes, ...]:
        """The line boxes of spans, one entry for each page in the order first named.

        Raises like ``render``.
        """
        return self._viewer.boxes(document_key, load, password, spans)

    def words(
        self, document_key: str, load: Callable[[], bytes], password: str | None, page: int
    ) -> tuple[Word, ...]:
        """The words of a page (from 1) and where they lie. Raises like ``render``."""
        return self._viewer.words(document_key, load, password, page)

    def forget(self, document_key: str) -> None:
        """Let go of a document that was shown, because it is being removed."""
        self._viewer.forget(document_key)

    def confinement(self) -> Confinement:
        """How closely the parsers are confined, as a new one says that has read no file yet.

        Raises ProcessDied.
        """
        child = Child(self._readers.command, 0)
        try:
            child.send(_ENCODER.encode(Inspect(1)))
            reply, _ = decode_reply(child.receive(self._limits.open), 1)
        finally:
            child.kill()
        if not isinstance(reply, Inspected):
            raise ProcessDied("it sent a reply that nobody asked for")
        return reply.confinement

    def expect(self) -> None:
        """Start the readers, because files are about to come; without any they rest again."""
        self._readers.start()
        self._forget_expecting()
        self._expecting = threading.Timer(EXPECTING, self._readers.rest)
        self._expecting.daemon = True
        self._expecting.start()

    def expect_views(self) -> None:
        """Start what shows pages, because one is about to be looked at; it takes 0.3 s."""
        self._viewer.start()

    def rest(self) -> None:
        """Let go of the children that read nothing: some 60 MB each; a new one takes 0.4 s."""
        self._forget_expecting()
        self._readers.rest()

    def close(self) -> None:
        """End all children; work that is under way raises ProcessDied."""
        self._forget_expecting()
        self._readers.close()
        self._viewer.close()

    def _forget_expecting(self) -> None:
        if self._expecting is not None:
            self._expecting.cancel()
