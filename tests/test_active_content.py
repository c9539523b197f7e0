"""Active content never fires: nothing is opened, run, sent or written because a PDF asks for it.

Files with scripts, programs, addresses, forms and attachments with path tricks are imported,
looked at and clicked on in the real window, while strace watches every process of the session.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import pdf_factory as pdf
from tests.hostile_pdfs import ACTIVE, CANARY, EVIL

pytestmark = pytest.mark.skipif(not shutil.which("strace"), reason="needs strace (Linux)")

SESSION = """
import json, os, socket, subprocess, sys
from pathlib import Path
from PySide6.QtCore import QObject, QPoint, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from legaldesk.app import open_window, prepare

folder, library, canary, plant = sys.argv[1:]
opened, seen, to_see = [], [], []

class Catcher(QObject):
    @Slot(QUrl)
    def catch(self, url):
        opened.append(url.toString())

def look():
    page = window.search.page
    if not to_see:
        window.close()
        app.quit()
    elif page.document_id != to_see[0]:
        window.views.openDocument.emit(to_see[0], 1)
    elif page.settled:
        target = page.canvas.viewport()
        for at in (target.rect().center(), QPoint(target.width() // 2, 60)):
            QTest.mouseClick(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
            QTest.mouseDClick(target, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
        seen.append(page.images.image(to_see.pop(0), 1) is not None)

def go_and_look():
    outcomes = window.actors.importer.outcomes
    to_see.extend(dict.fromkeys(each.document_id for each in outcomes if each.document_id))
    looking.start(20)

app = QApplication([])
catcher = Catcher()
for scheme in ("http", "https", "file", "ftp", "mailto", "smb"):
    QDesktopServices.setUrlHandler(scheme, catcher, "catch")
window = open_window(app, prepare(Path(library)))
looking = QTimer()
looking.timeout.connect(look)
window.actors.importer.finished.connect(go_and_look)
if plant:
    QDesktopServices.openUrl(QUrl(canary))
    subprocess.run(["touch", plant], check=True)
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).connect_ex(("127.0.0.1", 9))
QTimer.singleShot(0, lambda: window.actors.importer.add([folder], "Case"))
app.exec()
outcomes = {Path(o.file).name: o.state.value for o in window.actors.importer.outcomes}
print(json.dumps({"opened": opened, "seen": seen, "outcomes": outcomes}))
"""


class Watched(NamedTuple):
    """What a session told, which programs its processes ran and which sockets they asked for."""

    told: dict[str, Any]
    programs: list[str]
    sockets: list[str]
    processes: int


def watch(place: Path, files: dict[str, bytes], plant: str = "") -> Watched:
    """Import, see and click on files in the real window, under strace."""
    for name in ("drop", "home", "tmp", "here"):
        (place / name).mkdir()
    for name, data in files.items():
        (place / "drop" / f"{name}.pdf").write_bytes(data)
    calls = "trace=execve,execveat,socket,connect,sendto"
    strace = ["strace", "-f", "-ff", "--seccomp-bpf", "-qq", "-s", "300", "-e", calls]
    strace += ["-o", str(place / "calls")]
    script = [sys.executable, "-c", SESSION, str(place / "drop"), str(place / "library")]
    names = ("PATH", "LANG", "LD_LIBRARY_PATH")
    environment = {name: os.environ[name] for name in names if name in os.environ} | {
        "HOME": str(place / "home"),
        "TMPDIR": str(place / "tmp"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[1]),
        "QT_QPA_PLATFORM": "offscreen",
    }
    done = subprocess.run(
        [*strace, *script, CANARY, plant],
        env=environment,
        cwd=place / "here",
        stdout=subprocess.PIPE,
        check=True,
        timeout=280,
    )
    logs = list(place.glob("calls.*"))
    lines = [line for log in logs for line in log.read_text(errors="replace").splitlines()]
    ran = [line for line in lines if re.match(r"execve(at)?\(.* = 0$", line)]
    sockets = [line for line in lines if re.search(r"AF_INET6?\b", line)]
    return Watched(json.loads(done.stdout.splitlines()[-1]), ran, sockets, len(logs))


def kinds(programs: list[str]) -> set[str]:
    """Each program that was run once, by its name and, where it is one of ours, its role."""
    found = (
        re.match(r'execve(?:at)?\("([^"]+)".*?(?:"--role", "(\w+)"|$)', line) for line in programs
    )
    return {f"{Path(each[1]).name} {each[2] or ''}" for each in found if each}


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[Path, Watched]:
    """A session with an honest file that opens an address, runs a program and connects."""
    place = tmp_path_factory.mktemp("planted")
    return place, watch(place, {"lease": pdf.text_pdf()}, plant=str(place / "tmp" / EVIL))


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> tuple[Path, Watched]:
    place = tmp_path_factory.mktemp("active")
    return place, watch(place, {name: make() for name, make in ACTIVE.items()})


def test_what_is_planted_is_seen(planted) -> None:
    place, found = planted

    assert found.told["opened"] == [CANARY]
    assert len(found.sockets) == 2
    assert "touch " in kinds(found.programs)
    assert list(place.rglob(f"*{EVIL}*")) == [place / "tmp" / EVIL]


def test_every_active_file_is_read_and_seen(watched) -> None:
    told = watched[1].told

    assert set(told["outcomes"]) == {f"{name}.pdf" for name in ACTIVE}
    without_text = {"content from elsewhere.pdf": "empty", "content from a file.pdf": "empty"}
    assert {n: s for n, s in told["outcomes"].items() if s != "imported"} == without_text
    assert told["seen"] == [True] * len(told["seen"])
    assert len(told["seen"]) >= len(ACTIVE) - len(without_text)


def test_nothing_was_opened_run_or_sent(watched, planted) -> None:
    """Libraries look for others with ldconfig and the like, in an honest session as well."""
    found, honest = watched[1], kinds(planted[1].programs) - {"touch "}

    assert found.told["opened"] == []
    assert {f"{Path(sys.executable).name} {role}" for role in ("engine", "parser")} <= honest
    assert kinds(found.programs) <= honest
    assert found.sockets == []


def test_nothing_was_written_outside_the_library(watched) -> None:
    place, _ = watched
    above = [*place.parents[0].glob(f"*{EVIL}*"), *Path(tempfile.gettempdir()).glob(f"*{EVIL}*")]

    assert list((place / "here").iterdir()) == []
    assert [*place.rglob(f"*{EVIL}*"), *above] == []
    assert [path for path in (place / "home").rglob("*.pdf")] == []
