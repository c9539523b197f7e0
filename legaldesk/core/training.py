"""A training run: its configuration, and what its process tells while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from legaldesk.core.models import Prompts
from legaldesk.core.recipes import Recipe

BEST, LAST, AVERAGE, BASE = "best", "last", "average", "base"
"""The candidates of a run, and the model that it started from."""

TRAIN, VALIDATION, TEST = "train", "validation", "test"
"""The parts of a run's pairs."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Everything that a run is made from. ``recipe`` is adapted to the device and the model.

    ``base_folder`` is a model's folder, ``width`` and ``token_limit`` its own. ``said`` has
    the sentences about what was adapted. ``show_texts`` allows client text in the card.
    ``dimension`` is the Matryoshka dimension in use, 0 where that was not written down.
    ``base_weights`` are the hashes of the base's files of weights, () where those were not either,
    and ``base_tuned`` says that LegalDesk made it.
    """

    id: str
    created: str
    recipe: Recipe
    device: str
    base_folder: str
    base_name: str
    base_identity: str
    prompts: Prompts
    width: int
    token_limit: int
    seed: int
    said: tuple[str, ...] = ()
    split_by: str = "document"
    split_note: str = ""
    show_texts: bool = False
    dimension: int = 0
    base_weights: tuple[str, ...] = ()
    base_tuned: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """Figures at one Matryoshka dimension over the validation pool, by name, from 0 to 1."""

    dimension: int
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Step:
    """The weights changed ``step`` of ``steps`` times; ``loss`` is the mean since the last."""

    epoch: float
    step: int
    steps: int
    loss: float
    rate: float
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures after ``step``, which is 0 for the base model; ``best`` so far."""

    epoch: float
    step: int
    scores: tuple[Score, ...]
    questions: int
    passages: int
    best: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the user."""

    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What goes on now, since some of it takes minutes without a step.

    "load", "measure" (figures over the validation pool), "mine" (hard negatives), "train" or
    "choose" (among the candidates).
    """

    stage: str


@dataclass(frozen=True, slots=True)
class Saved:
    """The run could go on from this step if it ended now."""

    step: int


@dataclass(frozen=True, slots=True)
class Paused:
    """It waits, saved at this step, until it is told to go on."""

    step: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that came out, with its figures over the validation pool."""

    name: str
    step: int
    scores: tuple[Score, ...]
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Finished:
    """The run is over; ``chosen`` lies in its model folder. ``stopped``: before its end."""

    run: str
    chosen: str
    step: int
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """The run is over and made no model. ``kind`` names an error of core.errors."""

    kind: str
    message: str


Event = Stage | Step | Evaluation | Notice | Saved | Paused | Candidate | Finished | Failed


def name_of(event: Event) -> str:
    """The event's name in a stream of JSON lines."""
    return type(event).__name__.lower()


EVENTS: Mapping[str, type[Event]] = {
    kind.__name__.lower(): kind
    for kind in (Stage, Step, Evaluation, Notice, Saved, Paused, Candidate, Finished, Failed)
}
"""Every kind of event by its name."""
