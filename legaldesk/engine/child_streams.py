"""A child's own streams: replies that no library writes between, and an end with its parent."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import BinaryIO


def private_stdout() -> BinaryIO:
    """The real standard output; what any library prints goes nowhere from now on."""
    private = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return os.fdopen(private, "wb")


def end_with_parent() -> None:
    """Wait until standard input ends and leave at once, whatever is running; for a thread."""
    with contextlib.suppress(OSError):
        sys.stdin.buffer.read()
    os._exit(0)
