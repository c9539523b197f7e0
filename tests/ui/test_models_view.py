"""The models view: what is in use, what it misses, fetching, switching, and going back."""

import threading
from dataclasses import replace

import pytest
from fake_models import (
    BGE,
    BOE,
    BUILDING,
    BUNDLED,
    CARD,
    CPU,
    E5,
    KEPT,
    LIVE,
    MINI,
    NOTE,
    OURS,
    from_catalogue,
    generation,
)
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLabel, QLineEdit

from legaldesk.core.errors import LibraryBusy, ModelProblem
from legaldesk.core.models import DeviceReport, LanguageGap, Prompts, RerankerInfo
from legaldesk.ui import theme
from legaldesk.ui.main_window import DOCUMENTS, MODELS
from legaldesk.ui.model_facts import cover
from legaldesk.ui.model_pace import Pace
from legaldesk.ui.model_questions import HubNameQuestion, InstallQuestion, SureQuestion
from legaldesk.ui.models_view import ModelsView

LEFT = Qt.MouseButton.LeftButton
GERMAN, FRENCH = LanguageGap("de", 31), LanguageGap("fr", 7)
BGE_REPO, E5_REPO = "BAAI/bge-m3", "intfloat/multilingual-e5-base"
BOE_REPO = "littlejohn-ai/bge-m3-spanish-boe-qa"


@pytest.fixture
def view(qtbot, window):
    """The view, reached by its key, its first overview there."""
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + MODELS), Qt.KeyboardModifier.ControlModifier)
    made = window.views.view(MODELS)
    assert isinstance(made, ModelsView)
    qtbot.waitUntil(made.now.isVisible)
    return made


def press(qtbot, view, push):
    """Click a button once it has been laid out and scrolled into sight."""
    qtbot.waitUntil(lambda: push.isVisible() and push.width() > 20)
    view.area.ensureWidgetVisible(push)
    qtbot.mouseClick(push, LEFT)


def answer(qtbot, window, kind):
    """The question that has been opened."""
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(kind)))
    return next(each for each in window.findChildren(kind) if each.isVisible())


def look(qtbot, window):
    """Hear how things stand now."""
    book = window.actors.models.book
    qtbot.waitUntil(lambda: book.settled)
    book.look()
    qtbot.waitUntil(lambda: book.settled)


def seen(widget):
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def calls(office, name):
    return [call[1:] for call in office.asked if call[0] == name]


# ---------------------------------------------------------------- what is there


def test_it_says_what_is_in_use_and_what_it_is_good_for(view):
    said = seen(view.now)

    assert MINI in said and "English documents on any computer" in said
    assert "English  ·  91.3 MB  ·  Apache 2.0 licence" in said
    assert "All 4,004 passages can be found by meaning." in said
    assert not view.now.row.use.isVisible() and not view.now.row.remove.isVisible()


def test_what_can_be_had_is_told_in_plain_words(view):
    spanish, many = seen(view.offers.rows[BOE_REPO]), seen(view.offers.rows[BGE_REPO])

    assert "Spanish  ·  about 2.3 GB" in spanish and "Terms must be accepted" in spanish
    assert "More than 100 languages  ·  2.3 GB  ·  MIT licence" in many
    said = seen(view).casefold().replace("bge-semantic-bmf-matryoshka", "")
    assert not [word for word in ("embedding", "vector", "matryoshka", "tensor") if word in said]


def test_documents_in_other_languages_are_warned_of_here_and_in_the_sidebar(qtbot, window, office):
    office.gaps = (FRENCH, GERMAN)
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + MODELS), Qt.KeyboardModifier.ControlModifier)
    view = window.views.view(MODELS)
    qtbot.waitUntil(view.now.isVisible)

    said = view.now.gaps.words.text()
    assert "38 documents are in a language that all-MiniLM-L6-v2 was not made for" in said
    assert "German (31) and French (7)" in said
    place = next(
        push for push in window.sidebar.findChildren(QAbstractButton) if push.text() == "Models"
    )
    assert place.property("iconName") == "warning"
    assert "38 documents" in place.accessibleName()


