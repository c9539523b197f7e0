"""Walking unlabelled results, settling, finding labels, and saying what may teach."""

from dataclasses import replace

import pytest
from fake_labels import BUSY, OTHER, label
from fake_office import past_question
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from legaldesk.core.hits import Edition
from legaldesk.core.labels import LabelSource, LabelState, Verdict
from legaldesk.core.passages import Span
from legaldesk.ui import review_labels, review_results
from legaldesk.ui.export_question import ExportQuestion
from legaldesk.ui.review_view import CLASHES, LABELS, SETTINGS
from legaldesk.ui.views import PLACES, REVIEW

CONTROL = Qt.KeyboardModifier.ControlModifier
RELEVANT, PARTLY, WRONG = Verdict.RELEVANT, Verdict.PARTLY, Verdict.NOT_RELEVANT


@pytest.fixture
def review(qtbot, window, office):
    """The view with two past questions of five results each, reached by its key."""
    office.past = [past_question(1, "Who pays?"), past_question(2, "When does it end?")]
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + REVIEW), CONTROL)
    view = window.views.view(REVIEW)
    settle(qtbot, view)
    assert view.results.card.first.hasFocus()
    return view


def settle(qtbot, view):
    qtbot.waitUntil(lambda: view.settled and view.results._marks.settled)


def press(key, modifier=Qt.KeyboardModifier.NoModifier):
    """A key where the focus is."""
    QTest.keyClick(QApplication.focusWidget(), key, modifier)


def focus(qtbot, widget):
    """Once it is shown: a new one in a layout is a moment later, and takes no focus till then."""
    qtbot.waitUntil(widget.isVisible)
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


def labels_of(office):
    return [(each.question, each.verdict) for each in office.current()]


def open_page(qtbot, view, number):
    view.tabs[number].click()
    settle(qtbot, view)


def test_the_view_stands_between_documents_and_models():
    names = [place.name for place in PLACES]

    assert names.index("Documents") < names.index("Review") < names.index("Models")


def test_it_shows_one_result_with_its_question_citation_and_page(qtbot, review):
    card = review.results.card

    assert card.progress.text() == "1 of 10"
    assert card.question.text() == "Who pays?"
    assert card.document.text() == "Supply Agreement.pdf"
    assert "p. 12 (printed 9)" in card.where.text()
    assert card.passage.text().startswith("Each party shall indemnify")
    assert review.results.page.document_id == "id-Supply Agreement.pdf"


def test_keys_mark_ten_results_in_a_row(qtbot, review, office):
    for key in "1231231231":
        press(key)
    settle(qtbot, review)

    given = [RELEVANT, WRONG, PARTLY] * 3 + [RELEVANT]
    assert [verdict for _, verdict in labels_of(office)] == given
    assert [question for question, _ in labels_of(office)] == (
        ["Who pays?"] * 5 + ["When does it end?"] * 5
    )
    assert review.results.nothing.title.text() == "All seen"


def test_what_looks_like_an_operator_stays_in_a_question_of_the_past(qtbot, review, office):
    office.past = [past_question(3, "rent -tenant doc:lease")]
    review.results.start_over()
    settle(qtbot, review)

    press("1")
    settle(qtbot, review)

    assert labels_of(office) == [("rent -tenant doc:lease", RELEVANT)]


def test_a_skipped_result_is_left_out_until_one_looks_again(qtbot, review, office):
    press("s")
    press(Qt.Key.Key_Right)
    press("1")
    settle(qtbot, review)
    assert review.results.card.progress.text() == "4 of 10"
    assert len(office.current()) == 1

    for _ in range(7):
        press("s")
    assert "skipped 9" in review.results.nothing.sentence.text()
    review.results.again.click()
    settle(qtbot, review)

    assert review.results.card.progress.text() == "1 of 9"
    assert review.results.card.first.hasFocus()


@pytest.fixture
def many(qtbot, window, office, monkeypatch):
    """Five past questions, of which three are read at once."""
    monkeypatch.setattr(review_results, "QUESTIONS", 3)
    office.past = [past_question(number, f"Question {number}?") for number in range(1, 6)]
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + REVIEW), CONTROL)
    view = window.views.view(REVIEW)
    settle(qtbot, view)
    return view


