"""One PDF's way through the parser processes: limits, second tries and what is kept."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import msgspec

from legaldesk.core.documents import Extraction, PageState, PageText, TextSource
from legaldesk.core.errors import Damaged, FileProblem, Locked, ProcessDied
from legaldesk.core.passages import Passage
from legaldesk.engine.child import Child, Children
from legaldesk.engine.parser_cutting import Cuts, Planner, outline_of
from legaldesk.engine.parser_messages import (
    MAX_CHARACTERS,
    MAX_LABEL,
    MAX_PAGES,
    MAX_TEXT,
    MAX_TITLE,
    Counted,
    Cut,
    Cuttings,
    Done,
    Extract,
    Facts,
    Failed,
    Library,
    Page,
    Reply,
    Structure,
    clip,
)

_log = logging.getLogger(__name__)

OnPage = Callable[[int, int], None]

SECOND_LIBRARY = "Read with the second library: its passages cannot be highlighted on the page."
NO_STRUCTURE = "The file's bookmarks and printed page numbers could not be read."
TOO_MUCH_TEXT = f"not read: the document has more than {MAX_TEXT:,} characters"

CRASHES, KILLS = 1, 3
"""How often a file is read on from where its reader crashed, and from where others killed it: that
may have nothing to do with the file, and kills come in swarms when memory is short."""

CUTTING = MAX_PAGES + 2
"""The number of a request to cut; those to read count from the page that they begin with."""

_ENCODER = msgspec.json.Encoder()
_DECODER: msgspec.json.Decoder[Reply] = msgspec.json.Decoder(Reply)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: to open a file, to read its bookmarks and labels, for one page, for a file
    (plus ``each_page`` for every page), for one answer of the viewer, and to cut a file
    (plus the same for every page).
    ``bad_pages`` is how many pages of a file may stop the reader before the rest is given up.
    They are by the clock and wide: readers stay behind whatever else keeps the processor busy.
    """

    open: float = 20.0
    facts: float = 10.0
    page: float = 30.0
    file: float = 120.0
    each_page: float = 0.5
    view: float = 10.0
    cut: float = 60.0
    bad_pages: int = 3


@dataclass(slots=True)
class Findings:
    """What one library has found so far; takes a reply in only after checking it.

    ``structures`` are the ways left to ask for bookmarks and labels. ``trouble`` is why
    the library could not begin, ``stops`` how many pages stopped a child, ``notes`` what
    the user should know of pages left out, ``ends`` how many children ended at ``place``.
    ``passages`` are None where no child has cut it; only one that found all by itself can.
    """

    structures: tuple[Structure, ...] = ("none",)
    total: int = 0
    facts: Facts | None = None
    pages: list[PageText] = field(default_factory=list)
    characters: int = 0
    stops: int = 0
    notes: list[str] = field(default_factory=list)
    trouble: FileProblem | ProcessDied | None = None
    by_one: bool = False
    passages: list[Passage] | None = None
    place: tuple[int, int, int] | None = None
    ends: int = 0

    @property
    def worthwhile(self) -> bool:
        """Whether at least one page could be read."""
        return any(page.state is not PageState.UNREADABLE for page in self.pages)

    @property
    def finished(self) -> bool:
        """Whether every page has its verdict, or there is no point in going on."""
        complete = self.facts is not None and len(self.pages) == self.total
        return complete or self.trouble is not None

    @property
    def stopped(self) -> bool:
        """Whether the file did something to its reader, rather than being unreadable."""
        return self.stops > 0 or isinstance(self.trouble, ProcessDied)

    def take_count(self, untrusted_pages: int) -> None:
        """The number of pages, the same from every child."""
        pages = min(untrusted_pages, MAX_PAGES)
        if self.total not in (0, pages):
            raise ProcessDied("it counted the pages anew")
        self.total = pages

    def take_facts(self, untrusted: Facts) -> None:
        """Bookmarks and labels, once; a later child was not asked for them."""
        if any(page > self.total for _, _, page in untrusted.outline):
            raise ProcessDied("it sent a bookmark to a page that is not there")
        if not self.total or len(untrusted.labels) > self.total:
            raise ProcessDied("it sent labels for pages that are not there")
        if self.facts is None:
            self.facts = untrusted

    def take_page(self, untrusted: Page, untrusted_raw: bytes) -> None:
        """The next page."""
        if self.facts is None or len(self.pages) >= self.total:
            raise ProcessDied("it sent a page too many")
        if untrusted.number != len(self.pages) + 1:
            raise ProcessDied("it sent a page out of turn")
        try:
            text = untrusted_raw.decode()
        except UnicodeDecodeError as error:
            raise ProcessDied("it sent text that is not text") from error
        if len(text) > MAX_CHARACTERS or "\0" in text:
            raise ProcessDied("it sent more text than a page may have")
        self._add(untrusted, text)

    def _add(self, page: Page, text: str) -> None:
        self.characters += len(text)
        if self.characters > MAX_TEXT:
            self.give_up(TOO_MUCH_TEXT)
            raise ProcessDied("it sent more text than a document may have")
        state, reason = PageState(page.state), clip(page.reason, MAX_TITLE)
        self.pages.append(PageText(page.number, text, page.width, page.height, None, state, reason))

    def add_unreadable(self, reason: str) -> None:
        """A verdict for the next page."""
        number = len(self.pages) + 1
        state = PageState.UNREADABLE
        self.pages.append(PageText(number, "", state=state, reason=clip(reason, MAX_TITLE)))

    def give_up(self, reason: str) -> None:
        """The same verdict for all pages that are left, and a note that says so."""
        first = len(self.pages) + 1
        if first <= self.total:
            self.notes.append(f"Pages {first} to {self.total} were {reason}.")
        while len(self.pages) < self.total:
            self.add_unreadable(reason)


