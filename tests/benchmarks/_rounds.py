"""Contestants that take turns, so that a busy machine is busy for all of them."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Taken:
    """Seconds by the clock and of this process's processor, by contestant and round."""

    clock: dict[str, list[float]]
    processor: dict[str, list[float]]

    def median(self, name: str) -> float:
        """A contestant's seconds by the clock."""
        return statistics.median(self.clock[name])

    def faster(self, name: str, other: str) -> float:
        """How many times as fast one is as the other: the median of the rounds' ratios."""
        return _median_ratio(self.clock, name, other)

    def thriftier(self, name: str, other: str) -> float:
        """The same by processor time, which the load of other programs does not touch."""
        return _median_ratio(self.processor, name, other)


def in_turns(
    contestants: Mapping[str, Callable[[], object]], rounds: int, warm_ups: int = 0
) -> Taken:
    """The seconds of each contestant in each round, every other round in the reverse order.

    Rounds to warm up come before and are not counted.
    """
    taken = Taken({name: [] for name in contestants}, {name: [] for name in contestants})
    for number in range(-warm_ups, rounds):
        order = list(contestants)[:: -1 if number % 2 else 1]
        for name in order:
            clock, processor = time.perf_counter(), time.process_time()
            contestants[name]()
            if number >= 0:
                taken.clock[name].append(time.perf_counter() - clock)
                taken.processor[name].append(time.process_time() - processor)
    return taken


def machine() -> str:
    """The processor, its cores and how busy it is, for the head of a table."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{_processor()}, {os.cpu_count()} cores{load}"


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    flags = next((line for line in lines if line.startswith("flags")), "").split()
    units = [flag for flag in ("amx_bf16", "avx512_bf16") if flag in flags]
    return f"{names[0] if names else 'unknown processor'} ({', '.join(units) or 'no bf16 units'})"


def pdfs(folder: Path) -> list[Path]:
    """Every PDF in a folder, by its first bytes, in the order of their names."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in files if path.read_bytes()[:5] == b"%PDF-"]


def _median_ratio(seconds: dict[str, list[float]], name: str, other: str) -> float:
    return statistics.median(
        slow / fast for fast, slow in zip(seconds[name], seconds[other], strict=True)
    )
