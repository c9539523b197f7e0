"""Bring one file into the library: every file ends in one final state with a plain reason."""

from __future__ import annotations

import logging
import os
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from legaldesk.core.documents import (
    Document,
    Extraction,
    FileOutcome,
    FileState,
    PageState,
    PageText,
)
from legaldesk.core.errors import Damaged, FileProblem, Locked, Unsupported
from legaldesk.core.page_lists import pages_phrase
from legaldesk.core.passages import Passage, reading_text
from legaldesk.core.segment import segment
from legaldesk.engine import languages
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.originals import content_hash, read_regular
from legaldesk.engine.parser_cutting import Plan
from legaldesk.engine.parser_messages import MAX_FILE
from legaldesk.engine.parser_pool import HEAD, refuse_other_kinds
from legaldesk.engine.store_rows import Generation, NewDocument, Withdrawn

_log = logging.getLogger(__name__)

LANGUAGE_SAMPLE = 4000
"""Characters of a document's text that its language is told from."""

OnPage = Callable[[int, int], None]

_SPELT_OUT = re.compile(r"\\u(d[89a-f][0-9a-f]{2})")

_CUTTING = threading.Lock()
"""Held while a document is cut here. Python runs one thread at a time: several that cut would only
keep questions, and what feeds the parsers, from their turns.
"""


@dataclass(frozen=True, slots=True)
class Dropped:
    """One file to be read, by its record in the queue.

    ``source`` is where it lies when its name holds what is no text and ``path`` had to be
    spelt in another way.
    """

    path: str
    matter: str
    record: int
    in_place: bool = False
    password: str | None = None
    source: str = ""

    @property
    def place(self) -> str:
        """Where the file lies."""
        return self.source or self.path


def storable(path: str) -> str:
    """A path as text that can be stored and sent: bytes that are no UTF-8 are spelt out."""
    return path.encode("utf-8", "backslashreplace").decode()


def lying(path: str) -> str:
    """Where a file lies whose path may have been spelt out by ``storable``."""
    there = _SPELT_OUT.sub(lambda unit: chr(int(unit[1], 16)), path)
    return there if there != path and os.path.exists(there) else path


def read_file(desk: LocalDesk, dropped: Dropped, on_page: OnPage) -> FileOutcome:
    """Read one file and store it with its outcome; ``on_page(done, total)`` may raise Cancelled.

    Raises NoRoom, LibraryBusy and LibraryDamaged, which concern every file.
    """
    begun = time.monotonic()
    outcome = FileOutcome(file=dropped.path, state=FileState.DAMAGED, matter=dropped.matter)
    try:
        return _read(desk, dropped, on_page, outcome, begun)
    except Withdrawn as error:
        state, reason = FileState.CANCELLED, error.message
    except Locked as error:
        state, reason = FileState.LOCKED, error.message
    except Unsupported as error:
        state, reason = FileState.UNSUPPORTED, error.message
    except FileProblem as error:
        state, reason = FileState.DAMAGED, error.message
    except (ValueError, TypeError, KeyError, IndexError, ArithmeticError, RecursionError) as error:
        _log.exception("a file could not be read")
        state = FileState.DAMAGED
        reason = f"LegalDesk failed on this file ({type(error).__name__}). Please report it."
    outcome = replace(outcome, state=state, reason=reason, seconds=time.monotonic() - begun)
    desk.store.finish_files([(dropped.record, outcome)])
    return outcome


def _read(
    desk: LocalDesk, dropped: Dropped, on_page: OnPage, outcome: FileOutcome, begun: float
) -> FileOutcome:
    data = _bytes(dropped)
    sha256 = content_hash(data)
    with desk.one_at_a_time(sha256):
        known = _known(desk, sha256)
        if known is not None:
            outcome = _duplicate(known, outcome, begun)
            return _store_again(desk, known, dropped, data, outcome)
        name = Path(dropped.path).name
        cutting = _Cutting(desk)
        extraction, passages = desk.parsers.read(
            data, name, dropped.password, on_page, cutting.plan
        )
        if passages is None:
            passages = cutting.cut(extraction, on_page)
        pages = len(extraction.pages)
        on_page(pages, pages)  # a cancel may have come while it was cut
        state, reason = judge(extraction)
        new = NewDocument(
            sha256=sha256,
            name=name,
            path=dropped.path,
            referenced=dropped.in_place,
            size=len(data),
            language=cutting.language,
            state=state,
            reason=reason,
            extraction=extraction,
            passages=passages,
            languages=[cutting.language] * len(passages),
        )
        outcome = replace(
            outcome,
            state=state,
            reason=reason,
            document_id=sha256,
            pages=pages,
            passages=len(passages),
            pages_without_text=_pages(extraction, *(s for s in PageState if s != PageState.TEXT)),
            seconds=time.monotonic() - begun,
        )
        outcome = _store(desk, cutting.meaning.generation, new, data, dropped.record, outcome)
        if dropped.password is not None:
            desk.passwords[sha256] = dropped.password
        return outcome


