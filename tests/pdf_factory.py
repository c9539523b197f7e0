"""Tiny real PDFs, made on the spot: pure functions that return a file's bytes.

``text_pdf`` and its kin are typeset with reportlab; ``raw_pdf`` writes the objects as they
are given, for what no honest program would write.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw
from pypdf import PdfWriter
from pypdf.generic import RectangleObject
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 612.0, 792.0
"""Points of every page here, before it is turned or cropped."""

LEASE = (
    "1. Term. The lease begins on 1 March 2024 and runs for five years.",
    "2. Rent. The tenant pays 1,200 euros on the first day of each month.",
    "3. Notice. Either party may end the lease with three months' notice.",
)
"""Three lines for tests that need some text and do not care which."""


def text_pdf(
    *pages: str | Sequence[str],
    title: str = "",
    outline: Sequence[tuple[int, str, int]] = (),
    size: float = 12,
) -> bytes:
    """One page for each argument, a string or lines; "" makes a blank page.

    ``outline`` holds (level, title, page), page from 1.
    """
    buffer = io.BytesIO()
    canvas = _canvas(buffer, title)
    for number, lines in enumerate(pages or (LEASE,), start=1):
        for level, words, page in outline:
            if page == number:
                canvas.bookmarkPage(f"{words}{page}")
                canvas.addOutlineEntry(words, f"{words}{page}", level)
        _write(canvas, [lines] if isinstance(lines, str) else lines, 72, size)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def two_column_pdf(left: Sequence[str], right: Sequence[str]) -> bytes:
    """One page with two columns of lines."""
    buffer = io.BytesIO()
    canvas = _canvas(buffer)
    _write(canvas, left, 54, 10)
    _write(canvas, right, 324, 10)
    canvas.save()
    return buffer.getvalue()


def hyphenated_pdf() -> bytes:
    """One page whose first line ends inside "termination", with a hyphen."""
    return text_pdf(["The landlord may give notice of ter-", "mination of the lease at once."])


def image_pdf(pages: int = 1) -> bytes:
    """Pages that are one big image each and have no text, as from a scanner."""
    buffer = io.BytesIO()
    canvas = _canvas(buffer)
    for _ in range(pages):
        canvas.drawImage(ImageReader(_scan()), 36, 36, WIDTH - 72, HEIGHT - 72)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def mixed_pdf() -> bytes:
    """Three pages: text, image only, blank."""
    return joined(text_pdf(LEASE), image_pdf(), text_pdf(""))


def joined(*files: bytes) -> bytes:
    """All pages of several files in one."""
    writer = PdfWriter()
    for data in files:
        writer.append(io.BytesIO(data))
    return _written(writer)


def labelled_pdf(pages: int = 4, front: int = 2) -> bytes:
    """Pages printed i, ii, ... for ``front`` of them, then 1, 2, ..."""
    writer = PdfWriter(clone_from=io.BytesIO(text_pdf(*(f"Page {n}" for n in range(pages)))))
    writer.set_page_label(0, front - 1, style="/r")
    writer.set_page_label(front, pages - 1, style="/D")
    return _written(writer)


def locked_pdf(password: str = "secret", algorithm: str = "AES-256") -> bytes:
    """A file that opens with a password alone."""
    return _encrypted(password, None, algorithm)


def owner_locked_pdf(algorithm: str = "AES-128") -> bytes:
    """A file that anyone may read and only its owner may change."""
    return _encrypted("", "owner", algorithm)


def turned_pdf(
    degrees: int = 90,
    crop: tuple[float, float, float, float] | None = None,
    lines: Sequence[str] = LEASE,
) -> bytes:
    """One page turned clockwise by /Rotate, with text that is upright as shown.

    ``crop`` is left, bottom, right, top in points of the page before it is turned.
    """
    buffer = io.BytesIO()
    canvas = _canvas(buffer)
    across, down = {0: (0, 0), 90: (0, -WIDTH), 180: (-WIDTH, -HEIGHT), 270: (-HEIGHT, 0)}[degrees]
    canvas.rotate(degrees)
    canvas.translate(across, down)
    _write(canvas, lines, 72, 12, WIDTH if degrees % 180 else HEIGHT)
    canvas.save()
    writer = PdfWriter(clone_from=buffer)
    page = writer.pages[0]
    page.rotate(degrees)
    if crop is not None:
        page.cropbox = RectangleObject(crop)
    return _written(writer)


def form_pdf(value: str = "Jane Doe") -> bytes:
    """One page with a text field into which someone typed."""
    buffer = io.BytesIO()
    canvas = _canvas(buffer)
    _write(canvas, ["Name of the tenant:"], 72, 12)
    canvas.acroForm.textfield(name="tenant", value=value, x=220, y=700, width=200, height=20)
    canvas.save()
    return buffer.getvalue()


def mapped_pdf(text: str, mapping: Mapping[str, str]) -> bytes:
    """One line whose font says that some letters mean other text.

    ``mapping`` gives UTF-16 units in hexadecimal: {"b": "D835DC00"} makes every b a bold
    A, {"b": "0000"} a glyph without text, {"b": "D835"} a lone surrogate.
    """
    entries = "".join(f"<{ord(letter):02X}> <{units}>\n" for letter, units in mapping.items())
    to_unicode = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
        "/CMapType 2 def 1 begincodespacerange <00> <FF> endcodespacerange\n"
        f"{len(mapping)} beginbfchar\n{entries}endbfchar endcmap end end"
    )
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    return raw_page(f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET", font, {6: stream(to_unicode)})


def damaged_pdf() -> bytes:
    """Starts like a PDF and holds nothing that any reader could use."""
    return b"%PDF-1.7\n" + b"this was a contract once\n" * 40


def cut_off_pdf() -> bytes:
    """A real file of which only the first half arrived."""
    whole = text_pdf(*[LEASE] * 3)
    return whole[: len(whole) // 2]


def endless_outline_pdf() -> bytes:
    """One page and a bookmark that comes after itself."""
    catalog = "<</Type/Catalog/Pages 2 0 R/Outlines 7 0 R>>"
    return raw_page(
        "BT /F1 12 Tf 72 700 Td (Text) Tj ET",
        more={
            1: catalog.encode(),
            7: b"<</Type/Outlines/First 8 0 R/Last 8 0 R/Count 1>>",
            8: b"<</Title(Again)/Parent 7 0 R/Next 8 0 R/First 8 0 R/Dest[3 0 R/Fit]>>",
        },
    )


def raw_page(content: str, font: bytes = b"", more: Mapping[int, bytes] | None = None) -> bytes:
    """A file of one page with this content stream and Helvetica as /F1."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        4: stream(content),
        5: font or b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    }
    return raw_pdf(objects | dict(more or {}))


