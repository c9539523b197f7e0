"""Whether this machine encodes passages faster in 16 bits, and as rightly: it is measured.

A processor with the right units is some 2 to 2.7 times as fast in bf16 and one without is up to 5
times as slow, so nothing but a trial of the very model on the very device decides. What it
found is kept in a small JSON file.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from legaldesk.core.errors import WrongUse
from legaldesk.engine.devices import torch_version

PRECISIONS = ("fp32", "bf16", "fp16")
CLEAR_GAIN = 1.2
"""Times as fast as fp32, at least."""
LEAST_COSINE, LEAST_OVERLAP = 0.999, 0.97
"""Of the vectors with those in fp32, and of the nearest ten: the least of all probe texts,
and the mean of them. So few texts have near ties, which a library of many evens out."""
BUDGET_SECONDS = 4.0
HOPELESS = 1 / 3
"""Times as fast as fp32 on the smallest batch: less is given up at once."""

Vectors = npt.NDArray[np.float32]
Compute = Callable[[list[str], str], tuple[Vectors, float]]
"""The vectors (n, d) of texts as one batch in a precision, and the seconds that it took: of the
processor's own time where that computes, since the machine is busy with other things too."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a precision did beside fp32: times as fast, least cosine, top-10 overlap."""

    precision: str
    gain: float
    cosine: float
    overlap: float

    @property
    def chosen(self) -> str:
        """The precision to use."""
        good = self.cosine >= LEAST_COSINE and self.overlap >= LEAST_OVERLAP
        return self.precision if good and self.gain >= CLEAR_GAIN else "fp32"


def check_precision(wanted: str) -> str:
    """The same. Raises WrongUse for one that there is not."""
    if wanted not in ("auto", *PRECISIONS):
        raise WrongUse(f"There is no precision {wanted!r}; it is auto, {', '.join(PRECISIONS)}.")
    return wanted


def candidate(device: str, torch: Any) -> str:
    """The precision worth trying there: "fp32" where there is none."""
    if device == "cpu":
        return "bf16"
    if device.startswith("cuda"):
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "fp32"


def autocast(device: str, precision: str) -> AbstractContextManager[Any]:
    """Within it, torch computes in this precision what may be; the weights stay in fp32."""
    if precision == "fp32":
        return nullcontext()
    import torch

    dtype = torch.bfloat16 if precision == "bf16" else torch.float16
    context: AbstractContextManager[Any] = torch.autocast(device.partition(":")[0], dtype=dtype)
    return context


def measure(compute: Compute, precision: str) -> Trial:
    """Try a precision beside fp32 for some BUDGET_SECONDS.

    The two take turns over small batches, and the best time of each batch counts. What is far
    slower on the smallest batch, which also warms up, is not tried further.
    """
    batches = _batches()
    try:
        pilot = [_Pair.tried(compute, batches[0], precision) for _ in range(3)]
        gain = _gain([[pair] for pair in pilot])
        if gain < HOPELESS:
            return Trial(precision, gain, 0.0, 0.0)
        rounds = _rounds(compute, batches, precision)
    except RuntimeError:  # torch says so when memory is out, or it lacks the operation
        return Trial(precision, 0.0, 0.0, 0.0)
    full = np.concatenate([pair.full for pair in rounds[0]])
    half = np.concatenate([pair.half for pair in rounds[0]])
    return Trial(precision, _gain(rounds), *_agreement(full, half))


@dataclass(frozen=True, slots=True)
class _Pair:
    """The vectors of one batch in fp32 and in the other precision, and the seconds of both."""

    full: Vectors
    half: Vectors
    full_seconds: float
    half_seconds: float

    @classmethod
    def tried(cls, compute: Compute, texts: list[str], precision: str) -> _Pair:
        full, full_seconds = compute(texts, "fp32")
        half, half_seconds = compute(texts, precision)
        return cls(full, half, full_seconds, half_seconds)


def _rounds(compute: Compute, batches: list[list[str]], precision: str) -> list[list[_Pair]]:
    """Up to five rounds over the same batches: all of them, or as many as time allows."""
    begun = time.perf_counter()
    first: list[_Pair] = []
    for batch in batches:
        first.append(_Pair.tried(compute, batch, precision))
        if time.perf_counter() - begun > BUDGET_SECONDS / 2:
            break
    once, rounds = time.perf_counter() - begun, [first]
    while len(rounds) < 5 and time.perf_counter() - begun + once <= BUDGET_SECONDS:
        rounds.append([_Pair.tried(compute, batch, precision) for batch in batches[: len(first)]])
    return rounds


