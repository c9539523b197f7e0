"""Page images and highlight boxes from a parser process of their own.

Apart from the pool's readers, so that looking at a page never waits for an import.
"""

from __future__ import annotations

import itertools
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from legaldesk.core.errors import Damaged, Locked, ProcessDied
from legaldesk.core.hits import Box, PageBoxes, PageImage, Word
from legaldesk.core.passages import Span
from legaldesk.engine.child import Child
from legaldesk.engine.parser_messages import (
    MAX_FILE,
    MAX_PIXELS,
    MAX_TITLE,
    Close,
    Done,
    Failed,
    Image,
    Locate,
    Located,
    Open,
    Render,
    Reply,
    Request,
    Spell,
    Spelt,
    clip,
)
from legaldesk.engine.parser_reading import Limits, decode_reply

_OPEN_DOCUMENTS = 3
OPEN_BYTES = MAX_FILE
"""How much the open documents hold together, for the child's memory is bounded."""

_MAX_SCALE = 64.0
_ENCODER = msgspec.json.Encoder()


class Viewer:
    """One child that keeps the few documents open that were looked at last.

    Calls from several threads take turns. After a hang or a death the next call gets a
    fresh child.
    """

    def __init__(self, command: Sequence[str], limits: Limits) -> None:
        self._command = command
        self._limits = limits
        self._turn = threading.Lock()
        self._child: Child | None = None
        self._open: OrderedDict[str, int] = OrderedDict()
        """The bytes of each document, the one looked at last behind."""
        self._ids = itertools.count(1)
        self._closed = False

    def start(self) -> None:
        """Start the child, because a page will be asked for in a moment.

        One that cannot be started is left to whoever asks.
        """
        with self._turn, suppress(ProcessDied):
            self._run()

    def render(
        self,
        key: str,
        load: Callable[[], bytes],
        password: str | None,
        page: int,
        scale: float,
    ) -> PageImage:
        """See ParserPool.render."""
        scale = min(scale, _MAX_SCALE)
        with self._turn:
            self._show(key, load, password)
            untrusted, untrusted_rgb = self._ask(Render(next(self._ids), key, page, scale))
            return self._checked(untrusted, untrusted_rgb)

    def boxes(
        self,
        key: str,
        load: Callable[[], bytes],
        password: str | None,
        spans: Sequence[Span],
    ) -> tuple[PageBoxes, ...]:
        """See ParserPool.boxes."""
        if not spans:
            return ()
        wanted = [(span.page, span.start, span.end) for span in spans]
        with self._turn:
            self._show(key, load, password)
            untrusted, _ = self._ask(Locate(next(self._ids), key, wanted))
            asked = list(dict.fromkeys(span.page for span in spans))
            if not isinstance(untrusted, Located) or [page for page, _ in untrusted.pages] != asked:
                raise self._nonsense()
            return tuple(
                PageBoxes(page, tuple(Box(*box) for box in boxes))
                for page, boxes in untrusted.pages
            )

    def words(
        self, key: str, load: Callable[[], bytes], password: str | None, page: int
    ) -> tuple[Word, ...]:
        """See ParserPool.words."""
        with self._turn:
            self._show(key, load, password)
            untrusted, _ = self._ask(Spell(next(self._ids), key, page))
            if not isinstance(untrusted, Spelt) or any(a >= b for a, b, *_ in untrusted.words):
                raise self._nonsense()
            return tuple(Word(start, end, Box(*box)) for start, end, *box in untrusted.words)

    def forget(self, key: str) -> None:
        """Close a document, so that nothing of it stays in the child's memory."""
        with self._turn:
            if key in self._open:
                self._let_go(key)

    def close(self) -> None:
        """End the child; a call that waits for it raises ProcessDied."""
        self._closed = True
        if child := self._child:
            child.kill()

    def _run(self) -> None:
        """Make sure that a child is running."""
        if self._closed:
            raise ProcessDied("The program is closing.")
        if self._child is None or not self._child.usable:
            self._open.clear()
            self._child = Child(self._command, 3 * MAX_PIXELS)

    def _show(self, key: str, load: Callable[[], bytes], password: str | None) -> None:
        """Make sure that a running child has the document open."""
        self._run()
        if key in self._open:
            self._open.move_to_end(key)
            return
        data = load()
        room = OPEN_BYTES - len(data)
        while len(self._open) >= _OPEN_DOCUMENTS or self._open and sum(self._open.values()) > room:
            self._let_go(next(iter(self._open)))
        self._run()
        self._ask(Open(next(self._ids), key, password), data)
        self._open[key] = len(data)

    def _let_go(self, key: str) -> None:
        """Close an open document. A child that dies of it has let go of it too."""
        del self._open[key]
        if self._child is not None and self._child.usable:
            with suppress(ProcessDied):
                self._ask(Close(next(self._ids), key))

    def _ask(self, request: Request, raw: bytes = b"") -> tuple[Reply, bytes]:
        """The answer before the closing Done, or Done itself. Raises what went wrong."""
        child = self._child
        assert child is not None
        try:
            child.send(_ENCODER.encode(request), raw)
            answer = self._next(child, request)
            if not isinstance(answer[0], (Done, Failed)):
                closing, _ = self._next(child, request)
                if not isinstance(closing, Done):
                    raise ProcessDied("it sent a reply that nobody asked for")
        except ProcessDied as stop:
            child.kill()
            message = f"This document stopped the page reader ({stop.message}). Try again."
            raise ProcessDied(message) from stop
        if isinstance(answer[0], Failed):
            raise self._problem(answer[0])
        return answer

    def _next(self, child: Child, request: Request) -> tuple[Reply, bytes]:
        return decode_reply(child.receive(self._limits.view), request.id)

    def _problem(self, failure: Failed) -> Exception:
        if failure.code == "locked":
            return Locked("This document needs a password, or another one.")
        if failure.code == "memory":
            return self._nonsense("the page needs too much memory")
        return Damaged(f"The page cannot be shown: {clip(failure.detail, MAX_TITLE)}.")

    def _checked(self, untrusted: Reply, untrusted_rgb: bytes) -> PageImage:
        if isinstance(untrusted, Image):
            size = 3 * untrusted.width * untrusted.height
            if size == len(untrusted_rgb):
                width, height, scale = untrusted.width, untrusted.height, untrusted.scale
                return PageImage(width, height, scale, untrusted_rgb)
        raise self._nonsense()

    def _nonsense(self, why: str = "it sent a reply that makes no sense") -> ProcessDied:
        if self._child is not None:
            self._child.kill()
        return ProcessDied(f"This document stopped the page reader ({why}). Try again.")
