"""The documents view with small lists, one long one, and names that mean harm."""

import time
import unicodedata
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton

from legaldesk.core.documents import (
    Document,
    DocumentDetails,
    FileOutcome,
    FileState,
    OutlineEntry,
    PageProblem,
    PageState,
    TextSource,
)
from legaldesk.core.errors import LibraryBusy
from legaldesk.ui import theme
from legaldesk.ui.document_problems import Action, page_problems
from legaldesk.ui.document_text import file_name, language_name, natural, plain, tip
from legaldesk.ui.documents_view import DocumentsView
from legaldesk.workers.job import Job
from legaldesk.workers.lane import Lane


def document(name, **facts):
    given = {
        "id": name, "name": name, "title": "", "pages": 10, "pages_without_text": (),
        "passages": 100, "passages_with_meaning": 100, "language": "en",
        "text_source": TextSource.PDFIUM, "state": FileState.IMPORTED, "reason": "",
        "matters": ("Acme v. Byte",), "added": "2026-03-04T10:00:00+00:00", "size": 1000,
        "path": f"/files/{name}", "referenced": False,
    }  # fmt: skip
    return Document(**(given | facts))


def outcome(file, state, reason=""):
    return FileOutcome(file, state, reason, matter="Acme v. Byte")


SCAN = document(
    "scan.pdf", pages=12, pages_without_text=(3, 4, 5, 6, 7), state=FileState.PARTLY,
    reason="no text on pages 3-7 (scanned)", passages_with_meaning=40,
)  # fmt: skip
LEASE = document("Exhibit 2.pdf", title="Lease", pages=66, language="de", matters=("Bond",))
ANNEX = document("Exhibit 10.pdf", pages=4)
LOCKED = outcome("/drop/bank.pdf", FileState.LOCKED, "bank.pdf needs a password.")
DAMAGED = outcome("/drop/torn.pdf", FileState.DAMAGED)
PHOTO = outcome("/drop/photo.heic", FileState.UNSUPPORTED)


class Library:
    """Answers as Requests would, from plain attributes."""

    def __init__(self):
        self.documents = (SCAN, LEASE, ANNEX)
        self.outcomes = (LOCKED, DAMAGED, PHOTO)
        self.scopes = []
        self.forgotten = []

    def list_documents(self, scope):
        self.scopes.append(scope)
        return Job(lambda report: self.documents)

    def list_problems(self, matter):
        return Job(lambda report: self.outcomes)

    def document_details(self, document_id):
        return Job(lambda report: self._details(document_id))

    def _details(self, document_id):
        found = next(each for each in self.documents if each.id == document_id)
        outline = (
            OutlineEntry(0, "Lease", 1), OutlineEntry(1, "7.2 <b>Term</b>", 12),
            OutlineEntry(2, "(a)", 13), OutlineEntry(0, "Annex", 60),
        )  # fmt: skip
        problems = tuple(PageProblem(page, PageState.IMAGE, "scan") for page in (3, 4, 5, 6, 7))
        return DocumentDetails(found, outline, (), (), problems)

    def forget_file(self, file, matter):
        return Job(lambda report: self._forget(file, matter))

    def _forget(self, *forgotten):
        self.forgotten.append(forgotten)
        kept = (each for each in self.outcomes if (each.file, each.matter) != forgotten)
        self.outcomes = tuple(kept)


@pytest.fixture
def library():
    return Library()


@pytest.fixture
def view(qtbot, library):
    theme.apply(QApplication.instance(), theme.Look("light", 100))
    lane = Lane("library")
    made = DocumentsView(library, lane)
    qtbot.addWidget(made)
    made.resize(1300, 700)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    refresh(qtbot, made)
    yield made
    lane.stop()
    assert lane.wait(60_000)


def refresh(qtbot, view):
    """Read the lists and wait for both."""
    view.refresh()
    idle(qtbot, view)


def idle(qtbot, view):
    qtbot.waitUntil(lambda: view.settled)


def column(table, title):
    return next(n for n, each in enumerate(table.rows.columns) if each.title == title)


def shown(table, title="Name"):
    model = table.model()
    return [model.index(row, column(table, title)).data() for row in range(model.rowCount())]


def cell(table, row, title):
    return table.visualRect(table.model().index(row, column(table, title))).center()


def click(qtbot, table, where, modifier=Qt.KeyboardModifier.NoModifier):
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, modifier, where)


def press(qtbot, push):
    """Click a button once it has been laid out."""
    qtbot.waitUntil(lambda: push.width() > 20)
    qtbot.mouseClick(push, Qt.MouseButton.LeftButton)


