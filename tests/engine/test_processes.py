"""One owner per library: others ask it, a dead one is replaced, and two never write."""

from __future__ import annotations

import gc
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import msgspec
import pytest

from legaldesk import app
from legaldesk.core.desk import Task
from legaldesk.core.documents import FileState, Matter
from legaldesk.core.errors import (
    Abandoned,
    Cancelled,
    LegalDeskError,
    LibraryBusy,
    LibraryDamaged,
    ProcessDied,
    WrongUse,
)
from legaldesk.core.hits import Scope
from legaldesk.core.passages import Span
from legaldesk.core.progress import Progress, silent
from legaldesk.engine import owner, remote_desk
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.owner import Address, Ownership, call_owner
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.engine.server import Server
from legaldesk.engine.system import spawn
from legaldesk.tasks import care, documents, importing, matters, reading, searching, viewing
from legaldesk.tasks.dispatch import TASKS
from tests import pdf_factory as pdf


@pytest.fixture
def served(library, tiny_model):
    """A library that this process owns and serves, and a desk that asks it."""
    ownership = Ownership(library)
    desk = LocalDesk(library, tiny_model)
    desk.meaning.start()
    server = Server(desk, TASKS, ownership.listen())
    server.start()
    remote = RemoteDesk(library, start_engine=False)
    yield remote
    remote.close()
    server.close()
    desk.close()
    ownership.release()


def test_values_cross_as_they_are(served, drop):
    path = drop("a.pdf", pdf.text_pdf())

    summary = importing.import_files(served, (path,), "Case", {})
    importing.await_meaning(served)
    answer = searching.search(served, "notice", Scope("Case"))

    assert summary.outcomes[0].state is FileState.IMPORTED
    assert answer.hits[0].document == "a.pdf"
    assert viewing.page_image(served, answer.hits[0].document_id, 1, 0.5).rgb
    spans = answer.hits[0].spans
    words = (Span(1, spans[0].start, spans[0].start + 6),)
    boxes = viewing.passage_boxes(served, answer.hits[0].document_id, spans, words)
    assert boxes[0].page == 1 and boxes[0].boxes
    assert (
        boxes[0].lead == viewing.passage_boxes(served, answer.hits[0].document_id, words)[0].boxes
    )


def test_errors_cross_as_they_are(served):
    with pytest.raises(WrongUse, match="Nope"):
        searching.search(served, "rent", Scope("Nope"))


def test_a_cancel_crosses_and_keeps_what_is_finished(served, drop):
    paths = tuple(drop(f"{n}.pdf", pdf.text_pdf(f"Lease {n}.")) for n in range(100))
    finished = []

    def cancel(progress):
        if progress.outcome is not None:
            finished.append(progress.outcome.file)
            raise Cancelled

    summary = importing.import_files(served, paths, "Case", {}, report=cancel)

    states = [outcome.state for outcome in summary.outcomes]
    assert finished
    assert states.count(FileState.IMPORTED) >= 1
    assert states.count(FileState.CANCELLED) >= 1
    assert len(documents.list_documents(served, Scope())) == states.count(FileState.IMPORTED)


def test_requests_run_side_by_side(served):
    results = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(matters.create_matter(served, f"M{n}")))
        for n in range(12)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {matter.name for matter in results} == {f"M{n}" for n in range(12)}


def test_a_second_owner_is_refused(served):
    with pytest.raises(LibraryBusy):
        Ownership(served.library)


@pytest.mark.skipif(os.name == "nt", reason="a pipe's name has no folder")
def test_a_long_folder_for_temporary_files_is_passed_over(library, tmp_path, monkeypatch):
    long = tmp_path / ("temporary-" * 12)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    ownership = Ownership(library)

    door = ownership.listen()

    place = Path(msgspec.json.decode((library / "owner.json").read_bytes(), type=Address).address)
    assert place.is_socket() and not place.is_relative_to(long)
    assert place.parent.stat().st_mode & 0o077 == 0
    door.close()
    ownership.release()
    assert not place.parent.exists()


@pytest.mark.skipif(os.name == "nt", reason="a pipe's name has no folder")
def test_without_a_short_folder_it_is_said_what_to_do(library, monkeypatch):
    monkeypatch.setattr(owner, "LONGEST_ADDRESS", 10)
    ownership = Ownership(library)

    with pytest.raises(LegalDeskError, match="Set TMPDIR"):
        ownership.listen()

    ownership.release()


def test_nobody_answers_where_nobody_owns(library):
    desk = RemoteDesk(library, start_engine=False, patience=0.1)

    with pytest.raises(LibraryBusy):
        matters.create_matter(desk, "Case")


def test_a_stale_address_is_nobody(library):
    ownership = Ownership(library)
    ownership.listen().close()

    assert call_owner(library) is None
    ownership.release()


