"""Whether the window stays alive while a folder of hostile PDFs is imported and looked at.

    python3 packaging/dev.py bench hostile_import FOLDER [--seed 1]

The files are shuffled among twenty good ones and dropped on the real window on a fresh
library. A 16 ms timer ticks in the window's thread from the drop until every page that can
be looked at has been. Then: one outcome for each file, every good file found by a word that
is in no other, lateness and memory of the window's process within their limits, and page
images of all hostile files asked for directly, imported or not. Exits with 1 if any fails.
"""

from __future__ import annotations

import collections
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from _idle import idle_process
from _options import options_of

if TYPE_CHECKING:
    from legaldesk.core.desk import Desk
    from legaldesk.core.documents import FileOutcome

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

BEAT_MS = 16
GOOD = 20
PAGES = 6
P99_MS, MAX_MS, GROWTH_MB = 50, 200, 300
PAGES_LOOKED_AT = 3
LONGEST_VIEW = 60
"""Seconds until one page has its image or its sentence; the engine is encoding meanwhile."""


def main() -> int:
    """Run once and print every figure; 1 where one is beyond its limit."""
    parser = options_of(__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if os.name != "nt" and not os.environ.get("DISPLAY"):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="legaldesk-") as place:
        return session(given.folder, Path(place), given.seed)


def session(folder: Path, place: Path, seed: int) -> int:
    """One import in the real window, and the verdict on it."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from legaldesk.app import open_window, prepare

    files = mixed(folder, place / "drop", seed)
    app = QApplication([])
    library = prepare(place / "library")
    window = open_window(app, library)
    run = Run(app, window, files)
    QTimer.singleShot(2500, run.begin)  # the window has been painted
    app.exec()
    unfound = not_found(library, files)
    failed = [*run.problems, *(f"not found by its word: {name}" for name in unfound)]
    failed += shown_directly([file for file in files if not file.name.startswith("good-")])
    for line in failed:
        print(f"FAILED: {line}")
    return 1 if failed else 0


def mixed(folder: Path, drop: Path, seed: int) -> list[Path]:
    """Copies of the hostile files and twenty good ones, in an order given by the seed."""
    from tests import pdf_factory as pdf

    drop.mkdir()
    hostile = sorted(path for path in folder.iterdir() if path.is_file())
    files = [Path(shutil.copy(path, drop)) for path in hostile]
    for number in range(GOOD):
        pages = [[f"{word(number)} agrees to page {page}.", *pdf.LEASE] for page in range(PAGES)]
        files.append(drop / f"good-{number:02}.pdf")
        files[-1].write_bytes(pdf.text_pdf(*pages))
    random.Random(seed).shuffle(files)
    return files


def word(number: int) -> str:
    """A word that is in the good file of that number alone."""
    return f"Zq{'bcdfghjklmnpqrstvwxz'[number]}wort"


class Run:
    """Imports, looks at pages one after another, and times the window's thread."""

    def __init__(self, app: Any, window: Any, files: list[Path]) -> None:
        import psutil
        from PySide6.QtCore import Qt, QTimer

        self.app, self.window, self.files = app, window, files
        self.problems: list[str] = []
        self.late: list[float] = []
        self.outcomes: list[FileOutcome] = []
        self.looked_at = self.refused = 0
        self.doing = "importing"
        self.to_look_at: list[tuple[str, int]] = []
        self.names: dict[str, str] = {}
        self.due = self.begun = self.since = 0.0
        self.memory = psutil.Process().memory_info
        self.before = self.most = 0
        self.timer = QTimer()
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.tick)
        self.looking = QTimer(interval=50)
        self.looking.timeout.connect(self.look)

    def begin(self) -> None:
        """Drop the files."""
        self.before = self.most = self.memory().rss
        self.idle = idle_process(BEAT_MS / 1000)
        self.begun = time.perf_counter()
        self.due = self.begun + BEAT_MS / 1000
        self.window.actors.importer.fileFinished.connect(self.outcomes.append)
        self.window.actors.importer.finished.connect(self.go_and_look)
        self.timer.start(BEAT_MS)
        self.window.actors.importer.add([str(file) for file in self.files], "Hostile")

    def tick(self) -> None:
        """Note how late this tick is, and the memory."""
        now = time.perf_counter()
        self.late.append(max(0.0, now - self.due) * 1000)
        if self.late[-1] >= MAX_MS:
            print(f"{self.late[-1]:.0f} ms late while {self.doing}")
        self.due = now + BEAT_MS / 1000
        if len(self.late) % 32 == 0:
            self.most = max(self.most, self.memory().rss)

    def go_and_look(self) -> None:
        """Look at the first pages of every document that was imported."""
        print(f"imported in {time.perf_counter() - self.begun:.0f} s")
        self.names = {each.document_id or "": Path(each.file).name for each in self.outcomes}
        pages = {each.document_id: each.pages for each in self.outcomes if each.document_id}
        self.to_look_at = [
            (document, page)
            for document, last in pages.items()
            for page in range(1, min(last, PAGES_LOOKED_AT) + 1)
        ]
        self.show_next()
        self.looking.start()

    def show_next(self) -> None:
        """Open the next page, or close the window after the last."""
        if not self.to_look_at:
            self.looking.stop()
            self.timer.stop()
            self.judge()
            self.window.close()
            self.app.quit()
            return
        self.since = time.perf_counter()
        self.doing = f"looking at {self.names[self.to_look_at[0][0]]}"
        self.window.views.openDocument.emit(*self.to_look_at[0])

    def look(self) -> None:
        """Go on when the page is settled, or note that it never was."""
        page = self.window.search.page
        waited = time.perf_counter() - self.since
        if not page.settled and waited < LONGEST_VIEW:
            return
        document, number = self.to_look_at.pop(0)
        if not page.settled:
            self.problems.append(f"page {number} of {document[:8]} never settled")
        if page.images.image(document, number) is not None:
            self.looked_at += 1
        else:
            self.refused += 1
        self.show_next()

    def judge(self) -> None:
        """Print the figures and note those beyond their limits."""
        states = collections.Counter(each.state.value for each in self.outcomes)
        counted = collections.Counter(Path(each.file).name for each in self.outcomes)
        twice = [name for name, times in counted.items() if times > 1]
        missing = {file.name for file in self.files} - set(counted)
        good = [e for e in self.outcomes if Path(e.file).name.startswith("good-")]
        late = sorted(self.late)
        p99, most = late[int(len(late) * 0.99)], late[-1]
        growth = (self.most - self.before) / 2**20
        print(f"{len(self.files)} files: {dict(states)}")
        print(f"{self.looked_at} pages seen, {self.refused} without an image")
        print(f"lateness p99 {p99:.1f} ms, max {most:.1f} ms over {len(late)} ticks")
        print(f"lateness of an idle process meanwhile: {self.idle.communicate()[0].strip()}")
        print(f"memory of the window's process grew by {growth:.0f} MB")
        wrong = {
            f"outcomes twice: {twice}": bool(twice),
            f"no outcome: {sorted(missing)}": bool(missing),
            "a good file was not imported": any(e.state.value != "imported" for e in good),
            f"lateness p99 {p99:.0f} ms": p99 >= P99_MS,
            f"lateness max {most:.0f} ms": most >= MAX_MS,
            f"memory grew by {growth:.0f} MB": growth >= GROWTH_MB,
        }
        self.problems += [line for line, failed in wrong.items() if failed]


