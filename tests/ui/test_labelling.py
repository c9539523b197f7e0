"""Marking results by key and by mouse, undoing it, disagreements, and pairs of one's own."""

from dataclasses import replace

import pytest
from fake_labels import BUSY, OTHER, label
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from legaldesk.core.errors import ProcessDied
from legaldesk.core.hits import ALL_MATTERS, Box, PageBoxes, Scope
from legaldesk.core.labels import LabelSource, Verdict
from legaldesk.core.passages import Span
from legaldesk.ui.pair_question import PairQuestion
from legaldesk.ui.result_list import STANDING
from legaldesk.ui.review_view import LABELS
from legaldesk.ui.settle_question import SettleQuestion
from legaldesk.ui.verdict_row import Deed
from legaldesk.ui.views import REVIEW

QUESTION = "shall indemnify"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT, RIGHT, UP, DOWN = Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down
RELEVANT, PARTLY, WRONG = Verdict.RELEVANT, Verdict.PARTLY, Verdict.NOT_RELEVANT


@pytest.fixture
def asked(qtbot, window):
    """The window after a question with five hits, the keys in the results."""
    ask(qtbot, window)
    return window


def ask(qtbot, window):
    window.bar.box.clear()
    window.bar.focus_box()
    qtbot.keyClicks(window.bar.box, QUESTION)
    with qtbot.waitSignal(window.actors.asker.answered):
        qtbot.keyClick(window.bar.box, Qt.Key.Key_Return)
    settle(qtbot, window)


def settle(qtbot, window):
    qtbot.waitUntil(lambda: window.actors.labels.marks.settled)


def press(window, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.search.results, key, modifier)


def verdicts(window):
    model = window.search.results.model()
    return [model.index(n, 0).data(STANDING).verdict for n in range(model.rowCount())]


def row(window):
    return window.search.results.currentIndex().row()


def spoken(window, number):
    index = window.search.results.model().index(number, 0)
    return index.data(Qt.ItemDataRole.AccessibleTextRole)


def click(window, number, target):
    """Click a button of a card with the mouse."""
    results = window.search.results
    index = results.model().index(number, 0)
    results.scrollTo(index)
    QApplication.processEvents()
    area = results.visualRect(index)
    card = results._delegate.card(index, area.width())
    spot = card._verdicts.targets[target].center().toPoint()
    corner = area.topLeft() + QPoint(round(card._left), round(card._verdicts_top))
    QTest.mouseClick(results.viewport(), Qt.MouseButton.LeftButton, pos=corner + spot)


def test_keys_mark_all_results_in_a_row(qtbot, asked, office):
    for key in "12312":
        press(asked, key)
    settle(qtbot, asked)

    assert verdicts(asked) == [RELEVANT, WRONG, PARTLY, RELEVANT, WRONG]
    assert [each.verdict for each in office.labels] == verdicts(asked)
    assert row(asked) == 4 and asked.search.results.hasFocus()
    first = next(call for call in office.asked if call[0] == "label_hit")
    assert first[1:] == (QUESTION, "id-Supply Agreement.pdf", RELEVANT, "Acme v. Byte", 1)


def test_a_marked_result_says_so_aloud(qtbot, asked):
    press(asked, "3")
    settle(qtbot, asked)

    assert spoken(asked, 0).endswith("Marked partly by you.")
    assert not spoken(asked, 1).endswith("by you.")


def test_a_mark_is_shown_before_it_is_stored(asked):
    press(asked, "1")

    assert not asked.actors.labels.marks.settled
    assert verdicts(asked)[0] is RELEVANT


def test_undo_takes_the_last_marks_back_and_returns_to_them(qtbot, asked, office):
    for key in "12":
        press(asked, key)
    press(asked, "z", CONTROL)
    settle(qtbot, asked)
    assert verdicts(asked)[:2] == [RELEVANT, None] and row(asked) == 1

    press(asked, "z", CONTROL)
    settle(qtbot, asked)

    assert verdicts(asked)[:2] == [None, None] and row(asked) == 0
    assert office.current() == []


