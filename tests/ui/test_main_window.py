"""The window as a whole: dropping files, matters, the model's state, removing, keys, looks."""

import threading

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMenu,
)

from legaldesk.core.documents import Matter
from legaldesk.core.errors import LibraryBusy, Locked, NoRoom, ProcessDied, WrongUse
from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.ui import theme
from legaldesk.ui.adding import FIRST_MATTER
from legaldesk.ui.dialogs import NameQuestion, PasswordQuestion, RemoveQuestion, TargetQuestion
from legaldesk.ui.main_window import DOCUMENTS, SEARCH, MainWindow
from legaldesk.ui.settings import Settings
from legaldesk.workers.job import Job

COPY = Qt.DropAction.CopyAction
LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def files(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def drag_in(window, mime):
    event = QDragEnterEvent(QPoint(300, 300), COPY, mime, LEFT, NO_KEYS)
    event.setAccepted(False)
    QApplication.sendEvent(window, event)
    return event


def drop(window, mime):
    drag_in(window, mime)
    event = QDropEvent(QPointF(300, 300), COPY, mime, LEFT, NO_KEYS)
    QApplication.sendEvent(window, event)
    return event


def open_question(qtbot, window, kind):
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(kind)))
    return next(each for each in window.findChildren(kind) if each.isVisible())


def failing(error):
    """What asks for an import that ends with an error."""

    def work(report):
        raise error

    return lambda *_: Job(work)


def menu_entries(menu):
    return [action.text() for action in menu.actions() if action.text()]


# ---------------------------------------------------------------- dropping


def test_dropped_files_are_imported_into_the_current_matter(qtbot, window, office, tmp_path):
    paths = [tmp_path / "lease.pdf", tmp_path / "folder"]

    with qtbot.waitSignal(window.actors.importer.finished):
        drop(window, files(*paths))

    name, got, matter, passwords, in_place = next(
        call for call in office.asked if call[0] == "import_files"
    )
    assert got == tuple(str(path) for path in paths)
    assert matter == "Acme v. Byte"
    assert passwords == {}
    assert in_place is False


def test_hovering_files_name_the_matter_and_leaving_them_uncovers_the_window(window, tmp_path):
    event = drag_in(window, files(tmp_path / "a.pdf"))
    assert event.isAccepted()
    assert window.overlay.isVisible()
    assert window.overlay.text == "Drop to add to Acme v. Byte"

    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.overlay.isVisible()


def test_a_page_is_expected_from_the_first_letter_of_a_question_on(qtbot, window, office):
    def expected():
        return [name for name, *_ in office.asked if name == "expect_pages"]

    assert not expected()

    qtbot.keyClicks(window.bar.box, "notice")

    assert len(expected()) == 1


def test_files_over_the_window_and_those_being_chosen_are_expected(qtbot, window, office, tmp_path):
    drag_in(window, files(tmp_path / "a.pdf"))
    assert office.names().count("expect_files") == 1

    window.actors.adding.choose_files()
    assert office.names().count("expect_files") == 2
    [dialog] = window.findChildren(QFileDialog)
    dialog.reject()

    office.gate = threading.Event()
    drop(window, files(tmp_path / "b.pdf"))
    asked = office.names().count("expect_files")
    drag_in(window, files(tmp_path / "c.pdf"))
    assert office.names().count("expect_files") == asked  # they are running
    with qtbot.waitSignal(window.actors.importer.finished):
        office.gate.set()


def test_text_and_web_addresses_are_not_taken_for_files(window, office):
    mime = QMimeData()
    mime.setText("no file")
    mime.setUrls([QUrl("https://example.org/a.pdf")])

    assert not drag_in(window, mime).isAccepted()
    assert not window.overlay.isVisible()


def test_nothing_inside_the_window_swallows_a_drop(qtbot, window):
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    window.show_view(DOCUMENTS)

    takers = [child for child in window.findChildren(QLineEdit) if child.acceptDrops()]
    takers += [view for view in window.findChildren(QAbstractItemView) if view.acceptDrops()]
    names = [each.accessibleName() or type(each).__name__ for each in takers]

    assert window.bar.box not in takers
    assert not [name for name in names if name in ("Results", "Matters")]


