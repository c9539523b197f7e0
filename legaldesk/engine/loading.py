"""Models as sentence-transformers loads them: whole, from safetensors, and without any code.

Importing this module is cheap; loading brings in torch and sentence-transformers, which takes
some 5 s. Nothing here ever reaches the network.
"""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.light_imports import light_imports
from legaldesk.engine.model_parts import read_modules
from legaldesk.engine.offline import stay_offline

_WITHOUT_MEANING = re.compile(r"(^|\.)position_ids$")
"""Numbers counted up from 0, which older libraries saved."""

_POOLER = re.compile(r"(^|\.)pooler\.")
_NO_POOLER_IN_IT = "last_hidden_state"
"""What most models hand on, past the pooler: many published ones were saved without theirs."""


@light_imports()
def load_encoder(path: Path, device: str, prompts: dict[str, str] | None = None) -> Any:
    """The folder as a SentenceTransformer in fp32. Raises ModelProblem when it is not whole."""
    import torch
    from sentence_transformers import SentenceTransformer

    _be_quiet()
    try:
        model = SentenceTransformer(
            str(path), device=device, prompts=prompts, **_options(dtype=torch.float32)
        )
    except Exception as error:  # transformers, safetensors and torch each raise their own
        raise ModelProblem("The model could not be loaded.", str(path)) from error
    _refuse_made_up(model, path, path.name)
    return model


@light_imports()
def load_cross_encoder(path: Path, device: str) -> Any:
    """The folder as a CrossEncoder in fp32 that gives logits. Raises ModelProblem as above.

    The activation that it names is left out: a sigmoid keeps the order and, close to 1, makes
    different scores equal.
    """
    import torch
    from sentence_transformers import CrossEncoder

    _be_quiet()
    try:
        model = CrossEncoder(
            str(path),
            device=device,
            activation_fn=torch.nn.Identity(),
            **_options(dtype=torch.float32),
        )
    except Exception as error:  # transformers, safetensors and torch each raise their own
        raise ModelProblem("The model could not be loaded.", str(path)) from error
    _refuse_made_up(model, path, path.name)
    return model


@light_imports()
def refuse_incomplete(path: Path, name: str, kind: str = "SentenceTransformer") -> None:
    """Raise ModelProblem, naming the model, when its weights are not all of what it is made of.

    Only their names and shapes are read (0.1 s), of a folder that was found safe; ``kind`` is
    the library's class for it.
    """
    stay_offline()
    import sentence_transformers

    _be_quiet()
    try:
        model = getattr(sentence_transformers, kind)(str(path), **_options(device_map="meta"))
    except Exception as error:  # transformers, safetensors and torch each raise their own
        message = f"The model “{name}” could not be loaded: its files do not fit one another."
        raise ModelProblem(message, str(path)) from error
    _refuse_made_up(model, path, name)


def _options(**more: Any) -> dict[str, Any]:
    return {
        "trust_remote_code": False,
        "local_files_only": True,
        "model_kwargs": {"use_safetensors": True, **more},
    }


def _be_quiet() -> None:
    """Say nothing on the streams of whoever runs it: what is wrong is raised."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()


def _refuse_made_up(model: Any, path: Path, name: str) -> None:
    """Raise ModelProblem when the library drew weights at random because the files lack them.

    It does so for transformers alone, and tells which only when it is asked while it loads: so
    each is loaded once more without its numbers, which takes 0.05 s.
    """
    transformers = [module for module in model if getattr(module, "auto_model", None) is not None]
    if not transformers:
        return
    folders = [path]
    if (path / "modules.json").is_file():
        folders = [path / module.folder for module in read_modules(path)]
    for module, folder in zip(model, folders, strict=False):
        if module not in transformers:
            continue
        lacking = _lacking(module, folder)
        if lacking:
            total = len(module.auto_model.state_dict())
            message = (
                f"The weights of the model “{name}” are not whole: {len(lacking)} of its {total}"
                f" parts are missing or named otherwise ({lacking[0]}), so that its answers would"
                " be random. Get the model again, or save it anew with sentence-transformers."
            )
            raise ModelProblem(message, str(folder))


def _lacking(module: Any, folder: Path) -> list[str]:
    """The names of a transformer's weights that count and are not in its files."""
    inner = module.auto_model
    _, told = type(inner).from_pretrained(
        str(folder),
        config=copy.deepcopy(inner.config),
        local_files_only=True,
        use_safetensors=True,
        device_map="meta",
        output_loading_info=True,
    )
    outputs = {each["method_output_name"] for each in module.modality_config.values()}
    spared = [_WITHOUT_MEANING, *([_POOLER] if outputs == {_NO_POOLER_IN_IT} else [])]
    return sorted(
        key for key in told["missing_keys"] if not any(each.search(key) for each in spared)
    )
