"""A desk that asks the process which owns the library, and starts one where there is none."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from legaldesk.core.desk import Task
from legaldesk.core.errors import Abandoned, Cancelled, LibraryBusy, ProcessDied
from legaldesk.core.progress import Progress, Report
from legaldesk.engine.messages import Channel, error_of, pack, unpack_progress, unpack_result
from legaldesk.engine.owner import OWNED_BY_ANOTHER, call_owner
from legaldesk.engine.reader import Reader
from legaldesk.engine.system import child_command, spawn

T = TypeVar("T")

START_SECONDS = 60
"""How long a new engine may take until it answers; it loads no model before that."""

MAX_REASON = 64 << 10

CANCEL_POLL_SECONDS = 0.2

Reply = tuple[dict[str, Any], bytes]


class RemoteDesk:
    """Forwards tasks to the library's owner; may be used from several threads.

    ``start_engine`` says whether an engine process is started when nobody owns the
    library; ``patience`` how many seconds to wait until somebody answers. A reading task
    runs here, on a reader of the calling thread.
    """

    def __init__(
        self, library: Path, *, start_engine: bool, patience: float = START_SECONDS
    ) -> None:
        self.library = library
        self._start_engine = start_engine
        self._patience = patience
        self._engine: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self._guard = threading.RLock()
        self._numbers = count(1)
        self._replies: dict[int, queue.SimpleQueue[Reply]] = {}
        self._here = threading.local()
        self._closed = False

    @property
    def reader(self) -> Reader:
        """The calling thread's own read-only connection."""
        if not hasattr(self._here, "reader"):
            self._here.reader = Reader(self.library)
        reader: Reader = self._here.reader
        return reader

    def run(self, task: Task[T], arguments: Mapping[str, Any], report: Report) -> T:
        """Carry out a task: a reading one here, any other at the owner's."""
        if task.reading:
            return task.function(self, **arguments, report=report)
        while True:
            with suppress(_OwnerLeaving):  # nothing was done: ask whoever owns the library next
                return self._ask(task, arguments, report)

    def connect(self) -> None:
        """Make sure that somebody answers. Raises ProcessDied or LibraryBusy."""
        with self._guard:
            self._connected()

    def close(self) -> None:
        """Hang up; what is under way raises ProcessDied.

        The engine that was started here ends when its work for others is done.
        """
        with self._guard:
            self._closed = True
            if self._channel is not None:
                self._channel.close()
            _let_go(self._engine)

    def wait_closed(self, seconds: float) -> None:
        """Wait for the engine that was started here to end; after that it is killed."""
        if self._engine is None:
            return
        try:
            self._engine.wait(seconds)
        except subprocess.TimeoutExpired:
            self._engine.kill()
            self._engine.wait()

    def _ask(self, task: Task[T], arguments: Mapping[str, Any], report: Report) -> T:
        """Send one request and wait for what comes of it."""
        with self._guard:
            channel = self._connected()
            number = next(self._numbers)
            replies = self._replies[number] = queue.SimpleQueue()
        try:
            _send(channel, {"id": number, "task": task.name}, pack(dict(arguments)))
            return self._await(task, number, replies, channel, report)
        except _OwnerLeaving:
            self._drop(channel)
            raise
        finally:
            self._replies.pop(number, None)

    def _await(
        self,
        task: Task[T],
        number: int,
        replies: queue.SimpleQueue[Reply],
        channel: Channel,
        report: Report,
    ) -> T:
        last = Progress("asking", 0, 0)
        cancelled = False
        while True:
            try:
                header, raw = replies.get(timeout=CANCEL_POLL_SECONDS)
            except queue.Empty:
                progress = last  # said again, only to notice a cancel
            else:
                if header["kind"] == "result":
                    return unpack_result(task, raw)
                if header["kind"] == "closing":
                    raise _OwnerLeaving
                if header["kind"] == "cancelled":
                    raise Cancelled
                if header["kind"] == "error":
                    raise error_of(header)
                progress = last = unpack_progress(raw)
            if not cancelled or progress.outcome:
                cancelled = _reported(report, progress, channel, number) or cancelled
            last = replace(last, outcome=None)

    def _drop(self, channel: Channel) -> None:
        """Forget a channel whose owner is leaving."""
        with self._guard:
            if self._channel is channel:
                self._channel = None

    def _connected(self) -> Channel:
        """The channel to the owner; starts an engine where that is allowed."""
        if self._closed:
            raise _gone()
        if self._channel is not None:
            return self._channel
        deadline = time.monotonic() + self._patience
        while True:
            connection = call_owner(self.library)
            if connection is not None:
                break
            self._ensure_engine()
            if time.monotonic() > deadline:
                raise LibraryBusy(
                    "Another LegalDesk has this library open and does not answer.",
                    str(self.library),
                )
            time.sleep(0.03)
        self._channel = Channel(connection)
        threading.Thread(
            target=self._listen, args=(self._channel,), name="replies", daemon=True
        ).start()
        return self._channel

    def _ensure_engine(self) -> None:
        """Start an engine unless one is starting. One that could not take the library is gone."""
        if not self._start_engine:
            return
        if self._engine is not None and self._engine.poll() is None:
            return
        if self._engine is not None:
            self._raise_its_reason(self._engine)
        _let_go(self._engine)
        command = child_command("engine", "--library", str(self.library))
        self._engine = spawn(command)

    def _raise_its_reason(self, ended: subprocess.Popen[bytes]) -> None:
        """What kept an engine from opening the library, as it said before it ended."""
        if ended.returncode in (0, OWNED_BY_ANOTHER) or ended.stdout is None:
            return
        said = ended.stdout.read(MAX_REASON)
        _let_go(ended)
        self._engine = None  # the next request tries again
        with suppress(msgspec.MsgspecError):
            raise error_of(msgspec.json.decode(said, type=dict[str, Any]))

    def _listen(self, channel: Channel) -> None:
        try:
            while True:
                header, raw = channel.receive()
                replies = self._replies.get(int(header["id"]))
                if replies is not None:
                    replies.put((header, raw))
        except (EOFError, OSError, ProcessDied, KeyError, ValueError, TypeError):
            pass
        self._drop(channel)
        with self._guard:
            waiting = list(self._replies.values())
        gone = _gone()
        for replies in waiting:
            replies.put(({"kind": "error", "error": gone.kind, "message": gone.message}, b""))


def _let_go(engine: subprocess.Popen[bytes] | None) -> None:
    """Close an engine's pipes, which tells it to end."""
    for pipe in (engine.stdin, engine.stdout) if engine is not None else ():
        if pipe is not None:
            pipe.close()


class _OwnerLeaving(Exception):
    """The owner takes no more requests; nothing of this one was done."""


def _reported(report: Report, progress: Progress, channel: Channel, number: int) -> bool:
    """Pass a report on; when that cancels, tell the owner and wait for its last word."""
    try:
        report(progress)
    except Cancelled as cancel:
        kind = "abandon" if isinstance(cancel, Abandoned) else "cancel"
        with suppress(OSError):  # then the listener has already said that the owner is gone
            channel.send({"id": number, "kind": kind})
        return True
    return False


def _send(channel: Channel, header: Mapping[str, object], raw: bytes) -> None:
    try:
        channel.send(header, raw)
    except OSError as error:
        raise _OwnerLeaving from error


def _gone() -> ProcessDied:
    return ProcessDied(
        "The engine that reads and searches your documents stopped. It starts again by itself;"
        " what was finished is kept."
    )
