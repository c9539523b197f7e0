"""A desk that asks the process which owns the library, and starts one where there is none."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from legaldesk.core.desk import Task
from legaldesk.core.errors import (
    Abandoned,
    Cancelled,
    LegalDeskError,
    LibraryBusy,
    ProcessDied,
    WrongUse,
)
from legaldesk.core.progress import Progress, Report
from legaldesk.engine.messages import Channel, error_of, pack, unpack_progress, unpack_result
from legaldesk.engine.owner import call_owner
from legaldesk.engine.reader import Reader
from legaldesk.engine.readers import Readers
from legaldesk.engine.system import child_command, engine_environment, spawn
from legaldesk.engine.wire import read_frame

T = TypeVar("T")

START_SECONDS = 60
"""How long a new engine may take until it answers; it loads no model before that."""

SILENT_DEATHS = 3
"""Engines that may end without a word, one after another, before no more are started."""

CANCEL_POLL_SECONDS = 0.2

Reply = tuple[dict[str, Any], bytes]
Replies = queue.SimpleQueue[Reply]


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
        self._deaths = 0
        self._lines: list[_Line] = []
        """To the owner, the last one; before it to owners that are leaving."""
        self._connecting = threading.Lock()
        self._guard = threading.Lock()
        self._numbers = count(1)
        self._readers = Readers(library)
        self._closed = False

    @property
    def reader(self) -> Reader:
        """The calling thread's own read-only connection."""
        return self._readers.mine()

    def run(self, task: Task[T], arguments: Mapping[str, Any], report: Report) -> T:
        """Carry out a task: a reading one here, any other at the owner's."""
        if task.reading:
            return task.function(self, **arguments, report=report)
        request = _packed(arguments)
        while True:
            line, number = self._connected(), next(self._numbers)
            try:
                replies = line.ask(number, task.name, request)
                return _await(task, number, replies, line, report)
            except _OwnerLeaving:
                line.leaving = True  # nothing was done: ask whoever owns the library next
            finally:
                line.done(number)

    def connect(self) -> None:
        """Make sure that somebody answers. Raises what kept an engine from starting."""
        self._connected()

    def close(self) -> None:
        """Hang up; what is under way raises ProcessDied.

        The engine that was started here ends when its work for others is done.
        """
        with self._guard:
            self._closed = True
            lines = list(self._lines)
            _let_go(self._engine)
        for line in lines:
            line.close()

    def wait_closed(self, seconds: float) -> None:
        """Wait for the engine that was started here to end; after that it is killed."""
        if self._engine is None:
            return
        try:
            self._engine.wait(seconds)
        except subprocess.TimeoutExpired:
            self._engine.kill()
            self._engine.wait()

    def _connected(self) -> _Line:
        """A line to the owner; starts an engine where that is allowed."""
        with self._connecting:
            if self._lines and self._lines[-1].usable and not self._closed:
                return self._lines[-1]
            line = _Line(self._call())
            with self._guard:
                if not self._closed:
                    self._lines = [*(old for old in self._lines if old.open), line]
                    return line
            line.close()
            raise _gone()

    def _call(self) -> Connection:
        """A connection to the owner, as soon as there is one."""
        deadline = time.monotonic() + self._patience
        while not self._closed:
            connection = call_owner(self.library)
            if connection is not None:
                self._deaths = 0
                return connection
            self._ensure_engine()
            if time.monotonic() > deadline:
                raise LibraryBusy(
                    "Another LegalDesk has this library open and does not answer.",
                    str(self.library),
                )
            time.sleep(0.03)
        raise _gone()

    def _ensure_engine(self) -> None:
        """Start an engine unless one is starting. Raises what the last one ended with.

        One that could not take the library says so, and its owner is waited for.
        """
        if not self._start_engine:
            return
        with self._guard:
            if self._closed:
                return
            if self._engine is not None:
                if self._engine.poll() is None:
                    return
                self._hear_last_word(self._engine)
            command = child_command("engine", "--library", str(self.library))
            try:
                self._engine = spawn(command, engine_environment())
            except OSError as error:
                raise _no_start() from error

    def _hear_last_word(self, engine: subprocess.Popen[bytes]) -> None:
        """Let go of an engine that has ended. Raises the error that it ended with."""
        self._engine = None
        word = _last_word(engine)
        _let_go(engine)
        if word is not None and not isinstance(word, LibraryBusy):
            raise word
        self._deaths = 0 if word is not None else self._deaths + 1
        if self._deaths > SILENT_DEATHS:
            self._deaths = 0
            raise _no_start()


