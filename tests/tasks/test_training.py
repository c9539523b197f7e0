"""From labels to a model that answers: survey, train, prove, adopt, go back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from legaldesk.core.errors import Cancelled, LegalDeskError, ModelProblem, NoRoom, WrongUse
from legaldesk.core.evaluation import Mode
from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.core.models import Prompts
from legaldesk.core.runs import RunPhase
from legaldesk.core.training import TEST, TRAIN, VALIDATION
from legaldesk.core.verdict import Decision
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.run_folder import RunState
from legaldesk.tasks import (
    documents,
    evaluating,
    importing,
    labels,
    matters,
    models,
    removing,
    searching,
    training,
)
from tests import pdf_factory as pdf
from tests.tiny_models import e5_like
from tests.training_runs import TINY, finish, made_up_pairs, make_run

QUESTION = "Who pays the rent?"


@pytest.fixture
def pairs_file(tmp_path):
    """Thirty pairs of a firm that has no documents for them."""
    return write_pairs(tmp_path / "pairs.jsonl", 30)


def write_pairs(file, count):
    lines = [{"anchor": pair.question, "positive": pair.passage} for pair in made_up_pairs(count)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(file)


def answers(desk):
    found = searching.search_by(desk, QUESTION, Scope(), 10, ("meaning",))
    return [(hit.passage_id, hit.score) for hit in found.hits]


def label(desk, drop):
    """A matter of ten contracts, with an answer marked in each."""
    for number in range(10):
        page = f"The {number}th tenant pays the rent of house {number} on day {number}."
        importing.import_files(desk, (drop(f"{number}.pdf", pdf.text_pdf(page)),), "Case", {})
    importing.await_meaning(desk)
    for number in range(10):
        question = f"When does the {number}th tenant pay the rent of house {number}?"
        hit = searching.search(desk, question, Scope("Case"), 1).hits[0]
        labels.label_hit(desk, question, hit.document_id, hit.spans, Verdict.RELEVANT)


def test_labels_make_a_model_after_a_cancel_that_can_be_taken_and_left(desk, drop):
    label(desk, drop)
    before = [(name, pytest.approx(score, abs=1e-4)) for name, score in answers(desk)]
    with pytest.raises(WrongUse):  # nobody said that these may train
        training.train(desk, TINY, ("Case",))
    labels.let_train(desk, "Case", True)

    modes = tuple(mode for mode in Mode if mode is not Mode.RERANKED)
    table = evaluating.evaluate_labels(desk, "Case", modes, (64, 16))
    assert (table.questions, table.corpus) == (10, 10)
    assert {(row.mode, row.dimension) for row in table.rows} == {
        (Mode.DENSE, 64), (Mode.DENSE, 16), (Mode.LEXICAL, 0), (Mode.FUSED, 64), (Mode.FUSED, 16),
    }  # fmt: skip
    survey = training.survey_training(desk)
    listed = cancelled(desk, lambda report: training.train(desk, TINY, report=report), steps=2)
    summary = training.resume_training(desk, listed.id)

    assert survey.findings.pairs == 10
    assert [(each.matter, each.pairs, each.may_train) for each in survey.matters] == [
        ("Case", 10, True)
    ]
    assert (summary.id, summary.phase) == (listed.id, RunPhase.FINISHED)
    assert (summary.matters, summary.pairs) == (("Case",), 10)
    assert summary.verdict.decision is Decision.CANNOT_TELL
    assert answers(desk) == before  # nothing is taken into use by itself

    with pytest.raises(WrongUse, match="overrule"):
        training.adopt_run(desk, summary.id)
    training.adopt_run(desk, summary.id, overrule=True)
    models.await_switch(desk)
    assert answers(desk) != before
    [listed] = training.list_runs(desk)
    assert (listed.live, listed.overruled, listed.model) == (True, True, f"tuned-{summary.id}")

    models.go_back(desk)
    assert answers(desk) == before
    with pytest.raises(WrongUse, match="Nothing is left"):
        training.retrain_without(desk, summary.id, "Case")
    what_is_removed_is_gone_from_the_run(desk, summary.id)


def what_is_removed_is_gone_from_the_run(desk, run):
    """The seventh house is named in its document, its question and its passage."""
    folder = desk.library / "runs" / run

    def with_it():
        files = [file for file in folder.rglob("*") if file.is_file()]
        return [file.name for file in files if b"house 7" in file.read_bytes()]

    assert {"pairs.jsonl", "pool.jsonl"} <= set(with_it())
    document = desk.reader.find("7.pdf")
    taught = removing.dependents(desk, (document.id,))
    assert (taught.runs, taught.models) == (1, (f"tuned-{run}",))

    removing.remove_documents(desk, (document.id,))

    assert with_it() == []
    assert document.id.encode() not in (folder / "manifest.json").read_bytes()
    assert b"house 6" in (folder / "pairs.jsonl").read_bytes()
    [listed] = training.list_runs(desk)
    assert (listed.phase, listed.removed) == (RunPhase.FINISHED, 1)
    again = cancelled(desk, lambda report: training.retrain_without(desk, run, report=report))
    assert (again.pairs, again.removed) == (9, 0)
    training.delete_run(desk, run)
    assert [each.id for each in training.list_runs(desk)] == [again.id]
    assert f"tuned-{run}" not in {model.name for model in desk.shelf.installed()}


def test_a_file_of_pairs_trains_without_documents_and_a_run_is_made_again(desk, pairs_file):
    matters.create_matter(desk, "Firm")
    recipe = replace(TINY, dimensions=(64, 32, 16), epochs=4)
    listed = cancelled(
        desk,
        lambda report: training.train(desk, recipe, (), pairs_file, "firm", report=report),
    )

    summary = training.retrain_without(desk, listed.id)

    assert (summary.pairs, summary.phase) == (listed.pairs, RunPhase.FINISHED)
    found = training.proof(desk, summary.id)
    assert summary.matters == ("Firm",)
    assert found.passages == 30
    assert 0 < found.questions < 30
    assert [row.mode.value for row in found.after] == ["bm25", "fused", "dense", "dense", "dense"]
    assert [row.dimension for row in found.after] == [0, 64, 64, 32, 16]
    assert found.before[0].figures == found.after[0].figures  # words do not learn
    assert len(found.general) == 2
    model = read_model_folder(desk.runs.folder(summary.id).model)
    assert model.prompts == desk.meaning.folder.prompts
    news = training.run_news(desk, summary.id)
    assert {score.dimension for score in news.evaluations[-1].scores} == {64, 32, 16}
    assert {candidate.name for candidate in news.candidates} >= {"average"}
    assert sum(candidate.chosen for candidate in news.candidates) == 1
    decide_both_ways(desk, summary)
    for spelt in ("Firm", "FIRM"):
        with pytest.raises(WrongUse, match="Nothing is left"):
            training.retrain_without(desk, summary.id, spelt)
    with pytest.raises(WrongUse, match="no matter"):
        training.retrain_without(desk, summary.id, "Frim")


def test_a_run_that_is_made_again_keeps_what_was_changed_in_its_recipe(desk, pairs_file):
    [quick] = [each for each in training.presets() if each.name == "quick"]
    changed = replace(quick, title="Ours", epochs=3, dimensions=(32,))
    run = cancelled(
        desk, lambda report: training.train(desk, changed, (), pairs_file, report=report)
    )

    again = cancelled(desk, lambda report: training.retrain_without(desk, run.id, report=report))

    assert replace(again.recipe, reference_width=quick.reference_width) == run.recipe
    assert (run.width, run.recipe.dimensions) == (64, (32,))


def cancelled(desk, begin, steps=0):
    """The new run that was cancelled after so many steps; the live model is as it was."""
    before = {run.id for run in training.list_runs(desk)}

    def cancel(progress):
        if progress.done >= steps and progress.message != "prepare":
            raise Cancelled

    live = desk.meaning.folder
    with pytest.raises(Cancelled):
        begin(cancel)
    [listed] = [run for run in training.list_runs(desk) if run.id not in before]
    assert listed.phase is RunPhase.INTERRUPTED
    assert read_model_folder(live.path, live.prompts).identity == live.identity
    return listed


def decide_both_ways(desk, summary):
    """What is decided is recorded; a run goes with its model, but not while that answers."""
    training.keep_old(desk, summary.id)
    assert training.list_runs(desk)[0].kept
    training.adopt_run(desk, summary.id, overrule=True)
    models.await_switch(desk)
    listed = training.list_runs(desk)[0]
    assert (listed.id, listed.kept, listed.live) == (summary.id, False, True)
    with pytest.raises(WrongUse, match="was adopted"):
        training.keep_old(desk, summary.id)

    with pytest.raises(WrongUse, match="in use"):
        training.delete_run(desk, summary.id)

    assert desk.meaning.encode_query("rent") is not None
    assert training.proof(desk, summary.id) is not None


def measurable(desk, canary, model):
    """A run that is trained, but not measured, with the canary in every text of a matter."""
    matters.create_matter(desk, "Miller")
    pairs = [
        replace(pair, question=f"{pair.question} {canary}", passage=f"{pair.passage} {canary}")
        for pair in made_up_pairs(40)
    ]
    kept = [replace(pair, matter="Other", document="") for pair in made_up_pairs(90)[40:]]
    folder = make_run(desk.runs.path, desk.meaning.folder.path, pairs=[*pairs, *kept])
    shutil.copytree(model, folder.model)
    folder.set_state(RunState(over="finished"))
    return folder


def test_what_is_removed_while_a_run_is_measured_is_not_in_its_proof(desk, tmp_path):
    canary = "Zwicklhuberkanarie"
    run = measurable(desk, canary, e5_like(tmp_path / "other", seed=7)).path.name

    def remove(progress):
        if progress.message == "candidate" and matters.list_matters(desk):
            removing.remove_matter(desk, "Miller")

    summary = training.resume_training(desk, run, report=remove)

    assert summary.phase is RunPhase.FINISHED
    files = [file for file in desk.library.rglob("*") if file.is_file()]
    assert [file.name for file in files if canary.encode() in file.read_bytes()] == []
    assert training.proof(desk, run).changes  # of the other matter


def test_what_a_run_leaves_out_is_not_counted_for_its_parts(desk, tmp_path):
    file = tmp_path / "pairs.jsonl"
    write_pairs(file, 40)
    file.write_text(file.read_text() * 2)

    found = training.survey_training(desk, pairs_file=str(file)).findings
    run = cancelled(desk, lambda report: training.train(desk, TINY, (), str(file), report=report))

    made = desk.runs.folder(run.id)
    assert (found.pairs, found.duplicates, run.pairs) == (80, 40, 40)
    assert [found.train_pairs, found.validation_questions, found.test_questions] == [
        len(made.pairs(part)) for part in (TRAIN, VALIDATION, TEST)
    ]
    clash = {"anchor": "When?", "positive": "Soon.", "negative": "soon."}
    file.write_text(json.dumps(clash))
    found = training.survey_training(desk, pairs_file=str(file)).findings
    assert (found.pairs, found.train_pairs) == (1, 0)


def test_a_files_pairs_go_with_their_matter_however_that_was_spelt(desk, pairs_file):
    matters.create_matter(desk, "Miller & Sons")
    with pytest.raises(WrongUse, match="no matter"):
        training.train(desk, TINY, (), pairs_file, "Miler & Sons")
    run = cancelled(
        desk, lambda report: training.train(desk, TINY, (), pairs_file, "miller & sons", report)
    )

    removing.remove_matter(desk, "Miller & Sons")

    assert run.matters == ("Miller & Sons",)
    files = [file for file in desk.library.rglob("*") if file.is_file()]
    assert [file.name for file in files if b"article" in file.read_bytes()] == []


def test_what_is_removed_while_a_run_is_made_is_not_in_it(desk, pairs_file, monkeypatch):
    matters.create_matter(desk, "Miller")
    looked_for = training.passages_near

    def remove(*arguments):
        removing.remove_matter(desk, "Miller")
        return looked_for(*arguments)

    monkeypatch.setattr(training, "passages_near", remove)
    with pytest.raises(ModelProblem, match="no pair left"):
        training.train(desk, TINY, (), pairs_file, "Miller")

    [made] = training.list_runs(desk)
    assert (made.matters, made.removed) == ((), 30)
    files = [file for file in desk.library.rglob("*") if file.is_file()]
    assert [file.name for file in files if b"article" in file.read_bytes()] == []


def test_a_verdict_about_a_model_that_is_not_in_use_does_not_adopt(desk, tmp_path):
    base = desk.meaning.folder.path
    for seed, name in enumerate(("first", "second")):
        finish(make_run(desk.runs.path, base, name=name), e5_like(tmp_path / name, seed=seed))
    second, first = training.list_runs(desk)
    assert (first.base, first.advised, second.advised) == ("tiny", True, True)  # not by its name

    adopt(desk, "first")
    second, first = training.list_runs(desk)
    assert (first.live, first.stale, second.stale, second.advised) == (True, False, True, False)
    adopt(desk, "first")  # is no news
    caveat = "Its figures compare it with “tiny”, which is not in use."
    with pytest.raises(WrongUse, match=f"^{caveat} To use the new model all the same, overrule."):
        training.adopt_run(desk, "second")

    models.go_back(desk)
    adopt(desk, "first")
    adopt(desk, "second", overrule=True)
    second, first = training.list_runs(desk)
    assert (second.live, second.stale, second.overruled) == (True, False, False)
    assert (first.live, first.stale, first.better, first.advised) == (False, True, True, False)


def test_a_switch_that_was_stopped_leaves_the_old_model_to_be_kept(desk, drop, tmp_path):
    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf("The rent.")),), "Case", {})
    importing.await_meaning(desk)
    finish(make_run(desk.runs.path, desk.meaning.folder.path), e5_like(tmp_path / "new", seed=2))
    training.adopt_run(desk, "run")
    with pytest.raises(WrongUse, match="was adopted"):  # it is being prepared
        training.keep_old(desk, "run")
    models.stop_switch(desk)

    training.keep_old(desk, "run")

    [listed] = training.list_runs(desk)
    assert (listed.kept, listed.live, listed.model) == (True, False, "tuned-run")
    adopt(desk, "run")
    [listed] = training.list_runs(desk)
    assert (listed.kept, listed.live) == (False, True)


def test_a_model_that_was_installed_before_a_full_disk_is_adopted_at_the_second_try(
    desk, tmp_path, monkeypatch
):
    finish(make_run(desk.runs.path, desk.meaning.folder.path), e5_like(tmp_path / "one", seed=1))

    def fail(*_):
        raise NoRoom("The disk is full.")

    monkeypatch.setattr(desk.runs, "adopt", fail)
    with pytest.raises(NoRoom):
        training.adopt_run(desk, "run")
    monkeypatch.undo()
    adopt(desk, "run")

    [listed] = training.list_runs(desk)
    assert (listed.live, listed.model) == (True, "tuned-run")


def test_a_run_finds_its_base_where_that_lies_now(desk, tmp_path):
    base = e5_like(tmp_path / "base", seed=1)
    models.add_model(desk, str(base), "first")
    folder = make_run(desk.runs.path, desk.shelf.path("first"))
    shutil.copytree(e5_like(tmp_path / "one", seed=2), folder.model)
    folder.set_state(RunState(over="finished"))
    models.remove_model(desk, "first")
    with pytest.raises(ModelProblem, match="“tiny”, from which this run starts, is gone"):
        training.resume_training(desk, "run")

    models.add_model(desk, str(base), "second")
    assert training.resume_training(desk, "run").phase is RunPhase.FINISHED


def test_the_base_of_a_run_under_way_is_not_removed(desk, tmp_path):
    models.add_model(desk, str(e5_like(tmp_path / "base", seed=1)), "tiny")
    folder = make_run(desk.runs.path, desk.shelf.path("tiny"))
    shutil.copytree(desk.meaning.folder.path, folder.model)
    folder.set_state(RunState(over="finished"))
    tried = []

    def remove(progress):
        if not tried:
            tried.append("")
            with pytest.raises(WrongUse, match="A training run starts from “tiny”"):
                models.remove_model(desk, "tiny")

    training.resume_training(desk, "run", report=remove)

    assert tried
    models.remove_model(desk, "tiny")


def test_a_bad_verdict_about_a_model_that_is_not_in_use_says_both(desk, tmp_path):
    base, model = e5_like(tmp_path / "base", seed=1), e5_like(tmp_path / "new", seed=2)
    finish(make_run(desk.runs.path, base), model, gain=-0.1)

    with pytest.raises(WrongUse, match="the new one is worse.*compare it with “tiny”"):
        training.adopt_run(desk, "run")
    adopt(desk, "run", overrule=True)

    assert training.list_runs(desk)[0].overruled


def test_what_made_the_model_in_use_is_not_held_out_again(desk, tmp_path):
    base = desk.meaning.folder.path
    first = make_run(desk.runs.path, base, pairs=made_up_pairs(40), name="first")
    finish(first, e5_like(tmp_path / "first", seed=1))
    second = made_with(desk, write_pairs(tmp_path / "other.jsonl", 80), seed=1)
    assert held_out(second) & made_from(first)  # as long as the bundled model answers

    adopt(desk, "first")
    file = write_pairs(tmp_path / "more.jsonl", 80)
    second = made_with(desk, file, seed=2)
    assert held_out(second) and not held_out(second) & made_from(first)
    assert "tuned before" in second.config().split_note
    survey = training.survey_training(desk, pairs_file=file)
    assert "tuned before" in survey.findings.note

    finish(second, e5_like(tmp_path / "second", seed=2))
    adopt(desk, second.path.name)
    third = made_with(desk, write_pairs(tmp_path / "most.jsonl", 160), seed=3)
    assert not held_out(third) & (made_from(first) | made_from(second))
    assert "not known" not in third.config().split_note

    training.delete_run(desk, "first")
    fourth = made_with(desk, write_pairs(tmp_path / "most.jsonl", 160), seed=3)
    assert not held_out(fourth) & made_from(second)
    assert "not known here" in fourth.config().split_note


def test_what_made_a_model_is_known_whatever_it_is_called(desk, tmp_path):
    first = make_run(desk.runs.path, desk.meaning.folder.path, pairs=made_up_pairs(40), name="one")
    finish(first, e5_like(tmp_path / "one", seed=1))
    add_again(desk, "one", "ours", tmp_path)

    second = made_with(desk, write_pairs(tmp_path / "second.jsonl", 80), seed=2)
    assert not held_out(second) & made_from(first)
    assert "The model was tuned before" in second.config().split_note

    finish(second, e5_like(tmp_path / "two", seed=2))
    add_again(desk, second.path.name, "theirs", tmp_path)
    models.use_model(desk, "theirs", Prompts("ask: ", "read: "))
    models.await_switch(desk)
    models.remove_model(desk, "ours")
    third = made_with(desk, write_pairs(tmp_path / "third.jsonl", 160), seed=3)
    assert not held_out(third) & (made_from(first) | made_from(second))
    assert "not known" not in third.config().split_note


def test_a_model_whose_run_is_gone_says_that_it_was_tuned(desk, tmp_path):
    first = make_run(desk.runs.path, desk.meaning.folder.path, pairs=made_up_pairs(40), name="one")
    finish(first, e5_like(tmp_path / "one", seed=1))
    (first.model / "README.md").write_text("# tiny, fine-tuned by LegalDesk (run one)")
    add_again(desk, "one", "ours", tmp_path)
    training.delete_run(desk, "one")

    second = made_with(desk, write_pairs(tmp_path / "second.jsonl", 80), seed=2)
    assert "not known here" in second.config().split_note

    finish(second, e5_like(tmp_path / "two", seed=2))
    adopt(desk, second.path.name)
    models.remove_model(desk, "ours")
    third = made_with(desk, write_pairs(tmp_path / "third.jsonl", 160), seed=3)
    assert "not known here" in third.config().split_note


def add_again(desk, run, name, tmp_path):
    """Adopt a run's model, take a copy of it out, and use that under another name."""
    adopt(desk, run)
    installed = desk.shelf.path(f"tuned-{run}")
    shutil.copytree(installed, tmp_path / "out" / name)
    models.go_back(desk)
    models.remove_model(desk, installed.name)
    models.add_model(desk, str(tmp_path / "out" / name), name)
    models.use_model(desk, name)
    models.await_switch(desk)


