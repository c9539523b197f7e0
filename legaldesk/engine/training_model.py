"""A run's model on disk and in memory: loaded without code, put in place whole."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from legaldesk.core.training import RunConfig
from legaldesk.engine.loading import load_encoder
from legaldesk.engine.run_folder import COMPLETE, make_durable

_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


def load_model(config: RunConfig) -> Any:
    """The base model in fp32 with its prompts. Raises ModelProblem when it is not whole."""
    prompts = {"query": config.prompts.query, "document": config.prompts.passage}
    model = load_encoder(Path(config.base_folder), config.device, prompts)
    read_at_most(model, config.recipe.max_tokens)
    return model


def read_at_most(model: Any, tokens: int) -> None:
    """Cut texts to so many tokens; a static model reads what its tokenizer does not cut."""
    if type(model[0]).__name__ != "StaticEmbedding":
        model.max_seq_length = tokens


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether that is what an error says."""
    return isinstance(error, MemoryError) or any(
        words in str(error).lower() for words in _NO_MEMORY
    )


def put_in_place(part: Path, place: Path) -> None:
    """Give a finished folder its name, flushed to the disk."""
    make_durable(part)
    (part / COMPLETE).unlink()
    shutil.rmtree(place, ignore_errors=True)
    os.replace(part, place)


def free_memory(device: str) -> None:
    """Give what torch holds in reserve back to a graphics card."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.empty_cache()
