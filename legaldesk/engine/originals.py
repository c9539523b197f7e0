"""The stored copies of imported files, each under the hash of its bytes."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import BinaryIO

from legaldesk.core.documents import Document
from legaldesk.core.errors import Damaged
from legaldesk.engine.profile import make_private_folder, write_durably

_BLOCK = 1 << 20


def content_hash(data: bytes) -> str:
    """A document's id: the sha256 of its bytes."""
    return hashlib.sha256(data).hexdigest()


def read_regular(path: Path, limit: int = -1) -> bytes:
    """The first ``limit`` bytes of a file, or all.

    Raises OSError, also for a pipe or a device, which might block for ever or never end.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        return file.read(limit)


def _without_waiting(path: str, flags: int) -> int:
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file")
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def holds(path: Path, sha256: str) -> bool:
    """Whether a file is there, can be read and has this hash."""
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def erase(path: Path) -> None:
    """Overwrite and delete a file, if it is there. Raises OSError where that cannot be."""
    if not path.is_file():
        return
    with open(path, "r+b") as file:
        overwrite(file)
    path.unlink()


def overwrite(file: BinaryIO) -> None:
    """Fill a file that is open at its beginning with zeros, on the disk too."""
    left = os.fstat(file.fileno()).st_size
    while left > 0:
        left -= file.write(b"\0" * min(left, _BLOCK))
    file.flush()
    os.fsync(file.fileno())


class Originals:
    """A content-addressed folder of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_private_folder(folder)

    def path(self, sha256: str) -> Path:
        """Where the copy with this hash is, or would be."""
        return self._folder / sha256[:2] / f"{sha256}.pdf"

    def keep(self, sha256: str, data: bytes) -> bool:
        """Store a copy where there is none as it should be; whether that was so. Raises NoRoom."""
        path = self.path(sha256)
        if holds(path, sha256):
            return False
        make_private_folder(path.parent)
        write_durably(path, data)
        return True

    def load(self, document: Document) -> bytes:
        """The bytes of a document, from its copy or from where it lies, checked by hash.

        Raises Damaged when they are gone or no longer the same.
        """
        try:
            data = read_regular(self._place(document))
        except OSError as error:
            raise Damaged(
                f"“{document.name}” cannot be opened any more: {error.strerror}."
                " Its text can still be searched.",
                document.name,
            ) from error
        if content_hash(data) != document.id:
            raise Damaged(
                f"“{document.name}” has changed since it was imported. Import it again.",
                document.name,
            )
        return data

    def sound(self, document: Document) -> bool:
        """Whether ``load`` would give its bytes."""
        return holds(self._place(document), document.id)

    def _place(self, document: Document) -> Path:
        return Path(document.path) if document.referenced else self.path(document.id)

    def erase(self, sha256: str) -> None:
        """Overwrite and delete a copy. A file referenced in place is never here."""
        erase(self.path(sha256))

    def strays(self, known: set[str]) -> list[Path]:
        """Copies and half-written files that belong to no document."""
        return [
            path
            for path in self._folder.rglob("*")
            if path.is_file() and (path.suffix != ".pdf" or path.stem not in known)
        ]

    def size(self, sha256: str) -> int:
        """Bytes on disk of one copy, 0 when there is none."""
        path = self.path(sha256)
        return path.stat().st_size if path.is_file() else 0
