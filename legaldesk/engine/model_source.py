"""Where a model's files are taken from: a folder, a zip, or what was fetched.

Each knows the sizes of its files by their names inside the model, and puts one of them in
place. Nothing but plain files is ever taken.
"""

from __future__ import annotations

import contextlib
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from legaldesk.core.errors import ModelProblem
from legaldesk.engine.model_files import MODULES, is_inside, is_weights

MAX_FILES = 20_000
MOST_PACKED = 200
"""Times that a zip may make a file smaller; weights shrink by a tenth, zeros a thousandfold."""

_PIECE = 4 << 20
_ENCRYPTED = 0x1
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)

Moved = Callable[[int], None]
"""Is told how many bytes were put in place; may raise Cancelled."""


class Source(Protocol):
    """A model's files, wherever they are."""

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of every file, by its name inside the model, with slashes."""

    @property
    def free(self) -> bool:
        """Whether putting files in place takes no room."""

    def place(self, name: str, target: Path, moved: Moved) -> None:
        """Put one file in place, flushed to the disk."""


class FolderSource:
    """A folder that stays as it is. Links to files, as in the hub's cache, are followed."""

    free = False

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise ModelProblem(f"There is no folder “{folder}”.", str(folder))
        self.folder = folder
        self.sizes = dict(self._found())

    def place(self, name: str, target: Path, moved: Moved) -> None:
        """Copy one file."""
        with (self.folder / name).open("rb") as stream:
            copy_stream(stream, target, self.sizes[name], moved)

    def _found(self) -> Iterator[tuple[str, int]]:
        """The plain files of the folder and of its own folders, no deeper than modules lie."""
        for count, file in enumerate(_two_levels(self.folder)):
            if count > MAX_FILES:
                message = "The folder holds too many files to be a model's."
                raise ModelProblem(message, str(self.folder))
            if file.is_file():
                yield file.relative_to(self.folder).as_posix(), file.stat().st_size


class FetchedSource(FolderSource):
    """A folder of our own on the same disk, whose files are moved."""

    free = True

    def place(self, name: str, target: Path, moved: Moved) -> None:
        """Move one file."""
        os.replace(self.folder / name, target)
        flush(target)
        moved(self.sizes[name])


class ZipSource:
    """A zip that may have been made to harm: names, links, sizes and passwords are checked."""

    free = False

    def __init__(self, file: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except FileNotFoundError as error:
            raise ModelProblem(f"There is no file “{file}”.", str(file)) from error
        except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError) as error:
            raise ModelProblem(
                f"“{file.name}” is not a zip that can be read.", str(file)
            ) from error
        try:
            entries = self._checked_entries(file.name)
            self.root = _root(entries, file.name)
        except BaseException:
            self._zip.close()
            raise
        self._entries = {
            name.removeprefix(self.root): entry
            for name, entry in entries.items()
            if name.startswith(self.root)
        }
        self.sizes = {name: entry.file_size for name, entry in self._entries.items()}

    def close(self) -> None:
        """Let go of the zip."""
        self._zip.close()

    def place(self, name: str, target: Path, moved: Moved) -> None:
        """Unpack one file; raises ModelProblem when it is damaged or larger than it said."""
        entry = self._entries[name]
        if entry.file_size > MOST_PACKED * entry.compress_size + 100_000:
            raise ModelProblem("The zip unpacks to far more than a model holds.", name)
        try:
            with self._zip.open(entry) as stream:
                copy_stream(stream, target, entry.file_size, moved)
        except _DAMAGED as error:
            raise ModelProblem("The zip is damaged. Get it again.", name) from error

    def _checked_entries(self, zip_name: str) -> dict[str, zipfile.ZipInfo]:
        """The zip's files by name; raises ModelProblem, naming one, when any means harm.

        A zip of the folder “.” has names such as ./modules.json, which lose their beginning here.
        """
        listed = self._zip.infolist()
        if len(listed) > MAX_FILES:
            raise ModelProblem("The zip holds too many files to be a model's.", zip_name)
        entries: dict[str, zipfile.ZipInfo] = {}
        for entry in listed:
            name = entry.filename
            kind = stat.S_IFMT(entry.external_attr >> 16)
            if not is_inside(entry.orig_filename) or not is_inside(name):
                raise ModelProblem("The zip would write outside its own folder.", name)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise ModelProblem("The zip holds a link, which is never followed.", name)
            if entry.flag_bits & _ENCRYPTED:
                raise ModelProblem("The zip is locked with a password. Unpack it first.", name)
            plain = str(PurePosixPath(name))
            if plain in entries:
                raise ModelProblem("The zip holds the same file twice.", name)
            if not entry.is_dir():
                entries[plain] = entry
        return entries


def copy_stream(stream: IO[bytes], target: Path, size: int, moved: Moved) -> None:
    """Write a stream to a new file, flushed. Raises ModelProblem when it is not ``size`` long."""
    written = 0
    with target.open("xb") as out:
        while piece := stream.read(_PIECE):
            written += len(piece)
            if written > size:
                raise ModelProblem("The file is larger than it said.", target.name)
            out.write(piece)
            moved(len(piece))
        out.flush()
        os.fsync(out.fileno())
    if written != size:
        raise ModelProblem("The file changed while it was read. Try again.", target.name)


def flush(file: Path) -> None:
    """Make a file's content durable."""
    # Windows flushes only what was opened for writing.
    with file.open("r+b") as stream, contextlib.suppress(OSError):
        os.fsync(stream.fileno())


def _two_levels(folder: Path) -> Iterator[Path]:
    """What lies in a folder and in the folders inside it, those of the system left out."""
    for file in sorted(folder.iterdir()):
        yield file
        if file.is_dir() and not file.name.startswith("."):
            yield from sorted(file.iterdir())


def _root(entries: dict[str, zipfile.ZipInfo], zip_name: str) -> str:
    """The folder inside the zip that is the model, with its slash; "" for the zip's own."""
    found = [PurePosixPath(name) for name in entries if PurePosixPath(name).name == MODULES]
    if not found:
        if any(is_weights(name) for name in entries):
            message = "The zip holds no sentence-transformers model: modules.json is missing."
            raise ModelProblem(message, zip_name)
        raise ModelProblem("The zip holds no model: modules.json is missing.", zip_name)
    depth = min(len(path.parts) for path in found)
    top = [path for path in found if len(path.parts) == depth]
    if len(top) > 1:
        raise ModelProblem("The zip holds more than one model. Unpack it first.", zip_name)
    parent = str(top[0].parent)
    return "" if parent == "." else f"{parent}/"