class Reading:
    """Reads one file: with PDFium, and with pypdf where PDFium gets nothing out of it."""

    def __init__(
        self,
        readers: Children,
        limits: Limits,
        data: bytes,
        name: str,
        password: str | None = None,
        on_page: OnPage | None = None,
        plan: Planner | None = None,
    ) -> None:
        self._readers = readers
        self._limits = limits
        self._data = data
        self._name = name
        self._password = password
        self._on_page = on_page
        self._plan = plan
        self._found = Findings()

    def run(self) -> tuple[Extraction, list[Passage] | None]:
        """The extraction, and its passages where a child could cut it.

        Raises Locked, Damaged, or what ``on_page`` and ``plan`` raise.
        """
        first = self._read_with(TextSource.PDFIUM)
        if first.worthwhile:
            return _extraction(first, TextSource.PDFIUM), first.passages
        second = self._read_with(TextSource.PYPDF)
        if second.worthwhile:
            return _extraction(second, TextSource.PYPDF), second.passages
        if first.stopped or second.stopped:
            raise Damaged(
                f"{self._name} made the reader stop; it was set aside. "
                "Open it in a PDF program, save it anew and add that copy.",
                self._name,
            )
        raise Damaged(
            f"{self._name} is damaged: none of its pages can be read. "
            "Ask for the file again, or open it in a PDF program and save it anew.",
            self._name,
        )

    def _read_with(self, library: TextSource) -> Findings:
        """Read until every page has its verdict or nothing more can be done.

        A child that stopped is replaced, and the next one goes on after the page, or
        without the part, that stopped it.
        """
        self._found = found = Findings(_structures(library))
        started = time.monotonic()
        while not found.finished:
            with self._readers.borrow(self._beat) as child:
                try:
                    self._follow(child, library, started)
                    self._cut(child)
                except ProcessDied as stop:
                    child.kill()
                    if not (child.ended and self._try_again(child)):
                        self._go_around(stop, started)
        if isinstance(found.trouble, Locked):
            raise found.trouble
        return found

    def _follow(self, child: Child, library: TextSource, started: float) -> None:
        """Ask one child and take in its replies until it is done. Raises ProcessDied."""
        found = self._found
        found.by_one = found.facts is None
        structure = found.structures[0] if found.by_one else "none"
        first = len(found.pages) + 1
        reader: Library = "pypdf" if library is TextSource.PYPDF else "pdfium"
        request = Extract(first, reader, structure, first, self._password)
        child.send(_ENCODER.encode(request), self._data)
        limit, awaited = self._limits.open, "count"
        while True:
            seconds = min(limit, self._time_left(started))
            untrusted = decode_reply(child.receive(seconds, self._beat), request.id)
            match untrusted[0]:
                case Counted(pages=untrusted_pages) if awaited == "count":
                    found.take_count(untrusted_pages)
                    limit, awaited = self._limits.facts, "facts"
                case Facts() as untrusted_facts if awaited == "facts":
                    found.take_facts(untrusted_facts)
                    limit, awaited = self._limits.page, "pages"
                case Page() as untrusted_page if awaited == "pages":
                    found.take_page(untrusted_page, untrusted[1])
                    self._beat()
                case Failed() as failure:
                    return self._take_failure(failure)
                case Done() if found.finished:
                    return None
                case _:
                    raise ProcessDied("it sent a reply that nobody asked for")

    def _cut(self, child: Child) -> None:
        """Have the child that read a document cut it. One that cannot leaves it to us."""
        found = self._found
        if self._plan is None or not (found.worthwhile and found.finished and found.by_one):
            return
        plan = self._plan(found.pages)
        child.send(_ENCODER.encode(Cut(CUTTING, *plan)))
        try:
            found.passages = self._take_cuts(child, Cuts(found.pages, plan))
        except ProcessDied as stop:
            _log.warning("a parser could not cut what it read: %s", stop.message)
            child.kill()

    def _take_cuts(self, child: Child, cuts: Cuts) -> list[Passage] | None:
        """What a child says to a request to cut; None where it cannot. Raises ProcessDied."""
        limit = self._limits.cut + self._limits.each_page * self._found.total
        deadline = time.monotonic() + limit
        while True:
            left = deadline - time.monotonic()
            reply, _ = decode_reply(child.receive(left, self._beat), CUTTING)
            match reply:
                case Cuttings() if left > 0:
                    cuts.take(reply)
                    self._beat()
                case Done():
                    return cuts.passages
                case Failed():
                    return None
                case _:
                    raise ProcessDied("it sent a reply that nobody asked for, or was too slow")

    def _take_failure(self, failure: Failed) -> None:
        """A file that is locked or damaged ends here; any other failure is a stop."""
        if failure.code == "memory":
            raise ProcessDied("it needed too much memory")
        if self._found.total:
            raise ProcessDied(clip(failure.detail, MAX_TITLE))
        if failure.code == "damaged":
            self._found.trouble = Damaged(clip(failure.detail, MAX_TITLE), self._name)
        elif self._password:
            message = f"The password does not open {self._name}. Try another one."
            self._found.trouble = Locked(message, self._name)
        else:
            message = f"{self._name} needs a password. Enter it to add the file."
            self._found.trouble = Locked(message, self._name)

    def _try_again(self, ended: Child) -> bool:
        """Whether the next child is to do the same as the one that ended."""
        found = self._found
        place = (len(found.structures), found.total, len(found.pages))
        found.ends = found.ends + 1 if place == found.place else 1
        found.place = place
        return found.ends <= (KILLS if ended.killed_by_others else CRASHES)

    def _go_around(self, stop: ProcessDied, started: float) -> None:
        """Decide what the next child is to leave out."""
        found = self._found
        if found.finished:
            return
        if not found.total:
            found.trouble = stop
        elif found.facts is None:
            found.structures = found.structures[1:]
            found.trouble = None if found.structures else stop
        else:
            self._skip_page(stop, started)

    def _skip_page(self, stop: ProcessDied, started: float) -> None:
        """Leave out the page that stopped a child, and the rest if that happens often."""
        found = self._found
        found.stops += 1
        if self._time_left(started) <= 0:
            found.give_up("not read: the file took too long")
            return
        found.add_unreadable(f"this page stopped the reader: {stop.message}")
        if found.stops > self._limits.bad_pages:
            found.give_up("not read: too many pages before stopped the reader")

    def _time_left(self, started: float) -> float:
        limit = self._limits.file + self._limits.each_page * self._found.total
        return started + limit - time.monotonic()

    def _beat(self) -> None:
        if self._on_page is not None:
            self._on_page(len(self._found.pages), self._found.total)


