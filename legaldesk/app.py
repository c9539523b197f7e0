"""Put the pieces together: the engine process, a desk for the command line, and the window."""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from legaldesk.core.bugs import Bug, bug
from legaldesk.core.desk import Desk
from legaldesk.core.errors import UNEXPECTED, LegalDeskError, LibraryBusy, WrongUse
from legaldesk.engine.child_streams import private_stdout
from legaldesk.engine.logs import keep_log, log_uncaught, take_crashes, trace_crashes
from legaldesk.engine.messages import error_header
from legaldesk.engine.network_share import refuse_network_share
from legaldesk.engine.owner import Ownership
from legaldesk.engine.profile import default_library, make_private_folder, private_by_default
from legaldesk.engine.system import yield_to_the_window
from legaldesk.engine.wire import write_frame

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from legaldesk.engine.server import Server
    from legaldesk.ui.main_window import MainWindow

ALREADY_OPEN = "This library is already open in LegalDesk. Its window was brought to the front."

SETTLED_MS = 5_000
"""After the window is shown; by then its views are made."""

_log = logging.getLogger(__name__)


def prepare(library: Path) -> Path:
    """What every process does first: privacy, a library folder and a log; the folder's own path.

    The path that all go on with is the same, whatever link or spelling it was named by. Raises
    WrongUse for a library on a network share.
    """
    private_by_default()
    refuse_network_share(library)
    library = make_private_folder(library).resolve()
    keep_log(library)
    return library


def library_of(named: str | None) -> Path:
    """The library's folder as it was named, the default one where it was not.

    Raises WrongUse for an empty name, which a script may give whose variable is not set: it must
    not remove from another library than it means.
    """
    if named is None:
        return default_library()
    if not named.strip():
        raise WrongUse("“--library” names no folder. Name the library's folder, or leave it out.")
    return Path(named)


def run_engine(library: Path) -> int:
    """Own a library and serve it until whoever started this process goes away.

    When it cannot begin, its last word on standard output is the error.
    """
    from legaldesk.engine.local_desk import LocalDesk
    from legaldesk.engine.server import Server
    from legaldesk.tasks.dispatch import TASKS

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the window's terminal is the window's
    word = private_stdout()
    try:
        yield_to_the_window()
        library = prepare(library)
        trace_crashes("engine")
        log_uncaught()
        _load_tasks()
        ownership = Ownership(library)
        desk = LocalDesk(library)
        server = Server(desk, TASKS, ownership.listen())
    except LegalDeskError as error:
        _log.error("the engine could not start: %s", error.kind)
        write_frame(word, error_header(error))
        return 4
    word.close()
    desk.generations.start()
    server.start()
    sys.stdin.buffer.read()  # ends when the window does, however that ends
    server.wait_until_idle()
    server.close()
    desk.close()
    ownership.release()
    logging.shutdown()
    os._exit(0)  # the model may still be loading in its thread, which cannot be interrupted


@contextmanager
def open_desk(library: Path, model: Path | None = None) -> Iterator[Desk]:
    """A desk for one command: the library itself when nobody owns it, else its owner.

    While this process owns the library it serves other ones too. The model is loaded when
    it is needed. Raises LibraryBusy when an owner does not answer.
    """
    from legaldesk.engine.remote_desk import RemoteDesk

    library = prepare(library)
    trace_crashes("command")
    try:
        ownership = Ownership(library)
    except LibraryBusy:
        remote = RemoteDesk(library, start_engine=True)
        try:
            remote.connect()
            yield remote
        finally:
            remote.close()
        return
    try:
        with _owned_desk(ownership, library, model) as server:
            yield server.desk
    finally:
        ownership.release()


@contextmanager
def _owned_desk(ownership: Ownership, library: Path, model: Path | None) -> Iterator[Server]:
    """The library opened and served; all closed in the end."""
    from legaldesk.engine.local_desk import LocalDesk
    from legaldesk.engine.server import Server
    from legaldesk.tasks.dispatch import TASKS

    _load_tasks()
    desk = LocalDesk(library, model)
    try:
        server = Server(desk, TASKS, ownership.listen())
        server.start()
        try:
            yield server
        finally:
            server.close()
    finally:
        desk.close()


def _load_tasks() -> None:
    """Import every module of tasks, so that the registry knows them all."""
    from legaldesk.tasks import (  # noqa: F401
        backups,
        balancing,
        care,
        demo,
        documents,
        evaluating,
        importing,
        label_files,
        labels,
        lessons,
        matters,
        models,
        removing,
        reranking,
        reviewing,
        searching,
        training,
        viewing,
    )


def show(library: str | None) -> int:
    """Open the window and stay until it is closed; a second one raises the first.

    Where there can be no window, a message says why; the status is then 4.
    """
    from PySide6.QtWidgets import QApplication

    from legaldesk.ui.refusal import refuse

    app = QApplication(sys.argv[:1])
    log_uncaught()
    try:
        return _show(app, library_of(library))
    except LegalDeskError as error:
        _log.error("no window: %s", error.kind)
        message, report = error.message, ""
    except Exception as error:
        found = bug("the window, which could not be opened", error)
        _log.critical("%s", found)
        message, report = UNEXPECTED, str(found)
    box = refuse(message, report)
    box.finished.connect(lambda _: app.exit(4))
    return app.exec()


def _show(app: QApplication, library: Path) -> int:
    """The window until it is closed. Raises LegalDeskError where the library cannot be used."""
    from PySide6.QtCore import QTimer

    from legaldesk.workers.single_window import SingleWindow

    library = prepare(library)
    single = SingleWindow(library)
    if not single.is_first():
        if sys.stderr is not None:
            sys.stderr.write(ALREADY_OPEN + "\n")
        return 0
    crashes = take_crashes(library)
    trace_crashes("window")
    window = open_window(app, library, crashes)
    QTimer.singleShot(SETTLED_MS, gc.freeze)  # what is there by now stays: no need to look at it
    single.raised.connect(window.come_to_front)
    single.raised.connect(lambda: window.banner.say(ALREADY_OPEN))
    return app.exec()


def open_window(app: QApplication, library: Path, crashes: Sequence[Bug] = ()) -> MainWindow:
    """The window on a library, shown; its engine starts after the first paint."""
    from PySide6.QtCore import QTimer

    from legaldesk.engine.remote_desk import RemoteDesk
    from legaldesk.ui.start import show_window
    from legaldesk.workers.requests import Requests

    desk = RemoteDesk(library, start_engine=True)
    # Before the window's own clean-up: an import that loses its desk is resumed, not cancelled.
    app.aboutToQuit.connect(desk.close)
    window = show_window(app, Requests(desk), library, crashes, _matters_in(library))
    QTimer.singleShot(0, threading.Thread(target=_start_engine, args=(desk,), daemon=True).start)
    return window


def _matters_in(library: Path) -> tuple[str, ...]:
    """The names of the matters; none where the library cannot be read now, which others say."""
    from legaldesk.engine.reader import Reader

    try:
        with Reader(library) as reader:
            return tuple(matter.name for matter in reader.matters())
    except LegalDeskError:
        return ()


def _start_engine(desk: Desk) -> None:
    """Start the engine early; when it fails, the first request says so in the window."""
    from legaldesk.engine.remote_desk import RemoteDesk

    assert isinstance(desk, RemoteDesk)
    try:
        desk.connect()
    except LegalDeskError:
        _log.exception("the engine did not start")
