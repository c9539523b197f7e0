"""The import panel: progress, cancel, the summary and its links."""

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from legaldesk.core.documents import FileState
from legaldesk.core.hits import ALL_MATTERS
from legaldesk.core.progress import Progress
from legaldesk.ui.dialogs import PasswordQuestion, RemoveQuestion
from legaldesk.ui.main_window import DOCUMENTS
from legaldesk.ui.wording import progress_line, time_left

LEFT = Qt.MouseButton.LeftButton


def links(window):
    return {
        button.text(): button
        for button in window.panel.findChildren(QPushButton)
        if button.property("role") == "link" and button.isVisible()
    }


def button(window, text):
    return next(
        each
        for each in window.panel.findChildren(QPushButton)
        if each.text() == text and each.isVisible()
    )


def test_an_import_shows_how_far_it_is(qtbot, window, office):
    office.gate = threading.Event()
    assert window.panel.isHidden()
    with qtbot.waitSignal(window.actors.importer.progressed):
        window.actors.importer.add(("a.pdf", "b.pdf", "c.pdf"), "Acme v. Byte")

    assert window.panel.isVisible()
    assert window.panel.title.accessibleName() == "Importing 3 items into Acme v. Byte"
    assert window.panel.line.text() == "0 of 3 files, 41 pages/s, about 20 s left"
    assert window.panel.bar.maximum() == 3


def test_afterwards_each_group_is_a_link(qtbot, window):
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(
            ("a.pdf", "b.pdf", "twice.pdf", "locked.pdf", "broken.pdf"), "Acme v. Byte"
        )

    assert list(links(window)) == ["2 added", "1 duplicate", "1 needs a password", "1 damaged"]


def test_a_group_leads_to_its_list(qtbot, window):
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("locked.pdf",), "Acme v. Byte")
    with qtbot.waitSignal(window.panel.groupWanted) as wanted:
        qtbot.mouseClick(links(window)["1 needs a password"], LEFT)

    assert wanted.args == [FileState.LOCKED]
    assert window.views.currentIndex() == DOCUMENTS


@pytest.mark.parametrize(
    ("dropped_on", "at", "shown"),
    [
        ("Acme v. Byte", "Harbour Street lease", "Acme v. Byte"),
        ("Acme v. Byte", ALL_MATTERS, ALL_MATTERS),
        ("Whistle-blower report", ALL_MATTERS, "Whistle-blower report"),
    ],
)
def test_a_group_leads_to_where_its_files_are_seen(qtbot, window, dropped_on, at, shown):
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("locked.pdf",), dropped_on)
    window.actors.book.choose(at)
    qtbot.mouseClick(links(window)["1 needs a password"], LEFT)
    qtbot.waitUntil(lambda: window.documents.settled)

    assert window.actors.book.current == shown
    assert window.documents.chip.isChecked()
    assert window.documents.field.text() == "Needs a password"


def test_what_was_added_is_not_hidden_behind_the_group_before(qtbot, window):
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("a.pdf", "locked.pdf"), "Acme v. Byte")
    qtbot.mouseClick(links(window)["1 needs a password"], LEFT)
    qtbot.mouseClick(links(window)["1 added"], LEFT)

    assert not window.documents.chip.isChecked()
    assert window.documents.field.text() == ""


def answer(qtbot, window, question, password):
    """Give a password and wait for what comes of it."""
    qtbot.keyClicks(question.box, password)
    with qtbot.waitSignal(window.actors.importer.finished):
        qtbot.keyClick(question.box, Qt.Key.Key_Return)


def test_a_locked_file_is_imported_again_with_its_password(qtbot, window, office):
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("x/locked.pdf",), "Acme v. Byte")
    qtbot.mouseClick(button(window, "Enter password…"), LEFT)
    answer(qtbot, window, window.findChild(PasswordQuestion), "secret")

    calls = [call for call in office.asked if call[0] == "import_files"]
    assert calls[-1][1:4] == (("x/locked.pdf",), "Acme v. Byte", {"x/locked.pdf": "secret"})
    assert list(links(window)) == ["1 added"]


def test_a_wrong_password_is_asked_for_once_more(qtbot, window, office):
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("x/locked.pdf",), "Acme v. Byte")
    qtbot.mouseClick(button(window, "Enter password…"), LEFT)
    question = window.findChild(PasswordQuestion)
    answer(qtbot, window, question, "guess")

    again = next(each for each in window.findChildren(PasswordQuestion) if each is not question)
    said = [each.text() for each in again.findChildren(QLabel)]
    assert "That password does not open this file." in said
    answer(qtbot, window, again, "secret")
    assert list(links(window)) == ["1 added"]


def test_a_password_for_one_file_leaves_the_others_in_sight(qtbot, window):
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(
            ("a.pdf", "x/locked 1.pdf", "x/locked 2.pdf", "broken.pdf"), "Acme v. Byte"
        )
    qtbot.mouseClick(button(window, "Enter password…"), LEFT)
    answer(qtbot, window, window.findChild(PasswordQuestion), "secret")

    assert list(links(window)) == ["2 added", "1 needs a password", "1 damaged"]
    qtbot.mouseClick(button(window, "Enter password…"), LEFT)
    asked = [each for each in window.findChildren(PasswordQuestion) if each.isVisible()]
    answer(qtbot, window, asked[-1], "secret")
    assert list(links(window)) == ["3 added", "1 damaged"]


