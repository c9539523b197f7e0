"""Window and command line on one library at the same time; an owner that dies is taken over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.profile import make_private_folder
from legaldesk.tasks import care, documents, importing, matters
from tests import pdf_factory as pdf
from tests.known_precision import know_precision
from tests.test_window import PATIENCE, ask, start
from tests.test_window import drop as drop_on

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
            drop_on(window, letter)  # while the other one goes on
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


def finished(qtbot, library, *words):
    """Carry a command out while the window goes on."""
    ran = command(library, *words)
    qtbot.waitUntil(lambda: ran.poll() is not None, timeout=PATIENCE)
    out, errors = ran.communicate()
    assert ran.returncode == 0, out + errors


def shown(window):
    return {hit.document for hit in window.search.results.hits}


def test_what_the_command_line_changes_is_seen_in_the_window(
    qtbot, start, library, tiny_model, drop
):
    know_precision(make_private_folder(library), tiny_model)
    made = LocalDesk(library, tiny_model)
    for name, matter in (("winery", "Case"), ("cellar", "Case"), ("brewery", "Wall")):
        page = pdf.text_pdf(f"The {name} of the tenant pays rent.")
        importing.import_files(made, (drop(f"{name}.pdf", page),), matter, {})
    made.close()
    with start(qtbot) as (window, _):
        ask(qtbot, window, "tenant rent")
        qtbot.waitUntil(lambda: shown(window) == {"winery.pdf", "cellar.pdf"}, timeout=PATIENCE)
        row = [hit.document for hit in window.search.results.hits].index("winery.pdf")
        window.search.results.choose(row)
        erased = window.search.page.document_id

        finished(qtbot, library, "remove", "winery.pdf", "--yes")
        qtbot.waitUntil(lambda: shown(window) == {"cellar.pdf"}, timeout=PATIENCE)
        assert window.search.page.document_id != erased

        finished(qtbot, library, "matters", "rename", "Case", "Zeta")
        qtbot.waitUntil(lambda: window.bar.scope == Scope("Zeta"), timeout=PATIENCE)

        with qtbot.waitSignal(window.actors.asker.answered, timeout=PATIENCE):
            window.actors.book.choose(ALL_MATTERS)
        qtbot.waitUntil(lambda: shown(window) == {"cellar.pdf", "brewery.pdf"}, timeout=PATIENCE)
        finished(qtbot, library, "matters", "lock", "Wall")
        qtbot.waitUntil(lambda: shown(window) == {"cellar.pdf"}, timeout=PATIENCE)

        letter = drop("letter.pdf", pdf.text_pdf("The letter of the tenant about the rent."))
        finished(qtbot, library, "import", letter, "--matter", "Fresh")
        qtbot.waitUntil(lambda: window.actors.book.find("Fresh") is not None, timeout=PATIENCE)
        qtbot.waitUntil(lambda: shown(window) == {"cellar.pdf", "letter.pdf"}, timeout=PATIENCE)
