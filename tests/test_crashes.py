"""A hard crash leaves a trace in the logs, the next start tells of it, and a bug in the engine
comes to whoever asked as one error; none of them holds a word of a document.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from legaldesk.app import prepare
from legaldesk.core.bugs import MOST_FRAMES, bug, last_crash
from legaldesk.core.desk import Task
from legaldesk.core.errors import UNEXPECTED, Unexpected
from legaldesk.engine.logs import LOGS, TRACE_BYTES, take_crashes, to_children, trace_crashes
from legaldesk.engine.owner import Ownership
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.engine.server import Server

CANARY = "Zebrafinkenvertrag"
LOOK_SECONDS = 0.02
PATIENCE = 120

posix = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")


@contextmanager
def started(library: Path, *arguments: str):
    """This program in one of its roles, as it is shipped."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", LOGS: str(library / "logs")}
    environment.pop("PYTHONFAULTHANDLER", None)
    process = subprocess.Popen(
        [sys.executable, "-m", "legaldesk", *arguments],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def wait_until(condition) -> None:
    """Look again until it holds."""
    tick = threading.Event()
    for _ in range(int(PATIENCE / LOOK_SECONDS)):
        if condition():
            return
        tick.wait(LOOK_SECONDS)
    raise AssertionError("it never came true")


def catches_crashes(process: subprocess.Popen) -> bool:
    """Whether a fault handler is there."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    return bool(caught >> (signal.SIGSEGV - 1) & 1)


def crash(process: subprocess.Popen) -> None:
    """What a fault in a library does."""
    wait_until(lambda: catches_crashes(process))
    process.send_signal(signal.SIGSEGV)
    assert process.wait(PATIENCE) == -signal.SIGSEGV


@posix
@pytest.mark.parametrize(
    ("role", "arguments"),
    [
        ("engine", ["--role", "engine", "--library", "{}"]),
        ("hub", ["--role", "hub"]),
        ("window", ["--library", "{}"]),
    ],
)
def test_a_crash_of_a_shipped_role_leaves_a_trace_that_the_next_start_takes(
    library, role, arguments
):
    prepare(library)
    with started(library, *(each.format(library) for each in arguments)) as process:
        crash(process)

    trace = library / "logs" / f"crash-{role}.txt"
    assert "Segmentation fault" in trace.read_text()
    assert trace.stat().st_mode & 0o077 == 0
    told = take_crashes(library)
    assert [each.where for each in told] == [f"the {role} process, which had to stop"]
    assert told[0].trace[0] == "Segmentation fault"
    assert any("legaldesk/__main__.py:" in line for line in told[0].trace)
    assert not any(str(Path.home()) in line or ' "/' in line for line in told[0].trace)
    assert take_crashes(library) == []
    assert "Segmentation fault" in trace.with_suffix(".old.txt").read_text()


@posix
def test_the_window_that_starts_after_a_crash_takes_its_trace(library):
    prepare(library)
    with started(library, "--library", str(library)) as process:
        crash(process)
    trace = library / "logs" / "crash-window.txt"
    assert trace.stat().st_size > 0

    with started(library, "--library", str(library)) as process:
        wait_until(lambda: (library / "owner.json").exists())
        assert trace.stat().st_size == 0
        assert "Segmentation fault" in trace.with_suffix(".old.txt").read_text()
        assert process.poll() is None


@posix
def test_no_process_leaves_a_core_dump(library):
    with started(library, "--role", "engine", "--library", str(library)) as process:
        wait_until(lambda: catches_crashes(process))
        limits = Path(f"/proc/{process.pid}/limits").read_text()

    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4] == "0"


def test_old_traces_are_bounded(library):
    prepare(library)
    path = library / "logs" / "crash-test.txt"
    path.write_bytes(b"x" * (TRACE_BYTES + 1))
    program = "from legaldesk.engine.logs import trace_crashes; trace_crashes('test')"

    subprocess.run([sys.executable, "-c", program], env=os.environ | to_children(), check=True)

    assert path.stat().st_size == 0
    assert path.with_suffix(".old.txt").stat().st_size == TRACE_BYTES + 1


def test_a_fault_handler_that_is_there_already_is_left_alone(library):
    prepare(library)

    trace_crashes("test")  # pytest has one

    assert not (library / "logs" / "crash-test.txt").exists()


def fail(desk, question: str, report) -> str:
    try:
        raise OSError(f"/offices/{question}.pdf")
    except OSError as error:
        raise ValueError(f"“{question}” is not a date") from error


def test_a_bug_in_the_engine_is_one_error_with_a_clean_report(library, caplog):
    task = Task("fail", fail, {"question": str}, str)
    ownership = Ownership(library)

    class Straight:
        def run(self, task, arguments, report):
            return task.function(self, **arguments, report=report)

    server = Server(Straight(), {"fail": task}, ownership.listen())
    server.start()
    desk = RemoteDesk(library, start_engine=False)
    try:
        with pytest.raises(Unexpected) as caught:
            desk.run(task, {"question": CANARY}, lambda progress: None)
    finally:
        desk.close()
        server.close()
        ownership.release()

    assert caught.value.message == UNEXPECTED
    assert caught.value.bug.where == "the engine, fail"
    assert caught.value.bug.trace[0] == "OSError"
    assert [line for line in caught.value.bug.trace if not line.startswith(" ")] == [
        "OSError",
        "ValueError",
    ]
    assert any("test_crashes" in line and "fail" in line for line in caught.value.bug.trace)
    assert CANARY not in str(caught.value.bug)


def test_a_report_is_short_however_deep_it_happened():
    def dive(depth: int) -> None:
        if depth:
            dive(depth - 1)
        raise KeyError(CANARY)

    try:
        dive(500)
    except KeyError as error:
        told = bug("a test", error)

    assert 2 * MOST_FRAMES < len(told.trace) < 2 * MOST_FRAMES + 5
    assert CANARY not in str(told)


def test_only_places_are_taken_from_a_trace():
    trace = f"""{CANARY}
Fatal Python error: Segmentation fault

Thread 0x1 (most recent call first):
  File "/offices/{CANARY}/site-packages/pypdf/_reader.py", line 12 in read
  File "/offices/{CANARY}.py", line 1 in <module>
Current thread 0x2 (most recent call first):
  File "C:\\Users\\ann\\legaldesk\\engine\\pdfium.py", line 7 in open_document
  {CANARY}
"""
    assert last_crash(trace) == (
        "Segmentation fault",
        "a thread",
        "  pypdf/_reader.py:12 read",
        f"  {CANARY}.py:1 <module>",
        "the thread that crashed",
        "  legaldesk\\engine\\pdfium.py:7 open_document",
    )
    assert last_crash("Windows fatal exception: code 0x8001010d\n") == ()


def test_a_thread_that_nobody_waits_for_changes_no_status():
    script = (
        "import atexit, threading\n"
        "from legaldesk import __main__ as entry\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "atexit.register(print, 'taken down')\n"
        "entry.main = lambda: print('answer') or 3\n"
        "entry.run()\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert (done.returncode, done.stdout, done.stderr) == (3, "answer\n", "")
