"""A run's folder: what it is made from, what it logged and what came out.

config.json      the recipe as adapted, the base model, the device
manifest.json    matters, labels and documents that pairs and pool came from; no text
pairs.jsonl      the pairs of every part with their near-duplicate groups
pool.jsonl       the passages that validation questions are ranked over
state.json       how far it got, and the batch that fits the memory
log.jsonl        one event a line
checkpoints/     what it can go on from; gone when it is over
table.json       figures of base and candidates over the validation pool
model/           the chosen candidate, with its card
README.md        the same card
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.pairs import Split, TrainingPair
from legaldesk.core.training import (
    EVENTS,
    TEST,
    TRAIN,
    VALIDATION,
    Candidate,
    Event,
    Failed,
    RunConfig,
    name_of,
)
from legaldesk.engine.near_duplicates import near_duplicate_groups
from legaldesk.engine.profile import make_private_folder, write_durably

POOL_LIMIT = 3_000
"""Passages of the validation pool at most, right answers included."""

PAIRS, POOL, PROOF, MANIFEST = "pairs.jsonl", "pool.jsonl", "proof.json", "manifest.json"

COMPLETE = "complete"
"""The file that tells a whole checkpoint from one that a kill interrupted."""

FAILED, CANDIDATE = Failed.__name__.lower(), Candidate.__name__.lower()
"""What a failure and a model that came out are called in the log."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PairLine:
    """A line of pairs.jsonl: a pair, its part, its unit and its passage's group."""

    part: str
    pair: TrainingPair
    group: int
    unit: int


@dataclass(frozen=True, slots=True)
class PoolLine:
    """A line of pool.jsonl: a passage, and its group, counted together with those of the pairs."""

    text: str
    group: int


@dataclass(frozen=True, slots=True)
class RunState:
    """How far a run got. ``halvings`` of the batch so far; ``over`` names its last event."""

    halvings: int = 0
    over: str = ""


class Manifest(msgspec.Struct):
    """What a run's manifest tells: pairs by part and by matter, the documents, pairs removed."""

    pairs: dict[str, int]
    matters: dict[str, int]
    documents: list[str]
    removed: int = 0