def test_what_was_marked_and_taken_back_is_said_below_the_results(asked):
    said = asked.search.foot.position

    press(asked, "2")
    assert said.text() == "Hit 1 marked not relevant. Undo: Ctrl+Z" and row(asked) == 1
    press(asked, "z", CONTROL)
    assert said.text() == "Taken back" and row(asked) == 0


def test_no_undo_is_offered_for_what_was_said_already(qtbot, asked, office):
    press(asked, "1")
    settle(qtbot, asked)

    asked.search.results.choose(0)
    press(asked, "1")

    assert asked.search.foot.position.text() == "Hit 1 is marked relevant already"
    assert len(office.labels) == 1


def test_a_mark_on_an_earlier_question_says_which_when_it_is_taken_back(qtbot, asked, office):
    press(asked, "1")
    asked.bar.box.clear()
    qtbot.keyClicks(asked.bar.box, "claim notice")
    with qtbot.waitSignal(asked.actors.asker.answered):
        qtbot.keyClick(asked.bar.box, Qt.Key.Key_Return)
    settle(qtbot, asked)

    press(asked, "z", CONTROL)
    assert asked.search.foot.position.text() == f"Taken back for “{QUESTION}”"

    settle(qtbot, asked)
    assert office.current() == []


def test_undo_with_nothing_marked_says_so(asked):
    press(asked, "z", CONTROL)

    assert asked.search.foot.position.text() == "Nothing to undo"


def test_to_correct_a_mark_is_to_press_another_key_and_stays_there(qtbot, asked, office):
    press(asked, "1")
    press(asked, Qt.Key.Key_Up)
    press(asked, "2")
    settle(qtbot, asked)

    assert verdicts(asked)[0] is WRONG and row(asked) == 0
    assert len(office.current()) == 1


def test_the_same_key_again_changes_nothing(qtbot, asked, office):
    press(asked, "1")
    press(asked, Qt.Key.Key_Up)
    press(asked, "1")
    settle(qtbot, asked)

    assert len(office.labels) == 1


def test_digits_typed_into_the_question_mark_nothing(qtbot, asked, office):
    asked.bar.focus_box()
    qtbot.keyClicks(asked.bar.box, "123")

    assert office.labels == [] and asked.bar.box.text().endswith("123")


def test_who_marks_by_mouse_keeps_the_page_that_was_turned_to(qtbot, asked):
    page = asked.search.page
    qtbot.waitUntil(lambda: page.settled)
    page.canvas.go_to(30)

    click(asked, asked.search.results.currentIndex().row(), RELEVANT)
    qtbot.waitUntil(lambda: bool(verdicts(asked)[0]))

    assert page.canvas.page == 30


def test_the_mouse_marks_and_takes_back_and_stays_where_it_is(qtbot, asked, office):
    click(asked, 1, PARTLY)
    settle(qtbot, asked)
    assert verdicts(asked)[1] is PARTLY and row(asked) == 1

    click(asked, 1, Deed.UNDO)
    settle(qtbot, asked)

    assert verdicts(asked)[1] is None and office.current() == []


def test_what_was_said_before_is_found_again(qtbot, asked):
    press(asked, "1")
    settle(qtbot, asked)
    ask(qtbot, asked)

    assert verdicts(asked)[0] is RELEVANT


def test_a_mark_that_is_refused_says_why_and_can_be_tried_again(qtbot, asked, office):
    office.refusing_labels = BUSY
    press(asked, "1")
    qtbot.waitUntil(asked.banner.isVisible)
    assert asked.banner.words.text() == BUSY.message
    assert verdicts(asked)[0] is None

    office.refusing_labels = None
    asked.banner._fix.click()
    settle(qtbot, asked)

    assert verdicts(asked)[0] is RELEVANT and len(office.current()) == 1


