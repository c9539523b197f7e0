"""How late the window answers, and how long a search takes, while a model is taught in it.

    python3 packaging/dev.py bench while_training [PAIRS] [--preset NAME]

The real window opens on a fresh library with the sample matter. Questions are asked and timed,
one after another with a pause between them, first while nothing else goes on, then from the
moment that a run starts in the window's Training tab until its verdict is known. A 16 ms timer
ticks in the window's thread all that time, the Training tab in sight. PAIRS is a JSONL file of
anchor and positive; without it the sample matter's questions and their answers are taught.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from _options import options_of

from legaldesk import RESOURCES

BEAT_MS = 16
IDLE_SEARCHES = 100
PAUSE_S = 0.2
QUESTIONS = (
    "When may a court vacate an award?",
    "Who may petition to compel arbitration?",
    "What powers does the Congress have?",
    "How are arbitrators appointed?",
)


def main() -> None:
    """Run it once and print one table."""
    parser = options_of(__doc__)
    parser.add_argument("pairs", nargs="?", type=Path)
    parser.add_argument("--preset", default="balanced")
    parser.add_argument("--fill", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.fill:
        fill(given.fill)
        return
    if os.name != "nt" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="legaldesk-") as folder:
        pairs = given.pairs or sample_pairs(Path(folder) / "pairs.jsonl")
        measure(pairs.resolve(), given.preset, Path(folder) / "library")


def sample_pairs(file: Path) -> Path:
    """The sample matter's questions with the texts that answer them, as a file of pairs."""
    lines = (RESOURCES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    pairs = (
        {"anchor": row["question"], "positive": answer["text"]}
        for row in map(json.loads, lines)
        for answer in row["answers"][:1]
    )
    file.write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
    return file


def fill(library: Path) -> None:
    """Import the sample matter with its meaning."""
    from legaldesk.app import open_desk
    from legaldesk.tasks import demo, importing

    with open_desk(library) as desk:
        demo.import_samples(desk)
        importing.await_meaning(desk)


def measure(pairs: Path, preset: str, library: Path) -> None:
    """Open a filled library in the window, and time both states."""
    from PySide6.QtWidgets import QApplication

    from legaldesk.app import open_window, prepare

    # In a process of its own: the window's never loads a model.
    subprocess.run([sys.executable, __file__, "--fill", str(library)], check=True)
    app = QApplication([])
    prepare(library)
    session = _Session(app, open_window(app, library), library, pairs, preset)
    app.exec()
    session.report()


class _Session:
    """The window's thread ticks; another one asks, idle first, then while the run goes on."""

    def __init__(self, app: Any, window: Any, library: Path, pairs: Path, preset: str) -> None:
        from PySide6.QtCore import Qt, QTimer

        from legaldesk.ui.views import TRAINING

        self.app, self.window, self.library = app, window, library
        self.pairs, self.preset = pairs, preset
        self.coach = window.actors.training.coach
        self.coach.ended.connect(self._end)
        self.coach.failed.connect(self._end)
        self.late: dict[str, list[float]] = {"idle": [], "training": []}
        self.took: dict[str, list[float]] = {"idle": [], "training": []}
        self.outcome: object = None
        self.state = ""
        self.begun = self.seconds = 0.0
        self.due = time.perf_counter()
        self.timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=BEAT_MS)
        self.timer.timeout.connect(self._tick)
        self.timer.start()
        QTimer.singleShot(1000, lambda: window.show_view(TRAINING))
        QTimer.singleShot(3000, lambda: threading.Thread(target=self._ask, daemon=True).start())

    def _tick(self) -> None:
        now = time.perf_counter()
        if self.state:
            self.late[self.state].append(max(0.0, now - self.due) * 1000)
        self.due = now + BEAT_MS / 1000
        if self.state == "idle" and len(self.took["idle"]) >= IDLE_SEARCHES:
            self._begin()

    def _begin(self) -> None:
        from legaldesk.engine.presets import preset

        self.state, self.begun = "training", time.perf_counter()
        self.coach.train(preset(self.preset), str(self.pairs), "Samples")

    def _end(self, outcome: object) -> None:
        self.seconds = time.perf_counter() - self.begun
        self.state, self.outcome = "", outcome
        self.window.close()
        self.app.quit()

    def _ask(self) -> None:
        from legaldesk.core.hits import Scope
        from legaldesk.engine.remote_desk import RemoteDesk
        from legaldesk.tasks import importing, searching

        desk = RemoteDesk(self.library, start_engine=False)
        importing.await_meaning(desk)
        searching.search(desk, QUESTIONS[0], Scope(), 10)
        self.state, number = "idle", 0
        while state := self.state:
            begun = time.perf_counter()
            searching.search(desk, QUESTIONS[number % len(QUESTIONS)], Scope(), 10)
            self.took[state].append((time.perf_counter() - begun) * 1000)
            number += 1
            time.sleep(PAUSE_S)

    def report(self) -> None:
        """Print the table."""
        verdict = getattr(self.outcome, "verdict", None)
        said = verdict.sentence if verdict else self.outcome
        print(f"a run of {self.seconds:.0f} s with “{self.preset}”: {said}")
        for name, values in (("searches", self.took), ("window's lateness", self.late)):
            for state, found in values.items():
                print(f"{name:18} {state:9} {figures(found)}")
        ratio = at(self.took["training"], 0.95) / at(self.took["idle"], 0.95)
        print(f"a search's p95 while training is {ratio:.2f} times the idle one")


def figures(values: list[float]) -> str:
    """Percentiles in milliseconds."""
    shares = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    told = "  ".join(f"{name} {at(values, share):6.1f} ms" for name, share in shares)
    return f"{told}  ({len(values)})"


def at(values: list[float], share: float) -> float:
    """The value below which this share of them lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


if __name__ == "__main__":
    main()
