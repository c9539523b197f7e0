"""Killed at any moment: what was acknowledged is there, whole and found, and the rest goes on.

Real files are imported by real processes that are killed when they report something, so a
run depends on what happened and not on how fast the machine is.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from legaldesk import RESOURCES, app
from legaldesk.core.documents import FileState
from legaldesk.core.errors import ProcessDied
from legaldesk.core.hits import Scope
from legaldesk.engine.model_folder import bundled_model
from legaldesk.engine.owner import Address
from legaldesk.engine.parser_reading import KILLS
from legaldesk.engine.reader import Reader
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import care, documents, importing, searching
from tests import pdf_factory as pdf
from tests.known_precision import know_precision

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")

DROPS, CONTRACTS, PAGES = 3, 8, 3
SAMPLE = "us-federal-arbitration-act.pdf"
LOOK_SECONDS = 0.02
VECTORS = "SELECT count(*) FROM vectors"

LETTERS = "klmnopqrstuvwx"
WORDS = (
    "rent lease tenant landlord notice deposit repair breach remedy default interest schedule "
    "payment premises term renewal insurance damage consent assignment arbitration claim"
).split()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Folders of contracts in which every page has a word of its own, and a real statute."""
    made = tmp_path_factory.mktemp("drops")
    for number in range(DROPS * CONTRACTS):
        drop = made / str(number // CONTRACTS)
        drop.mkdir(exist_ok=True)
        pages = [clauses(number, page) for page in range(1, PAGES + 1)]
        (drop / f"contract-{number:02}.pdf").write_bytes(pdf.text_pdf(*pages))
    shutil.copy(RESOURCES / "samples" / SAMPLE, made / "0")
    return made


@pytest.fixture(scope="module")
def undisturbed(folder, tmp_path_factory):
    """(pages, passages) of each file after an import that nobody disturbed."""
    library = tmp_path_factory.mktemp("undisturbed") / "library"
    run(library, "import", str(folder), "--words-only")
    with Reader(library) as reader:
        return {found.name: (found.pages, found.passages) for found in reader.all_documents()}


def clauses(number: int, page: int) -> list[str]:
    """A page's lines: enough for a passage or two of their own, and none a running header."""
    choose = random.Random(number * PAGES + page)
    first = f"Section {page}. The party of {word(number, page)} gives notice within {page} days."
    return [first, *(f"({n}) {' '.join(choose.choices(WORDS, k=10))}." for n in range(9))]


def word(number: int, page: int) -> str:
    return f"Zq{LETTERS[number // 10]}{LETTERS[number % 10]}{LETTERS[page]}wort"


def start(library: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "legaldesk", *arguments, "--library", str(library), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def run(library: Path, *arguments: str) -> list[dict]:
    with start(library, *arguments) as process:
        lines = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0, lines
    return lines


def imported(lines) -> set[str]:
    return {Path(line["file"]).name for line in lines if line.get("state") == "imported"}


Kill = tuple[set[str], bool]
"""What was promised before a process died, and whether it was the kill that it died of."""


def kill_app_while_reading(library: Path, outcomes: int, *arguments: str) -> Kill:
    """Kill a command line after some outcomes; all that it printed counts as promised."""
    with start(library, "import", *arguments) as process:
        lines = []
        while len(lines) < outcomes and (line := process.stdout.readline()):
            lines.append(line)
        process.kill()
        lines += process.stdout.readlines()
    promised = imported(json.loads(line) for line in lines if line.endswith("\n"))
    return promised, process.returncode == -signal.SIGKILL


def kill_app_while_encoding(library: Path) -> Kill:
    """Kill a command line when it has stored the first vectors."""
    with Reader(library) as reader, start(library, "import", "--resume") as process:
        before = reader.count(VECTORS)
        while process.poll() is None and reader.count(VECTORS) == before:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_SECONDS)
        process.kill()
        promised = imported(json.loads(line) for line in process.stdout if line.endswith("\n"))
    return promised, process.returncode == -signal.SIGKILL


def kill_engine(library: Path, moment, drop: Path | None = None) -> Kill:
    """Drop or resume at an engine of its own, killed at the progress that ``moment`` picks."""
    desk, promised, killed = RemoteDesk(library, start_engine=True), set(), False

    def report(progress):
        if progress.outcome is not None and progress.outcome.state is FileState.IMPORTED:
            promised.add(Path(progress.outcome.file).name)
        if moment(progress, promised):
            os.kill(owner(library), signal.SIGKILL)

    try:
        if drop is None:
            importing.resume_import(desk, report=report)
        else:
            importing.import_files(desk, (str(drop),), "Case", {}, report=report)
        importing.await_meaning(desk, report=report)
    except ProcessDied:
        killed = True
    finally:
        desk.close()
        desk.wait_closed(60)
    return promised, killed


def owner(library: Path) -> int:
    return msgspec.json.decode((library / "owner.json").read_bytes(), type=Address).pid


def vectors(library: Path) -> int:
    with Reader(library) as reader:
        return reader.count(VECTORS)


def parsers_of(process: int) -> list[int]:
    """The parser children of a process."""
    children = Path(f"/proc/{process}/task/{process}/children")
    try:
        found = [
            int(child)
            for thread in children.parents[1].iterdir()
            for child in (thread / "children").read_text().split()
        ]
        return [c for c in found if b"parser" in Path(f"/proc/{c}/cmdline").read_bytes()]
    except OSError:
        return []


def check(library: Path, promised: set[str], undisturbed) -> None:
    """What was promised is there and found, nothing is half there, and everything holds."""
    with app.open_desk(library) as desk:
        listed = {found.name: found for found in documents.list_documents(desk, Scope())}
        assert promised <= set(listed)
        for name, document in listed.items():
            assert (document.pages, document.passages) == undisturbed[name]
            assert document.state is FileState.IMPORTED
        for name in promised - {SAMPLE}:
            wanted = word(int(name[9:11]), PAGES)
            assert {hit.document for hit in searching.search_words(desk, wanted, Scope()).hits} == {
                name
            }
        kept = {path.stem for path in (library / "originals").rglob("*") if path.is_file()}
        assert kept == {document.id for document in listed.values()}
        assert [finding for finding in care.verify(desk) if not finding.ok] == []


def finish(library: Path, undisturbed) -> None:
    """What waited is read, and every passage gets its vector."""
    run(library, "import", "--resume")
    check(library, set(undisturbed), undisturbed)
    with Reader(library) as reader:
        assert reader.queued() == []
        assert reader.pending() == 0
        assert reader.count(VECTORS) == reader.passages()


def test_an_import_survives_kills_while_reading_and_encoding(library, folder, undisturbed):
    def drop(number: int) -> Path:
        return folder / str(number)

    def read_and_encoding(progress, promised) -> bool:
        return progress.stage == "meaning" and bool(promised)

    kills = (
        lambda: kill_app_while_reading(library, 1, str(drop(0))),
        lambda: kill_engine(library, lambda progress, promised: len(promised) >= 2, drop(1)),
        lambda: kill_app_while_encoding(library),
        lambda: kill_engine(library, read_and_encoding, drop(2)),
    )
    promised, working = set(), 0
    know_precision(library, bundled_model())

    for kill in kills:
        before = vectors(library) if promised else 0
        new, killed = kill()
        working += killed and (bool(new) or vectors(library) > before)
        promised |= new
        check(library, promised, undisturbed)

    assert working >= 3
    finish(library, undisturbed)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for children in /proc")
def test_a_killed_parser_loses_no_file(library, folder, undisturbed):
    """Though every kill may hit the same file, before a new reader got anywhere with it."""
    killed = []
    with app.open_desk(library) as desk:

        def report(progress):
            found = parsers_of(os.getpid())
            if progress.outcome is not None and len(killed) < KILLS and found:
                killed.append(found[0])
                os.kill(found[0], signal.SIGKILL)

        summary = importing.import_files(desk, (str(folder),), "Case", {}, report=report)

    assert len(killed) == KILLS
    assert imported(msgspec.to_builtins(summary.outcomes)) == set(undisturbed)
    check(library, set(undisturbed), undisturbed)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(6))
