"""Frames: how two of our processes talk over a pipe or a local socket.

A frame is 16 bytes (magic and version, header length, raw length), a JSON header and
optional raw bytes. Nothing is ever pickled, and the reader sets the caps, so that a peer
that has been taken over can waste no more than those.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from legaldesk.core.errors import ProcessDied

MAGIC = b"LDF\x01"
"""Three letters and the version of the frame; a peer of another version is refused."""

MAX_HEADER = 16 << 20
"""Bytes of JSON that no honest header exceeds."""

_PREFIX = struct.Struct(">4sIQ")
_PIECE = 1 << 20
_ENCODER = msgspec.json.Encoder()


class Readable(Protocol):
    """A pipe's or a socket's reading end; fewer bytes than asked for are fine."""

    def read(self, size: int, /) -> bytes | None:
        """At most ``size`` bytes; empty at the end."""


class Writable(Protocol):
    """A pipe's or a socket's writing end, buffered so that a write is complete."""

    def write(self, data: bytes, /) -> object:
        """Write all of the bytes."""

    def flush(self) -> object:
        """Hand them to the other side."""


def write_frame(stream: Writable, header: bytes | Mapping[str, object], raw: bytes = b"") -> None:
    """Send one frame. ``header`` is a mapping, or JSON that is already encoded."""
    encoded = header if isinstance(header, bytes) else _ENCODER.encode(header)
    stream.write(_PREFIX.pack(MAGIC, len(encoded), len(raw)))
    stream.write(encoded)
    if raw:
        stream.write(raw)
    stream.flush()


def read_frame(
    stream: Readable, max_header: int = MAX_HEADER, max_raw: int = 0
) -> tuple[dict[str, Any], bytes] | None:
    """The next frame, or None at a clean end. Caps are in bytes.

    Raises ProcessDied for nonsense, for more than the caps allow and for a frame that
    ends too early.
    """
    frame = read_raw_frame(stream, max_header, max_raw)
    if frame is None:
        return None
    try:
        return msgspec.json.decode(frame[0], type=dict[str, Any]), frame[1]
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ProcessDied("A message from another process was not valid JSON.") from error


def read_raw_frame(
    stream: Readable, max_header: int = MAX_HEADER, max_raw: int = 0
) -> tuple[bytes, bytes] | None:
    """Like read_frame, with the header still encoded, for readers with their own types."""
    prefix = _read(stream, _PREFIX.size)
    if not prefix:
        return None
    if len(prefix) < _PREFIX.size:
        raise ProcessDied("A message from another process ended too early.")
    magic, header_size, raw_size = _PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise ProcessDied("Another process sent something that is not a message.")
    if header_size > max_header or raw_size > max_raw:
        raise ProcessDied("A message from another process was larger than allowed.")
    header, raw = _read(stream, header_size), _read(stream, raw_size)
    if len(header) < header_size or len(raw) < raw_size:
        raise ProcessDied("A message from another process ended too early.")
    return header, raw


def _read(stream: Readable, size: int) -> bytes:
    """``size`` bytes, or fewer at the end.

    Read in pieces, so that memory grows with what has come and not with what was claimed.
    """
    pieces: list[bytes] = []
    missing = size
    while missing:
        piece = stream.read(min(missing, _PIECE))
        if not piece:
            break
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)
