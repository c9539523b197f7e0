"""A question and a passage to one score, by a cross-encoder under torch.

Importing this module is cheap: torch and sentence-transformers come in when a Reranker is made,
which takes some 5 s. Nothing here ever reaches the network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.devices import choose_device, usable_devices
from legaldesk.engine.encoder import batch_tokens
from legaldesk.engine.loading import load_cross_encoder
from legaldesk.engine.offline import stay_offline
from legaldesk.engine.reranker_folder import RerankerFolder
from legaldesk.engine.turns import QUESTION, Turns

OnBatch = Callable[[int, int], None]


class Reranker:
    """A loaded cross-encoder; any thread may use it.

    ``device`` is where to compute, as the encoder's. With ``turns`` it shares the device with
    encoders: a batch of passages to be encoded waits, since somebody looks at the answer.
    Raises ModelProblem when the model cannot be loaded, and WrongUse for a device that there
    is not.
    """

    def __init__(
        self, folder: RerankerFolder, device: str = "auto", turns: Turns | None = None
    ) -> None:
        stay_offline()
        self.folder = folder
        self.device = choose_device(device, usable_devices())
        self._model = _load(folder, self.device)
        self._turns = turns or Turns()
        self._batch_tokens = batch_tokens(self.device)

    def scores(
        self, question: str, passages: Sequence[str], on_batch: OnBatch | None = None
    ) -> list[float]:
        """How well each passage answers, in the order given: logits, higher is better.

        A pair that is too long loses the end of its longer half. ``on_batch(done, total)``
        counts passages, and stops the work by raising. Raises ModelProblem when a score is no
        number, or one pair does not fit the device's memory.
        """
        widths = self._widths(question, passages)
        waiting = sorted(range(len(passages)), key=lambda index: -widths[index])
        found = [0.0] * len(passages)
        done = 0
        with self._turns.series(QUESTION):
            while done < len(waiting):
                batch = waiting[done : done + max(1, self._batch_tokens // widths[waiting[done]])]
                scores = self._score([(question, passages[index]) for index in batch])
                for index, score in zip(batch, scores, strict=False):
                    found[index] = score
                done += len(scores)
                if on_batch is not None:
                    on_batch(done, len(waiting))
        return found

    def _widths(self, question: str, passages: Sequence[str]) -> list[int]:
        """Tokens that each pair will take in the model."""
        if not passages:
            return []
        limit = self.folder.token_limit
        rows = self._model.tokenizer(
            [question] * len(passages), list(passages), truncation=True, max_length=limit
        )["input_ids"]
        return [len(row) for row in rows]

    def _score(self, pairs: list[tuple[str, str]]) -> list[float]:
        """The scores of the first of the pairs: of all, or of as many as fit the memory."""
        while True:
            try:
                with self._turns.first():
                    scores = self._model.predict(
                        pairs, batch_size=len(pairs), show_progress_bar=False
                    )
                return _checked(scores.tolist())
            except RuntimeError as error:
                if "out of memory" not in str(error).lower():
                    raise
                if len(pairs) == 1:
                    message = f"The model does not fit the memory of {self.device}."
                    raise ModelProblem(message) from error
                self._batch_tokens = max(1, self._batch_tokens // 2)
                pairs = pairs[: len(pairs) // 2]


def _checked(scores: list[float]) -> list[float]:
    if not all(map(math.isfinite, scores)):
        raise ModelProblem("The model's scores make no sense: its weights are damaged.")
    return scores


def _load(folder: RerankerFolder, device: str) -> Any:
    """The folder's model, ready to score."""
    model = load_cross_encoder(folder.path, device)
    model.max_seq_length = folder.token_limit
    model.eval()
    return model