def test_one_button_leads_to_a_model_that_covers_them(qtbot, window, office, view):
    office.gaps = (GERMAN, FRENCH)
    look(qtbot, window)
    assert view.now.help.text() == f"Install {E5}, which covers them…"

    press(qtbot, view, view.now.help)
    qtbot.mouseClick(answer(qtbot, window, InstallQuestion).deed, LEFT)
    qtbot.waitUntil(lambda: view.now.help.text() == f"Use {E5}, which covers them…")
    press(qtbot, view, view.now.help)
    qtbot.mouseClick(answer(qtbot, window, SureQuestion).deed, LEFT)

    qtbot.waitUntil(view.now.progress.isVisible)
    assert calls(office, "use_model") == [(E5, None, 0)]
    assert not view.now.help.isVisible() and "is being prepared" in seen(view.now)


def test_help_keeps_the_languages_that_are_covered_now(office):
    office.gaps = (GERMAN,)
    office.catalogue = tuple(each for each in office.catalogue if each.name not in (BGE, E5))
    assert cover(office.overview()).name == "bge-semantic-bmf-matryoshka"

    office.installed.append(replace(from_catalogue(office.catalogue[0]), name="x", source="zip"))
    office.installed[-1] = replace(office.installed[-1], languages=("de", "en"))
    assert cover(office.overview()).name == "x"


def test_nothing_is_promised_where_no_model_covers_the_language(office):
    office.gaps = (LanguageGap("is", 2),)
    office.catalogue = office.catalogue[3:]

    assert cover(office.overview()) is None


def test_what_cannot_be_read_is_said_with_a_way_to_try_again(qtbot, window, office, view):
    office.failing = LibraryBusy("The library does not answer.")
    look(qtbot, window)
    assert view.waiting.text() == "The library does not answer." and view.waiting.isVisible()

    office.failing = None
    with qtbot.waitSignal(window.actors.models.book.changed):
        press(qtbot, view, view.retry)
    assert not view.waiting.isVisible() and not view.retry.isVisible()


# ---------------------------------------------------------------- fetching


def test_a_fetch_asks_first_shows_how_far_it_is_and_arrives(qtbot, window, office, view):
    office.gate = threading.Event()
    row = view.offers.rows[BGE_REPO]
    press(qtbot, view, row.install)
    question = answer(qtbot, window, InstallQuestion)
    assert "2.3 GB" in seen(question) and "only time LegalDesk goes online" in seen(question)
    assert question.token_box is None and not calls(office, "add_model")

    qtbot.keyClick(question.deed, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "1.1 GB of 2.3 GB" in row.progress.line.text())
    assert "about 2 min left" in row.progress.line.text() and row.progress.bar.value() == 500
    assert [task.title for task in window.actors.board.tasks] == [f"Installing {BGE}"]
    office.gate.set()

    qtbot.waitUntil(lambda: BGE in view.here.rows and BGE_REPO not in view.offers.rows)
    assert calls(office, "add_model") == [(BGE_REPO,)]


def test_a_fetch_can_be_stopped_and_go_on(qtbot, window, office, view):
    office.gate = threading.Event()
    row = view.offers.rows[BGE_REPO]
    with qtbot.waitSignal(window.actors.models.shop.moved):
        window.actors.models.shop.add(BGE_REPO, BGE)
    press(qtbot, view, row.progress.stop)
    qtbot.waitUntil(row.go_on.isVisible)
    assert "Stopped after 1.1 GB of 2.3 GB" in row.state.words.text()

    office.gate = None
    press(qtbot, view, row.go_on)
    qtbot.waitUntil(lambda: BGE in view.here.rows)


