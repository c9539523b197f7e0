"""A library's own labels teach how much meaning counts: with a model of noise, less."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from legaldesk.core.balance import USUAL
from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import Mode
from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.core.metrics import NDCG
from legaldesk.core.pairs import Lineage
from legaldesk.core.training import TEST
from legaldesk.core.verdict import Decision
from legaldesk.engine.reader import Reader
from legaldesk.tasks import (
    balancing,
    evaluating,
    importing,
    labels,
    lessons,
    models,
    searching,
    training,
)
from legaldesk.tasks.searching import meaning_factor
from tests import pdf_factory as pdf
from tests.known_precision import know_precision
from tests.tiny_models import e5_like
from tests.training_runs import finish, make_run

THINGS = ("rent", "deposit", "roof", "garden", "cellar")
DEEDS = ("pays", "guards", "returns", "inspects", "insures")
TIMES = ("monthly", "yearly", "daily", "never")
FILLING = (
    "party contract term clause notice place right duty house paper owner office letter court "
    "order claim record value part form reason person money state line number case side"
).split()


def fill(desk, drop):
    draw = random.Random(5)
    asked = [(deed, thing, time) for deed in DEEDS for thing in THINGS for time in TIMES]
    pages = [
        [
            f"Article {number}. {' '.join(draw.choices(FILLING, k=8))}.",
            f"He {deed} the {thing} {time}: {' '.join(draw.choices(FILLING, k=10))}.",
            *(" ".join(draw.choices(FILLING, k=12)) + "." for _ in range(6)),
        ]
        for number, (deed, thing, time) in enumerate(asked, 1)
    ]
    importing.import_files(desk, (drop("lease.pdf", pdf.text_pdf(*pages)),), "Case", {})
    importing.await_meaning(desk)
    for deed, thing, time in asked:
        question = f"Who {deed} the {thing} {time}?"
        hits = searching.search_words(desk, question, Scope(), 5).hits
        right = next(hit for hit in hits if f"{deed} the {thing} {time}" in hit.body)
        labels.label_hit(desk, question, right.document_id, right.spans, Verdict.RELEVANT)


@pytest.fixture
def labelled(filled):
    """A clause on a page of its own for each question, all of whose words stand in it alone."""
    return filled(fill)


def fused(desk) -> float:
    (row,) = evaluating.evaluate_labels(desk, "", (Mode.FUSED,)).rows
    return row.figures[NDCG].value


def test_a_model_of_noise_is_told_to_count_less(labelled, library):
    before = fused(labelled)
    found = balancing.learn_balance(labelled)

    assert found.decision is Decision.ADOPT, found.sentence
    assert found.learned < USUAL == found.used
    assert found.change.before == pytest.approx(before)
    assert found.change.questions == len(THINGS) * len(DEEDS) * len(TIMES)
    assert fused(labelled) == before  # learning changes nothing

    balancing.use_balance(labelled, found.learned)
    after = fused(labelled)
    assert after > before + 0.02
    again = balancing.learn_balance(labelled)
    assert (again.used, again.decision) == (found.learned, Decision.KEEP)

    with Reader(library) as reader:  # it is kept in the library
        assert meaning_factor(reader, reader.live()) == found.learned


def test_a_balance_belongs_to_its_model(labelled, tmp_path):
    balancing.use_balance(labelled, 0.25)
    own = fused(labelled)

    other = e5_like(tmp_path / "other", seed=3)
    know_precision(labelled.library, other)
    models.use_model(labelled, str(other))
    models.await_switch(labelled)
    assert balancing.balance_in_use(labelled) == USUAL

    models.go_back(labelled)
    models.await_switch(labelled)
    assert balancing.balance_in_use(labelled) == 0.25
    assert fused(labelled) == own
    balancing.use_balance(labelled, USUAL)
    assert fused(labelled) < own


@pytest.fixture
def going_back(labelled, tmp_path):
    """What goes back to the first model as soon as one question was asked; and the library."""
    switch(labelled, tmp_path)
    gone = []

    def report(progress):
        if progress.stage == "asking" and not gone:
            gone.append(models.go_back(labelled))

    return labelled, report


def switch(desk, tmp_path):
    other = e5_like(tmp_path / "other", seed=3)
    know_precision(desk.library, other)
    models.use_model(desk, str(other))
    models.await_switch(desk)


def test_nothing_is_learned_where_the_model_changes_meanwhile(going_back):
    desk, report = going_back

    with pytest.raises(WrongUse, match="The model changed meanwhile. Measure again."):
        balancing.learn_balance(desk, report=report)

    assert balancing.learn_balance(desk).generation == desk.meaning.generation.id


@pytest.mark.parametrize("mode", [Mode.LEXICAL, Mode.DENSE, Mode.FUSED])
def test_nothing_is_measured_where_the_model_changes_meanwhile(going_back, mode):
    desk, report = going_back

    with pytest.raises(WrongUse, match="The model changed meanwhile. Measure again."):
        evaluating.evaluate_labels(desk, "", (mode,), report=report)

    assert evaluating.evaluate_labels(desk, "", (mode,)).rows


def test_a_balance_is_used_for_the_model_that_it_was_learned_for(labelled, tmp_path):
    learned_for = labelled.meaning.generation.id
    switch(labelled, tmp_path)

    with pytest.raises(WrongUse, match="The model changed meanwhile. Measure again."):
        balancing.use_balance(labelled, 0.25, learned_for)
    assert balancing.balance_in_use(labelled) == USUAL

    models.go_back(labelled)
    assert balancing.use_balance(labelled, 0.25, learned_for) == 0.25


def test_a_document_that_comes_meanwhile_is_no_right_answer(labelled, drop):
    questions = len(THINGS) * len(DEEDS) * len(TIMES)
    pages = [[f"He {deed} the {thing} {time}."] for deed in DEEDS for thing in THINGS
             for time in TIMES]  # fmt: skip
    later = drop("later.pdf", pdf.text_pdf(*pages))
    names = lessons.qrels(labelled).searched.names.keys()
    added = []

    def report(progress):
        if progress.stage == "asking" and not added:
            added.append(importing.import_files(labelled, (later,), "Case", {}))

    table = evaluating.evaluate_labels(labelled, "", (Mode.LEXICAL,), report=report)

    assert table.questions == questions and added
    assert lessons.qrels(labelled).searched.names.keys() > names
    added.clear()
    later = drop("latest.pdf", pdf.text_pdf(*reversed(pages)))
    assert balancing.learn_balance(labelled, report=report).change.questions == questions


def test_what_made_the_model_in_use_is_not_what_it_is_measured_on(labelled, tmp_path):
    labels.let_train(labelled, "Case", True)
    pairs = lessons.training_pairs(labelled)
    run = make_run(labelled.runs.path, labelled.meaning.folder.path, pairs=pairs)
    finish(run, e5_like(tmp_path / "tuned", seed=3))
    training.adopt_run(labelled, "run")
    models.await_switch(labelled)
    held = {line.pair.question for line in run.pairs(TEST)}

    table = evaluating.evaluate_labels(labelled, "", (Mode.FUSED,))
    assert table.questions == len(held) == 20
    assert table.note == "80 questions that made the model in use are left out."
    found = balancing.learn_balance(labelled)
    assert found.change.questions == 20 and table.note in found.sentence

    asked = lessons.qrels(labelled, made_from=Lineage(pairs[1:])).asked
    assert [each.text for each in asked] == [pairs[0].question]
    reworded = [replace(pair, question=f"Please: {pair.question}") for pair in pairs]
    taught = lessons.qrels(labelled, made_from=Lineage(tuple(reworded)))
    with pytest.raises(WrongUse, match="100 questions that made .* other questions first"):
        taught.answered("measure with")


def test_without_labels_there_is_nothing_to_learn(desk):
    with pytest.raises(WrongUse, match="Mark passages"):
        balancing.learn_balance(desk)


def test_only_known_factors_are_used(desk):
    with pytest.raises(WrongUse, match="17 is no balance"):
        balancing.use_balance(desk, 17.0)
    assert balancing.balance_in_use(desk) == USUAL
