"""Names from files are shown as they are: no markup, nothing turned around, no key marks."""

from dataclasses import fields, is_dataclass, replace
from enum import Enum

import pytest
from fake_office import document, past_question
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QListWidget,
    QMenu,
    QTableView,
    QTextEdit,
    QTreeView,
    QWidget,
)

from legaldesk.core.documents import FileOutcome, FileState, Matter
from legaldesk.core.errors import LegalDeskError
from legaldesk.core.hits import EngineState
from legaldesk.ui import theme
from legaldesk.ui.dialogs import NameQuestion, PasswordQuestion, TargetQuestion
from legaldesk.ui.document_text import caption, plain, tip
from legaldesk.ui.main_window import DOCUMENTS, MainWindow
from legaldesk.ui.pieces import ElidedLabel, button, label
from legaldesk.ui.settings import Settings
from legaldesk.ui.views import PLACES
from legaldesk.workers.job import Job

POISONED = set(
    "name title reason note question questions text document source licence labeller matter "
    "matters path section uncovered detail message model repo why".split()
)
"""The fields of values from core that may hold words of a file, of the web or of a user."""

BAD = "<b>x</b><img src='file:///etc/passwd'> R&D \u202egnp.exe\u2066"
TURNS = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def shown_texts(window):
    """Every text and tool tip of every widget, with whether Qt would read it as markup."""
    for widget in [window, *window.findChildren(QWidget)]:
        if isinstance(widget, QTextEdit):  # shows markup, unlike QPlainTextEdit
            yield widget.toHtml(), True
        if isinstance(widget, QComboBox) and not widget.isEditable():
            # one to type in holds names of matters, which never have what turns
            yield from ((widget.itemText(row), False) for row in range(widget.count()))
        if isinstance(widget, QGroupBox):
            yield widget.title(), False
        if isinstance(widget, QMenu):
            yield from ((action.text(), False) for action in widget.actions())
        if isinstance(widget, QTableView | QTreeView):
            yield from cells(widget.model())
        if isinstance(widget, QLabel):
            yield widget.text(), widget.textFormat() is not Qt.TextFormat.PlainText
        if isinstance(widget, QAbstractButton):
            yield widget.text(), False
        if isinstance(widget, QListWidget):
            for row in range(widget.count()):
                yield widget.item(row).text(), False
                yield widget.item(row).toolTip(), True
        yield widget.toolTip(), True  # Qt guesses, so any may be
        yield widget.accessibleName(), False


def cells(model):
    """What a model gives to its view, and each cell's tool tip."""
    for row in range(min(model.rowCount(), 50)):
        for column in range(model.columnCount()):
            index = model.index(row, column)
            yield str(index.data() or ""), False
            yield str(index.data(Qt.ItemDataRole.ToolTipRole) or ""), True
    for column in range(model.columnCount()):
        head = model.headerData(column, Qt.Orientation.Horizontal)
        yield str(head or ""), False


def assert_harmless(window):
    seen = list(shown_texts(window))
    assert any("passwd" in text for text, _ in seen)
    for text, markup in seen:
        assert not TURNS & set(text), text
        assert not (markup and "<img" in text), text


@pytest.fixture
def hostile(qtbot, qapp, lanes, office, tmp_path):
    """A window on an office all of whose names mean harm."""
    theme.apply(qapp, theme.Look("light"))
    office.matters = [Matter(BAD, 5), Matter(f"{BAD} 2", 1, locked_out_of_all=True)]
    office.papers = [document(BAD, title=BAD, matters=(BAD,), path=f"/x/{BAD}", reason=BAD)]
    office.papers.append(replace(office.papers[0], id="id-2", state=FileState.PARTLY))
    made = MainWindow(office, lanes, Settings(tmp_path / "other"))
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitUntil(lambda: made.actors.book.read and made.actors.watcher.state is not None)
    return made


def test_matters_in_sidebar_question_bar_and_welcome(hostile):
    assert hostile.bar.matter_button.text().count("&&") == 1
    assert_harmless(hostile)


def test_documents_and_their_details(qtbot, hostile):
    hostile.show_view(DOCUMENTS)
    view = hostile.documents
    qtbot.waitUntil(lambda: view.settled and view.table.rows.total == 2)
    for state in (view.table.selectAll, lambda: view.table.selectRow(0)):
        state()
        qtbot.waitUntil(lambda: view.settled)
        assert_harmless(hostile)
    for column in range(view.table.rows.columnCount()):
        index = view.table.rows.index(0, column)
        assert not TURNS & set(str(index.data()))
        assert "<img" not in str(index.data(Qt.ItemDataRole.ToolTipRole))