def sort_by(qtbot, table, title):
    header = table.horizontalHeader()
    where = header.sectionViewportPosition(column(table, title)) + 12
    point = QPoint(where, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=point)


# ---------------------------------------------------------------- the table


def test_names_sort_as_people_count(view):
    assert shown(view.table) == ["Exhibit 2.pdf", "Exhibit 10.pdf", "scan.pdf"]


@pytest.mark.parametrize(
    ("title", "first"),
    [("Pages", "4"), ("State", "Ready"), ("Language", "English"), ("Meaning", "40%")],
)
def test_a_click_on_the_header_sorts(qtbot, view, title, first):
    sort_by(qtbot, view.table, title)

    assert shown(view.table, title)[0] == first

    sort_by(qtbot, view.table, title)
    assert shown(view.table, title)[-1] == first


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("exhib", ["Exhibit 2.pdf", "Exhibit 10.pdf"]),
        ("bond GERMAN", ["Exhibit 2.pdf"]),
        ("lease", ["Exhibit 2.pdf"]),
        ("partly", ["scan.pdf"]),
    ],
)
def test_typing_filters_by_every_word(qtbot, view, typed, names):
    qtbot.keyClicks(view.field, typed)

    assert shown(view.table) == names


def test_a_name_from_a_mac_is_found_as_it_is_typed(qtbot, view, library):
    library.documents = (document(unicodedata.normalize("NFD", "Vertrag Müller.pdf")),)
    refresh(qtbot, view)

    view.field.setText("müller")

    assert len(shown(view.table)) == 1


def test_matters_and_languages_sort_by_what_is_read(qtbot, view, library):
    given = (("acme", "en"), ("Zeta", "de"), ("Case 10", "es"), ("Case 9", "fr"))
    library.documents = tuple(
        document(matter, matters=(matter,), language=language) for matter, language in given
    )
    refresh(qtbot, view)

    sort_by(qtbot, view.table, "Matters")
    assert shown(view.table, "Matters") == ["acme", "Case 9", "Case 10", "Zeta"]
    sort_by(qtbot, view.table, "Language")
    assert shown(view.table, "Language") == ["English", "French", "German", "Spanish"]


def test_where_nothing_matches_one_button_shows_all_again(qtbot, view):
    qtbot.keyClicks(view.field, "zzz")
    assert "zzz" in view.empty.text.text()

    press(qtbot, view.empty.clear)

    assert len(shown(view.table)) == 3 and view.table.isVisible()


def test_an_empty_matter_teaches_what_to_do(qtbot, view, library):
    library.documents = library.outcomes = ()
    view.set_matter("Bond")
    idle(qtbot, view)

    assert view.empty.isVisible() and "Bond" in view.empty.text.text()
    with qtbot.waitSignal(view.addRequested):
        press(qtbot, view.empty.add)
    assert library.scopes[-1].matter == "Bond"


def test_the_selection_survives_new_rows_sorting_and_filtering(qtbot, view, library):
    view.table.choose("scan.pdf")
    library.documents = (document("a new one.pdf"), *library.documents)

    refresh(qtbot, view)
    sort_by(qtbot, view.table, "Pages")
    qtbot.keyClicks(view.field, "pdf")

    assert [each.id for each in view.table.chosen()] == ["scan.pdf"]
    assert view.side.name.text() == "scan.pdf"


@pytest.mark.parametrize(
    ("key", "chosen", "then"),
    [(Qt.Key.Key_Down, "456", "4567"), (Qt.Key.Key_Up, "234", "1234")],
)
def test_new_rows_do_not_break_off_a_selection_by_key(qtbot, view, library, key, chosen, then):
    library.documents = tuple(document(f"{number}.pdf") for number in range(1, 9))
    refresh(qtbot, view)
    table, shift = view.table, Qt.KeyboardModifier.ShiftModifier
    table.setFocus()
    table.choose("4.pdf")
    for _ in range(2):
        qtbot.keyClick(table, key, shift)
    assert "".join(each.name[0] for each in table.chosen()) == chosen

    library.documents = (document("0.pdf"), *library.documents, document("9.pdf"))
    refresh(qtbot, view)
    assert "".join(each.name[0] for each in table.chosen()) == chosen

    qtbot.keyClick(table, key, shift)
    assert "".join(each.name[0] for each in table.chosen()) == then


