"""PDFium's text has one code point per index, and its boxes lie where the ink is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import NameObject, NumberObject, RectangleObject

from legaldesk.core.documents import GAP, SOFT_HYPHEN, OutlineEntry, PageState
from legaldesk.core.errors import Damaged, Locked
from legaldesk.core.hits import Box, PageImage
from legaldesk.engine import pdf_structure, pdfium, pdfium_view
from legaldesk.engine.parser_messages import MAX_PIXELS
from tests import pdf_factory as pdf


@contextmanager
def first_page(data: bytes) -> Iterator[tuple[Any, Any]]:
    document = pdfium.open_document(data)
    try:
        with pdfium.opened_page(document, 1) as page:
            yield page, pdfium.text_page(page)
    finally:
        document.close()


def read(data: bytes, number: int = 1) -> Any:
    document = pdfium.open_document(data)
    try:
        return pdfium.read_page(document, number)
    finally:
        document.close()


@pytest.mark.parametrize(
    ("units", "text", "one_by_one"),
    [
        ("0062", "abc abc", False),
        ("D835DC00", f"a\U0001d400{GAP}c a\U0001d400{GAP}c", True),
        ("D835DC00D835DC01", f"a\U0001d400{GAP}\U0001d401{GAP}c", True),
        ("D835", f"a{GAP}c a{GAP}c", True),
        ("DC00", f"a{GAP}c a{GAP}c", True),
        ("0000", f"a{GAP}c a{GAP}c", False),
        ("0002", f"a{GAP}c a{GAP}c", True),
        ("0003", f"a{GAP}c a{GAP}c", True),
        ("FFFE", f"a{GAP}c a{GAP}c", True),
        ("FB01", "afic afic", False),
        ("FFFD", "a\ufffdc a\ufffdc", False),
    ],
)
def test_every_index_has_one_code_point(units: str, text: str, one_by_one: bool) -> None:
    with first_page(pdf.mapped_pdf("abc abc", {"b": units})) as (_, textpage):
        found = pdfium.page_characters(textpage)

        assert found.text.startswith(text)
        assert len(found.text) == textpage.count_chars()
        assert found.one_by_one is one_by_one
        assert found.text.encode()


@pytest.mark.parametrize("units", ["0062", "D835DC00", "0000", "0003", "FB01", "05D0"])
def test_any_range_is_pdfiums_own_range(units: str) -> None:
    with first_page(pdf.mapped_pdf("abc abcb bb", {"b": units})) as (_, textpage):
        text = pdfium.page_characters(textpage).text
        pairs = {index for index, mark in enumerate(text) if mark == GAP and text[index - 1] > GAP}

        for start in set(range(len(text))) - pairs:
            for end in set(range(start + 1, len(text) + 1)) - pairs:
                theirs = textpage.get_text_range(start, end - start).replace("\ufffe", "")
                assert text[start:end].replace(GAP, "") == theirs


def test_a_line_end_hyphen_keeps_its_mark() -> None:
    page = read(pdf.hyphenated_pdf())

    assert f"notice of ter{SOFT_HYPHEN}mination of the lease" in page.text


@pytest.mark.parametrize(
    ("data", "state", "reason"),
    [
        (pdf.text_pdf(), PageState.TEXT, ""),
        (pdf.text_pdf(""), PageState.BLANK, "blank"),
        (pdf.image_pdf(), PageState.IMAGE, "scanned"),
        (pdf.raw_page("0 0 m 9 9 l S\n" * 60), PageState.IMAGE, "drawing"),
        (pdf.mapped_pdf("ab", {"a": "0000", "b": "0000"}), PageState.IMAGE, "fonts"),
    ],
)
def test_a_page_says_what_became_of_it(data: bytes, state: PageState, reason: str) -> None:
    page = read(data)

    assert page.state is state
    assert reason in page.reason


def test_a_page_that_is_not_there_is_unreadable() -> None:
    page = read(pdf.text_pdf(), number=9)

    assert page.state is PageState.UNREADABLE
    assert page.reason


def test_sizes_are_those_of_the_page_as_shown() -> None:
    page = read(pdf.turned_pdf(90, crop=(0, 100, 500, 792)))

    assert (page.width, page.height) == (692, 500)


def test_a_password_is_asked_for_only_where_it_is_needed() -> None:
    pdfium.open_document(pdf.owner_locked_pdf()).close()
    pdfium.open_document(pdf.owner_locked_pdf(), "of another file").close()
    pdf_structure.open_reader(pdf.owner_locked_pdf(), "of another file")
    pdfium.open_document(pdf.locked_pdf("säcret"), "säcret").close()

    with pytest.raises(Locked):
        pdfium.open_document(pdf.locked_pdf())
    with pytest.raises(Damaged):
        pdfium.open_document(pdf.damaged_pdf())


OUTLINE = [(0, "Lease", 1), (1, "Term", 1), (1, "Rent", 2), (0, "Annex", 3)]


def test_both_libraries_read_the_same_outline_labels_and_title() -> None:
    data = pdf.text_pdf("a", "b", "c", title="Lease", outline=OUTLINE)
    document = pdfium.open_document(data)
    structure = pdf_structure.read_structure(pdf_structure.open_reader(data), 3)

    assert pdfium.outline(document, 3) == structure.outline
    assert structure.outline == [OutlineEntry(*entry) for entry in OUTLINE]
    assert pdfium.title(document) == structure.title == "Lease"
    assert pdfium.labels(document, 3) == [None] * 3
    assert structure.labels == []
    document.close()


def test_both_libraries_read_printed_labels() -> None:
    data = pdf.labelled_pdf(pages=4, front=2)
    document = pdfium.open_document(data)

    theirs = pdf_structure.read_structure(pdf_structure.open_reader(data), 4).labels

    assert pdfium.labels(document, 4) == theirs == ["i", "ii", "1", "2"]
    document.close()


def test_an_endless_outline_ends() -> None:
    data = pdf.endless_outline_pdf()

    structure = pdf_structure.read_structure(pdf_structure.open_reader(data), 1)

    assert structure.outline == [OutlineEntry(0, "Again", 1)]


def test_what_was_typed_into_a_form_is_noted() -> None:
    reader = pdf_structure.open_reader(pdf.form_pdf("Jane Doe"))

    structure = pdf_structure.read_structure(reader, 1)

    assert structure.notes == [pdf_structure.FORM_FILLED]


def test_pypdf_reads_pages_too() -> None:
    reader = pdf_structure.open_reader(pdf.mixed_pdf())

    states = [pdf_structure.read_page(reader, number).state for number in (1, 2, 3, 4)]

    assert states == [PageState.TEXT, PageState.IMAGE, PageState.BLANK, PageState.UNREADABLE]


@pytest.mark.parametrize("crop", [None, (20, 30, 600, 780)])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_boxes_lie_exactly_where_the_ink_is(
    degrees: int, crop: tuple[float, float, float, float] | None
) -> None:
    with first_page(pdf.turned_pdf(degrees, crop)) as (page, textpage):
        image = pdfium_view.render(page, 2.0)
        boxes = pdfium_view.line_boxes(page, textpage, [(0, textpage.count_chars())])

        assert len(boxes) == len(pdf.LEASE)
        assert all(ink_inside(image, box) > 100 for box in boxes)
        assert ink(image) == sum(ink_inside(image, box) for box in boxes)


def ink_inside(image: PageImage, box: Box) -> int:
    """Dark pixels in a box, with one pixel around it for smoothing."""
    left, right = (round(image.scale * side) for side in (box.left, box.right))
    top, bottom = (round(image.scale * side) for side in (box.top, box.bottom))
    rows = range(max(0, top - 1), min(image.height, bottom + 1))
    return sum(ink_in_row(image, row, max(0, left - 1), right + 1) for row in rows)


def ink(image: PageImage) -> int:
    return sum(ink_in_row(image, row, 0, image.width) for row in range(image.height))


def ink_in_row(image: PageImage, row: int, left: int, right: int) -> int:
    start = 3 * row * image.width
    return sum(shade < 128 for shade in image.rgb[start + 3 * left : start + 3 * right : 3])


def test_a_highlight_covers_the_passage_and_nothing_else() -> None:
    data = pdf.two_column_pdf(["left one", "left two"], ["right one", "right two"])
    with first_page(data) as (page, textpage):
        start = pdfium.page_characters(textpage).text.index("two")
        span = (start, start + len("two\r\nright"))
        boxes = pdfium_view.line_boxes(page, textpage, [span])

        found = pdfium_view.read_back(page, textpage, span, boxes)

    assert len(boxes) == 2
    assert found == pdfium_view.ReadBack(expected=8, inside=8, foreign=0)


CROPPED = (
    "BT /F1 12 Tf 1 0 0 1 72 700 Tm (shown) Tj 1 0 0 1 72 90 Tm (cropped) Tj "
    "1 0 0 1 -400 650 Tm (beside) Tj 1 0 0 1 3000000 600 Tm (absurd) Tj ET"
)


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_text_that_is_cropped_away_has_no_place_on_the_page(degrees: int) -> None:
    writer = PdfWriter(clone_from=BytesIO(turned_by(degrees, pdf.raw_page(CROPPED))))
    writer.pages[0].cropbox = RectangleObject((20, 400, 600, 780))
    written = BytesIO()
    writer.write(written)

    with first_page(written.getvalue()) as (page, textpage):
        text = pdfium.page_characters(textpage).text
        words = pdfium_view.words(page, textpage)
        boxes = pdfium_view.line_boxes(page, textpage, [(0, len(text))])
        shown = pdfium_view.line_boxes(page, textpage, [(words[0].start, words[0].end)])

    assert [text[word.start : word.end] for word in words] == ["shown"]
    assert boxes == shown and "cropped" in text and "absurd" in text


SIDEWAYS = "BT /F1 12 Tf 0 1 -1 0 300 100 Tm (2. Rent. The tenant) Tj 0 -40 Td (pays.) Tj ET"


def turned_by(degrees: int, data: bytes) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(data))
    writer.pages[0][NameObject("/Rotate")] = NumberObject(degrees)
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pdf.raw_page(SIDEWAYS),
        turned_by(180, pdf.raw_page(SIDEWAYS)),
        turned_by(450, pdf.text_pdf(["2. Rent. The tenant", "pays."])),
        turned_by(-90, pdf.text_pdf(["2. Rent. The tenant", "pays."])),
        turned_by(90, pdf.raw_page(SIDEWAYS)),  # upright as shown
    ],
)
def test_words_set_sideways_are_words_and_no_letters(data: bytes) -> None:
    with first_page(data) as (page, textpage):
        text = pdfium.page_characters(textpage).text

        words = pdfium_view.words(page, textpage)

        found = [text[word.start : word.end] for word in words]
        assert sorted(found) == ["2.", "Rent.", "The", "pays.", "tenant"]
        assert all(covers(word.box, page, textpage, word.start, word.end) for word in words)


@pytest.mark.parametrize("degrees", [0, 90, 270])
def test_lines_set_sideways_have_one_box_each(degrees: int) -> None:
    lines = "0 1 -1 0 300 100 Tm (The tenant) Tj 0 1 -1 0 314 100 Tm (pays. And the) Tj"
    data = turned_by(degrees, pdf.raw_page(f"BT /F1 12 Tf {lines} ET"))
    with first_page(data) as (page, textpage):
        text = pdfium.page_characters(textpage).text
        start, end = text.index("The"), text.index("pays.") + len("pays.")

        boxes = pdfium_view.line_boxes(page, textpage, [(start, end)])
        found = pdfium_view.read_back(page, textpage, (start, end), boxes)

    assert len(boxes) == 2
    assert found.inside == found.expected and found.foreign == 0


def covers(box: Box, page: Any, textpage: Any, start: int, end: int) -> bool:
    """Whether a word's box holds all of its letters and no letter of another word."""
    found = pdfium_view.read_back(page, textpage, (start, end), [box])
    return found.inside == found.expected and found.foreign == 0


def test_ranges_outside_the_page_have_no_boxes() -> None:
    with first_page(pdf.text_pdf()) as (page, textpage):
        assert pdfium_view.line_boxes(page, textpage, [(10**6, 10**7), (5, 5), (9, 2)]) == []


def test_an_image_is_rgb_without_padding_and_never_too_large() -> None:
    with first_page(pdf.raw_page("1 0 0 rg 0 0 612 792 re f")) as (page, _):
        small, huge = pdfium_view.render(page, 0.5), pdfium_view.render(page, 64)

    assert (small.width, small.height, small.scale) == (306, 396, 0.5)
    assert small.rgb == b"\xff\0\0" * (306 * 396)
    assert huge.scale < 64
    assert huge.width * huge.height <= MAX_PIXELS
