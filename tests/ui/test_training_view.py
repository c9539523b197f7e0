"""The training view: pairs, recipe, run and verdict, driven as a paralegal would."""

import sys
import threading
from dataclasses import fields, replace

import pytest
from fake_training import FEW, RECIPES, STEPS, news, proof, run, verdict
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

import legaldesk.ui
from legaldesk.core.errors import WrongUse
from legaldesk.core.recipes import Recipe
from legaldesk.core.runs import RunPhase, unreadable
from legaldesk.core.verdict import Change, decide
from legaldesk.ui import theme
from legaldesk.ui.main_window import SEARCH, MainWindow
from legaldesk.ui.model_questions import SureQuestion
from legaldesk.ui.training_fields import grouped
from legaldesk.ui.training_view import TrainingView
from legaldesk.ui.training_wishes import WithoutQuestion
from legaldesk.ui.training_words import verdict_line
from legaldesk.ui.views import TRAINING

LEFT = Qt.MouseButton.LeftButton
CONTROL = Qt.KeyboardModifier.ControlModifier
ACME, HARBOUR = "Acme v. Byte", "Harbour Street lease"


def go(qtbot, window):
    """Reach the view by its key and wait for its first answers."""
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + TRAINING), CONTROL)
    view = window.views.view(TRAINING)
    assert isinstance(view, TrainingView)
    book = window.actors.training.book
    qtbot.waitUntil(lambda: book.read and not book.surveying)
    return view


@pytest.fixture
def view(qtbot, window, office):
    """The view with the pairs of one matter."""
    office.may_train.add(ACME)
    return go(qtbot, window)


@pytest.fixture
def proven(qtbot, window, office):
    """The view of a finished run that was better."""
    return show(qtbot, window, office, run("one", "2026-03-14T09:26:53"), proof())


def show(qtbot, window, office, summary, proven):
    office.runs.append(summary)
    if proven is not None:
        office.proofs[summary.id] = proven
    view = go(qtbot, window)
    view.runs.list.setCurrentRow(0)
    if proven is not None:
        qtbot.waitUntil(view.page.verdict.sentence.isVisible)
    return view


def press(qtbot, view, push):
    """Click a button once it has been laid out and scrolled into sight."""
    qtbot.waitUntil(lambda: push.isVisible() and push.isEnabled() and push.width() > 20)
    view.area.ensureWidgetVisible(push)
    qtbot.mouseClick(push, LEFT)


def answer(qtbot, window, kind):
    """The question that has been opened."""
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(kind)))
    return next(each for each in window.findChildren(kind) if each.isVisible())


def seen(widget):
    return "\n".join(each.text() for each in widget.findChildren(QLabel) if each.isVisible())


def calls(office, name):
    return [call[1:] for call in office.asked if call[0] == name]


def shown(office):
    """The pages that were asked for."""
    return [call[:3] for call in office.asked]


def start(qtbot, view, office):
    """Start the recipe that fits and wait until it is heard of."""
    press(qtbot, view, view.page.recipe.start)
    qtbot.waitUntil(view.page.run.pause.isVisible)


# ---------------------------------------------------------------- pairs


def test_without_pairs_it_teaches_what_a_pair_is(qtbot, window, office):
    office.pair_counts = {}
    view = go(qtbot, window)

    assert "A pair is a question and a passage that answers it" in seen(view.page.pairs)
    assert not view.page.recipe.start.isVisible()
    assert "until then search goes on with the old one" in seen(view.page.verdict)


def test_it_says_how_many_pairs_there_are_and_what_is_wrong_with_them(view):
    said = seen(view.page.pairs)

    assert "1,204 pairs, 1,180 questions and 57 documents" in said
    assert "214 questions held out for the verdict" in said
    assert "The model was not made for these languages: German." in said
    view.page.pairs.fold.click()
    assert "Who bears the costs of the experts?" in seen(view.page.pairs)


def test_a_matter_is_taught_with_only_when_it_is_allowed(qtbot, office, view):
    switch = view.page.pairs.switches[HARBOUR]
    assert view.page.pairs.switches[ACME].isChecked() and not switch.isChecked()

    press(qtbot, view, switch)

    qtbot.waitUntil(lambda: calls(office, "let_train") == [(HARBOUR, True)])
    qtbot.waitUntil(lambda: len(calls(office, "survey_training")) > 1 and switch.isChecked())


