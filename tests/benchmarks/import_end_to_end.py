"""A whole import beside its two dear parts alone, in time, and beside a bare loop, in memory.

    python3 packaging/dev.py bench import_end_to_end [FOLDER] [--pages N] [--rounds N]

The first files of FOLDER (the samples unless one is given) with some N pages in all, 200 unless
more are asked for, are imported; every round has a fresh process and a fresh library for each:

    ours     the app's import in one process, as `legaldesk import` does it: reading in two
             parsers, cutting, storing, the word index, then all vectors and their index
    alone    pypdfium2's get_text_range for every page, then Encoder.encode_passages over the
             very same passages in lists as long as ours, and nothing else
    bare     the loop that one would write: pypdfium2 for every file, pieces of 700 characters,
             SentenceTransformer.encode with its defaults

Time begins when the model is loaded and files have hovered over the window for a second: by then
its parsers run, as the others have their library loaded. Which precision is faster is found out
once, before. Memory is the most that was resident at one time: of the process alone as the system
kept it, and together with what its parsers have to themselves, looked at five times a second.
Ratios are medians over the rounds, those of speed by the clock and (by processor time, which other
programs' load does not touch; parsers included). All 1,793 pages of the 60 contracts: --pages 2000.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil
import pypdfium2
from _options import options_of
from _rounds import machine, pdfs

from legaldesk import RESOURCES
from legaldesk.engine.model_folder import bundled_model

LOOKS = 0.2
"""Seconds between two looks at the memory."""

OURS = """
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import importing
desk = LocalDesk(library, model)
desk.generations.start()
desk.meaning.wait_until_ready()
desk.meaning.encode_query("warm")
importing.expect_files(desk)
time.sleep(1)
begin()
importing.import_files(desk, tuple(files), "Case", {})
read()
total = importing.await_meaning(desk)
end(total)
rows = desk.reader.rows("SELECT path, body FROM passages ORDER BY id")
(library / "passages.json").write_text(json.dumps([list(row) for row in rows]))
desk.close()
"""
ALONE = """
import pypdfium2
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.meaning import LONGEST_LIST, SHORTEST_LIST
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.core.passages import embedded_text
encoder = Encoder(read_model_folder(model), notes=library / "precision.json")
texts = [embedded_text(json.loads(section), body)
    for section, body in json.loads((library / "passages.json").read_text())]
encoder.encode_query("warm")
begin()
for file in files:
    with pypdfium2.PdfDocument(file) as document:
        for page in document:
            page.get_textpage().get_text_range()
read()
done, size = 0, SHORTEST_LIST
while done < len(texts):
    encoder.encode_passages(texts[done : done + size])
    done, size = done + size, min(2 * size, LONGEST_LIST)
end(len(texts))
"""
BARE = """
import pypdfium2
from sentence_transformers import SentenceTransformer
encoder = SentenceTransformer(str(model), device="cpu", local_files_only=True)
encoder.encode("warm")
begin()
vectors = []
for file in files:
    with pypdfium2.PdfDocument(file) as document:
        text = "".join(page.get_textpage().get_text_range() for page in document)
    pieces = [text[at : at + 700] for at in range(0, len(text), 700)]
    if pieces:
        vectors.append(encoder.encode(pieces, normalize_embeddings=True))
read()
end(sum(map(len, vectors)))
"""
FRAME = """
import json, sys, time
from pathlib import Path
import psutil
library, model, files = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
marks = []
def processor():
    own = psutil.Process()
    times = [own.cpu_times(), *(each.cpu_times() for each in own.children(recursive=True))]
    ended = times[0].children_user + times[0].children_system
    return sum(each.user + each.system for each in times) + ended
def begin():
    global spent
    spent = processor()
    marks.append(time.perf_counter())
def read(): marks.append(time.perf_counter())
def end(count):
    marks.append(time.perf_counter())
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    peak = next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM")), 0)
    found = {"seconds": marks[2] - marks[0], "read": marks[1] - marks[0]}
    found["processor"] = processor() - spent
    print(json.dumps(found | {"count": count, "alone": peak}), flush=True)
