"""The library is checked beside everything else, and repaired when told to."""

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from legaldesk.core.documents import Finding
from legaldesk.core.errors import LibraryDamaged
from legaldesk.ui.check_words import detail, sentence, subject

LEFT = Qt.MouseButton.LeftButton
BROKEN = Finding("words", False, "the word index differs from the passages: --repair")
LOST = Finding("files", False, "missing or changed: <b>lease</b>.pdf. Import them again.")


@pytest.fixture
def report(window):
    return window.actors.checking.report


def seen(report):
    return [label.text() for label in report.findChildren(QLabel) if label.isVisible()]


def entry(window, start):
    window.bar.menuWanted.emit(window.bar)
    menu = QApplication.activePopupWidget()
    found = next(action for action in menu.actions() if action.text().startswith(start))
    menu.close()
    return found


def test_a_sound_library_says_so_and_offers_nothing(qtbot, window, office, report):
    with qtbot.waitSignal(window.actors.checking.checked):
        entry(window, "Check the library").trigger()

    assert ("verify", False) in office.asked
    assert report.isVisible() and not report.isModal()
    assert "Everything is in order." in seen(report)
    assert not report.repair.isVisible()


def test_what_is_broken_is_said_in_plain_words_and_repaired_when_told(
    qtbot, window, office, report
):
    office.findings = (BROKEN, LOST)
    with qtbot.waitSignal(window.actors.checking.checked):
        window.actors.checking.start()
    said = " ".join(seen(report))
    assert "Some passages cannot be found by their words." in said
    assert "--repair" not in said and "index" in said
    assert "<b>lease</b>.pdf" in said

    with qtbot.waitSignal(window.actors.checking.checked):
        qtbot.mouseClick(report.repair, LEFT)

    said = " ".join(seen(report))
    assert ("verify", True) in office.asked
    assert "can be found by its words again" in said
    assert "This is left, and needs you." in said
    assert not report.repair.isVisible()


def test_it_counts_as_a_task_and_the_window_goes_on_meanwhile(qtbot, window, office, report):
    office.gate = threading.Event()
    window.actors.checking.start()
    window.actors.checking.start()  # a second wish for the same
    assert [task.title for task in window.actors.board.tasks] == ["Checking the library"]
    report.close()

    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    with qtbot.waitSignal(window.actors.checking.checked):
        office.gate.set()

    assert report.isVisible()
    assert office.names().count("verify") == 1


def test_a_check_can_be_cancelled_and_started_again(qtbot, window, office, report):
    office.gate = threading.Event()
    window.actors.checking.start()
    window.actors.board.tasks[0].job.cancel()
    qtbot.waitUntil(lambda: not window.actors.board.tasks and not report.isVisible())

    office.gate = None
    with qtbot.waitSignal(window.actors.checking.checked):
        window.actors.checking.start()


def test_a_library_too_damaged_to_check_is_said_in_the_banner(qtbot, window, office, report):
    office.failing = LibraryDamaged("The library is damaged.")
    with qtbot.waitSignal(window.actors.checking.failed):
        window.actors.checking.start()

    assert window.banner.words.text() == "The library is damaged."
    assert not report.isVisible()


@pytest.mark.parametrize(
    "check", ["database", "words", "counts", "passages", "cuts", "meaning", "files", "parser"]
)
def test_every_check_of_the_library_has_words_of_its_own(check):
    good, bad = Finding(check, True, "technical"), Finding(check, False, "technical: --repair")

    assert subject(good) != check
    assert "technical" not in sentence(good) + sentence(bad) + detail(good)
    assert detail(bad) == "technical"