def test_new_rows_call_nobody_back_who_scrolled_away(qtbot, view, library):
    table, many = view.table, tuple(document(f"{number}.pdf") for number in range(100, 300))
    library.documents = many
    refresh(qtbot, view)
    table.choose("110.pdf")
    scroll = table.verticalScrollBar()
    scroll.setValue(scroll.maximum() // 2)
    before = scroll.value()

    library.documents = (*many, document("999.pdf"))
    refresh(qtbot, view)
    assert scroll.value() == before

    table.choose("299.pdf")
    library.documents = (*(document(f"{number}.pdf") for number in range(50)), *many)
    refresh(qtbot, view)
    seen = table.viewport().rect()
    assert seen.contains(table.visualRect(table.currentIndex()).center())


def test_enter_and_a_double_click_open_a_document(qtbot, view):
    view.table.choose("scan.pdf")
    with qtbot.waitSignal(view.openDocument) as by_key:
        qtbot.keyClick(view.table, Qt.Key.Key_Return)
    where = cell(view.table, 0, "Name")
    click(qtbot, view.table, where)
    with qtbot.waitSignal(view.openDocument) as by_mouse:
        qtbot.mouseDClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=where)

    assert by_key.args == ["scan.pdf", 1]
    assert by_mouse.args == ["Exhibit 2.pdf", 1]


def test_several_documents_are_removed_together(qtbot, view):
    click(qtbot, view.table, cell(view.table, 0, "Name"))
    click(qtbot, view.table, cell(view.table, 2, "Name"), Qt.KeyboardModifier.ControlModifier)

    with qtbot.waitSignal(view.removeRequested) as asked:
        qtbot.keyClick(view.table, Qt.Key.Key_Delete)

    assert asked.args == [("Exhibit 2.pdf", "scan.pdf")]
    assert "2 documents" in view.many.sum.text()


def test_a_list_that_cannot_be_read_says_why(qtbot, view, library, monkeypatch):
    def fail(report):
        raise LibraryBusy("Another program is using this library.")

    monkeypatch.setattr(library, "list_documents", lambda scope: Job(fail))
    view.refresh()
    qtbot.waitUntil(lambda: "Another program" in view._sum.text())

    assert view.table.isVisible(), "what was read before stays"


def test_refreshing_all_the_time_still_gets_an_answer(qtbot, view, library):
    asked = len(library.scopes)
    library.documents = (LEASE,)

    for _ in range(20):
        view.refresh()
    idle(qtbot, view)

    assert shown(view.table) == ["Exhibit 2.pdf"]
    assert len(library.scopes) == asked + 2, "the one on its way, and one after it"


@pytest.mark.parametrize("act", ["sort", "filter", "refresh"])
def test_ten_thousand_documents_stay_smooth(qtbot, view, library, act):
    library.documents = tuple(document(f"Exhibit {n}.pdf", pages=n % 97) for n in range(10_000))
    refresh(qtbot, view)
    view.table.selectAll()
    acts = {
        "sort": lambda: view.table.sortByColumn(2, Qt.SortOrder.DescendingOrder),
        "filter": lambda: view.field.setText("99"),
        "refresh": lambda: view.table.rows.set_rows(library.documents),
    }

    started = time.perf_counter()
    acts[act]()

    assert time.perf_counter() - started < 0.5, "generous: a busy machine must not fail this"


def test_columns_give_way_to_the_name(view):
    view.resize(560, 500)
    view.table.resize(500, 400)

    assert view.table.isColumnHidden(column(view.table, "Added"))
    assert not view.table.isColumnHidden(column(view.table, "State"))
    assert view.table.columnWidth(0) > 150


# ---------------------------------------------------------------- the side


def test_the_side_shows_outline_and_problems_by_page(qtbot, view):
    view.table.choose("scan.pdf")
    idle(qtbot, view)
    outline = view.side.outline

    assert outline.topLevelItem(0).child(0).text(0) == "7.2 <b>Term</b>"
    link = next(b for b in view.side.findChildren(QPushButton) if "pages 3-7" in b.text())
    with qtbot.waitSignal(view.openDocument) as asked:
        press(qtbot, link)
    assert asked.args == ["scan.pdf", 3]


def test_the_place_in_an_outline_stays_while_meaning_comes(qtbot, view, library):
    view.table.choose("Exhibit 2.pdf")
    outline = view.side.outline
    qtbot.waitUntil(lambda: outline.topLevelItemCount() == 2)
    outline.setCurrentItem(outline.topLevelItem(1))
    outline.collapseAll()

    library.documents = tuple(replace(each, passages_with_meaning=7) for each in library.documents)
    refresh(qtbot, view)
    qtbot.waitUntil(lambda: view.side._document.passages_with_meaning == 7)
    idle(qtbot, view)

    assert outline.currentItem() is outline.topLevelItem(1)
    assert not outline.topLevelItem(0).isExpanded()