def test_skipping_goes_on_behind_what_is_read_at_once(qtbot, many):
    card, questions = many.results.card, []
    assert card.progress.text() == "1 of 15 and more"
    while many.results.walk.current is not None:
        questions.append(card.question.text())
        press("s")
        settle(qtbot, many)

    assert list(dict.fromkeys(questions)) == [f"Question {number}?" for number in range(1, 6)]
    said = many.results.nothing
    assert said.title.text() == "All seen"
    assert said.sentence.text() == "You have been through 25 and skipped 25 of them."
    press(Qt.Key.Key_Space)  # looks again
    settle(qtbot, many)
    assert (card.question.text(), card.progress.text()) == ("Question 1?", "1 of 15 and more")


def test_all_seen_is_not_said_while_others_are_being_read(qtbot, many):
    for _ in range(15):
        many.results.skip()  # quicker than the rest is read
    said = many.results.nothing
    assert said.title.text() == "Reading on" and many.results.again.isHidden()

    settle(qtbot, many)

    assert many.results.card.question.text() == "Question 4?"
    assert many.results.card.first.hasFocus()


def test_what_is_skipped_twice_counts_once(qtbot, review):
    press("s")
    press(Qt.Key.Key_Left)
    for _ in range(10):
        press("s")

    said = review.results.nothing.sentence.text()
    assert said == "You have been through 10 and skipped 10 of them."


def test_what_is_marked_after_it_was_skipped_counts_as_marked(qtbot, review):
    press("s")
    press(Qt.Key.Key_Left)
    press("1")
    for _ in range(9):
        press("s")

    said = review.results.nothing.sentence.text()
    assert said == "You have been through 10 and skipped 9 of them."


def test_left_goes_back_and_undo_returns_to_what_it_takes_back(qtbot, review, office):
    press("s")
    press("2")
    press("s")
    press(Qt.Key.Key_Left)
    assert review.results.card.progress.text() == "3 of 10"

    press("z", CONTROL)
    settle(qtbot, review)

    assert review.results.card.document.text().startswith("Master Services")
    assert office.current() == []


def test_the_undo_button_does_the_same_across_questions(qtbot, review, office):
    for _ in range(5):
        press("1")
    assert review.results.card.question.text() == "When does it end?"
    settle(qtbot, review)

    review.results.card.undo.click()
    settle(qtbot, review)

    assert review.results.card.question.text() == "Who pays?"
    assert len(office.current()) == 4


def test_what_one_went_back_to_stays_when_the_results_are_read_again(qtbot, review, office):
    card = review.results.card
    press("1")
    qtbot.waitUntil(lambda: bool(office.current()))
    press(Qt.Key.Key_Left)
    review.refresh()
    settle(qtbot, review)
    assert (card.document.text(), card.progress.text()) == ("Supply Agreement.pdf", "1 of 10")

    press("2")
    settle(qtbot, review)

    said = [(each.document, each.verdict) for each in office.current()]
    assert said == [("id-Supply Agreement.pdf", WRONG)]
    assert card.progress.text() == "2 of 10"


def test_all_that_one_went_back_over_is_walked_again_in_its_order(qtbot, review):
    card, names = review.results.card, []
    for _ in range(3):
        names.append(card.document.text())
        press("1")
    for _ in range(3):
        press(Qt.Key.Key_Left)
    settle(qtbot, review)
    review.refresh()
    settle(qtbot, review)

    again = []
    for _ in range(3):
        again.append(card.document.text())
        press("s")

    assert again == names
    assert card.progress.text() == "4 of 10"


def test_the_keys_stay_in_the_pages_when_the_next_one_is_of_another_document(qtbot, review):
    page = review.results.page
    qtbot.waitUntil(lambda: page.settled)
    focus(qtbot, page.canvas)

    press("1")
    settle(qtbot, review)
    qtbot.waitUntil(lambda: page.settled)

    assert page.document_id.startswith("id-Master Services") and page.canvas.hasFocus()


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("keys", [("1",), ("1", Qt.Key.Key_Left)])
def test_what_was_seen_of_an_erased_document_is_gone(
    qtbot, window, review, office, keys, elsewhere
):
    for key in keys:
        press(key)
        settle(qtbot, review)
    gone = "id-Supply Agreement.pdf"
    office.past = [
        replace(each, hits=tuple(hit for hit in each.hits if hit.document_id != gone))
        for each in office.past
    ]

    if elsewhere:
        office.edition = Edition(taken=1)
        with qtbot.waitSignal(window._elsewhere.taken):
            window.actors.watcher.look()
    else:
        window.actors.erasing.erased.emit()
    settle(qtbot, review)

    card = review.results.card
    assert card.progress.text() == "1 of 8"
    assert card.document.text().startswith("Master Services")
    review.results.go_back()
    assert card.progress.text() == "1 of 8"


