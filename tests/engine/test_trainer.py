"""The trainer process: paused, stopped, cancelled, killed and resumed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from legaldesk.core.errors import Cancelled, ProcessDied, WrongUse
from legaldesk.core.training import Candidate, Event, Finished, Paused, Saved, Stage, Step
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.run_folder import COMPLETE, RunFolder, read_event
from legaldesk.engine.trainer import Trainer
from legaldesk.engine.trainer_orders import Orders
from legaldesk.engine.training_run import TrainingRun
from tests.training_runs import TINY, Tape, make_run, quietly

LONG = replace(TINY, epochs=3)


def children(folder: RunFolder) -> list[psutil.Process]:
    """The trainer processes of a run."""
    return [
        child
        for child in psutil.Process().children(recursive=True)
        if str(folder.path) in child.cmdline()
    ]


def test_a_killed_run_leaves_the_base_alone_is_resumed_paused_and_stopped(
    tmp_path: Path, tiny_model: Path
) -> None:
    folder = make_run(tmp_path, tiny_model, LONG)
    before = (tiny_model / "model.safetensors").read_bytes()
    killed = Tape(saved=lambda: children(folder)[0].kill())

    with pytest.raises(ProcessDied, match="resumed after step"):
        Trainer(folder.path).run(killed)
    saved = max(event.step for event in killed.events if isinstance(event, Saved))
    trainer = Trainer(folder.path)
    resumed = Tape(step=trainer.pause, paused=trainer.go_on)

    def hear(event: Event) -> None:
        going_on = "Paused" in resumed.kinds()
        resumed(event)
        if going_on and isinstance(event, Step):
            trainer.stop()

    finished = trainer.run(hear)

    first = next(event.step for event in resumed.events if isinstance(event, Step))
    assert saved < first <= saved + 7
    kinds = resumed.kinds()
    paused = kinds.index("Paused")
    assert kinds[paused - 1] == "Saved" and "Step" in kinds[paused:]
    assert isinstance(finished, Finished) and finished.stopped
    assert (tiny_model / "model.safetensors").read_bytes() == before
    assert read_model_folder(folder.model).dimension == 64
    assert not children(folder)
    with pytest.raises(WrongUse):
        trainer.run(hear)


def test_cancelling_ends_the_process_at_once(tmp_path: Path, tiny_model: Path) -> None:
    folder = make_run(tmp_path, tiny_model, LONG)

    def cancel(event: Event) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Trainer(folder.path).run(cancel)

    assert not children(folder) and not folder.model.exists()


def test_a_resumed_run_does_what_it_would_have_done(tmp_path: Path, tiny_model: Path) -> None:
    whole, broken = (make_run(tmp_path, tiny_model, name=name) for name in ("whole", "broken"))

    def interrupt() -> None:
        raise KeyboardInterrupt

    with quietly():
        TrainingRun(whole, Tape(), Orders()).run()
        with pytest.raises(KeyboardInterrupt):
            TrainingRun(broken, Tape(saved=interrupt), Orders()).run()
        TrainingRun(broken, Tape(), Orders()).run()

    assert losses(broken) == pytest.approx(losses(whole), abs=1e-4)


def test_a_run_killed_after_its_last_step_only_chooses(tmp_path: Path, tiny_model: Path) -> None:
    folder, tape = make_run(tmp_path, tiny_model), Tape()

    def interrupt(event: Event) -> None:
        if event == Stage("choose"):
            raise KeyboardInterrupt

    with quietly():
        with pytest.raises(KeyboardInterrupt):
            TrainingRun(folder, interrupt, Orders()).run()
        TrainingRun(folder, tape, Orders()).run()

    names = {event.name for event in tape.events if isinstance(event, Candidate)}
    assert "Step" not in tape.kinds() and names == {"best", "last", "average"}


def losses(folder: RunFolder) -> list[float]:
    return [line["loss"] for line in folder.log() if line["event"] == "step"]


def test_a_checkpoint_that_a_kill_interrupted_is_cleared_away(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for step in (5, 10, 20):
        (folder.checkpoints / f"checkpoint-{step}").mkdir(parents=True)
    for step in (5, 10):
        (folder.checkpoints / f"checkpoint-{step}" / COMPLETE).touch()

    found = folder.whole_checkpoints()

    assert [path.name for path in found] == ["checkpoint-5", "checkpoint-10"]
    assert not (folder.checkpoints / "checkpoint-20").exists()


def test_events_survive_the_wire_and_nonsense_does_not() -> None:
    import msgspec

    assert read_event({"event": "paused", "step": 3}) == Paused(3)
    with pytest.raises(msgspec.ValidationError):
        read_event({"event": "paused", "step": "three"})


def test_orders_hold_and_release() -> None:
    orders = Orders()

    orders.take("pause")
    assert orders.paused
    orders.take("stop")
    orders.wait()

    assert orders.stopped and not orders.paused