def _gain(rounds: list[list[_Pair]]) -> float:
    """Times as fast as fp32, by the best time of each batch over the rounds."""
    batches = list(zip(*rounds, strict=True))
    full = sum(min(pair.full_seconds for pair in tried) for tried in batches)
    half = sum(min(pair.half_seconds for pair in tried) for tried in batches)
    return float(full / max(half, 1e-9))


def remembered(notes: Path | None, identity: str, title: str) -> Trial | None:
    """What was found before for this model, device and torch; None when it was not tried."""
    found = _notes(notes).get(_key(identity, title))
    try:
        trial = Trial(**found) if isinstance(found, dict) else None
        return trial if trial is not None and trial.chosen in PRECISIONS else None
    except TypeError:  # damaged: it is measured again
        return None


def remember(notes: Path | None, identity: str, title: str, trial: Trial) -> None:
    """Keep what was found. Without room for it, the next start tries again."""
    if notes is None:
        return
    kept = _notes(notes) | {_key(identity, title): asdict(trial)}
    draft = notes.with_name(f"{notes.name}.new")
    try:
        draft.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(draft, notes)
    except OSError:
        draft.unlink(missing_ok=True)


def chosen_precision(notes: Path | None, identity: str, title: str) -> str:
    """The precision chosen for this model on a device of this title; "" when untried."""
    trial = remembered(notes, identity, title)
    return "" if trial is None else trial.chosen


def _key(identity: str, title: str) -> str:
    return f"{identity} | {title} | torch {torch_version()}"


def _notes(notes: Path | None) -> dict[str, Any]:
    try:
        content = json.loads(notes.read_text(encoding="utf-8")) if notes else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _agreement(full: Vectors, half: Vectors) -> tuple[float, float]:
    """The least cosine of the same text, and the mean overlap of the ten nearest texts."""
    cosine = float(np.min(np.sum(full * half, axis=1)))
    if not np.isfinite(cosine):
        return 0.0, 0.0
    depth = min(10, len(full) - 1)
    right, found = _nearest(full @ full.T, depth), _nearest(full @ half.T, depth)
    shared = [len(a & b) / max(depth, 1) for a, b in zip(right, found, strict=True)]
    return cosine, float(np.mean(shared))


def _nearest(scores: Vectors, depth: int) -> list[set[int]]:
    """For every row its ``depth`` best columns, its own left out."""
    scores = scores - 9 * np.eye(len(scores), dtype=np.float32)
    return [set(np.argsort(-row)[:depth].tolist()) for row in scores]


def _batches() -> list[list[str]]:
    """Batches of four different texts as contracts have them, the shortest first.

    Later batches mix lengths from far apart, so that those which are reached within the
    budget hold short texts and long ones.
    """
    texts = []
    for count in range(1, 9):
        for start in range(4):
            chosen = [_CLAUSES[(3 * count + start + 5 * n) % len(_CLAUSES)] for n in range(count)]
            texts.append(f"{count}.{start + 1} " + " ".join(chosen))
    fours = [texts[start : start + 4] for start in range(0, len(texts), 4)]
    return [fours[place] for place in (0, 3, 6, 1, 4, 7, 2, 5)]


_CLAUSES = (
    "The tenant shall pay the rent on the first working day of each month.",
    "Either party may terminate this agreement upon thirty days' written notice.",
    "Der Vermieter hat dem Mieter die Mietsache in einem vertragsgemäßen Zustand zu überlassen.",
    "El arrendatario deberá devolver la finca al concluir el plazo pactado.",
    "Le bailleur est tenu de délivrer au locataire la chose louée en bon état de réparations.",
    "Confidential information does not include what is or becomes public without a breach.",
    "The supplier's total liability is limited to the fees paid in the preceding year.",
    "This agreement is governed by the law of England, and its courts alone have jurisdiction.",
    "An employee who was dismissed without a just cause may claim compensation.",
    "Hợp đồng có hiệu lực kể từ ngày ký, trừ trường hợp có thỏa thuận khác.",
    "Neither party may assign its rights without the prior consent of the other.",
    "Any notice must be in writing and sent to the address stated in Schedule 2.",
    "El treballador té dret a un dia de descans setmanal retribuït.",
)