def test_a_click_in_the_outline_opens_its_page(qtbot, view):
    view.table.choose("Exhibit 2.pdf")
    idle(qtbot, view)
    outline = view.side.outline
    where = outline.visualItemRect(outline.topLevelItem(1)).center()

    with qtbot.waitSignal(view.openDocument) as asked:
        qtbot.mouseClick(outline.viewport(), Qt.MouseButton.LeftButton, pos=where)

    assert asked.args == ["Exhibit 2.pdf", 60]


def test_a_document_from_the_second_reader_says_so(qtbot, view, library):
    library.documents = (document("old.pdf", text_source=TextSource.PYPDF),)
    refresh(qtbot, view)

    view.table.choose("old.pdf")

    said = [label.text() for label in view.side.findChildren(type(view.side.name))]
    assert any("second reader" in text for text in said)


# ---------------------------------------------------------------- what needs attention


def test_the_chip_counts_and_toggles_the_problems(qtbot, view):
    assert view.chip.text() == "4 need attention"

    press(qtbot, view.chip)

    assert view.problem_table.isVisible()
    names = shown(view.problem_table, "File")
    assert names == ["bank.pdf", "photo.heic", "scan.pdf", "torn.pdf"]
    reasons = shown(view.problem_table, "Reason")
    assert reasons[0] == "bank.pdf needs a password." and all(reasons)


@pytest.mark.parametrize(
    ("name", "signal", "expected"),
    [
        ("bank.pdf", "passwordRequested", ["/drop/bank.pdf", "Acme v. Byte"]),
        ("torn.pdf", "retryRequested", [("/drop/torn.pdf",), "Acme v. Byte"]),
        ("scan.pdf", "openDocument", ["scan.pdf", 3]),
    ],
)
def test_what_helps_is_one_click_away(qtbot, view, name, signal, expected):
    view.show_problems()
    table = view.problem_table
    row = shown(table, "File").index(name)

    with qtbot.waitSignal(getattr(view, signal)) as asked:
        click(qtbot, table, cell(table, row, "What helps"))

    assert asked.args == expected


def test_a_problem_is_dismissed_for_good(qtbot, view, library):
    view.show_problems()
    row = shown(view.problem_table, "File").index("torn.pdf")
    view.problem_table.selectRow(row)

    press(qtbot, view.problem_side.buttons[Action.DISMISS])
    qtbot.waitUntil(lambda: "torn.pdf" not in shown(view.problem_table, "File"))

    assert library.forgotten == [("/drop/torn.pdf", "Acme v. Byte")]
    assert view.chip.text() == "3 need attention"


def test_several_files_are_retried_together(qtbot, view, library):
    elsewhere = replace(DAMAGED, file="/drop/other.pdf", matter="Bond")
    library.outcomes = (LOCKED, DAMAGED, elsewhere)
    refresh(qtbot, view)
    view.show_problems()
    view.problem_table.choose("Acme v. Byte\n/drop/torn.pdf")
    control = Qt.KeyboardModifier.ControlModifier
    for name in ("bank.pdf", "other.pdf"):
        row = shown(view.problem_table, "File").index(name)
        click(qtbot, view.problem_table, cell(view.problem_table, row, "Reason"), control)
    asked = []
    view.retryRequested.connect(lambda *file: asked.append(file))

    press(qtbot, view.problem_side.buttons[Action.RETRY])

    assert asked == [
        (("/drop/bank.pdf", "/drop/torn.pdf"), "Acme v. Byte"),
        (("/drop/other.pdf",), "Bond"),
    ]


def test_a_double_click_on_what_helps_does_it_once(qtbot, view):
    view.show_problems()
    table, asked = view.problem_table, []
    view.retryRequested.connect(lambda *files: asked.append(files))
    where = cell(table, shown(table, "File").index("torn.pdf"), "What helps")

    click(qtbot, table, where)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)

    assert len(asked) == 1