def test_what_is_dropped_twice_meanwhile_is_added_once_and_no_duplicate_of_itself(
    qtbot, window, office, monkeypatch
):
    office.gate = threading.Event()
    told = []
    window.actors.importer.fileFinished.connect(told.append)
    window.actors.importer.add(("a.pdf", "twice.pdf"), "Acme v. Byte")
    window.actors.importer.add(("a.pdf", "twice.pdf"), "Acme v. Byte")
    states, as_usual = iter([FileState.IMPORTED, FileState.DUPLICATE]), office._outcome

    def outcome(path, *more):
        made = as_usual(path, *more)
        return replace(made, state=next(states)) if path == "a.pdf" else made

    monkeypatch.setattr(office, "_outcome", outcome)
    with qtbot.waitSignal(window.actors.importer.finished):
        office.gate.set()

    assert list(links(window)) == ["1 added", "1 duplicate"]
    assert len(told) == 4


def test_cancel_keeps_what_is_finished_and_says_so(qtbot, window, office):
    office.gate = threading.Event()
    window.actors.importer.add(("a.pdf", "b.pdf"), "Acme v. Byte")
    window.actors.importer.add(("c.pdf",), "Acme v. Byte")
    with qtbot.waitSignal(window.actors.importer.finished):
        qtbot.mouseClick(window.panel.cancel, LEFT)

    assert window.actors.importer.cancelled
    assert not window.actors.importer.running
    assert window.panel.isVisible()


def test_imports_wait_for_one_another_and_add_up(qtbot, window, office):
    office.gate = threading.Event()
    window.actors.importer.add(("a.pdf",), "Acme v. Byte")
    window.actors.importer.add(("b.pdf", "twice.pdf"), "Acme v. Byte")
    assert window.actors.importer.waiting == 1
    assert window.actors.importer.title == "Importing a.pdf into Acme v. Byte"
    with qtbot.waitSignal(window.actors.importer.finished):
        office.gate.set()

    assert list(links(window)) == ["2 added", "1 duplicate"]


def test_what_waits_for_a_matter_follows_its_new_name(qtbot, window, office):
    office.gate = threading.Event()
    for path, matter in (("a.pdf", "Acme v. Byte"), ("b.pdf", "Acme v. Byte"), ("c.pdf", "Other")):
        window.actors.importer.add((path,), matter)
    with qtbot.waitSignal(window.actors.book.moved):
        window.actors.book.rename("Acme v. Byte", "Acme v. Bit")
    with qtbot.waitSignal(window.actors.importer.finished):
        office.gate.set()

    told = {each.file: each.matter for each in window.actors.importer.outcomes}
    assert told == {"a.pdf": "Acme v. Byte", "b.pdf": "Acme v. Bit", "c.pdf": "Other"}
    assert not window.actors.importer.cancelled
    assert window.actors.board.tasks == ()


def test_what_waits_for_a_matter_does_not_make_it_anew_when_it_is_removed(qtbot, window, office):
    office.gate = threading.Event()
    for path, matter in (("a.pdf", "Other"), ("b.pdf", "Acme v. Byte"), ("c.pdf", "Other")):
        window.actors.importer.add((path,), matter)
    window.actors.erasing.remove_matter("Acme v. Byte")
    qtbot.waitUntil(lambda: window.findChild(RemoveQuestion) is not None)
    with qtbot.waitSignal(window.actors.erasing.erased):
        qtbot.mouseClick(window.findChild(RemoveQuestion).deed, LEFT)
    with qtbot.waitSignal(window.actors.importer.finished):
        office.gate.set()

    assert [each.file for each in window.actors.importer.outcomes] == ["a.pdf", "c.pdf"]


def test_a_file_for_two_matters_is_told_for_both(qtbot, window, office):
    office.gate = threading.Event()
    window.actors.importer.add(("a.pdf",), "Acme v. Byte")
    window.actors.importer.add(("a.pdf",), "Whistle-blower")
    with qtbot.waitSignal(window.actors.importer.finished):
        office.gate.set()

    assert [each.matter for each in window.actors.importer.outcomes] == [
        "Acme v. Byte",
        "Whistle-blower",
    ]
    assert list(links(window)) == ["2 added"]


def test_the_lists_are_read_again_when_an_import_ends(qtbot, window, office):
    before = [call[0] for call in office.asked].count("list_matters")
    with qtbot.waitSignal(window.actors.importer.finished):
        window.actors.importer.add(("a.pdf",), "Acme v. Byte")

    qtbot.waitUntil(lambda: [call[0] for call in office.asked].count("list_matters") > before)


def test_the_window_answers_while_it_imports(qtbot, window, office):
    office.gate = threading.Event()
    window.actors.importer.add(("a.pdf",), "Acme v. Byte")
    with qtbot.waitSignal(window.actors.asker.answered):
        window.ask("claim notice")

    assert window.actors.importer.running
    assert len(window.search.results.hits) == 5


def test_progress_in_words():
    reading = Progress("reading", 1, 1, "pages", 0.4, 3600 * 2)

    assert progress_line(reading) == "1 of 1 file, 0.4 pages/s, about 2.0 h left"
    assert progress_line(Progress("looking", 0, 0)) == ""
    assert time_left(None) == ""
    assert time_left(2) == "a few seconds left"
    assert time_left(300) == "about 5 min left"