def test_in_all_matters_the_window_asks_who_receives_the_files(qtbot, window, office, tmp_path):
    window.actors.book.choose(ALL_MATTERS)
    drop(window, files(tmp_path / "a.pdf"))

    question = open_question(qtbot, window, TargetQuestion)
    assert "import_files" not in office.names()
    question.box.setCurrentText("  New   client ")
    with qtbot.waitSignal(window.actors.importer.finished):
        qtbot.mouseClick(question.deed, LEFT)

    assert office.names()[-2:] == ["create_matter", "import_files"]
    assert office.matters[-1].name == "New client"
    assert window.actors.book.current == "New client"


@pytest.mark.parametrize("typed", ["acme V. byte", "Acme v. Byte\u200f"])
def test_a_matter_may_be_typed_in_its_own_way(qtbot, window, office, tmp_path, typed):
    window.actors.book.choose(ALL_MATTERS)
    drop(window, files(tmp_path / "a.pdf"))
    question = open_question(qtbot, window, TargetQuestion)
    question.box.setCurrentText(typed)

    with qtbot.waitSignal(window.actors.importer.finished):
        qtbot.mouseClick(question.deed, LEFT)

    assert "create_matter" not in office.names()
    assert next(call[2] for call in office.asked if call[0] == "import_files") == "Acme v. Byte"


def test_a_new_matter_is_current_by_the_name_that_it_was_given(qtbot, window, office):
    window.actors.book.create("Zürich\u200f case")

    qtbot.waitUntil(lambda: window.actors.book.find("Zürich case") is not None)
    qtbot.waitUntil(lambda: window.actors.book.current != "Acme v. Byte")
    assert window.actors.book.current == "Zürich case"


def test_files_read_in_place_stay_where_they_are(qtbot, window, office, settings, tmp_path):
    settings.keep_copies = False

    with qtbot.waitSignal(window.actors.importer.finished):
        drop(window, files(tmp_path / "a.pdf"))

    call = next(call for call in office.asked if call[0] == "import_files")
    assert call[-1] is True


# ---------------------------------------------------------------- matters


def test_the_current_matter_is_named_in_the_sidebar_and_in_the_question_bar(window):
    assert window.sidebar.matters.current == "Acme v. Byte"
    assert window.bar.matter_button.text() == "Acme v. Byte"
    assert window.bar.scope == Scope("Acme v. Byte")


def test_walking_the_matters_by_keyboard_changes_nothing_until_enter(qtbot, window):
    matters = window.sidebar.matters
    matters.setFocus()
    matters.setCurrentRow(1)
    qtbot.keyClick(matters, Qt.Key.Key_Up)
    assert window.actors.book.current == "Acme v. Byte"

    qtbot.keyClick(matters, Qt.Key.Key_Return)
    assert window.actors.book.crosses_walls
    assert window.bar.scope == Scope(ALL_MATTERS)


def test_all_matters_stand_out_by_word_sign_and_colour(qtbot, window):
    before = window.bar.matter_button.property("iconName")
    window.actors.book.choose(ALL_MATTERS)

    button = window.bar.matter_button
    assert button.text() == "All matters"
    assert button.property("role") == "crossing"
    assert button.property("iconName") == "all-matters" != before
    assert window.sidebar.matters.crosses


def test_all_matters_are_not_remembered_for_the_next_start(window, settings, office, lanes):
    window.actors.book.choose("Harbour Street lease")
    window.actors.book.choose(ALL_MATTERS)

    assert settings.matter == "Harbour Street lease"


def test_changing_the_matter_asks_the_same_question_there(qtbot, window, office):
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    with qtbot.waitSignal(window.actors.asker.answered):
        window.actors.book.choose("Harbour Street lease")

    assert ("search", "claim notice", Scope("Harbour Street lease")) in office.asked


