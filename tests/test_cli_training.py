"""“legaldesk train” and “legaldesk runs”: the same tasks from a terminal."""

from __future__ import annotations

import json

import pytest

from legaldesk import cli
from legaldesk.engine.local_desk import LocalDesk
from tests.tiny_models import e5_like
from tests.training_runs import finish, made_up_pairs, make_run


@pytest.fixture
def run(library, tiny_model, capsys):
    """Run a command on a library with the tiny model; returns (status, output, errors)."""
    LocalDesk(library, tiny_model).close()

    def call(*arguments: str):
        status = cli.main([*arguments, "--library", str(library)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def pairs(tmp_path):
    file = tmp_path / "pairs.jsonl"
    lines = [{"anchor": pair.question, "positive": pair.passage} for pair in made_up_pairs(30)]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return str(file)


def as_json(run, *arguments):
    status, out, _ = run(*arguments, "--json")
    return status, [json.loads(line) for line in out.splitlines()]


def test_a_run_is_told_line_by_line_and_decided_about(run, pairs):
    run("matters", "add", "Firm")
    status, events = as_json(
        run, "train", "--preset", "quick", "--pairs", pairs, "--matter", "Firm", "--dims", "64,16"
    )
    assert status == 0
    kinds = [event["event"] for event in events]
    assert kinds[-1] == "finished" and {"step", "evaluation", "candidate"} <= set(kinds)
    [finished] = [event for event in events if event["event"] == "finished"]
    assert finished["verdict"] == "cannot tell"
    name = finished["run"]

    assert run("runs", "adopt", name)[0] != 0  # the verdict does not say so
    assert run("runs", "keep", name)[0] == 0
    status, [listed] = as_json(run, "runs", "list")
    assert (listed["id"], listed["kept"], listed["matters"]) == (name, True, ["Firm"])
    assert "the old one was kept" in run("runs")[1]

    status, out, errors = run("train", "--again", name, "--without", "Firm")
    assert status != 0 and "Nothing is left to train on" in errors
    assert run("runs", "delete", name)[0] == 0
    assert as_json(run, "runs")[1] == []


def test_a_run_that_beats_a_model_that_is_not_in_use_is_adopted_only_against_that(
    run, library, tmp_path
):
    base, model = e5_like(tmp_path / "base", seed=1), e5_like(tmp_path / "new", seed=2)
    finish(make_run(library / "runs", base), model)

    assert "compare it with “tiny”, which is not in use." in run("runs", "show", "run")[1]
    status, _, errors = run("runs", "adopt", "run")
    assert status != 0 and "which is not in use" in " ".join(errors.split())
    assert run("runs", "adopt", "run", "--overrule")[0] == 0
    [listed] = as_json(run, "runs")[1]
    assert (listed["live"], listed["stale"], listed["overruled"]) == (True, False, False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("train", "--without", "Firm"), "add --again"),
        (("train",), "There are no pairs"),
        (("runs", "show"), "takes the name of a run"),
        (("runs", "list", "run"), "takes no name"),
        (("runs", "show", "nothing"), "no training run"),
    ],
)
def test_wrong_use_says_what_to_do(run, arguments, told):
    status, _, errors = run(*arguments)

    assert status == 2
    assert told in " ".join(errors.split())


@pytest.mark.parametrize("dimensions", ["768", "0"])
def test_dimensions_that_the_model_does_not_have_are_wrong_use(run, pairs, dimensions):
    status, _, errors = run("train", "--pairs", pairs, "--dims", dimensions)

    assert status == 2
    assert "The model has dimensions 1 to 64" in " ".join(errors.split())
