"""Whether a file of gigabytes is what it was: for flipped bits and lost ends, not for forgers.

The only module that uses xxhash. Who means to change a file can make it a new checksum as well,
with any digest; so the fastest that sees an accident is taken.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import xxhash

PART, BLOCK = 64 << 20, 1 << 20
"""Bytes of a file that a thread takes at a time, and that it reads at a time."""


def checksum(file: Path) -> str:
    """The XXH3 (128 bits, in hex) of the XXH3 of a file's parts. Raises OSError.

    What the system holds in memory takes 0.07 s a GB on two cores, where sha256 takes 0.7 on one.
    It is read and not mapped: a disk that cannot be read is an error then, and no crash.
    """
    starts = range(0, file.stat().st_size, PART)
    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        parts = threads.map(lambda start: _part(file, start), starts)
        return xxhash.xxh3_128_hexdigest(b"".join(parts))


def _part(file: Path, start: int) -> bytes:
    found, block = xxhash.xxh3_128(), memoryview(bytearray(BLOCK))
    with file.open("rb") as stream:
        stream.seek(start)
        for _ in range(PART // BLOCK):
            found.update(block[: stream.readinto(block)])
    return found.digest()