def test_a_fetch_that_breaks_says_why_on_its_row(qtbot, window, office, view):
    office.refusing = ModelProblem("The connection broke off. What has arrived is kept.")
    row = view.offers.rows[BGE_REPO]
    with qtbot.waitSignal(window.actors.models.shop.fetchFailed):
        window.actors.models.shop.add(BGE_REPO, BGE)

    assert row.state.words.text().startswith("The connection broke off")
    assert not window.banner.isVisible() and not row.token.isVisible()
    press(qtbot, view, row.forget)
    assert row.install.isVisible() and not row.state.isVisible()


def test_a_fetch_that_breaks_out_of_sight_is_said_in_the_banner(qtbot, window, office, view):
    office.refusing = ModelProblem("It holds Python files.")
    window.show_view(DOCUMENTS)
    with qtbot.waitSignal(window.actors.models.shop.fetchFailed):
        window.actors.models.shop.add("/drop/theirs.zip", "theirs")
    assert window.banner.words.text() == "theirs was not installed. It holds Python files."

    fix = next(push for push in window.banner.findChildren(QAbstractButton) if push.text())
    qtbot.mouseClick(fix, LEFT)
    assert window.views.currentIndex() == MODELS
    assert "It holds Python files." in seen(view.offers.rows["/drop/theirs.zip"])


def test_a_gated_model_asks_for_a_token_and_for_another_when_that_is_refused(
    qtbot, window, office, view
):
    row = view.offers.rows[BOE_REPO]
    press(qtbot, view, row.install)
    question = answer(qtbot, window, InstallQuestion)
    assert "accepted their terms" in seen(question) and "keyring" in seen(question)
    assert question.token_box.echoMode() is QLineEdit.EchoMode.Password
    assert not question.deed.isEnabled()
    qtbot.keyClicks(question.token_box, "hf_wrong")
    qtbot.keyClick(question.token_box, Qt.Key.Key_Return)

    qtbot.waitUntil(row.token.isVisible)
    press(qtbot, view, row.token)
    question = answer(qtbot, window, InstallQuestion)
    qtbot.keyClicks(question.token_box, " hf_right ")
    qtbot.mouseClick(question.deed, LEFT)

    qtbot.waitUntil(lambda: BOE in view.here.rows)
    assert calls(office, "set_hub_token") == [("hf_wrong",), ("hf_right",)]


def test_a_kept_token_is_used_and_can_be_forgotten(qtbot, window, office, view):
    office.token = "hf_right"
    look(qtbot, window)
    press(qtbot, view, view.offers.rows[BOE_REPO].install)
    question = answer(qtbot, window, InstallQuestion)
    assert question.token_box is None and "keyring is used" in seen(question)
    question.reject()

    push = next(each for each in view.token.findChildren(QAbstractButton))
    press(qtbot, view, push)
    qtbot.waitUntil(lambda: not view.token.isVisible())
    assert calls(office, "set_hub_token") == [("",)]


def test_without_a_keyring_a_gated_model_says_so(qtbot, window, office, view):
    office.keyring = "This computer has no keyring that LegalDesk can use."
    look(qtbot, window)
    press(qtbot, view, view.offers.rows[BOE_REPO].install)

    question = answer(qtbot, window, InstallQuestion)
    assert office.keyring in seen(question)
    assert not question.deed.isEnabled() and question.token_box is None


def test_any_model_of_the_hub_can_be_named(qtbot, window, office, view):
    press(qtbot, view, view.by_name)
    question = answer(qtbot, window, HubNameQuestion)
    qtbot.keyClicks(question.box, "no name")
    assert not question.deed.isEnabled()
    question.box.clear()
    qtbot.keyClicks(question.box, "https://huggingface.co/someone/a-model@v2")
    qtbot.mouseClick(question.deed, LEFT)

    qtbot.waitUntil(lambda: len(view.here.rows) == 1)
    assert calls(office, "add_model") == [("someone/a-model@v2",)]


def drop(window, path):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    given = (Qt.DropAction.CopyAction, mime, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(300, 300), *given))
    text = window.overlay.text
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), *given))
    return text


