"""How late the window answers while a folder of PDFs is imported, meaning included.

    python3 packaging/dev.py bench window_lateness [FOLDER] [--runs 3]

Each run opens the real window on a fresh library in a process of its own, drops FOLDER (by
default the sample matter) and lets a 16 ms timer tick in the window's thread from the drop
until every passage can be found by meaning. Lateness is how long after its time a tick
comes; a tick that comes a whole beat late or more has made the window miss a frame. Beside it
stands the lateness of a process that sleeps for as long again and again: what the machine adds.
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
from pathlib import Path
from typing import Any

from _idle import idle_process
from _options import options_of

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "resources" / "samples"
BEAT_MS = 16
HEAVY = ("torch", "sentence_transformers", "hnswlib")
FIGURES = ("p50", "p99", "max")

Figures = dict[str, Any]
"""Of one run: FIGURES in ms, and "seconds", "files", "idle" and "heavy"."""


def main() -> int:
    """Run it a few times and print every run and the medians; 1 when a run failed."""
    parser = options_of(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SAMPLES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--library", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.library:
        return measure(given.folder, Path(given.library))
    runs = [one_run(given.folder) for _ in range(given.runs)]
    middle = {name: statistics.median(run[name] for run in runs) for name in FIGURES}
    print(f"median            {figures(middle)}")
    heavy = sorted({name for run in runs for name in run["heavy"]})
    print(f"model libraries in the window's process: {', '.join(heavy) or 'none'}")
    return 1 if heavy else 0


def one_run(folder: Path) -> Figures:
    """One import in a fresh library and a fresh process."""
    with tempfile.TemporaryDirectory(prefix="legaldesk-") as library:
        command = [sys.executable, __file__, str(folder.resolve()), "--library", library]
        environment = dict(os.environ, PYTHONPATH=str(ROOT))
        if os.name != "nt" and not environment.get("DISPLAY"):
            environment.setdefault("QT_QPA_PLATFORM", "offscreen")
        done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(done.returncode)
    run: Figures = json.loads(done.stdout.splitlines()[-1])
    took = f"{run['files']:4} files {run['seconds']:5.1f} s"
    print(f"{took} {figures(run)}  an idle process {run['idle']}", flush=True)
    return run


def figures(run: Figures) -> str:
    """The three figures in milliseconds."""
    return "  ".join(f"{name} {run[name]:6.1f} ms" for name in FIGURES)


def measure(folder: Path, library: Path) -> int:
    """Open the window, import, and print lateness as one JSON line."""
    from PySide6.QtCore import Qt, QTimer
    from PySide6.QtWidgets import QApplication

    from legaldesk.app import open_window, prepare

    app = QApplication([])
    window = open_window(app, prepare(library))
    run = _Run(app, window)
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(run.tick)
    window.actors.importer.finished.connect(run.note_end)
    QTimer.singleShot(1500, lambda: window.show_view(1))  # the window has been painted
    QTimer.singleShot(2500, lambda: run.begin(folder, timer))
    app.exec()
    print(json.dumps(run.result()))
    return 0


class _Run:
    """Collects lateness from the drop until the last passage has its meaning."""

    def __init__(self, app: Any, window: Any) -> None:
        self.app, self.window = app, window
        self.late: list[float] = []
        self.imported, self.old_state = False, None
        self.seconds = self.due = self.begun = 0.0

    def begin(self, folder: Path, timer: Any) -> None:
        self.idle = idle_process(BEAT_MS / 1000)
        self.begun = time.perf_counter()
        self.due = self.begun + BEAT_MS / 1000
        timer.start(BEAT_MS)
        self.window.actors.importer.add([str(folder)], "Lateness")

    def tick(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self.due) * 1000)
        self.due = now + BEAT_MS / 1000
        state = self.window.actors.watcher.state
        fresh = self.imported and state is not None and state is not self.old_state
        if fresh and state.model in ("ready", "absent", "failed") and not state.pending:
            self.seconds = now - self.begun
            self.window.close()
            self.app.quit()

    def note_end(self) -> None:
        """All files are read; only what the engine says from now on tells about meaning."""
        self.imported, self.old_state = True, self.window.actors.watcher.state

    def result(self) -> Figures:
        late = sorted(self.late)
        return {
            "p50": late[len(late) // 2],
            "p99": late[int(len(late) * 0.99)],
            "max": late[-1],
            "seconds": self.seconds,
            "files": len(self.window.actors.importer.outcomes),
            "idle": self.idle.communicate()[0].strip(),
            "heavy": [name for name in HEAVY if name in sys.modules],
        }


if __name__ == "__main__":
    sys.exit(main())