def test_a_new_matter_becomes_current(qtbot, window, office):
    QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    question = open_question(qtbot, window, NameQuestion)
    assert not question.deed.isEnabled()
    qtbot.keyClicks(question.box, "Smith & Sons")
    with qtbot.waitSignal(window.actors.book.currentChanged):
        qtbot.keyClick(question.box, Qt.Key.Key_Return)

    assert window.actors.book.current == "Smith & Sons"
    qtbot.waitUntil(lambda: Matter("Smith & Sons") in window.actors.book.matters)


def test_renaming_the_current_matter_keeps_it_current(qtbot, window):
    with qtbot.waitSignal(window.actors.book.currentChanged):
        window.actors.book.rename("Acme v. Byte", "Acme v. Byte (appeal)")

    assert window.actors.book.current == "Acme v. Byte (appeal)"


def test_a_matter_can_be_locked_out_of_all_matters(qtbot, window, office):
    menu = window.sidebar.menu_for(window.actors.book.matters[0])
    lock = next(action for action in menu.actions() if "Lock out" in action.text())
    with qtbot.waitSignal(window.actors.book.changed):
        lock.trigger()

    assert ("lock_matter", "Acme v. Byte", True) in office.asked
    assert window.actors.book.matters[0].locked_out_of_all


def test_locking_a_matter_asks_again_because_all_matters_are_fewer_now(qtbot, window, office):
    window.actors.book.choose(ALL_MATTERS)
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    with qtbot.waitSignal(window.actors.asker.answered):
        window.actors.book.lock("Acme v. Byte", True)

    assert office.names() == ["search", "lock_matter", "search"]


def test_a_page_of_another_matter_does_not_stay_when_the_matter_changes(qtbot, window):
    window.search.show_page("id-NDA Byte.pdf", 2)
    window.actors.book.choose("Harbour Street lease")

    assert window.search.page.document_id == ""
    assert window.welcome.isVisible()


def test_a_remembered_matter_is_current_from_the_first_moment(qtbot, lanes, office, settings):
    settings.matter = "Harbour Street lease"
    window = MainWindow(office, lanes, settings)
    qtbot.addWidget(window)

    assert window.bar.scope == Scope("Harbour Street lease")
    assert window.bar.matter_button.text() == "Harbour Street lease"


def test_a_name_that_is_taken_is_said_in_the_banner(qtbot, window):
    with qtbot.waitSignal(window.actors.book.failed):
        window.actors.book.create("Acme v. Byte")

    assert window.banner.isVisible()
    assert "already" in window.banner.words.text()


def test_without_any_matter_nothing_claims_that_all_are_searched(
    qtbot, qapp, lanes, office, tmp_path
):
    office.matters.clear()
    window = MainWindow(office, lanes, Settings(tmp_path / "empty"))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.actors.book.read)

    assert window.bar.matter_button.text() == "No matter yet"
    assert not window.actors.book.crosses_walls
    with qtbot.waitSignal(window.actors.importer.finished):
        window.welcome.samplesWanted.emit()
    qtbot.waitUntil(lambda: window.actors.book.current == "Sample matter")


@pytest.mark.parametrize(
    ("dropped", "name"),
    [
        (("Acme v. Byte",), "Acme v. Byte"),
        (("a.pdf",), FIRST_MATTER),
        (("Acme v. Byte", "a.pdf"), FIRST_MATTER),
    ],
)
def test_a_first_matter_is_called_as_the_folder_that_was_dropped(
    qtbot, qapp, lanes, office, tmp_path, dropped, name
):
    (tmp_path / "Acme v. Byte").mkdir()
    (tmp_path / "a.pdf").touch()
    office.matters.clear()
    window = MainWindow(office, lanes, Settings(tmp_path / "empty"))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.actors.book.read)

    drop(window, files(*(tmp_path / each for each in dropped)))

    assert open_question(qtbot, window, TargetQuestion).name == name


# ---------------------------------------------------------------- removing