def test_a_disagreement_is_shown_and_settled_by_keyboard(qtbot, asked, office):
    disagree(office)
    ask(qtbot, asked)
    assert "People disagree" in spoken(asked, 0)

    click(asked, 0, Deed.SETTLE)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), SettleQuestion))
    dialog = QApplication.activeModalWidget()
    assert not dialog.deed.isEnabled()
    qtbot.waitUntil(dialog.isActiveWindow)  # its keys are shortcuts
    QTest.keyClick(dialog, Qt.Key.Key_2)
    qtbot.waitUntil(dialog.deed.isEnabled)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(office.current()) == 1)
    settle(qtbot, asked)

    qtbot.waitUntil(lambda: verdicts(asked)[0] is WRONG)
    assert "People disagree" not in spoken(asked, 0)


def test_a_disagreement_is_looked_for_where_the_question_was_asked(qtbot, asked, office):
    disagree(office)
    ask(qtbot, asked)
    results = asked.search.results
    both = ("Harbour Street lease", "Acme v. Byte")

    results.settleWanted.emit(replace(results.hit, matters=both))

    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), SettleQuestion))
    QApplication.activeModalWidget().reject()
    assert [call[1] for call in office.asked if call[0] == "contradictions"] == ["Acme v. Byte"]


def test_what_was_settled_meanwhile_says_so(qtbot, asked, office):
    disagree(office)
    ask(qtbot, asked)
    office.labels.pop()

    with qtbot.waitSignal(asked.actors.labels.settling.agreed):
        click(asked, 0, Deed.SETTLE)

    assert asked.search.foot.position.text() == "Nobody disagrees here"


def test_to_settle_what_nobody_disputes_says_so(asked):
    settling = next(each for each in asked.search.results.actions() if "Settle" in each.text())
    settling.trigger()

    assert asked.search.foot.position.text() == "Nobody disagrees here"


def disagree(office):
    """Two people say different things of the first result."""
    about = (QUESTION, "id-Supply Agreement.pdf")
    for number, (who, verdict) in enumerate(((office.me, RELEVANT), (OTHER, WRONG)), 1):
        office.labels.append(label(*about, verdict, who, (), LabelSource.SEARCH, number))


def test_results_of_all_matters_are_found_anew_when_a_matter_is_renamed(qtbot, window, office):
    book, asker = window.actors.book, window.actors.asker
    book.choose(ALL_MATTERS)
    ask(qtbot, window)
    before = len(office.names())

    with qtbot.waitSignal(asker.answered) as heard:
        book.rename("Acme v. Byte", "Acme v. Byte plc")

    assert heard.args[1]  # the same question's answer, so that the card stays that was chosen
    assert office.names()[before:] == ["rename_matter", "search"]


def test_a_current_matter_that_is_renamed_has_its_results_found_under_the_new_name(
    qtbot, asked, office
):
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.actors.book.rename("Acme v. Byte", "Acme v. Byte plc")

    scopes = [call[2] for call in office.asked if call[0] == "search"]
    assert scopes == [Scope("Acme v. Byte"), Scope("Acme v. Byte plc")]


def test_what_others_said_is_shown_with_their_name(qtbot, asked, office):
    disagree(office)
    office.labels.pop(0)
    ask(qtbot, asked)

    assert spoken(asked, 0).endswith(f"Marked not relevant by {OTHER}.")


def test_a_passage_is_kept_for_another_question(qtbot, asked, office):
    pair = next(
        each for each in asked.search.results.actions() if "another question" in each.text()
    )
    pair.trigger()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PairQuestion) and not dialog.deed.isEnabled()
    qtbot.keyClicks(dialog.box, "Who bears the loss?")
    QTest.keyClick(dialog.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(office.labels))

    [made] = office.labels
    assert (made.question, made.source) == ("Who bears the loss?", LabelSource.SELECTION)


def test_answers_are_kept_for_review_without_being_waited_for(qtbot, asked, office):
    kept = [call for call in office.asked if call[0] == "remember_answer"]

    assert [call[1] for call in kept] == [QUESTION]


def test_a_forgotten_question_is_not_kept_again_when_its_answer_is_renewed(qtbot, asked, office):
    asked.actors.labels.memory.forget()
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.actors.asker.renew()

    assert len([call for call in office.asked if call[0] == "remember_answer"]) == 1