def test_one_run_can_leave_a_matter_out(qtbot, office, view):
    pairs = view.page.pairs
    assert not pairs.uses[ACME].isVisible()  # the only one that may train
    press(qtbot, view, pairs.switches[HARBOUR])
    qtbot.waitUntil(pairs.uses[ACME].isVisible)

    press(qtbot, view, pairs.uses[ACME])

    qtbot.waitUntil(lambda: calls(office, "survey_training")[-1] == ((HARBOUR,), ""))
    qtbot.waitUntil(lambda: not pairs.uses[HARBOUR].isEnabled())  # somebody has to be left
    qtbot.waitUntil(view.page.recipe.start.isEnabled)
    press(qtbot, view, view.page.recipe.start)
    qtbot.waitUntil(lambda: len(calls(office, "train")) == 1)
    assert calls(office, "train")[0][1:] == ((HARBOUR,), "", "")


def test_a_file_takes_the_place_of_labels(qtbot, window, office, view, tmp_path):
    pairs = view.page.pairs
    pairs.use_file(str(tmp_path / "faq.jsonl"))
    qtbot.waitUntil(pairs.owner.isVisible)
    qtbot.waitUntil(view.page.recipe.start.isEnabled)
    assert not pairs.switches[ACME].isVisible()

    press(qtbot, view, view.page.recipe.start)

    qtbot.waitUntil(lambda: len(calls(office, "train")) == 1)
    assert calls(office, "train")[0][1:] == ((), str(tmp_path / "faq.jsonl"), ACME)


def test_a_files_pairs_belong_to_the_current_matter_unless_another_is_chosen(qtbot, window, view):
    pairs = view.page.pairs
    window.actors.book.choose(HARBOUR)
    pairs.use_file("faq.jsonl")
    assert pairs.matter == HARBOUR

    window.actors.book.choose(ACME)
    assert pairs.matter == HARBOUR


def test_a_files_pairs_stay_with_a_matter_that_is_renamed(window, view):
    pairs, book = view.page.pairs, window.actors.book
    book.choose(HARBOUR)
    pairs.use_file("faq.jsonl")
    new = "Harbour Street, lease"
    renamed = [replace(each, name=each.name.replace(HARBOUR, new)) for each in book.matters]

    pairs.show_matters(renamed, new)

    assert pairs.matter == new


def test_tab_walks_what_the_count_has_brought_in_the_order_it_is_seen(qtbot, view):
    recipe = view.page.recipe
    walked, at = [], view.page
    while at not in walked:
        walked.append(at)
        at = at.nextInFocusChain()

    cards = [walked.index(card) for card in recipe.cards.values() if not card.isHidden()]
    assert cards and max(cards) < walked.index(recipe.start)


def test_a_file_that_cannot_be_read_says_why(qtbot, view):
    view.page.pairs.use_file("broken.csv")
    qtbot.waitUntil(lambda: "Line 3 of broken.csv has no passage." in seen(view.page.pairs))
    assert not view.page.recipe.start.isEnabled()


def test_runs_that_cannot_be_listed_say_why(qtbot, window, office):
    def broken(_):
        raise WrongUse("The runs cannot be read.")

    office.list_runs = lambda: office._job("list_runs", broken)
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + TRAINING), CONTROL)

    runs = window.views.view(TRAINING).runs
    qtbot.waitUntil(lambda: "The runs cannot be read." in seen(runs))


def test_a_run_that_cannot_be_read_is_not_offered_to_go_on(qtbot, view, office):
    office.runs = [unreadable("torn", "The run cannot be read."), run("run-1", "2026-03-14")]
    with qtbot.waitSignal(view._actors.book.listed):
        view._actors.book.look()

    view._show("torn")

    qtbot.waitUntil(lambda: "The run cannot be read." in seen(view.page))
    assert view.page.run.resume.isHidden()


# ---------------------------------------------------------------- recipe


