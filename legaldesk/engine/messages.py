"""The messages between a desk and its owner: a frame with a small header and a value.

Values are msgpack of core's dataclasses, decoded against the types that the task declares.
"""

from __future__ import annotations

import contextlib
import io
import os
import socket
import threading
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any, TypeVar

import msgspec

from legaldesk.core.bugs import Bug
from legaldesk.core.desk import Task
from legaldesk.core.errors import LegalDeskError, ProcessDied, Unexpected, revive
from legaldesk.core.progress import Progress
from legaldesk.engine.wire import read_frame, write_frame

MAX_MESSAGE = 256 << 20
"""Bytes; a page image at the largest zoom is far below."""

T = TypeVar("T")


class Channel:
    """A connection with one writer at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock, self._closing = threading.Lock(), threading.Lock()
        self._closed = False

    def send(self, header: Mapping[str, object], raw: bytes = b"") -> None:
        """Send one message. Raises OSError when the other side is gone."""
        buffer = io.BytesIO()
        write_frame(buffer, header, raw)
        with self._lock:
            self._connection.send_bytes(buffer.getbuffer())

    def receive(self) -> tuple[dict[str, Any], bytes]:
        """The next message. Raises EOFError or OSError when the other side is gone."""
        data = self._connection.recv_bytes(MAX_MESSAGE)
        frame = read_frame(io.BytesIO(data), max_raw=MAX_MESSAGE)
        if frame is None:
            raise EOFError
        return frame

    def close(self) -> None:
        """Hang up, also on a thread of ours that is waiting for a message."""
        with self._closing:  # a second close might hit whatever has the same number by then
            if not self._closed:
                self._closed = True
                wake(self._connection)
                self._connection.close()


def wake(connection: Connection) -> None:
    """End a connection for both sides, so that whoever is reading from it hears of it."""
    if os.name == "nt":
        connection.close()
        return
    with (  # closing alone would leave a reader in another thread waiting for ever
        contextlib.suppress(OSError),
        socket.socket(fileno=os.dup(connection.fileno())) as same,
    ):
        same.shutdown(socket.SHUT_RDWR)


def pack(value: object) -> bytes:
    """A value as sent."""
    return msgspec.msgpack.encode(value)


def unpack_arguments(task: Task[Any], raw: bytes) -> dict[str, Any]:
    """A task's arguments, each of its declared type. Raises ProcessDied for anything else."""
    try:
        sent = msgspec.msgpack.decode(raw, type=dict[str, msgspec.Raw])
        return {
            name: msgspec.msgpack.decode(sent[name], type=kind)
            for name, kind in task.parameters.items()
        }
    except (msgspec.MsgspecError, ValueError, KeyError) as error:
        raise ProcessDied("The other LegalDesk sent a request that makes no sense.") from error


def unpack_result(task: Task[T], raw: bytes) -> T:
    """What a task returned. Raises ProcessDied when it is not of the declared type."""
    try:
        result: T = msgspec.msgpack.decode(raw, type=task.result)
        return result
    except (msgspec.MsgspecError, ValueError) as error:
        raise ProcessDied("The engine sent an answer that makes no sense.") from error


def unpack_progress(raw: bytes) -> Progress:
    """A progress report. Raises ProcessDied when it is none."""
    try:
        return msgspec.msgpack.decode(raw, type=Progress)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ProcessDied("The engine sent a report that makes no sense.") from error


def error_header(error: LegalDeskError) -> dict[str, object]:
    """An error as a header's fields; of a bug what may be told of it goes along."""
    header: dict[str, object] = {"kind": "error", "error": error.kind, "message": error.message}
    header["file"] = error.file
    if isinstance(error, Unexpected) and error.bug is not None:
        return header | {"where": error.bug.where, "trace": list(error.bug.trace)}
    return header


def error_of(header: Mapping[str, Any]) -> LegalDeskError:
    """The error that a header tells of."""
    error = revive(str(header.get("error")), str(header.get("message")), header.get("file"))
    if isinstance(error, Unexpected):
        error.bug = Bug(str(header.get("where")), tuple(map(str, header.get("trace") or ())))
    return error
