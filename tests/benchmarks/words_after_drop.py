"""Seconds from dropping files until their words can be searched, as the window does it.

    python3 packaging/dev.py bench words_after_drop [FOLDER] [--rounds N]

An engine process of its own imports a 20-page document and then FOLDER (the samples unless
one is given) into a fresh library, each into a window that has been open for a minute: its
model is loaded and exported, and nothing waits for vectors. Files hover over the window for a
second before they are dropped, so that what reads them has been started, as the window does it. The
time is from the drop until the last file is stored and found by a word search.
Beside it, in turns and over the same files:

    bare text     pypdfium2 reads the text in this process and keeps nothing
    recollindex   the indexer of Recoll, with a configuration folder of its own, from its start
                  to its end; at its own settings but for its priority, which is 19 by itself.
                  On Debian: apt-get install recollcmd poppler-utils. Left out where it is missing.

Ratios are medians of the ratios within a round, by the clock (by processor time of all processes
that take part, which the load of other programs touches less).
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import pypdfium2
from _options import options_of
from _peer_processes import computed
from _rounds import machine, pdfs

from legaldesk import RESOURCES
from legaldesk.core.hits import Scope
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import care, importing, searching

TWENTY_PAGES = RESOURCES / "samples" / "codi-procediment-civil-andorra-extracte.pdf"
RECOLL = ("recollindex", "recollq", "pdftotext")
HOVER = 1.0
"""Seconds from dragging files over the window to dropping them."""
INSTALL = "recollindex is left out. On Debian: apt-get install recollcmd poppler-utils"


class Took(NamedTuple):
    """Seconds by the clock, and of the processor by all processes that took part."""

    clock: float
    processor: float

    def beside(self, other: Took) -> Took:
        """How many times as long as the other."""
        return Took(self.clock / other.clock, self.processor / other.processor)


Round = dict[str, Took]
"""What each contestant took."""


def main() -> None:
    """Measure a few rounds and print each, the medians and the ratios."""
    parser = options_of(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=RESOURCES / "samples")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    files = pdfs(options.folder)
    if not files:
        parser.error(f"there are no PDFs in {options.folder}")
    with_recoll = all(map(shutil.which, RECOLL))
    print(machine() if with_recoll else f"{machine()}\n{INSTALL}")
    pages = sum(len(pypdfium2.PdfDocument(path)) for path in files)
    print(f"{options.folder.name}: {len(files)} files, {pages:,} pages")
    rounds: list[Round] = []
    for number in range(options.rounds):
        rounds.append(one_round(options.folder.resolve(), files, with_recoll, number % 2 == 1))
        line(f"round {number + 1}", rounds[-1])
    line("median", {name: median(r[name] for r in rounds) for name in rounds[0]})
    for name in rounds[0].keys() - {"20 pages", "the folder"}:
        ratio = median(r[name].beside(r["the folder"]) for r in rounds)
        print(f"{name} takes {ratio.clock:.2f} ({ratio.processor:.2f}) times as long as ours")


def one_round(folder: Path, files: list[Path], with_recoll: bool, last: bool) -> Round:
    """Every contestant once; ours first, or last."""
    others = {"bare text": took(lambda: [bare(path) for path in files])} if last else {}
    if with_recoll and last:
        others["recollindex"] = recoll(folder, files)
    ours = import_all(folder)
    if not last:
        others["bare text"] = took(lambda: [bare(path) for path in files])
        if with_recoll:
            others["recollindex"] = recoll(folder, files)
    return ours | others


def import_all(folder: Path) -> Round:
    """Seconds for the 20 pages and for the folder, in a fresh library."""
    with tempfile.TemporaryDirectory() as library:
        desk = RemoteDesk(Path(library), start_engine=True)
        try:
            settle(desk, Path(library))
            small = took(lambda: import_and_find(desk, TWENTY_PAGES, "procediment"))
            settle(desk, Path(library))
            large = took(lambda: import_and_find(desk, folder, "the"))
        finally:
            desk.close()
            desk.wait_closed(60)
    return {"20 pages": small, "the folder": large}


def settle(desk: RemoteDesk, library: Path) -> None:
    """Wait until the engine has nothing left to do, then hold files over the window."""
    while care.engine_state(desk).model != "ready" or not [*library.glob("queries/*/facts.json")]:
        time.sleep(0.1)
    importing.await_meaning(desk)
    importing.expect_files(desk)
    time.sleep(HOVER)


def import_and_find(desk: RemoteDesk, path: Path, word: str) -> None:
    """Import, and make sure that words are found."""
    importing.import_files(desk, (str(path),), "Case", {})
    if not searching.search_words(desk, word, Scope("Case")).hits:
        sys.exit(f"{word!r} was not found after importing {path.name}")


def bare(path: Path) -> int:
    """The characters that PDFium reads."""
    with pypdfium2.PdfDocument(path) as document:
        return sum(len(page.get_textpage().get_text_range()) for page in document)


def recoll(folder: Path, files: list[Path]) -> Took:
    """What recollindex takes in a fresh configuration; leaves where it found less than we gave."""
    with tempfile.TemporaryDirectory() as configuration:
        settings = f'topdirs = "{folder}"\nidxniceprio = 0\n'
        (Path(configuration) / "recoll.conf").write_text(settings, encoding="utf-8")
        indexing = took(lambda: called("recollindex", "-c", configuration))
        wanted = ("-c", configuration, "-b", "mime:application/pdf")
        found = called("recollq", *wanted).count("file://")
    if found < len(files):
        sys.exit(f"recollindex found {found} of {len(files)} files")
    return indexing


def called(*command: str) -> str:
    """What a program prints. Raises where it fails."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def took(work: Callable[[], object]) -> Took:
    """What it takes, with every process that descends from this one."""
    processor, clock = computed(os.getpid()), time.perf_counter()
    work()
    seconds = time.perf_counter() - clock
    return Took(seconds, computed(os.getpid()) - processor)


def median(found: Iterable[Took]) -> Took:
    """Of each figure by itself."""
    return Took(*map(statistics.median, zip(*found, strict=True)))


def line(name: str, row: Round) -> None:
    """One line of the table."""
    cells = "  ".join(
        f"{each} {took.clock:6.2f} s ({took.processor:5.2f})" for each, took in sorted(row.items())
    )
    print(f"{name:>8}  {cells}", flush=True)


if __name__ == "__main__":
    main()