def test_removing_a_matter_says_what_goes_and_erases_only_when_told(qtbot, window, office):
    window.actors.erasing.remove_matter("Acme v. Byte")
    question = open_question(qtbot, window, RemoveQuestion)

    assert "2 documents and 240 passages" in question.lines.text()
    assert question.cancel.isDefault()
    qtbot.mouseClick(question.cancel, LEFT)
    assert "remove_matter" not in office.names()

    window.actors.erasing.remove_matter("Acme v. Byte")
    question = open_question(qtbot, window, RemoveQuestion)
    with qtbot.waitSignal(window.actors.book.currentChanged):
        qtbot.mouseClick(question.deed, LEFT)

    assert ("remove_matter", "Acme v. Byte") in office.asked
    assert window.actors.book.current == "Harbour Street lease"


def test_nothing_of_what_was_erased_stays_on_the_screen(qtbot, window, office):
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    window.search.step(1)
    window.actors.erasing.erased.emit()
    assert window.search.results.hits == ()
    assert window.search.page.document_id == ""

    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    assert window.search.results.currentIndex().row() == 0


def test_removing_documents_asks_what_depends_on_them(qtbot, window, office):
    window.actors.erasing.remove_documents(("id-1", "id-2"))
    question = open_question(qtbot, window, RemoveQuestion)
    with qtbot.waitSignal(window.actors.erasing.erased):
        qtbot.mouseClick(question.deed, LEFT)

    assert ("dependents", ("id-1", "id-2"), "") in office.asked
    assert ("remove_documents", ("id-1", "id-2")) in office.asked


# ---------------------------------------------------------------- the engine


def test_while_the_model_loads_words_answer_and_then_the_question_is_asked_again(
    qtbot, window, office
):
    office.model = "loading"
    window.actors.watcher.look()
    qtbot.waitUntil(lambda: window.actors.watcher.state.model == "loading")
    assert window.bar.model_pill.text() == "Loading the model: exact words only for now"
    window.ask("shall indemnify")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 3)
    window.search.step(1)
    chosen = window.search.results.hit

    office.model = "ready"
    with qtbot.waitSignal(window.actors.asker.answered) as answered:
        window.actors.watcher.look()

    assert answered.args[1] is True
    assert office.names() == ["search_words", "search"]
    assert len(window.search.results.hits) == 5
    assert window.search.results.hit.passage_id == chosen.passage_id
    assert window.bar.model_pill.text() == "Ready: meaning and words"


def test_meaning_that_follows_is_counted_and_then_the_answer_is_renewed(qtbot, window, office):
    office.pending = 3192
    window.actors.watcher.look()
    qtbot.waitUntil(lambda: window.actors.watcher.state.pending == 3192)
    assert window.bar.model_pill.text() == "Meaning: 812 of 4,004 passages"
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)

    office.pending = 0
    with qtbot.waitSignal(window.actors.asker.answered) as answered:
        window.actors.watcher.look()

    assert answered.args[1] is True


def test_an_engine_that_stopped_is_said_once_and_words_still_answer(qtbot, window, office):
    busy = LibraryBusy("Another program uses this library.")

    def dead():
        def work(report):
            raise busy

        return Job(work)

    office.engine_state = dead
    with qtbot.waitSignal(window.actors.watcher.failed):
        window.actors.watcher.look()
    assert window.banner.isVisible()
    assert "Try again" in [b.text() for b in window.banner.findChildren(QAbstractButton)]
    assert window.bar.model_pill.text() == "The engine is not running: exact words only"
    window.banner.hide()
    with qtbot.assertNotEmitted(window.actors.watcher.failed):
        window.actors.watcher.look()
        qtbot.waitUntil(lambda: window.actors.watcher._failures == 2)

    assert not window.banner.isVisible()
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 3)
    assert office.names() == ["search_words"]


def test_what_was_queued_before_a_restart_goes_on_by_itself(qtbot, qapp, lanes, office, tmp_path):
    office.queued = 1
    window = MainWindow(office, lanes, Settings(tmp_path / "other"))
    qtbot.addWidget(window)
    with qtbot.waitSignal(window.actors.importer.finished):
        window.show()

    assert office.names() == ["resume_import"]


