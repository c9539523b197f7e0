"""What is copied is what the page shows, and nothing where no result led to it."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from legaldesk.core import citation
from legaldesk.ui.search_view import NOTHING_TO_COPY

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def asked(qtbot, window):
    """The window after a question with five hits, the first of which stands elsewhere too."""
    window.ask("shall indemnify")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    first, second, *others = window.search.results.hits
    window.search.results.show_hits((replace(first, same=(second,)), *others), show_matter=False)
    window.search.results.choose(0)
    QGuiApplication.clipboard().setText("before")
    return window


def copied():
    return QGuiApplication.clipboard().text()


def open_other_place(window):
    window.search.results.setFocus()
    QTest.keyClick(window.search.results, Qt.Key.Key_Right)
    QApplication.activePopupWidget().actions()[0].trigger()
    return window.search.results.hits[0].same[0]


def press_copy(qtbot, window, held=CONTROL):
    qtbot.waitUntil(lambda: window.search.page.settled)
    window.search.focus_page()
    QTest.keyClick(window.search.page.canvas, Qt.Key.Key_C, held)


@pytest.mark.parametrize(
    "held, told", [(CONTROL, citation.plain), (CONTROL | SHIFT, citation.text_only)]
)
def test_another_place_of_a_clause_is_copied_as_it_is_shown(qtbot, asked, held, told):
    other = open_other_place(asked)

    press_copy(qtbot, asked, held)

    assert asked.search.page.document_id == other.document_id
    assert copied() == told(other)


def test_of_a_document_opened_from_the_list_no_result_is_copied(qtbot, asked):
    asked.views.openDocument.emit("id-NDA Byte.pdf", 2)

    press_copy(qtbot, asked)

    assert copied() == "before"
    assert asked.search.foot.position.text() == NOTHING_TO_COPY


def test_selected_text_of_such_a_document_is_copied(qtbot, asked):
    asked.views.openDocument.emit("id-NDA Byte.pdf", 2)
    qtbot.waitUntil(lambda: asked.search.page.settled)
    asked.search.focus_page()
    QTest.keyClick(asked.search.page.canvas, Qt.Key.Key_Right, CONTROL)
    qtbot.waitUntil(lambda: bool(asked.search.selection.text))

    press_copy(qtbot, asked)

    assert copied() == asked.search.selection.text


def test_a_passage_that_another_view_led_to_is_copied(qtbot, asked):
    hit = asked.search.results.hits[2]
    asked.views.openHit.emit(hit)

    press_copy(qtbot, asked)

    assert copied() == citation.plain(hit)


def test_the_menu_of_a_row_is_about_that_row_and_shows_it_again(asked):
    open_other_place(asked)
    hit = asked.search.results.hit
    copy = next(each for each in asked.search.results.actions() if "with citation" in each.text())

    copy.trigger()

    assert copied() == citation.plain(hit)
    assert asked.search.page.document_id == hit.document_id


def test_a_renewed_answer_leaves_what_is_shown_and_copied(qtbot, asked):
    other = open_other_place(asked)
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.actors.asker.renew()

    press_copy(qtbot, asked)

    assert asked.search.page.document_id == other.document_id
    assert copied() == citation.plain(other)


def test_nothing_is_copied_of_what_was_erased(asked):
    asked.actors.asker.forget()
    asked.actors.erasing.erased.emit()
    asked.search.copy_citation()

    assert copied() == "before"