"""
PROGRAMS = {"ours": OURS, "alone": ALONE, "bare": BARE}

Found = dict[str, float]
"""seconds, read (of them until words were found), processor (seconds), count (passages), and
alone and together (bytes)."""


def main() -> None:
    """Run all of them in turns and print one table."""
    parser = options_of(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=RESOURCES / "samples")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    options, model = parser.parse_args(), bundled_model()
    files, pages = first_files(options.folder, options.pages)
    if not files:
        parser.error(f"there are no PDFs in {options.folder}")
    print(f"{machine()}; {len(files)} files, {pages:,} pages; medians of {options.rounds} rounds")
    found: dict[str, list[Found]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as folder:
        notes = prepared(Path(folder) / "first", model, files)
        for number in range(options.rounds):
            one_round(found, Path(folder) / str(number), model, files, notes, number % 2)
        show(found, notes)


def first_files(folder: Path, pages: int) -> tuple[list[Path], int]:
    """The first files that have so many pages together, and how many they have."""
    files: list[Path] = []
    total = 0
    for path in pdfs(folder.resolve()):
        if total < pages:
            files.append(path)
            with pypdfium2.PdfDocument(path) as document:
                total += len(document)
    return files, total


def prepared(library: Path, model: Path, files: list[Path]) -> Path:
    """The precision found by a first import, and what passages there are; both in its library."""
    library.mkdir()
    run("ours", library, model, files)
    return library


def one_round(
    found: dict[str, list[Found]],
    library: Path,
    model: Path,
    files: list[Path],
    first: Path,
    backwards: int,
) -> None:
    """Every program once."""
    library.mkdir()
    for name in reversed(PROGRAMS) if backwards else PROGRAMS:
        place = library if name == "ours" else first
        if name == "ours" and (first / "precision.json").exists():
            shutil.copy(first / "precision.json", library)
        found[name].append(run(name, place, model, files))
    shutil.rmtree(library)


def run(name: str, library: Path, model: Path, files: list[Path]) -> Found:
    """One program in a process of its own, watched from here."""
    command = [sys.executable, "-c", FRAME + PROGRAMS[name], str(library), str(model)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    with subprocess.Popen(
        [*command, *map(str, files)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        together = watched(process)
        line = process.stdout.read() if process.stdout else ""
    if process.returncode or not line:
        sys.exit(f"{name} failed")
    found: Found = json.loads(line)
    return found | {"together": together}


def watched(process: subprocess.Popen[str]) -> float:
    """The most bytes that a process had at one time with its children, until it ends."""
    most, root = 0, psutil.Process(process.pid)
    while True:
        try:
            process.wait(LOOKS)
            return most
        except subprocess.TimeoutExpired:
            pass
        with suppress(psutil.Error):  # one ended meanwhile
            most = max(most, root.memory_info().rss + sum(map(own, root.children(recursive=True))))


def own(process: psutil.Process) -> int:
    """Bytes that would be free if this process alone ended: libraries are shared."""
    return int(process.memory_full_info().uss)


def show(found: dict[str, list[Found]], notes: Path) -> None:
    """The table and the two ratios that matter."""
    precision = notes / "precision.json"
    if precision.exists():
        print(f"precision: {' '.join(precision.read_text(encoding='utf-8').split())}")
    heads = f"{'':>8}{'passages':>10}{'read':>9}{'in all':>9}{'processor':>11}"
    print(f"{heads}{'memory':>10}{'with parsers':>14}")
    for name, runs in found.items():
        middle = {key: statistics.median(each[key] for each in runs) for key in runs[0]}
        print(
            f"{name:>8}{middle['count']:>10.0f}{middle['read']:>8.1f}s{middle['seconds']:>8.1f}s"
            f"{middle['processor']:>10.1f}s"
            f"{middle['alone'] / 1e6:>7.0f} MB{middle['together'] / 1e6:>11.0f} MB"
        )
    speeds = [ratio(found, "alone", key, "ours") for key in ("seconds", "processor")]
    print("speed beside text and encoding alone: {:.3f} ({:.3f})".format(*speeds))
    for key, what in (("alone", "process alone"), ("together", "with parsers")):
        print(f"memory beside the bare loop, {what}: {ratio(found, 'ours', key, 'bare'):.2f}")


def ratio(found: dict[str, list[Found]], name: str, key: str, other: str) -> float:
    """The median over the rounds of one figure over the other's."""
    pairs = zip(found[name], found[other], strict=True)
    return statistics.median(one[key] / two[key] for one, two in pairs)


if __name__ == "__main__":
    main()
