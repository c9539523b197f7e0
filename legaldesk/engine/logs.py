"""What a process writes about itself: a log without document text, and the trace of a hard crash.

Both lie in the library's folder ``logs``, are bounded, and tell kinds and places only. Not
promised: a trace of the parser, whose box lets it write no file and whose crash is told as an
outcome of the file that it read; and that the system keeps no image of the memory of a process
that crashed. It is told to (no core dumps), but some collect crashes on orders of their own.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

from legaldesk.core.bugs import Bug, bug, last_crash, outline
from legaldesk.engine.profile import make_private_folder

LOGS = "LEGALDESK_LOGS"
"""The variable that tells a child where the logs of its library are."""

LOG_BYTES = 1_000_000
TRACE_BYTES = 64_000
"""A trace takes some two thousand; of older ones as much again is kept."""

_log = logging.getLogger(__name__)


class Discreet(logging.Formatter):
    """Says where an exception came from and of what kind it is, never what its message says.

    That may quote a document or name a file, and a log outlives their removal. So may what a
    library logs: of that there is the place and the level.
    """

    def format(self, record: logging.LogRecord) -> str:
        """A line, and the outline of an exception below it."""
        if not record.name.startswith("legaldesk"):
            record = logging.makeLogRecord(record.__dict__)
            record.msg, record.args = f"{record.levelname} in line {record.lineno}", ()
        return super().format(record)

    def formatException(self, ei: Any) -> str:
        """The traceback without source text and messages, the cause first."""
        return "\n".join(outline(ei[1]))

    def formatStack(self, stack_info: str) -> str:
        """Nothing: a stack comes with its source lines."""
        return ""


def log_folder(library: Path) -> Path:
    """Where a library's logs are."""
    return library / "logs"


def keep_log(library: Path) -> None:
    """Begin this process's log, and let its children leave their traces beside it."""
    folder = make_private_folder(log_folder(library))
    os.environ[LOGS] = str(folder)
    handler = logging.handlers.RotatingFileHandler(
        folder / "legaldesk.log", maxBytes=LOG_BYTES, backupCount=2, encoding="utf-8", delay=True
    )
    handler.setFormatter(Discreet("%(asctime)s %(process)d %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def to_children() -> dict[str, str]:
    """What a child must be told to leave its trace where ours is."""
    return {LOGS: os.environ[LOGS]} if LOGS in os.environ else {}


def trace_crashes(role: str) -> None:
    """From now on a hard crash of this process leaves its stack in the logs, and no core dump.

    Without a folder for logs, or where it cannot be written, there is no trace; where Python
    was started with its own fault handler, that has it.
    """
    _forbid_core_dumps()
    folder = os.environ.get(LOGS)
    if not folder or faulthandler.is_enabled():
        return
    path = Path(folder) / f"crash-{role}.txt"
    with contextlib.suppress(OSError):
        if path.exists() and path.stat().st_size > TRACE_BYTES:
            os.replace(path, path.with_suffix(".old.txt"))
        faulthandler.enable(open(path, "ab", 0, opener=_private))  # noqa: SIM115 - held till the end


def take_crashes(library: Path) -> list[Bug]:
    """The hard crashes since this was last asked, the last one of each kind of process.

    Their traces stay in ``crash-ROLE.old.txt``.
    """
    found = []
    for path in sorted(log_folder(library).glob("crash-*.txt")):
        role = path.name.removeprefix("crash-").removesuffix(".txt")
        if role.endswith(".old"):
            continue
        with contextlib.suppress(OSError):
            if trace := path.read_bytes()[-TRACE_BYTES:]:
                _keep_old(path, trace)
                if told := last_crash(trace.decode(errors="replace")):
                    found.append(Bug(f"the {role} process, which had to stop", told))
    return found


def _keep_old(path: Path, trace: bytes) -> None:
    """Move a trace on; its file is emptied in place, since a process may have it open."""
    with open(path.with_suffix(".old.txt"), "wb", opener=_private) as old:
        old.write(trace)
    os.truncate(path, 0)


def log_uncaught() -> None:
    """From now on what nobody catches, in any thread, is in the log."""

    def uncaught(
        _kind: type[BaseException], error: BaseException, _trace: TracebackType | None
    ) -> None:
        _log.critical("%s", bug("the main thread", error))

    def in_a_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            _log.critical("%s", bug("a thread", args.exc_value))

    def unraisable(args: Any) -> None:
        if args.exc_value is not None:
            _log.critical("%s", bug("something that was being deleted", args.exc_value))

    sys.excepthook, threading.excepthook, sys.unraisablehook = uncaught, in_a_thread, unraisable


def _forbid_core_dumps() -> None:
    """An image of the memory would hold documents."""
    try:
        import resource
    except ImportError:
        return
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