def test_a_card_shows_again_what_was_put_back_among_the_labels(qtbot, asked):
    press(asked, "1")
    settle(qtbot, asked)
    asked.show_view(REVIEW)
    review = asked.views.view(REVIEW)
    review.show_page(LABELS)
    table = review.labels.table
    qtbot.waitUntil(lambda: table.rows.rowCount() == 1)
    table.setFocus()
    table.selectRow(0)

    QTest.keyClick(table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: verdicts(asked)[0] is None)
    QTest.keyClick(table, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: verdicts(asked)[0] is RELEVANT)


# ---------------------------------------------------------------- text selected on a page


@pytest.fixture
def page(qtbot, asked):
    """The page of the first hit, its words known."""
    view = asked.search.page
    qtbot.waitUntil(lambda: view.settled)
    view.canvas.go_to(12)
    hover(view, 80, 105)
    qtbot.waitUntil(lambda: asked.search.selection.words(12) is not None)
    return view


def spot(view, x, y):
    """Where a point of page 12 is in the view."""
    corner = view.canvas.pages.layout.page(12).topLeft()
    return view.canvas.mapFromScene(corner.x() + x, corner.y() + y)


def hover(view, x, y):
    QTest.mouseMove(view.canvas.viewport(), spot(view, x, y))
    send(view, QEvent.Type.MouseMove, x, y, Qt.MouseButton.NoButton)


def send(view, kind, x, y, held=Qt.MouseButton.LeftButton):
    """A mouse event as the window system sends it."""
    where = QPointF(spot(view, x, y))
    viewport = view.canvas.viewport()
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else held
    none = Qt.KeyboardModifier.NoModifier
    there = QPointF(viewport.mapToGlobal(where))
    QApplication.sendEvent(viewport, QMouseEvent(kind, where, there, button, held, none))


def draw(view, start, end):
    """Draw over the page with the left button held."""
    send(view, QEvent.Type.MouseButtonPress, *start)
    send(view, QEvent.Type.MouseMove, *end)
    send(view, QEvent.Type.MouseButtonRelease, *end)


def test_drawing_over_a_page_selects_whole_words(asked, page):
    draw(page, (200, 105), (140, 125))

    assert asked.search.selection.text == "three four five six seven"
    assert asked.search.selection.span == Span(12, 8, 33)
    assert asked.search.selection.bar.line.text() == "5 words selected"


def make_pair(qtbot, asked, page, office):
    """Select the first words and give them a question; what the office was asked for then."""
    draw(page, (80, 105), (140, 105))
    asked.search.selection.bar.pair.click()
    dialog = QApplication.activeModalWidget()
    qtbot.keyClicks(dialog.box, "Which numbers?")
    QTest.keyClick(dialog.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(office.labels))
    return next(each for each in office.asked if each[0] == "label_selection")


def test_a_selection_becomes_a_pair_with_its_question(qtbot, asked, page, office):
    call = make_pair(qtbot, asked, page, office)

    span = (Span(12, 0, 7),)
    assert call[1:] == ("Which numbers?", "id-Supply Agreement.pdf", span, "Acme v. Byte")


def test_a_selection_belongs_to_the_matter_that_its_document_came_into_meanwhile(
    qtbot, asked, page, office
):
    asked.actors.book.choose("Harbour Street lease")
    qtbot.waitUntil(lambda: not asked.actors.asker.asking and asked.search.page.settled)
    call = make_pair(qtbot, asked, page, office)

    assert call[-1] == "Harbour Street lease"


def test_a_press_beside_the_text_or_another_document_clears_the_selection(qtbot, asked, page):
    draw(page, (80, 105), (140, 105))
    draw(page, (400, 600), (400, 600))
    assert asked.search.selection.text == "" and asked.search.selection.bar.isHidden()

    draw(page, (80, 105), (140, 105))
    asked.search.step(1)
    assert asked.search.selection.bar.isHidden()


def test_a_selection_ends_where_the_release_went_to_a_dialog(asked, page):
    chosen = asked.search.selection
    send(page, QEvent.Type.MouseButtonPress, 80, 105)
    send(page, QEvent.Type.MouseMove, 140, 105)

    hover(page, 300, 125)
    hover(page, 310, 125)

    assert chosen.text == "one two" and chosen.bar.line.text() == "2 words selected"


