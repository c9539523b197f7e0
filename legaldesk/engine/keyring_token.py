"""The hub's token, kept by the system's keyring and nowhere else.

Windows, macOS and Linux desktops have one. Where there is none, nothing is kept: a file would
be read by whoever gets at the disk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from legaldesk.core.errors import LegalDeskError, WrongUse

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "LegalDesk"
ACCOUNT = "huggingface.co"

_TOKEN = re.compile(r"[!-~]{1,1000}")
_NONE = (
    "This computer has no keyring that could keep the token. On Linux install and unlock one "
    "(GNOME Keyring or KWallet) and start LegalDesk from the desktop."
)
_SHUT = "The keyring is locked. Unlock it and try again."

_Answer = TypeVar("_Answer")


def state() -> tuple[bool, str]:
    """Whether a token is kept, and why none can be kept here, or ""."""
    try:
        return _read() is not None, ""
    except LegalDeskError as error:
        return False, error.message


def load() -> str | None:
    """The token; None when none is kept, as where there is no keyring or it is locked.

    Most models need no token; for those that do, ``state`` says what is wrong.
    """
    try:
        return _read()
    except LegalDeskError:
        return None


def save(token: str) -> None:
    """Keep this token in place of another. Raises WrongUse for what cannot be one.

    Raises LegalDeskError where there is no keyring, or it is locked.
    """
    token = token.strip()
    if not _TOKEN.fullmatch(token):
        raise WrongUse("That is not a token. It begins with “hf_” and has no spaces.")
    _ask(lambda backend: backend.set_password(SERVICE, ACCOUNT, token))


def forget() -> None:
    """Delete the token, if there is one.

    Raises LegalDeskError where there is no keyring, or it is locked.
    """
    if _read() is not None:
        _ask(lambda backend: backend.delete_password(SERVICE, ACCOUNT))


def _read() -> str | None:
    return _ask(lambda backend: backend.get_password(SERVICE, ACCOUNT)) or None


def _ask(question: Callable[[KeyringBackend], _Answer]) -> _Answer:
    """Ask the keyring, whose errors are no family of one kind, and say what they mean."""
    from keyring.errors import InitError, KeyringError, KeyringLocked, NoKeyringError

    try:
        return question(_backend())
    except (KeyringLocked, InitError) as error:
        raise LegalDeskError(_SHUT) from error
    except (NoKeyringError, ImportError) as error:
        raise LegalDeskError(_NONE) from error
    except (KeyringError, RuntimeError, OSError) as error:
        message = "The keyring did not answer as it should. Unlock it and try again."
        raise LegalDeskError(message) from error


def _backend() -> KeyringBackend:
    """The system's keyring. Raises NoKeyringError when the best there is keeps plain files."""
    import keyring
    from keyring.errors import NoKeyringError

    chosen = keyring.get_keyring()
    for backend in getattr(chosen, "backends", None) or [chosen]:
        module = type(backend).__module__
        # keyrings.alt writes files; "fail" and "null" keep nothing.
        if not module.startswith(
            ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")
        ):
            return backend  # type: ignore[no-any-return]
    raise NoKeyringError("no keyring")