def raw_pdf(objects: Mapping[int, bytes]) -> bytes:
    """A file of these objects, by number; object 1 is the catalog."""
    body = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, content in sorted(objects.items()):
        offsets[number] = len(body)
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start, size = len(body), max(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        kind = b"n" if number in offsets else b"f"
        body += b"%010d 00000 %s \n" % (offsets.get(number, 0), kind)
    body += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(body)


def stream(content: str | bytes) -> bytes:
    """A stream object's body."""
    data = content.encode("latin-1") if isinstance(content, str) else content
    return b"<</Length %d>>\nstream\n%s\nendstream" % (len(data), data)


def _canvas(buffer: io.BytesIO, title: str = "") -> Canvas:
    canvas = Canvas(buffer, pagesize=(WIDTH, HEIGHT), invariant=1)
    canvas.setTitle(title)
    return canvas


def _write(
    canvas: Canvas, lines: Sequence[str], left: float, size: float, height: float = HEIGHT
) -> None:
    canvas.setFont("Helvetica", size)
    for row, line in enumerate(lines):
        canvas.drawString(left, height - 72 - row * 1.4 * size, line)


def _scan() -> Image.Image:
    """A grey page with a few dark bars where lines of text would be."""
    image = Image.new("L", (120, 160), 230)
    draw = ImageDraw.Draw(image)
    for top in range(20, 140, 12):
        draw.rectangle((15, top, 105, top + 4), fill=60)
    return image


def _encrypted(user: str, owner: str | None, algorithm: str) -> bytes:
    writer = PdfWriter(clone_from=io.BytesIO(text_pdf(LEASE, title="Lease")))
    writer.encrypt(user, owner, algorithm=algorithm)
    return _written(writer)


def _written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    writer.close()
    return buffer.getvalue()
