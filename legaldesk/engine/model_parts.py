"""The parts of a model's folder: its modules, settings and weights. Never imports torch."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from legaldesk.core.errors import ModelProblem

STATIC = "StaticEmbedding"
"""The module that looks vectors up by token: no transformer, no special tokens, no limit."""

_SETTINGS = tuple(
    f"sentence_{kind}_config.json"
    for kind in ("bert", "roberta", "distilbert", "camembert", "albert", "xlm-roberta", "xlnet")
)
_LONGEST_HEADER = 100_000_000
"""Bytes; the safetensors format allows no longer one."""


@dataclass(frozen=True, slots=True)
class Module:
    """One line of modules.json: its class, and its folder inside the model's."""

    kind: str
    folder: str

    @property
    def name(self) -> str:
        """The class without its package, which libraries move: "Pooling"."""
        return self.kind.rpartition(".")[2]


def read_modules(path: Path) -> tuple[Module, ...]:
    """The modules that a model's modules.json names, in order.

    Raises ModelProblem when there is none or it cannot be read.
    """
    file = path / "modules.json"
    if not file.is_file():
        message = "The folder is not a sentence-transformers model: it has no modules.json."
        raise ModelProblem(message, str(file))
    try:
        lines = json.loads(file.read_text(encoding="utf-8"))
        modules = tuple(Module(str(line["type"]), str(line["path"])) for line in lines)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelProblem("The model's modules.json cannot be read.", str(file)) from error
    if not modules:
        raise ModelProblem("The model's modules.json is empty.", str(file))
    return modules


def module_settings(path: Path, first: Module) -> dict[str, Any]:
    """The first module's own settings, under whichever of their names the folder has."""
    found = (read_json(path / first.folder / name) for name in _SETTINGS)
    return next((settings for settings in found if settings), {})


def read_json(file: Path) -> dict[str, Any]:
    """The object in a JSON file; {} when there is no such file."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise ModelProblem(f"The model's {file.name} cannot be read.", str(file)) from error
    if not isinstance(value, dict):
        raise ModelProblem(f"The model's {file.name} is not what it should be.", str(file))
    return value


def section(settings: dict[str, Any], key: str) -> dict[str, Any]:
    """The settings held under a key; {} when there are none."""
    value = settings.get(key)
    return value if isinstance(value, dict) else {}


def whole_number(value: Any, file: Path) -> int:
    """A setting as a number; 0 when it is not set. Raises ModelProblem, naming the file."""
    if value is None or value is False:
        return 0
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError) as error:
        message = f"The model's {file.name} has something else where a number should be."
        raise ModelProblem(message, str(file)) from error


def tensor_shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor in a safetensors file, read from its header.

    Raises ModelProblem when the header is damaged or the file is not as long as it says.
    """
    try:
        with file.open("rb") as stream:
            length = int.from_bytes(stream.read(8), "little")
            if length > _LONGEST_HEADER:
                raise ValueError("the header is too long")
            header = json.loads(stream.read(length))
        header.pop("__metadata__", None)
        end = max((entry["data_offsets"][1] for entry in header.values()), default=0)
        if file.stat().st_size != 8 + length + end:
            raise ValueError("the file is cut off")
        return {name: tuple(map(int, entry["shape"])) for name, entry in header.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        message = f"The model's weights are damaged ({file.name}). Install the model again."
        raise ModelProblem(message, str(file)) from error


def file_hash(file: Path) -> str:
    """The sha256 of a file's bytes (90 MB take 0.16 s, 2.3 GB 4 s)."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def hashes_of(
    files: Sequence[Path], known: Path | None = None, take: Callable[[Path], str] = file_hash
) -> dict[Path, str]:
    """The hash of every file, as ``take`` gives it.

    ``known`` is a JSON file of hashes remembered with each file's size and time of change,
    which are believed while those are the same, and written there anew.
    """
    if known is None:
        return {file: take(file) for file in files}
    remembered, hashes = _remembered(known), {}
    for file in files:
        state = file.stat()
        entry = [state.st_size, state.st_mtime_ns]
        hashes[file] = _believed(remembered.get(str(file)), entry) or take(file)
        remembered[str(file)] = [*entry, hashes[file]]
    _remember(known, remembered)
    return hashes


def forget_hashes(known: Path, files: Sequence[Path]) -> None:
    """Let the hashes of these files be taken anew."""
    names = {str(file) for file in files}
    _remember(known, {name: e for name, e in _remembered(known).items() if name not in names})


def _believed(held: Any, entry: list[int]) -> str:
    """The remembered hash when the file's size and time are the remembered ones, else ""."""
    if isinstance(held, list) and len(held) == 3 and held[:2] == entry:
        return held[2] if isinstance(held[2], str) else ""
    return ""


def _remembered(known: Path) -> dict[str, Any]:
    try:
        return read_json(known)
    except ModelProblem:  # a damaged list is begun anew
        return {}


def _remember(known: Path, entries: dict[str, Any]) -> None:
    """Write the list in one step; without room for it, the next start hashes again."""
    if _remembered(known) == entries:
        return
    draft = known.with_name(f"{known.name}.new")
    try:
        draft.write_text(json.dumps(entries, indent=1), encoding="utf-8")
        os.replace(draft, known)
    except OSError:
        draft.unlink(missing_ok=True)
