"""Read 200 sampled passages back through their highlight boxes, and check every passage's text.

    python3 packaging/dev.py bench highlights [PDFS]

Imports a folder (the samples unless one is given) into a library of its own. Every passage's
range is compared with its page's text, white space and left-out running lines aside; 200
sampled passages are read back from the page: the characters whose centres lie inside the
highlight's boxes must be those of the passage and no others.
"""

from __future__ import annotations

import random
import sqlite3
import sys
from pathlib import Path

import pypdfium2
from _desks import own_desk
from _options import options_of

from legaldesk import RESOURCES
from legaldesk.core.passages import Span
from legaldesk.engine import pdfium
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.pdfium_view import line_boxes, read_back
from legaldesk.engine.reader import spans_of
from legaldesk.tasks import care, documents, importing

SAMPLES = 200
SEED = 42


def main() -> int:
    """Import, check and print; the exit status is 1 when a bound is missed."""
    parser = options_of(__doc__)
    parser.add_argument("pdfs", nargs="?", type=Path, default=RESOURCES / "samples")
    pdfs = parser.parse_args().pdfs
    with own_desk() as desk:
        summary = importing.import_files(desk, (str(pdfs),), "Case", {})
        print(f"{len(summary.outcomes)} files in {summary.seconds:.1f} s")
        for finding in care.verify(desk):
            print(f"{'ok ' if finding.ok else 'BAD'} {finding.check}: {finding.detail}")
        rows = desk.reader.rows(
            "SELECT p.spans, d.sha256, d.name FROM passages p JOIN documents d ON d.id = document"
            " WHERE d.text_source = 'pdfium'"
        )
        chosen = random.Random(SEED).sample(rows, min(SAMPLES, len(rows)))
        good = sum(read_back_one(desk, row) for row in chosen)
    print(f"{good} of {len(chosen)} passages read back whole and alone ({good / len(chosen):.1%})")
    return 0 if good >= 0.99 * len(chosen) else 1


def read_back_one(desk: LocalDesk, row: sqlite3.Row) -> bool:
    """Whether a passage's boxes hold its visible characters and no others, on every page."""
    document = documents.document_details(desk, row["sha256"]).document
    opened = pdfium.open_document(desk.originals.load(document))
    try:
        return all(on_page(opened, span, row["name"]) for span in spans_of(row["spans"]))
    finally:
        opened.close()


def on_page(opened: pypdfium2.PdfDocument, span: Span, name: str) -> bool:
    """One page's part of a passage."""
    with pdfium.opened_page(opened, span.page) as page:
        textpage = pdfium.text_page(page)
        boxes = line_boxes(page, textpage, [(span.start, span.end)])
        found = read_back(page, textpage, (span.start, span.end), boxes)
        textpage.close()
    good = found.inside == found.expected and not found.foreign
    if not good:
        print(f"  {name} p. {span.page} [{span.start}:{span.end}]: {found}")
    return good


if __name__ == "__main__":
    sys.exit(main())
