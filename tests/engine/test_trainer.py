"""The trainer process: paused, stopped, cancelled, killed and resumed."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from safetensors import SafetensorError

from legaldesk.core.errors import Cancelled, ModelProblem, NoRoom, ProcessDied, WrongUse
from legaldesk.core.runs import RunPhase
from legaldesk.core.training import (
    VALIDATION,
    Candidate,
    Event,
    Failed,
    Finished,
    Notice,
    Paused,
    Saved,
    Stage,
    Step,
)
from legaldesk.engine import training_library
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.run_erasure import forget
from legaldesk.engine.run_folder import COMPLETE, RunFolder, RunState, read_event
from legaldesk.engine.runs import Runs
from legaldesk.engine.trainer import Trainer
from legaldesk.engine.trainer_child import carry_out
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


def test_a_run_that_got_no_better_does_not_learn_on_after_a_kill(
    tmp_path: Path, tiny_model: Path
) -> None:
    recipe = replace(TINY, epochs=9, learning_rate=1e-9, patience=2)
    folder, tape = make_run(tmp_path / "runs", tiny_model, recipe), Tape()

    def interrupt(at: Event) -> Callable[[Event], None]:
        def hear(event: Event) -> None:
            if event == at:
                raise KeyboardInterrupt

        return hear

    with quietly():
        for at in (Saved(12), Stage("choose")):  # the second evaluation is no better
            with pytest.raises(KeyboardInterrupt):
                TrainingRun(folder, interrupt(at), Orders()).run()
        steps = len(losses(folder))
        TrainingRun(folder, tape, Orders()).run()

    assert len(losses(folder)) == steps and "Step" not in tape.kinds()
    evaluated = [line["best"] for line in folder.log() if line["event"] == "evaluation"]
    assert evaluated == [False, True, False, False]  # the base, and what was learned
    assert len(Runs(tmp_path).news("run").notices) == 1


def test_a_run_whose_pool_was_erased_goes_on_without_figures(
    tmp_path: Path, tiny_model: Path
) -> None:
    folder = make_run(tmp_path / "runs", tiny_model)

    def interrupt() -> None:
        raise KeyboardInterrupt

    with quietly():
        with pytest.raises(KeyboardInterrupt):
            TrainingRun(folder, Tape(saved=interrupt), Orders()).run()
        forget(folder.path, {"document3"}, "", None)  # as a start does after a cut-off removal
        finished = TrainingRun(folder, Tape(), Orders()).run()

    assert not folder.pool() and folder.pairs(VALIDATION)
    assert finished.chosen == "average" and len(losses(folder)) > 6


def test_why_a_run_failed_is_known_after_a_restart_until_it_is_tried_again(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, tape = make_run(tmp_path / "runs", tiny_model, replace(TINY, epochs=1)), Tape()
    problem = "Not even one pair fits the memory of this device."

    def fail(run: TrainingRun) -> None:
        raise ModelProblem(problem, "Miller v. Smith.pdf")

    with monkeypatch.context() as patched:
        patched.setattr(TrainingRun, "run", fail)
        assert carry_out(folder, tape, Orders()) == 1
    summary = Runs(tmp_path).summary("run", "tiny", "")

    assert (summary.phase, summary.problem) == (RunPhase.FAILED, problem)
    assert tape.events == [Failed("ModelProblem", problem)]
    assert "Miller" not in (folder.path / "log.jsonl").read_text()
    runs = Runs(tmp_path)
    with runs.working("run"):
        assert runs.summary("run", "tiny", "").problem == ""
    with quietly():
        assert carry_out(folder, tape, Orders()) == 0
    assert runs.summary("run", "tiny", "").problem == ""


def test_a_retry_that_is_interrupted_can_go_on(tmp_path: Path, tiny_model: Path) -> None:
    folder = make_run(tmp_path / "runs", tiny_model)
    folder.append_log(Failed("ModelProblem", "The training came to nothing."))
    folder.set_state(RunState(1, "failed"))

    def interrupt() -> None:
        raise KeyboardInterrupt

    with quietly(), pytest.raises(KeyboardInterrupt):
        TrainingRun(folder, Tape(step=interrupt), Orders()).run()

    summary = Runs(tmp_path).summary("run", "tiny", "")
    assert (summary.phase, summary.problem) == (RunPhase.INTERRUPTED, "")
    assert folder.state().halvings == 1


def test_a_run_that_cannot_log_its_failure_still_tells_it(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, tape = make_run(tmp_path, tiny_model), Tape()

    def full(*rest: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(RunFolder, "append_log", full)
    monkeypatch.setattr(TrainingRun, "run", full)

    assert carry_out(folder, tape, Orders()) == 1
    assert tape.kinds() == ["Failed"]


@pytest.mark.parametrize(
    "full",
    [
        NoRoom("The disk is full: “table.json” could not be written.", "table.json"),
        SafetensorError("I/O error: No space left on device (os error 28)"),
    ],
)
def test_a_full_disk_at_the_end_leaves_what_the_run_can_go_on_from(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch, full: Exception
) -> None:
    folder, tape = make_run(tmp_path, tiny_model, replace(TINY, epochs=1)), Tape()

    def write(*rest: object) -> None:
        raise full

    with monkeypatch.context() as patched, quietly():
        patched.setattr(TrainingRun, "_write", write)
        assert carry_out(folder, tape, Orders()) == 1

    [failed] = [event for event in tape.events if isinstance(event, Failed)]
    assert failed.kind == "NoRoom" and "after its last checkpoint" in failed.message
    again = Tape()
    with quietly():
        assert carry_out(folder, again, Orders()) == 0
    assert "Step" not in again.kinds()
    told = [line["name"] for line in folder.log() if line["event"] == "candidate"]
    assert sorted(told) == ["average", "best"]  # each once


def test_what_was_adapted_and_given_up_is_news_to_the_end(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = replace(TINY, epochs=1, precision="fp16", tf32=True)
    folder, tape = make_run(tmp_path / "runs", tiny_model, recipe), Tape()
    original = training_library.build

    def short_of_memory(model: Any, recipe: Any, *rest: Any) -> Any:
        if recipe.batch_size > 2:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return original(model, recipe, *rest)

    monkeypatch.setattr(training_library, "build", short_of_memory)
    with quietly():
        TrainingRun(folder, tape, Orders()).run()

    told = tuple(event.text for event in tape.events if isinstance(event, Notice))
    assert len(told) == 3 and "memory ran out" in told[-1]
    assert Runs(tmp_path).news("run").notices == told


def test_a_log_that_goes_on_from_a_step_keeps_what_belongs_to_none(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for event in (Notice("fp16"), Saved(0), Failed("NoRoom", "The disk is full."), Saved(9)):
        folder.append_log(event)

    folder.cut_log(5)
    assert [line["event"] for line in folder.log()] == ["notice", "saved"]
    folder.cut_log(-1)
    assert [line["event"] for line in folder.log()] == ["notice"]


def test_half_a_line_never_stays_in_the_log(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    folder = RunFolder(tmp_path)
    folder.append_log(Saved(1))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    full = (folder.path / "log.jsonl").stat().st_size + 10

    resource.setrlimit(resource.RLIMIT_FSIZE, (full, before[1]))
    try:
        with pytest.raises(OSError):
            folder.append_log(Saved(2))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert folder.log() == [{"event": "saved", "step": 1}]


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
