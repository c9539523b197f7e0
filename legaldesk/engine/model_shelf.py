"""The models installed in a library: `models/NAME/` each, and the bundled one.

A model is put together in a hidden folder beside its place, checked there, flushed to the disk
and then renamed, so that nobody ever sees half of one. What a kill leaves behind is hidden, and
cleared at the next start; what was fetched in part is kept for a while, to be gone on with.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from legaldesk.core.errors import Cancelled, LegalDeskError, ModelProblem, NoRoom, WrongUse
from legaldesk.core.models import InstalledModel, Prompts
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.engine import hub
from legaldesk.engine.loading import refuse_incomplete
from legaldesk.engine.model_files import (
    MAX_SETTINGS,
    MODULES,
    is_weights,
    module_folders,
    needed,
    refuse_no_weights,
    refuse_other_weights,
    refuse_programs,
)
from legaldesk.engine.model_folder import (
    BUNDLED_NAME,
    ModelFolder,
    bundled_model,
    read_model_folder,
)
from legaldesk.engine.model_record import (
    FILE,
    RULES,
    Checked,
    Record,
    checked,
    fingerprint_of,
    known_of,
    read_record,
    size_of,
    take_prompts_from_catalogue,
    write_record,
)
from legaldesk.engine.model_source import FetchedSource, FolderSource, Source, ZipSource
from legaldesk.engine.profile import FULL, flush_folder, make_private_folder

FOLDER = "models"
SPARE = 64 << 20
"""Bytes that adding a model leaves free: the database needs some too."""

KEPT_PARTS = 14 * 24 * 3600
"""Seconds that an unfinished download is kept."""

_ADDING = ".adding-"
_REMOVING = ".removing-"
_FETCHING = ".fetching"
_RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{n}" for port in ("com", "lpt") for n in "0123456789"),
}
_MAX_NAME = 60


class ModelShelf:
    """The models of one library. Any thread may use it; one process at a time."""

    def __init__(self, library: Path) -> None:
        self.folder = library / FOLDER
        self._guard = threading.Lock()
        self._count = 0
        self._fetching: set[Path] = set()
        self._read: dict[Path, tuple[str, Checked | ModelProblem]] = {}

    def installed(self) -> tuple[InstalledModel, ...]:
        """Every model, the bundled one first, then by name; a bad one with its problem."""
        return tuple(self._describe(name, path) for name, path in self._places())

    def path(self, name: str) -> Path:
        """The model's folder. Raises WrongUse when there is no such model."""
        for known, path in self._places():
            if known == name:
                return path
        raise WrongUse(f"There is no model “{name}” here.")

    def has(self, name: str) -> bool:
        """Whether there is a model of this name."""
        return any(known == name for known, _ in self._places())

    def names(self) -> tuple[str, ...]:
        """What the models are called, the bundled one first."""
        return tuple(name for name, _ in self._places())

    def info(self, name: str) -> InstalledModel:
        """One model. Raises WrongUse when there is no such model."""
        return self._describe(name, self.path(name))

    def add_folder(
        self, path: Path, report: Report, source: str = "folder", name: str = ""
    ) -> InstalledModel:
        """Copy a model in; the folder itself stays as it is.

        ``name`` is asked for, or made from the folder's. The same model again is not added
        twice: the one that is there is returned. Raises ModelProblem, naming the file, for
        what cannot be loaded or must not be, WrongUse for a name that is taken, and NoRoom.
        """
        return self._add(FolderSource(path), source, name, path.resolve().name, report)

    def add_zip(self, path: Path, report: Report, name: str = "") -> InstalledModel:
        """Unpack a model; the zip stays as it is. Raises what add_folder does."""
        with contextlib.closing(ZipSource(path)) as source:
            return self._add(source, "zip", name, source.root.rstrip("/") or path.stem, report)

    def add_from_hub(
        self,
        repo: str,
        token: str | None,
        report: Report,
        revision: str = "main",
        name: str = "",
    ) -> InstalledModel:
        """Fetch a model by its name on the hub, "OWNER/NAME". Goes online.

        A download that is cut or cancelled goes on where it stopped when it is asked for
        again. Raises what add_folder does, each time naming the model and what to do.
        """
        hub.check_name(repo)
        self._check_free(name)
        with self._fetching_alone(repo) as parts, _disk_errors():
            fetched = hub.fetch(repo, revision, token, parts, report)
            report(Progress("checking", fetched.size, fetched.size, "bytes"))
            # From here on nothing is cancelled: it takes seconds, and the download is moved.
            origin = f"hub:{repo}@{fetched.commit}"
            wished = repo.partition("/")[2]
            try:
                return self._add(FetchedSource(fetched.folder), origin, name, wished, silent)
            finally:
                shutil.rmtree(parts, ignore_errors=True)

    def remove(self, name: str) -> None:
        """Delete a model. Raises WrongUse for the bundled one and for one that is not there."""
        if name == BUNDLED_NAME:
            raise WrongUse("The bundled model belongs to LegalDesk and cannot be removed.")
        path = self.path(name)
        gone = self._hidden(_REMOVING)
        try:
            path.rename(gone)
        except OSError as error:
            message = f"The model “{name}” cannot be removed while it is in use."
            raise LegalDeskError(message, str(path)) from error
        shutil.rmtree(gone, ignore_errors=True)

    def clear_leftovers(self) -> None:
        """Delete what a kill left half-added or half-removed, and downloads given up on."""
        for leftover in [*self.folder.glob(f"{_ADDING}*"), *self.folder.glob(f"{_REMOVING}*")]:
            shutil.rmtree(leftover, ignore_errors=True)
        for parts in (self.folder / _FETCHING).glob("*"):
            with contextlib.suppress(OSError):
                if parts.stat().st_mtime < time.time() - KEPT_PARTS:
                    shutil.rmtree(parts, ignore_errors=True)

    @contextlib.contextmanager
    def _fetching_alone(self, repo: str) -> Iterator[Path]:
        """The folder for a download, for one at a time. Raises WrongUse for a second."""
        parts = self.folder / _FETCHING / repo.replace("/", "--").lower()
        with self._guard:
            if parts in self._fetching:
                raise WrongUse(f"“{repo}” is being fetched already. Wait until it is here.")
            self._fetching.add(parts)
        try:
            yield make_private_folder(parts)
        finally:
            with self._guard:
                self._fetching.discard(parts)

    def _add(
        self, source: Source, origin: str, name: str, wished: str, report: Report
    ) -> InstalledModel:
        self._check_free(name)
        with _disk_errors():
            make_private_folder(self.folder)
            hidden = make_private_folder(self._hidden(_ADDING))
            try:
                self._fill(hidden, source, report)
                take_prompts_from_catalogue(hidden, origin)
                model = read_model_folder(hidden)
                refuse_incomplete(hidden, name or _safe_name(wished))
                self._record(hidden, source, origin, model)
                placed = self._twin(model, name) or self._rename(hidden, name, wished)
            finally:
                shutil.rmtree(hidden, ignore_errors=True)
        return self.info(placed)

    def _check_free(self, name: str) -> None:
        """Raises WrongUse for a name that cannot be given, before anything is read or fetched."""
        if name and name != _safe_name(name):
            raise WrongUse(f"“{name}” cannot be a model's name; “{_safe_name(name)}” can.")
        self._refuse_taken(name, (known for known, _ in self._places()))

    @staticmethod
    def _refuse_taken(name: str, taken: Iterable[str]) -> None:
        if name in taken:
            raise WrongUse(f"There is already a model named “{name}”.")

    def _fill(self, target: Path, source: Source, report: Report) -> None:
        """Put the needed files in place; raises ModelProblem for what is not taken in."""
        if MODULES not in source.sizes:
            message = "That is not a sentence-transformers model: it has no modules.json."
            raise ModelProblem(message, MODULES)
        _place(source, [MODULES], target, lambda done: None)
        folders = module_folders(target / MODULES)
        names = needed(source.sizes, folders)
        refuse_other_weights(list(source.sizes), folders)
        refuse_no_weights(names)
        total = sum(source.sizes[name] for name in names)
        if not source.free and total + SPARE > shutil.disk_usage(target).free:
            raise NoRoom(_no_room(total))
        report(Progress("copying", 0, total, "bytes"))
        copied = functools.partial(_say_copied, report, total)
        _place(source, [name for name in names if name != MODULES], target, copied)
        refuse_programs(target, names)
        report(Progress("checking", total, total, "bytes"))

    def _record(self, hidden: Path, source: Source, origin: str, model: ModelFolder) -> None:
        """Write legaldesk.json and make the folders durable."""
        told = Record()
        if source.sizes.get(FILE, MAX_SETTINGS) < 1 << 20:
            source.place(FILE, hidden / FILE, lambda moved: None)
            told = read_record(hidden)
        known = known_of(hidden, origin, told)
        remembered = checked(model, fingerprint_of(hidden))
        write_record(
            hidden,
            Record(known.source, known.licence, known.languages, known.dimensions, remembered),
        )
        for folder in (path for path in hidden.rglob("*") if path.is_dir()):
            flush_folder(folder)
        flush_folder(hidden)

    def _twin(self, model: ModelFolder, name: str) -> str:
        """The name of a model that is here and is the same one, or ""; not for a wished name."""
        same = (known.name for known in self.installed() if known.identity == model.identity)
        return "" if name else next(same, "")

    def _rename(self, hidden: Path, name: str, wished: str) -> str:
        """Show the finished folder under a free name; return that."""
        with self._guard:
            taken = {known for known, _ in self._places()}
            self._refuse_taken(name, taken)
            free = name or next(free for free in _names(_safe_name(wished)) if free not in taken)
            hidden.rename(self.folder / free)
        flush_folder(self.folder)
        return free

    def _hidden(self, kind: str) -> Path:
        """A name for a folder that nobody else uses."""
        with self._guard:
            self._count += 1
            return self.folder / f"{kind}{os.getpid()}-{self._count}"

    def _places(self) -> Iterator[tuple[str, Path]]:
        with contextlib.suppress(ModelProblem):
            yield BUNDLED_NAME, bundled_model()
        if self.folder.is_dir():
            for path in sorted(self.folder.iterdir()):
                if path.is_dir() and not path.name.startswith("."):
                    yield path.name, path

    def _describe(self, name: str, path: Path) -> InstalledModel:
        record = known_of(path, "bundled", Record()) if name == BUNDLED_NAME else read_record(path)
        model = self._model(path)
        size = size_of(path)
        if isinstance(model, ModelProblem):
            return InstalledModel(
                name, record.source, "", 0, (), 0, Prompts(), record.languages or (),
                record.licence, size, model.message,
            )  # fmt: skip
        languages = model.languages or () if record.languages is None else record.languages
        return InstalledModel(
            name=name,
            source=record.source or "folder",
            identity=model.identity,
            dimension=model.dimension,
            dimensions=_cuts(model, record.dimensions),
            token_limit=model.token_limit,
            prompts=model.prompts,
            languages=tuple(sorted(languages)),
            licence=record.licence,
            size=size,
        )

    def _model(self, path: Path) -> Checked | ModelProblem:
        """What the folder holds now, read again only when its files have changed."""
        fingerprint = fingerprint_of(path)
        known = self._read.get(path)
        if known is not None and known[0] == fingerprint:
            return known[1]
        model = _remembered(path, fingerprint) or self._read_again(path, fingerprint)
        self._read[path] = fingerprint, model
        return model

    def _read_again(self, path: Path, fingerprint: str) -> Checked | ModelProblem:
        """Read the folder and remember it beside the weights, where those are our own."""
        try:
            model = checked(read_model_folder(path), fingerprint)
        except ModelProblem as problem:
            return problem
        if path.parent == self.folder:
            with contextlib.suppress(LegalDeskError):
                write_record(path, msgspec.structs.replace(read_record(path), checked=model))
        return model


