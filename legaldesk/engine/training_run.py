"""One run from its folder to its model, in the trainer process."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legaldesk.core.errors import ModelProblem
from legaldesk.core.metrics import Scores
from legaldesk.core.recipes import (
    Recipe,
    measured_dimensions,
    metric_dimension,
    with_half_the_batch,
)
from legaldesk.core.training import (
    AVERAGE,
    BASE,
    TRAIN,
    VALIDATION,
    Candidate,
    Evaluation,
    Event,
    Finished,
    Notice,
    RunConfig,
    Score,
    Stage,
)
from legaldesk.engine.candidates import Trained, choose, load_weights, trained
from legaldesk.engine.hard_negatives import mine
from legaldesk.engine.model_card_data import write_cards
from legaldesk.engine.pool_scores import Pool, averaged, encode, make_pool, score_pool
from legaldesk.engine.run_folder import RunFolder, RunState, read_event, step_of
from legaldesk.engine.trainer_orders import Orders
from legaldesk.engine.training_model import (
    free_memory,
    load_model,
    put_in_place,
    ran_out_of_memory,
    read_at_most,
)
from legaldesk.engine.training_pairs import columns
from legaldesk.engine.training_watch import Watch

if TYPE_CHECKING:
    from legaldesk.engine.training_library import PoolEvaluator

Tell = Callable[[Event], None]

_EVALUATION_BATCH = 32


class TrainingRun:
    """Carries out a run, or the rest of it. ``tell`` is called for every event."""

    def __init__(self, folder: RunFolder, tell: Tell, orders: Orders) -> None:
        self._folder = folder
        self._config: RunConfig = folder.config()
        self._orders = orders
        self._tell_parent = tell
        self._lines = folder.pairs(TRAIN)
        pool = make_pool(folder.pairs(VALIDATION), folder.pool())
        self._pool: Pool | None = pool if pool.questions else None
        self._halvings = folder.state().halvings

    def run(self) -> Finished:
        """Train, choose and write the model, its table and its cards.

        Raises ModelProblem for weights that are no numbers or do not fit the memory.
        """
        if not self._lines:
            raise ModelProblem("There is no pair left to train on.")
        self._folder.set_state(RunState(self._halvings))  # what failed before is tried again
        told = {line.get("text") for line in self._folder.log()}
        for sentence in self._config.said:
            if sentence not in told:
                self._tell(Notice(sentence))
        while True:
            try:
                watch = self._train(self._recipe())
                break
            except (RuntimeError, MemoryError) as error:
                if not ran_out_of_memory(error):
                    raise
            self._halve()
        return self._conclude(watch)

    def _tell(self, event: Event) -> None:
        if not isinstance(event, Stage):
            self._folder.append_log(event)
        self._tell_parent(event)

    def _recipe(self) -> Recipe:
        """The recipe with the batch that fits the memory."""
        recipe = self._config.recipe
        for _ in range(self._halvings):
            recipe = with_half_the_batch(recipe) or recipe
        return recipe

    def _halve(self) -> None:
        """Remember that the memory takes half the batch. Raises ModelProblem at one."""
        if with_half_the_batch(self._recipe()) is None:
            raise ModelProblem("Not even one pair fits the memory of this device.")
        self._halvings += 1
        self._folder.set_state(RunState(self._halvings))
        self._tell(
            Notice(
                "The memory ran out. Training goes on with half the batch at a time and the same "
                "number of pairs for each step."
            )
        )
        gc.collect()
        free_memory(self._config.device)

    def _train(self, recipe: Recipe) -> Watch:
        """Train from the last whole checkpoint, or from the base model."""
        from legaldesk.engine.training_library import PoolEvaluator, build, state_at

        self._tell(Stage("load"))
        start = self._folder.whole_checkpoints()
        self._folder.cut_log(step_of(start[-1]) if start else -1)
        model = load_model(self._config)
        evaluator = PoolEvaluator(self._score) if self._pool else None
        sizes, since = self._sizes(), self._since_best()
        watch = Watch(recipe, self._tell, self._orders, evaluator, sizes, since)
        if not start and evaluator is not None:
            self._tell_base(evaluator, model)
        mined = self._mine(model, recipe) if recipe.negatives else {}
        texts = columns(self._lines, recipe, mined)
        read_at_most(model, recipe.training_tokens or recipe.max_tokens)
        trainer = build(
            model, recipe, self._config.prompts, texts, self._folder.checkpoints, evaluator, watch
        )
        self._tell(Stage("train"))
        try:
            if start and watch.spent:  # all that was left to do was to choose
                trainer.state = state_at(start[-1])
            else:
                trainer.train(resume_from_checkpoint=str(start[-1]) if start else None)
        finally:
            watch.raise_if_broken()
        best = trainer.state.best_model_checkpoint  # by its name: the library may have moved
        kept = self._folder.checkpoints / Path(best).name if best else None
        watch.best = kept if kept is not None and kept.exists() else None
        return watch

    def _since_best(self) -> int:
        """How many evaluations in a row were no better, as the log has it."""
        better = [event.best for event in self._evaluations() if event.step]
        return better[::-1].index(True) if True in better else len(better)

    def _sizes(self) -> tuple[int, int]:
        return (len(self._pool.questions), len(self._pool.passages)) if self._pool else (0, 0)

    def _tell_base(self, evaluator: PoolEvaluator, model: Any) -> None:
        evaluator(model)
        self._tell(Evaluation(0.0, 0, evaluator.latest, *self._sizes()))

    def _score(self, model: Any) -> tuple[Score, ...]:
        """The figures over the pool."""
        return averaged(self._singles(model))

    def _singles(self, model: Any) -> dict[int, Scores]:
        """Every question's figures over the pool, reading as many tokens as the saved model will.

        By dimension; none without a pool.
        """
        if self._pool is None:
            return {}
        self._tell(Stage("measure"))
        recipe = self._config.recipe
        before = model.max_seq_length
        read_at_most(model, recipe.max_tokens)
        try:
            return score_pool(
                model,
                self._pool,
                measured_dimensions(recipe, self._config.width),
                recipe.precision == "bf16",
                max(1, _EVALUATION_BATCH >> self._halvings),
            )
        finally:
            read_at_most(model, before)

    def _mine(self, model: Any, recipe: Recipe) -> dict[int, tuple[str, ...]]:
        self._tell(Stage("mine"))
        held_out = {line.group for line in self._folder.pairs(VALIDATION)}
        others = [line for line in self._folder.pool() if line.group not in held_out]
        texts = [*(line.pair.passage for line in self._lines), *(line.text for line in others)]
        asked = [line.pair.question for line in self._lines]
        bf16, batch = recipe.precision == "bf16", max(1, _EVALUATION_BATCH >> self._halvings)
        questions = encode(model, asked, True, bf16, batch)
        passages = encode(model, texts, False, bf16, batch)
        return mine(self._lines, others, questions, passages, recipe.negatives, recipe.margin)

    def _conclude(self, watch: Watch) -> Finished:
        """Score the candidates, keep one, and clear away what was only needed to get there."""
        self._tell(Stage("choose"))
        last = self._folder.whole_checkpoints()[-1]
        found = trained(self._config.recipe, watch.best, last, step_of)
        model = load_model(self._config)
        base = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        known = self._known()
        table = [(BASE, 0, known[0] if 0 in known else self._score(model))]
        singles = {}
        for candidate in found:
            if self._config.recipe.published and candidate.step in known:
                table.append((candidate.name, candidate.step, known[candidate.step]))
                continue  # its recipe says which one is kept
            load_weights(model, candidate, base)
            singles[candidate.name] = self._singles(model)
            table.append((candidate.name, candidate.step, averaged(singles[candidate.name])))
        chosen = self._chosen(found, singles)
        load_weights(model, chosen, base)
        for name, step, scores in table[1:]:
            self._tell(Candidate(name, step, scores, name == chosen.name))
        self._write(model, chosen, table)
        self._folder.set_state(RunState(self._halvings, "finished"))
        shutil.rmtree(self._folder.checkpoints, ignore_errors=True)
        return Finished(self._config.id, chosen.name, chosen.step, self._orders.stopped)

    def _known(self) -> dict[int, tuple[Score, ...]]:
        """The figures of every step that was evaluated, from the log; none without a pool."""
        if self._pool is None:
            return {}
        return {event.step: event.scores for event in self._evaluations() if event.scores}

    def _evaluations(self) -> list[Evaluation]:
        events = [read_event(line) for line in self._folder.log()]
        return [event for event in events if isinstance(event, Evaluation)]

    def _chosen(self, found: list[Trained], singles: Mapping[str, Mapping[int, Scores]]) -> Trained:
        """The candidate to keep; without questions to choose by, the one that risks least."""
        recipe = self._config.recipe
        by_name = {candidate.name: candidate for candidate in found}
        if self._pool is None and not recipe.published:
            return by_name.get(AVERAGE, found[0])
        dimension = metric_dimension(recipe, self._config.width)
        scored = {
            name: {question: each[recipe.metric] for question, each in scores[dimension].items()}
            for name, scores in singles.items()
            if scores
        }
        return by_name.get(choose(recipe, scored), found[0])

    def _write(
        self, model: Any, chosen: Trained, table: list[tuple[str, int, tuple[Score, ...]]]
    ) -> None:
        """Put the model and everything that is said about it in place."""
        questions, passages = self._sizes()
        rows = [
            {"name": name, "step": step, "scores": scores, "chosen": name == chosen.name}
            for name, step, scores in table
        ]
        corpus = "validation pool"
        self._folder.write(
            "table.json",
            {"corpus": corpus, "passages": passages, "questions": questions, "rows": rows},
        )
        read_at_most(model, self._config.recipe.max_tokens)
        part = self._folder.path / "model.part"
        shutil.rmtree(part, ignore_errors=True)
        model.save_pretrained(str(part), create_model_card=False)
        write_cards(self._folder, part, model, replace(self._config, recipe=self._recipe()), rows)
        put_in_place(part, self._folder.model)