def test_a_locked_file_that_stops_a_job_offers_its_password(qtbot, window):
    window.actors.importer.failed.emit(Locked("It needs a password.", "x/bank.pdf"))
    fix = next(b for b in window.banner.findChildren(QAbstractButton) if "password" in b.text())
    qtbot.mouseClick(fix, LEFT)

    assert open_question(qtbot, window, PasswordQuestion)
    assert not window.banner.isVisible()


def test_files_left_from_before_go_on_though_others_were_dropped_first(
    qtbot, qapp, lanes, office, tmp_path
):
    office.queued = 1
    window = MainWindow(office, lanes, Settings(tmp_path / "other"))
    qtbot.addWidget(window)
    window.actors.importer.add(("a.pdf", "twice.pdf"), "Acme v. Byte")
    window.show()

    qtbot.waitUntil(lambda: "resume_import" in office.names())
    qtbot.waitUntil(lambda: not window.actors.importer.running)
    assert office.names()[0] == "import_files" and office.queued == 0


@pytest.mark.parametrize("place, deed", [("banner", "Try again"), ("panel", "Go on with the rest")])
@pytest.mark.parametrize("kind", [NoRoom, LibraryBusy])
def test_what_would_fail_again_waits_for_the_users_word(qtbot, window, office, kind, place, deed):
    office.import_files = failing(kind("That cannot be now. Try again later."))
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("a.pdf", "b.pdf"), "Acme v. Byte")
    office.queued = 2
    window.actors.watcher.look()
    qtbot.waitUntil(lambda: window.actors.watcher.state.queued == 2)
    assert "resume_import" not in office.names()
    assert "Import stopped." in [each.text() for each in window.panel.findChildren(QLabel)]

    if place == "panel":
        window.banner.hide()
    buttons = getattr(window, place).findChildren(QAbstractButton)
    with qtbot.waitSignal(window.actors.importer.finished):
        qtbot.mouseClick(next(each for each in buttons if each.text() == deed), LEFT)

    assert "resume_import" in office.names() and not window.banner.isVisible()
    left = [each for each in window.panel.findChildren(QAbstractButton) if each.isVisible()]
    assert deed not in [each.text() for each in left]


# ---------------------------------------------------------------- tasks


def test_running_tasks_are_counted_and_can_be_cancelled_from_their_list(qtbot, window, office):
    office.gate = threading.Event()
    pill = window.tasks
    assert pill.isHidden()
    window.actors.importer.add(("a.pdf", "b.pdf"), "Acme v. Byte")
    window.actors.importer.add(("c.pdf",), "Acme v. Byte")
    assert pill.text() == "2 tasks"

    with qtbot.waitSignal(window.actors.importer.finished):
        for task in window.actors.board.tasks:
            task.job.cancel()

    assert pill.isHidden()
    assert window.actors.importer.cancelled


# ---------------------------------------------------------------- keys and looks


@pytest.mark.parametrize("key", [Qt.Key.Key_L, Qt.Key.Key_Slash])
def test_the_question_box_is_always_in_reach(qtbot, window, key):
    window.sidebar.matters.setFocus()
    control = Qt.KeyboardModifier.ControlModifier if key == Qt.Key.Key_L else NO_KEYS

    QTest.keyClick(window.sidebar.matters, key, control)

    assert window.bar.box.hasFocus()


def test_a_slash_in_the_question_is_a_slash(qtbot, window):
    window.bar.focus_box()
    qtbot.keyClicks(window.bar.box, "and/or")

    assert window.bar.box.text() == "and/or"


def test_views_change_by_key_and_the_documents_view_shows_the_current_matter(qtbot, window, office):
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_2, control)
    assert window.views.currentIndex() == DOCUMENTS
    qtbot.waitUntil(lambda: ("list_documents", Scope("Acme v. Byte")) in office.asked)

    QTest.keyClick(window, Qt.Key.Key_1, control)
    assert window.views.currentIndex() == SEARCH


