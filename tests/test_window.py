"""The main job in the real window: real events, real PDFs, a real engine and its model."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
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
from legaldesk.core.labels import Verdict
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import documents, importing, matters, viewing
from legaldesk.ui import theme
from legaldesk.ui.garbage import GarbageCollection
from legaldesk.ui.main_window import MainWindow
from legaldesk.ui.page_scene import HIGHLIGHT
from legaldesk.ui.settings import Settings
from legaldesk.ui.views import REVIEW
from legaldesk.workers.lane import Lanes
from legaldesk.workers.requests import Requests
from tests import pdf_factory as pdf

PATIENCE = 120_000
"""Milliseconds; a loaded machine needs most of a minute until the model answers."""

LAW = RESOURCES / "samples" / "us-federal-arbitration-act.pdf"
QUESTION = "When may a court vacate an arbitration award?"


class Office:
    """A library of its own with an engine, which can be started again."""

    def __init__(self, library):
        self.library = library
        self.desk = RemoteDesk(library, start_engine=True)

    def close(self):
        self.desk.close()
        self.desk.wait_closed(60)

    def start_again(self):
        self.close()
        self.desk = RemoteDesk(self.library, start_engine=True)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office with a matter, shared by the windows: an engine takes seconds to start."""
    made = Office(prepare(tmp_path_factory.mktemp("office") / "library"))
    matters.create_matter(made.desk, "Case")
    yield made
    made.close()


@pytest.fixture
def remote(office):
    """The desk of that office."""
    return office.desk


@contextmanager
def opened(qtbot, desk, matter="Case"):
    """A window on a desk's library, that matter current; afterwards it is closed."""
    theme.apply(QApplication.instance(), theme.Look("light"))
    lanes = Lanes()
    made = MainWindow(Requests(desk), lanes, Settings(desk.library))
    collection = GarbageCollection(made)
    qtbot.addWidget(made)
    made.resize(1280, 800)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.actors.book.read, timeout=PATIENCE)
    made.actors.book.choose(matter)
    try:
        yield made
    finally:
        collection.stop()
        made.close()
        assert lanes.stop(patience=20_000)


@pytest.fixture
def window(qtbot, remote):
    """The window on that library."""
    with opened(qtbot, remote) as made:
        yield made


@pytest.fixture
def start(library):
    """Start the office of a library as the application does, and end it in the same order."""

    @contextmanager
    def run(qtbot):
        desk = RemoteDesk(prepare(library), start_engine=True)
        try:
            with opened(qtbot, desk) as made:
                try:
                    yield made, desk
                finally:
                    desk.close()  # before the lanes end, as the application does
        finally:
            desk.wait_closed(60)

    return run


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


def wait_for_model(qtbot, window):
    """Wait until questions are answered by meaning."""
    watcher = window.actors.watcher
    qtbot.waitUntil(
        lambda: watcher.state is not None and watcher.state.model == "ready", timeout=PATIENCE
    )


def test_a_dropped_file_answers_a_question_on_its_page(qtbot, window, remote):
    with qtbot.waitSignal(window.actors.importer.finished, timeout=PATIENCE):
        drop(window, LAW)
    importing.await_meaning(remote)
    wait_for_model(qtbot, window)

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


def test_the_words_of_a_page_can_be_selected_where_they_stand(qtbot, window, remote):
    importing.import_files(remote, (str(LAW),), "Case", {})
    ask(qtbot, window, QUESTION)
    hit = window.search.results.hit

    page = viewing.page_words(remote, hit.document_id, hit.page)

    span = next(span for span in hit.spans if span.page == hit.page)
    inside = [word for word in page.words if span.start <= word.start < span.end]
    assert letters("".join(page.text[w.start : w.end] for w in inside)) == letters(
        page.text[span.start : span.end]
    )
    with pypdfium2.PdfDocument(LAW) as law:
        read = [read_box(law[hit.page - 1], word.box) for word in inside]
    assert sum(
        letters(page.text[w.start : w.end]) in letters(text)
        for w, text in zip(inside, read, strict=True)
    ) == len(inside)


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


def leases(folder, number, where):
    """Small contracts, no two alike."""
    folder.mkdir()
    for each in range(number):
        text = f"Lease {each} ends {where} in the year {each}."
        (folder / f"{each}.pdf").write_bytes(pdf.text_pdf(text))
    return {f"{each}.pdf" for each in range(number)}


