"""A damaged library in the real window: the person sees it, restores a backup and goes on."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPushButton

from legaldesk import app
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import backups, importing
from legaldesk.ui import theme
from legaldesk.ui.main_window import MainWindow
from legaldesk.ui.model_questions import SureQuestion
from legaldesk.ui.settings import Settings
from legaldesk.workers.lane import Lanes
from legaldesk.workers.requests import Requests
from tests import pdf_factory as pdf

PATIENCE = 120_000
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def damaged(library, drop):
    """A library whose database is garbage, with a backup that lacks one of its two documents."""
    with app.open_desk(library) as desk:
        importing.import_files(desk, (drop("a.pdf", pdf.text_pdf("First lease.")),), "Case", {})
        backups.make_backup(desk)
        importing.import_files(desk, (drop("b.pdf", pdf.text_pdf("Second lease.")),), "Case", {})
    (library / "library.sqlite").write_bytes(b"garbage" * 9000)
    return library


@pytest.fixture
def window(qtbot, damaged):
    """The window on it, with an engine that cannot start."""
    theme.apply(QApplication.instance(), theme.Look("light"))
    desk, lanes = RemoteDesk(damaged, start_engine=True), Lanes()
    made = MainWindow(Requests(desk), lanes, Settings(damaged))
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    yield made
    desk.close()
    made.close()
    assert lanes.stop(patience=20_000)
    desk.wait_closed(60)


def test_a_damaged_library_is_restored_from_the_window(qtbot, window, damaged):
    qtbot.waitUntil(lambda: "can be put back" in window.banner.words.text(), timeout=PATIENCE)
    [fix] = [b for b in window.banner.findChildren(QPushButton) if b.text() == "Backups…"]
    qtbot.mouseClick(fix, LEFT)
    sheet = window.actors.backups.sheet
    qtbot.waitUntil(lambda: len(sheet.rows) == 1, timeout=PATIENCE)

    qtbot.mouseClick(sheet.rows[0].restore, LEFT)
    question = window.findChild(SureQuestion)
    with qtbot.waitSignal(window.actors.backups.restored, timeout=PATIENCE):
        qtbot.mouseClick(question.deed, LEFT)

    desk = RemoteDesk(damaged, start_engine=False)  # only to read
    known = lambda: len(desk.reader.all_documents())  # noqa: E731
    qtbot.waitUntil(lambda: known() == 2, timeout=PATIENCE)  # read again by the window itself
    assert list((damaged / "set-aside").rglob("library.sqlite"))[0].read_bytes() == (
        b"garbage" * 9000
    )
    qtbot.waitUntil(lambda: not window.banner.isVisible(), timeout=PATIENCE)
    desk.close()
