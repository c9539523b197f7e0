"""Logs, crash reports and traces hold no text of a document, no name and no question."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests import pdf_factory as pdf

CHECKOUT = Path(__file__).resolve().parent.parent
CANARY = "Zebrafinkenvertrag"

PLANTED = """
import logging, sys
from pathlib import Path
from legaldesk import app

app.prepare(Path(sys.argv[1]))
logging.getLogger("legaldesk.planted").error("cannot read %s", sys.argv[2])
"""

NAMED = """
import faulthandler, os, signal, sys
from pathlib import Path
from legaldesk import app
from legaldesk.engine.logs import trace_crashes

app.prepare(Path(sys.argv[1]))
trace_crashes("planted")
exec(f"def {sys.argv[2]}():\\n    os.kill(os.getpid(), signal.SIGSEGV)")
locals()[sys.argv[2]]()
"""


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(CHECKOUT), "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONFAULTHANDLER", None)
    command = [sys.executable, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=280)


def hits(places: list[Path]) -> list[str]:
    """Where the canary's first letters are, in any case and in any of the usual codes."""
    start = CANARY[:9]
    codes = [each.encode(code) for each in (start.lower(),) for code in ("utf-8", "utf-16-le")]
    found = []
    for place in places:
        data = place.read_bytes().lower()
        found += [f"{place.name}: {code!r}" for code in codes if code in data]
    return found


def kept_files(library: Path) -> list[Path]:
    """What is kept for whoever looks for a fault."""
    notes = [*(library / "logs").iterdir(), *library.rglob("crash.txt")]
    return [path for path in notes if path.is_file()]


@pytest.mark.skipif(os.name == "nt", reason="ends in a POSIX signal")
def test_a_session_full_of_faults_leaves_no_text_in_what_is_kept_of_them(
    library, tmp_path, tiny_model
):
    files, report = tmp_path / "files", tmp_path / "report.txt"
    files.mkdir()
    (files / f"{CANARY}.pdf").write_bytes(pdf.text_pdf(f"The {CANARY} is signed by Ann."))
    (files / f"damaged {CANARY}.pdf").write_bytes(pdf.damaged_pdf())
    (files / f"locked {CANARY}.pdf").write_bytes(pdf.locked_pdf())
    (files / f"{CANARY} no.pdf").write_bytes(f"{CANARY} is no PDF".encode())

    done = python(
        "-m", "tests.failing_session", *map(str, (library, files, tiny_model)), CANARY, str(report)
    )

    assert done.returncode == -signal.SIGSEGV, done.stderr
    assert dict(map(json.loads, done.stdout.splitlines())) == {
        "imported": ["damaged", "imported", "locked", "unsupported"],
        "found": 1,
        "create": "Unexpected",
        "rename": "Unexpected",
        "search": "Unexpected",
        "label file": 2,
        "disk": "Unexpected",
        "parser": ["damaged"],
        "train": "ProcessDied",
        "libraries": "logged",
        "model": True,
        "command": 4,
        "window": 2,
    }
    kept = [*kept_files(library), report]
    names = {path.name for path in kept}
    assert {"legaldesk.log", "crash-command.txt", "crash.txt", "report.txt"} <= names
    log = (library / "logs" / "legaldesk.log").read_text()
    for kind in ("ValueError", "OperationalError", "KeyError", "IndexError", "RuntimeError"):
        assert kind in log
    assert "pypdf WARNING" in log
    assert "Segmentation fault" in (library / "logs" / "crash-command.txt").read_text()
    assert hits([path for path in library.rglob("*") if path.is_file() and path not in kept])
    assert hits(kept) == []


@pytest.mark.parametrize("planted", [PLANTED, NAMED])
def test_a_planted_leak_is_found(library, planted):
    """The control of the test above: in the log, and in a trace."""
    python("-c", planted, str(library), CANARY)

    assert hits(kept_files(library))
