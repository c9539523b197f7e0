"""Scenes of the Training view, on the tests' invented office: a real run takes minutes."""

from __future__ import annotations

from collections.abc import Iterator

from screenshot_stage import Stage, Wait, a_moment


def training(stage: Stage) -> Iterator[Wait]:
    """From no pairs to a verdict, adopted; then in dark and large."""
    from fake_training import FINDINGS, NO_FINDINGS, RECIPES, proof, run, verdict

    from legaldesk.ui.views import TRAINING

    office, window = stage.office, stage.window
    counts, office.pair_counts = office.pair_counts, {}
    office.survey_findings = NO_FINDINGS
    stage.look("light")
    yield stage.read()
    window.show_view(TRAINING)
    view, book = window.views.view(TRAINING), window.actors.training.book
    yield "the pairs", lambda: book.survey is not None and not book.surveying
    yield "the curves", lambda: view.page.run.curves.figure is not None
    yield from shot(stage, "01-no-pairs")
    office.pair_counts, office.survey_findings = counts, FINDINGS
    office.may_train.add("Acme v. Byte")
    office.runs[:] = [
        run("old", "2026-03-10T16:02:11", recipe=RECIPES[0], verdict=verdict(0.004)),
        run("older", "2026-03-02T11:40:00", recipe=RECIPES[2], verdict=verdict(-0.05)),
    ]
    office.proofs.update(old=proof(0.004, won=14, lost=11), older=proof(-0.05, won=3, lost=20))
    book.look()
    view.page.pairs.look()
    yield "the pairs", lambda: not book.surveying
    yield from shot(stage, "02-pairs")
    yield from shot(stage, "03-recipe", view.page.recipe.note)
    view.page.recipe.published.click()
    yield from shot(stage, "04-published", view.page.recipe.advanced)
    view.page.recipe.published.click()
    view.page.recipe.advanced.click()
    yield from shot(stage, "05-advanced", view.page.recipe.form.editors["scale"])
    view.page.recipe.advanced.click()
    view.page.recipe.start.click()
    yield "the run", view.page.run.pause.isVisible
    office.done = 43
    yield "news", lambda: "after step 40" in view.page.run.curves.best.text()
    yield from shot(stage, "06-running", view.page.run.curves)
    view.page.run.pause.click()
    yield "the pause", view.page.run.go_on.isVisible
    for name, scheme, scale in (("07-dark", "dark", 100), ("08-large", "light", 200)):
        stage.look(scheme, scale)
        yield from shot(stage, f"{name}-paused", view.page.run.curves)
    stage.look("light")
    office.holding = False
    view.page.run.go_on.click()
    yield "the verdict", view.page.verdict.sentence.isVisible
    part = view.page.verdict
    yield from shot(stage, "09-verdict", part, top=True)
    yield from shot(stage, "10-won", part.changes.open)
    for name, scheme, scale in (("11-dark", "dark", 100), ("12-large", "light", 200)):
        stage.look(scheme, scale)
        yield from shot(stage, f"{name}-verdict", part, top=True)
        yield from shot(stage, f"{name}-won", part.changes.open)
    stage.look("dark")
    view.runs.new.click()
    yield from shot(stage, "13-dark-pairs")
    stage.look("light", 200)
    yield from shot(stage, "14-large-pairs")
    yield from shot(stage, "14-large-recipe", view.page.recipe.start)
    stage.look("light")
    view.runs.list.setCurrentRow(0)
    yield a_moment()
    part.adopt.click()
    yield "the preparation", part.switching.isVisible
    office.advance(1600)
    window.actors.models.book.look()
    yield a_moment(30)
    yield from shot(stage, "15-switching", part, top=True)
    office.adopted(view.page.shown)
    yield "the switch", part.back.isVisible
    yield from shot(stage, "16-in-use", part, top=True)
    view.runs.list.item(1).setSelected(True)
    yield from shot(stage, "17-compared")
    view.runs.choose("older")
    yield "the verdict", part.sentence.isVisible
    part.adopt.click()
    yield "the question", lambda: stage.app.activeModalWidget() is not None
    yield a_moment()
    stage.snap("18-against", stage.app.activeModalWidget())
    stage.app.activeModalWidget().done(0)
    yield a_moment()


def shot(stage: Stage, name: str, shown: object = None, top: bool = False) -> Iterator[Wait]:
    """A picture, scrolled to a part of the page: its end, or its top."""
    area = stage.window.views.currentWidget().area
    yield a_moment()
    if shown is None:
        area.verticalScrollBar().setValue(0)
    elif top:
        from PySide6.QtCore import QPoint

        at = shown.mapTo(area.widget(), QPoint(0, 0)).y()
        area.verticalScrollBar().setValue(at - 16)
    else:
        area.ensureWidgetVisible(shown)
    yield a_moment()
    stage.snap(name)
