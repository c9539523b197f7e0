"""Asking, walking hits by keyboard, and copying them."""

import threading
from dataclasses import replace

import pytest
from fake_office import ORDERED
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from legaldesk.core import citation
from legaldesk.core.errors import LegalDeskError, ModelProblem, ProcessDied
from legaldesk.core.hits import Answer, Coverage, Emphasis, Scope
from legaldesk.core.models import RerankerInfo
from legaldesk.core.passages import Span
from legaldesk.ui import asker
from legaldesk.ui.document_text import caption
from legaldesk.ui.excerpt import excerpt
from legaldesk.ui.result_card import Card
from legaldesk.ui.wording import coverage_line
from legaldesk.workers.job import Job

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def type_and_ask(qtbot, window, question):
    window.bar.box.clear()
    window.bar.focus_box()
    qtbot.keyClicks(window.bar.box, question)
    with qtbot.waitSignal(window.actors.asker.answered):
        qtbot.keyClick(window.bar.box, Qt.Key.Key_Return)


@pytest.fixture
def asked(qtbot, window):
    """The window after a question with five hits."""
    type_and_ask(qtbot, window, "shall indemnify")
    return window


def row(window):
    return window.search.results.currentIndex().row()


def test_a_question_shows_its_hits_and_the_first_one_on_its_page(asked, office):
    results = asked.search.results

    assert office.names() == ["search"]
    assert len(results.hits) == 5
    assert row(asked) == 0
    assert results.hasFocus()
    assert asked.search.page.document_id == results.hits[0].document_id
    assert asked.search.foot.position.text() == "Hit 1 of 5"


def test_the_answer_says_what_was_searched(asked):
    assert asked.search.foot.coverage.text() == "Searched 4,812 of 4,830 pages. 18 unreadable."


def test_down_and_up_walk_the_hits_and_the_page_follows(qtbot, asked):
    results = asked.search.results
    qtbot.keyClick(results, Qt.Key.Key_Down)
    qtbot.keyClick(results, Qt.Key.Key_Down)
    qtbot.keyClick(results, Qt.Key.Key_Up)

    assert row(asked) == 1
    assert asked.search.page.document_id == results.hits[1].document_id


def test_down_in_the_question_box_goes_to_the_results(qtbot, asked):
    asked.bar.focus_box()
    qtbot.keyClick(asked.bar.box, Qt.Key.Key_Down)

    assert asked.search.results.hasFocus()
    assert row(asked) == 1


def test_f3_goes_around_the_ends_wherever_the_focus_is(qtbot, asked):
    asked.search.focus_page()
    for _ in range(5):
        QTest.keyClick(asked.search.page.canvas, Qt.Key.Key_F3)
    assert row(asked) == 0

    QTest.keyClick(asked.search.page.canvas, Qt.Key.Key_F3, SHIFT)
    assert row(asked) == 4


def test_a_page_that_failed_comes_by_itself_when_the_engine_is_back(qtbot, asked, office):
    page = asked.search.page
    qtbot.waitUntil(lambda: page.settled)
    real = office.page_image
    office.page_image = lambda document, number, scale: office._job("page_image", died)
    page.canvas.go_to(30)
    qtbot.waitUntil(lambda: page.images.sentence(page.document_id, 30) != "")
    office.page_image = real

    office.process += 1
    asked.actors.watcher.look()

    qtbot.waitUntil(lambda: page.images.image(page.document_id, 30) is not None)
    assert page.canvas.page == 30


def died(_):
    raise ProcessDied("The engine stopped. It starts again by itself.")


@pytest.mark.parametrize("key", [Qt.Key.Key_F3, Qt.Key.Key_Return])
def test_the_only_hit_is_shown_again_where_the_page_shows_something_else(qtbot, asked, key):
    results, page = asked.search.results, asked.search.page
    results.show_hits(results.hits[:1], show_matter=False)
    results.choose(0)
    asked.search.show_page("id-NDA Byte.pdf", 2)
    results.setFocus()

    QTest.keyClick(results, key)

    assert page.document_id == results.hit.document_id


def test_enter_stays_with_the_other_place_of_a_clause_that_is_shown(qtbot, asked):
    results = asked.search.results
    first, second = results.hits[:2]
    results.show_hits((replace(first, same=(second,)),), show_matter=False)
    results.choose(0)
    results.hitChosen.emit(second)

    QTest.keyClick(results, Qt.Key.Key_Return)

    assert asked.search.page.document_id == second.document_id


