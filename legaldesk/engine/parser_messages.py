"""What the parser process and its pool say to each other, and the caps both keep to.

The caps are part of the types: a reply that breaks one does not decode.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from legaldesk.core.confinement import Confinement

MAX_FILE = 640 << 20
"""Bytes of one PDF."""
MAX_PAGES = 20_000
MAX_CHARACTERS = 2_000_000
"""Characters of one page."""
MAX_PAGE_BYTES = 4 * MAX_CHARACTERS
MAX_TEXT = 50_000_000
"""Characters of one document."""
MAX_OUTLINE = 20_000
MAX_DEPTH = 32
MAX_TITLE = 500
MAX_LABEL = 64
MAX_PATH = 60
"""Headings above a passage."""
CUTTINGS = 200
"""Passages in one reply."""
MAX_NOTES = 20
MAX_SIDE = 1_000_000.0
"""Points of a page's width or height."""
MAX_PIXELS = 24_000_000
"""Pixels of one page image."""
MAX_SPANS = 500
MAX_BOXES = 20_000
MAX_WORDS = 20_000
"""Words of one page that can be pointed at."""

Library = Literal["pdfium", "pypdf"]
Structure = Literal["both", "pdfium", "pypdf", "none"]
"""Who is asked for bookmarks, labels and title; "both" means PDFium, and pypdf where that may tell
more."""
Number = Annotated[int, Meta(ge=1, le=MAX_PAGES)]
Side = Annotated[float, Meta(gt=0, le=MAX_SIDE)]
Title = Annotated[str, Meta(max_length=MAX_TITLE)]
Label = Annotated[str, Meta(max_length=MAX_LABEL)]
Coordinate = Annotated[float, Meta(ge=-MAX_SIDE, le=MAX_SIDE)]


class Extract(Struct, tag="extract", tag_field="kind", frozen=True):
    """Read all pages from ``first`` on. Raw: the PDF."""

    id: int
    library: Library
    structure: Structure
    first: Number = 1
    password: str | None = None


class Cut(Struct, tag="cut", tag_field="kind", frozen=True):
    """Cut what was read last into passages of at most ``limit`` tokens by this tokenizer."""

    id: int
    language: str
    limit: int
    tokenizer: str


class Open(Struct, tag="open", tag_field="kind", frozen=True):
    """Keep a document open for viewing under a key. Raw: the PDF."""

    id: int
    key: str
    password: str | None = None


class Render(Struct, tag="render", tag_field="kind", frozen=True):
    """Draw a page at ``scale`` pixels per point."""

    id: int
    key: str
    page: int
    scale: Annotated[float, Meta(gt=0, le=64)]


class Locate(Struct, tag="boxes", tag_field="kind", frozen=True):
    """Find the line boxes of spans: (page, start, end)."""

    id: int
    key: str
    spans: Annotated[list[tuple[int, int, int]], Meta(max_length=MAX_SPANS)]


class Spell(Struct, tag="spell", tag_field="kind", frozen=True):
    """Find the words of a page."""

    id: int
    key: str
    page: int


class Close(Struct, tag="close", tag_field="kind", frozen=True):
    """Forget an open document."""

    id: int
    key: str


class Inspect(Struct, tag="inspect", tag_field="kind", frozen=True):
    """Say how closely the process is confined."""

    id: int


Request = Extract | Cut | Open | Render | Locate | Spell | Close | Inspect


class Counted(Struct, tag="counted", tag_field="kind", frozen=True):
    """The file opens and has so many pages; more than MAX_PAGES are left out."""

    id: int
    pages: Annotated[int, Meta(ge=1, le=1 << 31)]


class Facts(Struct, tag="facts", tag_field="kind", frozen=True):
    """What a document says of itself. ``outline`` holds (level, title, page)."""

    id: int
    title: Title = ""
    outline: Annotated[
        list[tuple[Annotated[int, Meta(ge=0, le=MAX_DEPTH)], Title, Number]],
        Meta(max_length=MAX_OUTLINE),
    ] = []
    labels: Annotated[list[Label | None], Meta(max_length=MAX_PAGES)] = []
    notes: Annotated[list[Title], Meta(max_length=MAX_NOTES)] = []


class Page(Struct, tag="page", tag_field="kind", frozen=True):
    """One page. Raw: its text in UTF-8."""

    id: int
    number: Number
    width: Side
    height: Side
    state: Literal["text", "blank", "image", "unreadable"]
    reason: Title = ""


Place = Annotated[int, Meta(ge=0, le=MAX_CHARACTERS)]


Cutting = tuple[
    Annotated[list[tuple[Number, Place, Place]], Meta(min_length=1)],
    Annotated[list[Title], Meta(max_length=MAX_PATH)],
    Annotated[str, Meta(min_length=1)],
    Annotated[int, Meta(ge=0)],
    Annotated[str, Meta(max_length=20)],
]
"""A passage: its spans as page, start and end; heading path; body; tokens; where it was cut."""


class Cuttings(Struct, tag="cuttings", tag_field="kind", frozen=True):
    """The next passages of what is cut."""

    id: int
    passages: Annotated[list[Cutting], Meta(min_length=1, max_length=CUTTINGS)]


class Image(Struct, tag="image", tag_field="kind", frozen=True):
    """A page image. Raw: RGB888 rows without padding."""

    id: int
    width: Annotated[int, Meta(ge=1, le=MAX_PIXELS)]
    height: Annotated[int, Meta(ge=1, le=MAX_PIXELS)]
    scale: Annotated[float, Meta(gt=0, le=64)]


class Located(Struct, tag="located", tag_field="kind", frozen=True):
    """For each page asked about: (page, line boxes as left, top, right, bottom)."""

    id: int
    pages: Annotated[
        list[
            tuple[
                int,
                Annotated[
                    list[tuple[Coordinate, Coordinate, Coordinate, Coordinate]],
                    Meta(max_length=MAX_BOXES),
                ],
            ]
        ],
        Meta(max_length=MAX_SPANS),
    ]


class Spelt(Struct, tag="spelt", tag_field="kind", frozen=True):
    """The words of a page: (start, end, left, top, right, bottom)."""

    id: int
    words: Annotated[
        list[tuple[Place, Place, Coordinate, Coordinate, Coordinate, Coordinate]],
        Meta(max_length=MAX_WORDS),
    ]


class Inspected(Struct, tag="inspected", tag_field="kind", frozen=True):
    """The level that the process reached when it confined itself."""

    id: int
    confinement: Confinement


class Done(Struct, tag="done", tag_field="kind", frozen=True):
    """The request is finished."""

    id: int


class Failed(Struct, tag="failed", tag_field="kind", frozen=True):
    """The request cannot be carried out.

    "locked": a password is missing or wrong. "protected": no password helps. "memory":
    the memory limit was hit. "damaged": anything else that the file is to blame for.
    """

    id: int
    code: Literal["locked", "protected", "damaged", "memory"]
    detail: Annotated[str, Meta(max_length=MAX_TITLE)] = ""


Reply = Counted | Facts | Page | Cuttings | Image | Located | Spelt | Inspected | Done | Failed


def clip(text: str, length: int) -> str:
    """Text for one line of the screen: no controls or lone surrogates, ``length`` at most."""
    visible = "".join(character if character.isprintable() else " " for character in text[:4096])
    joined = " ".join(visible.split())
    return joined if len(joined) <= length else joined[: length - 1] + "…"