def test_the_recipe_that_fits_comes_first_and_says_why(view):
    cards = view.page.recipe.cards
    first = view.page.recipe._row.itemAt(0).widget()

    assert first is cards["balanced"] and first.isChecked()
    assert "856 pairs are enough to train on" in seen(first)
    assert "Fits your pairs" in seen(first)
    view.page.recipe.published.click()
    assert len([name for name, card in cards.items() if card.isVisible()]) == 8


def test_few_pairs_get_the_careful_recipe_and_a_warning(qtbot, window, office):
    office.survey_findings = FEW
    office.may_train.add(ACME)
    view = go(qtbot, window)

    assert view.page.recipe.cards["careful"].isChecked()
    assert "there will be no verdict" in seen(view.page.pairs)


def test_cards_are_chosen_by_key(qtbot, office, view):
    card = view.page.recipe.cards["quick"]
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_Space)
    start(qtbot, view, office)
    assert calls(office, "train")[0][0].name == "quick"


def test_advanced_has_every_argument_and_checks_what_is_typed(qtbot, office, view):
    recipe = view.page.recipe
    press(qtbot, view, recipe.advanced)
    form = recipe.form
    assert set(form.editors) == {each.name for each in fields(Recipe)}
    assert not [name for name in grouped() if name == "More"]

    rate, widths = form.editors["learning_rate"], form.editors["dimensions"]
    rate.selectAll()
    QTest.keyClicks(rate, "fast")
    assert "A number is needed" in seen(form) and not recipe.start.isEnabled()
    rate.selectAll()
    QTest.keyClicks(rate, "3e-5")
    widths.selectAll()
    QTest.keyClicks(widths, "64, 384")
    assert "The widest comes first" in seen(form)
    widths.selectAll()
    QTest.keyClicks(widths, "384, 64")
    form.editors["tf32"].setFocus()
    QTest.keyClick(form.editors["tf32"], Qt.Key.Key_Space)
    assert "Changed: learning rate, Matryoshka dimensions and TF32." in seen(form)
    start(qtbot, view, office)

    asked = calls(office, "train")[0][0]
    assert asked == replace(RECIPES[1], learning_rate=3e-5, dimensions=(384, 64), tf32=True)


def test_what_was_typed_stays_when_a_pair_more_is_counted(qtbot, window, office, view):
    recipe = view.page.recipe
    press(qtbot, view, recipe.advanced)
    rate = recipe.form.editors["learning_rate"]
    rate.selectAll()
    QTest.keyClicks(rate, "3e-5")
    before = recipe.cards[recipe.recipe().name]

    window.show_view(SEARCH)
    found = office.survey_findings
    office.survey_findings = replace(found, train_pairs=found.train_pairs + 1)
    window.show_view(TRAINING)
    qtbot.waitUntil(lambda: recipe.cards[recipe.recipe().name] is not before)

    assert recipe.recipe().learning_rate == 3e-5
    assert recipe.advanced.text() == "Advanced (changed)"
    assert recipe.cards[recipe.recipe().name].isChecked()


def test_words_of_the_trade_stand_only_under_advanced(qtbot, office, view):
    def trade(said):
        words = ("embedding", "epoch", "learning rate", "vector", "tensor", "matryoshka")
        return [word for word in words if word in said.casefold()]

    assert not trade(seen(view))
    start(qtbot, view, office)
    office.done = 30
    qtbot.waitUntil(lambda: view.page.run.curves.best.isVisible())
    assert not trade(seen(view))


# ---------------------------------------------------------------- run


def test_a_run_shows_its_curves_while_it_learns(qtbot, office, view):
    start(qtbot, view, office)
    office.done = 40
    curves = view.page.run.curves
    qtbot.waitUntil(lambda: curves.figure is not None and len(curves.figure.curves) == 4)

    qtbot.waitUntil(lambda: "after step 40" in curves.best.text())
    steps, losses = curves.loss.curves["Loss"].getData()
    assert len(steps) == 40 and losses[0] > losses[-1]
    assert [key.accessibleName() for key in curves.figure.keys] == [
        "full size, 384", "cut to 256", "cut to 128", "cut to 64",
    ]  # fmt: skip
    assert "about 2 min left" in view.page.run.pace.text()
    curves.measure.setCurrentIndex(1)
    assert curves.measure.currentText() == "MAP@100"
    assert max(curves.figure.curves["full size, 384"].getData()[1]) < 0.69


