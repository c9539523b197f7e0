"""sentence-transformers' trainer, as a run uses it.

Importing this module is cheap; the libraries come in when a trainer is built. What they
have to inherit is written as plain classes and joined with theirs then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from legaldesk.core.models import Prompts
from legaldesk.core.recipes import Recipe
from legaldesk.core.training import Score
from legaldesk.engine.run_folder import make_durable
from legaldesk.engine.training_arguments import figure_name, make_loss, training_arguments
from legaldesk.engine.training_pairs import Columns

LOGGED = 200
"""Losses told over a run, about; each waits for the device once."""

QUESTION, PASSAGE = "anchor", "positive"
"""The columns' names in the library's own words."""


class Watcher(Protocol):
    """Who follows a run and may end it; all methods are called between two steps."""

    def stepped(self, step: int, steps: int, epoch: float) -> set[str]:
        """After each step: which of "evaluate", "save" and "stop" to do now."""

    def logged(self, step: int, steps: int, epoch: float, figures: Mapping[str, Any]) -> bool:
        """After losses were logged; True ends the run."""

    def evaluated(self, step: int, epoch: float, best: bool) -> bool:
        """After an evaluation; True ends the run."""

    def saved(self, step: int, checkpoint: Path, best: str | None) -> set[str]:
        """After a checkpoint was written; "stop" ends the run."""


class _RunTrainer:
    """Joined with the library's trainer: without its card, which would copy client text.

    Batches are kept free of duplicates by ``run_keys``, which know more than equal texts.
    """

    args: Any
    model: Any
    run_keys: Any

    def add_model_card_callback(self, default_args_dict: dict[str, Any]) -> None:
        """No card of the library's: it embeds training samples, and costs seconds."""

    def get_batch_sampler(self, dataset: Any, *args: Any, **named: Any) -> Any:
        """The sampler of the arguments, over the keys where duplicates are kept apart."""
        from sentence_transformers import SentenceTransformerTrainer
        from sentence_transformers.base.sampler import BatchSamplers, NoDuplicatesBatchSampler

        if self.args.batch_sampler == BatchSamplers.NO_DUPLICATES:
            return NoDuplicatesBatchSampler(self.run_keys, *args, **named)
        return SentenceTransformerTrainer.get_batch_sampler(self, dataset, *args, **named)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        """Weights and settings alone: no pickled arguments, no samples."""
        folder = output_dir or str(self.args.output_dir)
        self.model.save_pretrained(folder, create_model_card=False)


class PoolEvaluator:
    """Lets a function score the model, under the names the library gives such figures."""

    def __init__(self, score: Callable[[Any], tuple[Score, ...]]) -> None:
        self._score = score
        self.latest: tuple[Score, ...] = ()

    def __call__(
        self, model: Any, output_path: str | None = None, epoch: int = -1, steps: int = -1
    ) -> dict[str, float]:
        """The figures of the model as it is now; nothing is written."""
        self.latest = self._score(model)
        return {
            figure_name(score.dimension, name): value
            for score in self.latest
            for name, value in score.figures.items()
        }


class _Callback:
    """Turns the library's hooks into a Watcher's, and its answers into the library's flags."""

    def __init__(self, watcher: Watcher, evaluates: bool) -> None:
        self._watcher, self._evaluates = watcher, evaluates
        self._done: dict[str, int] = {}

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        wanted = self._watcher.stepped(state.global_step, state.max_steps, state.epoch or 0.0)
        if state.global_step >= state.max_steps:
            wanted |= {"evaluate", "save"}
        _order(control, wanted if self._evaluates else wanted - {"evaluate"})

    def on_epoch_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self._done.get("evaluate") == state.global_step:
            control.should_evaluate = False
        if self._done.get("save") == state.global_step:
            control.should_save = False

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        told = logs or {}
        if "loss" in told and self._watcher.logged(
            state.global_step, state.max_steps, state.epoch or 0.0, told
        ):
            control.should_training_stop = True

    def on_evaluate(
        self, args: Any, state: Any, control: Any, metrics: Any = None, **_: Any
    ) -> None:
        self._done["evaluate"] = state.global_step
        now = (metrics or {}).get(args.metric_for_best_model)
        best = state.best_metric is None or (now is not None and now > state.best_metric)
        if self._watcher.evaluated(state.global_step, state.epoch or 0.0, best):
            _order(control, {"save", "stop"})

    def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self._done["save"] = state.global_step
        checkpoint = Path(args.output_dir) / f"checkpoint-{state.global_step}"
        make_durable(checkpoint)
        best = state.best_model_checkpoint
        _order(control, self._watcher.saved(state.global_step, checkpoint, best))