def _remembered(path: Path, fingerprint: str) -> Checked | None:
    """What was written beside the weights, if it is of these files."""
    known = read_record(path).checked
    same = known is not None and (known.rules, known.fingerprint) == (RULES, fingerprint)
    return known if same else None


def _place(source: Source, names: list[str], target: Path, copied: Callable[[int], None]) -> None:
    """Put files in place; ``copied`` is told the sum of their bytes so far."""
    done = 0
    for name in names:
        if not is_weights(name) and source.sizes[name] > MAX_SETTINGS:
            raise ModelProblem("The file is far too large for what it should hold.", name)
        (target / name).parent.mkdir(parents=True, exist_ok=True, mode=0o700)

        def moved(size: int) -> None:
            nonlocal done
            done += size
            copied(done)

        source.place(name, target / name, moved)


def _say_copied(report: Report, total: int, done: int) -> None:
    report(Progress("copying", done, total, "bytes"))


@contextlib.contextmanager
def _disk_errors() -> Iterator[None]:
    """Say what the system's errors mean to the user."""
    try:
        yield
    except (LegalDeskError, Cancelled):
        raise
    except OSError as error:
        if error.errno in FULL:
            raise NoRoom("The disk is full. Make room and add the model again.") from error
        message = f"The model cannot be copied: {error.strerror or error}."
        raise LegalDeskError(message, str(error.filename or "") or None) from error


def _no_room(size: int) -> str:
    return (
        f"The model takes {size / 1e6:,.0f} MB and the disk that holds the library has less "
        "left. Make room and try again."
    )


def _cuts(model: Checked, trained: tuple[int, ...]) -> tuple[int, ...]:
    """The widths that its vectors may be cut to, widest first: the whole and those trained for."""
    narrower = {width for width in trained or model.dimensions if width < model.dimension}
    return (model.dimension, *sorted(narrower, reverse=True))


def _safe_name(wished: str) -> str:
    """A folder's name that every system takes, made from what was wished for."""
    name = re.sub(r"[^a-z0-9._-]+", "-", wished.lower())[:_MAX_NAME].strip("-._")
    if name.split(".")[0] in _RESERVED:
        return f"model-{name}"
    return name or "model"


def _names(name: str) -> Iterator[str]:
    """The name, then the name with numbers."""
    yield name
    number = 2
    while True:
        yield f"{name}-{number}"
        number += 1
