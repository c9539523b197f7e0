"""What was measured of each contestant, and the one table of it."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from _peer_score import LITTLE, MUCH, Quality

WIDTH = 10
TITLES = (
    "computed",
    "peak",
    "asking",
    "passages",
    "kB each",
    "query p50",
    "p95",
    "cold",
    "Hit@1",
    "Hit@10",
    f"in {LITTLE:,}",
    f"in {MUCH:,}",
)
"""After the import and its ratios."""


@dataclass(frozen=True)
class Round:
    """One contestant's import and questions. Seconds and bytes.

    ``computed`` are the import's seconds of a processor, ``peak`` is its memory and ``asking``
    that of the process that answers; ``disk`` is what was stored for searching; ``cold`` counts
    from the start of the process that answers to its first answer.
    """

    seconds: float
    computed: float
    peak: int
    passages: int
    disk: int
    queries: tuple[float, ...]
    cold: float
    asking: int


@dataclass
class Row:
    """A contestant's rounds, or the problem that ended them."""

    rounds: list[Round] = field(default_factory=list)
    quality: Quality | None = None
    versions: dict[str, str] = field(default_factory=dict)
    problem: str = ""


def table(rows: dict[str, Row], bases: Sequence[str]) -> list[str]:
    """Medians over the rounds; beside each base the median of the ratios within a round."""
    name = max(map(len, rows))
    titles = ["import", *(f"/ {base.split()[-1]}" for base in bases), *TITLES]
    lines = [" " * name + "".join(title.rjust(WIDTH) for title in titles)]
    for who, row in rows.items():
        if row.problem or not row.rounds:
            lines.append(f"{who:<{name}}  not measured: {row.problem or 'no round was finished'}")
        else:
            ratios = [_ratio(row, rows[base]) for base in bases]
            cells = [f"{_median(row, 'seconds'):.1f} s", *ratios, *_cells(row)]
            lines.append(f"{who:<{name}}" + "".join(cell.rjust(WIDTH) for cell in cells))
    return lines


def _cells(row: Row) -> list[str]:
    """What stands below TITLES."""
    passages, found = _median(row, "passages"), row.quality
    middle, slow = (
        statistics.median(quantile(one.queries, share) for one in row.rounds)
        for share in (0.5, 0.95)
    )
    shares = (found.first, found.ten, found.little, found.much) if found else ()
    return [
        f"{_median(row, 'computed'):.1f} s",
        f"{_median(row, 'peak') / 1e6:.0f} MB",
        f"{_median(row, 'asking') / 1e6:.0f} MB",
        f"{passages:,.0f}",
        f"{_median(row, 'disk') / passages / 1e3:.1f}",
        f"{middle * 1e3:.1f} ms",
        f"{slow * 1e3:.1f} ms",
        f"{_median(row, 'cold'):.2f} s",
        *([f"{share:.3f}" for share in shares] or ["-"] * 4),
    ]


def _median(row: Row, figure: str) -> float:
    return float(statistics.median(getattr(one, figure) for one in row.rounds))


def ratio(row: Row, base: Row) -> float:
    """How many times as long as the base an import takes: the median over their rounds."""
    pairs = zip(row.rounds, base.rounds, strict=False)
    return statistics.median(one.seconds / other.seconds for one, other in pairs)


def _ratio(row: Row, base: Row) -> str:
    return f"{ratio(row, base):.2f}" if base.rounds and not base.problem else "-"


def quantile(values: Sequence[float], share: float) -> float:
    """The least value that this share of the values is not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
