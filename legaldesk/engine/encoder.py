"""Text to vectors by torch and sentence-transformers, which no other module of search uses.

Importing this module is cheap: both libraries come in when an Encoder is made, which takes
some 5 s and belongs in a thread. Nothing here ever reaches the network.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.devices import choose_device, device_title, usable_devices
from legaldesk.engine.heap import give_back_what_is_free, keep_what_is_freed
from legaldesk.engine.light_imports import set_aside
from legaldesk.engine.loading import load_encoder
from legaldesk.engine.lowered import Lowered
from legaldesk.engine.model_folder import ModelFolder
from legaldesk.engine.offline import stay_offline
from legaldesk.engine.precision import (
    autocast,
    candidate,
    check_precision,
    measure,
    remember,
    remembered,
)
from legaldesk.engine.side_by_side import SideBySide
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.turns import LIVE, Turns

Vectors = npt.NDArray[np.float32]
OnBatch = Callable[[int, int], None]

_log = logging.getLogger(__name__)

WORTH_A_TRIAL = 64
"""Passages in a list that is worth finding the faster precision for."""

GRAIN = 16
"""Tokens to a multiple of which texts are padded where that changes nothing.

torch keeps what it prepared for every shape of a batch that it has met. With so few shapes 1,024
passages of contracts take 880 MB in bf16 instead of 1,200, and no longer.
"""

HALF_AS_WIDE = 2
"""Times as many tokens in a batch on a processor in 16 bits, which take half the room and time."""


def batch_tokens(device: str, static: bool = False) -> int:
    """Tokens in one batch in fp32, padding counted; a static model has none, and looks up in no
    time.

    On a processor it is for each of the parts that are computed side by side, which the benchmark
    batch_tokens compares. A question that torch answers waits for the batch; one that the export
    answers waits for none.
    """
    if static:
        return 65_536
    return 1_024 if device == "cpu" else 4_096


@dataclass(frozen=True, slots=True)
class _Means:
    """What one list of passages is computed with, and let go of after it."""

    threads: SideBySide
    lowered: Lowered


class Encoder:
    """A loaded model. Safe to use from several threads, one batch at a time.

    A query never waits for more than the batch that is being computed. ``device`` is where
    it computes and ``dimension`` the width d of its vectors, which are fp32 and of length 1.
    ``precision`` is what passages are computed in: "fp32", "bf16" or "fp16"; questions
    always are in fp32. When "auto" is asked for, the first long list of passages is preceded
    by a trial of some seconds, unless ``notes``, a JSON file, tells what an earlier one found;
    until then ``precision`` is "fp32".
    Two encoders in one process share ``turns``, and the one with the lower ``rank`` goes
    first; it may be set anew when a shadow becomes live.
    A ``folder`` that was read with remembered hashes is to be given to verify_weights first.
    Raises ModelProblem when the model cannot be loaded, and WrongUse for a device or
    precision that there is not.
    """

    def __init__(
        self,
        folder: ModelFolder,
        device: str = "auto",
        turns: Turns | None = None,
        precision: str = "auto",
        rank: int = LIVE,
        notes: Path | None = None,
    ) -> None:
        stay_offline()
        wanted = check_precision(precision)
        self.device = choose_device(device, usable_devices())
        self.dimension = folder.dimension
        self.rank = rank
        keep_what_is_freed()
        self._model = _load(folder, self.device)
        self._grain = _pad_to_grain(self._model, folder)
        self._tokens = TokenCounter(folder)
        self._folder = folder
        self._limit = folder.token_limit
        self._batch_tokens = batch_tokens(self.device, folder.static)
        self._threads = _threads() if self.device == "cpu" and not folder.static else 1
        self._turns = turns or Turns()
        self._notes = notes
        self._untried = False
        self.precision = self._known_precision() if wanted == "auto" else wanted

    @property
    def pipeline(self) -> Any:
        """The SentenceTransformer itself, to be exported and not to be changed."""
        return self._model

    def encode_query(self, text: str) -> Vectors:
        """The vector (d,) of a question, with the model's query prompt."""
        with self._turns.first():
            vector = self._model.encode_query(
                [text], normalize_embeddings=True, show_progress_bar=False
            )
        return self._checked(vector).reshape(self.dimension)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The vectors (n, d) of many questions, in their order; for measuring."""
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._turns.first():
            vectors = self._model.encode_query(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return self._checked(vectors)

    def encode_passages(self, texts: Sequence[str], on_batch: OnBatch | None = None) -> Vectors:
        """The vectors (n, d) of passages in the order given, with the passage prompt.

        Texts are sorted by length over the whole list, since padding costs a factor of 2.4,
        so pass long lists. ``on_batch(done, total)`` counts texts, and stops the work by
        raising. Raises ModelProblem when not even one text fits the device's memory.
        """
        try:
            with SideBySide(self._threads) as side_by_side:
                means = _Means(side_by_side, Lowered(self._model, self.device))
                return self._encode(texts, means, on_batch)
        finally:
            give_back_what_is_free()

    def _encode(self, texts: Sequence[str], means: _Means, on_batch: OnBatch | None) -> Vectors:
        if self._untried and len(texts) >= WORTH_A_TRIAL:
            self._try_precision(means)
        widths = self._widths(texts)
        waiting = sorted(range(len(texts)), key=lambda index: -widths[index])
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        done = 0
        with self._turns.series(self.rank):
            while done < len(waiting):
                size = self._fitting(widths[waiting[done]]) * means.threads.parts
                batch = waiting[done : done + size]
                found = self._encode_batch([texts[index] for index in batch], means)
                vectors[batch[: len(found)]] = found
                done += len(found)
                if on_batch is not None:
                    on_batch(done, len(waiting))
        return vectors

    def _widths(self, texts: Sequence[str]) -> list[int]:
        """Tokens that each text will take in the model."""
        extra = self._limit - self._tokens.body_limit
        counts = [count + extra for count in self._tokens.count(texts)]
        return [min(-(-count // self._grain) * self._grain, self._limit) for count in counts]

    def _fitting(self, width: int) -> int:
        """How many texts of this many tokens make one part of a batch."""
        wider = self.device == "cpu" and self.precision != "fp32"
        return max(1, self._batch_tokens * (HALF_AS_WIDE if wider else 1) // width)

    def _encode_batch(self, texts: list[str], means: _Means) -> Vectors:
        """The vectors of the first of the texts: of all of them, or of as many as fit."""
        while True:
            try:
                vectors, _ = self._compute(texts, self.precision, means)
                if self.precision != "fp32" and not np.isfinite(vectors).all():
                    vectors, _ = self._compute(texts, "fp32", means)  # too large for 16 bits
                return self._checked(vectors)
            except RuntimeError as error:
                texts = self._halved(texts, error)

    def _compute(
        self, texts: list[str], precision: str, means: _Means, divided: bool = True
    ) -> tuple[Vectors, float]:
        """The vectors of one batch, and the seconds that it took once it had its turn."""
        clock = time.process_time if self.device == "cpu" else time.perf_counter
        count = min(means.threads.parts, len(texts)) if divided else 1
        parts = [texts[first::count] for first in range(count)]  # as long as one another
        model = means.lowered.model(precision)
        with self._turns.later(self.rank):
            begun = clock()
            found = means.threads.run(lambda part: self._vectors(model, part, precision), parts)
            taken = clock() - begun
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for first, some in enumerate(found):
            vectors[first::count] = some
        return vectors, taken

    def _vectors(self, model: Any, texts: list[str], precision: str) -> Any:
        """The library's vectors of one part of a batch; autocast is the calling thread's own."""
        with autocast(self.device, precision):
            return model.encode_document(
                texts, batch_size=len(texts), normalize_embeddings=True, show_progress_bar=False
            )

    def _known_precision(self) -> str:
        """What an earlier trial chose, else fp32 until there is one."""
        import torch

        self._candidate = candidate(self.device, torch)
        if self._folder.static or self._candidate == "fp32":
            return "fp32"
        trial = remembered(self._notes, self._folder.identity, device_title(self.device))
        self._untried = trial is None
        return "fp32" if trial is None else trial.chosen

    def _try_precision(self, means: _Means) -> None:
        """Measure whether 16 bits are faster here, and keep what was found."""
        self._untried = False

        def compute(texts: list[str], precision: str) -> tuple[Vectors, float]:
            # Its batches are small: in parts of two texts 16 bits gain little.
            return self._compute(texts, precision, means, divided=False)

        trial = measure(compute, self._candidate)
        remember(self._notes, self._folder.identity, device_title(self.device), trial)
        self.precision = trial.chosen
        _log.info("precision on %s: %s, %s", self.device, trial.chosen, trial)

    def _halved(self, texts: list[str], error: RuntimeError) -> list[str]:
        """Half of the texts after memory ran out; later batches are halved too."""
        if "out of memory" not in str(error).lower():
            raise error
        if len(texts) == 1:
            message = f"The model does not fit the memory of {self.device}. Use the CPU instead."
            raise ModelProblem(message) from error
        self._batch_tokens = max(1, self._batch_tokens // 2)
        _free_memory(self.device)
        return texts[: len(texts) // 2]

    def _checked(self, vectors: Any) -> Vectors:
        """The library's answer as fp32 (n, d), refused when it is not made of numbers."""
        array = np.asarray(vectors, dtype=np.float32)
        if array.shape[1:] != (self.dimension,) or not np.isfinite(array).all():
            raise ModelProblem("The model's vectors make no sense: its weights are damaged.")
        return array


