"""The loop in the real window: mark passages, teach the model, read the proof, adopt, go back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytest import approx

from legaldesk import RESOURCES
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.profile import make_private_folder
from legaldesk.tasks import importing, labels, matters, searching
from legaldesk.ui.model_questions import SureQuestion
from legaldesk.ui.views import TRAINING
from tests.known_precision import know_precision
from tests.test_window import ask, start, wait_for_model

__all__ = ["start"]

LAW = RESOURCES / "samples" / "us-federal-arbitration-act.pdf"
PATIENCE = 180_000
QUESTIONS = [
    "When may a court vacate an award?",
    "What is maritime commerce?",
    "Who may petition to compel arbitration?",
    "How are arbitrators appointed?",
    "Can witnesses be summoned?",
    "When is an award confirmed?",
    "May an award be modified or corrected?",
    "How is notice of a motion served?",
    "Which orders can be appealed?",
    "When does the convention apply?",
]


def test_ten_marks_make_a_model_that_is_adopted_and_left_again(qtbot, start, library, tiny_model):
    fill(library, tiny_model)
    with start(qtbot) as (window, desk):
        wait_for_model(qtbot, window)
        for question in QUESTIONS:
            mark_the_first(qtbot, window, question)
        labels.let_train(desk, "Case", True)
        before = [(name, approx(score, abs=1e-4)) for name, score in answers(desk)]

        view = teach(qtbot, window)
        verdict = view.page.verdict
        assert view.page.run.curves.loss is not None
        assert verdict.table.grid.rowCount() > 3
        assert answers(desk) == before

        push(qtbot, view, verdict.adopt)
        qtbot.waitUntil(lambda: bool(window.findChildren(SureQuestion)), timeout=PATIENCE)
        qtbot.mouseClick(window.findChildren(SureQuestion)[0].deed, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(verdict.back.isVisible, timeout=PATIENCE)
        assert answers(desk) != before

        push(qtbot, view, verdict.back)
        qtbot.waitUntil(lambda: not verdict.back.isVisible(), timeout=PATIENCE)
        assert answers(desk) == before


def fill(library, model):
    """A matter with a law in it, read with a model that learns in seconds."""
    know_precision(make_private_folder(library), model)
    desk = LocalDesk(library, model)
    matters.create_matter(desk, "Case")
    importing.import_files(desk, (str(LAW),), "Case", {})
    importing.await_meaning(desk)
    desk.close()


def mark_the_first(qtbot, window, question):
    ask(qtbot, window, question)
    QTest.keyClick(window.search.results, Qt.Key.Key_1)
    qtbot.waitUntil(lambda: window.actors.labels.marks.settled, timeout=PATIENCE)


def teach(qtbot, window):
    """Start the recipe that fits, by the button, and wait for its verdict."""
    QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + TRAINING), Qt.KeyboardModifier.ControlModifier)
    view = window.views.view(TRAINING)
    book = window.actors.training.book
    qtbot.waitUntil(lambda: book.read and not book.surveying, timeout=PATIENCE)
    push(qtbot, view, view.page.recipe.start)
    qtbot.waitUntil(view.page.verdict.sentence.isVisible, timeout=PATIENCE)
    return view


def push(qtbot, view, button):
    """Click a button once it is in sight."""
    qtbot.waitUntil(lambda: button.isVisible() and button.isEnabled(), timeout=PATIENCE)
    view.area.ensureWidgetVisible(button)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def answers(desk):
    """Passages and scores; the export, when it is there, differs from torch in the sixth place."""
    found = searching.search_by(desk, QUESTIONS[0], Scope(), 10, ("meaning",))
    return [(hit.passage_id, hit.score) for hit in found.hits]
