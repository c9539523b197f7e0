"""Pages per second of our extraction beside bare PDFium, and of two workers beside one.

    python3 packaging/dev.py bench extraction [FOLDER_OR_FILE ...] [--rounds N]

Each argument is measured by itself (the samples unless one is given), so that a folder of
contracts and one large statute stand apart. In each round the contestants take turns over
the same files, and a ratio is the median over the rounds of the ratios within a round. In
one process:

    pypdfium2           PdfDocument, get_textpage and get_text_range for every page
    ours, text          what the parser process does on a file, bookmarks and labels left out:
                        opening, text with one code point for each index, sizes, states, replies
    ours, all           the same with bookmarks, printed labels and the title, by pypdf where it
                        is better at them

Then the pool of parser processes, which are running already: one worker beside two, each
with as many threads that hand it files as it has workers, all facts included. And what this
machine gives to two processes at all: bare PDFium in one process and in two.
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pypdfium2
from _options import options_of
from _rounds import Taken, in_turns, machine, pdfs

from legaldesk import RESOURCES
from legaldesk.engine import pdfium
from legaldesk.engine.parser_child import Session
from legaldesk.engine.parser_messages import Extract, Structure
from legaldesk.engine.parser_pool import ParserPool

Files = dict[str, bytes]


def main() -> None:
    """Measure and print a table for each argument."""
    parser = options_of(__doc__)
    parser.add_argument("sources", nargs="*", type=Path, default=[RESOURCES / "samples"])
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    print(f"{machine()}; medians of {options.rounds} rounds")
    for source in options.sources:
        paths = [source] if source.is_file() else pdfs(source)
        if not paths:
            parser.error(f"there are no PDFs in {source}")
        one_source(source.name, {str(path): path.read_bytes() for path in paths}, options.rounds)


def one_source(name: str, files: Files, rounds: int) -> None:
    """The two tables of one folder or file."""
    pages = sum(bare(data) for data in files.values())
    single = by_character(files)
    print(f"\n{name}: {len(files)} files, {pages:,} pages, {single:,} of them read one by one")
    print(f"{'':24}{'pages/s':>10}{'ratio':>8}")
    show(in_one_process(files, rounds), pages)
    if len(files) > 1:
        show(in_workers(files, rounds), pages)
        show(in_processes(files, rounds), pages)


def in_one_process(files: Files, rounds: int) -> Taken:
    """Bare PDFium, our text alone, and all of our extraction."""
    return in_turns(
        {
            "pypdfium2": lambda: each(files, bare),
            "ours, text": lambda: each(files, lambda data: ours(data, "none")),
            "ours, all": lambda: each(files, lambda data: ours(data, "both")),
        },
        rounds,
        warm_ups=1,
    )


def in_workers(files: Files, rounds: int) -> Taken:
    """Parser processes that are already running: one against two."""
    one, two = ParserPool(1), ParserPool(2)
    try:
        runs = {
            "one worker": lambda: through(one, 1, files),
            "two workers": lambda: through(two, 2, files),
        }
        return in_turns(runs, rounds, warm_ups=1)
    finally:
        one.close()
        two.close()


def in_processes(files: Files, rounds: int) -> Taken:
    """Bare PDFium in processes that are already running: one against two."""
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, fresh) as one, ProcessPoolExecutor(2, fresh) as two:
        runs = {
            "bare, one process": lambda: spread(one, files),
            "bare, two processes": lambda: spread(two, files),
        }
        return in_turns(runs, rounds, warm_ups=1)


def show(taken: Taken, pages: int) -> None:
    """A line for each contestant, with its ratio to the first one."""
    first = next(iter(taken.clock))
    for name in taken.clock:
        print(f"  {name:22}{pages / taken.median(name):10.0f}{taken.faster(name, first):8.2f}")


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
    for _ in Session("plain").answer(Extract(1, "pdfium", structure), data):
        pass


def through(pool: ParserPool, threads: int, files: Files) -> None:
    """Every file through the pool."""
    with ThreadPoolExecutor(threads) as readers:
        list(readers.map(lambda name: pool.extract(files[name], name), largest_first(files)))


def spread(processes: Executor, files: Files) -> None:
    """Every file by bare PDFium, its bytes sent along as the pool sends them."""
    list(processes.map(bare, [files[name] for name in largest_first(files)]))


def largest_first(files: Files) -> list[str]:
    """Their names, so that the last one keeps nobody waiting."""
    return sorted(files, key=lambda name: -len(files[name]))


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
    main()
