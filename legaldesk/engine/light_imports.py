"""sentence-transformers imported in three quarters of its time, and set aside afterwards.

It brings 4,000 modules, most of them for what is never asked of it here.
"""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from types import ModuleType
from typing import Any

_DISTANCES = "sklearn.metrics"
"""Imported for one function, which measures distances between sparse vectors, with SciPy's
statistics behind it: 470 modules, 1 s and 40 MB."""


@contextmanager
def light_imports(left_out: str = _DISTANCES) -> Iterator[None]:
    """Import sentence-transformers within it: 5.4 instead of 7.1 s (medians of four turns).

    Functions that are imported from the module ``left_out`` import it when they are called.
    """
    with _not_collecting(), _late(left_out):
        yield


def set_aside() -> None:
    """Keep what there is by now out of garbage collection.

    A full collection takes 0.26 s beside torch's objects, in which no question is answered;
    without them it is done at once. Cutting text gains 1%.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def _not_collecting() -> Iterator[None]:
    """The collector would look through all modules again and again as their number grows."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@contextmanager
def _late(name: str) -> Iterator[None]:
    """Another module in its place, unless it is there."""
    if name in sys.modules:
        yield
        return
    stand_in = ModuleType(name)
    vars(stand_in)["__getattr__"] = partial(_late_function, name)
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


def _late_function(module: str, name: str) -> Callable[..., Any]:
    if name.startswith("__"):
        raise AttributeError(name)

    def call(*arguments: Any, **named: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*arguments, **named)

    return call
