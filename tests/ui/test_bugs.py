"""A bug is a report, not a vanished window: in a slot, a timer, a thread, a lane, in Qt itself."""

import gc
import threading

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Signal, qCritical
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from legaldesk.core.bugs import Bug
from legaldesk.core.errors import Unexpected
from legaldesk.ui.bug_sheet import LAST_TIME, NOW
from legaldesk.ui.dialogs import NameQuestion, ask
from legaldesk.ui.main_window import MainWindow
from legaldesk.ui.start import report_bugs
from legaldesk.workers.job import Job

CANARY = "Zebrafinkenvertrag"


@pytest.fixture
def sheet(qtbot, qapp, window, office, lanes, tmp_path):
    """The window's sheet for bugs, with the hooks of the process."""
    made = report_bugs(qapp, window, office, lanes, tmp_path)
    yield made
    made._reports.stop_listening()


def fail():
    raise ValueError(f"cannot read “{CANARY}”")


class Sender(QObject):
    sent = Signal()


class Painted(QWidget):
    """A widget whose painting fails."""

    def paintEvent(self, event):
        fail()


def in_a_slot(window, lanes):
    sender = Sender(window)
    sender.sent.connect(fail)
    sender.sent.emit()


def in_a_timer(window, lanes):
    QTimer.singleShot(0, window, fail)


def in_a_thread(window, lanes):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_a_job(window, lanes):
    lanes.care.submit(Job(lambda report: fail(), "verify"))


def in_the_engine(window, lanes):
    def told(report):
        raise Unexpected.of(Bug("the engine, verify", ("ValueError", "  legaldesk/tasks/x.py:1 f")))

    lanes.care.submit(Job(told, "verify"))


def in_what_is_let_go_of(window, lanes):
    class Doomed:
        def __del__(self):
            fail()

    Doomed()
    gc.collect()


def in_painting(window, lanes):
    window.painted = Painted(window)
    window.painted.resize(5, 5)
    window.painted.show()


PLACES = [
    in_a_slot,
    in_a_timer,
    in_a_thread,
    in_a_job,
    in_the_engine,
    in_what_is_let_go_of,
    in_painting,
]


@pytest.mark.parametrize("break_it", PLACES)
def test_a_bug_anywhere_shows_a_report_without_text_and_the_window_goes_on(
    qtbot, window, lanes, sheet, office, break_it
):
    break_it(window, lanes)
    qtbot.waitUntil(sheet.isVisible)
    qtbot.waitUntil(lambda: "Parser: sealed" in sheet.text.toPlainText())
    qtbot.mouseClick(sheet.copy, Qt.MouseButton.LeftButton)

    report = QApplication.clipboard().text()
    assert report == sheet.text.toPlainText()
    assert "ValueError" in report and ("test_bugs:" in report or ".py:" in report)
    assert CANARY not in report
    assert not sheet.isModal()
    with qtbot.waitSignal(window.actors.asker.answered):
        window.ask("claim notice")
    assert len(window.search.results.hits) == 5


def test_what_qt_calls_critical_is_told_by_place_alone(qtbot, sheet):
    qCritical(CANARY)

    qtbot.waitUntil(sheet.isVisible)
    report = sheet.text.toPlainText()
    assert "Qt, which calls it critical" in report
    assert "test_what_qt_calls_critical_is_told_by_place_alone" in report
    assert CANARY not in report


def test_the_same_bug_is_counted_and_not_stacked(qtbot, window, lanes, sheet):
    before = visible_windows()
    for _ in range(40):
        in_a_slot(window, lanes)
    qtbot.waitUntil(lambda: "40 times" in sheet.text.toPlainText())

    assert [shown for shown in visible_windows() if shown not in before] == [sheet]
    assert sheet.text.toPlainText().count("ValueError") == 1
    qtbot.mouseClick(sheet.copy, Qt.MouseButton.LeftButton)
    assert "40 times" in QApplication.clipboard().text()


def visible_windows():
    return [widget for widget in QApplication.topLevelWidgets() if widget.isVisible()]


def test_a_closed_sheet_stays_closed_for_the_same_bug_and_comes_back_for_another(
    qtbot, window, lanes, sheet
):
    in_a_slot(window, lanes)
    qtbot.waitUntil(sheet.isVisible)
    sheet.close()
    with qtbot.waitSignal(sheet._reports.found):
        in_a_slot(window, lanes)
    qtbot.waitUntil(lambda: "2 times" in sheet.text.toPlainText())
    assert not sheet.isVisible()

    in_a_thread(window, lanes)
    qtbot.waitUntil(sheet.isVisible)
    assert "a thread of the window" in sheet.text.toPlainText()


def test_a_report_can_be_used_above_an_open_question(qtbot, window, lanes, sheet):
    question = NameQuestion(window, "New matter", "Create")
    ask(question, lambda: None)
    qtbot.waitUntil(question.isVisible)

    in_a_slot(window, lanes)
    qtbot.waitUntil(sheet.isVisible)
    QTest.mouseClick(sheet.windowHandle(), Qt.MouseButton.LeftButton, pos=center(sheet.copy, sheet))
    assert "ValueError" in QApplication.clipboard().text()
    QTest.mouseClick(
        sheet.windowHandle(), Qt.MouseButton.LeftButton, pos=center(sheet.close_button, sheet)
    )

    qtbot.waitUntil(lambda: not sheet.isVisible())
    assert question.isVisible()
    question.reject()


def center(widget, window):
    return widget.mapTo(window, widget.rect().center())


def test_a_crash_of_last_time_is_said_and_later_bugs_are_of_now(qtbot, window, lanes, sheet):
    crash = Bug("the engine process, which had to stop", ("Segmentation fault", "  a.py:1 f"))
    sheet.tell_last_time([crash])
    qtbot.waitUntil(sheet.isVisible)
    assert sheet.words.text() == LAST_TIME
    assert "Segmentation fault" in sheet.text.toPlainText()
    sheet.close()

    in_a_slot(window, lanes)
    qtbot.waitUntil(sheet.isVisible)
    assert sheet.words.text() == NOW
    assert isinstance(window, MainWindow) and window.isVisible()
