"""How pages are cited, counted and printed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from legaldesk.core import citation
from legaldesk.core.documents import TextSource
from legaldesk.core.hits import Hit
from legaldesk.core.passages import Span


def hit(first: int, last: int, printed: str | None, printed_last: str | None) -> Hit:
    spans = tuple(Span(page, 0, 9) for page in range(first, last + 1))
    return Hit(
        1, 1.0, f"passage-{first}", "Lease.pdf", "id", (), ("7.2 Term",), first, printed, spans,
        "t", "t", TextSource.PDFIUM, 1.0, 0.0, "", last_label=printed_last,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pages", "printed", "cited"),
    [
        ((12, 12), ("9", "9"), "p. 12 (printed 9)"),
        ((12, 12), ("12", "12"), "p. 12"),
        ((12, 12), (None, None), "p. 12"),
        ((12, 13), ("9", "10"), "pp. 12-13 (printed 9-10)"),
        ((12, 14), ("ii", "1"), "pp. 12-14 (printed ii-1)"),
        ((12, 13), ("12", "A-1"), "pp. 12-13 (printed 12-A-1)"),
        ((12, 13), ("12", "13"), "pp. 12-13"),
        ((12, 13), ("9", "9"), "pp. 12-13 (printed 9)"),
        ((12, 13), ("9", None), "pp. 12-13 (printed 9)"),
        ((12, 13), (None, "10"), "pp. 12-13"),
    ],
)
def test_printed_numbers_stand_beside_the_counted_ones_where_they_differ(pages, printed, cited):
    assert citation.pages(hit(*pages, *printed)) == cited


def test_passages_read_as_one_are_cited_from_the_first_page_to_the_last():
    read_with_it = replace(hit(13, 14, "10", "11"), passage_id="after")
    joined = replace(hit(12, 13, "9", "10"), beside=(read_with_it,))

    assert citation.where(joined) == "Lease.pdf, 7.2 Term, pp. 12-14 (printed 9-11)"
