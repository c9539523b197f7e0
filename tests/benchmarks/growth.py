r"""What adding to a library costs as it grows, and how soon a large one answers.

    python3 packaging/dev.py bench growth --keep FOLDER [--pages N ...] [--passages N]
        [--texts SET ...] [--only pages|import|document|start]

All in copies of libraries that are made in FOLDER unless they are there (see _large.py).

    pages      seconds a page to store 10 documents of 20 pages, their passages and vectors, and
               to bring the index up to date, in libraries of N pages (1,000 and 10,000; 5
               passages a page), in turns; encoding is left out. Every library is measured ROUNDS
               times, and a ratio is the median of the ratios to the first library in a round
    import     seconds a page to import one PDF of 20 pages into the same libraries, in turns, from
               the file until it is found by words and meaning: text, cutting, storing, encoding
               and index; by the clock, and by this process's processor time
    document   one PDF of 20 pages into a library of N passages (100,000), from the file until it
               is found by words and meaning: beside the encoding of its passages alone, and the
               bytes that the process wrote meanwhile (/proc/self/io)
    start      from starting a process and its engine until they answered by words, and by words
               and meaning, as the machine is and after its memory was touched; and the memory of
               the index beside its vectors' bytes

The larger runs of the goals take an hour to prepare, most of it for the graph:

    python3 packaging/dev.py bench growth --keep FOLDER --pages 1000 10000 100000 \
        --only pages import
    python3 packaging/dev.py bench growth --keep FOLDER --passages 1000000 --only document start
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np
from _clusters import clustered
from _large import (
    PAGES,
    PER_PAGE,
    add_options,
    copied,
    documents,
    library,
    machine,
    sources_of,
    store_document,
    with_export,
    with_graph,
)
from _options import options_of
from cold_start import QUESTION

from legaldesk import RESOURCES
from legaldesk.core.passages import embedded_text
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.vector_index import VectorIndex
from legaldesk.engine.vector_source import StoredVectors
from legaldesk.tasks import importing

ROUNDS = 5
IMPORTS = 15
ADDED = 10
"""Documents of PAGES pages that are added in a round."""

PDF = RESOURCES / "samples" / "codi-procediment-civil-andorra-extracte.pdf"
MEMORY = """
import gc, sys, time
from pathlib import Path
import psutil
from legaldesk.engine.reader import Reader
from legaldesk.engine import hnsw
from legaldesk.engine.vector_index import VectorIndex
from legaldesk.engine.vector_source import StoredVectors
hnsw.missing()
def memory():
    gc.collect()
    return psutil.Process().memory_full_info().uss
library = Path(sys.argv[1])
with Reader(library) as reader:
    (generation,) = reader.generations()
source = StoredVectors(library, generation)
source.last_change()
index = VectorIndex(library / "index" / str(generation.id), generation.used_dimension)
before, begun = memory(), time.perf_counter()
said = index.open(source)
took, grown = time.perf_counter() - begun, memory() - before
times = grown / (index.count * generation.used_dimension * 4)
print(f"  index {said} in {took:.2f} s; memory {grown / 1e6:.0f} MB,", end="")
print(f" {times:.2f} x the vectors' bytes (goal: at most 1.5)")
"""

STARTED = """
import sys, threading
from pathlib import Path
from legaldesk.core.hits import Scope
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import care, searching
library, question = Path(sys.argv[1]), sys.argv[2]
desk = RemoteDesk(library, start_engine=True)
try:
    starting = threading.Thread(target=care.engine_state, args=[desk])
    starting.start()  # beside the rest, as the window does
    assert searching.search_words(desk, question, Scope(), 10).hits
    print("words", flush=True)
    starting.join()
    answer = searching.search(desk, question, Scope(), 10)
    assert answer.modes == ("words", "meaning") and len(answer.hits) == 10
    print("both", flush=True)
finally:
    desk.close()
    desk.wait_closed(60)
"""

MEMORY_AT_HAND = 6 << 30
"""Bytes that are touched before a start."""

BEFORE = RESOURCES / "samples" / "us-federal-arbitration-act.pdf"
"""Imported first: a process's first document has it unpack what it knows of languages, 64 MB."""

PARTS = ("pages", "import", "document", "start")


