"""The stored copies of imported files, each under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from legaldesk.core.documents import Document
from legaldesk.core.errors import Damaged
from legaldesk.engine.profile import make_private_folder, write_durably


def content_hash(data: bytes) -> str:
    """A document's id: the sha256 of its bytes."""
    return hashlib.sha256(data).hexdigest()


class Originals:
    """A content-addressed folder of files."""

    def __init__(self, folder: Path) -> None:
        self._folder = make_private_folder(folder)

    def path(self, sha256: str) -> Path:
        """Where the copy with this hash is, or would be."""
        return self._folder / sha256[:2] / f"{sha256}.pdf"

    def keep(self, sha256: str, data: bytes) -> None:
        """Store a copy, unless it is there. Raises NoRoom."""
        path = self.path(sha256)
        if path.is_file() and path.stat().st_size == len(data):
            return
        make_private_folder(path.parent)
        write_durably(path, data)

    def load(self, document: Document) -> bytes:
        """The bytes of a document, from its copy or from where it lies, checked by hash.

        Raises Damaged when they are gone or no longer the same.
        """
        path = Path(document.path) if document.referenced else self.path(document.id)
        try:
            data = path.read_bytes()
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

    def erase(self, sha256: str) -> None:
        """Overwrite and delete a copy. A file referenced in place is never here."""
        path = self.path(sha256)
        if not path.is_file():
            return
        with open(path, "r+b") as file:
            file.write(b"\0" * path.stat().st_size)
            file.flush()
            os.fsync(file.fileno())
        path.unlink()

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
