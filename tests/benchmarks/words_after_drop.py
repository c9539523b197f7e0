"""Seconds from dropping files until their words can be searched, as the window does it.

    python3 packaging/dev.py bench words_after_drop [FOLDER]

An engine process of its own imports a 20-page document and then FOLDER (the samples unless
one is given) into a fresh library; its model is loaded first, as in a window that has been
open for a minute. "reading" is the time until the last file is stored and found by a word
search; beside it bare PDFium reading the same files' text in this process, in the same run.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import pypdfium2

from legaldesk import RESOURCES
from legaldesk.core.hits import Scope
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import care, importing, searching

TWENTY_PAGES = RESOURCES / "samples" / "codi-procediment-civil-andorra-extracte.pdf"
WORD = "procediment"
ROUNDS = 3


def main(folder: Path) -> None:
    """Measure a few rounds and print each and the medians."""
    files = [path for path in sorted(folder.rglob("*")) if path.read_bytes()[:5] == b"%PDF-"]
    rounds = [one_round(folder, files) for _ in range(ROUNDS)]
    print(f"{'':>10}{'20 pages':>10}{f'{len(files)} files':>12}{'bare text':>11}{'ratio':>8}")
    for number, row in enumerate(rounds, 1):
        show(f"round {number}", row)
    show("median", tuple(statistics.median(column) for column in zip(*rounds, strict=True)))


def one_round(folder: Path, files: list[Path]) -> tuple[float, float, float]:
    """Seconds for the 20 pages, for the folder, and for bare PDFium over the folder."""
    with tempfile.TemporaryDirectory() as library:
        desk = RemoteDesk(Path(library), start_engine=True)
        try:
            while care.engine_state(desk).model != "ready":
                time.sleep(0.1)
            small = seconds(lambda: import_and_find(desk, TWENTY_PAGES, WORD))
            large = seconds(lambda: import_and_find(desk, folder, "the"))
        finally:
            desk.close()
            desk.wait_closed(60)
    return small, large, seconds(lambda: [bare(path) for path in files])


def import_and_find(desk: RemoteDesk, path: Path, word: str) -> None:
    """Import, and make sure that words are found."""
    importing.import_files(desk, (str(path),), "Case", {})
    if not searching.search_words(desk, word, Scope("Case")).hits:
        sys.exit(f"{word!r} was not found after importing {path.name}")


def bare(path: Path) -> int:
    """The characters that PDFium reads."""
    with pypdfium2.PdfDocument(path) as document:
        return sum(len(page.get_textpage().get_text_range()) for page in document)


def seconds(work) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def show(name: str, row) -> None:
    """One line of the table."""
    small, large, text = row
    print(f"{name:>10}{small:>9.2f}s{large:>11.2f}s{text:>10.2f}s{large / text:>8.2f}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else RESOURCES / "samples")