def test_undo_tells_apart_two_questions_with_the_same_hits(qtbot, review, office):
    first, second = office.past
    office.past = [first, replace(second, hits=first.hits)]
    review.results.start_over()
    settle(qtbot, review)
    press("1")
    for _ in range(5):
        press("s")
    card = review.results.card
    assert card.question.text() == "When does it end?"

    press("z", CONTROL)
    settle(qtbot, review)

    assert (card.question.text(), card.document.text()) == ("Who pays?", "Supply Agreement.pdf")
    assert office.current() == []


def test_with_nothing_to_review_it_says_what_to_do(qtbot, window, office):
    window.show_view(REVIEW)
    view = window.views.view(REVIEW)
    settle(qtbot, view)

    assert view.results.nothing.title.text() == "Nothing to review"
    assert view.results.again.isHidden()


def test_it_follows_the_current_matter(qtbot, window, review, office):
    window.actors.book.choose("Harbour Street lease")
    settle(qtbot, review)

    assert review.matter.text() == "Harbour Street lease"
    assert review.results.nothing.isVisible()
    assert ("review", "Harbour Street lease") in office.asked


def test_a_failure_is_a_sentence_with_a_button(qtbot, window, review, office):
    office.refusing_labels = BUSY
    review.refresh()
    qtbot.waitUntil(window.banner.isVisible)
    assert window.banner.words.text() == BUSY.message

    office.refusing_labels = None
    window.banner._fix.click()
    settle(qtbot, review)

    assert review.results.card.progress.text() == "1 of 10"


def test_text_of_its_page_is_kept_for_another_question_by_keys_alone(qtbot, review, office):
    qtbot.waitUntil(lambda: review.results.page.settled)
    canvas = review.results.page.canvas
    for _ in range(20):
        if not canvas.hasFocus():
            press(Qt.Key.Key_Tab)
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: review.results.selection.text == "one")
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_Return)
    dialog = QApplication.activeModalWidget()
    qtbot.keyClicks(dialog.box, "Which numbers?")
    QTest.keyClick(dialog.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(office.labels))

    assert office.labels[0].spans == (Span(12, 0, 7),)


# ---------------------------------------------------------------- disagreements


def disagree(office):
    for number, (who, verdict) in enumerate(((office.me, RELEVANT), (OTHER, WRONG)), 1):
        about = ("Who pays?", "id-Supply Agreement.pdf", verdict, who, ())
        office.labels.append(label(*about, LabelSource.SEARCH, number))


def test_disagreements_are_counted_listed_and_settled(qtbot, review, office):
    disagree(office)
    open_page(qtbot, review, CLASHES)
    assert review.tabs[CLASHES].text() == "Disagreements (1)"
    [row] = review.clashes.list.rows.values()
    assert f"{OTHER}: Not relevant" in row.state.words.text()

    review.clashes.take_focus()
    press(Qt.Key.Key_Space)
    dialog = QApplication.activeModalWidget()
    qtbot.waitUntil(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_1)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(office.current()) == 1)
    settle(qtbot, review)
    qtbot.waitUntil(lambda: review.tabs[CLASHES].text() == "Disagreements")

    assert office.current()[0].verdict is RELEVANT
    assert review.clashes.nothing.isVisible()


# ---------------------------------------------------------------- labels


def test_labels_are_found_and_taken_back(qtbot, review, office):
    press("1")
    press("2")
    settle(qtbot, review)
    open_page(qtbot, review, LABELS)
    table = review.labels.table
    assert table.rows.rowCount() == 2

    qtbot.keyClicks(review.labels.box, "master not")
    assert table.rows.rowCount() == 1
    table.setFocus()
    table.selectRow(0)
    assert "marked on a result by Ann Lee" in review.labels.detail.text()
    QTest.keyClick(table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(office.current()) == 1)
    qtbot.waitUntil(lambda: table.rows.rowCount() == 0)
    review.labels.history.click()
    settle(qtbot, review)

    assert [each.state for each in office.labels] == [LabelState.CURRENT, LabelState.UNDONE]
    assert table.rows.rowCount() == 1


