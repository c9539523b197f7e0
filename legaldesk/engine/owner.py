"""One owner per library: the lock that says who, and the address where to ask.

The lock is the operating system's, so it goes with the process however that ends. The
address file is a hint: it may be stale, and then nobody answers there.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import tempfile
import threading
from collections.abc import Iterator
from multiprocessing import AuthenticationError
from multiprocessing.connection import (
    Client,
    Connection,
    Listener,
    answer_challenge,
    deliver_challenge,
)
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from legaldesk.core.errors import LegalDeskError, LibraryBusy
from legaldesk.engine.messages import wake
from legaldesk.engine.profile import clear_temporaries, make_private_folder, write_durably
from legaldesk.engine.reserve import look_after_reserve

PROTOCOL = 1
"""Raise whenever the messages change; another version is told to close the other program."""

_PREFIX = "legaldesk-"

GREETING_SECONDS = 5.0
"""How long the other side may take to prove that it knows the key."""

_FAMILY = "AF_PIPE" if os.name == "nt" else "AF_UNIX"


LONGEST_ADDRESS = 103
"""Bytes that the name of a socket may have on macOS; Linux takes 107."""


class Address(msgspec.Struct, frozen=True):
    """Where the owner listens, and the key without which it does not answer."""

    address: str
    key: str
    pid: int
    protocol: int


class Door:
    """The local socket where an owner is asked, and the key that opens it."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._listener = Listener(address, _FAMILY, backlog=16)
        self.key = secrets.token_bytes(32)

    def accept(self) -> Connection:
        """The next visitor, who is yet to be let in. Raises OSError once it is closed."""
        return self._listener.accept()

    def admit(self, visitor: Connection) -> bool:
        """Whether a visitor knows the key; one who does not is hung up on.

        May take GREETING_SECONDS, so give every visitor a thread of its own.
        """
        try:
            with _hurry(visitor):
                deliver_challenge(visitor, self.key)
                answer_challenge(visitor, self.key)
        except (AuthenticationError, OSError, EOFError, ValueError):
            visitor.close()
            return False
        return True

    def wake(self) -> None:
        """Make a thread that waits in ``accept`` return: closing would leave it there."""
        with contextlib.suppress(OSError):
            Client(self._address, _FAMILY).close()

    def close(self) -> None:
        """Take nobody any more."""
        self._listener.close()


class Ownership:
    """Held by the one process that may write a library.

    Raises LibraryBusy when another process holds it.
    """

    def __init__(self, library: Path) -> None:
        make_private_folder(library)
        self._file = library / "owner.json"
        self._lock = FileLock(library / "owner.lock", timeout=0, mode=0o600, thread_local=False)
        try:
            self._lock.acquire()
        except Timeout as error:
            raise LibraryBusy(
                "Another LegalDesk has this library open and does not answer."
                " Close it, or try again in a moment.",
                str(library),
            ) from error
        self._socket_folder: Path | None = None
        self._clear_after_the_dead()
        look_after_reserve(library)

    def _clear_after_the_dead(self) -> None:
        """Remove what an owner that was killed left behind."""
        clear_temporaries(self._file)
        left = _published(self._file.parent)
        if left is not None and os.name != "nt":
            _remove_socket(Path(left.address))
        self._file.unlink(missing_ok=True)

    def listen(self) -> Door:
        """Open the local socket that only this user can reach, and publish its address."""
        if os.name == "nt":
            address = rf"\\.\pipe\legaldesk-{secrets.token_hex(16)}"
        else:  # a library's own path may be longer than a socket's name may be
            self._socket_folder = _short_folder()
            address = str(self._socket_folder / "desk")
        door = Door(address)
        try:
            if self._socket_folder is not None:
                os.chmod(address, 0o600)
            here = Address(address, door.key.hex(), os.getpid(), PROTOCOL)
            write_durably(self._file, msgspec.json.encode(here))
        except BaseException:
            door.close()
            raise
        return door

    def release(self) -> None:
        """Give the library up."""
        try:
            with contextlib.suppress(OSError):
                self._file.unlink()
            if self._socket_folder is not None:
                _remove_socket(self._socket_folder / "desk")
        finally:
            self._lock.release()


def call_owner(library: Path) -> Connection | None:
    """A connection to the library's owner, or None when nobody answers.

    Raises LibraryBusy when the owner is a LegalDesk of another version.
    """
    here = _published(library)
    if here is None:
        return None
    try:
        connection = Client(here.address, _FAMILY)
    except (OSError, ValueError):
        return None
    try:
        if here.protocol != PROTOCOL:
            raise LibraryBusy(
                "Another version of LegalDesk has this library open. Close it first.", str(library)
            )
        with _hurry(connection):
            answer_challenge(connection, bytes.fromhex(here.key))
            deliver_challenge(connection, bytes.fromhex(here.key))
    except (AuthenticationError, OSError, EOFError, ValueError):
        connection.close()
        return None
    except LibraryBusy:
        connection.close()
        raise
    return connection


def _published(library: Path) -> Address | None:
    """Where the owner says it is, or was."""
    try:
        return msgspec.json.decode((library / "owner.json").read_bytes(), type=Address)
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


def _short_folder() -> Path:
    """A new folder of this user's alone, for a socket whose whole name fits.

    Raises LegalDeskError when the system has none.
    """
    places = [tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp"]
    for place in filter(os.path.isabs, places):
        if len(os.fsencode(f"{place}/{_PREFIX}12345678/desk")) > LONGEST_ADDRESS:
            continue
        with contextlib.suppress(OSError):
            return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
    raise LegalDeskError(
        "There is no folder for LegalDesk's temporary files that is short enough in name and can"
        " be written. Set TMPDIR to one, such as /tmp, and start again.",
        places[0],
    )


def _remove_socket(socket: Path) -> None:
    """Delete a socket and its folder, if they are of our making."""
    if socket.name != "desk" or not socket.parent.name.startswith(_PREFIX):
        return
    with contextlib.suppress(OSError):
        socket.unlink(missing_ok=True)
        socket.parent.rmdir()


@contextlib.contextmanager
def _hurry(connection: Connection) -> Iterator[None]:
    """Hang up when the block takes too long, so that one who says nothing blocks nobody."""
    watch = threading.Timer(GREETING_SECONDS, wake, (connection,))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        watch.join()