def test_curves_differ_by_line_and_marker_not_by_colour_alone(qtbot, view):
    qtbot.waitUntil(lambda: view.page.run.curves.figure is not None)
    from legaldesk.ui.training_plot import LOOKS

    assert len({look[1:] for look in LOOKS}) == len({look[2] for look in LOOKS}) == len(LOOKS)


def test_a_run_of_one_step_shows_its_only_loss(qtbot, window, office):
    office.told["one"] = replace(news(1), evaluations=())
    view = show(qtbot, window, office, run("one", "2026-03-14T09:26:53"), None)
    curves = view.page.run.curves
    qtbot.waitUntil(lambda: curves.loss is not None and "Loss" in curves.loss.curves)
    line = curves.loss.curves["Loss"]
    assert line.opts["symbol"] == "o"

    curves.show_news(news(2))

    assert line.opts["symbol"] is None


def test_it_pauses_goes_on_and_stops_with_the_best(qtbot, window, office, view):
    start(qtbot, view, office)
    part = view.page.run

    press(qtbot, view, part.pause)
    assert not part.pause.isEnabled() and part.pause.text() == "Pausing…"
    qtbot.waitUntil(part.go_on.isVisible)
    assert "It waits, saved" in seen(part)
    press(qtbot, view, part.go_on)
    qtbot.waitUntil(lambda: part.pause.isVisible() and part.pause.isEnabled())
    press(qtbot, view, part.stop)

    qtbot.waitUntil(view.page.verdict.sentence.isVisible)
    assert [name for name in office.names() if name.endswith(("_run", "go_on"))] == [
        "pause_run", "go_on", "stop_run",
    ]  # fmt: skip
    assert "Kept: the average of old and new." in seen(part)
    assert not window.actors.board.tasks


def test_a_run_that_has_learned_is_neither_paused_nor_stopped(qtbot, window, office, view):
    start(qtbot, view, office)
    for name in office.told:
        office.told[name] = news(STEPS, RunPhase.RUNNING, "prove")
    proving = office.told
    office.told = {}  # what the script tells from now on goes nowhere
    office.run_news = lambda name: office._job("run_news", lambda _: proving[name], name)

    qtbot.waitUntil(lambda: "Asking the held-out questions" in seen(view.page.run))

    shown = view.page.run
    assert not shown.pause.isVisible() and not shown.stop.isVisible()
    assert shown.cancel.isVisible()


def test_a_cancelled_run_can_be_resumed(qtbot, window, office, view):
    start(qtbot, view, office)
    assert [task.title for task in window.actors.board.tasks] == ["Teaching with Balanced"]
    press(qtbot, view, view.page.run.cancel)
    qtbot.waitUntil(view.page.run.resume.isVisible)
    qtbot.waitUntil(lambda: "Interrupted" in view.runs.list.item(0).text())

    office.holding = False
    press(qtbot, view, view.page.run.resume)

    qtbot.waitUntil(view.page.verdict.sentence.isVisible)
    assert calls(office, "resume_training") == [("run-1",)]
    assert office.done >= STEPS


def test_an_interrupted_run_is_not_taken_for_the_one_that_goes_on(qtbot, window, office, view):
    interrupted = run(
        "old", "2026-03-01T09:00:00", phase=RunPhase.INTERRUPTED, verdict=None, chosen=""
    )
    office.runs.append(interrupted)
    start(qtbot, view, office)
    shown = view.page.run
    assert shown.cancel.isVisible()

    view.runs.choose("old")
    qtbot.waitUntil(lambda: "It was interrupted, and can go on" in seen(shown))

    assert not shown.cancel.isVisible() and not shown.resume.isVisible()  # one at a time
    assert not shown.bar.isVisible()