@pytest.fixture
def cut(qtbot, review, office, monkeypatch):
    """The page of the newest three of five labels."""
    monkeypatch.setattr(review_labels, "MOST", 3)
    about = ("id-Supply Agreement.pdf", RELEVANT, "Ann Lee", (), LabelSource.SEARCH)
    office.labels = [label(f"Question {number}", *about, number) for number in range(1, 6)]
    open_page(qtbot, review, LABELS)
    return review.labels


def test_typing_finds_older_labels_than_are_listed_by_their_question(qtbot, review, cut):
    assert cut.line.text().startswith("3 labels. These are the newest 3;")

    qtbot.keyClicks(cut.box, "question  1")
    settle(qtbot, review)

    rows = cut.table.rows
    assert [rows.row(n).question for n in range(rows.rowCount())] == ["Question 1"]
    said = "1 found among the newest 3 labels and older ones by their question."
    assert cut.line.text() == said


def test_without_a_word_typed_the_newest_labels_are_listed_again(qtbot, review, cut):
    qtbot.keyClicks(cut.box, "Question")
    settle(qtbot, review)
    cut.box.setText("Question 1")
    settle(qtbot, review)
    cut.box.clear()
    settle(qtbot, review)

    assert cut.table.rows.rowCount() == 3
    assert cut.line.text().startswith("3 labels. These are the newest 3;")


def test_older_labels_stay_found_when_the_labels_are_read_again(qtbot, review, cut):
    qtbot.keyClicks(cut.box, "Question 1")
    settle(qtbot, review)
    cut.table.selectRow(0)
    review.refresh()
    settle(qtbot, review)

    assert [each.question for each in cut.table.chosen()] == ["Question 1"]


def counted(table):
    """The state column, from the top."""
    last = table.rows.columnCount() - 1
    return [table.rows.index(n, last).data() for n in range(table.rows.rowCount())]


@pytest.fixture
def labels(qtbot, review):
    """The page of two labels, the keys in the table, both chosen."""
    press("1")
    press("2")
    settle(qtbot, review)
    open_page(qtbot, review, LABELS)
    review.labels.take_focus()
    press("a", CONTROL)
    assert len(review.labels.table.chosen()) == 2
    return review.labels


def test_labels_that_were_taken_back_by_key_are_put_back_as_one_step(qtbot, review, labels, office):
    said = labels_of(office)
    press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: labels.table.rows.rowCount() == 0)
    assert labels.line.text() == "2 labels taken back. Ctrl+Z puts them back."
    assert office.current() == []

    press("z", CONTROL)
    qtbot.waitUntil(lambda: labels.table.rows.rowCount() == 2)

    assert labels_of(office) == said
    assert counted(labels.table) == ["Counts", "Counts"]
    assert labels.line.text() == "2 labels put back."
    asked = [call for call in office.asked if call[0] == "restore_label"]
    assert asked == [("restore_label", 1), ("restore_label", 2)]  # newer ones replace older ones
    press("z", CONTROL)
    assert labels.line.text().startswith("Nothing was taken back here")


def test_a_label_is_put_back_from_the_history(qtbot, review, labels, office):
    assert not labels.again.isEnabled()
    labels.back.click()
    qtbot.waitUntil(lambda: labels.table.rows.rowCount() == 0)
    labels.history.click()
    settle(qtbot, review)
    labels.table.selectRow(0)
    assert counted(labels.table) == ["Taken back"] * 2
    assert not labels.table.isColumnHidden(labels.table.rows.columnCount() - 1)

    labels.again.click()
    qtbot.waitUntil(lambda: counted(labels.table) == ["Counts", "Taken back"])
    assert len(office.current()) == 1

    focus(qtbot, labels.table)
    press("z", CONTROL)  # the other one is what is left of the step
    qtbot.waitUntil(lambda: len(office.current()) == 2)
    qtbot.waitUntil(lambda: labels.line.text() == "1 label put back.")


def test_a_label_that_cannot_be_put_back_says_why(qtbot, window, review, labels, office):
    press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: labels.table.rows.rowCount() == 0)
    office.refusing_labels = BUSY
    press("z", CONTROL)
    qtbot.waitUntil(window.banner.isVisible)

    assert window.banner.words.text() == BUSY.message
    assert office.current() == []


def test_a_labels_page_opens(qtbot, window, review):
    press("1")
    settle(qtbot, review)
    open_page(qtbot, review, LABELS)
    review.labels.table.selectRow(0)
    review.labels.open.click()

    assert window.search.isVisible()
    assert window.search.page.document_id == "id-Supply Agreement.pdf"