def test_what_made_the_base_of_an_older_run_is_known_by_its_name(desk, tmp_path):
    first = make_run(desk.runs.path, desk.meaning.folder.path, pairs=made_up_pairs(40), name="one")
    adopt(desk, finish(first, e5_like(tmp_path / "one", seed=1)).path.name)
    second = made_with(desk, write_pairs(tmp_path / "second.jsonl", 80), seed=2)
    config = json.loads((second.path / "config.json").read_bytes())
    assert config.pop("base_weights") and not config.pop("base_tuned")
    second.write("config.json", config)
    adopt(desk, finish(second, e5_like(tmp_path / "two", seed=2)).path.name)

    third = made_with(desk, write_pairs(tmp_path / "third.jsonl", 160), seed=3)

    assert not held_out(third) & (made_from(first) | made_from(second))
    assert "not known" not in third.config().split_note


def test_a_run_holds_nothing_of_matters_that_may_not_train(desk, drop, pairs_file):
    for matter, word in (("Open", "public"), ("Secret", "Zwicklhuber")):
        pages = [[f"article {at} the tenant shall pay the {word} rent."] for at in range(30)]
        importing.import_files(desk, (drop(f"{matter}.pdf", pdf.text_pdf(*pages)),), matter, {})
    importing.await_meaning(desk)
    labels.let_train(desk, "Open", True)
    [near] = documents.list_documents(desk, Scope("Open"))

    made = made_with(desk, pairs_file, seed=1)

    assert b"public rent" in (made.path / "pool.jsonl").read_bytes()
    assert [file for file in made.path.iterdir() if b"Zwicklhuber" in file.read_bytes()] == []
    assert removing.dependents(desk, (near.id,)).runs == 1  # it may be taught by its passages
    assert removing.dependents(desk, (), "Secret").runs == 0

    labels.let_train(desk, "Open", False)
    made = made_with(desk, pairs_file, seed=1)
    assert b"rent." not in (made.path / "pool.jsonl").read_bytes()
    assert len(made.pool()) == 30


