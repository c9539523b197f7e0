"""The operating system: child processes and the limits they live under.

Nothing POSIX-only is imported at the top, so that the module loads on every system; where
a protection is missing, the level that is named says so.
"""

from __future__ import annotations

import contextlib
import math
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

NICENESS = 5
"""How far a process stays behind the one that it must not hold up."""

PIPE = 1 << 20
"""Bytes that a child may have said and we not read, so that it works on while we are busy."""

MAX_OPEN_FILES = 32
"""Of a process that is only to read fonts."""

_PASSED_ON = (
    "PATH",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "SYSTEMROOT",
    "WINDIR",
    "TEMP",
    "TMP",
    "TMPDIR",
    "LANG",
    "LC_ALL",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
)

ONLINE = (
    "HF_ENDPOINT",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "https_proxy",
    "http_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
"""How to get online: for the engine, which hands it to the process that fetches models."""

_SESSION = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND")


def child_command(role: str, *args: str) -> list[str]:
    """The command that starts this program in another role, from source or frozen."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--role", role, *args]
    return [sys.executable, "-m", "legaldesk", "--role", role, *args]


def spawn(
    command: Sequence[str],
    environment: Mapping[str, str] | None = None,
    behind: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a child with pipes for its frames, a bare environment and no console window.

    ``environment`` is added to the few variables that are passed on. A child that is to stay
    ``behind`` gets what this process leaves of the processor, where the system can do so. What
    a child writes to its error stream is dropped: it may hold client text. It must end when
    its standard input does; that is how none outlives us, on any system.
    """
    flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    flags |= getattr(subprocess, "BELOW_NORMAL_PRIORITY_CLASS", 0)
    process = subprocess.Popen(
        list(command),
        bufsize=PIPE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_bare_environment() | dict(environment or {}),
        creationflags=flags,
    )
    assert process.stdout is not None
    _widen(process.stdout)
    if behind and hasattr(os, "setpriority"):  # now, while it has a single thread
        with contextlib.suppress(OSError):
            ours = os.getpriority(os.PRIO_PROCESS, 0)
            os.setpriority(os.PRIO_PROCESS, process.pid, ours + NICENESS)
    return process


def _widen(pipe: IO[bytes]) -> None:
    """Where the system can (Linux) and lets us."""
    with contextlib.suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def engine_environment() -> dict[str, str]:
    """What the engine needs besides: the way online and to the keyring; no parser gets it."""
    return {name: os.environ[name] for name in (*ONLINE, *_SESSION) if name in os.environ}


def _bare_environment() -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    package = Path(__file__).resolve().parents[1]
    return passed_on | {"PYTHONPATH": str(package.parent), "PYTHONSAFEPATH": "1"}


def yield_to_the_window() -> None:
    """Let the window's process go first where both want the processor; children inherit it.

    Windows is told when the process is started, by ``spawn``.
    """
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def limit_this_process(memory_bytes: int) -> str:
    """Cap this process's address space and forbid core dumps; return the level reached.

    "rlimits": the system enforces both. "plain": it cannot, and the parent's time limits
    and caps are all there is.
    """
    try:
        import resource
    except ImportError:
        return "plain"
    _lower(resource.RLIMIT_CORE, 0)
    return "rlimits" if _lower(resource.RLIMIT_AS, memory_bytes) else "plain"


def stop_growing() -> None:
    """No files written, few opened, no more threads or processes, from now on.

    The last does not bind an administrator.
    """
    try:
        import resource
    except ImportError:
        return
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_NOFILE, MAX_OPEN_FILES)
    _lower(resource.RLIMIT_NPROC, 0)


def grant_processor_time(seconds: int) -> None:
    """End this process when it has used so many more seconds of a processor.

    Until the next grant. Windows has no such limit that could be renewed.
    """
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    limit = math.ceil(time.process_time()) + seconds
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))


def _lower(kind: int, limit: int) -> bool:
    """Lower one limit for good; False where the system does not take it (macOS, RLIMIT_AS)."""
    import resource

    _, hard = resource.getrlimit(kind)
    new = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    try:
        resource.setrlimit(kind, (new, new))
    except (OSError, ValueError):
        return False
    return True
