"""Nobody else can read the profile, whatever the umask; one window per library; no shares."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from legaldesk import app
from tests import pdf_factory as pdf
from tests.test_crashes import wait_until
from tests.training_runs import made_up_pairs

CHECKOUT = Path(__file__).resolve().parent.parent

posix = pytest.mark.skipif(os.name == "nt", reason="on Windows the profile folder's rules apply")

WINDOW = """
import sys
from PySide6.QtCore import QTimer
from legaldesk import app
from legaldesk.ui.main_window import MainWindow

before = MainWindow.come_to_front

def come_to_front(window):
    before(window)
    QTimer.singleShot(0, lambda: print(window.banner.words.text(), flush=True))

MainWindow.come_to_front = come_to_front
sys.exit(app.show(sys.argv[1]))
"""

REFUSED = """
import collections, sys
import psutil
from PySide6.QtCore import QTimer
from legaldesk import app
from legaldesk.ui import refusal

Line = collections.namedtuple("Line", "mountpoint fstype opts")
psutil.disk_partitions = lambda all: [Line("/", "nfs4", "rw")]
before = refusal.refuse

def refuse(reason, report=""):
    box = before(reason, report)
    print(box.textFormat().name, box.isVisible(), box.text(), flush=True)
    QTimer.singleShot(0, box.close)
    return box

refusal.refuse = refuse
sys.exit(app.show(sys.argv[1]))
"""


def open_to_others(folder: Path) -> list[str]:
    """What is in a folder that others may read or list, itself included."""
    found = [folder, *folder.rglob("*")]
    return [
        f"{path.relative_to(folder)} {stat.filemode(path.lstat().st_mode)}"
        for path in found
        if not path.is_symlink() and path.lstat().st_mode & 0o077
    ]


def run(mask: int, *command: str) -> str:
    """Run a command as a shell with this umask would; returns what it printed."""
    done = subprocess.run(
        [sys.executable, *command],
        capture_output=True,
        text=True,
        umask=mask,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(CHECKOUT)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SESSION = """
import sys
from pathlib import Path
from legaldesk import app
from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.tasks import importing, label_files, labels, reviewing, searching, training
from tests.training_runs import TINY

if __name__ == "__main__":  # what is spawned imports this again
    library, files, model = map(Path, sys.argv[1:4])
    with app.open_desk(library, model) as desk:
        importing.import_files(desk, (str(files),), "Case", {})
        importing.await_meaning(desk)
        answer = searching.search(desk, "When does the lease end?", Scope())
        reviewing.remember_answer(desk, answer, Scope())
        hit = answer.hits[0]
        labels.label_hit(desk, "When?", hit.document_id, hit.spans, Verdict.RELEVANT, "Case", 1)
        label_files.export_labels(desk, str(library.parent / "labels.jsonl"))
        for pairs in sys.argv[4:]:
            print(training.train(desk, TINY, (), pairs).phase.value)
    print(len(answer.hits))
"""


@posix
@pytest.mark.parametrize(
    ("mask", "train"),
    [
        (0o000, False),
        pytest.param(0o022, False, marks=pytest.mark.slow),
        pytest.param(0o000, True, marks=pytest.mark.slow),
    ],
)
def test_nothing_of_a_session_is_readable_by_others(library, tmp_path, tiny_model, mask, train):
    files, session, pairs = tmp_path / "files", tmp_path / "session.py", tmp_path / "pairs.jsonl"
    files.mkdir()
    for number in range(3):
        (files / f"{number}.pdf").write_bytes(pdf.text_pdf(f"Lease {number} ends in May {number}."))
    session.write_text(SESSION)
    lines = [{"anchor": pair.question, "positive": pair.passage} for pair in made_up_pairs(30)]
    pairs.write_text("".join(json.dumps(line) + "\n" for line in lines))

    teach = [str(pairs)] if train else []
    said = run(mask, str(session), str(library), str(files), str(tiny_model), *teach)

    assert said.split() == (["finished"] if train else []) + ["3"]
    names = {path.name for path in library.rglob("*")}
    assert any(name.endswith(".pdf") for name in names), names
    assert {"logs", "legaldesk.log", *(["model.safetensors"] if train else [])} <= names
    assert open_to_others(library) == []


@posix
def test_a_file_that_others_can_read_is_seen(library):
    """The control of the test above."""
    app.prepare(library)
    leak = library / "logs" / "leak.txt"
    leak.touch()
    leak.chmod(0o644)

    assert open_to_others(library) == ["logs/leak.txt -rw-r--r--"]


@posix
def test_a_library_that_was_open_to_others_is_closed(library):
    library.mkdir(mode=0o755)
    library.chmod(0o755)

    app.prepare(library)

    assert stat.S_IMODE(library.stat().st_mode) == 0o700


@posix
def test_a_second_window_is_refused_with_a_message_and_brings_the_first_to_front(library):
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    with subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(library)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        umask=0,
    ) as first:
        try:
            # its engine takes the library after the window is shown
            wait_until(lambda: (library / "owner.json").exists())
            second = subprocess.run(
                [sys.executable, "-m", "legaldesk", "--library", str(library)],
                capture_output=True,
                text=True,
                env=environment,
                timeout=120,
            )
            said = first.stdout.readline()
            assert first.poll() is None
            assert open_to_others(library) == []
        finally:
            first.kill()

    assert second.returncode == 0
    assert second.stderr.strip() == app.ALREADY_OPEN
    assert said.strip() == app.ALREADY_OPEN


@posix
def test_the_window_says_why_a_share_is_refused_and_writes_nothing_there(library):
    done = subprocess.run(
        [sys.executable, "-c", REFUSED, str(library)],
        capture_output=True,
        text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        timeout=120,
    )

    assert done.returncode == 4, done.stderr
    assert done.stdout.startswith("PlainText True The library cannot be in")
    assert "network share (nfs4)" in done.stdout
    assert not library.exists()