def test_enter_goes_to_the_page_and_escape_comes_back(qtbot, asked):
    qtbot.waitUntil(lambda: asked.search.page.canvas.isVisible())
    qtbot.keyClick(asked.search.results, Qt.Key.Key_Return)
    assert asked.search.page.canvas.hasFocus()

    QTest.keyClick(asked.search.page.canvas, Qt.Key.Key_Escape)
    assert asked.search.results.hasFocus()
    QTest.keyClick(asked.search.results, Qt.Key.Key_Escape)
    assert asked.bar.box.hasFocus()


def test_copy_takes_the_passage_with_its_citation_as_plain_and_rich_text(qtbot, asked):
    hit = asked.search.results.hit
    QTest.keyClick(asked.search.results, Qt.Key.Key_C, CONTROL)

    mime = QGuiApplication.clipboard().mimeData()
    assert mime.text() == citation.plain(hit)
    assert mime.html() == citation.rich(hit)
    assert asked.search.foot.position.text() == "Copied with its citation"


def test_copy_with_shift_takes_the_passage_alone(qtbot, asked):
    hit = asked.search.results.hit
    QTest.keyClick(asked.search.results, Qt.Key.Key_C, CONTROL | SHIFT)

    assert QGuiApplication.clipboard().text() == citation.text_only(hit)


def test_copy_in_the_question_box_copies_the_question(qtbot, asked):
    asked.bar.focus_box()
    QTest.keyClick(asked.bar.box, Qt.Key.Key_C, CONTROL)

    assert QGuiApplication.clipboard().text() == "shall indemnify"


def test_a_question_without_hits_says_so(qtbot, window):
    type_and_ask(qtbot, window, "nothing like it")

    assert window.search.nothing.isVisible()
    assert window.search.nothing.title.text() == "No passage found"
    assert window.search.foot.position.text() == ""


def test_a_date_that_finds_nothing_says_which_date_is_meant(qtbot, window):
    type_and_ask(qtbot, window, "nothing like it date:2021")

    assert "the day on which a document was added" in window.search.nothing.sentence.text()


def test_an_empty_question_is_not_asked(qtbot, window, office):
    window.bar.focus_box()
    qtbot.keyClicks(window.bar.box, "   ")
    qtbot.keyClick(window.bar.box, Qt.Key.Key_Return)

    assert office.names() == []


def test_a_failed_search_is_said_without_stopping_anything(qtbot, window, office):
    office.failing = LegalDeskError("The library could not be read.")
    window.bar.box.setText("claim")
    with qtbot.waitSignal(window.actors.asker.failed):
        qtbot.keyClick(window.bar.box, Qt.Key.Key_Return)

    assert window.banner.words.text() == "The library could not be read."
    assert window.search.foot.coverage.text() == ""


def test_a_renewal_that_fails_leaves_the_answer_as_it_is(qtbot, asked, office, lanes):
    office.failing = LegalDeskError("The library could not be read.")
    asked.actors.asker.renew()
    done = []
    last = office.search("after it", Scope())
    last.failed.connect(lambda error: done.append(error))
    lanes.asking.submit(last)
    qtbot.waitUntil(lambda: bool(done))

    assert asked.banner.isHidden()
    assert len(asked.search.results.hits) == 5


def test_a_newer_question_supersedes_an_older_one(qtbot, window, office):
    answers = []
    window.actors.asker.answered.connect(lambda answer, renewed: answers.append(answer.query))
    for question in ("a claim", "a claim for", "a claim for damages"):
        window.ask(question)

    qtbot.waitUntil(lambda: "a claim for damages" in answers)
    assert answers == ["a claim for damages"]


def test_a_renewed_answer_leaves_selection_focus_and_place(qtbot, asked, office):
    asked.search.step(2)
    asked.bar.focus_box()
    chosen = asked.search.results.hit
    shown = len([call for call in office.asked if call[0] == "passage_boxes"])
    with qtbot.waitSignal(asked.actors.asker.answered):
        asked.actors.asker.renew()

    assert asked.search.results.hit.passage_id == chosen.passage_id
    assert asked.bar.box.hasFocus()
    assert len([call for call in office.asked if call[0] == "passage_boxes"]) == shown


