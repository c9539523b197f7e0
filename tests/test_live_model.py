"""Training never harms the model in use: killed, full or gone wrong, every byte of it is the same.

A full disk is in tests/test_full_disk.py, on a disk that is really full.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import psutil
import pytest

from legaldesk.core.errors import ModelProblem, ProcessDied
from legaldesk.core.hits import Scope
from legaldesk.core.runs import RunPhase
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import importing, searching, training
from tests import pdf_factory as pdf
from tests.training_runs import TINY, made_up_pairs

QUESTION = "Who pays the rent?"


def pairs_of(count: int) -> str:
    """Pairs of a firm that has no documents for them, as JSON lines."""
    lines = ({"anchor": pair.question, "positive": pair.passage} for pair in made_up_pairs(count))
    return "".join(json.dumps(line) + "\n" for line in lines)


def digests(folder) -> dict[str, str]:
    """The digest of every file under a folder."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def answers(desk) -> tuple[list[str], list[float]]:
    """What is found by meaning, and what the model makes of the question."""
    found = searching.search_by(desk, QUESTION, Scope(), 10, ("meaning",))
    assert found.hits
    vector = desk.meaning.encode_query(QUESTION)
    return [hit.passage_id for hit in found.hits], [float(each) for each in vector]


def as_before(answered):
    """The same answers again; the model's export, which may come meanwhile, differs by 1e-5."""
    return answered[0], pytest.approx(answered[1], abs=1e-4)


@pytest.fixture
def pairs(tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_text(pairs_of(30))
    return str(file)


@pytest.fixture(scope="module")
def answering(tiny_model, tmp_path_factory):
    """A library that answers, and what its model and its answers are; in the end they still are."""
    folder = tmp_path_factory.mktemp("office")
    desk = LocalDesk(folder / "library", tiny_model)
    desk.meaning.start()
    for number in range(5):
        text = f"The {number}th tenant pays the rent of house {number} on day {number}."
        file = folder / f"{number}.pdf"
        file.write_bytes(pdf.text_pdf(text))
        importing.import_files(desk, (str(file),), "Case", {})
    importing.await_meaning(desk)
    live = desk.meaning.folder
    before = digests(live.path), live.identity, as_before(answers(desk))
    assert "model.safetensors" in before[0]
    yield desk, before
    desk.close()
    again = LocalDesk(folder / "library")
    again.meaning.start()
    importing.await_meaning(again)
    assert (again.meaning.folder.identity, answers(again)) == before[1:]
    again.close()


@pytest.fixture
def office(answering):
    """The library before a training that comes to nothing; it is not harmed."""
    desk, before = answering
    runs = {run.id for run in training.list_runs(desk)}
    yield desk
    live = desk.meaning.folder
    assert (digests(live.path), live.identity, answers(desk)) == before
    [run] = [run for run in training.list_runs(desk) if run.id not in runs]
    assert not run.live and run.phase is not RunPhase.FINISHED


class Watch:
    """Notes the steps of a run, and does something at one of them."""

    def __init__(self, at: int, act) -> None:
        self.steps, self._at, self._act = 0, at, act

    def __call__(self, progress) -> None:
        self.steps = max(self.steps, progress.done)
        if self._act is not None and progress.done >= self._at:
            act, self._act = self._act, None
            act()


def trainers(desk) -> list[psutil.Process]:
    runs = str(desk.library / "runs")
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if any(runs in argument for argument in child.cmdline())
    ]


@pytest.mark.parametrize("step", [5, pytest.param(1, marks=pytest.mark.slow)])
def test_a_killed_training(office, pairs, step):
    def kill():
        [trainer] = trainers(office)
        trainer.kill()

    watch = Watch(step, kill)

    with pytest.raises(ProcessDied):
        training.train(office, replace(TINY, epochs=6), (), pairs, report=watch)

    assert watch.steps >= step and not trainers(office)


def test_a_training_whose_loss_is_no_number(office, pairs):
    watch = Watch(1, None)
    wild = replace(TINY, learning_rate=1e30, max_grad_norm=0.0)

    with pytest.raises(ModelProblem, match="not a number"):
        training.train(office, wild, (), pairs, report=watch)

    assert not trainers(office)
    [failed] = [
        run.id for run in training.list_runs(office) if office.runs.folder(run.id).state().over
    ]
    folder = office.runs.folder(failed)
    assert folder.state().over == "failed" and not folder.checkpoints.exists()