def test_escape_closes_the_banner_and_never_a_task(qtbot, window, office):
    office.gate = threading.Event()
    window.actors.importer.add(("a.pdf",), "Acme v. Byte")
    window.banner.say("Something failed.")

    QTest.keyClick(window, Qt.Key.Key_Escape)

    assert not window.banner.isVisible()
    assert window.actors.importer.running


def test_a_document_opened_from_the_list_is_shown_beside_the_results(qtbot, window):
    window.show_view(DOCUMENTS)
    window.documents.openDocument.emit("id-NDA Byte.pdf", 2)

    assert window.views.currentIndex() == SEARCH
    assert window.search.page.document_id == "id-NDA Byte.pdf"


def test_a_file_is_tried_again_in_the_matter_it_was_dropped_on(qtbot, window, office):
    window.actors.book.choose(ALL_MATTERS)
    window.show_view(DOCUMENTS)

    with qtbot.waitSignal(window.actors.importer.finished):
        window.documents.retryRequested.emit(("locked.pdf",), "Harbour Street lease")

    call = next(call for call in office.asked if call[0] == "import_files")
    assert call[1:3] == (("locked.pdf",), "Harbour Street lease")


@pytest.mark.parametrize("scale", theme.SCALES)
def test_every_control_has_a_name_and_a_size(qtbot, window, scale):
    window.relook(theme.Look("dark", scale))
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)

    for control in window.findChildren(QAbstractButton):
        name = control.accessibleName() or control.text() or control.toolTip()
        assert name or control.objectName().startswith("qt_") or not control.isVisible()
    for line in window.findChildren(QLineEdit):
        assert line.accessibleName(), line.placeholderText()
    window.relook(theme.Look("light", 100))


def test_look_matter_and_layout_are_kept_in_the_library(qtbot, window, settings, tmp_path):
    window.relook(theme.Look("dark", 125))
    window.actors.book.choose("Harbour Street lease")
    window.close()

    again = Settings(tmp_path, ("Acme v. Byte", "Harbour Street lease"))
    assert again.look == theme.Look("dark", 125)
    assert again.matter == "Harbour Street lease"
    assert not again.layout("window").isEmpty()
    kept = (tmp_path / "window.ini").read_text(encoding="utf-8")
    assert "indemnify" not in kept and "Harbour" not in kept


def test_the_matters_menu_puts_all_matters_last(window):
    menu = window.bar.matters_menu()

    assert menu_entries(menu) == [
        "Acme v. Byte",
        "Harbour Street lease",
        "Whistle-blower report",
        "Rename, lock or remove this matter…",
        "New matter…",
        "All matters",
    ]
    assert isinstance(menu, QMenu)


def test_a_matter_can_be_changed_where_the_list_of_matters_has_no_room(qtbot, window):
    shown = []
    window.bar.matterMenuWanted.connect(lambda matter, place: shown.append(matter.name))
    change = next(each for each in window.bar.matters_menu().actions() if "Rename" in each.text())

    change.trigger()

    assert shown == ["Acme v. Byte"]
    menus = window.sidebar.findChildren(QMenu)
    qtbot.waitUntil(lambda: any(each.isVisible() for each in menus))
    assert "Rename…" in menu_entries(menus[-1])
    for each in menus:
        each.close()


def test_the_list_of_matters_stays_where_it_was_scrolled_to(qtbot, window, office):
    office.matters = [Matter(f"Matter {n:02d}", 3) for n in range(60)]
    with qtbot.waitSignal(window.actors.book.changed):
        window.refresh()
    bar = window.sidebar.matters.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())

    office.matters[0] = Matter("Matter 00", 4)
    with qtbot.waitSignal(window.actors.book.changed):
        window.refresh()

    assert bar.value() == bar.maximum() > 0


def test_an_engine_that_died_between_two_questions_is_said(qtbot, window, office):
    office.model, office.process = "loading", 2
    with qtbot.waitSignal(window.actors.watcher.restarted):
        window.actors.watcher.look()

    assert "started again" in window.banner.words.text()