def test_a_run_survives_the_window(qtbot, office, lanes, settings, window, view):
    start(qtbot, view, office)
    window.close()
    window.actors.training.coach.cancel()
    qtbot.waitUntil(lambda: office.runs[0].phase is RunPhase.INTERRUPTED)

    second = MainWindow(office, lanes, settings)
    qtbot.addWidget(second)
    second.show()
    second.activateWindow()
    qtbot.waitUntil(second.isActiveWindow)
    again = go(qtbot, second)
    again.runs.list.setCurrentRow(0)
    press(qtbot, again, again.page.run.resume)

    qtbot.waitUntil(again.page.run.pause.isVisible)
    assert calls(office, "resume_training") == [("run-1",)]


def test_a_run_that_goes_on_elsewhere_is_followed(qtbot, window, office):
    office.runs.append(run("other", "2026-03-14T09:26:53", phase=RunPhase.RUNNING, verdict=None))
    office.told["other"] = news(20)
    view = go(qtbot, window)

    qtbot.waitUntil(view.page.run.pause.isVisible)
    assert not view.page.run.cancel.isVisible()
    qtbot.waitUntil(lambda: "Step 20 of 60" in view.page.run.pace.text())


def test_a_failed_run_says_why_here_and_in_the_banner(qtbot, window, office, view):
    office.training_trouble = WrongUse("The disk is full.")
    press(qtbot, view, view.page.recipe.start)

    qtbot.waitUntil(lambda: "The disk is full." in seen(view.page.run))
    assert "The disk is full." in window.banner.words.text()


# ---------------------------------------------------------------- verdict


def test_the_verdict_is_one_sentence_of_the_figures(proven):
    part = proven.page.verdict

    assert part.sentence.text() == (
        "Better: of 214 held-out questions it answers 31 more at rank 1, loses 9."
    )
    assert part.why.text().startswith("The new model is better. On 214 held-out questions")
    assert "over all 4,004 passages of the library" in part.table.about.text()


def test_the_sentence_never_says_more_than_the_verdict():
    worse = proof(-0.05, won=3, lost=20)
    assert verdict_line(worse).startswith("Worse: of 214")
    assert verdict_line(proof(0.004)).startswith("Not surely better:")
    assert verdict_line(proof(0.041, 60, 4, 1)).startswith("Too few questions to tell: of 60")
    capped = replace(proof(), changes=proof().changes[:10])
    assert "answers 142 at rank 1, before it was 120." in verdict_line(capped)


def test_the_table_has_every_way_of_searching_and_every_figure(proven):
    table = proven.page.verdict.table
    names = [table.grid.item(row, 0).text() for row in range(table.grid.rowCount())]
    assert [name for name in names if name] == [
        "Words alone (BM25)", "Words and meaning", "Meaning, full size, 384",
        "Meaning, cut to 256", "Meaning, cut to 128", "Meaning, cut to 64",
    ]  # fmt: skip
    assert table.grid.item(3, 2).text() == "0.704" and table.grid.item(4, 2).text() == "0.745"
    assert "0.704, 0.673 to 0.735" in table.grid.item(3, 2).toolTip()

    table.group.setCurrentText("All figures")
    assert table.grid.columnCount() == 2 + 15
    table.copy.click()
    assert len(QGuiApplication.clipboard().text().splitlines()) == 12


def test_what_is_better_by_meaning_alone_is_not_called_unsure(qtbot, window, office):
    gained = verdict(0.05)
    forgot = decide(gained.dense, gained.fused, Change(0.8, 0.7, -0.12, -0.08, 60, 60))
    summary = run("one", "2026-03-14T09:26:53", verdict=forgot)
    view = show(qtbot, window, office, summary, replace(proof(0.05), verdict=forgot))
    assert view.page.verdict.sentence.text().startswith("Worse on the whole: of 214")
    assert "Worse on the whole" in view.runs.list.item(0).text()

    press(qtbot, view, view.page.verdict.adopt)

    asked = answer(qtbot, window, SureQuestion)
    assert "better by meaning alone, but worse" in seen(asked)


def test_full_size_is_all_that_the_models_vectors_have(qtbot, window, office):
    cut = run("one", "2026-03-14T09:26:53", width=768)
    view = show(qtbot, window, office, cut, proof())
    figures = view.page.verdict.table.grid

    names = [figures.item(row, 0).text() for row in range(figures.rowCount())]
    assert "Meaning, cut to 384" in names and not any("full" in name for name in names)
    curves = view.page.run.curves
    qtbot.waitUntil(lambda: curves.figure is not None and bool(curves.figure.curves))
    assert list(curves.figure.curves)[0] == "cut to 384"