def test_a_page_opened_from_the_list_stays_when_an_answer_is_renewed(qtbot, window):
    window.ask("nothing here")
    qtbot.waitUntil(window.search.nothing.isVisible)
    window.search.show_page("id-NDA Byte.pdf", 2)

    with qtbot.waitSignal(window.actors.asker.answered):
        window.actors.asker.renew()

    assert window.search.page.document_id == "id-NDA Byte.pdf"


def test_a_question_can_be_narrowed_to_the_document_of_a_hit(qtbot, asked, office):
    hit = asked.search.results.hit
    narrow = next(each for each in asked.search.results.actions() if "document only" in each.text())
    with qtbot.waitSignal(asked.actors.asker.answered):
        narrow.trigger()

    scope = Scope("Acme v. Byte", hit.document_id)
    assert ("search", "shall indemnify", scope) in office.asked


def test_a_result_reads_aloud_as_citation_then_text(asked):
    index = asked.search.results.model().index(0, 0)
    spoken = index.data(Qt.ItemDataRole.AccessibleTextRole)

    assert spoken.startswith("1. Supply Agreement.pdf, 7 Liability > 7.2 Indemnity, p. 12")
    assert "indemnify" in spoken


def test_other_places_of_the_same_clause_are_a_key_away(qtbot, asked, office):
    results = asked.search.results
    first, second = results.hits[:2]
    results.show_hits((replace(first, same=(second,)),), show_matter=False)
    results.choose(0)
    results.setFocus()
    said = results.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Same clause in 1 other document" in said

    QTest.keyClick(results, Qt.Key.Key_Right)
    menu = QApplication.activePopupWidget()
    assert [action.text() for action in menu.actions()] == [caption(citation.where(second))]
    menu.actions()[0].trigger()

    assert asked.search.page.document_id == second.document_id
    assert results.hit.document_id == first.document_id


def test_the_buttons_below_the_results_walk_and_copy(qtbot, asked):
    previous, following, copy = asked.search.foot.findChildren(QToolButton)
    qtbot.mouseClick(following, Qt.MouseButton.LeftButton)
    assert row(asked) == 1
    qtbot.mouseClick(previous, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)

    hit = asked.search.results.hits[0]
    assert QGuiApplication.clipboard().text() == citation.plain(hit)


def test_a_matter_named_in_the_question_is_said(qtbot, window):
    type_and_ask(qtbot, window, 'matter:"Harbour Street lease" who pays')

    line = window.search.foot.coverage
    assert line.text().startswith("In Harbour Street lease, as the question says: Searched")
    assert line.property("role") == "careful-small"


def test_an_excerpt_holds_the_most_matched_words_and_keeps_their_places():
    around = "Nothing here. " * 40
    body = f"{around}The tenant pays rent and heating costs. {around}"
    start = body.index("rent")
    parts = [Emphasis(start, start + 4), Emphasis(start + 9, start + 16)]
    shown = excerpt(body, parts, 160)

    assert [shown.text[a:b] for a, b in shown.parts] == ["rent", "heating"]
    assert shown.text.startswith("…\u00a0The tenant pays")
    assert len(shown.text) < 170


def test_leader_dots_are_shown_as_one_ellipsis_and_words_keep_their_places():
    body = "Termination . . . . . . . . . 10 Notice ........ 12 Rent"
    parts = [Emphasis(body.index(word), body.index(word) + 4) for word in ("Term", "Noti", "Rent")]
    shown = excerpt(body, parts, 200)

    assert shown.text == "Termination … 10 Notice … 12 Rent"
    assert [shown.text[a:b] for a, b in shown.parts] == ["Term", "Noti", "Rent"]


@pytest.mark.parametrize("before", ["契約の当事者は" * 60, f"https://example.org/{'a1' * 300} "])
def test_an_excerpt_shows_what_matched_also_behind_text_without_blanks(before):
    word = Emphasis(len(before), len(before) + 4)

    shown = excerpt(f"{before}損害賠償をする" + "責任" * 200, [word], 200)

    assert [shown.text[start:end] for start, end in shown.parts] == ["損害賠償"]
    assert len(shown.text) < 210


def test_an_excerpt_of_one_endless_word_is_cut_too():
    assert len(excerpt("x" * 5000, [], 200).text) < 210