def _threads() -> int:
    """The threads that torch has for one operation."""
    import torch

    return int(torch.get_num_threads())


def _load(folder: ModelFolder, device: str) -> Any:
    """The folder's model, ready to encode."""
    prompts = {"query": folder.prompts.query, "document": folder.prompts.passage}
    model = load_encoder(folder.path, device, prompts)
    if not folder.static:
        model.max_seq_length = folder.token_limit
    model.eval()
    set_aside()
    return model


def _pad_to_grain(model: Any, folder: ModelFolder) -> int:
    """Have texts padded to a multiple of so many tokens; returns it, 1 where that cannot be.

    Not where it would pass the limit, nor where the length of the prompt, which the library
    counts with its padding, is left out of the pooling.
    """
    pooled_without = any(not getattr(module, "include_prompt", True) for module in model)
    said: Any = getattr(model[0], "processing_kwargs", None)  # a static model's module has none
    fits = said is not None and folder.token_limit % GRAIN == 0 and not pooled_without
    if fits:
        text = {**said.get("text", {}), "pad_to_multiple_of": GRAIN}
        model[0].processing_kwargs = {**said, "text": text}
    model.encode_document(["."], show_progress_bar=False)  # sets its tokenizer, for all threads
    return GRAIN if fits else 1


def _free_memory(device: str) -> None:
    """Give what torch holds in reserve back to a graphics card."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.empty_cache()
