"""A child process that speaks frames, with a time limit on every answer.

Plain threads move the bytes, so that no write or read can block the caller for longer
than the limit it gives, on Windows as well.
"""

from __future__ import annotations

import contextlib
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from legaldesk.core.errors import ProcessDied
from legaldesk.engine.logs import to_children
from legaldesk.engine.system import spawn
from legaldesk.engine.wire import MAX_HEADER, read_raw_frame, write_frame

BEAT = 0.25
"""Seconds between two looks at whether the caller wants to stop."""

_QUEUED_REPLIES = 2

_SIGKILL = 9
"""As the signal module of Windows does not have it."""

Frame = tuple[bytes, bytes]


class Child:
    """One child process. Used by one thread at a time; ``kill`` may come from any.

    ``max_raw`` caps the raw bytes of a reply. No more than a few unread replies are held,
    so that a child that never stops talking costs no memory. ``behind`` is as for ``spawn``.
    """

    def __init__(self, command: Sequence[str], max_raw: int, behind: bool = False) -> None:
        try:
            self._process = spawn(command, to_children(), behind)
        except OSError as error:
            raise ProcessDied(f"A helper process could not be started: {error}") from error
        self.command = list(command)
        self._max_raw = max_raw
        self._requests: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        self._replies: queue.Queue[Frame | ProcessDied] = queue.Queue(_QUEUED_REPLIES)
        self._killed = threading.Event()
        self.ended = False
        """Whether it closed its output by itself, as when it crashes or the system kills it."""
        for work in (self._write, self._read):
            threading.Thread(target=work, daemon=True, name="child-pipe").start()

    @property
    def killed_by_others(self) -> bool:
        """Whether someone else killed it, such as a system that is short of memory."""
        return self.ended and self._process.poll() == -_SIGKILL

    @property
    def usable(self) -> bool:
        """Whether it runs and was not killed."""
        return not self._killed.is_set() and self._process.poll() is None

    def send(self, header: bytes, raw: bytes = b"") -> None:
        """Hand over a request; it is written in the background."""
        self._requests.put((header, raw))

    def receive(self, seconds: float, beat: Callable[[], None] | None = None) -> Frame:
        """The next reply, still encoded and not to be trusted.

        ``beat`` is called several times a second while waiting; what it raises ends the
        wait. Raises ProcessDied when nothing has come after ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            try:
                reply = self._replies.get(timeout=max(0.0, min(BEAT, left)))
            except queue.Empty:
                if beat is not None:
                    beat()
                if left <= 0 or self._killed.is_set():
                    raise ProcessDied(f"no answer within {seconds:.0f} s") from None
                continue
            if isinstance(reply, ProcessDied):
                raise reply
            return reply

    def kill(self) -> None:
        """End it at once and collect it."""
        self._killed.set()
        self._process.kill()
        self._requests.put(None)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)

    def _write(self) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (request := self._requests.get()) is not None:
                write_frame(pipe, *request)
                del request
        except OSError:
            pass
        finally:
            with contextlib.suppress(OSError):
                pipe.close()

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        try:
            while (frame := read_raw_frame(pipe, MAX_HEADER, self._max_raw)) is not None:
                if not self._offer(frame):
                    return
            self.ended = not self._killed.is_set()
            self._offer(ProcessDied("it stopped"))
        except ProcessDied as error:
            self._offer(error)
        except (OSError, MemoryError):
            self._offer(ProcessDied("it stopped"))
        finally:
            with contextlib.suppress(OSError):
                pipe.close()

    def _offer(self, reply: Frame | ProcessDied) -> bool:
        """Queue a reply unless the child was killed meanwhile."""
        while not self._killed.is_set():
            try:
                self._replies.put(reply, timeout=BEAT)
            except queue.Full:
                continue
            return True
        return False


class Children:
    """Lends out children of one kind, at most ``count`` at a time, started when needed.

    A child that was lent ``uses`` times is replaced, so that what a library leaks cannot
    pile up, and so is one that another ``command`` started. Any thread may borrow. ``behind`` is
    as for ``spawn``.
    """

    def __init__(
        self,
        count: int,
        command: Sequence[str],
        max_raw: int,
        uses: int = 50,
        behind: bool = False,
    ) -> None:
        self.command = list(command)
        self._max_raw = max_raw
        self._uses = uses
        self._behind = behind
        self._places: queue.LifoQueue[tuple[Child | None, int]] = queue.LifoQueue()
        self._guard = threading.Lock()
        self._running: set[Child] = set()
        self._closed = False
        for _ in range(count):
            self._places.put((None, 0))

    @contextlib.contextmanager
    def borrow(self, beat: Callable[[], None]) -> Iterator[Child]:
        """A running child; ``beat`` is called while waiting for one.

        An exception in the block ends the child: nobody knows what it is busy with.
        Raises ProcessDied where none can be started.
        """
        child, uses = self._wait(beat)
        try:
            child = self._fresh(child, uses)
            yield child
        except BaseException:
            self._end(child)
            self._places.put((None, 0))
            raise
        self._places.put((child, uses % self._uses + 1))

    def start(self) -> None:
        """Start the children that are missing, because they will be needed in a moment.

        One that cannot be started is left to whoever borrows it.
        """
        for child, uses in self._idle():
            with contextlib.suppress(ProcessDied):
                child = self._fresh(child, uses)
            self._places.put((child, uses % self._uses))

    def rest(self) -> None:
        """End the children that nobody has borrowed; the next one that is lent starts anew."""
        for child, _ in self._idle():
            self._end(child)
            self._places.put((None, 0))

    def close(self) -> None:
        """End all children and lend no more."""
        with self._guard:
            self._closed = True
            running = list(self._running)
        for child in running:
            self._end(child)

    def _idle(self) -> list[tuple[Child | None, int]]:
        """All places that nobody has, taken."""
        idle = []
        with contextlib.suppress(queue.Empty):
            while True:
                idle.append(self._places.get_nowait())
        return idle

    def _wait(self, beat: Callable[[], None]) -> tuple[Child | None, int]:
        while True:
            try:
                return self._places.get(timeout=BEAT)
            except queue.Empty:
                beat()

    def _fresh(self, child: Child | None, uses: int) -> Child:
        command = self.command
        if child is not None and child.usable and uses < self._uses and child.command == command:
            return child
        self._end(child)
        with self._guard:
            if self._closed:
                raise ProcessDied("The program is closing.")
            started = Child(command, self._max_raw, self._behind)
            self._running.add(started)
        return started

    def _end(self, child: Child | None) -> None:
        if child is not None:
            child.kill()
            with self._guard:
                self._running.discard(child)
