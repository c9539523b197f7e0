"""Which of a model's files are needed, and which make it one that is not taken in.

The same rules hold for a folder, a zip and the hub. A file that is not needed is left behind,
so that pickles and programs beside safe weights never get here; a model that cannot do
without them is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from legaldesk.core.errors import ModelProblem

MODULES = "modules.json"
README = "README.md"
SETTINGS = "config_sentence_transformers.json"

MAX_SETTINGS = 128 << 20
"""Bytes of one file that is not weights; the largest known tokenizer.json has 34 MB."""

_OF_THE_MODEL = {MODULES, README, SETTINGS}
_OF_A_MODULE = {
    "added_tokens.json",
    "config.json",
    "model.safetensors.index.json",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer_config.json",
}
# The first module's own settings are named after it: sentence_bert_config.json and older kin.
_MODULE_SETTINGS = re.compile(r"sentence_[a-z-]+_config\.json")
_WEIGHTS = re.compile(r"model(-\d{5}-of-\d{5})?\.safetensors")
_PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}
_OTHER_WEIGHTS = {".onnx", ".h5", ".msgpack", ".gguf", ".ot"}


def module_folders(file: Path) -> tuple[str, ...]:
    """The modules' folders inside the model's, from its modules.json; "" is the model's own.

    Raises ModelProblem, naming the file, for classes and folders from elsewhere.
    """
    try:
        lines = json.loads(file.read_text(encoding="utf-8"))
        modules = [(str(line["type"]), str(line["path"])) for line in lines]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelProblem("The model's modules.json cannot be read.", MODULES) from error
    for kind, folder in modules:
        if not kind.startswith("sentence_transformers."):
            message = f"The model wants to run {kind}, which is not part of its library."
            raise ModelProblem(message, MODULES)
        if not is_inside(folder or "."):
            raise ModelProblem("The model points to files outside its own folder.", MODULES)
    return tuple(dict.fromkeys(str(PurePosixPath(folder)) for _, folder in modules))


def is_inside(name: str) -> bool:
    """Whether a relative name stays below where it is put, on any system."""
    if not name or "\\" in name or ":" in name or "\0" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def needed(names: Iterable[str], folders: Collection[str]) -> list[str]:
    """Those of the files that the model needs, in order; ``folders`` as module_folders says."""
    return sorted(name for name in names if is_inside(name) and _is_needed(name, folders))


def is_weights(name: str) -> bool:
    """Whether this is a file of safetensors weights."""
    return _WEIGHTS.fullmatch(PurePosixPath(name).name) is not None


def refuse_other_weights(names: Sequence[str], folders: Collection[str]) -> None:
    """Raise ModelProblem when one of the model's folders holds weights, but no safe ones."""
    refused = _OTHER_WEIGHTS | _PICKLES
    for folder in folders:
        inside = [name for name in names if str(PurePosixPath(name).parent) == folder]
        if any(is_weights(name) for name in inside):
            continue
        for name in inside:
            suffix = PurePosixPath(name).suffix.lower()
            if suffix in refused and PurePosixPath(name).name != "training_args.bin":
                raise ModelProblem(_other_weights(suffix), name)


def refuse_no_weights(names: Iterable[str]) -> None:
    """Raise ModelProblem when there are no safetensors among the needed files."""
    if not any(is_weights(name) for name in names):
        raise ModelProblem(
            "The model has no safetensors weights, the only ones that are loaded. "
            "Ask its authors for them, or choose another model."
        )


def refuse_programs(folder: Path, names: Iterable[str]) -> None:
    """Raise ModelProblem, naming the file, when a model needs Python files of its own."""
    for name in names:
        if name.endswith(".json") and "auto_map" in settings(folder / name):
            message = (
                "The model needs Python files of its own, and programs that come with a model "
                "are never run. Choose another model."
            )
            raise ModelProblem(message, name)


def settings(file: Path) -> dict[str, Any]:
    """The object in a JSON file; {} when there is none or it cannot be read."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _is_needed(name: str, folders: Collection[str]) -> bool:
    path = PurePosixPath(name)
    if name in _OF_THE_MODEL:
        return True
    if str(path.parent) not in folders:
        return False
    known = path.name in _OF_A_MODULE or _MODULE_SETTINGS.fullmatch(path.name)
    return bool(known) or is_weights(name)


def _other_weights(suffix: str) -> str:
    if suffix in _PICKLES:
        return (
            "The model's weights are a pickle file, which can run programs. "
            "Only safetensors are loaded."
        )
    return "The model's weights are in a format that is not loaded. Only safetensors are."
