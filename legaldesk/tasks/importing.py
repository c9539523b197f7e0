"""Bring files and folders into the library."""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from legaldesk.core.documents import FileOutcome, FileState, ImportSummary, matter_key
from legaldesk.core.errors import Abandoned, Cancelled, WrongUse
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.engine import languages
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.readiness import Replaced
from legaldesk.engine.recovered_place import is_recovered, place_of, within_library
from legaldesk.tasks.dispatch import task
from legaldesk.tasks.reading import Dropped, lying, read_file, storable

WORKERS = 8
"""Files in work side by side: many more than there are parsers, so that these always have one
to read while others wait to be stored.
"""

ROOM = 256 << 20
"""Bytes of the files in work, which are in memory; a larger one is read alone."""

REPORT_SECONDS = 0.1

LOOKING_STEP = 500
"""Files found between two reports."""

EVERY_FILE = ""
"""The key of a password that is tried on every file."""


@task
def import_files(
    desk: LocalDesk,
    paths: tuple[str, ...],
    matter: str,
    passwords: dict[str, str],
    in_place: bool = False,
    report: Report = silent,
) -> ImportSummary:
    """Read files, and folders with all that is in them, into a matter.

    Every file ends with one outcome, reported the moment it is known. After a cancel what is
    finished stays, the rest ends as cancelled. ``passwords`` go by path; EVERY_FILE is tried where
    none is given. Raises WrongUse without a matter, or where it is removed meanwhile, and NoRoom.
    """
    if not matter.strip():
        raise WrongUse("Choose the matter that the files belong to.")
    before = _matters(desk)
    found = _found(desk, [_place(desk, path) for path in paths], report)
    matter = _now_called(matter, before, _matters(desk))
    records = [_recorded(desk, path) for path in found]
    words = {_place(desk, path): word for path, word in passwords.items()}
    queued = desk.store.enqueue(records, matter, in_place)
    dropped = [
        Dropped(
            record,
            waiting.matter,
            waiting.record,
            in_place and not is_recovered(record),
            words.get(path, words.get(EVERY_FILE)),
            source=path,
        )
        for path, record, waiting in zip(found, records, queued, strict=True)
    ]
    return _Import(desk, dropped).run(report)


@task
def expect_files(desk: LocalDesk, report: Report = silent) -> None:
    """Have ready what reads files: some hover over the window, or are being chosen."""
    desk.prepare_parsers()
    desk.parsers.expect()
    languages.begin_to_load()


@task
def resume_import(
    desk: LocalDesk, password: str | None = None, report: Report = silent
) -> ImportSummary:
    """Go on with the files that were left waiting by a restart, a full disk or a closed window.

    ``password`` is tried on every file: those of the import are kept nowhere.
    """
    rows = desk.take_leftovers()
    dropped = [
        Dropped(
            row["path"],
            row["matter"],
            row["id"],
            bool(row["in_place"]),
            password,
            _place(desk, row["path"]),
        )
        for row in rows
    ]
    return _Import(desk, dropped).run(report)


@task
def await_meaning(desk: LocalDesk, report: Report = silent) -> int:
    """Wait until every passage can be found by meaning; returns how many there are."""

    def all_of(meaning: Meaning) -> int:
        def look(progress: Progress) -> None:
            report(progress)
            if desk.meaning is not meaning:  # it may rest, and would never end
                raise Replaced

        return meaning.await_all(look)

    return desk.with_meaning(all_of)


def files_in(paths: Sequence[str], apart_from: str = "") -> Iterator[str]:
    """Every file once, folders recursively and in the order of their names.

    A folder that cannot be opened comes out like a file. Links to folders are not followed,
    hidden files and the folder ``apart_from`` are passed over.
    """
    seen: set[str] = set()
    for given in paths:
        path = os.path.abspath(given)
        for file in _walk(path, apart_from) if os.path.isdir(path) else (path,):
            if file not in seen:
                seen.add(file)
                yield file


def _walk(folder: str, apart_from: str) -> Iterator[str]:
    closed: list[str] = []
    walk = os.walk(folder, onerror=lambda error: closed.append(str(error.filename)))
    for where, folders, files in walk:
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and not _same(os.path.join(where, name), apart_from)
        )
        yield from (os.path.join(where, name) for name in sorted(files) if name[0] != ".")
    yield from closed


