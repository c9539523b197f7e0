"""One owner per library: the lock that says who, and the address where to ask.

The lock is the operating system's, so it goes with the process however that ends. The
address file is a hint: it may be stale, and then nobody answers there.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from legaldesk.core.errors import LibraryBusy
from legaldesk.engine.profile import make_private_folder, write_durably

PROTOCOL = 1
"""Raise whenever the messages change; another version is told to close the other program."""

OWNED_BY_ANOTHER = 4
"""The exit status of an engine that found its library owned; any other one is a failure."""

_FAMILY = "AF_PIPE" if os.name == "nt" else "AF_UNIX"


class Address(msgspec.Struct, frozen=True):
    """Where the owner listens, and the key without which it does not answer."""

    address: str
    key: str
    pid: int
    protocol: int


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

    def listen(self) -> Listener:
        """Open the local socket that only this user can reach, and publish its address."""
        key = secrets.token_bytes(32)
        if os.name == "nt":
            address = rf"\\.\pipe\legaldesk-{secrets.token_hex(16)}"
        else:  # a library's own path may be longer than the 107 bytes a socket's name may have
            self._socket_folder = Path(tempfile.mkdtemp(prefix="legaldesk-"))
            address = str(self._socket_folder / "desk")
        listener = Listener(address, _FAMILY, backlog=16, authkey=key)
        if self._socket_folder is not None:
            os.chmod(address, 0o600)
        here = Address(address, key.hex(), os.getpid(), PROTOCOL)
        write_durably(self._file, msgspec.json.encode(here))
        return listener

    def release(self) -> None:
        """Give the library up."""
        self._file.unlink(missing_ok=True)
        if self._socket_folder is not None:
            (self._socket_folder / "desk").unlink(missing_ok=True)
            self._socket_folder.rmdir()
            self._socket_folder = None
        self._lock.release()


def call_owner(library: Path) -> Connection | None:
    """A connection to the library's owner, or None when nobody answers.

    Raises LibraryBusy when the owner is a LegalDesk of another version.
    """
    try:
        found = msgspec.json.decode((library / "owner.json").read_bytes(), type=Address)
        if found.protocol != PROTOCOL:
            raise LibraryBusy(
                "Another version of LegalDesk has this library open. Close it first.", str(library)
            )
        return Client(found.address, _FAMILY, authkey=bytes.fromhex(found.key))
    except (OSError, EOFError, ValueError, msgspec.MsgspecError):
        return None
