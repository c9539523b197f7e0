"""Which pairs a model was made from, run by run, back to the one that came from outside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from legaldesk.core.errors import LegalDeskError, ModelProblem
from legaldesk.core.pairs import Lineage, TrainingPair
from legaldesk.core.training import TRAIN, VALIDATION, RunConfig
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.model_folder import ModelFolder, read_model_folder
from legaldesk.engine.model_record import says_it_was_tuned

TUNED = "tuned-"
"""What the name of a model begins with that was trained in some library."""

Weights = frozenset[str]
"""The hashes of a model's files of weights, none where those are not known."""


@dataclass(frozen=True, slots=True)
class _Taught:
    """A model that may have been taught here. ``tuned`` says that it was, somewhere."""

    name: str
    weights: Weights
    tuned: bool


def lineage(desk: LocalDesk, meaning: Meaning) -> Lineage:
    """What the runs of a library took to make a model, by its weights: names change.

    Where weights are not known, as of the base of a run of an earlier version, the name decides.
    What was erased from a run is not known any more; neither is what a run held that was
    deleted or cannot be read, or that belongs to another library.
    """
    taught: list[TrainingPair] = []
    chosen: list[TrainingPair] = []
    model, makers = _live(meaning), _made(desk)
    while run := _maker(desk, makers, model):
        del makers[run]
        try:
            folder = desk.runs.folder(run)
            config = folder.config()
            taught += [line.pair for line in folder.pairs(TRAIN)]
            chosen += [line.pair for line in folder.pairs(VALIDATION)]
        except LegalDeskError:
            return Lineage(tuple(taught), tuple(chosen), lost=True)
        model = _base(config)
    return Lineage(tuple(taught), tuple(chosen), model.tuned or model.name.startswith(TUNED))


def weights_of(folder: ModelFolder) -> Weights:
    """What tells a model under whatever name, with whatever prompts and token limit."""
    return frozenset(digest for _, digest in folder.weights)


def _live(meaning: Meaning) -> _Taught:
    try:
        folder = meaning.folder
    except ModelProblem:
        return _Taught(meaning.generation.name, frozenset(), False)
    return _Taught(meaning.generation.name, weights_of(folder), says_it_was_tuned(folder.path))


def _base(config: RunConfig) -> _Taught:
    return _Taught(config.base_name, frozenset(config.base_weights), config.base_tuned)


def _made(desk: LocalDesk) -> dict[str, Weights]:
    """The weights that came out of each run, the newest first; hashed once, then remembered."""
    made: dict[str, Weights] = {}
    for run in desk.runs.ids():
        made[run] = frozenset()
        try:
            folder = read_model_folder(desk.runs.folder(run).model, known=desk.known_hashes)
            made[run] = weights_of(folder)
        except (LegalDeskError, OSError):  # it did not come so far, or is damaged
            continue
    return made


def _maker(desk: LocalDesk, makers: dict[str, Weights], model: _Taught) -> str:
    """The run of these that made a model, or ""."""
    for run, weights in makers.items():
        if weights and weights == model.weights:
            return run
    unknown = [run for run, weights in makers.items() if not (weights and model.weights)]
    return _adopted(desk, unknown, model.name)


def _adopted(desk: LocalDesk, among: Collection[str], name: str) -> str:
    """The run of these whose model was taken into use under this name, or ""."""
    for run in among:
        try:
            adoption = desk.runs.adoption(run)
        except LegalDeskError:
            continue
        if adoption is not None and adoption.model == name:
            return run
    return ""