def test_a_folder_dropped_here_is_a_model_and_a_pdf_is_not(qtbot, window, office, view, tmp_path):
    assert drop(window, tmp_path / "our-model") == "Drop to add a model"
    qtbot.waitUntil(lambda: len(view.here.rows) == 1)
    assert calls(office, "add_model") == [(str(tmp_path / "our-model"),)]

    with qtbot.waitSignal(window.actors.importer.finished):
        assert drop(window, tmp_path / "lease.PDF") == "Drop to add to Acme v. Byte"
    assert len(calls(office, "add_model")) == 1


def test_the_keys_follow_what_has_arrived(qtbot, window, office, view):
    row = view.offers.rows[BGE_REPO]
    row.install.setFocus()
    window.actors.models.shop.add(BGE_REPO, BGE)

    qtbot.waitUntil(lambda: BGE in view.here.rows and view.here.rows[BGE].use.hasFocus())


# ---------------------------------------------------------------- using


@pytest.fixture
def ours(qtbot, window, office, view):
    """The row of a model of one's own."""
    office.installed.append(OURS)
    look(qtbot, window)
    return view.here.rows[OURS.name]


def test_use_says_what_happens_and_search_goes_on_until_the_switch(
    qtbot, window, office, view, ours
):
    press(qtbot, view, ours.use)
    said = answer(qtbot, window, SureQuestion)
    assert "4,004 passages are prepared for it first" in said.text.text()
    assert f"Search goes on with {MINI}" in said.text.text()
    qtbot.mouseClick(said.deed, LEFT)
    qtbot.waitUntil(view.now.progress.isVisible)
    office.advance(1203)
    look(qtbot, window)
    assert "1,203 of 4,004 passages ready" in view.now.progress.line.text()
    assert view.now.progress.bar.value() == 1203
    assert "Is being prepared" in seen(ours) and not ours.remove.isVisible()

    office.finish()
    with qtbot.waitSignal(window.actors.models.book.switched) as heard:
        window.actors.models.book.look()
    assert heard.args == [OURS.name] and OURS.name in seen(view.now.row)
    assert not view.now.progress.isVisible() and not window.actors.board.tasks


def test_after_the_switch_the_question_is_asked_again(qtbot, window, office, view, ours):
    window.ask("claim notice")
    qtbot.waitUntil(lambda: len(window.search.results.hits) == 5)
    office.generations.append(generation(2, OURS, BUILDING))
    look(qtbot, window)
    office.finish()
    with qtbot.waitSignal(window.actors.asker.answered):
        window.actors.models.book.look()

    assert len(calls(office, "search")) == 2


def test_what_was_being_prepared_before_the_start_is_among_the_tasks(qtbot, window, office):
    office.installed.append(OURS)
    office.generations.append(generation(2, OURS, BUILDING, with_vectors=100))
    look(qtbot, window)
    task = window.actors.board.tasks[0]
    assert task.title == f"Preparing {OURS.name}" and task.progress.done == 100

    task.way_out()
    qtbot.waitUntil(lambda: not window.actors.board.tasks)
    assert calls(office, "stop_switch") == [()]


def test_it_asks_again_while_something_is_prepared_and_rests_out_of_sight(qtbot, window, office):
    book = window.actors.models.book
    office.generations.append(generation(2, BUNDLED, BUILDING, with_vectors=1))
    look(qtbot, window)
    with qtbot.waitSignal(book.changed):  # nobody called look
        pass

    office.generations.pop()
    look(qtbot, window)
    assert not book._timer.isActive()


def test_a_preparation_can_be_stopped_and_go_on_later(qtbot, window, office, view, ours):
    office.generations.append(generation(2, OURS, BUILDING, with_vectors=1203))
    look(qtbot, window)
    press(qtbot, view, view.now.progress.stop)
    qtbot.waitUntil(lambda: 2 in view.kept.rows)
    row = view.kept.rows[2]
    assert "1,203 of 4,004 passages ready" in seen(row) and row.back.text() == "Go on"

    press(qtbot, view, row.back)
    qtbot.waitUntil(view.now.progress.isVisible)
    assert calls(office, "use_model") == [(OURS.name, OURS.prompts, 1024)]