def test_a_lost_question_shows_its_passage_and_a_won_one_opens_on_it(qtbot, window, proven, office):
    changes = proven.page.verdict.changes
    assert changes.won.text() == "Won (31)" and changes.lost.text() == "Lost (9)"
    press(qtbot, proven, changes.lost)
    assert changes.list.count() == 9 and "rank 1 →" in changes.list.item(0).text()
    assert not changes.open.isVisible() and "no document to open" in changes.passage.text()

    press(qtbot, proven, changes.won)
    changes.list.setFocus()
    QTest.keyClick(changes.list, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: window.views.currentIndex() == SEARCH)
    question, scope = calls(office, "search_words")[0]
    assert question == '"Each party shall indemnify and hold harmless the"'
    assert scope.document == "id-Lease 14 Harbour Street.pdf"
    qtbot.waitUntil(lambda: ("page_image", "id-Lease 14 Harbour Street.pdf", 3) in shown(office))
    assert any(call[0] == "passage_boxes" for call in office.asked)


def test_adopting_switches_and_rolling_back_takes_one_click(qtbot, window, office, proven):
    part = proven.page.verdict
    press(qtbot, proven, part.adopt)
    qtbot.waitUntil(part.switching.isVisible)
    assert calls(office, "adopt_run") == [("one", False)]
    assert not part.adopt.isVisible()

    office.adopted("one")
    qtbot.waitUntil(part.back.isVisible)
    assert "The new model is in use." in seen(part)
    assert "In use" in proven.runs.list.item(0).text()
    press(qtbot, proven, part.back)

    qtbot.waitUntil(lambda: len(calls(office, "go_back")) == 1)


def test_adopting_against_the_verdict_asks_and_is_recorded(qtbot, window, office):
    bad = run("bad", "2026-03-14T09:26:53", verdict=verdict(-0.05))
    view = show(qtbot, window, office, bad, proof(-0.05, won=3, lost=20))
    part = view.page.verdict
    press(qtbot, view, part.adopt)
    question = answer(qtbot, window, SureQuestion)
    assert "recorded" in question.text.text() and not calls(office, "adopt_run")

    qtbot.mouseClick(question.deed, LEFT)

    qtbot.waitUntil(lambda: calls(office, "adopt_run") == [("bad", True)])
    qtbot.waitUntil(lambda: "against the verdict" in seen(part))


def test_adopting_what_beat_a_model_that_is_not_in_use_asks(qtbot, window, office):
    stale = run("one", "2026-03-14T09:26:53", stale=True)
    view = show(qtbot, window, office, stale, proof())
    part = view.page.verdict
    caveat = f"Its figures compare it with “{stale.base}”, which is not in use."
    assert caveat in seen(part)
    assert f"Better than “{stale.base}”" in view.runs.list.item(0).text()
    assert (part.adopt.property("role"), part.keep.property("role")) == ("", "primary")
    press(qtbot, view, part.adopt)
    question = answer(qtbot, window, SureQuestion)
    assert question.text.text().startswith(caveat) and not calls(office, "adopt_run")
    assert "against the verdict" not in question.text.text()

    qtbot.mouseClick(question.deed, LEFT)

    qtbot.waitUntil(lambda: calls(office, "adopt_run") == [("one", True)])


def test_the_caveat_comes_and_goes_with_the_model_in_use(qtbot, window, office, proven):
    part = proven.page.verdict
    assert not part.caveat.isVisible() and part.adopt.property("role") == "primary"

    office.turn("one", stale=True)
    window.actors.training.book.look()

    qtbot.waitUntil(part.caveat.isVisible)
    assert part.keep.property("role") == "primary"


def test_keeping_the_old_one_changes_nothing(qtbot, office, proven):
    press(qtbot, proven, proven.page.verdict.keep)

    qtbot.waitUntil(lambda: "The old model stays in use." in seen(proven.page.verdict))
    assert calls(office, "keep_old") == [("one",)]
    assert not proven.page.verdict.keep.isVisible() and proven.page.verdict.adopt.isVisible()
    assert not calls(office, "adopt_run")