def test_a_file_dropped_on_two_matters_is_helped_in_the_chosen_one(qtbot, view, library):
    locked = next(each for each in library.outcomes if each.file == "/drop/bank.pdf")
    library.outcomes = (locked, replace(locked, matter="Whistle-blower"))
    refresh(qtbot, view)
    view.show_problems()
    view.problem_table.choose("Whistle-blower\n/drop/bank.pdf")
    asked = []
    view.passwordRequested.connect(lambda *file: asked.append(file))
    view.retryRequested.connect(lambda files, matter: asked.append((*files, matter)))

    for action in (Action.PASSWORD, Action.RETRY, Action.DISMISS):
        press(qtbot, view.problem_side.buttons[action])

    qtbot.waitUntil(lambda: "Whistle-blower" not in shown(view.problem_table, "Matter"))
    assert "bank.pdf" in shown(view.problem_table, "File")
    assert asked == [("/drop/bank.pdf", "Whistle-blower")] * 2


def test_what_needs_attention_stays_chosen_while_the_lists_are_read(qtbot, view, library):
    failed, library.outcomes = library.outcomes, ()
    library.documents = tuple(each for each in library.documents if each.state.good)
    refresh(qtbot, view)
    assert not view.chip.isVisible()

    library.outcomes = failed
    view.refresh()
    view.show_problems(FileState.LOCKED)  # the documents come first, and these a moment later
    idle(qtbot, view)

    assert view.chip.isChecked()
    assert shown(view.problem_table, "File") == ["bank.pdf"]


def test_the_keys_stay_where_they_went_before_the_first_document_came(qtbot, view, library):
    documents, library.documents = library.documents, ()
    view.set_matter("Empty")
    view.take_focus()
    idle(qtbot, view)
    assert view.field.hasFocus()

    view.chip.show()
    view.chip.setFocus()
    library.documents = documents
    refresh(qtbot, view)

    assert view.table.isVisible() and not view.table.hasFocus()


def test_the_keys_go_to_the_list_that_was_on_its_way(qtbot, view):
    view.set_matter("Another")
    view.take_focus()
    idle(qtbot, view)

    assert view.table.hasFocus()


def test_a_partly_readable_document_cannot_be_dismissed(view):
    view.show_problems()
    view.problem_table.choose("scan.pdf")

    assert view.problem_side.buttons[Action.OPEN].isVisible()
    assert not view.problem_side.buttons[Action.DISMISS].isVisible()


def test_problems_of_one_state_are_shown_on_demand(view):
    view.show_problems("locked")

    assert shown(view.problem_table, "File") == ["bank.pdf"]

    view.show_problems()
    assert len(shown(view.problem_table, "File")) == 4


def test_the_chip_goes_with_the_last_problem(qtbot, view, library):
    view.show_problems()
    library.documents, library.outcomes = (LEASE,), ()

    refresh(qtbot, view)

    assert not view.chip.isVisible()
    assert view.table.isVisible()


# ---------------------------------------------------------------- text from files


HARMFUL = "<h1>Click</h1>\u202egnp.exe\n\x00.pdf\udcff"


def test_a_harmful_name_is_shown_as_plain_text(qtbot, view, library):
    library.documents = (document(HARMFUL, id="1", title=HARMFUL, reason=HARMFUL),)
    refresh(qtbot, view)
    view.table.choose("1")
    idle(qtbot, view)

    name = view.table.model().index(0, 0)
    assert name.data() == "<h1>Click</h1>\ufffdgnp.exe \ufffd.pdf\ufffd"
    assert "&lt;h1&gt;" in name.data(Qt.ItemDataRole.ToolTipRole)
    assert view.side.name.textFormat() == Qt.TextFormat.PlainText
    assert "\u202e" not in view.side.name.text()


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Lease.pdf", "Lease.pdf"),
        ("Arrêt n° 5.pdf", "Arrêt n° 5.pdf"),
        ("a\tb\nc", "a b c"),
        ("\u202efdp.exe", "\ufffdfdp.exe"),
        ("خطاب.pdf", "خطاب.pdf"),
        ("bell\x07", "bell\ufffd"),
    ],
)
def test_plain_keeps_letters_and_replaces_what_hides_or_turns(text, safe):
    assert plain(text) == safe


def test_small_words():
    assert tip("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>"
    assert sorted(["b10", "B2", "a"], key=natural) == ["a", "B2", "b10"]
    assert file_name("C:\\Files\\a.pdf") == file_name("/Files/a.pdf") == "a.pdf"
    assert language_name("de") == "German" and language_name("") == "Unknown"


def test_page_problems_are_gathered_into_lines():
    found = [PageProblem(page, PageState.IMAGE, "") for page in (5, 3, 4)]
    found.append(PageProblem(9, PageState.UNREADABLE, "a broken font"))

    assert page_problems(found) == [
        (3, "No text on pages 3-5 (scanned)"),
        (9, "Page 9 could not be read: a broken font"),
    ]