@pytest.mark.parametrize(
    ("coverage", "line"),
    [
        (Coverage(0, 0, 0, 0), "There are no pages to search here yet."),
        (Coverage(1, 1, 1, 0), "Searched 1 of 1 page."),
        (
            Coverage(4830, 4812, 900, 18),
            "Searched 4,812 of 4,830 pages. 18 unreadable. Meaning covers 900 pages so far.",
        ),
    ],
)
def test_the_coverage_line(coverage, line):
    assert coverage_line(coverage) == line


# ---------------------------------------------------------------- passages read as one


@pytest.fixture
def row_of_two(asked, office):
    """The first hit with the passage that follows it."""
    hit = asked.search.results.hits[0]
    after = replace(
        hit, passage_id="after", body="What follows it.", emphasis=(Emphasis(0, 4),),
        spans=(Span(hit.page, 900, 916), Span(hit.page + 1, 0, 9)),
    )  # fmt: skip
    joined = replace(hit, beside=(after,))
    asked.search.results.show_hits((joined,), show_matter=False)
    asked.search.results.choose(0)
    return joined


def test_the_card_shows_the_one_that_was_found_where_it_fills_its_lines(asked, row_of_two):
    own, before = row_of_two, row_of_two.beside[0]
    long = replace(before, body="Nothing of it. " * 80, emphasis=(), spans=(Span(1, 0, 9),))

    def shown(body):
        hit = replace(own, body=body, emphasis=(), beside=(long,))
        return Card(hit, 400, show_matter=False)._body.text()

    assert shown("The rent is due. " * 80).startswith("The rent is due.")
    assert shown("The rent is due.").startswith("Nothing of it.")


def test_they_are_highlighted_and_copied_as_one_and_marked_as_the_better_one(
    qtbot, asked, office, row_of_two
):
    results, page = asked.search.results, row_of_two.page

    own = row_of_two.spans[0]
    wanted = (Span(page, own.start, 916), Span(page + 1, 0, 9))
    placed = ("passage_boxes", row_of_two.document_id, wanted, row_of_two.spans)
    qtbot.waitUntil(lambda: placed in office.asked)
    told = results.model().data(results.currentIndex())
    assert "What follows it." in told and "2 passages in a row. A mark is for the first." in told
    QTest.keyClick(results, Qt.Key.Key_C, CONTROL)
    copied = QGuiApplication.clipboard().text()
    assert row_of_two.body in copied and "What follows it." in copied
    assert f"pp. {page}-{page + 1}" in copied
    QTest.keyClick(results, "2")
    qtbot.waitUntil(lambda: bool(office.labels))
    assert office.labels[-1].spans == row_of_two.spans


def test_a_passage_that_was_joined_stays_chosen(qtbot, asked, row_of_two):
    hits = asked.search.results.hits
    single = replace(hits[0].beside[0], rank=1)
    other = replace(single, rank=2, passage_id="other")
    asked.search.results.show_hits((single,), show_matter=False)
    asked.search.results.choose(0)

    answer = Answer("shall indemnify", Coverage(1, 1, 1, 0), (other, row_of_two))
    asked.search.show_answer(answer, Scope(), renewed=True)

    assert row(asked) == 1


