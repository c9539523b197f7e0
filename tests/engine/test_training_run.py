"""A run in this process: what it writes, adapts, survives and refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from legaldesk.core.errors import ModelProblem
from legaldesk.core.metrics import METRICS
from legaldesk.core.pairs import TrainingPair
from legaldesk.core.training import Candidate, Evaluation, Notice, Step
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.pool_scores import encode
from legaldesk.engine.run_folder import RunFolder, RunState
from legaldesk.engine.trainer_orders import Orders
from legaldesk.engine.training_model import load_model
from legaldesk.engine.training_run import TrainingRun
from tests.tiny_models import E5_PROMPTS, static_like
from tests.training_runs import TINY, Tape, made_up_pairs, make_run, quietly


def carry_out(folder: RunFolder, tape: Tape | None = None, orders: Orders | None = None) -> Any:
    with quietly():
        return TrainingRun(folder, tape or Tape(), orders or Orders()).run()


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> tuple[RunFolder, Tape]:
    """A whole run of the tiny model."""
    tape = Tape()
    folder = make_run(tmp_path_factory.mktemp("runs"), tiny_model)
    carry_out(folder, tape)
    return folder, tape


def test_events_tell_the_base_the_steps_and_every_candidate(done: tuple[RunFolder, Tape]) -> None:
    _, tape = done

    first = next(event for event in tape.events if isinstance(event, Evaluation))
    steps = [event.step for event in tape.events if isinstance(event, Step)]
    candidates = [event for event in tape.events if isinstance(event, Candidate)]
    assert steps == sorted(steps) and len(steps) == 12
    assert first.step == 0 and first.questions and first.passages
    assert "average" in [candidate.name for candidate in candidates]
    assert tape.kinds()[0] == "Stage"
    assert sum(candidate.chosen for candidate in candidates) == 1


def test_the_model_loads_and_keeps_its_prompts(done: tuple[RunFolder, Tape]) -> None:
    folder, _ = done

    model = read_model_folder(folder.model)

    assert (model.prompts.query, model.prompts.passage) == tuple(E5_PROMPTS.values())
    assert model.identity != folder.config().base_identity
    assert not list(folder.path.rglob("*.bin")) and not folder.checkpoints.exists()


def test_the_folder_holds_table_log_and_card(done: tuple[RunFolder, Tape]) -> None:
    folder, _ = done

    table = json.loads((folder.path / "table.json").read_text())
    logged = {line["event"] for line in folder.log()}
    assert {row["name"] for row in table["rows"]} >= {"base", "average"}
    assert set(table["rows"][0]["scores"][0]["figures"]) == set(METRICS)
    assert logged >= {"step", "evaluation", "candidate"}
    assert (folder.model / "README.md").read_text() == (folder.path / "README.md").read_text()


def test_card_and_manifest_hold_no_client_text(done: tuple[RunFolder, Tape]) -> None:
    folder, _ = done

    card = (folder.path / "README.md").read_text()
    manifest = (folder.path / "manifest.json").read_text()
    assert "article 3" not in card + manifest and "by when" not in card + manifest
    assert '"Miller": 30' in manifest and "label3" in manifest


def test_the_card_shows_samples_when_that_is_allowed(tmp_path: Path, tiny_model: Path) -> None:
    folder = make_run(tmp_path, tiny_model, replace(TINY, epochs=1), show_texts=True)

    carry_out(folder)

    assert "by when" in (folder.path / "README.md").read_text()


def test_the_average_lies_half_way(tmp_path: Path, tiny_model: Path) -> None:
    from safetensors.torch import load_file

    pairs = made_up_pairs(12)
    recipe = replace(TINY, epochs=1, average_with_base=0.5)
    folder = make_run(tmp_path, tiny_model, recipe, [replace(p, document="") for p in pairs])
    lines = (folder.path / "pairs.jsonl").read_text().replace('"validation"', '"test"')
    (folder.path / "pairs.jsonl").write_text(lines)  # nothing to choose by: the average is kept
    kept: dict[str, Any] = {}
    tape = Tape(saved=lambda: kept.update(load_file(weights(folder))))

    finished = carry_out(folder, tape)

    base, mixed = load_file(tiny_model / "model.safetensors"), load_file(weights(folder))
    name = "encoder.layer.0.output.dense.weight"
    assert finished.chosen == "average"
    assert (mixed[name] - (base[name] + kept[name]) / 2).abs().max() < 1e-6
    assert (mixed[name] - base[name]).abs().max() > 1e-5


def weights(folder: RunFolder) -> Path:
    return next(folder.path.rglob("model.safetensors"))


def test_a_loss_that_is_no_number_ends_the_run(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_run(tmp_path, tiny_model, replace(TINY, learning_rate=1e30, max_grad_norm=0.0))
    before = (tiny_model / "model.safetensors").read_bytes()

    with pytest.raises(ModelProblem, match="not a number"):
        carry_out(folder)

    assert (tiny_model / "model.safetensors").read_bytes() == before
    assert not folder.model.exists()


def test_out_of_memory_goes_on_with_half_the_batch(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from legaldesk.engine import training_library

    folder, tape = make_run(tmp_path, tiny_model, replace(TINY, epochs=1)), Tape()
    batches: list[tuple[int, int]] = []
    original = training_library.build

    def short_of_memory(model: Any, recipe: Any, *rest: Any) -> Any:
        batches.append((recipe.batch_size, recipe.accumulation))
        if recipe.batch_size > 1:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        return original(model, recipe, *rest)

    monkeypatch.setattr(training_library, "build", short_of_memory)
    carry_out(folder, tape)

    assert batches == [(4, 1), (2, 2), (1, 4)]
    assert folder.state() == RunState(2, "finished")
    assert sum(isinstance(event, Notice) for event in tape.events) == 2


def test_when_not_even_one_pair_fits_it_says_so(
    tmp_path: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from legaldesk.engine import training_library

    def never(*rest: Any) -> Any:
        raise RuntimeError("CUDA out of memory")

    monkeypatch.setattr(training_library, "build", never)

    with pytest.raises(ModelProblem, match="one pair"):
        carry_out(make_run(tmp_path, tiny_model))


def test_bf16_and_a_cached_loss_with_both_directions_train(
    tmp_path: Path, tiny_model: Path
) -> None:
    recipe = replace(
        TINY, epochs=1, loss="cached", mini_batch_size=2, directions="both", precision="fp16",
        tf32=True, training_tokens=8, gradient_checkpointing=True, negatives=1,
    )  # fmt: skip
    folder, tape = make_run(tmp_path, tiny_model, recipe), Tape()

    carry_out(folder, tape)

    assert folder.config().recipe.precision == "bf16"
    said = [event.text for event in tape.events if isinstance(event, Notice)]
    assert any("fp16; bf16" in text for text in said) and any("TF32" in text for text in said)
    assert read_model_folder(folder.model).token_limit == 512


def test_a_static_model_trains_too(tmp_path: Path) -> None:
    model = static_like(tmp_path)
    folder = make_run(tmp_path / "runs", model, replace(TINY, epochs=1, loss="cached"))

    carry_out(folder)

    assert read_model_folder(folder.model).static


def test_patience_ends_a_run_that_gets_no_better(tmp_path: Path, tiny_model: Path) -> None:
    recipe = replace(TINY, epochs=30, learning_rate=1e-9, patience=2)
    tape = Tape()

    finished = carry_out(make_run(tmp_path, tiny_model, recipe), tape)

    evaluations = [event for event in tape.events if isinstance(event, Evaluation)]
    assert len(evaluations) == 4  # the base, the first step's, and two that are no better
    assert any("no better" in event.text for event in tape.events if isinstance(event, Notice))
    assert not finished.stopped


def test_stopping_keeps_the_best_so_far(tmp_path: Path, tiny_model: Path) -> None:
    orders = Orders()
    folder = make_run(tmp_path, tiny_model, replace(TINY, epochs=50))

    finished = carry_out(folder, Tape(step=lambda: orders.take("stop")), orders)

    assert finished.stopped and finished.step <= 2
    assert read_model_folder(folder.model).dimension == 64


def test_marked_negatives_are_columns_and_never_someones_answer(
    tmp_path: Path, tiny_model: Path
) -> None:
    pairs = made_up_pairs(30)
    pairs[0] = TrainingPair(
        pairs[0].question, pairs[0].passage, "document0", (pairs[1].passage,), "Miller"
    )
    folder = make_run(tmp_path, tiny_model, replace(TINY, epochs=1), pairs)

    carry_out(folder)

    assert folder.state().over == "finished"


def test_the_trained_model_answers_like_the_library_loads_it(done: tuple[RunFolder, Tape]) -> None:
    folder, _ = done
    config = replace(folder.config(), base_folder=str(folder.model))

    vectors = encode(load_model(config), ["by when must the tenant pay"], True, False, 1)

    assert vectors.shape == (1, 64) and abs(float((vectors**2).sum()) - 1) < 1e-5
