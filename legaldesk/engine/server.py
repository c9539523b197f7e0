"""Serve a library's tasks to other processes, while this one owns it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import Any

from legaldesk.core.bugs import bug
from legaldesk.core.desk import Desk, Task
from legaldesk.core.errors import Abandoned, Cancelled, LegalDeskError, ProcessDied, Unexpected
from legaldesk.core.progress import Progress
from legaldesk.engine.messages import Channel, error_header, pack, unpack_arguments
from legaldesk.engine.owner import Door

_log = logging.getLogger(__name__)

THREADS = 24

_STOPS: dict[str, type[Cancelled]] = {"cancel": Cancelled, "abandon": Abandoned}
"""What to raise in a task whose request is not wanted any more."""

LEAVING: dict[str, object] = {"id": -1, "kind": "leaving"}
"""Said to everybody at the end: whoever is not answered after this was not begun either."""

HANG_UP_SECONDS = 5
"""How long the end waits for a visitor's thread."""

ACCEPT_PAUSE = 0.2
"""Seconds until the next try after a visitor could not be accepted."""


class Server:
    """Answers at a door in threads of its own until it is closed."""

    def __init__(self, desk: Desk, tasks: Mapping[str, Task[Any]], door: Door) -> None:
        self.desk = desk
        self._tasks = tasks
        self._door = door
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="task")
        self._channels: set[Channel] = set()
        self._guard = threading.Condition()
        self._talks: list[threading.Thread] = []
        self._running = 0
        self._closing = threading.Event()
        self._acceptor = threading.Thread(target=self._accept, name="accept", daemon=True)

    def start(self) -> None:
        """Begin to answer; returns at once."""
        self._acceptor.start()

    def wait_until_idle(self) -> None:
        """Block until no request runs and nobody is connected."""
        with self._guard:
            self._guard.wait_for(lambda: not self._running and not self._channels)

    def close(self) -> None:
        """Take no more requests, let the running ones end, and hang up.

        Whoever asks in between is told to ask the next owner.
        """
        with self._guard:  # after this none is begun
            self._closing.set()
            channels = list(self._channels)
        for channel in channels:
            with contextlib.suppress(OSError):  # it hung up already
                channel.send(LEAVING)
        self._door.wake()
        self._acceptor.join()
        self._door.close()
        with self._guard:
            self._guard.wait_for(lambda: not self._running)
            channels = list(self._channels)
        for channel in channels:
            channel.close()
        self._pool.shutdown()
        for talk in self._talks:
            talk.join(HANG_UP_SECONDS)

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                visitor = self._door.accept()
            except (OSError, EOFError) as error:  # such as too many open files
                _log.info("no connection: %s", type(error).__name__)
                self._closing.wait(ACCEPT_PAUSE)
                continue
            talk = threading.Thread(target=self._talk, args=(visitor,), name="client", daemon=True)
            self._talks = [each for each in self._talks if each.is_alive()] + [talk]
            talk.start()

    def _talk(self, visitor: Connection) -> None:
        if not self._door.admit(visitor):
            return
        channel = Channel(visitor)
        cancels: dict[int, _Cancel] = {}
        with self._guard:
            self._channels.add(channel)
        try:
            while True:
                self._take(channel, *channel.receive(), cancels)
        except (EOFError, OSError, ProcessDied, KeyError, ValueError, TypeError):
            pass
        finally:
            for cancel in list(cancels.values()):
                cancel.ask(Abandoned)
            channel.close()
            with self._guard:
                self._channels.discard(channel)
                self._guard.notify_all()

    def _take(
        self, channel: Channel, header: dict[str, Any], raw: bytes, cancels: dict[int, _Cancel]
    ) -> None:
        """Begin what a message asks for."""
        number = int(header["id"])
        if header.get("kind") in _STOPS:
            if number in cancels:
                cancels[number].ask(_STOPS[header["kind"]])
            return
        with self._guard:
            closing = self._closing.is_set()
            self._running += not closing
        if closing:
            channel.send({"id": number, "kind": "closing"})
            return
        cancels[number] = _Cancel()
        self._pool.submit(self._serve, channel, header, raw, cancels)

    def _serve(
        self, channel: Channel, header: dict[str, Any], raw: bytes, cancels: dict[int, _Cancel]
    ) -> None:
        number = int(header["id"])
        try:
            reply, value = self._answer(channel, header, raw, cancels[number])
            channel.send({"id": number, **reply}, value)
        except (OSError, EOFError):
            pass  # whoever asked went away
        finally:
            cancels.pop(number, None)
            with self._guard:
                self._running -= 1
                self._guard.notify_all()

    def _answer(
        self, channel: Channel, header: dict[str, Any], raw: bytes, cancel: _Cancel
    ) -> tuple[dict[str, object], bytes]:
        """The reply's header and value."""
        number = int(header["id"])

        def report(progress: Progress) -> None:
            cancel.check()
            try:
                channel.send({"id": number, "kind": "progress"}, pack(progress))
            except OSError:
                raise Abandoned from None

        try:
            task = self._tasks[str(header.get("task"))]
            result = self.desk.run(task, unpack_arguments(task, raw), report)
            return {"kind": "result"}, pack(result)
        except Cancelled:
            return {"kind": "cancelled"}, b""
        except LegalDeskError as error:
            return error_header(error), b""
        except Exception as error:
            name = header.get("task")  # another version's, or a stranger's, is not repeated
            where = f"the engine, {name if name in self._tasks else 'an unknown task'}"
            _log.exception("a task failed: %s", where)
            return error_header(Unexpected.of(bug(where, error))), b""


class _Cancel:
    """Whether a request should stop, and why."""

    def __init__(self) -> None:
        self._reason: type[Cancelled] | None = None

    def ask(self, reason: type[Cancelled]) -> None:
        self._reason = reason

    def check(self) -> None:
        if self._reason is not None:
            raise self._reason
