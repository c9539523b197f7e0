"""A session in which much goes wrong, each time with a message that quotes the client's text.

Run as a program: LIBRARY FILES MODEL CANARY REPORT. It says on standard output what came of
each fault, writes the window's bug report to REPORT, and ends in a segmentation fault.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from legaldesk import app, cli
from legaldesk.core.errors import Cancelled
from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.engine import trainer
from legaldesk.engine.logs import log_uncaught
from legaldesk.engine.originals import Originals
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import (
    importing,
    label_files,
    labels,
    matters,
    reading,
    reviewing,
    searching,
    training,
)
from legaldesk.workers.bug_reports import BugReports
from legaldesk.workers.job import Job
from tests.training_runs import TINY

FAILING_TRAINER = """
import sys
from legaldesk.engine import trainer_child, training_run

def run(self):
    raise ValueError("no token in " + sys.argv[2])

training_run.TrainingRun.run = run
sys.exit(trainer_child.main([sys.argv[1]]))
"""


class Session:
    """Faults, one after another, on a library that works between them."""

    def __init__(self, library: Path, files: Path, model: Path, canary: str) -> None:
        self.library = library
        self.files = files
        self.model = model
        self.canary = canary
        self.path = str(files / f"{canary}.pdf")

    def run(self, report: Path) -> None:
        with app.open_desk(self.library, self.model) as desk:
            log_uncaught()
            self.import_all(desk)
            self.work(desk)
            remote = RemoteDesk(self.library, start_engine=False)
            self.break_tasks(desk, remote)
            remote.close()
            self.break_training(desk)
            self.break_libraries()
            self.break_the_model(desk)
        self.break_the_command_line()
        self.break_the_window(report)

    def import_all(self, desk: Any) -> None:
        matters.create_matter(desk, self.canary)
        summary = importing.import_files(desk, (str(self.files),), self.canary, {})
        importing.await_meaning(desk)
        tell("imported", sorted(each.state.value for each in summary.outcomes))

    def work(self, desk: Any) -> None:
        """What goes right: it must leave no text either."""
        answer = searching.search(desk, f"Who signs the {self.canary}?", Scope())
        reviewing.remember_answer(desk, answer, Scope())
        hit = answer.hits[0]
        labels.label_hit(desk, self.canary, hit.document_id, hit.spans, Verdict.RELEVANT)
        tell("found", len(answer.hits))

    def break_tasks(self, desk: Any, remote: RemoteDesk) -> None:
        full = OSError(5, f"Input/output error at {self.canary}", self.path)
        locked = sqlite3.OperationalError(f"near “{self.canary}”: syntax error")
        with broken(type(desk.store), "create_matter", ValueError(f"{self.canary} is taken")):
            attempt("create", lambda: matters.create_matter(remote, f"{self.canary} 2"))
        with broken(type(desk.store), "rename_matter", locked):
            attempt("rename", lambda: matters.rename_matter(remote, self.canary, "x"))
        with broken(searching.language, "parse", KeyError(self.canary)):
            attempt("search", lambda: searching.search(remote, self.canary, Scope()))
        bad = self.files.parent / f"{self.canary}.jsonl"
        bad.write_text(f'{{"anchor": "{self.canary}", \n["{self.canary}"]\n', encoding="utf-8")
        attempt("label file", lambda: label_files.import_labels(remote, str(bad), self.canary))
        new = self.files.parent / f"new {self.canary}.pdf"
        new.write_bytes((self.files / f"{self.canary}.pdf").read_bytes() + b"\n%\n")
        with broken(Originals, "keep", full):
            attempt("disk", lambda: importing.import_files(remote, (str(new),), self.canary, {}))
        with broken(reading, "_sample", IndexError(self.canary)):
            attempt("parser", lambda: importing.import_files(remote, (str(new),), self.canary, {}))

    def break_training(self, desk: Any) -> None:
        pairs = self.files.parent / "pairs.jsonl"
        lines = [
            {"anchor": f"{self.canary} {number}?", "positive": f"{number} by {self.canary}."}
            for number in range(30)
        ]
        pairs.write_text("".join(json.dumps(line) + "\n" for line in lines))

        def command(_role: str, folder: str) -> list[str]:
            return [sys.executable, "-c", FAILING_TRAINER, folder, self.canary]

        with mock.patch.object(trainer, "child_command", command):
            attempt("train", lambda: training.train(desk, TINY, (), str(pairs)))

    def break_libraries(self) -> None:
        """A library that logs what it reads, and a thread that nobody waits for."""
        logging.getLogger("pypdf").warning("cannot read %s", self.canary)
        thread = threading.Thread(target=self._raise, name=self.canary)
        thread.start()
        thread.join()
        tell("libraries", "logged")

    def break_the_model(self, desk: Any) -> None:
        stopped = threading.Event()
        with broken(type(desk.meaning), "_encode_some", ValueError(self.canary), stopped):
            desk.meaning.more()
            tell("model", stopped.wait(60))
            desk.meaning._thread.join(60)

    def break_the_command_line(self) -> None:
        with broken(cli.matters, "list_matters", RuntimeError(self.canary)):
            status = cli.main(["matters", "--library", str(self.library)])
        tell("command", status)

    def break_the_window(self, report: Path) -> None:
        reports = BugReports()
        reports.listen()
        job = Job(lambda _: self._raise(), "search")
        job.failed.connect(lambda error: reports.tell(error.bug))
        job.run()
        thread = threading.Thread(target=self._raise)
        thread.start()
        thread.join()
        reports.stop_listening()
        report.write_text(reports.report(), encoding="utf-8")
        tell("window", reports.report().count("ValueError"))

    def _raise(self) -> None:
        try:
            raise OSError(2, self.canary, self.path)
        except OSError as error:
            raise ValueError(f"“{self.canary}” is no date") from error


@contextmanager
def broken(
    owner: Any, name: str, error: Exception, reached: threading.Event | None = None
) -> Iterator[None]:
    """Let something raise while the block runs."""

    def fail(*_: object, **__: object) -> None:
        if reached is not None:
            reached.set()
        raise error

    with mock.patch.object(owner, name, fail):
        yield


def attempt(what: str, act: Callable[[], Any]) -> None:
    """Do it, and tell what kind of thing came of it."""
    try:
        result = act()
    except (Exception, Cancelled) as error:
        tell(what, type(error).__name__)
    else:
        outcomes = getattr(result, "outcomes", ())
        refused = getattr(result, "refused", None)
        tell(what, refused if refused is not None else [each.state.value for each in outcomes])


def tell(what: str, came: object) -> None:
    print(json.dumps([what, came]), flush=True)


if __name__ == "__main__":
    places = [Path(argument) for argument in sys.argv[1:4]]
    Session(*places, sys.argv[4]).run(Path(sys.argv[5]))
    os.kill(os.getpid(), signal.SIGSEGV)