def test_the_address_is_private(served):
    if os.name == "nt":
        return
    mode = (served.library / "owner.json").stat().st_mode & 0o777
    assert mode & 0o077 == 0


def test_a_stranger_without_the_key_gets_no_answer(served):
    here = msgspec.json.decode((served.library / "owner.json").read_bytes(), type=Address)

    with pytest.raises(AuthenticationError):
        Client(here.address, authkey=b"wrong")

    assert care.engine_state(served).total == 0


def test_an_engine_starts_dies_and_starts_again(library, drop):
    library = library / "Mandat für Müller & Söhne (100 % #1?)" / ("x" * 200)
    desk = RemoteDesk(library, start_engine=True)
    path = drop("a.pdf", pdf.text_pdf())
    outcome = importing.import_files(desk, (path,), "Case", {}).outcomes[0]
    assert outcome.state is FileState.IMPORTED
    engine = desk._engine

    os.kill(engine.pid, signal.SIGKILL if hasattr(signal, "SIGKILL") else signal.SIGTERM)
    engine.wait()
    with_patience(lambda: care.engine_state(desk))

    assert [found.name for found in documents.list_documents(desk, Scope())] == ["a.pdf"]
    assert desk._engine.pid != engine.pid
    os.kill(desk._engine.pid, signal.SIGINT)  # as Ctrl+C in the window's terminal does
    assert care.engine_state(desk).total > 0
    desk.close()
    desk.wait_closed(60)
    assert desk._engine.returncode == 0


def with_patience(ask):
    """Ask again after the one error that tells of the death."""
    for _ in range(5):
        try:
            return ask()
        except ProcessDied:
            continue
    return ask()


def test_the_command_line_asks_the_owner(served, capsys, drop):
    from legaldesk import cli

    path = drop("a.pdf", pdf.text_pdf())

    status = cli.main(["import", path, "--library", str(served.library), "--matter", "Case"])

    assert status == 0
    assert [found.name for found in documents.list_documents(served, Scope())] == ["a.pdf"]


