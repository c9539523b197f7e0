"""Copies that no document of the database has: set apart, read again, or erased.

A stored copy that the database does not know waits in the folder “recovered”, under its own name
where that is still told, until it is read into its matters; where nobody knows them, into one of
its own that is locked out of “All matters”. It is erased only where its bytes are kept elsewhere,
or where its document was removed: that is noted with the removal, until the copies are gone.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from legaldesk.core.documents import FileState
from legaldesk.engine.originals import Originals, content_hash, erase, holds, read_regular
from legaldesk.engine.profile import flush_folder, make_private_folder
from legaldesk.engine.reader import Reader, Row
from legaldesk.engine.recovered_place import (
    RECOVERED,
    copies_in,
    place_of,
    record_of,
    within_library,
)
from legaldesk.engine.still_told import Known, Told, told_of
from legaldesk.engine.store import Store
from legaldesk.engine.store_rows import GONE, read_gone

_HEAD = 1024
"""Bytes of a file among which a PDF says that it is one."""

_log = logging.getLogger(__name__)


def set_apart(library: Path, copy: Path, told: Told) -> None:
    """Move a stored copy to the recovered ones. Raises OSError and LegalDeskError."""
    folder = make_private_folder(library / RECOVERED / copy.stem)
    target = folder / told.about(copy.stem).name
    if not holds(target, copy.stem):  # that is the better one
        os.replace(copy, target)
        flush_folder(folder)


def bring_back(library: Path, stored: Collection[str]) -> None:
    """Move copies back to where documents have them, where a restore moved them and then failed.

    ``stored`` are the documents, by hash, that have a copy in the library. Raises OSError.
    """
    originals = Originals(library / "originals")
    for copy in copies_in(library):
        sha256, home = copy.parent.name, originals.path(copy.parent.name)
        if sha256 in stored and not home.is_file() and holds(copy, sha256):
            make_private_folder(home.parent)
            os.replace(copy, home)
            _drop_if_empty(copy.parent)


def queue_again(store: Store, path: str, known: Known, in_place: bool = False) -> None:
    """Let a file wait for every matter that its document was in, behind the walls it had."""
    for matter, locked in known.matters.items():
        [queued] = store.enqueue([path], matter, in_place)
        if locked:
            store.lock_matter(queued.matter, True)


def clear_recovered(library: Path) -> None:
    """Erase the recovered copies whose documents were removed, or whose bytes are kept elsewhere.

    Those that a document lacks go back to their place. Raises OSError, and LibraryDamaged where
    the library cannot be read.
    """
    if not (library / RECOVERED).is_dir():
        return
    with Reader(library) as reader:
        rows = reader.rows("SELECT sha256, referenced, path FROM documents")
        known = {row["sha256"]: row for row in rows}
        removed = read_gone(reader.setting(GONE)) - known.keys()
        waiting = {within_library(row["path"]) for row in reader.rows(_STILL_TO_READ)}
    bring_back(library, {sha256 for sha256, row in known.items() if not row["referenced"]})
    for copy in copies_in(library):
        names = {copy.parent.name, content_hash(read_regular(copy))}
        awaited = record_of(library, copy) in waiting
        if removed & names or (not awaited and _is_kept(library, copy, known)):
            erase(copy)
            _drop_if_empty(copy.parent)


_DONE = (FileState.IMPORTED, FileState.DUPLICATE)

_STILL_TO_READ = f"""SELECT path FROM files WHERE path LIKE '%{RECOVERED}%'
AND (state = 'queued' OR document IS NULL AND state NOT IN {tuple(map(str, _DONE))})"""


def erase_recovered(library: Path, sha256: str) -> None:
    """Erase the recovered copies of a document. Raises OSError."""
    folder = library / RECOVERED / sha256
    for copy in [*folder.glob("*")]:
        erase(copy)
    _drop_if_empty(folder)


def keeps_only_copy(library: Path, reader: Reader, place: str) -> bool:
    """Whether a recovered copy is there that no document has. Raises OSError."""
    copy = Path(place)
    if copy not in copies_in(library):
        return False
    sha256 = content_hash(read_regular(copy))
    return not reader.count("SELECT count(*) FROM documents WHERE sha256 = ?", sha256)


def waiting_alone_for(library: Path, reader: Reader, matter: str) -> tuple[str, ...]:
    """The names of the recovered copies that wait for a matter alone, and so go with it."""
    wanted: dict[str, set[str]] = {}
    for row in reader.rows(f"SELECT path, matter FROM files WHERE path LIKE '%{RECOVERED}%'"):
        wanted.setdefault(within_library(row["path"]), set()).add(row["matter"])
    known = {row[0] for row in reader.rows("SELECT sha256 FROM documents")}
    return tuple(
        copy.name
        for copy in copies_in(library)
        if copy.parent.name not in known and wanted.get(record_of(library, copy)) == {matter}
    )


def recover_strays(library: Path, reader: Reader, store: Store) -> None:
    """Keep every copy that the database does not know; what a kill left of an import is erased.

    The database may be one of an earlier day, put there from elsewhere. What was removed is
    known to be so, and is erased by others. Raises OSError and LegalDeskError.
    """
    rows = reader.rows("SELECT sha256, referenced, path FROM documents")
    known = {row["sha256"]: row for row in rows}
    removed = read_gone(reader.setting(GONE))
    strays = Originals(library / "originals").strays(
        {sha256 for sha256, row in known.items() if not row["referenced"]}
    )
    told = told_of(library) if strays or copies_in(library) else Told()
    waiting = _sizes_of_waiting(library, reader) if strays else {}
    for stray in strays:
        if stray.stem in removed - known.keys():
            continue
        if _is_left_over(library, stray, known, waiting):
            erase(stray)
        else:
            _log.warning("a stored copy that no document has was set apart")
            set_apart(library, stray, told)
    _queue_unrecorded(library, reader, store, told, known.keys() | removed)


def _queue_unrecorded(
    library: Path, reader: Reader, store: Store, told: Told, settled: Collection[str]
) -> None:
    copies = copies_in(library)
    rows = reader.rows(f"SELECT path FROM files WHERE path LIKE '%{RECOVERED}%'") if copies else ()
    recorded = {within_library(row["path"]) for row in rows}
    for copy in copies:
        sha256, record = copy.parent.name, record_of(library, copy)
        if record not in recorded and sha256 not in settled:
            queue_again(store, record, told.about(sha256, copy.name))


def _is_left_over(
    library: Path, stray: Path, known: dict[str, Row], waiting: dict[int, list[str]]
) -> bool:
    """Whether a stray is half-written, or a copy of what is kept or comes in elsewhere."""
    if stray.suffix != ".pdf" or _is_kept(library, stray, known):
        return True
    if not holds(stray, stray.stem) and b"%PDF" not in read_regular(stray, _HEAD):
        return True
    same_size = waiting.get(stray.stat().st_size, [])
    return any(holds(Path(place), stray.stem) for place in same_size)


def _sizes_of_waiting(library: Path, reader: Reader) -> dict[int, list[str]]:
    """The places of files that wait, by their sizes."""
    found: dict[int, list[str]] = {}
    for row in reader.queued():
        place = place_of(library, row["path"])
        with suppress(OSError, ValueError):
            found.setdefault(os.stat(place).st_size, []).append(place)
    return found


def _is_kept(library: Path, copy: Path, known: dict[str, Row]) -> bool:
    """Whether a document has the same bytes in another place, where it looks for them."""
    sha256 = content_hash(read_regular(copy))
    row = known.get(sha256)
    if row is None:
        return False
    home = Path(row["path"]) if row["referenced"] else Originals(library / "originals").path(sha256)
    return holds(home, sha256) and not (copy.exists() and home.exists() and home.samefile(copy))


def _drop_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
