"""An exported query encoder on the disk: a disposable cache that is checked before it is believed.

`queries/IDENTITY/` of a library holds the graph, its weights, and ``facts.json``, written last,
with the digests of both and what they were made from. Whatever does not match is passed over
and made anew, never loaded. It is whole or not there after a kill; a disk that lies about what
it has written is found out by the digests. They tell damage, not a forger: who may write here
may write models too.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Set
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import msgspec

from legaldesk.engine.model_parts import file_hash
from legaldesk.engine.profile import flush_folder, make_private_folder, write_durably

FORMAT = 2
"""1 may have been made of weights that the model's files lacked."""
FOLDER = "queries"
GRAPH, WEIGHTS, FACTS = "graph.onnx", "weights.bin", "facts.json"
_MADE_WITH = ("onnxruntime", "torch", "transformers", "sentence-transformers")


class Facts(msgspec.Struct, frozen=True):
    """What a graph was made from, and how far its vectors were from torch's at worst.

    ``identity`` is the model's. ``refused`` says why there is no graph where the model cannot
    be exported, so that not every start tries again.
    """

    identity: str
    made_with: str
    cosine: float = 0.0
    difference: float = 0.0
    refused: str = ""
    digests: dict[str, str] = {}
    format: int = FORMAT
    check: str = ""


class QueryGraph:
    """The folder of one model's export."""

    def __init__(self, library: Path, identity: str) -> None:
        self.identity = identity
        self.folder = library / FOLDER / identity
        self.making = library / FOLDER / f".making-{identity}"
        """Where a new one is put together; nobody reads from there."""
        self.graph = self.folder / GRAPH

    def why_not(self) -> str:
        """Why there is no graph to be believed, "" where there is one (90 MB take 0.1 s)."""
        facts = self.facts()
        if isinstance(facts, str):
            return facts
        if facts.refused:
            return f"it cannot be exported: {facts.refused}"
        try:
            same = all(file_hash(self.folder / name) == facts.digests[name] for name in _PARTS)
        except (OSError, KeyError):
            return "a part of it is missing"
        return "" if same else "it is damaged"

    def facts(self) -> Facts | str:
        """What it says of itself, or what is wrong with that."""
        try:
            facts = msgspec.json.decode((self.folder / FACTS).read_bytes(), type=Facts)
        except FileNotFoundError:
            return "there is none"
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return "its description is damaged"
        if facts.check != _check(facts):
            return "its description is damaged"
        if facts.format != FORMAT or facts.made_with != made_with():
            return "it was made with other versions"
        return facts if facts.identity == self.identity else "it belongs to another model"

    def refused(self) -> bool:
        """Whether these versions have tried to export the model, and could not."""
        facts = self.facts()
        return isinstance(facts, Facts) and bool(facts.refused)

    def begin(self) -> Path:
        """An empty folder to put a new one together in. Raises NoRoom or LegalDeskError."""
        shutil.rmtree(self.making, ignore_errors=True)
        make_private_folder(self.making.parent)
        return make_private_folder(self.making)

    def put_in_place(self) -> None:
        """Let what was put together and sealed be the export. Raises OSError."""
        self.remove()
        os.replace(self.making, self.folder)
        flush_folder(self.folder.parent)

    def give_up(self) -> None:
        """Leave nothing of what was begun."""
        shutil.rmtree(self.making, ignore_errors=True)

    def remove(self) -> None:
        """Delete the export; a part that is in use goes at the next start."""
        with contextlib.suppress(OSError):
            (self.folder / FACTS).unlink()
        shutil.rmtree(self.folder, ignore_errors=True)


def seal(folder: Path, facts: Facts) -> None:
    """Write the facts, with the digests of what lies there already flushed to the disk.

    Raises NoRoom or LegalDeskError when they cannot be written.
    """
    parts = {name: file_hash(folder / name) for name in _PARTS if not facts.refused}
    facts = msgspec.structs.replace(facts, digests=parts)
    facts = msgspec.structs.replace(facts, check=_check(facts))
    write_durably(folder / FACTS, msgspec.json.encode(facts))


def made_with() -> str:
    """The versions that an export depends on, without importing them."""
    return ", ".join(f"{name} {_version(name)}" for name in _MADE_WITH)


def keep_only(library: Path, identities: Set[str]) -> None:
    """Delete the exports of all other models, and what a kill left half made."""
    folder = library / FOLDER
    for entry in folder.iterdir() if folder.is_dir() else ():
        if entry.name not in identities:
            shutil.rmtree(entry, ignore_errors=True)


_PARTS = (GRAPH, WEIGHTS)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def _check(facts: Facts) -> str:
    """A digest of the facts themselves."""
    return hashlib.sha256(msgspec.json.encode(msgspec.structs.replace(facts, check=""))).hexdigest()