def test_selected_text_is_copied(asked, page):
    draw(page, (80, 105), (140, 105))
    asked.search.selection.bar.copy.click()

    assert QApplication.clipboard().text() == "one two"


def test_another_passage_of_the_same_document_clears_the_selection(asked, page):
    view, chosen, hit = asked.search.page, asked.search.selection, asked.search.results.hit
    draw(page, (80, 105), (140, 105))
    view.show_hit(hit)
    assert chosen.text == "one two", "it is the passage that is shown already"

    view.show_hit(replace(hit, page=20, spans=(Span(20, 0, 7),)))

    assert chosen.text == "" and chosen.bar.isHidden()


def test_where_words_could_not_be_read_a_press_asks_for_them_again(qtbot, asked, page, office):
    real, calls = office.page_words, []

    def page_words(document, number):
        calls.append(number)
        if len(calls) > 1:
            return real(document, number)
        return office._job("page_words", fail, document, number)

    def fail(_):
        raise ProcessDied("The program that searches stopped.")

    office.page_words = page_words
    page.canvas.go_to(20)
    layout = page.canvas.pages.layout
    there = 80, 105 + layout.page(20).top() - layout.page(12).top()
    send(page, QEvent.Type.MouseMove, *there, Qt.MouseButton.NoButton)
    qtbot.waitUntil(lambda: calls == [20] and not asked.search.selection._reading.waiting)

    draw(page, there, there)

    qtbot.waitUntil(lambda: asked.search.selection.words(20) is not None)


def test_nothing_is_kept_of_pages_when_something_was_erased(asked, page):
    chosen = asked.search.selection
    assert page.images._kept and page._known._kept and chosen._known

    asked.actors.erasing.erased.emit()

    kept = page.images._kept, page.images._sentences, page._known._kept, chosen._known
    assert not any(kept) and page._ahead.wanted(lambda *_: 1.0) == []


# ---------------------------------------------------------------- text selected by key


@pytest.fixture
def pages(qtbot, office, window):
    """The keys are in the pages, whose words nobody knows yet; "eight nine" is highlighted."""
    office.passage_boxes = lambda document, *spans: office._job(
        "passage_boxes", lambda _: (PageBoxes(12, (Box(190, 118, 310, 134),)),), document, *spans
    )
    ask(qtbot, window)
    view = window.search.page
    qtbot.waitUntil(lambda: view.settled)
    press(window, Qt.Key.Key_Return)
    assert view.canvas.hasFocus()
    return view.canvas


def walk(qtbot, window, canvas, *steps):
    """Press keys, each of which selects something else than before."""
    for key, held in steps:
        before = window.search.selection.ends
        QTest.keyClick(canvas, key, held)
        qtbot.waitUntil(lambda before=before: window.search.selection.ends not in (None, before))


def test_keys_select_from_the_highlighted_passage_by_word_and_by_line(qtbot, window, pages):
    chosen = window.search.selection
    walk(qtbot, window, pages, (RIGHT, SHIFT))
    assert (chosen.text, chosen.bar.line.text()) == ("eight", "1 word selected")
    assert chosen.bar.line.accessibleName() == "1 word selected: eight"

    walk(qtbot, window, pages, (RIGHT, SHIFT))
    assert chosen.text == "eight nine"
    walk(qtbot, window, pages, (UP, SHIFT))
    assert chosen.text == "four five six seven eight"
    walk(qtbot, window, pages, (LEFT, SHIFT), (LEFT, CONTROL), (DOWN, CONTROL))
    assert chosen.text == "seven"
    walk(qtbot, window, pages, (RIGHT, SHIFT), (RIGHT, SHIFT), (LEFT, SHIFT))
    assert (chosen.text, chosen.span) == ("seven eight", Span(12, 28, 39))


