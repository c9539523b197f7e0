"""Whether SQLite's write-ahead log holds changes that a damaged part of it keeps from being read.

SQLite reads the log up to the first frame whose checksum is wrong and says nothing: it cannot
tell a damaged frame from one that a power loss or a kill cut short, or from what a change left
that was taken back, on a full disk for one. Only a wrong frame with a later change behind it is
damage for certain, because a change is on the disk before the next one begins. Not promised: that
damage in the last change is noticed, or a log that lost its end or all of it.

The format is that of https://www.sqlite.org/fileformat.html#the_write_ahead_log.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_HEADER, _FRAME = 32, 24
_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
"""The first word of a log, and the byte order of its checksums."""

_WORD = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class _Frame:
    """A frame's state: of this log at all, as it was written, and whether it ends a change."""

    ours: bool
    whole: bool
    commits: bool


def hides_changes(log: Path) -> bool:
    """Whether a log has changes that SQLite would pass over. Reads all of it; raises OSError."""
    try:
        data = log.read_bytes()
    except FileNotFoundError:
        return False
    if len(data) <= _HEADER:
        return False
    frames = _frames(data)
    if frames is None:
        return True
    wrong = next((at for at, frame in enumerate(frames) if not frame.whole), len(frames))
    ends = [at for at, frame in enumerate(frames) if at >= wrong and frame.ours and frame.commits]
    return bool(ends) and any(frame.ours for frame in frames[ends[0] + 1 :])


def _frames(data: bytes) -> list[_Frame] | None:
    """The complete frames in order; None where the log's own header is damaged."""
    magic, _, page = struct.unpack_from(">III", data)
    order = _MAGIC.get(magic)
    if order is None:
        return None
    sums = _sums(order, data[:24], (0, 0))
    if sums != struct.unpack_from(">II", data, 24) or not page:
        return None
    found, sound = [], True
    for start in range(_HEADER, len(data) - _FRAME - page + 1, _FRAME + page):
        ours = data[start + 8 : start + 16] == data[16:24]
        if sound and ours:
            head, body = data[start : start + 8], data[start + _FRAME : start + _FRAME + page]
            sums = _sums(order, body, _sums(order, head, sums))
        sound = sound and ours and sums == struct.unpack_from(">II", data, start + 16)
        commits = any(data[start + 4 : start + 8])
        found.append(_Frame(ours, sound, commits))
    return found


def _sums(order: str, data: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    """The log's running checksum, continued over some bytes."""
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}II", data):
        first = (first + one + second) & _WORD
        second = (second + other + first) & _WORD
    return first, second
