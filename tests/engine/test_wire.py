"""Frames survive the way, and nothing else gets through."""

from __future__ import annotations

import io
import struct

import pytest

from legaldesk.core.errors import ProcessDied
from legaldesk.engine.wire import MAGIC, read_frame, read_raw_frame, write_frame


def framed(header: dict[str, object] | bytes, raw: bytes = b"") -> bytes:
    stream = io.BytesIO()
    write_frame(stream, header, raw)
    return stream.getvalue()


def test_a_frame_comes_back_as_it_was_sent() -> None:
    sent = {"id": 7, "kind": "page", "title": "Điều 174 \U0001d400"}

    frame = read_frame(io.BytesIO(framed(sent, b"\0raw\xff")), max_raw=10)

    assert frame == (sent, b"\0raw\xff")


def test_frames_follow_each_other_until_a_clean_end() -> None:
    stream = io.BytesIO(framed({"n": 1}) + framed(b'{"n": 2}', b"x"))

    frames = [read_frame(stream, max_raw=1) for _ in range(3)]

    assert frames == [({"n": 1}, b""), ({"n": 2}, b"x"), None]


def test_a_stream_that_gives_one_byte_at_a_time_is_read_all_the_same() -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, 1))

    frame = read_raw_frame(Trickle(framed({"a": 1}, b"12345")), max_raw=5)

    assert frame == (b'{"a":1}', b"12345")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"Traceback (most recent call last)", "not a message"),
        (b"LDF\x02" + bytes(12), "not a message"),
        (MAGIC[:3], "ended too early"),
        (framed({"a": 1})[:-1], "ended too early"),
        (framed({"a": 1}, b"12345")[:-1], "ended too early"),
        (struct.pack(">4sIQ", MAGIC, 2**32 - 1, 0), "larger than allowed"),
        (struct.pack(">4sIQ", MAGIC, 2, 2**63) + b"{}", "larger than allowed"),
        (framed(b"{nonsense"), "not valid JSON"),
        (framed(b"[1, 2]"), "not valid JSON"),
        (framed(b'{"a": "\xff"}'), "not valid JSON"),
        (framed(b"[" * 100_000), "not valid JSON"),
    ],
)
def test_nonsense_is_one_typed_error(data: bytes, why: str) -> None:
    with pytest.raises(ProcessDied, match=why):
        read_frame(io.BytesIO(data), max_header=1 << 20, max_raw=100)


def test_a_claimed_length_takes_no_memory_until_the_bytes_come() -> None:
    asked: list[int] = []

    class Short(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            asked.append(size or 0)
            return super().read(size)

    with pytest.raises(ProcessDied, match="ended too early"):
        read_frame(Short(struct.pack(">4sIQ", MAGIC, 0, 1 << 40)), max_raw=1 << 40)

    assert max(asked) <= 1 << 20