# ---------------------------------------------------------------- earlier runs


def test_nothing_of_what_was_erased_stays_in_the_verdict(qtbot, window, office, proven):
    office.proofs["one"] = replace(proof(), changes=())
    before = calls(office, "survey_training")

    window.actors.erasing.erased.emit()

    qtbot.waitUntil(lambda: "142 at rank 1" in seen(proven.page.verdict))
    assert "indemnify" not in seen(proven.page.verdict)
    proven.runs.new.click()  # whose pairs are counted anew
    qtbot.waitUntil(lambda: len(calls(office, "survey_training")) > len(before))


def test_after_a_run_the_pairs_are_counted_anew(qtbot, window, office, view):
    start(qtbot, view, office)
    office.holding = False
    qtbot.waitUntil(view.page.verdict.sentence.isVisible)
    qtbot.waitUntil(lambda: not window.actors.training.coach.busy)
    office.survey_findings = FEW  # what made the model in use is not held out again

    view.runs.new.click()

    qtbot.waitUntil(lambda: "12 questions held out for the verdict" in seen(view.page.pairs))


def test_two_runs_stand_side_by_side(qtbot, window, office, proven):
    other = replace(RECIPES[0], batch_size=16)
    office.runs.append(run("two", "2026-03-15T10:00:00", recipe=other, verdict=verdict(-0.05)))
    office.proofs["two"] = proof(-0.05, won=3, lost=20)
    window.actors.training.book.look()
    qtbot.waitUntil(lambda: proven.runs.list.count() == 2)

    items = [proven.runs.list.visualItemRect(proven.runs.list.item(row)) for row in (0, 1)]
    port = proven.runs.list.viewport()
    qtbot.mouseClick(port, LEFT, pos=items[0].center())
    qtbot.mouseClick(port, LEFT, CONTROL, items[1].center())

    qtbot.waitUntil(lambda: "it answers 3 more at rank 1" in seen(proven.compare))
    said = seen(proven.compare)
    assert "Better: of 214" in said and "Worse: of 214" in said
    assert "0.704 → 0.745  (+0.041)" in said and "Batch size" in said


def test_two_runs_side_by_side_follow_what_becomes_of_them(qtbot, window, office, proven):
    going = run("two", "2026-03-15T09:00:00", phase=RunPhase.PAUSED, verdict=None, chosen="")
    office.runs.append(going)
    proven.refresh()
    qtbot.waitUntil(lambda: proven.runs.list.count() == 2)
    proven.runs.list.selectAll()
    assert "Paused" in seen(proven.compare)

    office.proofs["two"] = proof()
    office.turn("two", phase=RunPhase.FINISHED, verdict=proof().verdict, chosen="best")
    proven.refresh()
    qtbot.waitUntil(lambda: seen(proven.compare).count("it answers 31 more") == 2)
    assert "Paused" not in seen(proven.compare)

    office.runs.pop()
    proven.refresh()
    qtbot.waitUntil(lambda: not proven.compare.isVisible())
    assert proven.page.shown == "one"


def test_a_run_is_deleted_only_when_asked(qtbot, window, office, proven):
    press(qtbot, proven, proven.page.delete)
    question = answer(qtbot, window, SureQuestion)
    assert "92.0 MB" in question.text.text()
    qtbot.mouseClick(question.deed, LEFT)

    qtbot.waitUntil(lambda: not proven.runs.list.count())
    assert calls(office, "delete_run") == [("one",)]
    assert proven.page.shown == ""


def test_it_is_taught_anew_without_a_matter(qtbot, window, office, proven):
    press(qtbot, proven, proven.page.without)
    question = answer(qtbot, window, WithoutQuestion)
    question.box.setCurrentIndex(1)
    qtbot.mouseClick(question.deed, LEFT)

    qtbot.waitUntil(lambda: proven.page.shown == "one-b")
    assert calls(office, "retrain_without") == [("one", HARBOUR)]


