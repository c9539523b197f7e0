"""Parts of a batch computed side by side on the processor, each with torch's threads of its own.

Two threads of torch's in one matrix product wait for each other after every operation: with
each its own texts they wait once a batch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

MOST = 4
"""Parts at most: each has activations of its own, and all of them take turns with Python."""

Part = TypeVar("Part")
Result = TypeVar("Result")


class SideBySide:
    """Threads that torch's threads are shared out to; they end with this object.

    ``parts`` is how many there are, 1 where torch has but one thread.
    """

    def __init__(self) -> None:
        import torch

        threads = torch.get_num_threads()
        self.parts = max(1, min(MOST, threads))
        self._pool = ThreadPoolExecutor(self.parts, "encode")
        share, together = threads // self.parts, threading.Barrier(self.parts)
        self.run(lambda _: _take(share, together), range(self.parts))
        torch.set_num_threads(threads)  # what a thread that begins later has

    def run(self, work: Callable[[Part], Result], parts: Sequence[Part]) -> list[Result]:
        """The results in the parts' order, when all are done. Raises what the first part that
        failed raised.
        """
        begun = [self._pool.submit(work, part) for part in parts]
        wait(begun)
        return [each.result() for each in begun]


def _take(share: int, together: threading.Barrier) -> None:
    """Let torch use so many threads for this one, once all of them are there."""
    import torch

    together.wait()
    torch.get_num_threads()  # a thread's first use of torch sets what holds for all
    torch.set_num_threads(share)
