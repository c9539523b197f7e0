"""One window per library: a second start raises the first window and ends."""

from __future__ import annotations

import getpass
import hashlib
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

PATIENCE_MS = 500
"""How long a second start waits for the first window to answer."""


class SingleWindow(QObject):
    """Claims a library for one window. ``raised`` tells that somebody started a second."""

    raised = Signal()

    def __init__(self, library: Path | str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = server_name(library)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._answer)

    def is_first(self) -> bool:
        """Claim the library; False where a window has it, which is asked to come forward."""
        if self._wake_first():
            return False
        if not self._server.listen(self._name):
            QLocalServer.removeServer(self._name)  # left behind by a crash
            self._server.listen(self._name)
        return True

    def release(self) -> None:
        """Let another window have the library."""
        self._server.close()

    def _wake_first(self) -> bool:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        there = socket.waitForConnected(PATIENCE_MS)
        if there:
            socket.disconnectFromServer()
        return there

    def _answer(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.disconnectFromServer()
            self.raised.emit()


def server_name(library: Path | str) -> str:
    """The same for one library and user, however the path was written; it tells neither."""
    key = f"{Path(library).resolve()}\n{getpass.getuser()}"
    return f"legaldesk-{hashlib.sha256(key.encode()).hexdigest()[:24]}"