def test_going_back_is_one_click(qtbot, window, office, view, ours):
    office.generations.append(generation(2, OURS, KEPT, previous=True))
    look(qtbot, window)
    assert view.now.back.text() == f"Go back to {OURS.name}"

    press(qtbot, view, view.now.back)
    qtbot.waitUntil(lambda: view.now.row.name.text() == OURS.name)
    assert view.now.back.text() == f"Go back to {MINI}"


def test_what_is_kept_complete_is_used_without_a_question(qtbot, window, office, view, ours):
    office.generations.append(generation(2, OURS, KEPT))
    look(qtbot, window)
    assert ours.use.text() == "Use"

    press(qtbot, view, ours.use)
    qtbot.waitUntil(lambda: bool(calls(office, "use_model")))
    assert not window.findChildren(SureQuestion)


def test_what_is_kept_shows_its_size_and_is_deleted_when_told(qtbot, window, office, view, ours):
    office.generations.append(generation(2, OURS, KEPT))
    look(qtbot, window)
    assert "4,004 passages ready  ·  24.0 MB" in seen(view.kept.rows[2])

    press(qtbot, view, view.kept.rows[2].delete)
    qtbot.mouseClick(answer(qtbot, window, SureQuestion).deed, LEFT)
    qtbot.waitUntil(lambda: not view.kept.isVisible())
    assert calls(office, "prune_generation") == [(2,)]


def test_a_model_is_removed_after_a_question_and_the_bundled_one_never(
    qtbot, window, office, view, ours
):
    press(qtbot, view, ours.remove)
    question = answer(qtbot, window, SureQuestion)
    assert "2.3 GB" in question.text.text()
    qtbot.waitUntil(question.cancel.hasFocus)
    qtbot.mouseClick(question.deed, LEFT)
    qtbot.waitUntil(lambda: OURS.name not in view.here.rows)
    assert calls(office, "remove_model") == [(OURS.name,)]

    office.installed.append(OURS)
    office.generations = [generation(3, OURS, LIVE)]
    look(qtbot, window)
    assert not view.here.rows[MINI].remove.isVisible()
    assert not view.now.row.remove.isVisible()


def test_a_model_that_cannot_be_used_says_why(qtbot, window, office, view):
    office.installed.append(replace(OURS, problem="Its weights are not whole. Add it again."))
    look(qtbot, window)

    row = view.here.rows[OURS.name]
    assert "Its weights are not whole" in seen(row) and not row.use.isEnabled()


def test_a_preparation_that_is_stuck_says_why_and_is_tried_again(qtbot, window, office, view):
    office.installed.append(OURS)
    stuck = generation(2, OURS, BUILDING, with_vectors=10, problem="The disk is full.")
    office.generations.append(stuck)
    look(qtbot, window)
    assert "The disk is full." in seen(view.now)

    press(qtbot, view, view.now.again)
    qtbot.waitUntil(lambda: calls(office, "use_model") == [(OURS.name, OURS.prompts, 1024)])


# ---------------------------------------------------------------- advanced


def test_prompts_and_dimension_can_be_changed_under_advanced(qtbot, window, office, view, ours):
    press(qtbot, view, ours.fold)
    advanced = ours.advanced
    assert advanced.query.text() == "query: " and not advanced.apply.isEnabled()
    widths = [advanced.dimension.itemText(row) for row in range(advanced.dimension.count())]
    assert widths[:2] == ["1,024 (all)", "768"]

    advanced.query.selectAll()
    qtbot.keyClicks(advanced.query, "Frage: ")
    qtbot.keyClick(advanced.dimension, Qt.Key.Key_Down)
    look(qtbot, window)
    assert advanced.query.text() == "Frage: "
    press(qtbot, view, advanced.apply)
    qtbot.mouseClick(answer(qtbot, window, SureQuestion).deed, LEFT)

    qtbot.waitUntil(lambda: bool(calls(office, "use_model")))
    assert calls(office, "use_model") == [(OURS.name, Prompts("Frage: ", "passage: "), 768)]