def decode_reply(untrusted: tuple[bytes, bytes], request_id: int) -> tuple[Reply, bytes]:
    """A reply whose types and caps hold, and that answers this request.

    Its values may still contradict each other. Raises ProcessDied.
    """
    try:
        reply = _DECODER.decode(untrusted[0])
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProcessDied("it sent a reply that makes no sense") from error
    if reply.id != request_id:
        raise ProcessDied("it answered another question")
    return reply, untrusted[1]


def _structures(library: TextSource) -> tuple[Structure, ...]:
    """What to ask for bookmarks and labels: first choice first, then without them."""
    if library is TextSource.PYPDF:
        return "pypdf", "none"
    return "both", "pdfium", "pypdf", "none"


def _extraction(found: Findings, source: TextSource) -> Extraction:
    facts = found.facts
    assert facts is not None
    labels = [*facts.labels, *[None] * found.total]
    pages = tuple(
        replace(page, label=label and clip(label, MAX_LABEL))
        for page, label in zip(found.pages, labels, strict=False)
    )
    notes = [clip(note, MAX_TITLE) for note in facts.notes] + found.notes
    if found.structures == ("none",):
        notes.append(NO_STRUCTURE)
    if source is TextSource.PYPDF:
        notes.append(SECOND_LIBRARY)
    return Extraction(pages, outline_of(facts), clip(facts.title, MAX_TITLE), source, tuple(notes))
