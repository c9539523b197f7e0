"""The library's folder: where it lies, who may read it, and how files are written into it."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

import platformdirs

from legaldesk.core.errors import LegalDeskError, NoRoom

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""How the system says that a disk, or what of it may be used, is full."""


def default_library() -> Path:
    """Where the library is unless the user says otherwise."""
    return Path(platformdirs.user_data_dir("LegalDesk", appauthor=False)) / "library"


def private_by_default() -> None:
    """What this process creates is for its user alone (on Windows the profile's rules apply)."""
    os.umask(0o077)


def make_private_folder(folder: Path) -> Path:
    """Create a folder that only its user may open.

    Raises NoRoom on a full disk and LegalDeskError where it cannot be.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom(
                "The disk that holds the library is full. Make room and try again.", str(folder)
            ) from error
        raise LegalDeskError(
            f"The folder “{folder}” cannot be used: {error.strerror}.", str(folder)
        ) from error
    return folder


def write_durably(path: Path, data: bytes) -> None:
    """Put a file in place whole or not at all, and flushed to the disk.

    Raises NoRoom on a full disk and LegalDeskError where it cannot be written; what was
    there before is then untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb", opener=_private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        flush_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        if error.errno in FULL:
            raise NoRoom(
                f"The disk is full: “{path.name}” could not be written. Make room and try again.",
                path.name,
            ) from error
        raise LegalDeskError(
            f"“{path.name}” cannot be written: {error.strerror}. Check the library's folder.",
            path.name,
        ) from error


def clear_temporaries(path: Path) -> None:
    """Delete what a kill left half-written beside a file."""
    for temporary in path.parent.glob(f".{path.name}.*.part"):
        with contextlib.suppress(OSError):
            temporary.unlink()


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def flush_folder(folder: Path) -> None:
    """Make the new name durable too; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
