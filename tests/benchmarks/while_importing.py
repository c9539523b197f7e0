"""How long a search takes in a large library while nothing else goes on, and during an import.

    python3 packaging/dev.py bench while_importing --keep FOLDER [--passages N] [--texts SET ...]
        [--files FOLDER] [--rounds N]

An engine process of its own holds a copy of a library of N passages (100,000; made in FOLDER
unless it is there, see _large.py). In each round it is asked QUESTIONS questions one after
another, a fifth of a second apart, by this process, first while nothing else goes on, then while
a second process imports a share of --files (the samples) through the same engine, words and
vectors, another share in each round. The ratio is the median over the rounds of the ratios of
both p95.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from _large import add_options, copied, library, machine, questions, with_export, with_graph
from _options import options_of
from _rounds import pdfs
from _turns import at

from legaldesk import RESOURCES
from legaldesk.core.hits import Scope
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import care, searching

QUESTIONS = 40
PAUSE = 0.2
GOAL = 3.0

IMPORT = """
import sys
from pathlib import Path
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import importing
desk = RemoteDesk(Path(sys.argv[1]), start_engine=False)
importing.import_files(desk, tuple(sys.argv[2:]), "Imported", {})
importing.await_meaning(desk)
desk.close()
"""


def main() -> None:
    """Measure and print one table."""
    parser = options_of(__doc__)
    add_options(parser)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--files", type=Path, default=RESOURCES / "samples")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    place = with_export(with_graph(library(options.keep, options.passages, options.texts)))
    asked = questions(options.texts, QUESTIONS)
    files = [str(path) for path in pdfs(options.files)]
    shares = [files[turn :: options.rounds] for turn in range(options.rounds)]
    with copied(place, options.keep) as copy:
        desk = RemoteDesk(copy, start_engine=True)
        try:
            while care.engine_state(desk).model != "ready":
                time.sleep(0.1)
            rounds = [one_round(desk, copy, some, asked) for some in shares]
        finally:
            desk.close()
            desk.wait_closed(60)
    show(rounds, options.passages)


def one_round(
    desk: RemoteDesk, place: Path, files: list[str], asked: list[str]
) -> tuple[list[float], list[float]]:
    """Seconds of each search, idle and during an import."""
    turns = iter(cycle(asked))
    ask(desk, next(turns))
    idle = [ask(desk, question) for question in islice(turns, QUESTIONS)]
    command = [sys.executable, "-c", IMPORT, str(place), *files]
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
    with subprocess.Popen(command, env=environment) as process:
        busy = list(while_it(lambda: process.poll() is None, lambda: ask(desk, next(turns))))
    if process.returncode:
        sys.exit("the import failed")
    return idle, busy


def while_it(lasts: Callable[[], bool], work: Callable[[], float]) -> Iterator[float]:
    """What work gives, again and again."""
    while lasts():
        yield work()


def ask(desk: RemoteDesk, question: str) -> float:
    """Seconds of one search, with a pause before it."""
    time.sleep(PAUSE)
    begun = time.perf_counter()
    answer = searching.search(desk, question, Scope(), 10)
    taken = time.perf_counter() - begun
    assert answer.modes == ("words", "meaning"), answer.modes
    return taken


def show(rounds: list[tuple[list[float], list[float]]], passages: int) -> None:
    """Print both distributions and their ratio."""
    print(f"{passages:,} passages, {len(rounds)} rounds; {machine()}")
    for name, column in zip(("idle", "during an import"), zip(*rounds, strict=True), strict=True):
        times = [each for one in column for each in one]
        print(
            f"search, {name:17} p50 {statistics.median(times) * 1e3:7.1f} ms"
            f"   p95 {at(times, 0.95) * 1e3:7.1f} ms   ({len(times)} searches)"
        )
    ratio = statistics.median(at(busy, 0.95) / at(idle, 0.95) for idle, busy in rounds)
    print(f"p95 during an import / idle: {ratio:.2f} (goal: at most {GOAL:.0f})")


if __name__ == "__main__":
    main()