def test_another_dimension_alone_says_that_nothing_is_encoded_again(
    qtbot, window, office, view, ours
):
    office.generations = [generation(2, OURS, LIVE)]
    look(qtbot, window)
    row = view.now.row
    press(qtbot, view, row.fold)
    row.advanced.dimension.setFocus()
    qtbot.keyClick(row.advanced.dimension, Qt.Key.Key_End)
    press(qtbot, view, row.advanced.apply)

    question = answer(qtbot, window, SureQuestion)
    assert "Nothing is read or encoded again" in question.text.text()
    qtbot.mouseClick(question.deed, LEFT)
    qtbot.waitUntil(lambda: calls(office, "use_model") == [(OURS.name, None, 64)])


def test_a_wheel_over_a_choice_changes_nothing(qtbot, window, office, view, ours):
    from PySide6.QtGui import QWheelEvent

    press(qtbot, view, ours.fold)
    box, middle = ours.advanced.dimension, QPointF(10, 10)
    event = QWheelEvent(
        middle, QPointF(box.mapToGlobal(QPoint(10, 10))), QPoint(), QPoint(0, -120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(box, event)

    assert box.currentIndex() == 0


# ---------------------------------------------------------------- where it computes


def test_the_device_is_chosen_with_its_free_memory(qtbot, window, office, view):
    office.device = DeviceReport("auto", "cuda:0", (CARD, CPU))
    look(qtbot, window)
    choice = view.device.choice
    assert [choice.itemText(row) for row in range(3)] == [
        "Let LegalDesk choose",
        "NVIDIA RTX A2000, 10.0 GB of 12.0 GB free",
        "Processor, 9.0 GB of 16.0 GB free",
    ]
    assert "Now: NVIDIA RTX A2000" in seen(view.device)

    choice.setFocus()
    qtbot.keyClick(choice, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: calls(office, "set_device") == [("cpu",)])


def test_a_card_that_cannot_be_used_is_said_with_a_command_to_copy(qtbot, window, office, view):
    office.device = DeviceReport("auto", "cpu", (CPU,), NOTE)
    look(qtbot, window)
    assert "NVIDIA RTX A2000 cannot be used" in view.device.note.words.text()

    press(qtbot, view, view.device.copy)
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("python -m pip install torch") and copied.endswith("/whl/x")


# ---------------------------------------------------------------- for everybody


def test_the_keyboard_alone_reaches_every_button_and_comes_into_sight(qtbot, window, view):
    pushes = {each for each in view.findChildren(QAbstractButton) if each.isVisible()}
    assert view.isAncestorOf(window.focusWidget())

    reached = []
    for _ in range(3 * len(pushes)):
        focused = window.focusWidget()
        if view.isAncestorOf(focused) and focused not in reached:
            reached.append(focused)
            top = focused.mapTo(view.area.viewport(), QPoint(0, 0)).y()
            assert -1 <= top <= view.area.viewport().height()
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert pushes <= set(reached)
    heights = [each.mapTo(view.area.widget(), QPoint(0, each.height())).y() for each in reached]
    assert heights == sorted(heights)


def clipped(widget):
    """The texts that have less room than they need."""
    shown = [each for each in widget.findChildren(QLabel) if each.isVisible() and each.wordWrap()]
    return [each.text() for each in shown if each.height() < each.heightForWidth(each.width()) - 1]


@pytest.mark.parametrize("scale", theme.SCALES)
@pytest.mark.parametrize("width", [860, 1280])
def test_nothing_is_clipped_and_everything_has_a_name(qtbot, window, office, view, scale, width):
    office.gaps, office.token = (GERMAN, FRENCH), "hf_right"
    office.installed += [OURS, from_catalogue(office.catalogue[3])]
    office.generations.append(generation(2, OURS, KEPT, previous=True))
    office.generations.append(
        generation(3, office.installed[-1], BUILDING, with_vectors=7, uncut=2)
    )
    office.device = DeviceReport("auto", "cpu", (CPU,), NOTE)
    office.reranker = RerankerInfo("ours", "models/ours", 91_000_000, 512)
    window.resize(width, 700)
    window.relook(theme.Look("dark", scale))
    look(qtbot, window)
    view.now.row.fold.click()

    qtbot.waitUntil(lambda: not clipped(view))
    assert view.area.horizontalScrollBar().maximum() == 0
    for each in view.findChildren(QAbstractButton):
        if each.isVisible():
            assert each.accessibleName() or each.text()
            assert each.width() >= each.minimumSizeHint().width(), each.text()
    window.relook(theme.Look("light", 100))


@pytest.mark.parametrize("scale", theme.SCALES)
def test_questions_show_every_line(qtbot, window, office, view, scale):
    window.relook(theme.Look("light", scale))
    view.offers.rows[BOE_REPO].install.click()
    question = answer(qtbot, window, InstallQuestion)

    qtbot.waitUntil(lambda: not clipped(question))
    question.reject()
    window.relook(theme.Look("light", 100))


def test_names_from_outside_are_shown_as_they_are(qtbot, window, office, view):
    bad = "<b>x</b> R&D \u202egnp"
    office.installed.append(replace(OURS, name=bad, licence=bad, identity=bad))
    office.generations.append(generation(2, replace(OURS, name=bad), KEPT, previous=True))
    look(qtbot, window)

    for each in view.findChildren(QLabel):
        assert "\u202e" not in each.text()
        assert each.textFormat() is Qt.TextFormat.PlainText
    for each in view.findChildren(QAbstractButton):
        assert "\u202e" not in each.text() + each.accessibleName() + each.toolTip()
    assert view.now.back.text().count("&&") == 1


# ---------------------------------------------------------------- a second look


def test_a_cross_encoder_is_chosen_by_its_folder_and_turned_off(qtbot, view, office, tmp_path):
    row = view.reranker.row
    assert row.name.text() == "None in use" and "30 best passages" in row.note.text()
    assert not view.reranker.off.isVisible()

    press(qtbot, view, view.reranker.choose)
    [dialog] = view.window().findChildren(QFileDialog)
    dialog.filesSelected.emit([str(tmp_path)])
    dialog.close()
    qtbot.waitUntil(lambda: row.state.words.text() == "In use")
    assert row.name.text() == tmp_path.name
    assert str(tmp_path) in row.facts.text() and "reads 512 tokens" in row.facts.text()

    press(qtbot, view, view.reranker.off)
    qtbot.waitUntil(lambda: row.name.text() == "None in use")
    assert not view.reranker.off.isVisible()


def test_a_cross_encoder_that_is_gone_says_so(qtbot, window, office, view):
    problem = "The cross-encoder's folder “/models/ours” is not there."
    office.reranker = RerankerInfo("ours", "/models/ours", 0, 0, problem)
    look(qtbot, window)

    qtbot.waitUntil(lambda: view.reranker.row.state.words.text() == problem)
    assert view.reranker.off.isVisible()


def test_a_folder_that_is_refused_is_said_and_nothing_changes(qtbot, window, office, view):
    office.refusing = ModelProblem("The model's weights are a pickle file.")

    with qtbot.waitSignal(window.actors.models.shop.failed):
        window.actors.models.shop.use_reranker("/models/bad")

    assert window.banner.words.text() == "The model's weights are a pickle file."
    assert view.reranker.row.name.text() == "None in use"


# ---------------------------------------------------------------- how fast it goes


def test_the_pace_is_told_from_what_was_seen_lately():
    pace = Pace()
    pace.note(1, 0, 100.0)
    pace.note(1, 10, 101.0)
    assert pace.seconds_for(100) is None  # too early to tell

    pace.note(1, 100, 110.0)
    assert pace.rate == 10.0 and pace.seconds_for(300) == 30.0
    pace.note(2, 0, 111.0)
    assert pace.rate == 0.0
