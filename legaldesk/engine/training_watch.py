"""Follows a run from step to step: tells what happens, and ends it when that is due."""

from __future__ import annotations

import math
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legaldesk.core.errors import ModelProblem
from legaldesk.core.recipes import Recipe
from legaldesk.core.training import Evaluation, Event, Notice, Paused, Saved, Step
from legaldesk.engine.trainer_orders import Orders

if TYPE_CHECKING:
    from legaldesk.engine.training_library import PoolEvaluator

SAVED_EVERY = 300.0
"""Seconds between two checkpoints at most, so that a kill costs no more."""

_NOT_NUMBERS = (
    "The training went wrong: its loss is not a number any more. The model in use is as it was. "
    "Try again with a lower learning rate."
)


class Watch:
    """The watcher of one attempt (see ``training_library.Watcher``).

    ``since_best`` are the evaluations that were no better before it, of a run that goes on.
    """

    def __init__(
        self,
        recipe: Recipe,
        tell: Callable[[Event], None],
        orders: Orders,
        evaluator: PoolEvaluator | None,
        sizes: tuple[int, int],
        since_best: int = 0,
    ) -> None:
        self._recipe, self._tell, self._orders = recipe, tell, orders
        self._evaluator, self._sizes = evaluator, sizes
        self._first_step: int | None = None
        self._started = time.monotonic()
        self._saved_at: float | None = None
        self._since_best = since_best
        self._broken = False
        self.best: Path | None = None
        """The checkpoint of the best step so far."""

    def raise_if_broken(self) -> None:
        """Raise ModelProblem when the loss was not a number."""
        if self._broken:
            raise ModelProblem(_NOT_NUMBERS)

    @property
    def spent(self) -> bool:
        """Whether the recipe's patience is at its end."""
        return 0 < self._recipe.patience <= self._since_best

    def stepped(self, step: int, steps: int, epoch: float) -> set[str]:
        """What to do after a step."""
        if self._orders.stopped:
            return {"evaluate", "save", "stop"}
        now = time.monotonic()
        self._saved_at = self._saved_at or now
        return {"save"} if self._orders.paused or now - self._saved_at > SAVED_EVERY else set()

    def logged(self, step: int, steps: int, epoch: float, figures: Mapping[str, Any]) -> bool:
        """Tell a step; True when its loss is not a number."""
        loss, gradient = float(figures["loss"]), float(figures.get("grad_norm") or 0.0)
        skips = self._recipe.precision == "fp16"  # its scaler leaves out steps that overflow
        if not math.isfinite(loss) or not (skips or math.isfinite(gradient)):
            self._broken = True
            return True
        rate = float(figures.get("learning_rate", 0.0))
        self._tell(Step(epoch, step, steps, loss, rate, self._seconds_left(step, steps)))
        return False

    def evaluated(self, step: int, epoch: float, best: bool) -> bool:
        """Tell an evaluation; True when the recipe's patience is at its end."""
        scores = self._evaluator.latest if self._evaluator else ()
        self._tell(Evaluation(epoch, step, scores, *self._sizes, best))
        self._since_best = 0 if best else self._since_best + 1
        if not self.spent:
            return False
        patience = self._recipe.patience
        times = f"{patience} times in a row" if patience > 1 else "once"
        self._tell(Notice(f"It got no better {times}, so the run ends here and keeps the best."))
        return True

    def saved(self, step: int, checkpoint: Path, best: str | None) -> set[str]:
        """Clear older checkpoints away, and wait while paused."""
        self.best = Path(best) if best else None
        for other in checkpoint.parent.glob("checkpoint-*"):
            if other not in (checkpoint, self.best):
                shutil.rmtree(other, ignore_errors=True)
        before = self._saved_at = time.monotonic()
        self._tell(Saved(step))
        if self._orders.paused:
            self._tell(Paused(step))
            self._orders.wait()
            self._saved_at = time.monotonic()
            self._started += self._saved_at - before
        return set()

    def _seconds_left(self, step: int, steps: int) -> float | None:
        """An estimate from this attempt's own pace, evaluations included."""
        if self._first_step is None:
            self._first_step, self._started = step, time.monotonic()
            return None
        done = step - self._first_step
        return (time.monotonic() - self._started) / done * (steps - step) if done else None
