"""Pairs trained a second by a run, beside a bare SentenceTransformerTrainer script.

    python3 packaging/dev.py bench training SETS [--pairs N] [--rounds N] [--preset NAME]

Both train the bundled model on the same pairs of SETS/obliqa_en_dev with the same arguments,
in turns, and a ratio is the median over the rounds of the ratios within a round, so that a busy
machine is busy for both. The second ratio compares processor seconds, which other programs'
load does not touch. Ours follows every step, looks for orders, keeps near-duplicates apart and
marks its checkpoints; bare does what the library does by itself, its card included.
"""

from __future__ import annotations

import contextlib
import io
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from _options import options_of

from legaldesk.core.models import Prompts
from legaldesk.core.pairs import TrainingPair
from legaldesk.core.recipes import Recipe, adapt, fit_to_model
from legaldesk.core.training import TRAIN, RunConfig
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.near_duplicates import near_duplicate_groups
from legaldesk.engine.offline import stay_offline
from legaldesk.engine.presets import preset
from legaldesk.engine.run_folder import PairLine
from legaldesk.engine.trainer_orders import Orders
from legaldesk.engine.training_arguments import make_loss, training_arguments
from legaldesk.engine.training_device import abilities
from legaldesk.engine.training_library import build
from legaldesk.engine.training_model import load_model
from legaldesk.engine.training_pairs import columns
from legaldesk.engine.training_watch import Watch

Timed = Callable[[], Any]


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--pairs", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--preset", default="balanced")
    asked = parser.parse_args()
    stay_offline()
    lines = some_lines(asked.sets / "obliqa_en_dev", asked.pairs)
    config = configured(preset(asked.preset))
    once(ours, config, lines[:64])
    walls, processors = [], []
    for number in range(asked.rounds):
        order = (ours, bare) if number % 2 else (bare, ours)
        found = {work: once(work, config, lines) for work in order}
        walls.append(found[bare][0] / found[ours][0])
        processors.append(found[bare][1] / found[ours][1])
        print(
            f"round {number + 1}: ours {len(lines) / found[ours][0]:.1f} pairs/s, "
            f"bare {len(lines) / found[bare][0]:.1f}, ratio {walls[-1]:.3f}, "
            f"in processor seconds {processors[-1]:.3f}",
            flush=True,
        )
    print(f"median ratio {statistics.median(walls):.3f}, goal 0.95")
    print(f"median ratio in processor seconds {statistics.median(processors):.3f}")


def some_lines(folder: Path, count: int) -> list[PairLine]:
    gold = read_gold_set(folder)
    texts = {document.id: document.text for document in gold.documents}
    pairs = [
        TrainingPair(question.text, texts[next(iter(question.grades))])
        for question in gold.questions[:count]
    ]
    groups = near_duplicate_groups([pair.passage for pair in pairs])
    return [PairLine(TRAIN, pair, group, group) for pair, group in zip(pairs, groups, strict=True)]


def configured(recipe: Recipe) -> RunConfig:
    model = read_model_folder(bundled_model())
    recipe = replace(recipe, epochs=1, negatives=0, patience=0)
    fitted, _ = fit_to_model(adapt(recipe, abilities("cpu"))[0], model.dimension, model.token_limit)
    return RunConfig(
        id="benchmark", created="", recipe=fitted, device="cpu", base_folder=str(model.path),
        base_name=model.name, base_identity=model.identity, prompts=Prompts(),
        width=model.dimension, token_limit=model.token_limit, seed=42,
    )  # fmt: skip


def once(
    make: Callable[[RunConfig, list[PairLine], Path], Timed],
    config: RunConfig,
    lines: list[PairLine],
) -> tuple[float, float]:
    """Seconds of one training, by the clock and of the processor; loading is left out."""
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
        train = make(config, lines, Path(folder))
        wall, processor = time.perf_counter(), time.process_time()
        train()
        return time.perf_counter() - wall, time.process_time() - processor


def ours(config: RunConfig, lines: list[PairLine], folder: Path) -> Timed:
    model = load_model(config)
    model.max_seq_length = config.recipe.training_tokens or config.recipe.max_tokens
    watch = Watch(config.recipe, lambda event: None, Orders(), None, (0, 0))
    texts = columns(lines, config.recipe, {})
    trainer = build(model, config.recipe, config.prompts, texts, folder, None, watch)
    return lambda: trainer.train()


def bare(config: RunConfig, lines: list[PairLine], folder: Path) -> Timed:
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )

    model = load_model(config)
    model.max_seq_length = config.recipe.training_tokens or config.recipe.max_tokens
    data = Dataset.from_dict(
        {
            "anchor": [line.pair.question for line in lines],
            "positive": [line.pair.passage for line in lines],
        }
    )
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(folder), logging_steps=1, **training_arguments(config.recipe, 384, False)
    )
    loss = make_loss(model, config.recipe)
    trainer = SentenceTransformerTrainer(model=model, args=arguments, train_dataset=data, loss=loss)
    return lambda: trainer.train()


if __name__ == "__main__":
    main()
