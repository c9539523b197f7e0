"""Where recovered copies lie: in the library's folder “recovered”, each under its document's hash.

A record spells such a place from the library's folder on, so that it means the same copy after
the folder was moved, or was opened by another name. Earlier versions spelt it in full.
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePath

RECOVERED = "recovered"

_HASH = re.compile("[0-9a-f]{64}")


def within_library(path: str) -> str:
    """A recovered copy's path from its library's folder on; "" for every other file."""
    parts = PurePath(path).parts[-3:]
    found = len(parts) == 3 and parts[0] == RECOVERED and _HASH.fullmatch(parts[1])
    return "/".join(parts) if found else ""


def is_recovered(record: str) -> bool:
    """Whether a path is spelt as the record of a recovered copy, which stays in no other place."""
    return bool(within_library(record)) and not os.path.isabs(record)


def hash_in(path: str) -> str:
    """The hash that names a recovered copy's folder; "" for every other file."""
    inside = within_library(path)
    return inside.split("/")[1] if inside else ""


def place_of(library: Path, path: str) -> str:
    """Where the file of a record lies.

    A path in full counts as this library's copy only where that is here: somebody may import
    from another library's folder.
    """
    inside = within_library(path)
    if inside and (not os.path.isabs(path) or (library / inside).is_file()):
        return str(library / inside)
    return path


def copies_in(library: Path) -> list[Path]:
    """The recovered copies that there are."""
    return sorted(file for file in (library / RECOVERED).glob("*/*") if file.is_file())


def record_of(library: Path, copy: Path) -> str:
    """How a record spells the place of a recovered copy."""
    return copy.relative_to(library).as_posix()
