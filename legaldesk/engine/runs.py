"""A library's training runs: where they lie, which are under way, and how each stands."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from legaldesk.core.errors import LegalDeskError, WrongUse
from legaldesk.core.runs import Proof, RunNews, RunPhase, RunSummary
from legaldesk.core.training import TEST, Candidate, Evaluation, Notice, Step
from legaldesk.engine import run_erasure
from legaldesk.engine.run_folder import FAILED, RunFolder, read_event
from legaldesk.engine.trainer import Trainer

T = TypeVar("T")

_log = logging.getLogger(__name__)

Change = Callable[[Path], object]
"""Changes a run's folder; doing it again changes nothing."""

KEPT = "kept.json"
"""Says in a run's folder that the old model was kept."""


@dataclass(frozen=True, slots=True)
class Adoption:
    """Under which name a run's model was installed, and whether against its verdict."""

    model: str
    overruled: bool


@dataclass(slots=True)
class _Working:
    """A run whose process is there."""

    trainer: Trainer
    stage: str = "load"
    paused: bool = False


class Runs:
    """The runs of one library; may be used from several threads."""

    def __init__(self, library: Path) -> None:
        self.path = library / "runs"
        self._guard = threading.Lock()
        self._working: dict[str, _Working] = {}
        self._texts = threading.RLock()
        """Held by whoever changes what runs say of matters and documents."""
        self._missed: dict[int, list[Change]] = {}
        """The changes since a run began to be made, for each that is."""

    def new_id(self) -> str:
        """A name for a run that sorts by time."""
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        taken = {entry.name for entry in self.path.glob(f"{stamp}*")}
        return next(
            name for name in (f"{stamp}{extra}" for extra in ("", *"abcdefgh")) if name not in taken
        )

    def folder(self, run: str) -> RunFolder:
        """A run's folder. Raises WrongUse when there is none such."""
        if not run or Path(run).name != run or not (self.path / run / "config.json").is_file():
            raise WrongUse(f"There is no training run “{run}”.")
        return RunFolder(self.path / run)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold others back who rename, erase or write down what came from matters."""
        with self._texts:
            yield

    @contextmanager
    def making(self) -> Iterator[Callable[[RunFolder], None]]:
        """For making a run, from before its pairs are read until its folder is there.

        To be called with that folder: what was renamed or removed meanwhile is so there too.
        """
        missed: list[Change] = []
        with self._texts:
            self._missed[id(missed)] = missed

        def made(folder: RunFolder) -> None:
            with self._texts:
                for change in missed:
                    change(folder.path)

        try:
            yield made
        finally:
            with self._texts:
                del self._missed[id(missed)]

    @contextmanager
    def working(self, run: str) -> Iterator[Trainer]:
        """A trainer for a run that nobody drives. Raises WrongUse when somebody does."""
        trainer = Trainer(self.folder(run).path)
        with self._guard:
            if run in self._working:
                raise WrongUse("This run is under way already.")
            self._working[run] = _Working(trainer)
        try:
            yield trainer
        finally:
            with self._guard:
                del self._working[run]

    def told(self, run: str, stage: str | None = None, paused: bool | None = None) -> None:
        """Note what a run that is under way does now."""
        with self._guard:
            working = self._working.get(run)
            if working is None:
                return
            working.stage = working.stage if stage is None else stage
            working.paused = working.paused if paused is None else paused

    def trainer(self, run: str) -> Trainer:
        """The trainer of a run that is under way. Raises WrongUse when it is not."""
        with self._guard:
            if run not in self._working:
                raise WrongUse("This run is not under way.")
            return self._working[run].trainer

    def bases(self) -> set[str]:
        """The names of the models that the runs under way start from."""
        with self._guard:
            working = list(self._working)
        return {self.folder(run).config().base_name for run in working}

    def ids(self) -> list[str]:
        """Every run, the newest first."""
        found = [file.parent.name for file in self.path.glob("*/config.json")]
        return sorted(found, reverse=True)

    def summary(self, run: str, live_model: str, live_identity: str) -> RunSummary:
        """One run; ``live_model`` names the model that answers now, the other is its identity."""
        folder = self.folder(run)
        config, manifest = folder.config(), folder.manifest()
        adoption, proof = self.adoption(run), self.proof(run)
        phase, log = self._phase(run, folder), folder.log()
        chosen = [line["name"] for line in log if line.get("chosen")]
        live = adoption is not None and adoption.model == live_model
        return RunSummary(
            id=run,
            created=config.created,
            recipe=config.recipe,
            base=config.base_name,
            phase=phase,
            pairs=sum(manifest.pairs.values()),
            matters=tuple(sorted(manifest.matters)),
            chosen=chosen[-1] if chosen else "",
            verdict=proof.verdict if proof is not None else None,
            model=adoption.model if adoption is not None else "",
            overruled=adoption is not None and adoption.overruled,
            live=live,
            bytes=_size(folder.path),
            problem="" if phase in (RunPhase.RUNNING, RunPhase.PAUSED) else _problem(log),
            kept=not live and (folder.path / KEPT).exists(),
            removed=manifest.removed,
            stale=not live and config.base_identity != live_identity,
            width=config.width,
        )

    def news(self, run: str) -> RunNews:
        """All that a run told so far."""
        folder = self.folder(run)
        events = [read_event(line) for line in folder.log()]
        with self._guard:
            working = self._working.get(run)
        return RunNews(
            phase=self._phase(run, folder),
            stage=working.stage if working is not None else "",
            steps=tuple(event for event in events if isinstance(event, Step)),
            evaluations=tuple(event for event in events if isinstance(event, Evaluation)),
            candidates=tuple(event for event in events if isinstance(event, Candidate)),
            notices=tuple(event.text for event in events if isinstance(event, Notice)),
        )

    def _phase(self, run: str, folder: RunFolder) -> RunPhase:
        with self._guard:
            working = self._working.get(run)
        if working is not None:
            return RunPhase.PAUSED if working.paused else RunPhase.RUNNING
        over = folder.state().over
        if over == "failed":
            return RunPhase.FAILED
        if over == "finished" and (folder.path / "proof.json").exists():
            return RunPhase.FINISHED
        return RunPhase.INTERRUPTED

    def proof(self, run: str) -> Proof | None:
        """What was measured of a run, None before that."""
        return _read(self.folder(run).path / "proof.json", Proof)

    def keep_proof(self, run: str, found: Proof) -> None:
        """Write down what was measured of a run, without what was removed meanwhile."""
        folder = self.folder(run)
        with self._texts:
            there = {(line.pair.question, line.pair.passage) for line in folder.pairs(TEST)}
            kept = tuple(each for each in found.changes if (each.question, each.passage) in there)
            folder.write("proof.json", replace(found, changes=kept))

    def adoption(self, run: str) -> Adoption | None:
        """How a run's model was taken into use, None when it was not."""
        return _read(self.folder(run).path / "adopted.json", Adoption)

    def adopt(self, run: str, adoption: Adoption) -> None:
        """Record that a run's model was taken into use."""
        self.folder(run).write("adopted.json", adoption)
        (self.folder(run).path / KEPT).unlink(missing_ok=True)

    def keep_old(self, run: str) -> None:
        """Record that it was decided to keep the old model."""
        self.folder(run).write(KEPT, {"decided": datetime.now(UTC).isoformat(timespec="seconds")})

    def learned_from(self, documents: Collection[str], matter: str) -> list[str]:
        """The runs that used any of these documents (by id) or pairs of a matter ("" none)."""
        return [
            run
            for run in self.ids()
            if not used_documents(self.folder(run)).isdisjoint(documents)
            or (matter and matter in used_matters(self.folder(run)))
        ]

    def delete(self, run: str) -> None:
        """Delete a run's folder. Raises WrongUse while it is under way."""
        folder = self.folder(run)
        with self._guard:
            if run in self._working:
                raise WrongUse("This run is under way. Stop it first.")
        with self._texts:
            (folder.path / "config.json").unlink(missing_ok=True)  # from now on it is none
            shutil.rmtree(folder.path, ignore_errors=True)

    def forget(
        self, documents: Collection[str], matter: str, texts: Collection[str] | None
    ) -> None:
        """Erase pairs of removed documents, of a matter, and passages with these texts.

        Without ``texts`` the passages that runs keep beside their pairs go as a whole.
        """
        self._change(lambda run: run_erasure.forget(run, documents, matter, texts))

    def rename_matter(self, name: str, new_name: str) -> None:
        """Give a matter another name in every run; doing it again changes nothing."""
        self._change(lambda run: run_erasure.rename_matter(run, name, new_name))

    def _change(self, change: Change) -> None:
        with self._texts:
            for missed in self._missed.values():
                missed.append(change)
            for run in self.ids():
                change(self.path / run)

    def clear_leftovers(self, documents: Collection[str]) -> None:
        """Delete what a kill left of runs that were being made or deleted.

        ``documents`` are all that there are: pairs of others are erased.
        """
        for entry in self.path.iterdir() if self.path.is_dir() else ():
            if not (entry / "config.json").exists():
                shutil.rmtree(entry, ignore_errors=True)
                continue
            try:
                run_erasure.clear_old(entry)
                gone = used_documents(RunFolder(entry)) - set(documents)
                if gone:
                    run_erasure.forget(entry, gone, "", None)
            except (LegalDeskError, OSError) as error:  # one run is no reason not to start
                _log.warning("a run could not be cleared: %s", type(error).__name__)


def used_documents(folder: RunFolder) -> set[str]:
    """The documents of a run's pairs, and those that it took passages from to compare with."""
    return set(folder.manifest().documents)


def used_matters(folder: RunFolder) -> set[str]:
    """The matters whose pairs a run used."""
    return set(folder.manifest().matters)


def _read(file: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise LegalDeskError(f"The run's {file.name} cannot be read.", str(file)) from error


def _problem(log: Sequence[Mapping[str, Any]]) -> str:
    """What a run failed with last, "" when it did not."""
    failed = [line for line in log if line["event"] == FAILED]
    return str(failed[-1].get("message", "")) if failed else ""


def _size(folder: Path) -> int:
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):  # it may go while we look
            total += file.stat().st_size
    return total
