"""What is refused in a model's folder before anything of it is loaded. Never imports torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.model_parts import STATIC, Module, module_settings, read_json

_LIBRARY = "sentence_transformers."
_WITH_WEIGHTS = {"Transformer", STATIC, "Dense", "LayerNorm", "WeightedLayerPooling"}
_ALLOWED = _WITH_WEIGHTS | {"Pooling", "Normalize", "Dropout"}
_FIRST = {"Transformer", STATIC}
_PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}
_PROGRAMS = {".py", ".pyc", ".pyw", ".pyd", ".so", ".dll", ".dylib"}
_WEIGHTS, _INDEX = "model.safetensors", "model.safetensors.index.json"
_CONFIGS = (
    "config.json",
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    "video_preprocessor_config.json",
)
_ADAPTERS = ("adapter_config.json", "adapter_model.safetensors")


def refuse_unsafe(
    path: Path,
    modules: Sequence[Module],
    trusted: bool = False,
    kind: str = "SentenceTransformer",
) -> None:
    """Raise ModelProblem, naming the file, for anything that could run or lead elsewhere.

    Refused are classes that are not sentence-transformers' own, module folders and links that
    leave the folder, programs, code named by a configuration, pickled weights and adapters.
    ``trusted`` is for the bundled model, whose links an installer may have made; ``kind`` is
    the library's word for what the model must be, where the folder says what it is.
    """
    for module in modules:
        _refuse_stranger(path / "modules.json", module)
    if modules[0].name not in _FIRST:
        message = f"The model begins with {modules[0].name}, which LegalDesk cannot read."
        raise ModelProblem(message, str(path / "modules.json"))
    for file in sorted(path.rglob("*")):
        _refuse_file(path, file, trusted)
    folders = {module.folder for module in modules}
    for folder in sorted(folders):
        _refuse_code(path / folder)
    _refuse_other_tokenizer(path, modules[0])
    _refuse_other_kinds(path, kind)
    for module in modules:
        _refuse_pickles(path / module.folder, module)


def _refuse_stranger(file: Path, module: Module) -> None:
    """Raise ModelProblem for a class that is not the library's or a folder outside."""
    if not module.kind.startswith(_LIBRARY):
        message = f"The model wants to run {module.kind}, which is not part of its library."
        raise ModelProblem(message, str(file))
    if module.name not in _ALLOWED:
        message = f"The model uses {module.kind}, which LegalDesk cannot read."
        raise ModelProblem(message, str(file))
    if _leads_out(module.folder):
        raise ModelProblem("The model points to files outside its own folder.", str(file))


def _leads_out(folder: str) -> bool:
    """Whether a path leaves where it begins, on any system."""
    windows = PureWindowsPath(folder)
    return (
        bool(windows.drive or windows.root)
        or PurePosixPath(folder).is_absolute()
        or ".." in windows.parts
        or "\0" in folder
    )


def _refuse_file(path: Path, file: Path, trusted: bool) -> None:
    """Raise ModelProblem for a program, and for a link to somewhere else."""
    if file.suffix.lower() in _PROGRAMS:
        raise ModelProblem("The model brings a program with it, which is never run.", str(file))
    if file.is_symlink() and not trusted and not _inside(path, file):
        message = "The model's folder holds a link to files outside it. Copy the files themselves."
        raise ModelProblem(message, str(file))


def _inside(path: Path, file: Path) -> bool:
    try:
        return file.resolve(strict=True).is_relative_to(path.resolve())
    except (OSError, RuntimeError):  # it leads nowhere, or round in a circle
        return False


def _refuse_code(folder: Path) -> None:
    """Raise ModelProblem for a configuration that names code to run, and for an adapter."""
    for name in _CONFIGS:
        if "auto_map" in read_json(folder / name):
            message = f"The model's {name} asks to run code of its own, which is never run."
            raise ModelProblem(message, str(folder / name))
    for name in _ADAPTERS:
        if (folder / name).exists():
            message = "The folder holds an adapter, not a whole model."
            raise ModelProblem(message, str(folder / name))


def _refuse_other_tokenizer(path: Path, first: Module) -> None:
    """Raise ModelProblem when the tokenizer is to be read from somewhere else."""
    if module_settings(path, first).get("tokenizer_name_or_path") is not None:
        file = path / first.folder / "sentence_bert_config.json"
        raise ModelProblem("The model points to files outside its own folder.", str(file))


def _refuse_other_kinds(path: Path, wanted: str) -> None:
    """Raise ModelProblem for what is saved alike and does something else."""
    file = path / "config_sentence_transformers.json"
    kind = read_json(file).get("model_type") or wanted
    if kind != wanted:
        lacks = "scores no passages" if wanted == "CrossEncoder" else "makes no passage vectors"
        raise ModelProblem(f"The model is a {kind}, which {lacks}.", str(file))


def _refuse_pickles(folder: Path, module: Module) -> None:
    """Raise ModelProblem unless the module's weights, if it has any, are safetensors."""
    if (folder / _WEIGHTS).is_file():
        return
    if module.name == "Transformer" and (folder / _INDEX).is_file():
        return _refuse_strange_shards(folder)
    for file in sorted(folder.glob("*")):
        if _is_pickle(file):
            message = (
                "The model's weights are a pickle file, which can run programs. "
                "Only safetensors are loaded: get the model in that form."
            )
            raise ModelProblem(message, str(file))
    if module.name in _WITH_WEIGHTS:
        raise ModelProblem("The model's folder has no safetensors weights.", str(folder))


def _is_pickle(file: Path) -> bool:
    return file.suffix.lower() in _PICKLES or file.name.endswith(".bin.index.json")


def _refuse_strange_shards(folder: Path) -> None:
    """Raise ModelProblem when an index names anything but safetensors files beside it."""
    index = folder / _INDEX
    shards = read_json(index).get("weight_map")
    if not isinstance(shards, dict) or not shards:
        raise ModelProblem(f"The model's {_INDEX} is not what it should be.", str(index))
    for shard in sorted(set(map(str, shards.values()))):
        if _is_pickle(Path(shard)):
            message = "The model's weights are pickle files, which can run programs."
            raise ModelProblem(message, str(index))
        if PureWindowsPath(shard).name != shard or not shard.endswith(".safetensors"):
            raise ModelProblem("The model points to files outside its own folder.", str(index))
        if not (folder / shard).is_file():
            raise ModelProblem(f"The model's {shard} is missing.", str(folder / shard))
