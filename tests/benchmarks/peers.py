"""LegalDesk beside Chroma, txtai, LanceDB and LangChain: import, memory, disk, answers, quality.

    python3 packaging/dev.py bench peers [PDFS] [--first N] [--rounds N] [--only NAME ...]
        [--environments FOLDER] [--cuad SET] [--questions N]

PDFS is a file or a folder, of which --first takes some files; unless it is given, the samples.
One round over them takes some six minutes on two quiet cores: --rounds 5 is for figures to keep.
Each peer is installed from PyPI into an environment of its own, which is kept in FOLDER (the
user's cache unless it is given; some 6 GB in all), and runs as its documentation shows with the
weights that LegalDesk brings, on the processor, offline and without telemetry; the programs are
in peers/. All four peers read with pypdf and cut page by page into 1,000 characters with 200 of
overlap, as LangChain's tutorial does; Chroma and LanceDB bring neither reader nor cutter, and
txtai's fetch Java programs or models at their first use, as Chroma's own encoder does. The
model reads 256 tokens of a text (in txtai 512), and passes over the rest of a longer passage.
LegalDesk runs in fp32, and in bf16 where its own trial finds that not slower on this machine.

In each round the contestants take turns; figures are medians over the rounds, and a ratio is
the median of the ratios within a round. Process start, libraries and model are loaded before an
import is timed; it ends when all is on the disk and searchable; "computed" are the seconds that
it took of the processor, which other programs' load touches less. Memory is that of a process
and its children. "kB each" is the disk per passage for all that serves searching: of LegalDesk's
folder, page text and words too, but not the originals, the exported query model and the reserve
for a full disk, which the peers do not have. A cold start is from before the process is
started until its first answer has come. The first round asks every question, the later ones N.

Quality: a passage touches an answer when it is of the answer's file and page and shares 20
letters and digits in a row with its text, or all of a shorter one; shown is the share of the
questions with an answer touched by the first passage, by the first ten, and, since passages
differ in length, by the first 1,000 and 4,000 characters of them. The samples' questions are
those of resources/questions.jsonl, without the ones about files that are not taken. With PDFS
of CUAD's contracts and --cuad the questions are CUAD's, each within its contract, and the share
of gold spans touched by ten is told.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import platformdirs
import psutil
from _options import options_of
from _peer_processes import Failed, Watched, environment, watch
from _peer_questions import Question, cuad_questions, sample_questions, spread
from _peer_score import Passage, Quality, quality
from _peer_table import Round, Row, table
from cold_start import QUESTION

from legaldesk import RESOURCES
from legaldesk.engine import precision, query_export
from legaldesk.engine.database import FILE_NAME
from legaldesk.engine.devices import device_title
from legaldesk.engine.encoder import WORTH_A_TRIAL, Encoder
from legaldesk.engine.model_folder import ModelFolder, bundled_model, read_model_folder
from legaldesk.engine.profile import make_private_folder
from legaldesk.engine.query_graph import FOLDER, QueryGraph
from legaldesk.engine.reserve import FILE_NAME as RESERVE

PEERS = {
    "Chroma": ("with_chroma.py", ["chromadb", "sentence-transformers"]),
    "txtai": ("with_txtai.py", ["txtai"]),
    "LanceDB": ("with_lancedb.py", ["lancedb", "sentence-transformers"]),
    "LangChain": (
        "with_langchain.py",
        ["langchain-community", "langchain-huggingface", "sentence-transformers"],
    ),
}
READING = ["langchain-text-splitters", "pypdf"]
"""What each peer reads and cuts PDFs with."""
NOT_FOR_SEARCH = ("originals", FOLDER, RESERVE)
"""Of a library's folder: the documents themselves, the model's export, and room for a full disk."""


@dataclass(frozen=True)
class Contestant:
    """A program and its interpreter; what to do to its folder before and after an import.

    ``python`` installs what is lacking. ``after`` tells the bytes in the folder that serve
    searching. Both may raise Failed.
    """

    program: str
    python: Callable[[], Path]
    before: Callable[[Path], None] = lambda store: store.mkdir()
    after: Callable[[Path], int] = lambda store: size(store)


def main() -> None:
    """Install what is lacking, take turns, and print one table."""
    options = arguments()
    files = pdfs(options.pdfs)[: options.first]
    questions = cuad_questions(options.cuad, files) if options.cuad else sample_questions(files)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        place = Path(folder)
        contestants = chosen(options, place / "export")
        rows = {name: Row(problem=lacking(one)) for name, one in contestants.items()}
        for number in range(options.rounds):
            asked = questions if number == 0 else spread(questions, options.questions)
            for name, contestant in contestants.items():
                if not rows[name].problem:
                    take_turn(rows[name], contestant, place / "store", files, asked)
    print(*table(rows, [name for name in rows if name.startswith("LegalDesk")]), sep="\n")
    print(*remarks(rows, files, questions, options.rounds), sep="\n")


def arguments() -> argparse.Namespace:
    parser = options_of(__doc__)
    parser.add_argument("pdfs", type=Path, nargs="?", default=RESOURCES / "samples")
    parser.add_argument("--first", type=int, help="only so many files, the first by name")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--questions", type=int, default=60, help="asked in the later rounds")
    parser.add_argument("--only", nargs="*", choices=PEERS, default=list(PEERS))
    cache = platformdirs.user_cache_path("legaldesk-benchmarks") / "peers"
    parser.add_argument("--environments", type=Path, default=cache)
    parser.add_argument("--cuad", type=Path, help="a folder with CUAD's spans.jsonl")
    return parser.parse_args()


def pdfs(path: Path) -> list[Path]:
    """The PDFs of a folder, or the one that is given."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    found = [file.resolve() for file in files if file.suffix.lower() == ".pdf"]
    return found or sys.exit(f"There is no PDF in {path}.")


