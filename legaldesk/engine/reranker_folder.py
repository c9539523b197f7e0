"""A cross-encoder's folder: what may be loaded from it, and which one it is. Never imports torch.

It is a transformer that scores a question with a passage, as sentence-transformers saves one or
as the published ones lie on the hub, without a modules.json.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.model_folder import token_limit, tokenizer_hash
from legaldesk.engine.model_parts import (
    Module,
    hashes_of,
    read_json,
    read_modules,
    tensor_shapes,
    whole_number,
)
from legaldesk.engine.model_safety import refuse_unsafe

_PLAIN = Module("sentence_transformers.base.modules.transformer.Transformer", "")
_KIND = "ForSequenceClassification"


@dataclass(frozen=True, slots=True)
class RerankerFolder:
    """One cross-encoder on disk that may be loaded.

    ``identity`` is a sha256 over weights, tokenizer, configurations and token limit.
    ``token_limit`` counts all that it reads at once: question, passage and special tokens.
    ``size`` is that of its weights in bytes.
    """

    path: Path
    name: str
    identity: str
    token_limit: int
    size: int


def read_reranker_folder(path: Path, known: Path | None = None) -> RerankerFolder:
    """Check a cross-encoder's folder and describe it.

    ``known`` is a file in which hashes are remembered with each file's size and time of change.
    Raises ModelProblem, naming the file, when the folder is no such model of safetensors with
    one score for a pair, or holds anything that would run as a program.
    """
    if not path.is_dir():
        raise ModelProblem(f"There is no folder “{path}”.", str(path))
    if not (path / "config.json").is_file():
        message = "The folder holds no model: config.json is missing. Choose the one it lies in."
        raise ModelProblem(message, str(path))
    refuse_unsafe(path, _modules(path), kind="CrossEncoder")
    _refuse_other_tasks(path / "config.json")
    tokenizer = path / "tokenizer.json"
    if not tokenizer.is_file():
        raise ModelProblem("The model has no tokenizer.json.", str(tokenizer))
    weights = sorted(path.glob("*.safetensors"))
    for file in weights:
        tensor_shapes(file)
    hashes = hashes_of(weights, known) | hashes_of([tokenizer], known, tokenizer_hash)
    limit = token_limit(path, _PLAIN)
    return RerankerFolder(
        path=path,
        name=path.name,
        identity=_identity(path, [hashes[file] for file in (*weights, tokenizer)], limit),
        token_limit=limit,
        size=sum(file.stat().st_size for file in weights),
    )


def _modules(path: Path) -> tuple[Module, ...]:
    """Its one module. Raises ModelProblem for a model that has others."""
    if not (path / "modules.json").is_file():
        return (_PLAIN,)
    modules = read_modules(path)
    if len(modules) != 1 or modules[0].folder not in ("", "."):
        message = "The model has more parts than a transformer, which LegalDesk cannot read."
        raise ModelProblem(message, str(path / "modules.json"))
    return modules


def _refuse_other_tasks(file: Path) -> None:
    """Raise ModelProblem unless the transformer gives one score."""
    config = read_json(file)
    made_for = config.get("architectures")
    name = str(made_for[0]) if isinstance(made_for, list) and made_for else "nothing that it names"
    if not name.endswith(_KIND):
        message = (
            f"The model was made for something else ({name}). Choose a cross-encoder, which"
            " scores a question with a passage."
        )
        raise ModelProblem(message, str(file))
    listed = config.get("id2label")
    count = (
        len(listed) if isinstance(listed, dict) else whole_number(config.get("num_labels"), file)
    )
    if count != 1:
        message = (
            "The model sorts pairs into classes. Choose a cross-encoder with one score for a pair."
        )
        raise ModelProblem(message, str(file))


def _identity(path: Path, hashes: list[str], limit: int) -> str:
    """The sha256 that tells this model from every other."""
    names = ("config.json", "tokenizer_config.json", "config_sentence_transformers.json")
    content = [hashes, [read_json(path / name) for name in names], limit]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
