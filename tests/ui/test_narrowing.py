"""A question narrowed to one document: what is offered, what is kept, and what is widened."""

import pytest
from PySide6.QtWidgets import QMenu

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.hits import Scope


@pytest.fixture
def asked(qtbot, window):
    """The window after a question with five hits."""
    window.ask("shall indemnify")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    return window


@pytest.fixture
def narrowed(qtbot, asked):
    """The same, asked in the document of the first hit alone."""
    hit = asked.search.results.hit
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.bar.narrow(hit.document_id, hit.document)
    return asked


def offered(window):
    window.bar._show_document_menu()
    [menu] = [each for each in window.bar.findChildren(QMenu) if each.isVisible()]
    found = [action.text() for action in menu.actions()]
    menu.close()
    return found


def test_the_document_of_the_result_that_is_shown_is_offered(asked):
    assert offered(asked) == ["Any document", "Only Supply Agreement.pdf"]


def test_no_document_of_one_matter_is_named_in_another(qtbot, asked):
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.actors.book.choose("Harbour Street lease")
        assert offered(asked) == ["Any document"]


def test_no_document_is_offered_where_nothing_is_found(qtbot, asked):
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.ask("nothing like it")

    assert offered(asked) == ["Any document"]


def test_what_was_erased_is_not_offered(asked):
    asked.actors.erasing.erased.emit()

    assert offered(asked) == ["Any document"]


def test_where_the_document_is_gone_all_others_are_asked_and_that_is_said(qtbot, narrowed, office):
    office.gone = narrowed.bar.scope.document
    narrowed.actors.erasing.erased.emit()

    qtbot.waitUntil(lambda: len(narrowed.search.results.hits) == 5)
    assert narrowed.bar.document_button.text() == "Any document"
    assert narrowed.bar.scope == narrowed.actors.asker.scope == Scope("Acme v. Byte")
    said = narrowed.banner.words.text()
    assert said.startswith("“Supply Agreement.pdf” is gone from here.")
    assert narrowed.banner.isVisible() and office.gone not in said


def test_that_is_said_until_the_next_question(qtbot, narrowed, office):
    office.gone = narrowed.bar.scope.document
    narrowed.actors.asker.renew()
    qtbot.waitUntil(narrowed.banner.isVisible)

    with qtbot.waitSignal(narrowed.actors.asker.answered):
        narrowed.ask("claim notice")

    assert not narrowed.banner.isVisible()


def test_a_renewal_that_fails_where_nothing_is_shown_says_why(qtbot, asked, office):
    office.failing = LegalDeskError("The library could not be read.")
    with qtbot.waitSignal(asked.actors.asker.failed):
        asked.actors.erasing.erased.emit()

    assert asked.banner.words.text() == "The library could not be read."
    assert asked.banner.isVisible()


def test_renaming_the_current_matter_keeps_the_question_narrow(qtbot, narrowed, office):
    document = narrowed.bar.scope.document
    with qtbot.waitSignal(narrowed.actors.asker.answered):
        narrowed.actors.book.rename("Acme v. Byte", "Acme v. Byte (appeal)")

    there = Scope("Acme v. Byte (appeal)", document)
    assert narrowed.bar.scope == narrowed.actors.asker.scope == there
    assert narrowed.bar.document_button.text() == "Supply Agreement.pdf"


def test_a_matter_that_somebody_else_renamed_stays_current(qtbot, narrowed, office):
    office.rename_matter("Acme v. Byte", "Zeta v. Byte").run()
    with qtbot.waitSignal(narrowed.actors.asker.answered):
        narrowed.refresh()

    assert narrowed.actors.book.current == narrowed.bar.scope.matter == "Zeta v. Byte"
    assert narrowed.bar.document_button.text() == "Supply Agreement.pdf"