def test_sixty_random_kills(tmp_path, folder, undisturbed, seed):
    """Ten that each hit a process with work left; a finished import gives way to a new one."""
    choose, victims, round = random.Random(seed), [], 0
    while len(victims) < 10:
        library, promised, round = tmp_path / f"library{round}", set(), round + 1
        new, killed = kill_app_while_reading(library, choose.randint(1, 3), str(folder))
        assert new and killed
        victims.append("app")
        while len(victims) < 10 and work_left(library):
            promised |= new
            check(library, promised, undisturbed)
            victim = choose.choice(("app", "engine", "parser"))
            new, killed = random_kill(library, choose, victim)
            victims += [victim] * killed
        check(library, promised | new, undisturbed)
        finish(library, undisturbed)
    assert {"app", "engine"} <= set(victims)


def work_left(library: Path) -> int:
    """Files that wait to be read, and passages that wait for their vectors."""
    with Reader(library) as reader:
        return len(reader.queued()) + reader.pending()


def random_kill(library: Path, choose: random.Random, victim: str) -> Kill:
    """Kill the command line, an engine, or a parser and then its engine, after some reports."""
    steps = choose.randint(1, 30)
    if victim == "app":
        with Reader(library) as reader:
            waiting = len(reader.queued())
        if not waiting:
            return kill_app_while_encoding(library)
        return kill_app_while_reading(library, choose.randint(1, min(3, waiting)), "--resume")
    seen = []

    def moment(progress, promised) -> bool:
        seen.append(progress)
        if victim == "parser" and len(seen) == steps:
            for parser in parsers_of(owner(library))[:1]:
                os.kill(parser, signal.SIGKILL)
        return len(seen) == steps + (5 if victim == "parser" else 0)

    return kill_engine(library, moment)