@pytest.mark.slow  # test_two_at_once.py has window and command line in the default run
def test_two_command_lines_at_once(library, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease {n}.")) for n in range(2)]
    command = [sys.executable, "-m", "legaldesk", "import", "--library", str(library)]

    running = [
        subprocess.Popen([*command, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for path in paths
    ]
    results = [process.communicate(timeout=120) for process in running]

    assert [process.returncode for process in running] == [0, 0], results
    with app.open_desk(library) as desk:
        assert len(documents.list_documents(desk, Scope())) == 2


def test_an_engine_says_why_it_cannot_open_the_library(library):
    library.mkdir(parents=True)
    (library / "library.sqlite").write_bytes(b"not a database" * 500)
    desk = RemoteDesk(library, start_engine=True)

    with pytest.raises(LibraryDamaged):
        care.engine_state(desk)

    desk.close()
    desk.wait_closed(60)


def in_thread(work):
    """Run something in a thread; its result or exception comes out of the queue."""
    done = queue.SimpleQueue()

    def run():
        try:
            done.put(work())
        except BaseException as error:
            done.put(error)

    threading.Thread(target=run, daemon=True).start()
    return done


def test_closing_does_not_wait_for_an_owner_that_does_not_answer(library):
    ownership = Ownership(library)  # holds the library and never listens
    desk = RemoteDesk(library, start_engine=True, patience=600)
    asked = in_thread(lambda: care.engine_state(desk))

    desk.close()

    assert isinstance(asked.get(timeout=60), ProcessDied)
    desk.wait_closed(60)
    ownership.release()


def test_engines_that_die_without_a_word_are_reported(library, monkeypatch):
    monkeypatch.setattr(remote_desk, "child_command", lambda *_: [sys.executable, "-c", ""])
    desk = RemoteDesk(library, start_engine=True, patience=600)

    with pytest.raises(ProcessDied, match="does not start"):
        care.engine_state(desk)

    desk.close()


def test_a_request_that_comes_while_an_owner_leaves_goes_to_the_next_one(library, tiny_model, drop):
    ownership, desk = Ownership(library), LocalDesk(library, tiny_model)
    leaving, may_end = threading.Event(), threading.Event()
    tasks = dict(TASKS) | {"wait": waiting_task(leaving, may_end)}
    server = Server(desk, tasks, ownership.listen())
    server.start()
    remote = RemoteDesk(library, start_engine=False)
    waiting = in_thread(lambda: remote.run(tasks["wait"], {}, silent))
    leaving.wait()

    closed = in_thread(server.close)
    made = in_thread(lambda: matters.create_matter(remote, "Case"))
    may_end.set()
    closed.get(timeout=60)
    desk.close()
    ownership.release()

    assert waiting.get(timeout=60) == "done"
    with app.open_desk(library, tiny_model):
        assert made.get(timeout=60) == Matter("Case")
    remote.close()


def waiting_task(begun, may_end):
    """A task that says when it runs, ends when it may, and reports only then."""

    def wait(desk, report):
        begun.set()
        may_end.wait(60)
        report(Progress("waited", 1, 1))
        return "done"

    return Task("wait", wait, {}, str)


def test_a_cancel_is_noticed_before_there_is_any_progress(library, tiny_model):
    ownership, desk = Ownership(library), LocalDesk(library, tiny_model)
    begun, may_end = threading.Event(), threading.Event()
    task = waiting_task(begun, may_end)
    server = Server(desk, {"wait": task}, ownership.listen())
    server.start()
    remote = RemoteDesk(library, start_engine=False)

    def cancel(progress):
        threading.Timer(0.5, may_end.set).start()
        raise Cancelled

    with pytest.raises(Cancelled):
        remote.run(task, {}, cancel)

    remote.close()
    server.close()
    desk.close()
    ownership.release()


def test_whoever_leaves_leaves_the_files_waiting(served, drop, monkeypatch):
    paths = tuple(drop(f"{n}.pdf", pdf.text_pdf(f"Lease {n}.")) for n in range(9))

    def leave(progress):
        if progress.outcome is not None:
            raise Abandoned

    with monkeypatch.context() as patched, pytest.raises(Abandoned):
        patched.setattr(importing, "read_file", only_the_first)
        importing.import_files(served, paths, "Case", {}, report=leave)
    wait_for_queue(served)
    summary = importing.resume_import(served)

    assert len(summary.outcomes) == 8
    assert len(documents.list_documents(served, Scope())) == 9


def only_the_first(desk, dropped, on_page):
    """Reads one file; at the others it waits until the import is left."""
    while not dropped.path.endswith("0.pdf"):
        on_page(0, 0)
        time.sleep(0.01)
    return reading.read_file(desk, dropped, on_page)


def wait_for_queue(desk):
    """Until the import that was left has noticed."""
    deadline = time.monotonic() + 60
    while not care.engine_state(desk).queued:
        assert time.monotonic() < deadline


def test_a_visitor_who_says_nothing_holds_nobody_up(served):
    here = msgspec.json.decode((served.library / "owner.json").read_bytes(), type=Address)

    with Client(here.address):
        assert care.engine_state(served).total == 0


def test_a_dead_owner_of_another_version_owns_nothing(library):
    first = Ownership(library)
    first.listen().close()
    told = library / "owner.json"
    told.write_bytes(told.read_bytes().replace(b'"protocol":1', b'"protocol":99'))

    assert call_owner(library) is None

    first.release()


def test_what_a_killed_owner_left_is_cleared_away(library):
    if os.name == "nt":
        pytest.skip("a pipe's name goes with its process")
    script = (
        "import os, pathlib, sys; from legaldesk.engine.owner import Ownership;"
        "held = Ownership(pathlib.Path(sys.argv[1])); door = held.listen(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(library)], check=False)
    left = Path(msgspec.json.decode((library / "owner.json").read_bytes(), type=Address).address)
    (library / ".owner.json.1.part").write_bytes(b"half")
    assert left.exists()

    Ownership(library).release()

    assert not left.parent.exists()
    assert sorted(found.name for found in library.iterdir()) == ["owner.lock", "reserve"]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts what /proc lists")
def test_opening_and_closing_leaves_no_thread_and_no_file_open(library, tiny_model):
    def open_and_close():
        with app.open_desk(library, tiny_model) as desk:
            remote = RemoteDesk(library, start_engine=False)
            matters.list_matters(remote)
            care.engine_state(remote)
            remote.close()
            desk.meaning.wait_until_ready()

    def held():
        gc.collect()
        return threading.active_count(), len(os.listdir("/proc/self/fd"))

    open_and_close()
    before = held()
    for _ in range(3):
        open_and_close()

    threads, files = held()
    assert threads <= before[0]
    assert files <= before[1]


def test_the_log_keeps_no_message_of_an_exception(library):
    script = (
        "import logging, pathlib, sys; from legaldesk import app; app.prepare("
        "pathlib.Path(sys.argv[1]))\n"
        "try:\n    open('/nowhere/Smith v. Jones.pdf')\n"
        "except OSError:\n    logging.getLogger('x').exception('a file could not be read')"
    )

    subprocess.run([sys.executable, "-c", script, str(library)], check=True)

    [log] = (library / "logs").iterdir()
    assert "FileNotFoundError" in log.read_text()
    assert "Smith" not in log.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="pipes can be widened on Linux alone")
def test_a_child_may_say_much_before_anyone_reads():
    said = 900_000
    command = [sys.executable, "-c", f"import sys; sys.stdout.buffer.write(bytes({said}))"]
    with spawn(command) as child:
        assert child.wait(timeout=60) == 0  # it did not wait for a reader
        assert len(child.stdout.read()) == said
