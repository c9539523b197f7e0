"""The graph's file on disk: a disposable cache that is checked before it is believed.

Beside ``graph.bin`` lie ``codes.bin``, with the same vectors in short, and ``graph.json``, written
after both, with the digests of the files and what they were made from. Whatever does not match is
passed over, never used.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from legaldesk.core.errors import NoRoom
from legaldesk.engine import hnsw
from legaldesk.engine.checksum import checksum
from legaldesk.engine.codes import Codes

FORMAT, EARLIER = 3, 2
"""They differ in the files' digests alone."""

PART, BLOCK = 64 << 20, 1 << 20
"""Bytes of a file that a thread digests in the EARLIER format, and that it reads at a time."""

Digest = Callable[[Path], str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a graph was made from: vectors of a generation, up to a change."""

    key: str
    dimension: int
    count: int
    seq: int


class IndexFile:
    """The three files in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.graph = folder / "graph.bin"
        self.codes = folder / "codes.bin"
        self._sidecar = folder / "graph.json"
        self._temporary = folder / "graph.bin.new"
        self._temporary_codes = folder / "codes.bin.new"
        self._temporary_sidecar = folder / "graph.json.new"

    def why_not(self, key: str, dimension: int) -> Facts | str:
        """The facts of files that can be believed, or the reason why they cannot.

        Reads all of them (the 2 GB of a million vectors take 0.2 s). Those of the EARLIER format
        are believed by the digests that they have, and described anew.
        """
        return self._checked(key, dimension, (self.codes, self.graph))

    def why_not_codes(self, key: str, dimension: int) -> Facts | str:
        """The same of the codes alone: a fifth to read."""
        return self._checked(key, dimension, (self.codes,))

    def _checked(self, key: str, dimension: int, files: tuple[Path, ...]) -> Facts | str:
        found = self._read_sidecar()
        if isinstance(found, str):
            return found
        facts, digest, digests = found
        if facts.key != key:
            return "it belongs to other vectors"
        if facts.dimension != dimension:
            return "its vectors have another width"
        try:
            if any(digest(file) != digests[file] for file in files):
                return "it is damaged"
        except OSError:
            return "it is missing"
        if digest is not checksum and len(files) == len(digests):
            self._describe_anew(facts)
        return facts

    def write(self, graph: hnsw.Graph, codes: Codes, facts: Facts) -> None:
        """Replace the files, each in one step, so that a crash leaves old, new or none.

        Raises NoRoom, and leaves the old files as they are, when the disk is full.
        """
        try:
            self.graph.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _finish(self._temporary, graph.save(self._temporary))
            _finish(self._temporary_codes, codes.write(self._temporary_codes))
            self._write_sidecar(facts, self._temporary, self._temporary_codes)
            self._sidecar.unlink(missing_ok=True)
            os.replace(self._temporary, self.graph)
            os.replace(self._temporary_codes, self.codes)
            os.replace(self._temporary_sidecar, self._sidecar)
        except OSError as error:
            self._remove_temporary()
            message = "The disk is full or cannot be written: the search index was not saved."
            raise NoRoom(message, str(self.graph)) from error

    def remove(self) -> None:
        """Leave nothing behind. Raises OSError when a file cannot be removed."""
        for file in (self._sidecar, self.graph, self.codes, *self._temporaries):
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                file.unlink()

    @property
    def _temporaries(self) -> tuple[Path, ...]:
        return self._temporary, self._temporary_codes, self._temporary_sidecar

    def _remove_temporary(self) -> None:
        for file in self._temporaries:
            with contextlib.suppress(OSError):
                file.unlink()

    def _describe_anew(self, facts: Facts) -> None:
        """Put the digests of now in the place of earlier ones; without room those stay."""
        with contextlib.suppress(OSError):
            self._write_sidecar(facts, self.graph, self.codes)
            os.replace(self._temporary_sidecar, self._sidecar)

    def _write_sidecar(self, facts: Facts, graph: Path, codes: Path) -> None:
        digests = {"digest": checksum(graph), "codes": checksum(codes)}
        content = {"format": FORMAT, **digests, **asdict(facts)}
        content["check"] = _check(content)
        self._temporary_sidecar.write_text(json.dumps(content, indent=1), encoding="utf-8")
        _sync(self._temporary_sidecar)

    def _read_sidecar(self) -> tuple[Facts, Digest, dict[Path, str]] | str:
        """The facts, how to digest, and each file's digest; or what is wrong."""
        try:
            content = json.loads(self._sidecar.read_text(encoding="utf-8"))
            check = content.pop("check")
            digest_of = _DIGESTS.get(content["format"])
            if digest_of is None:
                return "it has another format"
            facts = Facts(content["key"], content["dimension"], content["count"], content["seq"])
            digests = {self.graph: str(content["digest"]), self.codes: str(content["codes"])}
        except FileNotFoundError:
            return "there is none" if not self.graph.exists() else "its description is missing"
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return "its description is damaged"
        if check != _check(content):
            return "its description is damaged"
        return facts, digest_of, digests


def _check(content: dict[str, object]) -> str:
    """A digest of the description itself."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _earlier_digest(file: Path) -> str:
    """The sha256 of the sha256 of a file's parts."""
    starts = range(0, file.stat().st_size, PART)
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        parts = threads.map(lambda start: _part_digest(file, start), starts)
        return hashlib.sha256(b"".join(parts)).hexdigest()


def _part_digest(file: Path, start: int) -> bytes:
    found = hashlib.sha256()
    with file.open("rb") as stream:
        stream.seek(start)
        left = PART
        while left and (block := stream.read(min(left, BLOCK))):
            found.update(block)
            left -= len(block)
    return found.digest()


_DIGESTS = {FORMAT: checksum, EARLIER: _earlier_digest}


def _finish(file: Path, size: int) -> None:
    """Have a file on the disk. Raises OSError when it is not whole."""
    _sync(file)
    if file.stat().st_size != size:
        raise OSError(f"{file.name} was not written whole")


def _sync(file: Path) -> None:
    """Wait until the file is on the disk; raises OSError when it could not be put there."""
    with file.open("rb+") as stream:
        os.fsync(stream.fileno())
