"""Where tasks run: on a library opened in this process, or in the engine's process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from legaldesk.core.progress import Report

T = TypeVar("T")


class Desk(Protocol):
    """The one thing that every task is given."""

    def run(
        self,
        task: Callable[..., T],
        arguments: dict[str, Any],
        report: Report,
    ) -> T:
        """Carry out a task: here, or by asking the process that owns the library.

        Raises what the task raises; Cancelled when ``report`` does; ProcessDied when the
        owner went away.
        """