def test_what_keys_selected_becomes_a_pair(qtbot, window, pages, office):
    walk(qtbot, window, pages, (RIGHT, SHIFT), (LEFT, CONTROL), (RIGHT, SHIFT), (RIGHT, SHIFT))
    QTest.keyClick(pages, Qt.Key.Key_Return)
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, PairQuestion)
    qtbot.keyClicks(dialog.box, "Which numbers?")
    QTest.keyClick(dialog.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(office.labels))

    [made] = office.labels
    assert (made.question, made.spans) == ("Which numbers?", (Span(12, 28, 44),))
    assert made.source is LabelSource.SELECTION


def test_escape_clears_what_is_selected_and_only_then_goes_back(qtbot, window, pages):
    walk(qtbot, window, pages, (RIGHT, SHIFT))
    QTest.keyClick(pages, Qt.Key.Key_Escape)
    assert window.search.selection.text == "" and window.search.selection.bar.isHidden()
    assert pages.hasFocus()

    QTest.keyClick(pages, Qt.Key.Key_Escape)
    qtbot.waitUntil(window.search.results.hasFocus)


def test_copy_takes_the_selection_where_there_is_one_else_the_citation(qtbot, window, pages):
    walk(qtbot, window, pages, (RIGHT, SHIFT), (RIGHT, SHIFT))
    QTest.keyClick(pages, Qt.Key.Key_C, CONTROL)
    assert QApplication.clipboard().text() == "eight nine"
    assert window.search.selection.bar.line.text() == "2 words copied"

    QTest.keyClick(pages, Qt.Key.Key_Escape)
    QTest.keyClick(pages, Qt.Key.Key_C, CONTROL)
    assert "Supply Agreement.pdf" in QApplication.clipboard().text()


def test_the_bar_is_reached_by_tab_and_gives_the_keys_back(qtbot, window, pages):
    walk(qtbot, window, pages, (RIGHT, SHIFT))
    bar = window.search.selection.bar
    QTest.keyClick(pages, Qt.Key.Key_Tab)
    assert bar.pair.hasFocus()
    QTest.keyClick(bar.pair, Qt.Key.Key_Tab)
    assert bar.copy.hasFocus()

    QTest.keyClick(bar.copy, Qt.Key.Key_Escape)

    assert bar.isHidden() and pages.hasFocus()


def test_only_the_last_key_waits_for_the_words(qtbot, window, pages, office):
    for key, held in ((RIGHT, SHIFT), (RIGHT, CONTROL), (DOWN, SHIFT)):
        QTest.keyClick(pages, key, held)
    assert window.search.selection.ends is None
    qtbot.waitUntil(lambda: window.search.selection.ends is not None)

    assert window.search.selection.text == "eight"
    assert len([call for call in office.asked if call[0] == "page_words"]) == 1


def test_a_key_whose_words_come_after_one_step_back_selects_nothing(qtbot, window, pages):
    QTest.keyClick(pages, RIGHT, SHIFT)
    QTest.keyClick(pages, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.search.selection.words(12) is not None)

    assert window.search.selection.ends is None and window.search.results.hasFocus()


def test_the_word_that_is_reached_comes_into_view(qtbot, window, pages):
    walk(qtbot, window, pages, (RIGHT, SHIFT))
    for _ in range(6):
        QTest.keyClick(pages, Qt.Key.Key_Plus, CONTROL)
    bar = pages.verticalScrollBar()
    bar.setValue(bar.value() + pages.viewport().height())
    QTest.keyClick(pages, RIGHT, SHIFT)

    layout, box = pages.pages.layout, Box(252, 120, 302, 132)
    seen = pages.mapToScene(pages.viewport().rect()).boundingRect()
    assert window.search.selection.text == "eight nine"
    assert seen.contains(layout.box(12, box))


def test_where_nothing_is_highlighted_keys_begin_with_the_first_word_in_view(qtbot, window, pages):
    pages.go_to(20)
    walk(qtbot, window, pages, (RIGHT, SHIFT))
    assert window.search.selection.span == Span(20, 0, 3)

    pages.go_to(30)
    walk(qtbot, window, pages, (RIGHT, CONTROL))
    assert window.search.selection.span == Span(30, 0, 3)
