"""Window and command line on one library at the same time; an owner that dies is taken over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.profile import make_private_folder
from legaldesk.tasks import care, documents, matters
from tests import pdf_factory as pdf
from tests.known_precision import know_precision
from tests.test_window import PATIENCE, ask, drop, start

__all__ = ["start"]

FILES = 40
WORDS = [f"covenant{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(FILES)]


@pytest.fixture
def folder(tmp_path):
    """Contracts of three pages, each with a word of its own."""
    place = tmp_path / "contracts"
    place.mkdir()
    for word in WORDS:
        page = f"The {word} of this contract binds the tenant and the landlord alike. " * 20
        (place / f"{word}.pdf").write_bytes(pdf.text_pdf(page, page, page))
    return place


def command(library, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "legaldesk", *words, "--library", str(library)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def stored(desk):
    return {found.name for found in documents.list_documents(desk, Scope())}


def test_both_work_and_the_engine_may_die(qtbot, start, library, tiny_model, folder, tmp_path):
    know_precision(make_private_folder(library), tiny_model)
    made = LocalDesk(library, tiny_model)
    matters.create_matter(made, "Case")
    made.close()
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(pdf.text_pdf("The estoppel letter of the window."))
    with start(qtbot) as (window, desk):
        terminal = command(library, "import", str(folder), "--matter", "Case")
        qtbot.waitUntil(lambda: len(stored(desk)) >= 2, timeout=PATIENCE)
        with qtbot.waitSignal(window.actors.importer.finished, timeout=PATIENCE):
            drop(window, letter)  # while the other one goes on
        ask(qtbot, window, "estoppel letter")
        assert window.search.results.hit.document == "letter.pdf"
        acknowledged = stored(desk)
        assert terminal.poll() is None and 2 < len(acknowledged) < FILES

        os.kill(desk._engine.pid, signal.SIGKILL)

        _, errors = terminal.communicate(timeout=120)
        assert terminal.returncode in (0, 4), errors
        assert "Traceback" not in errors
        again = command(library, "import", str(folder), "--matter", "Case")
        out, errors = again.communicate(timeout=180)
        assert again.returncode == 0, errors
        assert acknowledged <= stored(desk)
        assert stored(desk) == {"letter.pdf", *(f"{word}.pdf" for word in WORDS)}
        for word in (WORDS[0], WORDS[-1]):
            ask(qtbot, window, word)
            assert window.search.results.hit.document == f"{word}.pdf"
        assert [finding for finding in care.verify(desk) if not finding.ok] == []
