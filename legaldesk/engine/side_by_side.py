"""Parts of a batch computed side by side on the processor, each with torch's threads of its own.

Two threads of torch's in one matrix product wait for each other after every operation: with
each its own texts they wait once a batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from types import TracebackType
from typing import TypeVar

MOST = 4
"""Parts at most: each has activations of its own, and all of them take turns with Python."""

Part = TypeVar("Part")
Result = TypeVar("Result")

_sharing = threading.Lock()
"""Held while torch's threads are shared out, which passes through a setting of the process."""


class SideBySide:
    """Threads that ``threads`` of torch's are shared out to, inside a ``with``.

    ``parts`` is how many there are; where it is 1 the calling thread does all by itself.
    """

    def __init__(self, threads: int) -> None:
        self.parts = max(1, min(MOST, threads))
        self._threads = threads
        self._pool = ThreadPoolExecutor(self.parts, "encode")

    def __enter__(self) -> SideBySide:
        if self.parts > 1:
            import torch

            share, together = self._threads // self.parts, threading.Barrier(self.parts)
            with _sharing:
                self.run(lambda _: _take(share, together), range(self.parts))
                torch.set_num_threads(self._threads)  # what a thread that begins later has
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown()

    def run(self, work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
        """The results in the parts' order, when all are done. Raises what the first part that
        failed raised.
        """
        if self.parts == 1:
            return [work(part) for part in parts]
        begun = [self._pool.submit(work, part) for part in parts]
        wait(begun)
        return [each.result() for each in begun]


def _take(share: int, together: threading.Barrier) -> None:
    """Let torch use so many threads for this one, once all of them are there."""
    import torch

    together.wait()
    torch.get_num_threads()  # a thread's first use of torch sets what holds for all
    torch.set_num_threads(share)