class _Line:
    """A connection to one owner, and who waits for its replies.

    When it ends, for whatever reason, each of those hears of it once.
    """

    def __init__(self, connection: Connection) -> None:
        self._channel = Channel(connection)
        self._guard = threading.Lock()
        self._waiting: dict[int, Replies] = {}
        self.open = True
        self.leaving = False
        """Whether the owner takes no more requests; those under way are answered."""
        threading.Thread(target=self._listen, name="replies", daemon=True).start()

    @property
    def usable(self) -> bool:
        """Whether the owner can be asked."""
        return self.open and not self.leaving

    def ask(self, number: int, task: str, request: bytes) -> Replies:
        """Send a request; where its replies will come. Raises _OwnerLeaving."""
        replies: Replies = queue.SimpleQueue()
        with self._guard:
            if not self.open:
                raise _OwnerLeaving
            self._waiting[number] = replies
        try:
            self._channel.send({"id": number, "task": task}, request)
        except OSError as error:
            raise _OwnerLeaving from error
        return replies

    def stop(self, number: int, kind: str) -> None:
        """Say that a request is not wanted any more: "cancel" or "abandon"."""
        with contextlib.suppress(OSError):  # then the listener has already said that it is gone
            self._channel.send({"id": number, "kind": kind})

    def done(self, number: int) -> None:
        """Nobody waits for these replies any more."""
        with self._guard:
            self._waiting.pop(number, None)

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def _listen(self) -> None:
        try:
            while True:
                header, raw = self._channel.receive()
                if header["kind"] == "leaving":
                    self.leaving = True
                    continue
                with self._guard:
                    replies = self._waiting.get(int(header["id"]))
                if replies is not None:
                    replies.put((header, raw))
        except (EOFError, OSError, ProcessDied, KeyError, ValueError, TypeError):
            pass
        with self._guard:
            self.open = False
            waiting = list(self._waiting.values())
        self._channel.close()
        for replies in waiting:
            replies.put((self._last_reply(), b""))

    def _last_reply(self) -> dict[str, Any]:
        """What those hear who wait at the end: an owner that took its leave began nothing more."""
        if self.leaving:
            return {"kind": "closing"}
        gone = _gone()
        return {"kind": "error", "error": gone.kind, "message": gone.message}


class _OwnerLeaving(Exception):
    """The owner takes no more requests; nothing of this one was done."""


def _await(task: Task[T], number: int, replies: Replies, line: _Line, report: Report) -> T:
    """The result of a request. Raises what its task raised."""
    last = Progress("asking", 0, 0)  # said as long as nothing else is, to notice a cancel
    cancelled = False
    while True:
        try:
            header, raw = replies.get(timeout=CANCEL_POLL_SECONDS)
        except queue.Empty:
            progress = last
        else:
            if header["kind"] == "result":
                return unpack_result(task, raw)
            if header["kind"] == "closing":
                raise _OwnerLeaving
            if header["kind"] == "cancelled":
                raise Cancelled
            if header["kind"] == "error":
                raise error_of(header)
            progress = unpack_progress(raw)
            last = replace(progress, outcome=None)
        if not cancelled or progress.outcome is not None:
            cancelled = _reported(report, progress, line, number) or cancelled


def _reported(report: Report, progress: Progress, line: _Line, number: int) -> bool:
    """Pass a report on; when that cancels, tell the owner and wait for its last word.

    Whoever leaves does not wait: raises Abandoned.
    """
    try:
        report(progress)
    except Abandoned:
        line.stop(number, "abandon")
        raise
    except Cancelled:
        line.stop(number, "cancel")
        return True
    return False


def _packed(arguments: Mapping[str, Any]) -> bytes:
    try:
        return pack(dict(arguments))
    except UnicodeEncodeError as error:
        raise WrongUse(
            "A name holds what is no text. Rename the file, or add the folder that it is in."
        ) from error


def _let_go(engine: subprocess.Popen[bytes] | None) -> None:
    """Close an engine's pipes; the end of its standard input tells it to end."""
    for pipe in (engine.stdin, engine.stdout) if engine is not None else ():
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _last_word(engine: subprocess.Popen[bytes]) -> LegalDeskError | None:
    """The error that an engine which has ended could not start with, or None."""
    try:
        frame = read_frame(engine.stdout) if engine.stdout is not None else None
    except (ProcessDied, OSError):
        return None
    return error_of(frame[0]) if frame is not None else None


def _gone() -> ProcessDied:
    return ProcessDied(
        "The engine that reads and searches your documents stopped. It starts again by itself;"
        " what was finished is kept."
    )


def _no_start() -> ProcessDied:
    return ProcessDied(
        "The engine that reads and searches your documents does not start. The file"
        " “legaldesk.log” in the library's folder “logs” says more."
    )
