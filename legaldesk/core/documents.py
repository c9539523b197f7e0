"""Documents, their pages, and what became of each file that was dropped."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

GAP = "\uffff"
"""Stands in a page's text where PDFium counts a character that has no text of its own.

A page's text has exactly one code point per PDFium character index, so that a range of
it is a range of PDFium's. The second half of a non-BMP character and an unmapped glyph
become this noncharacter; readers drop it.
"""

SOFT_HYPHEN = "\x02"
"""PDFium's mark for a hyphen at the end of a line."""


class TextSource(StrEnum):
    """Which library read a document's text; only pdfium's ranges can be highlighted."""

    PDFIUM = "pdfium"
    PYPDF = "pypdf"
    OCR = "ocr"


class PageState(StrEnum):
    """What became of one page."""

    TEXT = "text"
    BLANK = "blank"
    IMAGE = "image"
    UNREADABLE = "unreadable"


class FileState(StrEnum):
    """What became of one file. The first is waiting, the others are final."""

    QUEUED = "queued"
    IMPORTED = "imported"
    PARTLY = "partly"
    DUPLICATE = "duplicate"
    LOCKED = "locked"
    DAMAGED = "damaged"
    EMPTY = "empty"
    UNSUPPORTED = "unsupported"
    CANCELLED = "cancelled"

    @property
    def good(self) -> bool:
        """Whether the file is in the library with all of its text."""
        return self in (FileState.IMPORTED, FileState.DUPLICATE)


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One bookmark: its depth (0 is top), title and page (from 1)."""

    level: int
    title: str
    page: int


@dataclass(frozen=True, slots=True)
class PageText:
    """One page as extracted.

    ``text`` has one code point per character index of its source (see GAP). Sizes are
    points of the page as shown, that is after its own rotation.
    """

    number: int
    text: str
    width: float = 612.0
    height: float = 792.0
    label: str | None = None
    state: PageState = PageState.TEXT
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that a parser found in one PDF."""

    pages: tuple[PageText, ...]
    outline: tuple[OutlineEntry, ...] = ()
    title: str = ""
    source: TextSource = TextSource.PDFIUM
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """One stored document, as lists show it."""

    id: str
    name: str
    title: str
    pages: int
    pages_without_text: tuple[int, ...]
    passages: int
    passages_with_meaning: int
    language: str
    text_source: TextSource
    state: FileState
    reason: str
    matters: tuple[str, ...]
    added: str
    size: int
    path: str
    referenced: bool


@dataclass(frozen=True, slots=True)
class PageProblem:
    """A page that cannot be searched, and why."""

    page: int
    state: PageState
    reason: str


@dataclass(frozen=True, slots=True)
class DocumentDetails:
    """What the details side of the documents view shows."""

    document: Document
    outline: tuple[OutlineEntry, ...]
    labels: tuple[str | None, ...]
    sizes: tuple[tuple[float, float], ...]
    problems: tuple[PageProblem, ...]


@dataclass(frozen=True, slots=True)
class Matter:
    """A wall around documents: search and import stay inside the current one.

    Its labels are trained on only when it ``may_train``. ``number`` stays when its name does not;
    0 where it is not known.
    """

    name: str
    documents: int = 0
    locked_out_of_all: bool = False
    may_train: bool = False
    number: int = field(default=0, compare=False)


def shown_name(name: str) -> str:
    """A matter's name in one form of Unicode's, without what cannot be seen."""
    shown = (char for char in unicodedata.normalize("NFC", name) if char.isprintable())
    return " ".join("".join(shown).split())


def matter_key(name: str) -> str:
    """What is equal where two names mean one matter: what is shown of them, in whatever case."""
    return shown_name(name).casefold()


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """The one final state of one dropped file, with a plain reason.

    ``seconds`` is wall time of this file's own work. ``duplicate_of`` names the document
    that holds the same bytes.
    """

    file: str
    state: FileState
    reason: str = ""
    document_id: str | None = None
    pages: int = 0
    passages: int = 0
    pages_without_text: tuple[int, ...] = ()
    seconds: float = 0.0
    matter: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import did: one outcome per file, in the order given."""

    outcomes: tuple[FileOutcome, ...]
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Dependents:
    """What goes with a document or matter when it is removed; shown before asking.

    ``runs`` counts the training runs that learned from it and ``models`` names those of their
    models that were adopted: they stay, marked, until the user deletes them.
    """

    name: str
    documents: tuple[str, ...]
    kept_elsewhere: tuple[str, ...]
    passages: int
    stored_bytes: int
    import_records: int
    labels: int = 0
    runs: int = 0
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``verify``: what was checked, whether it holds, and what to do."""

    check: str
    ok: bool
    detail: str
    repaired: bool = False