def test_an_import_cut_off_by_closing_the_window_goes_on_at_the_next_start(qtbot, office, tmp_path):
    names = leases(tmp_path / "leases", 200, "at sea")
    matters.create_matter(office.desk, "Cut off")
    with opened(qtbot, office.desk, "Cut off") as window:
        with qtbot.waitSignal(window.actors.importer.fileFinished, timeout=PATIENCE):
            window.actors.importer.add((str(tmp_path / "leases"),), "Cut off")
        office.desk.close()  # before the lanes end, as the application does

    office.start_again()
    with opened(qtbot, office.desk, "Cut off") as window:
        before = stored(office.desk, "Cut off")
        if not window.actors.importer.running:
            with qtbot.waitSignal(window.actors.importer.started, timeout=PATIENCE):
                window.actors.watcher.look()
        assert window.panel.isVisible()
        assert window.panel.title.accessibleName() == "Going on with the last import"
        qtbot.waitUntil(lambda: not window.actors.importer.running, timeout=PATIENCE)

        assert before < names
        assert stored(office.desk, "Cut off") == names
        resumed = {Path(each.file).name for each in window.actors.importer.outcomes}
        assert names - before <= resumed
        qtbot.waitUntil(lambda: window.actors.book.find("Cut off").documents == 200)


def stored(desk, matter):
    """The names of a matter's documents."""
    return {each.name for each in documents.list_documents(desk, Scope(matter))}


def test_an_engine_that_is_killed_is_said_and_starts_again_and_search_works(
    qtbot, remote, tmp_path
):
    leases(tmp_path / "leases", 3, "on land")
    importing.import_files(remote, (str(tmp_path / "leases"),), "Killed", {})
    importing.await_meaning(remote)
    with opened(qtbot, remote, "Killed") as window:
        wait_for_model(qtbot, window)
        killed = remote._engine
        killed.kill()
        killed.wait()

        with qtbot.waitSignal(window.actors.watcher.restarted, timeout=PATIENCE):
            window.actors.watcher.look()
        assert window.banner.isVisible()
        assert "started again" in window.banner.words.text()
        ask(qtbot, window, "lease 2")
        assert window.search.results.hit.document == "2.pdf"

        assert remote._engine is not killed
        ask(qtbot, window, "When does lease 2 end?")
        assert {hit.document for hit in window.search.results.hits} == {"0.pdf", "1.pdf", "2.pdf"}


def test_an_import_goes_on_after_its_engine_was_killed(qtbot, window, remote, tmp_path):
    names = leases(tmp_path / "leases", 200, "in the house")
    with qtbot.waitSignal(window.actors.importer.finished, timeout=PATIENCE):
        with qtbot.waitSignal(window.actors.importer.fileFinished, timeout=PATIENCE):
            window.actors.importer.add((str(tmp_path / "leases"),), "Gone on")
        remote._engine.kill()
    assert "stopped" in window.banner.words.text()

    qtbot.waitUntil(lambda: stored(remote, "Gone on") == names, timeout=PATIENCE)


def test_the_windows_process_loads_no_model():
    program = (
        "import sys; from PySide6.QtWidgets import QApplication; import legaldesk.app,"
        " legaldesk.ui.start, legaldesk.engine.remote_desk;"
        " heavy = ('torch', 'sentence_transformers', 'hnswlib', 'pandas');"
        " print([name for name in heavy if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)

    assert done.stdout.strip() == "[]", done.stderr


def test_labels_given_by_keyboard_are_found_again_after_a_restart(qtbot, office):
    importing.import_files(office.desk, (str(LAW),), "Case", {})
    importing.await_meaning(office.desk)
    with opened(qtbot, office.desk) as window:
        wait_for_model(qtbot, window)
        ask(qtbot, window, QUESTION)
        for key in "1231231231":
            QTest.keyClick(window.search.results, key)
        qtbot.waitUntil(lambda: window.actors.labels.marks.settled, timeout=PATIENCE)
        given = said(window)

    office.start_again()
    with opened(qtbot, office.desk) as window:
        wait_for_model(qtbot, window)
        ask(qtbot, window, QUESTION)
        qtbot.waitUntil(lambda: said(window) == given, timeout=PATIENCE)
        window.show_view(REVIEW)
        review = window.views.view(REVIEW)
        qtbot.waitUntil(lambda: review.settled, timeout=PATIENCE)

        relevant, wrong, partly = Verdict.RELEVANT, Verdict.NOT_RELEVANT, Verdict.PARTLY
        assert list(given.values()) == [*([relevant, wrong, partly] * 3), relevant]
        left = len(window.search.results.hits) - 10
        assert review.results.walk.total == left > 0
        assert review.results.card.question.text() == QUESTION


def said(window):
    """What was said of each passage that is shown, by its number."""
    hits, marks = window.search.results.hits, window.actors.labels.marks
    found = {hit.passage_id: marks.standing(hit).verdict for hit in hits}
    return {passage: verdict for passage, verdict in found.items() if verdict is not None}