def main() -> None:
    """Measure what is asked for."""
    parser = options_of(__doc__)
    add_options(parser)
    parser.add_argument("--pages", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    print(machine())
    if {"pages", "import"} & set(options.only):
        places = [library(options.keep, n * PER_PAGE, options.texts) for n in options.pages]
        if "pages" in options.only:
            pages(places, options)
        if "import" in options.only:
            imports(places, options)
    if {"document", "start"} & set(options.only):
        place = with_export(with_graph(library(options.keep, options.passages, options.texts)))
        if "start" in options.only:
            start(place)
        if "document" in options.only:
            with copied(place, options.keep) as copy:
                document(copy)


# ---------------------------------------------------------------- import, page by page


def pages(places: list[Path], options: argparse.Namespace) -> None:
    """Add the same documents to every library in turns, and print a line for each."""
    with ExitStack() as stack:
        adders = [stack.enter_context(adding(place, options)) for place in places]
        rounds = [[add(turn) for add in adders] for turn in range(ROUNDS)]
    print(f"\n{ADDED * PAGES} pages added, {ROUNDS} rounds")
    print(f"{'stored pages':>14}{'ms a page':>12}{'to the first':>14}")
    for number, stored in enumerate(options.pages):
        taken = statistics.median(each[number] for each in rounds)
        ratio = statistics.median(each[number] / each[0] for each in rounds)
        print(f"{stored:>14,}{taken / ADDED / PAGES * 1e3:>12.2f}{ratio:>14.2f}")
    print("goal: flat")


@contextmanager
def adding(place: Path, options: argparse.Namespace) -> Iterator[Callable[[int], float]]:
    """Gives a function that adds ADDED documents to a copy and returns the seconds it took."""
    with copied(place, options.keep) as copy, closing(LocalDesk(copy)) as desk:
        generation = desk.meaning.generation
        sources = sources_of(desk, options.texts)
        with closing(StoredVectors(copy, generation)) as source:
            index = VectorIndex(copy / "index" / str(generation.id), generation.used_dimension)
            index.open(source)
            count = ADDED * PAGES * PER_PAGE
            vectors = [row.tobytes() for row in clustered(count, 384).astype(np.float16)]

            def add(turn: int) -> float:
                names = [f"added-{turn}-{number}.pdf" for number in range(ADDED)]
                new = list(documents(names, count, sources, 1_000_000 * (turn + 1)))
                begun = time.perf_counter()
                for each in new:
                    store_document(desk, each)
                waiting = [row[0] for row in source.waiting(count)]
                desk.store.add_vectors(generation.id, waiting, vectors, "fp32")
                index.refresh(source)
                return time.perf_counter() - begun

            yield add
            index.close()


def imports(places: list[Path], options: argparse.Namespace) -> None:
    """Import the PDF into every library in turns, and print a line for each."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        copies = [stack.enter_context(copied(place, options.keep)) for place in places]
        desks = [stack.enter_context(ready_desk(copy)) for copy in copies]
        rounds = []
        for turn in range(IMPORTS):
            path = another(folder, turn)
            order = range(len(desks))[:: -1 if turn % 2 else 1]
            taken = {number: whole_import(desks[number], path) for number in order}
            rounds.append([taken[number] for number in range(len(desks))])
    print(f"\n{PDF.name} imported, {IMPORTS} rounds")
    print(f"{'stored pages':>14}{'ms a page':>12}{'of processor':>14}{'to the first':>14}")
    for number, stored in enumerate(options.pages):
        seconds, used = (statistics.median(r[number][n] for r in rounds) for n in range(2))
        by_clock, by_processor = (
            statistics.median(each[number][n] / each[0][n] for each in rounds) for n in range(2)
        )
        print(f"{stored:>14,}{seconds / PAGES * 1e3:>12.1f}{used / PAGES * 1e3:>14.1f}", end="")
        print(f"{by_clock:>14.3f} ({by_processor:.3f})")
    print("goal: flat")


def whole_import(desk: LocalDesk, path: Path) -> tuple[float, float]:
    """Seconds until the PDF is found by words and meaning, and of this process's processor time:
    all but the text, which a parser reads.
    """
    begun, used = time.perf_counter(), time.process_time()
    importing.import_files(desk, (str(path),), "New", {})
    importing.await_meaning(desk)
    return time.perf_counter() - begun, time.process_time() - used


# ---------------------------------------------------------------- one document


def document(place: Path) -> None:
    """Import the PDF ROUNDS times, as another one each time, and encode its passages in turn."""
    with ready_desk(place) as desk, tempfile.TemporaryDirectory() as folder:
        desk.store.fold_log()
        total = desk.reader.passages()
        rounds = [one_document(desk, another(Path(folder), turn)) for turn in range(ROUNDS)]
    words, meaning, alone, called, counted = map(statistics.median, zip(*rounds, strict=True))
    beside = statistics.median(each[1] - each[2] for each in rounds)
    print(f"\n{PDF.name} into a library of {total:,} passages, {ROUNDS} times; medians")
    print(f"  found by words after {words:.2f} s, by meaning after {meaning:.2f} s")
    print(f"  its encoding alone {alone:.2f} s; beside it {beside:.2f} s (goal: under 2)")
    print(f"  written {called / 1e6:.1f} MB (goal: under 10); by the system's count of", end="")
    print(f" pages in its cache {counted / 1e6:.1f} MB")


@contextmanager
def ready_desk(place: Path) -> Iterator[LocalDesk]:
    """A desk whose model is loaded, and which has imported something before."""
    with closing(LocalDesk(place)) as desk:
        desk.meaning.wait_until_ready()
        importing.import_files(desk, (str(BEFORE),), "New", {})
        importing.await_meaning(desk)
        yield desk


def another(folder: Path, turn: int) -> Path:
    """The PDF as a file that the library does not know yet."""
    path = folder / f"document-{turn}.pdf"
    path.write_bytes(PDF.read_bytes() + b"\n%% %d\n" % turn)
    return path


def one_document(desk: LocalDesk, path: Path) -> tuple[float, float, float, int, int]:
    """Seconds until words and meaning, of encoding alone, and bytes by two counts.

    What is in the log is folded into the database, and counts twice.
    """
    last = desk.reader.count("SELECT max(id) FROM passages")
    called, counted, begun = written("wchar"), written("write_bytes"), time.perf_counter()
    importing.import_files(desk, (str(path),), "New", {})
    words = time.perf_counter() - begun
    importing.await_meaning(desk)
    meaning = time.perf_counter() - begun
    desk.store.fold_log()
    called, counted = written("wchar") - called, written("write_bytes") - counted
    rows = desk.reader.rows("SELECT path, body FROM passages WHERE id > ?", last)
    texts = [embedded_text(tuple(json.loads(row[0])), row[1]) for row in rows]
    begun = time.perf_counter()
    desk.meaning._load().encode_passages(texts)
    return words, meaning, time.perf_counter() - begun, called, counted


def written(name: str) -> int:
    """Bytes that this process wrote: "wchar" by its calls, "write_bytes" by pages made dirty.

    A page of the system's cache may be larger than what was written into it.
    """
    lines = Path("/proc/self/io").read_text(encoding="utf-8").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{name}:")))


# ---------------------------------------------------------------- start


def start(place: Path) -> None:
    """Start engine processes and time their first answers; then open the index here."""
    states: dict[str, Callable[[], None]] = {"": lambda: None, ", memory at hand": have_memory}
    for told, beforehand in states.items():
        found = []
        for _ in range(ROUNDS):
            beforehand()
            found.append(first_answers(place))
        for what, seconds in zip(
            ("words", "words and meaning"), zip(*found, strict=True), strict=True
        ):
            median, most = statistics.median(seconds), max(seconds)
            print(f"started, answered by {what}{told}: median {median:.2f} s, most {most:.2f} s")
    print("  goal: at most 5 s")
    command = [sys.executable, "-c", MEMORY, str(place)]
    print(subprocess.run(command, check=True, capture_output=True, text=True).stdout, end="")


def first_answers(place: Path) -> tuple[float, float]:
    """Seconds from starting a process until it answered by words, and by both."""
    command = [sys.executable, "-c", STARTED, str(place), QUESTION]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    begun = time.perf_counter()
    seconds = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        for half in ("words", "both"):
            if not process.stdout or not process.stdout.readline():
                sys.exit(f"there was no answer by {half}")
            seconds.append(time.perf_counter() - begun)
    return seconds[0], seconds[1]


def have_memory() -> None:
    """Use as much memory as a start needs, and give it back to the system.

    A virtual machine that returns its unused memory must get it from its host first, here 4 s
    for what the index of a million needs; a machine with memory of its own has it at hand.
    """
    touch = f"import numpy; numpy.ones({MEMORY_AT_HAND >> 3})"
    subprocess.run([sys.executable, "-c", touch], check=True)


if __name__ == "__main__":
    main()
