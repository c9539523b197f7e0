"""Pages per second of our extraction against bare PDFium, and of two workers against one.

Usage: python tests/benchmarks/extraction.py [FOLDER]

Runs alternate, so that a busy machine slows both sides alike; each figure is the median
of five. "ours" is the whole work of the parser process on a file (opening it, text, sizes,
states, bookmarks, labels); "text alone" is the same work without bookmarks and labels,
which is what PDFium's figure should be held against.
"""

from __future__ import annotations

import logging
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from legaldesk import RESOURCES
from legaldesk.engine import pdfium
from legaldesk.engine.parser_child import Session
from legaldesk.engine.parser_messages import Extract, Structure
from legaldesk.engine.parser_pool import ParserPool

ROUNDS = 5
Files = dict[str, bytes]


def main(arguments: Sequence[str]) -> int:
    """Measure and print; returns the exit status."""
    logging.disable(logging.CRITICAL)
    folder = Path(arguments[0]) if arguments else RESOURCES / "samples"
    files = {path.name: path.read_bytes() for path in sorted(folder.rglob("*.pdf"))}
    if not files:
        print(f"No PDFs in {folder}.")
        return 1
    pages = sum(bare(data) for data in files.values())
    print(f"{len(files)} files, {pages:,} pages, median of {ROUNDS}\n")
    in_one_process(files, pages)
    in_workers(files, pages)
    print(f"\npages read character by character: {by_character(files)} of {pages:,}")
    return 0


def in_one_process(files: Files, pages: int) -> None:
    """One process: bare PDFium, our text alone, and all of our extraction."""
    speeds = alternate(
        {
            "pypdfium2 get_text_range": lambda: each(files, bare),
            "ours, text alone": lambda: each(files, lambda data: ours(data, "none")),
            "ours, with bookmarks and labels": lambda: each(files, lambda data: ours(data, "both")),
        },
        pages,
    )
    table("one process", speeds)


def in_workers(files: Files, pages: int) -> None:
    """Parser processes that are already running: one against two."""
    pools = {"one worker": ParserPool(1), "two workers": ParserPool(2)}
    try:
        speeds = alternate(
            {name: lambda pool=pool: through(pool, files) for name, pool in pools.items()}, pages
        )
    finally:
        for pool in pools.values():
            pool.close()
    table("parser processes", speeds)


def alternate(runs: dict[str, Callable[[], object]], pages: int) -> dict[str, float]:
    """Pages per second of each run, the median of ROUNDS turns after one to warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(ROUNDS + 1):
        for name, run in runs.items():
            started = time.perf_counter()
            run()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {name: pages / statistics.median(taken) for name, taken in seconds.items()}


def table(title: str, speeds: dict[str, float]) -> None:
    """Print speeds and their ratio to the first."""
    first = next(iter(speeds.values()))
    print(f"{title:34}{'pages/s':>10}{'ratio':>8}")
    for name, speed in speeds.items():
        print(f"  {name:32}{speed:10.0f}{speed / first:8.2f}")


def each(files: Files, read: Callable[[bytes], object]) -> None:
    """Read every file once."""
    for data in files.values():
        read(data)


def bare(data: bytes) -> int:
    """The text of every page by pypdfium2 and nothing else; returns the number of pages."""
    document = pypdfium2.PdfDocument(data)
    for page in document:
        textpage = page.get_textpage()
        textpage.get_text_range()
        textpage.close()
        page.close()
    pages = len(document)
    document.close()
    return pages


def ours(data: bytes, structure: Structure) -> None:
    """What the parser process does with one file, without the pipes."""
    for _ in Session().answer(Extract(1, "pdfium", structure), data):
        pass


def through(pool: ParserPool, files: Files) -> None:
    """Every file through the pool, from two threads."""
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda name: pool.extract(files[name], name), files))


def by_character(files: Files) -> int:
    """How many pages could not be read in bulk."""
    found = 0
    for data in files.values():
        document = pdfium.open_document(data)
        for number in range(1, len(document) + 1):
            with pdfium.opened_page(document, number) as page:
                found += pdfium.page_characters(pdfium.text_page(page)).one_by_one
        document.close()
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
