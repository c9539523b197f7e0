"""One owner per library: others ask it, a dead one is replaced, and two never write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client

import msgspec
import pytest

from legaldesk import app
from legaldesk.core.documents import FileState
from legaldesk.core.errors import Cancelled, LibraryBusy, LibraryDamaged, ProcessDied, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.owner import Address, Ownership, call_owner
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.engine.server import Server
from legaldesk.tasks import care, documents, importing, matters, searching, viewing
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
    boxes = viewing.passage_boxes(served, answer.hits[0].document_id, answer.hits[0].spans)
    assert boxes[0].page == 1 and boxes[0].boxes


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