# ---------------------------------------------------------------- who takes part


def chosen(options: argparse.Namespace, export: Path) -> dict[str, Contestant]:
    """LegalDesk in the precisions worth it here, and the peers asked for."""
    model = read_model_folder(bundled_model())
    if not query_export.export(model, QueryGraph(export, model.identity), lambda: None):
        sys.exit("The model was not exported.")
    found = {f"LegalDesk {one}": legaldesk(one, model, export) for one in precisions(model)}
    for name in options.only:
        program, packages = PEERS[name]
        folder = options.environments / name.lower()
        wanted = [*packages, *READING]
        found[name] = Contestant(program, lambda f=folder, w=wanted: environment(f, w))
    return found


def lacking(contestant: Contestant) -> str:
    """Why a contestant cannot take part, "" when its environment is there."""
    try:
        contestant.python()
    except Failed as failure:
        return str(failure)
    return ""


def precisions(model: ModelFolder) -> list[str]:
    """fp32, and bf16 where LegalDesk's own trial finds it not slower; the trial is told."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "precision.json"
        encoder = Encoder(model, "cpu", notes=notes)
        encoder.encode_passages([f"Clause {number}." for number in range(WORTH_A_TRIAL)])
        trial = precision.remembered(notes, model.identity, device_title("cpu"))
    if trial is None:
        sys.exit("The trial of the precisions came to nothing.")
    print(
        f"bf16 here: {trial.gain:.2f} times as fast as fp32, least cosine {trial.cosine:.5f},"
        f" overlap {trial.overlap:.3f}; LegalDesk takes {trial.chosen}"
    )
    return ["fp32", "bf16"] if trial.gain >= 1 else ["fp32"]


def legaldesk(kind: str, model: ModelFolder, export: Path) -> Contestant:
    """LegalDesk made to compute in one precision, as if its trial had found that."""

    def before(store: Path) -> None:
        make_private_folder(store)
        found = precision.Trial(
            kind, precision.CLEAR_GAIN, precision.LEAST_COSINE, precision.LEAST_OVERLAP
        )
        precision.remember(store / "precision.json", model.identity, device_title("cpu"), found)

    def after(store: Path) -> int:
        with closing(sqlite3.connect(store / FILE_NAME)) as sql:
            (used,) = sql.execute("SELECT precision FROM generations").fetchone()
        if used != kind:
            raise Failed(f"it computed in {used}")
        stored = size(store) - sum(size(store / name) for name in NOT_FOR_SEARCH)
        shutil.copytree(export / FOLDER, store / FOLDER)
        return stored

    return Contestant("with_legaldesk.py", lambda: Path(sys.executable), before, after)


def size(folder: Path) -> int:
    """The bytes of a file, or of all files below a folder."""
    files = (folder, *folder.rglob("*"))
    return sum(file.stat().st_size for file in files if file.is_file())


# ---------------------------------------------------------------- one turn


def take_turn(
    row: Row, contestant: Contestant, store: Path, files: list[Path], asked: list[Question]
) -> None:
    """One import and its questions; a contestant that fails takes no further part."""
    try:
        one_round(row, contestant, store, files, asked)
    except Failed as failure:
        row.problem = str(failure)
    finally:
        shutil.rmtree(store, ignore_errors=True)


def one_round(
    row: Row, contestant: Contestant, store: Path, files: list[Path], asked: list[Question]
) -> None:
    python, model = contestant.python(), bundled_model()
    contestant.before(store)
    imported = watch(
        python, contestant.program, "import", store, model, [str(file) for file in files]
    )
    disk = contestant.after(store)
    work = [{"text": one.text, "file": one.file} for one in [Question(QUESTION), *asked]]
    answered = watch(python, contestant.program, "ask", store, model, work)
    row.versions = answered.told("versions")[0].content["versions"]
    row.quality = row.quality or measured(asked, answered)
    (ready,), (done,) = imported.told("ready"), imported.told("passages")
    row.rounds.append(
        Round(
            seconds=done.content["seconds"],
            computed=done.computed - ready.computed,
            peak=imported.peak,
            passages=done.content["passages"],
            disk=disk,
            queries=tuple(line.content["seconds"] for line in answered.told("found")),
            cold=answered.told("first")[0].at,
            asking=answered.peak,
        )
    )


def measured(asked: list[Question], answered: Watched) -> Quality | None:
    """The quality of the answers to questions, None where none has a known one."""
    found = [
        [Passage(file, frozenset(pages), text) for file, pages, text in line.content["found"]]
        for line in answered.told("found")
    ]
    return quality(zip([one.answers for one in asked], found, strict=True))


# ---------------------------------------------------------------- what is said below


def remarks(
    rows: dict[str, Row], files: list[Path], questions: list[Question], rounds: int
) -> list[str]:
    """The machine, what was asked, and every contestant's versions."""
    memory = psutil.virtual_memory().total / 2**30
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg()) if hasattr(os, "getloadavg") else "-"
    known = sum(bool(one.answers) for one in questions)
    said = [
        f"{len(files)} PDFs of {sum(file.stat().st_size for file in files) / 1e6:.1f} MB,"
        f" {len(questions)} questions, {known} with known answers, {rounds} rounds",
        f"{device_title('cpu')}, {os.cpu_count()} cores, {memory:.0f} GB, {platform.platform()},"
        f" Python {platform.python_version()}, load {load}",
    ]
    for name, row in rows.items():
        versions = ", ".join(f"{package} {number}" for package, number in row.versions.items())
        touched = f"; of all gold texts {row.quality.answers:.3f} touched" if row.quality else ""
        said.append(f"{name}: {versions or row.problem}{touched}")
    return said


if __name__ == "__main__":
    main()