def test_a_run_does_not_go_on_with_a_matter_that_may_not_train_any_more(desk):
    matters.create_matter(desk, "Miller")
    run = make_run(desk.runs.path, desk.meaning.folder.path, replace(TINY, epochs=1)).path.name

    with pytest.raises(WrongUse, match="“Miller” may not be trained on any more"):
        training.resume_training(desk, run)
    labels.let_train(desk, "Miller", True)

    assert training.resume_training(desk, run).phase is RunPhase.FINISHED


def made_with(desk, file, seed):
    """A run that is made of the pairs of a file, and not carried out."""
    recipe = replace(TINY, seed=seed)
    made = cancelled(desk, lambda report: training.train(desk, recipe, (), file, report=report))
    return desk.runs.folder(made.id)


def made_from(run):
    return {line.pair.question for part in (TRAIN, VALIDATION) for line in run.pairs(part)}


def held_out(run):
    return {line.pair.question for line in run.pairs(TEST)}


def adopt(desk, run, overrule=False):
    training.adopt_run(desk, run, overrule)
    models.await_switch(desk)


def test_what_is_under_way_is_steered_by_its_name(desk):
    for order in (training.pause_run, training.go_on, training.stop_run):
        with pytest.raises(WrongUse, match="not under way"):
            order(desk, "nothing")
    for question in (training.run_news, training.proof, training.delete_run):
        with pytest.raises(WrongUse, match="no training run"):
            question(desk, "../nothing")


@pytest.mark.parametrize("line", ["{", '{"anchor": "what"}', '{"positive": "that"}', ""])
def test_a_bad_file_of_pairs_is_named_with_its_line(desk, tmp_path, line):
    file = tmp_path / "bad.jsonl"
    file.write_text(line)

    with pytest.raises(WrongUse, match="bad.jsonl"):
        training.train(desk, TINY, (), str(file))


@pytest.mark.parametrize("spoilt", [b"", b"{", b'{"id": "\xff\xfe"}', b"[1]"])
def test_a_run_that_cannot_be_read_is_said_by_its_name(desk, spoilt):
    folder = make_run(desk.runs.path, desk.meaning.folder.path).path
    (folder / "config.json").write_bytes(spoilt)

    make_run(desk.runs.path, desk.meaning.folder.path, name="sound")

    with pytest.raises(LegalDeskError, match="config.json cannot be read"):
        training.resume_training(desk, folder.name)
    sound, broken = training.list_runs(desk)
    assert (sound.phase, broken.phase) == (RunPhase.INTERRUPTED, RunPhase.FAILED)
    assert "config.json cannot be read" in broken.problem
    training.delete_run(desk, broken.id)
    assert [each.id for each in training.list_runs(desk)] == ["sound"]
