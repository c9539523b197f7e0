"""Where tasks run: on a library opened in this process, or in its owner's process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from legaldesk.core.progress import Report

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task(Generic[T]):
    """Something a user can ask for: a function of (desk, ..., report) and its types.

    A task that is ``reading`` needs nothing but the database's reader, and so runs in the
    asking process even where the library has another owner.
    """

    name: str
    function: Callable[..., T] = field(repr=False)
    parameters: Mapping[str, Any] = field(repr=False)
    result: Any = field(repr=False)
    reading: bool = False


class Desk(Protocol):
    """The one thing that every task is given."""

    def run(self, task: Task[T], arguments: Mapping[str, Any], report: Report) -> T:
        """Carry out a task, here or in the process that owns the library.

        Raises what the task raises; Cancelled when ``report`` does; ProcessDied when the
        owner went away.
        """