def _same(folder: str, other: str) -> bool:
    return bool(other) and os.path.realpath(folder) == os.path.realpath(other)


def _found(desk: LocalDesk, paths: Sequence[str], report: Report) -> list[str]:
    """The files to be read. Raises WrongUse for the library's own folder, and for no path.

    Of that a recovered copy can be read, which may have been locked or in use before.
    """
    own = os.path.realpath(desk.library)
    for path in paths:
        if "\0" in path:  # no system has it in a name
            raise WrongUse("There can be no file of that name. Choose the file again.")
        real = Path(os.path.realpath(path))
        if real.is_relative_to(own) and not is_recovered(str(real.relative_to(own))):
            raise WrongUse("That is LegalDesk's own folder. Choose the one with your documents.")
    report(Progress("looking", 0, 0, message="Looking for files"))
    found: list[str] = []
    for file in files_in(paths, own):
        found.append(file)
        if len(found) % LOOKING_STEP == 0:
            report(Progress("looking", len(found), 0, "files", message="Looking for files"))
    return found


def _matters(desk: LocalDesk) -> dict[tuple[int, str], str]:
    """The matters' names by what they keep: numbers of removed ones are given again."""
    rows = desk.reader.rows("SELECT id, created, name FROM matters")
    return {(row["id"], row["created"]): row["name"] for row in rows}


def _now_called(
    matter: str, before: dict[tuple[int, str], str], now: dict[tuple[int, str], str]
) -> str:
    """The name of a matter after files were looked for, which may take minutes.

    Raises WrongUse where it was removed meanwhile: it must not be made anew.
    """
    same = (each for each, name in before.items() if matter_key(name) == matter_key(matter))
    meant = next(same, None)
    if meant is None:
        return matter
    if meant not in now:
        raise WrongUse(f"The matter “{matter}” was removed before its files were read.")
    return now[meant]


def _place(desk: LocalDesk, path: str) -> str:
    """Where a file lies that was dropped, or that a record names."""
    return lying(place_of(desk.library, path))


def _recorded(desk: LocalDesk, path: str) -> str:
    """A path as its record has it."""
    inside = within_library(path)
    own = inside and os.path.realpath(path) == os.path.realpath(desk.library / inside)
    return inside if own else storable(path)