def test_a_backup_that_failed_by_itself_is_told_until_one_is_made(qtbot, window, office):
    def hear(problem):
        office.backup_problem = problem
        with qtbot.waitSignal(window.actors.watcher.heard):
            window.actors.watcher.look()

    hear("There is no room for a backup.")
    assert window.banner.isVisible() and "no room" in window.banner.words.text()
    window.banner.hide()
    hear("There is no room for a backup.")
    assert not window.banner.isVisible(), "it is told once"
    hear("The disk is full: no backup could be made.")
    assert window.banner.isVisible()
    hear("")
    assert not window.banner.isVisible()


def test_a_model_that_is_loaded_anew_is_no_engine_that_died(qtbot, window, office):
    office.model = "loading"  # as after another device was chosen
    with qtbot.waitSignal(window.actors.watcher.changed):
        window.actors.watcher.look()

    assert not window.banner.isVisible()


@pytest.mark.parametrize("error", [ProcessDied("It stopped."), WrongUse("That is our own folder.")])
def test_files_left_go_on_after_an_engine_that_died_or_an_import_that_never_began(
    qtbot, window, office, error
):
    office.import_files = failing(error)
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("a.pdf",), "Acme v. Byte")
    office.queued = 1
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.watcher.look()

    assert office.names() == ["resume_import"]


def test_keys_that_change_the_view_take_the_focus_along(qtbot, window):
    control = Qt.KeyboardModifier.ControlModifier
    QTest.keyClick(window, Qt.Key.Key_2, control)
    qtbot.waitUntil(lambda: window.documents.table.hasFocus())
    assert window.documents.table.currentIndex().row() == 0

    QTest.keyClick(window, Qt.Key.Key_1, control)
    assert window.bar.box.hasFocus()
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    window.bar.focus_box()
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert window.search.results.hasFocus()


def test_the_key_of_the_question_pressed_twice_writes_nothing(qtbot, window):
    window.bar.focus_box()
    qtbot.keyClicks(window.bar.box, "/")

    assert window.bar.box.text() == ""


def test_in_all_matters_no_client_is_chosen_for_dropped_files(qtbot, window, settings, tmp_path):
    settings.matter = ""
    window.actors.book.choose(ALL_MATTERS)
    drop(window, files(tmp_path / "a.pdf"))

    question = open_question(qtbot, window, TargetQuestion)
    assert question.name == "" and not question.deed.isEnabled()


def test_of_many_matters_the_current_one_is_in_sight(qtbot, window, office):
    office.matters = [Matter(f"Client {number}") for number in range(60)]
    window.actors.book.refresh()
    qtbot.waitUntil(lambda: len(window.actors.book.matters) == 60)
    window.actors.book.choose("Client 50")

    matters = window.sidebar.matters
    assert matters.currentItem().text().startswith("Client 50,")
    assert matters.viewport().rect().contains(matters.visualItemRect(matters.currentItem()))
    names = [matter.name for matter in window.actors.book.matters]
    assert names.index("Client 9") < names.index("Client 10")


def test_why_a_question_failed_goes_when_one_is_answered(qtbot, window, office):
    office.failing = WrongUse("There is no matter named “Byte”.", "Byte")
    with qtbot.waitSignal(window.actors.asker.failed):
        window.ask("claim notice")
    assert window.banner.isVisible()

    office.failing = None
    with qtbot.waitSignal(window.actors.asker.answered):
        window.ask("claim notice")

    assert not window.banner.isVisible()


def test_another_trouble_stays_when_a_question_is_answered(qtbot, window, office):
    office.failing = WrongUse("There is no matter named “Byte”.")
    with qtbot.waitSignal(window.actors.asker.failed):
        window.ask("claim notice")
    office.failing = None
    window.actors.importer.failed.emit(NoRoom("The disk is full."))

    with qtbot.waitSignal(window.actors.asker.answered):
        window.ask("claim notice")

    assert window.banner.words.text() == "The disk is full." and window.banner.isVisible()
