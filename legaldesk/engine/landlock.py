"""Landlock: the Linux kernel's way for a process to give up files, and more, for good.

No library that is kept up wraps it, so the three system calls are made here; their numbers
are the same on every processor that Linux runs LegalDesk on.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_RULE_BENEATH = 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_SET_NO_NEW_PRIVILEGES = 38
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""How many kinds of access each version knows; later ones know as many as the last."""
_NET_RIGHTS, _NET_SINCE = 2, 4
_SCOPES, _SCOPES_SINCE = 2, 6


class _Ruleset(ctypes.Structure):
    _fields_ = (
        ("handled_files", ctypes.c_uint64),
        ("handled_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def refuse_new_privileges() -> bool:
    """No program that this process starts, now or later, gains rights by its file mode."""
    if sys.platform != "linux":
        return False
    return bool(ctypes.CDLL(None).prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)


def leave_nothing_but(folders: Iterable[str]) -> bool:
    """Give up all files but reading what lies in ``folders``; those not there are left out.

    Newer kernels take TCP, and signals to other processes, away as well. Binds this thread
    and those it starts from now on, so call it before there are others. False where the
    kernel has no Landlock: nothing has changed then. Whether a file is there, and how large
    it is, can still be seen.
    """
    if sys.platform != "linux":
        return False
    version = _call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1 or not refuse_new_privileges():
        return False
    ruleset = _new_ruleset(version)
    if ruleset < 0:
        return False
    try:
        for folder in folders:
            _allow_reading(ruleset, folder)
        return _call(_RESTRICT_SELF, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _new_ruleset(version: int) -> int:
    """The descriptor of an empty ruleset that handles all that this version can."""
    asked = _Ruleset((1 << _FILE_RIGHTS.get(version, 16)) - 1)
    size = 8
    if version >= _NET_SINCE:
        asked.handled_net, size = (1 << _NET_RIGHTS) - 1, 16
    if version >= _SCOPES_SINCE:
        asked.scoped, size = (1 << _SCOPES) - 1, 24
    return _call(_CREATE_RULESET, ctypes.byref(asked), size, 0)


def _allow_reading(ruleset: int, folder: str) -> None:
    try:
        opened = os.open(folder, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rule = _Beneath(_READ_FILE | _READ_FOLDER, opened)
        _call(_ADD_RULE, ruleset, _RULE_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(opened)


def _call(number: int, *arguments: object) -> int:
    """A system call's result, -1 where it failed."""
    made = [
        ctypes.c_long(each) if isinstance(each, int) else each for each in arguments
    ]  # a plain int would be passed as 32 bits
    call = ctypes.CDLL(None).syscall
    call.restype = ctypes.c_long
    return int(call(ctypes.c_long(number), *made))
