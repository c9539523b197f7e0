"""Documents go into more matters and out of them, by button and by menu, and lists follow."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu

from legaldesk.core.errors import ProcessDied
from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.ui.dialogs import TargetQuestion
from legaldesk.ui.main_window import DOCUMENTS
from legaldesk.workers.job import Job

LEFT = Qt.MouseButton.LeftButton
NDA = "id-NDA Byte.pdf"


@pytest.fixture
def view(qtbot, window):
    """The documents of Acme v. Byte, shown and read."""
    window.show_view(DOCUMENTS)
    qtbot.waitUntil(lambda: window.documents.settled and window.documents.table.rows.total == 5)
    return window.documents


def question_of(qtbot, window):
    qtbot.waitUntil(lambda: any(q.isVisible() for q in window.findChildren(TargetQuestion)))
    return next(q for q in window.findChildren(TargetQuestion) if q.isVisible())


def listed(view):
    return [view.table.rows.row(n).name for n in range(view.table.rows.rowCount())]


def filed(office):
    return [call for call in office.asked if call[0] in ("assign_document", "withdraw_document")]


def menu_of(view):
    """The menu that a right click on the chosen rows opens."""
    place = view.table.visualRect(view.table.currentIndex()).center()
    viewport = view.table.viewport()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(QPoint(place))
    )
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entry(menu, start):
    return next(action for action in menu.actions() if action.text().startswith(start))


def test_a_document_is_put_into_another_matter_and_both_list_it(qtbot, window, office, view):
    view.table.choose(NDA)
    qtbot.mouseClick(view.side.buttons.add, LEFT)
    question = question_of(qtbot, window)
    assert [question.box.itemText(n) for n in range(question.box.count())] == [
        "Harbour Street lease",
        "Whistle-blower report",
    ]
    assert not question.deed.isEnabled()

    question.box.setCurrentText("Harbour Street lease")
    with qtbot.waitSignal(window.actors.filing.added):
        qtbot.mouseClick(question.deed, LEFT)

    assert filed(office) == [("assign_document", NDA, "Harbour Street lease")]
    window.actors.book.choose("Harbour Street lease")
    qtbot.waitUntil(lambda: listed(view) == ["NDA Byte.pdf"])
    assert view.table.rows.row(0).matters == ("Acme v. Byte", "Harbour Street lease")


def test_several_documents_go_into_a_new_matter_together(qtbot, window, office, view):
    view.table.selectAll()
    entry(menu_of(view), "Add to matter").trigger()
    question = question_of(qtbot, window)
    qtbot.keyClicks(question.box.lineEdit(), "Harbour")
    with qtbot.waitSignal(window.actors.filing.added):
        qtbot.keyClick(question.box.lineEdit(), Qt.Key.Key_Return)

    assert {call[2] for call in filed(office)} == {"Harbour"}  # not "Harbour Street lease"
    assert len(filed(office)) == 5
    qtbot.waitUntil(lambda: window.actors.book.find("Harbour") is not None)


def test_a_document_taken_out_leaves_the_list_and_the_screen(qtbot, window, office, view):
    office.assign_document(NDA, "Harbour Street lease").run()
    window.search.show_page(NDA, 2)
    view.refresh()
    qtbot.waitUntil(lambda: view.settled)
    view.table.choose(NDA)
    assert view.side.buttons.take_out.text() == "Take out of Acme v. Byte"

    with qtbot.waitSignal(window.actors.filing.takenOut):
        qtbot.mouseClick(view.side.buttons.take_out, LEFT)

    qtbot.waitUntil(lambda: "NDA Byte.pdf" not in listed(view))
    assert window.search.page.document_id == ""


def test_the_last_matter_keeps_its_document_and_says_why(qtbot, window, office, view):
    view.table.choose(NDA)
    with qtbot.waitSignal(window.actors.filing.failed):
        entry(menu_of(view), "Take out of Acme").trigger()

    assert window.banner.words.text() == (
        "NDA Byte.pdf: A document stays in at least one matter. Remove it instead."
    )
    assert "NDA Byte.pdf" in listed(view)


def test_of_several_those_that_may_go_do_and_the_others_are_counted(qtbot, window, office, view):
    for name in ("NDA Byte.pdf", "Supply Agreement.pdf"):
        office.assign_document(f"id-{name}", "Harbour Street lease").run()
    view.table.selectAll()
    with qtbot.waitSignal(window.actors.filing.takenOut):
        view.many.buttons.take_out.click()

    qtbot.waitUntil(lambda: len(listed(view)) == 3)
    assert window.banner.words.text().startswith("3 documents stayed as they were.")
    assert not window.actors.board.tasks


def test_in_all_matters_each_matter_of_a_document_can_be_left(qtbot, window, office, view):
    office.assign_document(NDA, "Harbour Street lease").run()
    window.actors.book.choose(ALL_MATTERS)
    qtbot.waitUntil(lambda: ("list_documents", Scope(ALL_MATTERS)) in office.asked)
    qtbot.waitUntil(lambda: view.settled)
    view.table.choose(NDA)
    assert view.side.buttons.take_out.text() == "Take out of…"

    menu = menu_of(view)
    with qtbot.waitSignal(window.actors.filing.takenOut):
        entry(menu, "Take out of Harbour").trigger()

    assert filed(office)[-1] == ("withdraw_document", NDA, "Harbour Street lease")


def test_an_engine_that_stops_meanwhile_is_said_with_its_own_words(qtbot, window, office, view):
    def dead(document_id, matter):
        def work(report):
            raise ProcessDied("The engine stopped.")

        return Job(work)

    office.assign_document = dead
    with qtbot.waitSignal(window.actors.filing.failed):
        window.actors.filing.add(view.table.rows._shown, "Harbour Street lease")

    assert window.banner.words.text() == "The engine stopped."
    assert not window.actors.board.tasks