def _order(control: Any, wanted: set[str]) -> None:
    control.should_evaluate = control.should_evaluate or "evaluate" in wanted
    control.should_save = control.should_save or "save" in wanted
    control.should_training_stop = control.should_training_stop or "stop" in wanted


def build(
    model: Any,
    recipe: Recipe,
    prompts: Prompts,
    columns: Columns,
    checkpoints: Path,
    evaluator: PoolEvaluator | None,
    watcher: Watcher,
) -> Any:
    """The trainer of a run, ready for ``train``. ``recipe`` fits model and device."""
    from datasets import Dataset, disable_progress_bars
    from sentence_transformers import SentenceTransformerTrainer
    from transformers import PrinterCallback, TrainerCallback

    disable_progress_bars()
    data = Dataset.from_dict(_named(recipe, columns))
    keys = Dataset.from_dict({str(at): list(key) for at, key in enumerate(columns.keys)})
    joined = type("RunTrainer", (_RunTrainer, SentenceTransformerTrainer), {"run_keys": keys})
    callback = type("RunCallback", (_Callback, TrainerCallback), {})
    trainer = joined(
        model=model,
        args=_arguments(model, recipe, prompts, data, checkpoints, evaluator is not None),
        train_dataset=data,
        loss=make_loss(model, recipe),
        evaluator=_as_librarys(evaluator) if evaluator else None,
        callbacks=[callback(watcher, evaluator is not None)],
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def state_at(checkpoint: Path) -> Any:
    """The trainer's state when a checkpoint was written."""
    from transformers import TrainerState
    from transformers.trainer import TRAINER_STATE_NAME

    return TrainerState.load_from_json(str(checkpoint / TRAINER_STATE_NAME))


def _arguments(
    model: Any, recipe: Recipe, prompts: Prompts, data: Any, checkpoints: Path, evaluates: bool
) -> Any:
    """The library's arguments for these data, which decide how often the loss is told."""
    from sentence_transformers import SentenceTransformerTrainingArguments

    steps = len(data) / (recipe.batch_size * recipe.accumulation) * recipe.epochs
    return SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints),
        prompts=_prompts(prompts, list(data.column_names)),
        logging_steps=max(1, min(50, int(steps) // LOGGED)),
        **training_arguments(recipe, model.get_embedding_dimension(), evaluates),
    )


def _as_librarys(evaluator: PoolEvaluator) -> Any:
    """The evaluator as one of the library's, which it tells by their class."""
    from sentence_transformers.base.evaluation import BaseEvaluator

    def call(self: Any, *given: Any, **named: Any) -> dict[str, float]:
        return evaluator(*given, **named)

    return type("RunEvaluator", (BaseEvaluator,), {"__call__": call})()


def _named(recipe: Recipe, columns: Columns) -> dict[str, list[str]]:
    """The columns in the recipe's order; the first is the loss's anchor."""
    texts = {"question": (QUESTION, columns.questions), "passage": (PASSAGE, columns.passages)}
    named = {texts[kind][0]: list(texts[kind][1]) for kind in recipe.columns}
    for at, negatives in enumerate(columns.negatives, 1):
        named[f"negative_{at}"] = list(negatives)
    return named


def _prompts(prompts: Prompts, columns: Sequence[str]) -> dict[str, str] | None:
    """The prompt of each column that has one."""
    named = {name: prompts.query if name == QUESTION else prompts.passage for name in columns}
    return {name: prompt for name, prompt in named.items() if prompt} or None