def test_an_import_ends_in_a_report_line_by_line(qtbot, window, review, office):
    exchange = window.actors.labels.exchange
    exchange.bring_in("/somewhere/pairs.jsonl")
    dialog = QApplication.activeModalWidget()
    assert dialog.name == "Acme v. Byte"
    with qtbot.waitSignal(exchange.imported):
        QTest.keyClick(dialog, Qt.Key.Key_Return)

    assert exchange.sheet.isVisible()
    assert exchange.sheet.summary.text() == "7 labels added to Acme v. Byte from 9 lines."
    assert exchange.sheet.lines == [
        "Line 3, positive: it is empty",
        "Line 7: contradiction: line 2 says otherwise of the same text",
    ]
    exchange.sheet.close()


def test_a_failed_import_can_be_tried_again(qtbot, window, review, office):
    office.refusing_labels = BUSY
    exchange = window.actors.labels.exchange
    exchange._import("/somewhere/pairs.jsonl", "Acme v. Byte")
    qtbot.waitUntil(window.banner.isVisible)
    office.refusing_labels = None

    with qtbot.waitSignal(exchange.imported):
        window.banner._fix.click()
    exchange.sheet.close()


def test_an_export_asks_what_and_says_what_was_written(qtbot, window, review, office):
    exchange = window.actors.labels.exchange
    exchange.choose_target()
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ExportQuestion)
    assert dialog.matter == "Acme v. Byte" and not dialog.complete
    dialog.reject()

    with qtbot.waitSignal(exchange.exported):
        exchange.write_out("/somewhere/labels.csv", "Acme v. Byte", True)

    assert review.labels.line.text().startswith("6 labels in 5 rows written to labels.csv.")
    assert ("export_labels", "/somewhere/labels.csv", "Acme v. Byte", True) in office.asked


# ---------------------------------------------------------------- settings


def test_no_matter_may_teach_until_it_is_switched_on(qtbot, review, office):
    open_page(qtbot, review, SETTINGS)
    switches = review.settings.switches
    assert {name for name, switch in switches.items() if switch.isChecked()} == set()

    focus(qtbot, switches["Acme v. Byte"])
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: office.may_train == {"Acme v. Byte"})


def test_the_switch_of_a_renamed_matter_has_its_new_name(qtbot, window, review, office):
    open_page(qtbot, review, SETTINGS)
    window.actors.book.rename("Harbour Street lease", "Harbour Street sale")
    switches = review.settings.switches
    qtbot.waitUntil(lambda: "Harbour Street sale" in switches)
    assert "Harbour Street lease" not in switches

    focus(qtbot, switches["Harbour Street sale"])
    press(Qt.Key.Key_Space)

    qtbot.waitUntil(lambda: office.may_train == {"Harbour Street sale"})


def test_questions_are_not_kept_when_that_is_switched_off(qtbot, review, office):
    open_page(qtbot, review, SETTINGS)
    qtbot.waitUntil(review.settings.keeping.isChecked)
    focus(qtbot, review.settings.keeping)
    press(Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not office.remembering and office.past == [])
    open_page(qtbot, review, 0)

    assert "not kept" in review.results.nothing.sentence.text()
    review.results.settings.click()
    assert review.settings.isVisible()


def test_a_switch_that_fails_shows_what_is_true(qtbot, window, review, office):
    open_page(qtbot, review, SETTINGS)
    qtbot.waitUntil(review.settings.keeping.isChecked)
    office.refusing_labels = BUSY
    review.settings.keeping.click()
    qtbot.waitUntil(window.banner.isVisible)

    qtbot.waitUntil(review.settings.keeping.isChecked)


def test_past_questions_are_forgotten_after_a_question(qtbot, review, office):
    open_page(qtbot, review, SETTINGS)
    review.settings.forget.click()
    assert len(office.past) == 2
    QApplication.activeModalWidget().deed.click()
    qtbot.waitUntil(lambda: office.past == [])

    qtbot.waitUntil(lambda: review.settings.done.text() == "They are forgotten.")


def test_the_labellers_name_is_set(qtbot, review, office):
    open_page(qtbot, review, SETTINGS)
    box = review.settings.name
    assert box.text() == "Ann Lee"
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "Carla Diaz")
    QTest.keyClick(box, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: office.me == "Carla Diaz")


def test_every_control_has_a_name_at_every_size(qtbot, window, review):
    for number in range(4):
        open_page(qtbot, review, number)
        for push in review.findChildren(QPushButton):
            assert push.text() or push.accessibleName()
