"""A digest of the closed database, so that a flipped bit in its text is noticed when it opens.

SQLite has no page checksums: its own checks see a broken structure, not a changed letter. So
whoever closes the library seals the file, and whoever opens it to write looks at the seal and
breaks it before the first change. After a kill there is no seal; then SQLite's own checks are
all there is, and the log has the checksums that it always has. Not promised: a seal against
somebody who changes the file on purpose, for he can make a new seal.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import msgspec

from legaldesk.core.errors import LegalDeskError
from legaldesk.engine.checksum import checksum
from legaldesk.engine.profile import clear_temporaries, flush_folder, write_durably


class Seal(msgspec.Struct, frozen=True):
    """What a file was when it was sealed; ``check`` is a digest of all the rest.

    An earlier version named no ``kind`` of digest. It finds the check of a seal that names one
    wrong, and so takes it for none.
    """

    size: int
    digest: str
    check: str
    kind: str = ""


def seal_path(file: Path) -> Path:
    """Where a file's seal lies."""
    return file.with_name(f"{file.name}.seal")


def make_seal(file: Path) -> None:
    """Seal a file that nobody writes. Raises NoRoom and LegalDeskError."""
    found = Seal(file.stat().st_size, checksum(file), "", _KIND)
    found = msgspec.structs.replace(found, check=_check(found))
    write_durably(seal_path(file), msgspec.json.encode(found))


def is_whole(file: Path) -> bool | None:
    """Whether a file is what was sealed; None where there is no seal that can be read.

    Reads all of it (the 3 GB of a million passages take 0.2 s). Raises OSError.
    """
    found = _seal(file)
    if found is None:
        return None
    return file.stat().st_size == found.size and _DIGESTS[found.kind](file) == found.digest


def is_sealed(file: Path) -> bool:
    """Whether a file has a seal that can be read; the file itself is not looked at."""
    return _seal(file) is not None


def break_seal(file: Path) -> None:
    """Take the seal away, durably, before the file is changed. Raises LegalDeskError."""
    seal = seal_path(file)
    clear_temporaries(seal)
    try:
        with contextlib.suppress(FileNotFoundError):
            seal.unlink()
            flush_folder(seal.parent)
    except OSError as error:
        raise LegalDeskError(
            "The library's folder cannot be written. Check its rights.", str(seal.parent)
        ) from error


def _seal(file: Path) -> Seal | None:
    try:
        found = msgspec.json.decode(seal_path(file).read_bytes(), type=Seal)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None
    return found if found.kind in _DIGESTS and found.check == _check(found) else None


def digest_of(file: Path) -> str:
    """The sha256 of a file's bytes. Raises OSError."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _check(seal: Seal) -> str:
    return hashlib.sha256(f"{seal.kind} {seal.size} {seal.digest}".strip().encode()).hexdigest()


_KIND = "xxh3 of parts"

_DIGESTS = {_KIND: checksum, "": digest_of}
