"""Hears of every bug in the window's process and makes the report that may be passed on."""

from __future__ import annotations

import logging
import platform
import sys
import threading
from types import TracebackType
from typing import Any

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
    qVersion,
)

from legaldesk import __version__
from legaldesk.core.bugs import Bug, bug, stack

MOST_KINDS = 20
"""Different bugs that one report tells of; what comes after them is in the log."""

ALWAYS_TOLD = 10
"""Occurrences of one bug that are told one by one; after that every time their number doubles."""

_GRAVE = (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)

_log = logging.getLogger(__name__)


class BugReports(QObject):
    """Counts bugs: a window's slots, timers and threads once it listens, and what it is told.

    ``found`` carries a Bug. It may be emitted from any thread, so connect a QObject's method.
    """

    found = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._guard = threading.Lock()
        self._counts: dict[Bug, int] = {}
        self._before: tuple[Any, ...] | None = None
        self.level = ""
        """How the parser is boxed, once it is known."""

    def listen(self) -> None:
        """Be the one who hears of what nobody catches, and of what Qt calls critical."""
        self._before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._uncaught
        threading.excepthook = self._in_a_thread
        sys.unraisablehook = self._unraisable
        self._qt_before = qInstallMessageHandler(self._qt_says)

    def stop_listening(self) -> None:
        """Give the hooks back to those who had them."""
        if self._before is not None:
            sys.excepthook, threading.excepthook, sys.unraisablehook = self._before
            qInstallMessageHandler(self._qt_before)
            self._before = None

    def tell(self, bug: Bug) -> None:
        """Count a bug that was caught elsewhere, and logged there."""
        if self._count(bug):
            self.found.emit(bug)

    def report(self) -> str:
        """All bugs so far, without a word of a document, a question or a name."""
        with self._guard:
            counts = dict(self._counts)
        told = [f"{_times(count)}{bug}" for bug, count in counts.items()]
        return "\n\n".join(["\n".join(self._facts()), *told])

    def _facts(self) -> list[str]:
        system = f"{platform.system()} {platform.release()} {platform.machine()}"
        python = f"Python {platform.python_version()}, Qt {qVersion()}"
        level = [f"Parser: {self.level}"] if self.level else []
        return [f"LegalDesk {__version__}", python, system, *level]

    def _count(self, bug: Bug) -> bool:
        """One more of a bug; whether that is to be told."""
        with self._guard:
            if bug not in self._counts and len(self._counts) >= MOST_KINDS:
                return False
            count = self._counts[bug] = self._counts.get(bug, 0) + 1
        return count <= ALWAYS_TOLD or count & (count - 1) == 0

    def _hear(self, bug: Bug) -> None:
        """Count a bug that nobody caught, log it and tell of it."""
        if self._count(bug):
            _log.critical("%s", bug)
            self.found.emit(bug)

    def _uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
        else:
            self._hear(bug("the window", error.with_traceback(trace)))

    def _in_a_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            self._hear(bug("a thread of the window", args.exc_value))

    def _unraisable(self, args: Any) -> None:
        if args.exc_value is not None and not sys.is_finalizing():
            self._hear(bug("something that the window let go of", args.exc_value))

    def _qt_says(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        """What Qt says may name a file, so it is for a terminal alone."""
        if kind in _GRAVE:
            what = f"Qt, which calls it {'fatal' if kind is QtMsgType.QtFatalMsg else 'critical'}"
            self._hear(Bug(what, (str(context.category), *stack(sys._getframe(1)))))
        if sys.stderr is not None and sys.stderr.isatty():
            sys.stderr.write(f"{message}\n")


def _times(count: int) -> str:
    return f"{count:,} times: " if count > 1 else ""