def test_what_is_read_with_a_passage_since_a_renewal_is_highlighted_where_the_page_is(
    qtbot, asked, office, row_of_two
):
    search, canvas = asked.search, asked.search.page.canvas
    search.results.show_hits((replace(row_of_two, beside=()),), show_matter=False)
    search.results.choose(0)
    qtbot.waitUntil(lambda: search.page.settled)
    office.asked.clear()
    canvas.go_to(2)
    qtbot.waitUntil(lambda: search.page.settled)

    answer = Answer("shall indemnify", Coverage(1, 1, 1, 0), (row_of_two,))
    search.show_answer(answer, Scope(), renewed=True)
    qtbot.waitUntil(lambda: search.page.settled)

    whole, own = row_of_two.whole.spans, row_of_two.spans
    placed = ("passage_boxes", row_of_two.document_id, whole, own)
    assert placed in office.asked
    assert canvas.page == 2, "somebody reads there"
    QTest.keyClick(search.results, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == citation.plain(row_of_two)


# ---------------------------------------------------------------- a better order


@pytest.fixture
def slow(monkeypatch, office):
    """A search that waits for ``office.finding``, and a window that does not."""
    monkeypatch.setattr(asker, "PATIENCE_MS", 20)
    office.finding = threading.Event()
    yield
    for held in (office.finding, office.nearing):
        held.set()
    if office.wording is not None:
        office.wording.set()


def test_what_takes_long_is_answered_by_words_until_meaning_is_there(qtbot, slow, window, office):
    type_and_ask(qtbot, window, "shall indemnify")
    by_words, foot = documents(window), window.search.foot.coverage
    assert 0 < len(by_words) < 5 and foot.text().endswith(asker.WORDS_MEANWHILE)
    chosen = window.search.results.hit

    with qtbot.waitSignal(window.actors.asker.answered) as told:
        office.finding.set()

    assert told.args[1]  # it renews the answer: what is being read stays
    assert len(documents(window)) == 5 and asker.WORDS_MEANWHILE not in foot.text()
    assert window.search.results.hit.passage_id == chosen.passage_id
    assert office.names() == ["search", "search_words", "search_meaning"]


def test_where_words_take_long_meaning_is_shown_until_they_are_there(
    qtbot, slow, window, office, lanes
):
    office.wording = threading.Event()
    office.nearing.set()
    type_and_ask(qtbot, window, "shall indemnify")
    foot = window.search.foot.coverage
    assert len(documents(window)) == 5 and foot.text().endswith(asker.MEANING_MEANWHILE)

    seen: list[tuple[str, ...]] = []
    window.actors.asker.answered.connect(lambda answer, _: seen.append(answer.modes))
    office.wording.set()
    after = Job(lambda report: None, "what comes after the words")
    with qtbot.waitSignal(after.succeeded):
        lanes.ranking.submit(after)
    assert not seen  # the half that comes second is not shown

    with qtbot.waitSignal(window.actors.asker.answered):
        office.finding.set()

    assert seen == [("words", "meaning")] and asker.MEANING_MEANWHILE not in foot.text()


def test_an_answer_by_words_stays_when_the_whole_one_fails(qtbot, slow, window, office):
    type_and_ask(qtbot, window, "shall indemnify")
    by_words = documents(window)
    office.failing = ModelProblem("The model could not be loaded.")

    with qtbot.waitSignal(window.actors.asker.answered):
        office.finding.set()

    assert documents(window) == by_words
    assert window.search.foot.coverage.text().endswith("The model could not be loaded.")


def test_another_question_drops_what_the_first_one_waited_for(qtbot, slow, window, office):
    type_and_ask(qtbot, window, "shall indemnify")
    office.finding.set()
    type_and_ask(qtbot, window, "six months notice")

    qtbot.waitUntil(lambda: len(documents(window)) == 5)
    assert window.actors.asker.question == "six months notice"
    assert asker.WORDS_MEANWHILE not in window.search.foot.coverage.text()


@pytest.fixture
def ordering(qtbot, window, office):
    """The window after its first answer, whose better order waits for ``office.ordering``."""
    office.reranker = RerankerInfo("ours", "/models/ours", 91_000_000, 512)
    office.ordering = threading.Event()
    type_and_ask(qtbot, window, "shall indemnify")
    yield window
    office.ordering.set()


def documents(window):
    return [hit.document for hit in window.search.results.hits]


def test_the_first_answer_comes_at_once_and_its_better_order_takes_its_place(
    qtbot, ordering, office
):
    first, chosen = documents(ordering), ordering.search.results.hit
    foot = ordering.search.foot.coverage
    assert foot.text().endswith("Putting the best in order once more…")

    with qtbot.waitSignal(ordering.actors.asker.answered):
        office.ordering.set()

    assert documents(ordering) == first[::-1]
    assert foot.text().endswith(ORDERED)
    assert ordering.search.results.hit.passage_id == chosen.passage_id  # it is being read
    assert office.names() == ["search", "search_reranked"]


def test_the_next_question_does_not_wait_for_the_order_of_the_one_before(qtbot, ordering, office):
    type_and_ask(qtbot, ordering, "six months notice")

    office.ordering.set()
    qtbot.waitUntil(lambda: ORDERED in ordering.search.foot.coverage.text())
    assert [call[1] for call in office.asked if call[0] == "search_reranked"] == [
        "shall indemnify", "six months notice",
    ]  # fmt: skip
    assert ordering.actors.asker.question == "six months notice"


def test_an_order_that_fails_leaves_the_answer_and_says_why(qtbot, ordering, office):
    first = documents(ordering)
    office.refusing = ModelProblem("The model could not be loaded.")

    with qtbot.waitSignal(ordering.actors.asker.answered):
        office.ordering.set()

    assert documents(ordering) == first
    assert ordering.search.foot.coverage.text().endswith("The model could not be loaded.")


def test_a_renewal_keeps_the_better_order_and_turning_it_off_ends_it(qtbot, ordering, office):
    first = documents(ordering)
    with qtbot.waitSignal(ordering.actors.asker.answered):
        office.ordering.set()

    with qtbot.waitSignal(ordering.actors.asker.answered):
        ordering.actors.asker.renew()
    assert documents(ordering) == first[::-1]
    with qtbot.waitSignal(ordering.actors.asker.answered):
        ordering.actors.models.shop.turn_off_reranker()
    assert documents(ordering) == first
    assert office.names()[2:] == ["search_reranked", "turn_off_reranker", "search"]


def test_long_printed_numbers_leave_the_document_its_name(asked):
    hit = replace(asked.search.results.hits[0], page_label="9", last_label="9")
    stamped = replace(
        hit, page_label="ACME-0001234", last_label="ACME-0001235",
        spans=(*hit.spans, Span(hit.page + 1, 0, 9)),
    )  # fmt: skip

    ink = [name_ink(Card(each, 420, False)) for each in (hit, stamped)]

    assert ink[0] == ink[1], "as much of the name is seen"


def name_ink(card):
    """Dark pixels of a card where the first letters of the document's name are."""
    painted = QImage(420, 400, QImage.Format.Format_RGB32)
    painted.fill(QColor("#FFFFFF"))
    painter = QPainter(painted)
    card.paint(painter, QPointF(0, 0), False, False)
    painter.end()
    places = ((x, y) for x in range(40, 190) for y in range(10, 30))
    return sum(painted.pixelColor(*place).lightness() < 128 for place in places)


def test_a_reason_too_long_for_its_card_ends_in_an_ellipsis_and_a_short_one_does_not(asked):
    words = ", ".join(f"“{word}”" for word in ("arbitrators", "vacated", "award", "court"))
    reason = f"Is in the document that the question names, has {words} and close in meaning"
    hit = replace(asked.search.results.hit, reason=reason)

    shown = Card(hit, 420, False)._reason
    last = shown.lineAt(shown.lineCount() - 1)

    assert shown.text().endswith("…") and reason.startswith(shown.text()[:-1])
    assert last.textStart() + last.textLength() == len(shown.text())
    assert Card(hit, 2000, False)._reason.text() == reason


def test_matched_words_are_bold_where_they_stand_after_letters_of_two_units(asked):
    script = "\U0001d400" * 10
    body = f"{script} the deposit {script} is due."
    start = body.index("deposit")
    hit = replace(asked.search.results.hit, body=body, emphasis=(Emphasis(start, start + 7),))

    card = Card(hit, 500, False)
    [bold] = card._body.formats()
    shown = card._body.text().encode("utf-16-le")

    assert shown[2 * bold.start : 2 * (bold.start + bold.length)].decode("utf-16-le") == "deposit"


def test_a_passage_of_letters_of_two_units_ends_in_an_ellipsis_where_it_is_cut(asked):
    body = "\U0001d400\U0001d401 " * 400
    card = Card(replace(asked.search.results.hit, body=body, emphasis=()), 500, False)

    last = card._body.lineAt(card._body.lineCount() - 1)
    seen = card._body.text().encode("utf-16-le")[: 2 * (last.textStart() + last.textLength())]
    assert seen.decode("utf-16-le").endswith("\u2026")


def test_a_reason_of_letters_of_two_units_is_cut_between_its_words(asked):
    reason = "Has " + ", ".join(["\U0001d400" * 6] * 40)
    shown = Card(replace(asked.search.results.hit, reason=reason), 420, False)._reason

    last = shown.lineAt(shown.lineCount() - 1)
    assert shown.text().endswith("\u2026") and reason.startswith(shown.text()[:-1])
    assert 2 * (last.textStart() + last.textLength()) == len(shown.text().encode("utf-16-le"))


def test_where_the_better_order_fails_after_a_removal_the_usual_answer_is_shown(
    qtbot, ordering, office
):
    first = documents(ordering)
    with qtbot.waitSignal(ordering.actors.asker.answered):
        office.ordering.set()
    office.refusing = ModelProblem("The model could not be loaded.")

    ordering.actors.erasing.erased.emit()

    qtbot.waitUntil(lambda: documents(ordering) == first)