def test_hits_and_the_question_named_in_the_foot(qtbot, hostile, office):
    answer = office._answer

    def turned(question, words_only):
        found = answer(question, words_only)
        hits = (replace(hit, document=BAD, section=(BAD,), reason=BAD) for hit in found.hits)
        return replace(found, query=f'matter:"{BAD}" x', hits=tuple(hits), note=BAD)

    office._answer = turned
    hostile.ask("claim notice")
    qtbot.waitUntil(lambda: len(hostile.search.results.hits) == 5)
    hostile.bar.narrow(hostile.search.results.hit.document_id, BAD)
    qtbot.waitUntil(lambda: hostile.actors.asker.scope.document != "")

    assert_harmless(hostile)
    spoken = hostile.search.results.model().index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "passwd" in spoken and not TURNS & set(spoken)
    assert not hostile.search.results.grab().isNull()


def test_errors_outcomes_tasks_and_the_models_note(qtbot, hostile, office):
    hostile.banner.show_error(LegalDeskError(f"{BAD} failed.", BAD))
    hostile.bar.model_pill.show_state(EngineState("failed", BAD, BAD, 0, 0, 0, note=BAD))
    with qtbot.waitSignal(hostile.actors.importer.finished):
        hostile.actors.importer.add((f"/x/locked {BAD}",), BAD)
    assert_harmless(hostile)

    hostile.banner.take_back(f"{BAD}: {BAD} failed.")
    office.failing = LegalDeskError(BAD)
    hostile.ask("claim notice")
    qtbot.waitUntil(hostile.banner.isVisible)
    assert_harmless(hostile)


def test_questions_that_name_files_and_matters(qtbot, hostile, office):
    office.dependents = lambda ids=(), matter="": Job(lambda _: _dependents())
    hostile.actors.erasing.remove_matter(BAD)
    hostile.actors.adding.add_locked(FileOutcome(BAD, FileState.LOCKED), BAD)
    hostile.actors.adding.add((BAD,), BAD)
    hostile.actors.filing.ask_matter(office.papers)
    hostile.actors.ask_new_name(BAD)
    kinds = (TargetQuestion, PasswordQuestion, NameQuestion)
    qtbot.waitUntil(lambda: all(hostile.findChild(kind) is not None for kind in kinds))

    assert_harmless(hostile)


def _dependents():
    from legaldesk.core.documents import Dependents

    return Dependents(BAD, (BAD,), (BAD,), 1, 1, 1)


def test_a_tool_tip_reads_as_it_is_written(qtbot, qapp):
    shown = ElidedLabel()
    qtbot.addWidget(shown)
    shown.resize(40, 20)
    shown.say(BAD)

    assert shown.toolTip() == tip(BAD)
    assert "&lt;b&gt;x" in shown.toolTip()
    assert tip("a", "", "<b>") == "<p>a<br>&lt;b&gt;</p>"
    assert tip("") == ""


def test_labels_and_buttons_show_what_they_are_given(qtbot, qapp):
    words, push = label(BAD), button(BAD, QApplication.beep)
    qtbot.addWidget(words)
    qtbot.addWidget(push)

    assert words.text() == plain(BAD) and words.textFormat() is Qt.TextFormat.PlainText
    assert push.text() == caption(BAD) and "R&&D" in push.text()
    assert push.shortcut().isEmpty()
    QTest.keyClick(push, Qt.Key.Key_D, Qt.KeyboardModifier.AltModifier)


def poisoned(value, name=""):
    """The value with harm in every field of it that may hold foreign words."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return f"{value} {BAD}" if name in POISONED else value
    if isinstance(value, list | tuple | set | frozenset) and not hasattr(value, "_fields"):
        return type(value)(poisoned(each, name) for each in value)
    if is_dataclass(value):
        names = [each.name for each in fields(value)]
        return replace(value, **{each: poisoned(getattr(value, each), each) for each in names})
    return value


@pytest.mark.parametrize("place", range(len(PLACES)))
def test_every_place_with_harm_in_every_word_that_is_not_ours(
    qtbot, qapp, lanes, office, tmp_path, place
):
    theme.apply(qapp, theme.Look("light"))
    office.past = [past_question(1, "Who pays?")]
    for each in fields(office):
        if each.name not in ("asked", "told", "proofs", "pair_counts"):
            setattr(office, each.name, poisoned(getattr(office, each.name)))
    made = MainWindow(office, lanes, Settings(tmp_path / "other"))
    qtbot.addWidget(made)
    made.resize(1200, 900)
    made.show()
    qtbot.waitUntil(lambda: made.actors.book.read and made.actors.watcher.state is not None)

    made.show_view(place)
    view = made.views.view(place)
    qtbot.waitUntil(lambda: getattr(view, "settled", True))
    assert_harmless(made)
    made.menu.show_about()
    made.menu.show_keys()
    assert_harmless(made)
    assert not made.grab().isNull()


def test_the_walk_finds_markup_that_is_shown(qtbot, qapp):
    window = QWidget()
    qtbot.addWidget(window)
    shown = QLabel(BAD, window)
    with pytest.raises(AssertionError):
        assert_harmless(window)

    shown.setTextFormat(Qt.TextFormat.PlainText)
    shown.setText(plain(BAD))
    assert_harmless(window)
    window.setToolTip(BAD)
    with pytest.raises(AssertionError):
        assert_harmless(window)
