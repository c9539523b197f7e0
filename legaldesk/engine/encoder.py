"""Text to vectors. The only module of search that uses torch and sentence-transformers.

Importing this module is cheap: both libraries come in when an Encoder is made, which takes
some 5 s and belongs in a thread. Nothing here ever reaches the network.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from legaldesk.core.errors import ModelProblem, WrongUse
from legaldesk.engine.model_folder import ModelFolder
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.turns import LIVE, Turns

Vectors = npt.NDArray[np.float32]
OnBatch = Callable[[int, int], None]

_OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "DO_NOT_TRACK": "1",
}

_SLEEP_WHEN_IDLE = {"OMP_WAIT_POLICY": "PASSIVE"}
"""Spinning between two batches, torch's threads would take the window's processor."""


def stay_offline() -> None:
    """Set what the model libraries read once, before they are imported: no network, no spinning.

    A hub name on a cut network blocks for 70 s; with this it fails at once.
    """
    os.environ.update(_OFFLINE)
    os.environ.update(_SLEEP_WHEN_IDLE)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")


def choose_device(wanted: str, present: Sequence[str]) -> str:
    """The device to compute on, out of those present such as ("cuda:0", "mps", "cpu").

    "auto" takes the first of cuda, mps and cpu that is there; "cuda" means any of them.
    Raises WrongUse when what is wanted is not there.
    """
    kinds = ("cuda", "mps", "cpu") if wanted == "auto" else (wanted,)
    for kind in kinds:
        for device in present:
            if device == kind or device.partition(":")[0] == kind:
                return device
    raise WrongUse(f"This computer has no device {wanted!r}; it has {', '.join(present)}.")


def batch_tokens(device: str) -> int:
    """Tokens in one batch, padding counted.

    On two cores 512 to 4,096 encode the same 44 passages a second, and a question that
    comes during a batch waits 0.24 s at 1,024 against 0.61 s at 4,096.
    """
    return 1_024 if device == "cpu" else 4_096


class Encoder:
    """A loaded model. Safe to use from several threads, one batch at a time.

    A query never waits for more than the batch that is being computed. ``device`` is where
    it computes and ``dimension`` the width d of its vectors, which are fp32 and of length 1.
    ``precision`` is what passages are computed in: "fp32", "bf16" or "fp16"; questions
    always are in fp32. Two encoders in one process share ``turns``, and the one with the
    lower ``rank`` goes first; it may be set anew when a shadow becomes live.
    Raises ModelProblem when the model cannot be loaded.
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
        self.device = choose_device(device, _devices())
        self.dimension = folder.dimension
        self._model = _load(folder, self.device)
        self._tokens = TokenCounter(folder)
        self._limit = folder.token_limit
        self._batch_tokens = batch_tokens(self.device)
        self.rank = rank
        self.precision = "fp32" if precision == "auto" else precision
        self._turns = turns or Turns()

    def encode_query(self, text: str) -> Vectors:
        """The vector (d,) of a question, with the model's query prompt."""
        with self._turns.first():
            vector = self._model.encode_query(
                [text], normalize_embeddings=True, show_progress_bar=False
            )
        return self._checked(vector).reshape(self.dimension)

    def encode_passages(self, texts: Sequence[str], on_batch: OnBatch | None = None) -> Vectors:
        """The vectors (n, d) of passages in the order given, with the passage prompt.

        Texts are sorted by length over the whole list, since padding costs a factor of 2.4,
        so pass long lists. ``on_batch(done, total)`` counts texts, and stops the work by
        raising. Raises ModelProblem when not even one text fits the device's memory.
        """
        widths = self._widths(texts)
        waiting = sorted(range(len(texts)), key=lambda index: -widths[index])
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        done = 0
        with self._turns.series(self.rank):
            while done < len(waiting):
                batch = waiting[done : done + self._fitting(widths[waiting[done]])]
                found = self._encode_batch([texts[index] for index in batch])
                vectors[batch[: len(found)]] = found
                done += len(found)
                if on_batch is not None:
                    on_batch(done, len(waiting))
        return vectors

    def _widths(self, texts: Sequence[str]) -> list[int]:
        """Tokens that each text will take in the model."""
        extra = self._limit - self._tokens.body_limit
        return [min(count + extra, self._limit) for count in self._tokens.count(texts)]

    def _fitting(self, width: int) -> int:
        """How many texts of this many tokens make one batch."""
        return max(1, self._batch_tokens // width)

    def _encode_batch(self, texts: list[str]) -> Vectors:
        """The vectors of the first of the texts: of all of them, or of as many as fit."""
        while True:
            try:
                with self._turns.later(self.rank):
                    vectors = self._model.encode_document(
                        texts,
                        batch_size=len(texts),
                        normalize_embeddings=True,
                        show_progress_bar=False,
                    )
                return self._checked(vectors)
            except RuntimeError as error:
                texts = self._halved(texts, error)

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


def _load(folder: ModelFolder, device: str) -> Any:
    """The folder as a SentenceTransformer in fp32 that loads safetensors and no code."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        model = SentenceTransformer(
            str(folder.path),
            device=device,
            prompts={"query": folder.prompts.query, "document": folder.prompts.passage},
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True, "dtype": torch.float32},
        )
    except Exception as error:  # transformers, safetensors and torch each raise their own
        raise ModelProblem("The model could not be loaded.", str(folder.path)) from error
    model.max_seq_length = folder.token_limit
    model.eval()
    _set_aside()
    return model


def _set_aside() -> None:
    """Keep the libraries' objects out of garbage collection: pypdf runs 1.9x slower beside."""
    gc.collect()
    gc.freeze()


def _devices() -> list[str]:
    """The devices that torch can use here."""
    import torch

    cuda = [f"cuda:{number}" for number in range(torch.cuda.device_count())]
    mps = ["mps"] if torch.backends.mps.is_available() else []
    return [*cuda, *mps, "cpu"]


def _free_memory(device: str) -> None:
    """Give what torch holds in reserve back to a graphics card."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.empty_cache()
