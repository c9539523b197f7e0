"""The main job in the real window: real events, real PDFs, a real engine and its model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from legaldesk import RESOURCES
from legaldesk.app import prepare
from legaldesk.core.documents import FileState
from legaldesk.core.hits import Scope
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import documents, importing, matters, viewing
from legaldesk.ui import theme
from legaldesk.ui.main_window import MainWindow
from legaldesk.ui.page_scene import HIGHLIGHT
from legaldesk.ui.settings import Settings
from legaldesk.workers.lane import Lanes
from legaldesk.workers.requests import Requests
from tests import pdf_factory as pdf

PATIENCE = 120_000
"""Milliseconds; a loaded machine needs most of a minute until the model answers."""

LAW = RESOURCES / "samples" / "us-federal-arbitration-act.pdf"
QUESTION = "When may a court vacate an arbitration award?"


@pytest.fixture(scope="module")
def remote(tmp_path_factory):
    """A library of its own with a matter and an engine, shared by this module's windows."""
    library = prepare(tmp_path_factory.mktemp("office") / "library")
    desk = RemoteDesk(library, start_engine=True)
    matters.create_matter(desk, "Case")
    yield desk
    desk.close()
    desk.wait_closed(60)


@pytest.fixture
def window(qtbot, qapp, remote):
    """The window on that library, its matter current."""
    theme.apply(qapp, theme.Look("light"))
    lanes = Lanes()
    made = MainWindow(Requests(remote), lanes, Settings(remote.library))
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.actors.book.read, timeout=PATIENCE)
    made.actors.book.choose("Case")
    yield made
    made.close()
    assert lanes.stop(patience=20_000)


def drop(window, *paths):
    """Drop files on the window, as the mouse would."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    copy, left, none = (
        Qt.DropAction.CopyAction,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), copy, mime, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), copy, mime, left, none))


def ask(qtbot, window, question):
    """Type a question and press Enter; returns when it is answered."""
    with qtbot.waitSignal(window.actors.asker.answered, timeout=PATIENCE):
        window.bar.box.setFocus()
        window.bar.box.selectAll()
        QTest.keyClicks(window.bar.box, question)
        QTest.keyClick(window.bar.box, Qt.Key.Key_Return)


def test_a_dropped_file_answers_a_question_on_its_page(qtbot, window, remote):
    with qtbot.waitSignal(window.actors.importer.finished, timeout=PATIENCE):
        drop(window, LAW)
    importing.await_meaning(remote)
    qtbot.waitUntil(
        lambda: window.actors.watcher.state and window.actors.watcher.state.model == "ready",
        timeout=PATIENCE,
    )

    ask(qtbot, window, QUESTION)

    hit = window.search.results.hit
    assert hit.document == LAW.name
    assert "vacat" in hit.body
    assert hit.meaning > 0 and hit.words > 0
    qtbot.waitUntil(lambda: window.search.page.settled, timeout=PATIENCE)
    shown = window.search.page.grab().toImage()
    assert window.search.page.document_id == hit.document_id
    assert pixels_like(shown, HIGHLIGHT) > 500


def pixels_like(image: QImage, wanted: QColor) -> int:
    """How many pixels have the colour, almost."""
    return sum(
        abs(pixel.red() - wanted.red()) + abs(pixel.green() - wanted.green()) < 12
        and abs(pixel.blue() - wanted.blue()) < 40
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
        for pixel in [image.pixelColor(x, y)]
    )


def test_the_highlights_boxes_lie_on_the_passages_text(qtbot, window, remote):
    importing.import_files(remote, (str(LAW),), "Case", {})
    ask(qtbot, window, QUESTION)
    hit = window.search.results.hit

    placed = viewing.passage_boxes(remote, hit.document_id, hit.spans)

    assert [part.page for part in placed] == [span.page for span in hit.spans]
    with pypdfium2.PdfDocument(LAW) as law:
        read = "".join(read_box(law[part.page - 1], box) for part in placed for box in part.boxes)
    assert letters(read) == letters(hit.text)


def read_box(page, box) -> str:
    """The text that PDFium finds inside a box given from the page's top left."""
    height = page.get_height()
    text = page.get_textpage()
    return text.get_text_bounded(
        box.left - 0.5, height - box.bottom - 0.5, box.right + 0.5, height - box.top + 0.5
    )


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def test_keys_walk_the_hits_and_copy_with_the_citation(qtbot, window, remote):
    importing.import_files(remote, (str(LAW),), "Case", {})
    ask(qtbot, window, QUESTION)
    first = window.search.results.hit

    QTest.keyClick(window, Qt.Key.Key_F3)
    second = window.search.results.hit
    QTest.keyClick(window, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(window.search.results, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert (first.rank, second.rank) == (1, 2)
    copied = QApplication.clipboard().mimeData()
    assert first.document in copied.text() and first.body in copied.text()
    assert f"p. {first.page}" in copied.text() or f"pp. {first.page}" in copied.text()
    assert "<blockquote>" in copied.html()


def test_a_cancel_keeps_what_is_finished(qtbot, window, remote, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(300):
        (folder / f"{number}.pdf").write_bytes(pdf.text_pdf(f"Cancelled lease number {number}."))

    with qtbot.waitSignal(window.actors.importer.finished, timeout=PATIENCE):
        with qtbot.waitSignal(window.actors.importer.fileFinished, timeout=PATIENCE):
            drop(window, folder)
        window.actors.importer.cancel()

    outcomes = window.actors.importer.outcomes
    done = {Path(o.file).name for o in outcomes if o.state is FileState.IMPORTED}
    assert done
    assert any(outcome.state is FileState.CANCELLED for outcome in outcomes)
    stored = {document.name for document in documents.list_documents(remote, Scope("Case"))}
    assert done <= stored


def test_bad_files_say_what_they_are(qtbot, window, tmp_path):
    files = {
        "locked.pdf": pdf.locked_pdf(),
        "damaged.pdf": pdf.damaged_pdf(),
        "scan.pdf": pdf.image_pdf(),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)

    with qtbot.waitSignal(window.actors.importer.finished, timeout=PATIENCE):
        drop(window, *(tmp_path / name for name in files))

    states = {Path(o.file).name: (o.state, o.reason) for o in window.actors.importer.outcomes}
    assert states["locked.pdf"][0] is FileState.LOCKED and "password" in states["locked.pdf"][1]
    assert states["damaged.pdf"][0] is FileState.DAMAGED and states["damaged.pdf"][1]
    assert states["scan.pdf"][0] is FileState.EMPTY and "scanned" in states["scan.pdf"][1]
    seen = " ".join(label.text() for label in window.panel.findChildren(QLabel))
    assert "locked.pdf" in seen


def test_the_windows_process_loads_no_model():
    program = (
        "import sys; from PySide6.QtWidgets import QApplication; import legaldesk.app,"
        " legaldesk.ui.start, legaldesk.engine.remote_desk;"
        " print([n for n in ('torch', 'sentence_transformers', 'hnswlib') if n in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr
