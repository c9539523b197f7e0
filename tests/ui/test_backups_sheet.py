"""Backups in the window: listed, made, and restored after a question, also of a damaged library."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from legaldesk.core.backups import BackupsOverview, Restored
from legaldesk.core.errors import LibraryDamaged, NoRoom
from legaldesk.ui.backups_sheet import AT_ONCE, NEXT_START, NONE, contents, moment
from legaldesk.ui.model_questions import SureQuestion

LEFT = Qt.MouseButton.LeftButton
BROKEN = LibraryDamaged("The library's database is damaged. A backup can be put back.", "library")


@pytest.fixture
def sheet(qtbot, window):
    window.menu.backupsWanted.emit()
    made = window.actors.backups.sheet
    qtbot.waitUntil(lambda: bool(made.rows))
    return made


def seen(sheet):
    return [label.text() for label in sheet.findChildren(QLabel) if label.isVisible()]


def restore(qtbot, window, sheet, row):
    """Press Restore beside a backup and answer the question that comes."""
    qtbot.mouseClick(sheet.rows[row].restore, LEFT)
    question = window.findChild(SureQuestion)
    assert question.isVisible() and "set aside" in question.text.text()
    qtbot.mouseClick(question.deed, LEFT)


def test_the_menu_opens_the_list(qtbot, window, office, sheet):
    assert sheet.isVisible() and not sheet.isModal()
    assert [row.backup for row in sheet.rows] == list(office.backups.backups)
    newest = office.backups.backups[0]
    assert moment(newest.made) in seen(sheet) and contents(newest) in seen(sheet)
    assert contents(newest).startswith("43 documents, 3 labels, ")
    assert moment(newest.made) in sheet.rows[0].restore.accessibleName()


def test_a_backup_of_changed_pages_says_so_beside_it(qtbot, window, office):
    newest, *others = office.backups.backups
    office.backups = BackupsOverview((replace(newest, doubtful=2), *others))
    window.menu.backupsWanted.emit()
    sheet = window.actors.backups.sheet
    qtbot.waitUntil(lambda: bool(sheet.rows))

    [said] = [text for text in seen(sheet) if "do not say what the pages say" in text]
    assert said.startswith("In 2 documents") and "“Check the library…”" in said


def test_one_is_made_when_wanted(qtbot, window, office, sheet):
    qtbot.mouseClick(sheet.make, LEFT)

    qtbot.waitUntil(lambda: sheet.rows[0].backup.name == "now")
    assert office.names() == ["make_backup"]
    assert not window.actors.board.tasks


def test_a_full_disk_is_said_in_the_sheet(qtbot, window, office, sheet):
    office.failing = NoRoom("There is no room for a backup of the library.")

    qtbot.mouseClick(sheet.make, LEFT)

    qtbot.waitUntil(lambda: "There is no room for a backup of the library." in seen(sheet))
    assert len(sheet.rows) == 3
    office.failing = None
    qtbot.mouseClick(sheet.make, LEFT)
    qtbot.waitUntil(lambda: sheet.rows[0].backup.name == "now")


def test_nothing_is_restored_without_a_question(qtbot, window, office, sheet):
    qtbot.mouseClick(sheet.rows[1].restore, LEFT)
    question = window.findChild(SureQuestion)
    qtbot.mouseClick(question.cancel, LEFT)

    assert office.names() == []


def test_an_open_library_is_restored_at_the_next_start_unless_called_off(
    qtbot, window, office, sheet
):
    window.actors.watcher._timer.stop()
    restore(qtbot, window, sheet, 1)
    qtbot.waitUntil(lambda: office.backups.ordered == "library-2.sqlite")
    qtbot.waitUntil(lambda: NEXT_START in seen(sheet))
    assert not sheet.rows[1].restore.isEnabled()

    [keep] = [b for b in sheet.findChildren(QPushButton) if b.text() == "Put nothing back"]
    qtbot.mouseClick(keep, LEFT)

    qtbot.waitUntil(lambda: NEXT_START not in seen(sheet))
    assert office.backups.ordered == ""


def test_a_damaged_library_leads_to_its_backups_and_back_to_work(qtbot, window, office):
    office.broken = BROKEN
    window.actors.watcher.look()
    qtbot.waitUntil(lambda: window.banner.isVisible())
    assert BROKEN.message in window.banner.words.text()
    [fix] = [b for b in window.banner.findChildren(QPushButton) if b.text() == "Backups…"]

    qtbot.mouseClick(fix, LEFT)
    sheet = window.actors.backups.sheet
    qtbot.waitUntil(lambda: sheet.isVisible() and len(sheet.rows) == 3)
    assert BROKEN.message in seen(sheet) and not sheet.make.isEnabled()
    restore(qtbot, window, sheet, 0)
    qtbot.waitUntil(lambda: AT_ONCE in seen(sheet))

    office.broken = None
    chosen = office.backups.backups[0]
    done = Restored(chosen.name, chosen.made, chosen.made, again=("lease.pdf",))
    office.backups = BackupsOverview(office.backups.backups, "", done)
    with qtbot.waitSignal(window.actors.backups.restored):
        window.actors.watcher.look()

    qtbot.waitUntil(lambda: any("put back as it was" in text for text in seen(sheet)))
    assert any("1 document" in text for text in seen(sheet))
    assert sheet.make.isEnabled()


def test_why_a_backup_could_not_be_put_back_is_said(qtbot, window, office):
    problem = "That backup is damaged itself. Choose another one."
    office.backups = BackupsOverview(
        office.backups.backups, "", Restored("library-3.sqlite", "", "", problem=problem)
    )

    window.actors.backups.open()

    qtbot.waitUntil(lambda: problem in seen(window.actors.backups.sheet))


def test_without_a_backup_that_is_said(qtbot, window, office):
    office.backups = BackupsOverview(())

    window.actors.backups.open()

    qtbot.waitUntil(lambda: NONE in seen(window.actors.backups.sheet))
