"""Put the pieces together: the engine process, a desk for the command line, and the window."""

from __future__ import annotations

import json
import logging
import logging.handlers
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from legaldesk.core.desk import Desk
from legaldesk.core.errors import LegalDeskError, LibraryBusy
from legaldesk.engine.messages import error_header
from legaldesk.engine.owner import OWNED_BY_ANOTHER, Ownership
from legaldesk.engine.profile import default_library, make_private_folder, private_by_default

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from legaldesk.engine.server import Server
    from legaldesk.ui.main_window import MainWindow

LOG_BYTES = 1_000_000


def prepare(library: Path) -> Path:
    """What every process does first: privacy, a library folder and a log."""
    private_by_default()
    make_private_folder(library)
    handler = logging.handlers.RotatingFileHandler(
        make_private_folder(library / "logs") / "legaldesk.log",
        maxBytes=LOG_BYTES,
        backupCount=2,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(name)s %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    return library


def run_engine(library: Path) -> int:
    """Own a library and serve it until whoever started this process goes away.

    The exit status is OWNED_BY_ANOTHER where somebody else owns the library; where it
    cannot be opened, the reason is written to standard output for the one who asked.
    """
    prepare(library)
    try:
        ownership = Ownership(library)
    except LibraryBusy:
        return OWNED_BY_ANOTHER
    try:
        with _owned_desk(ownership, library, None) as server:
            sys.stdin.buffer.read()  # ends when the window does, however that ends
            server.wait_until_idle()
    except LegalDeskError as error:
        logging.getLogger(__name__).exception("the engine could not go on")
        sys.stdout.write(json.dumps(error_header(error)))
        return 1
    finally:
        ownership.release()
    sys.stdout.flush()
    logging.shutdown()
    os._exit(0)  # the model may still be loading in its thread, which cannot be interrupted


@contextmanager
def open_desk(library: Path, model: Path | None = None) -> Iterator[Desk]:
    """A desk for one command: the library itself when nobody owns it, else its owner.

    While this process owns the library it serves other ones too. Raises LibraryBusy when
    an owner does not answer.
    """
    from legaldesk.engine.remote_desk import RemoteDesk

    prepare(library)
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
    """The library opened and served, its model loading; all closed in the end."""
    from legaldesk.engine.local_desk import LocalDesk
    from legaldesk.engine.server import Server
    from legaldesk.tasks.dispatch import TASKS

    _load_tasks()
    desk = LocalDesk(library, model)
    try:
        server = Server(desk, TASKS, ownership.listen())
        server.start()
        desk.meaning.start()
        try:
            yield server
        finally:
            server.close()
    finally:
        desk.close()


def _load_tasks() -> None:
    """Import every module of tasks, so that the registry knows them all."""
    from legaldesk.tasks import (  # noqa: F401
        care,
        demo,
        documents,
        importing,
        matters,
        removing,
        searching,
        viewing,
    )


def show(library: str | None) -> int:
    """Open the window and stay until it is closed; a second one raises the first."""
    from PySide6.QtWidgets import QApplication

    from legaldesk.workers.single_window import SingleWindow

    app = QApplication(sys.argv[:1])
    folder = prepare(Path(library) if library else default_library())
    single = SingleWindow(folder)
    if not single.is_first():
        return 0
    window = open_window(app, folder)
    single.raised.connect(window.come_to_front)
    return app.exec()


def open_window(app: QApplication, library: Path) -> MainWindow:
    """The window on a library, shown; its engine starts after the first paint."""
    from PySide6.QtCore import QTimer

    from legaldesk.engine.remote_desk import RemoteDesk
    from legaldesk.ui.start import show_window
    from legaldesk.workers.requests import Requests

    desk = RemoteDesk(library, start_engine=True)
    # Before the window's own clean-up: an import that loses its desk is resumed, not cancelled.
    app.aboutToQuit.connect(desk.close)
    window = show_window(app, Requests(desk), library)
    QTimer.singleShot(0, threading.Thread(target=_start_engine, args=(desk,), daemon=True).start)
    return window


def _start_engine(desk: Desk) -> None:
    """Start the engine early; when it fails, the first request says so in the window."""
    from legaldesk.engine.remote_desk import RemoteDesk

    assert isinstance(desk, RemoteDesk)
    try:
        desk.connect()
    except LegalDeskError:
        logging.getLogger(__name__).exception("the engine did not start")