class _Cutting:
    """How one file's text becomes passages: its parser cuts it, or we do where that cannot."""

    def __init__(self, desk: LocalDesk) -> None:
        self._desk = desk
        self.language = ""

    @cached_property
    def meaning(self) -> Meaning:
        """The generation that the passages are for: what is live when they are cut."""
        return self._desk.meaning

    def plan(self, pages: Sequence[PageText]) -> Plan:
        """How it is to be cut, by what its pages say."""
        tokens = self.meaning.tokens
        self.language = languages.detect(_sample(pages))
        return Plan(self.language, tokens.body_limit, tokens.hash)

    def cut(self, extraction: Extraction, on_page: OnPage) -> list[Passage]:
        """Its passages, cut in this process."""
        plan, pages = self.plan(extraction.pages), len(extraction.pages)
        with _CUTTING:
            on_page(pages, pages)  # a cancel may have come while it waited
            outline, tokens = extraction.outline, self.meaning.tokens
            return segment(extraction.pages, outline, plan.language, tokens, plan.limit)


def _store(
    desk: LocalDesk,
    generation: Generation,
    new: NewDocument,
    data: bytes,
    record: int,
    outcome: FileOutcome,
) -> FileOutcome:
    with nullcontext() if new.referenced else _copied(desk, new.sha256, data):
        return desk.store.add_document(new, generation, record, outcome)


def _store_again(
    desk: LocalDesk, known: Document, dropped: Dropped, data: bytes, outcome: FileOutcome
) -> FileOutcome:
    """The original is where it should be afterwards, also where it was gone or had changed.

    A document that lies elsewhere is kept as a copy from now on, unless this file is to stay
    in place as well.
    """
    add, record = desk.store.add_duplicate, dropped.record
    if not known.referenced:
        if desk.originals.keep(known.id, data):
            outcome = _also(outcome, "Its stored copy was lost or changed, and is whole again.")
        return add(known, record, outcome)
    if not dropped.in_place:
        with _copied(desk, known.id, data):
            outcome = _also(outcome, "A copy of it is kept in the library now.")
            return add(replace(known, referenced=False), record, outcome)
    if desk.originals.sound(known):
        return add(known, record, outcome)
    outcome = _also(outcome, "It had moved or changed, and is read from this place now.")
    return add(replace(known, path=dropped.path), record, outcome)


def _also(outcome: FileOutcome, sentence: str) -> FileOutcome:
    return replace(outcome, reason=f"{outcome.reason} {sentence}")


@contextmanager
def _copied(desk: LocalDesk, sha256: str, data: bytes) -> Iterator[None]:
    """The copy first, then the rest in one step; without that the copy goes again.

    Only for what has no copy that belongs to it.
    """
    desk.originals.keep(sha256, data)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # the next start sees to what belongs to none
            desk.originals.erase(sha256)
        raise


def _bytes(dropped: Dropped) -> bytes:
    path, name = Path(dropped.place), Path(dropped.path).name
    if dropped.in_place and dropped.place != dropped.path:
        raise Damaged(f"“{name}” cannot be found again under this name. Rename it first.", name)
    try:
        if path.is_dir():
            os.scandir(path).close()
            raise Damaged(f"The folder “{name}” changed meanwhile. Add it again.", name)
        refuse_other_kinds(read_regular(path, HEAD), name)
        return read_regular(path, MAX_FILE + 1)  # which nobody parses
    except OSError as error:
        raise Damaged(f"“{name}” cannot be opened: {error.strerror}.", name) from error


def _known(desk: LocalDesk, sha256: str) -> Document | None:
    if not desk.reader.count("SELECT count(*) FROM documents WHERE sha256 = ?", sha256):
        return None
    return desk.reader.document(sha256)


def _duplicate(known: Document, outcome: FileOutcome, begun: float) -> FileOutcome:
    """The same bytes are stored once; in a new matter the document is filed there too."""
    reason = f"The same as “{known.name}”, which is already in the library."
    if outcome.matter not in known.matters:
        reason = f"{reason} It is now in “{outcome.matter}” too."
    return replace(
        outcome,
        state=FileState.DUPLICATE,
        reason=reason,
        document_id=known.id,
        pages=known.pages,
        passages=known.passages,
        pages_without_text=known.pages_without_text,
        seconds=time.monotonic() - begun,
    )


def _sample(pages: Sequence[PageText]) -> str:
    """Reading text from the middle of the document, where prose is likeliest."""
    with_text = [page for page in pages if page.text.strip()]
    sample = ""
    for page in with_text[len(with_text) // 3 :]:
        sample += " " + reading_text(page.text[:LANGUAGE_SAMPLE])
        if len(sample) >= LANGUAGE_SAMPLE:
            break
    return sample[:LANGUAGE_SAMPLE]


def judge(extraction: Extraction) -> tuple[FileState, str]:
    """A document's state and a plain reason naming the pages that cannot be searched."""
    images = _pages(extraction, PageState.IMAGE)
    unreadable = _pages(extraction, PageState.UNREADABLE)
    blank = _pages(extraction, PageState.BLANK)
    reasons = []
    if images:
        reasons.append(f"no text on {pages_phrase(images)} (scanned)")
    if unreadable:
        reasons.append(f"{pages_phrase(unreadable)} could not be read")
    if blank:
        reasons.append(f"{pages_phrase(blank)} blank")
    reasons.extend(extraction.notes)
    reason = "; ".join(reasons)
    if len(images) + len(unreadable) + len(blank) == len(extraction.pages):
        return FileState.EMPTY, f"Nothing in it can be searched: {reason or 'it has no pages'}"
    return (FileState.PARTLY if images or unreadable else FileState.IMPORTED), reason


def _pages(extraction: Extraction, *states: PageState) -> tuple[int, ...]:
    return tuple(page.number for page in extraction.pages if page.state in states)
