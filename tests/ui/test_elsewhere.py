"""What others change in the library is noticed; what the window does itself is not told twice."""

import threading
from dataclasses import replace

import pytest

from legaldesk.core.documents import Matter
from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import ALL_MATTERS, Answer, Coverage, Edition, Scope


@pytest.fixture
def asked(qtbot, window, office):
    """The window after a question with five hits, of which it shows the first."""
    window.ask("shall indemnify")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    qtbot.waitUntil(lambda: window.search.page.settled)
    yield window
    if office.finding is not None:
        office.finding.set()


def look(qtbot, window):
    """Let the window hear once more how the engine is."""
    with qtbot.waitSignal(window.actors.watcher.heard):
        window.actors.watcher.look()


def hear(qtbot, window, edition):
    """Let it hear of this edition."""
    while window.actors.watcher.state.edition != edition:
        look(qtbot, window)


def test_what_was_removed_elsewhere_leaves_the_screen_and_the_question_is_asked_anew(
    qtbot, asked, office
):
    office.edition, office.finding = Edition(taken=1), threading.Event()
    hear(qtbot, asked, office.edition)

    assert asked.search.results.hits == ()
    assert asked.search.page.document_id == ""
    with qtbot.waitSignal(asked.actors.asker.answered):
        office.finding.set()
    assert len(asked.search.results.hits) == 5


def test_a_page_without_a_question_leaves_the_screen_too(qtbot, window, office):
    hear(qtbot, window, office.edition)
    window.views.openDocument.emit("id-NDA Byte.pdf", 2)

    office.edition = Edition(taken=1)
    hear(qtbot, window, office.edition)

    assert window.search.page.document_id == ""


def test_what_stays_of_before_leaves_though_the_answer_was_renewed_since(qtbot, asked, office):
    asked.views.openDocument.emit("id-NDA Byte.pdf", 2)
    office.edition = Edition(taken=1)
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.actors.asker.renew()
    assert asked.search.page.document_id == "id-NDA Byte.pdf"

    hear(qtbot, asked, office.edition)

    assert asked.search.page.document_id == ""


def test_an_answer_from_before_a_removal_that_was_heard_of_is_not_shown(qtbot, asked, office):
    old = Answer("shall indemnify", Coverage(1, 1, 1, 0), asked.search.results.hits)
    office.edition = Edition(taken=1)
    with qtbot.waitSignal(asked.actors.asker.answered):
        hear(qtbot, asked, office.edition)
    office.finding = threading.Event()

    asked.actors.asker.answered.emit(old, False)

    assert asked.search.results.hits == ()


def test_what_the_window_removed_itself_is_asked_anew_once(qtbot, asked, office):
    office.edition = Edition(taken=1)
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.actors.erasing.erased.emit()

    hear(qtbot, asked, office.edition)
    look(qtbot, asked)

    assert office.names() == ["search", "search"]
    assert len(asked.search.results.hits) == 5


def test_what_came_elsewhere_is_listed_and_the_question_asked_anew_once_it_rests(
    qtbot, asked, office
):
    asked.search.step(2)
    chosen = asked.search.results.hit
    office.matters.append(Matter("Fresh", 1, number=9))
    office.edition = Edition(grown=1)
    hear(qtbot, asked, office.edition)
    qtbot.waitUntil(lambda: asked.actors.book.find("Fresh") is not None)
    office.edition = Edition(grown=2)
    hear(qtbot, asked, office.edition)
    assert office.names() == ["search"]

    with qtbot.waitSignal(asked.actors.asker.answered):
        look(qtbot, asked)
    look(qtbot, asked)

    assert office.names() == ["search", "search"]
    assert asked.search.results.hit == chosen


def test_while_the_window_imports_the_question_is_not_asked_file_by_file(qtbot, asked, office):
    office.gate = threading.Event()
    asked.actors.importer.add(("a.pdf", "b.pdf"), "Acme v. Byte")
    for number in (1, 2):
        office.edition = Edition(grown=number)
        hear(qtbot, asked, office.edition)
        look(qtbot, asked)
    assert office.names() == ["search", "import_files"]

    with qtbot.waitSignal(asked.actors.asker.answered):
        office.gate.set()
    look(qtbot, asked)
    look(qtbot, asked)

    assert office.names() == ["search", "import_files", "search"]


def test_a_question_that_goes_on_failing_is_asked_anew_once(qtbot, asked, office):
    office.failing = WrongUse("There is no matter named “Acme v. Byte”.")
    with qtbot.waitSignal(asked.actors.asker.failed):
        asked.ask("claim notice")
    office.edition = Edition(grown=1)
    hear(qtbot, asked, office.edition)
    with qtbot.waitSignal(asked.actors.asker.failed):
        look(qtbot, asked)

    for _ in range(3):
        look(qtbot, asked)

    assert office.names() == ["search", "search", "search"]


def test_a_matter_renamed_elsewhere_is_followed_as_soon_as_a_question_fails_for_it(
    qtbot, asked, office
):
    hear(qtbot, asked, office.edition)
    office.rename_matter("Acme v. Byte", "Acme (appeal)").run()
    office.edition = Edition(grown=1)
    office.failing = WrongUse("There is no matter named “Acme v. Byte”.")
    with qtbot.waitSignal(asked.actors.asker.failed):
        asked.ask("claim notice")
    office.failing = None

    with qtbot.waitSignal(asked.actors.asker.answered):
        pass

    assert asked.bar.scope == asked.actors.asker.scope == Scope("Acme (appeal)")
    assert not asked.banner.isVisible()


def test_a_library_that_was_put_back_is_read_anew(qtbot, asked, office):
    office.edition = Edition(5, 5)
    with qtbot.waitSignal(asked.actors.asker.answered):
        hear(qtbot, asked, office.edition)

    office.edition = Edition(5, 3)
    with qtbot.waitSignal(asked.actors.asker.answered):
        hear(qtbot, asked, office.edition)

    assert office.names() == ["search"] * 3


def test_a_matter_locked_out_elsewhere_leaves_all_matters(qtbot, asked, office):
    asked.actors.book.choose(ALL_MATTERS)
    qtbot.waitUntil(lambda: asked.actors.asker.scope == Scope() and not asked.actors.asker.asking)
    office.matters[0] = replace(office.matters[0], locked_out_of_all=True)
    office.edition = Edition(taken=1)

    with qtbot.waitSignal(asked.actors.asker.answered):
        hear(qtbot, asked, office.edition)

    qtbot.waitUntil(lambda: asked.actors.book.matters[0].locked_out_of_all)
    assert office.names() == ["search"] * 3
