"""The five published recipes: their exact figures, and each run to its end.

The models are tiny stand-ins of the published ones' exact shape: what is proven is that the
literal dimensions, batches, schedules and limits run, not that the figures come out again.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from legaldesk.core.recipes import Abilities, Recipe, adapt
from legaldesk.core.training import Evaluation
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.presets import preset, presets
from legaldesk.engine.trainer_orders import Orders
from legaldesk.engine.training_run import TrainingRun
from tests.tiny_models import bge_m3_like, e5_like
from tests.training_runs import Tape, made_up_pairs, make_run, quietly, short

ALL = (1024, 768, 512, 256, 128, 64)
CARD = Abilities("cuda", bf16=True, fp16=True, tf32=True)

# name: dimensions, tokens, batch, accumulation, rate, schedule, warm-up, epochs, precision, tf32
PUBLISHED: dict[str, tuple[Any, ...]] = {
    "es-boe": (ALL, 8192, 16, 16, 2e-5, "cosine", 0.1, 50, "bf16", True),
    "es-tiny": (ALL, 8192, 16, 16, 2e-5, "cosine", 0.1, 6, "bf16", False),
    "de-bmf": (ALL[1:], 1024, 16, 16, 2e-5, "cosine", 0.1, 10, "bf16", True),
    "fr-e5": (ALL[1:], 512, 32, 16, 2e-5, "cosine", 0.1, 4, "bf16", True),
    "vi-mnrl": ((), 768, 16, 1, 5e-5, "linear", 0.0, 3, "fp16", False),
}


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A model of each published base's shape, one layer deep."""
    folder = tmp_path_factory.mktemp("shapes")
    return {
        "BAAI/bge-m3": bge_m3_like(folder / "bge", hidden=1024, layers=1),
        "intfloat/multilingual-e5-base": e5_like(folder / "e5", hidden=768, layers=1),
    }


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_preset_has_the_published_figures(name: str) -> None:
    recipe = preset(name)

    assert PUBLISHED[name] == (
        recipe.dimensions, recipe.max_tokens, recipe.batch_size, recipe.accumulation,
        recipe.learning_rate, recipe.schedule, recipe.warmup, recipe.epochs, recipe.precision,
        recipe.tf32,
    )  # fmt: skip
    assert (recipe.seed, recipe.weight_decay, recipe.max_grad_norm) == (42, 0.0, 1.0)
    assert (recipe.loss, recipe.scale, recipe.optimizer) == ("mnrl", 20.0, "adamw_torch_fused")
    assert adapt(recipe, CARD) == (recipe, ())


def test_what_sets_single_presets_apart() -> None:
    passage_first = {name for name in PUBLISHED if preset(name).columns[0] == "passage"}
    checkpointed = {name for name in PUBLISHED if preset(name).gradient_checkpointing}
    vietnamese = preset("vi-mnrl")

    assert passage_first == {"de-bmf", "fr-e5"} and checkpointed == {"es-boe"}
    assert (vietnamese.sampler, vietnamese.keep, vietnamese.evaluate_steps) == (
        "plain",
        "last",
        500,
    )
    assert all(preset(name).sampler == "no_duplicates" for name in set(PUBLISHED) - {"vi-mnrl"})
    assert all(preset(name).keep == "best" for name in set(PUBLISHED) - {"vi-mnrl"})


def test_our_presets_come_first_and_ask_the_question_first() -> None:
    names = [recipe.name for recipe in presets()]

    assert names[:3] == ["quick", "balanced", "careful"] and set(names[3:]) == set(PUBLISHED)
    assert all(recipe.columns[0] == "question" and recipe.note for recipe in presets()[:3])


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_recipe_runs_to_its_end(
    name: str, shapes: dict[str, Path], tmp_path: Path
) -> None:
    whole_recipe(preset(name), shapes, tmp_path, epochs=1)


@pytest.mark.slow
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_recipe_runs_all_its_epochs(
    name: str, shapes: dict[str, Path], tmp_path: Path
) -> None:
    whole_recipe(preset(name), shapes, tmp_path, epochs=preset(name).epochs)


def whole_recipe(recipe: Recipe, shapes: dict[str, Path], runs: Path, epochs: float) -> None:
    """Run a recipe with its literal arguments and look at everything it leaves behind."""
    folder = make_run(runs, shapes[recipe.base], short(recipe, epochs), made_up_pairs(48))
    tape = Tape()

    with quietly():
        finished = TrainingRun(folder, tape, Orders()).run()

    dimensions = recipe.dimensions or (1024,)
    last = [event for event in tape.events if isinstance(event, Evaluation)][-1]
    table = json.loads((folder.path / "table.json").read_text())
    card = (folder.path / "README.md").read_text()
    assert finished.chosen == recipe.keep
    assert tuple(score.dimension for score in last.scores) == dimensions
    for row in table["rows"]:
        assert [score["dimension"] for score in row["scores"]] == list(dimensions)
    for dimension in dimensions:
        assert f"### Dimension {dimension}\n" in card
        assert f"dim_{dimension} {recipe.metric}" in card
    assert f"`per_device_train_batch_size`: {recipe.batch_size}\n" in card
    assert f"`gradient_accumulation_steps`: {recipe.accumulation}\n" in card
    assert f"`learning_rate`: {recipe.learning_rate}\n" in card
    assert {"step", "evaluation", "candidate"} <= {line["event"] for line in folder.log()}
    trained = read_model_folder(folder.model)
    width = 1024 if recipe.base == "BAAI/bge-m3" else 768
    assert (trained.token_limit, trained.dimension) == (recipe.max_tokens, width)