class RunFolder:
    """Reads and writes one run's folder; every write is whole or not at all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.model = path / "model"
        self.checkpoints = path / "checkpoints"

    def config(self) -> RunConfig:
        """What the run is made from. Raises LegalDeskError when that cannot be read."""
        return self._read("config.json", RunConfig)

    def pairs(self, part: str) -> list[PairLine]:
        """The pairs of one part, in order."""
        return [line for line in self._lines(PAIRS, PairLine) if line.part == part]

    def manifest(self) -> Manifest:
        """What the run was made from; made out from its pairs where that cannot be read."""
        try:
            return msgspec.json.decode((self.path / MANIFEST).read_bytes(), type=Manifest)
        except (OSError, ValueError, msgspec.MsgspecError):
            lines, _ = read_whole_lines(self.path / PAIRS, PairLine)
            return Manifest(**sums(lines))

    def pool(self) -> list[PoolLine]:
        """The passages of the validation pool."""
        return self._lines(POOL, PoolLine)

    def state(self) -> RunState:
        """How far it got; nowhere when it has not started."""
        if not (self.path / "state.json").exists():
            return RunState()
        return self._read("state.json", RunState)

    def set_state(self, state: RunState) -> None:
        """Write how far it got."""
        self.write("state.json", state)

    def log(self) -> list[dict[str, Any]]:
        """The logged events as mappings, each with its "event" and "step".

        A line that a power cut left torn is passed over.
        """
        return read_whole_lines(self.path / "log.jsonl", dict[str, Any])[0]

    def append_log(self, event: Event) -> None:
        """Add an event to the log; on a full disk nothing of it stays."""
        line = {"event": name_of(event), **msgspec.to_builtins(event)}
        file = self.path / "log.jsonl"
        before = file.stat().st_size if file.exists() else 0
        try:
            with file.open("a+b") as log:
                log.seek(max(0, before - 1))
                torn = log.read() not in (b"", b"\n")
                log.write(b"\n" * torn + msgspec.json.encode(line) + b"\n")
        except OSError:
            with suppress(OSError):
                os.truncate(file, before)
            raise

    def cut_log(self, step: int) -> None:
        """Drop what was logged after a step, because the run goes on from there; -1 is all steps.

        What belongs to no step stays, but for what the run failed with before. Candidates come at
        the end, and will come again.
        """
        kept = [
            line
            for line in self.log()
            if line["event"] not in (FAILED, CANDIDATE) and line.get("step", step) <= step
        ]
        data = b"".join(msgspec.json.encode(line) + b"\n" for line in kept)
        write_durably(self.path / "log.jsonl", data)

    def whole_checkpoints(self) -> list[Path]:
        """The checkpoints that are complete, oldest first; others are deleted."""
        found = []
        for folder in self.checkpoints.glob("checkpoint-*"):
            if (folder / COMPLETE).exists():
                found.append(folder)
            else:
                shutil.rmtree(folder, ignore_errors=True)
        return sorted(found, key=step_of)

    def write(self, name: str, value: object) -> None:
        """Put a value into a JSON file of the folder."""
        write_durably(self.path / name, msgspec.json.format(msgspec.json.encode(value), indent=1))

    def write_text(self, name: str, text: str) -> None:
        """Put a text file into the folder."""
        write_durably(self.path / name, text.encode())

    def _read(self, name: str, kind: type[T]) -> T:
        try:
            return msgspec.json.decode((self.path / name).read_bytes(), type=kind)
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise LegalDeskError(f"The run's {name} cannot be read.", str(self.path)) from error

    def _lines(self, name: str, kind: type[T]) -> list[T]:
        try:
            lines = (self.path / name).read_bytes().splitlines()
            return [msgspec.json.decode(line, type=kind) for line in lines]
        except (OSError, ValueError, msgspec.MsgspecError) as error:
            raise LegalDeskError(f"The run's {name} cannot be read.", str(self.path)) from error


def read_whole_lines(file: Path, kind: type[T]) -> tuple[list[T], bool]:
    """The lines of a file that can be read, and whether those are all; a missing one has none."""
    found: list[T] = []
    lines = [line for line in file.read_bytes().splitlines() if line] if file.exists() else []
    for line in lines:
        with suppress(ValueError, msgspec.MsgspecError):
            found.append(msgspec.json.decode(line, type=kind))
    return found, len(found) == len(lines)


def sums(lines: Sequence[PairLine]) -> dict[str, Any]:
    """The fields of a manifest that follow from the pairs."""
    return {
        "pairs": Counter(line.part for line in lines),
        "matters": Counter(line.pair.matter for line in lines if line.pair.matter),
        "documents": sorted({line.pair.document for line in lines if line.pair.document}),
    }


def read_event(line: dict[str, Any]) -> Event:
    """The event in a line of a log or a frame.

    Raises LegalDeskError for a kind that is not known and msgspec.ValidationError for
    values of the wrong kind.
    """
    kind = EVENTS.get(str(line.get("event")))
    if kind is None:
        raise LegalDeskError("The training told something that is not known.")
    values = {name: value for name, value in line.items() if name != "event"}
    event: Event = msgspec.convert(values, kind)
    return event


def make_durable(folder: Path) -> None:
    """Flush a folder's files to the disk and mark it complete."""
    (folder / COMPLETE).touch(mode=0o600)
    for file in [*folder.rglob("*"), folder]:
        if file.is_dir() and os.name == "nt":
            continue
        descriptor = os.open(file, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def step_of(checkpoint: Path) -> int:
    """The step that a checkpoint's folder is named for."""
    return int(checkpoint.name.rpartition("-")[2])


def create_run(
    runs: Path,
    config: RunConfig,
    pairs: Sequence[TrainingPair],
    parted: Split,
    pool: Sequence[str],
    near: Collection[str] = (),
) -> RunFolder:
    """Make a run's folder under ``runs``, ready for a Trainer.

    ``pool`` are the passages near the validation questions, the most important first; those
    that answer them are added, and what exceeds the limit is left out. ``near`` are the
    documents, by id, that the pool is from.
    """
    make_private_folder(runs)
    folder = RunFolder(make_private_folder(runs / config.id))
    gold = [pairs[index].passage for index in parted.validation]
    texts = list(dict.fromkeys([*gold, *pool]))[: max(POOL_LIMIT, len(set(gold)))]
    groups = near_duplicate_groups([*(pair.passage for pair in pairs), *texts])
    lines = [
        PairLine(part, pairs[index], groups[index], parted.units[index])
        for part, indices in _parts(parted)
        for index in indices
    ]
    own = groups[len(pairs) :]
    passages = [PoolLine(text, group) for text, group in zip(texts, own, strict=True)]
    _write_lines(folder.path / PAIRS, lines)
    _write_lines(folder.path / POOL, passages)
    folder.write(MANIFEST, _manifest(config, lines, parted, near))
    folder.write("config.json", config)
    return folder


def _parts(parted: Split) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return (TRAIN, parted.train), (VALIDATION, parted.validation), (TEST, parted.test)


def _manifest(
    config: RunConfig, lines: Sequence[PairLine], parted: Split, near: Collection[str]
) -> dict[str, object]:
    """Where the pairs and the pool came from, without a word of their text."""
    found = sums(lines)
    return {
        "run": config.id,
        "created": config.created,
        "base": {"name": config.base_name, "identity": config.base_identity},
        "split": {"by": parted.by, "units": parted.count, "seed": config.seed},
        **found,
        "documents": sorted({*found["documents"], *near}),
        "labels": {
            part: sorted(line.pair.label for line in lines if line.part == part and line.pair.label)
            for part in (TRAIN, VALIDATION, TEST)
        },
    }


def _write_lines(file: Path, values: Iterable[object]) -> None:
    write_durably(file, b"".join(msgspec.json.encode(value) + b"\n" for value in values))