def not_found(library: Path, files: list[Path]) -> list[str]:
    """The good files that a search for their own word does not find."""
    from legaldesk.app import open_desk

    with open_desk(library) as desk:
        return [
            file.name
            for file in files
            if file.name.startswith("good-")
            and found_by(desk, word(int(file.stem[5:]))) != {file.name}
        ]


def found_by(desk: Desk, question: str) -> set[str]:
    """The names of the documents that a search for words finds."""
    from legaldesk.core.hits import Scope
    from legaldesk.tasks import searching

    return {hit.document for hit in searching.search_words(desk, question, Scope()).hits}


def shown_directly(files: list[Path]) -> list[str]:
    """What went wrong when the first page of each was asked for, other than a typed refusal."""
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.engine.parser_pool import ParserPool
    from legaldesk.engine.parser_reading import Limits

    pool, wrong, shown, slowest = ParserPool(1), [], 0, 0.0
    for file in files:
        began = time.perf_counter()
        try:
            pool.render(file.name, file.read_bytes, None, 1, 1.0)
            shown += 1
        except LegalDeskError:
            pass
        took = time.perf_counter() - began
        slowest = max(slowest, took)
        if took > 2 * Limits().view + 5:
            wrong.append(f"{file.name} took {took:.0f} s to be refused")
    pool.close()
    print(f"{shown} of {len(files)} hostile files show a first page, slowest {slowest:.1f} s")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