@dataclass
class _Import:
    """One run over a list of files by a few threads, reported from the caller's thread."""

    desk: LocalDesk
    files: list[Dropped]
    waiting: queue.SimpleQueue[Dropped] = field(default_factory=queue.SimpleQueue)
    finished: queue.SimpleQueue[tuple[int, FileOutcome]] = field(default_factory=queue.SimpleQueue)
    outcomes: dict[int, FileOutcome] = field(default_factory=dict)
    """By record: a path may wait for several matters."""
    stop: threading.Event = field(default_factory=threading.Event)
    problem: Exception | None = None
    current: str = ""
    pages: int = 0
    bytes_done: int = 0
    """Of files in work by their pages."""
    bytes_in_all: int = 0
    begun: float = field(default_factory=time.monotonic)
    guard: threading.Lock = field(default_factory=threading.Lock)
    sizes: dict[int, int] = field(default_factory=dict)
    room: threading.Condition = field(default_factory=threading.Condition)
    taken: int = 0
    """Bytes of the files in work."""

    def run(self, report: Report) -> ImportSummary:
        """Read every file; see import_files."""
        for dropped in self.files:
            self.waiting.put(dropped)
        self.sizes = {dropped.record: _size(dropped.place) for dropped in self.files}
        self.bytes_in_all = sum(self.sizes.values())
        threads = [threading.Thread(target=self._work, name="read") for _ in range(WORKERS)]
        keep_queue = False
        self.desk.generations.traffic.files_begin()
        self.desk.prepare_parsers()
        try:
            for thread in threads:
                thread.start()
            languages.begin_to_load()  # while the parsers start
            self._watch(threads, report)
        except Cancelled as cancel:
            keep_queue = isinstance(cancel, Abandoned)
        finally:
            self.stop.set()
            with self.room:
                self.room.notify_all()
            for thread in threads:
                thread.join()
            self.desk.parsers.rest()  # the vectors that follow take memory enough
            self.desk.generations.traffic.files_end()
            self.desk.generations.more()
        self._collect(silent)
        if self.problem is not None or keep_queue:
            self.desk.leave(d.record for d in self.files if d.record not in self.outcomes)
            raise self.problem or Abandoned
        self._cancel_rest()
        ordered = [self.outcomes[d.record] for d in self.files if d.record in self.outcomes]
        return ImportSummary(tuple(ordered), time.monotonic() - self.begun)

    def _watch(self, threads: list[threading.Thread], report: Report) -> None:
        """Report until the threads are done; this is where a cancel comes out."""
        while any(thread.is_alive() for thread in threads):
            self._collect(report)
            report(self._progress())
            next((each for each in threads if each.is_alive()), threads[0]).join(REPORT_SECONDS)
        self._collect(report)

    def _collect(self, report: Report) -> None:
        while True:
            try:
                record, outcome = self.finished.get_nowait()
            except queue.Empty:
                return
            self.outcomes[record] = outcome
            report(self._progress(outcome))

    def _progress(self, outcome: FileOutcome | None = None) -> Progress:
        seconds = max(time.monotonic() - self.begun, 1e-3)
        left = None
        if self.bytes_done:
            left = seconds * (self.bytes_in_all - self.bytes_done) / self.bytes_done
        return Progress(
            stage="reading",
            done=len(self.outcomes),
            total=len(self.files),
            unit="pages",
            rate=self.pages / seconds,
            seconds_left=left,
            message=Path(self.current).name,
            outcome=outcome,
        )

    def _work(self) -> None:
        """Take files until none is left; a problem that concerns all of them stops the run."""
        while not self.stop.is_set():
            try:
                dropped = self.waiting.get_nowait()
            except queue.Empty:
                return
            try:
                with self._room_for(self.sizes[dropped.record]):
                    self.current = dropped.path
                    counter = _PageCounter(self, self.sizes[dropped.record])
                    outcome = read_file(self.desk, dropped, counter)
                    counter.end()
                    self.finished.put((dropped.record, outcome))
            except Cancelled:
                return
            except Exception as error:  # raised again by run; a thread's own would be lost
                self.problem = error
                self.stop.set()
                return
            self.desk.generations.more()

    @contextmanager
    def _room_for(self, size: int) -> Iterator[None]:
        """Wait until a file's bytes fit beside those in work. Raises Cancelled."""
        with self.room:
            self.room.wait_for(
                lambda: self.stop.is_set() or not self.taken or self.taken + size <= ROOM
            )
            if self.stop.is_set():
                raise Cancelled
            self.taken += size
        try:
            yield
        finally:
            with self.room:
                self.taken -= size
                self.room.notify_all()

    def _cancel_rest(self) -> None:
        rest = [
            (
                dropped.record,
                FileOutcome(
                    dropped.path,
                    FileState.CANCELLED,
                    "Cancelled before it was read.",
                    matter=dropped.matter,
                ),
            )
            for dropped in self.files
            if dropped.record not in self.outcomes
        ]
        self.desk.store.cancel_files(rest)
        self.outcomes.update(rest)


class _PageCounter:
    """Counts one file's pages and bytes into the run and notices a cancel between two pages."""

    def __init__(self, run: _Import, size: int) -> None:
        self._run, self._size = run, size
        self._pages = self._bytes = 0

    def __call__(self, done: int, total: int) -> None:
        if self._run.stop.is_set():
            raise Cancelled
        self._count(done, self._size * done // total if total else 0)

    def end(self) -> None:
        """The whole file has been read, or as much of it as can be."""
        self._count(self._pages, self._size)

    def _count(self, pages: int, read: int) -> None:
        with self._run.guard:
            self._run.pages += pages - self._pages
            self._run.bytes_done += read - self._bytes
        self._pages, self._bytes = pages, read


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except (OSError, ValueError):
        return 0