def test_a_run_whose_documents_were_removed_says_so(qtbot, window, office, proven):
    office.turn("one", removed=12)
    window.actors.training.book.look()
    qtbot.waitUntil(lambda: "12 pairs that it learned from were removed" in seen(proven.page))

    press(qtbot, proven, proven.page.again)

    qtbot.waitUntil(lambda: proven.page.shown == "one-b")
    assert calls(office, "retrain_without") == [("one", "")]


def test_it_follows_dark_and_large(qtbot, window, proven):
    qtbot.waitUntil(lambda: proven.page.run.curves.figure is not None)
    for look in (theme.Look("dark"), theme.Look("light", 200)):
        window.relook(look)
        qtbot.wait(50)
    plot = proven.page.run.curves.loss.canvas
    assert plot.backgroundBrush().color().name().upper() == theme.LIGHT.window
    assert plot.height() == theme.px(200)
    area = proven.area
    assert area.widget().width() <= area.viewport().width()


class Imports:
    """Notes which thread imports a module; finds none itself."""

    def __init__(self, name):
        self.name, self.threads = name, []

    def find_spec(self, name, path=None, target=None):
        if name == self.name:
            self.threads.append(threading.current_thread())


def test_the_curves_are_loaded_outside_of_the_windows_thread(qtbot, window, office, monkeypatch):
    """Importing pyqtgraph would hold it for most of a second."""
    imports = Imports("legaldesk.ui.training_plot")
    monkeypatch.delitem(sys.modules, imports.name, raising=False)
    monkeypatch.delattr(legaldesk.ui, "training_plot", raising=False)
    monkeypatch.setattr(sys, "meta_path", [imports, *sys.meta_path])

    view = go(qtbot, window)
    qtbot.waitUntil(lambda: view.page.run.curves.figure is not None)

    assert len(imports.threads) == 1
    assert imports.threads[0] is not threading.main_thread()


# ---------------------------------------------------------------- words and meaning


def test_the_balance_is_learned_used_and_given_up_again(qtbot, office, view):
    balance = view.page.balance
    assert "Both count the same now (meaning 50%, exact words 50%)" in seen(balance)
    assert not balance.usual.isVisible() and not balance.use.isVisible()

    press(qtbot, view, balance.learn)
    qtbot.waitUntil(balance.use.isVisible)
    said = seen(balance)
    assert "The learned balance is better. On 120 questions" in said
    assert "The labels speak for this: meaning 33%, exact words 67%." in said
    assert calls(office, "use_balance") == []

    press(qtbot, view, balance.use)
    qtbot.waitUntil(balance.usual.isVisible)
    assert "Learned from what was marked: meaning 33%, exact words 67%." in seen(balance)
    assert not balance.use.isVisible()

    press(qtbot, view, balance.usual)
    qtbot.waitUntil(lambda: not balance.usual.isVisible())
    assert calls(office, "use_balance") == [(0.5, 3), (1.0, 0)]


def test_what_goes_wrong_with_the_balance_is_said_beside_it(qtbot, office, view, monkeypatch):
    sentence = "There is nothing to learn from yet. Mark passages as relevant first."

    def refuse(_):
        raise WrongUse(sentence)

    monkeypatch.setattr(office, "learn_balance", lambda: office._job("learn_balance", refuse))
    press(qtbot, view, view.page.balance.learn)

    qtbot.waitUntil(lambda: sentence in seen(view.page.balance))
    assert view.page.balance.learn.isVisible()


def test_a_balance_that_cannot_be_used_leaves_what_is_learned_alone(qtbot, window, office, view):
    held, learn = threading.Event(), office.learn_balance
    balancer = window.actors.training.balancer

    def slow():
        return office._job("learn", lambda report: held.wait() and learn()._work(report))

    def refuse(_):
        raise WrongUse("The model changed meanwhile.")

    office.learn_balance = slow
    office.use_balance = lambda *_: office._job("use_balance", refuse)
    balancer.learn()

    balancer.use(1.0)

    qtbot.waitUntil(lambda: "changed meanwhile" in balancer.trouble)
    assert balancer.busy
    held.set()
    qtbot.waitUntil(lambda: balancer.found is not None)


def test_a_run_shows_no_balance(proven):
    assert not proven.page.balance.isVisible()
