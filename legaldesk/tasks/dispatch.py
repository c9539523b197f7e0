"""Turn a plain function into a task that runs wherever its desk says."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from legaldesk.core.desk import Desk, Task
from legaldesk.core.progress import silent

D = TypeVar("D")
P = ParamSpec("P")
R = TypeVar("R")

TASKS: dict[str, Task[Any]] = {}
"""Every task by name, for the process that serves them."""


def task(function: Callable[Concatenate[D, P], R]) -> Callable[Concatenate[Desk, P], R]:
    """A task that needs the library's owner."""
    return _register(function, reading=False)


def reading(function: Callable[Concatenate[D, P], R]) -> Callable[Concatenate[Desk, P], R]:
    """A task that needs nothing but ``desk.reader``, and runs in the asking process."""
    return _register(function, reading=True)


def _register(
    function: Callable[Concatenate[D, P], R], reading: bool
) -> Callable[Concatenate[Desk, P], R]:
    signature = inspect.signature(function)
    hints = get_type_hints(function)
    names = [name for name in signature.parameters if name not in ("desk", "report")]
    known: Task[R] = Task(
        name=f"{function.__module__.rpartition('.')[2]}.{function.__name__}",
        function=function,
        parameters={name: hints[name] for name in names},
        result=hints["return"],
        reading=reading,
    )
    TASKS[known.name] = known

    @wraps(function)
    def run(desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> R:
        bound = signature.bind(desk, *args, **kwargs)
        bound.apply_defaults()
        report = bound.arguments.pop("report", silent)
        arguments = {name: bound.arguments[name] for name in names}
        return desk.run(known, arguments, report)

    return run
