"""A little room set aside, so that a library on a full disk can still be opened and searched.

SQLite needs a few pages beside the database to read it, and the owner a file to be found by.
Not promised: that there is any where another program takes what is released.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

FILE_NAME = "reserve"
BYTES = 2 << 20

_FULL, _PLENTY = 1 << 20, 64 << 20
"""Bytes free below which the reserve is released, and above which it is laid in again."""


def look_after_reserve(library: Path) -> None:
    """Release the reserve where the disk is full, and lay it in where there is room."""
    place = library / FILE_NAME
    with contextlib.suppress(OSError):
        free = shutil.disk_usage(library).free
        if free < _FULL:
            place.unlink(missing_ok=True)
        elif free > _PLENTY and not place.exists():
            _lay_in(place)


def is_full(library: Path) -> bool:
    """Whether there is less room than opening a library may need."""
    with contextlib.suppress(OSError):
        return shutil.disk_usage(library).free < _FULL
    return False


def _lay_in(place: Path) -> None:
    with open(os.open(place, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as file:
        file.write(os.urandom(BYTES))  # what a file system cannot pack
