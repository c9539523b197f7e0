"""Models as the user meets them: what can be had, what is installed, what is in use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Prompts:
    """What a model wants put before a query and before a passage; "" is nothing."""

    query: str = ""
    passage: str = ""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A published model that is known to do well on legal text, from resources/models.json.

    ``repo`` is its name on the hub, "" for the bundled one. ``languages`` holds ISO 639-1
    codes, () means more than a hundred. ``size`` is in bytes as fetched, 0 when unknown.
    ``dimensions`` are the Matryoshka dimensions it was trained for, widest first, the full
    width alone for a model that was not. ``prompts`` None means that only its own
    configuration tells.
    """

    name: str
    repo: str
    base: str
    languages: tuple[str, ...]
    licence: str
    gated: bool
    size: int
    dimensions: tuple[int, ...]
    token_limit: int
    prompts: Prompts | None
    good_for: str


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model on this machine. ``name`` is what “models use” takes.

    ``source`` is "bundled", "folder", "zip", "hub:OWNER/NAME@COMMIT" or "trained:RUN".
    ``dimension`` is its full width and ``dimensions`` the widths it may be cut to, widest
    first. ``languages`` () means many or unknown. ``size`` is in bytes. ``problem`` says why
    it cannot be used, or is "".
    """

    name: str
    source: str
    identity: str
    dimension: int
    dimensions: tuple[int, ...]
    token_limit: int
    prompts: Prompts
    languages: tuple[str, ...]
    licence: str
    size: int
    problem: str = ""


class GenerationState(StrEnum):
    """Where a generation stands; one is live, one at most is being built."""

    LIVE = "live"
    BUILDING = "building"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class GenerationInfo:
    """The vectors of one model over the library.

    ``used_dimension`` of the full ``dimension`` numbers are searched. ``passages`` of
    this generation's cut and ``with_vectors`` of them that can be found by meaning;
    ``uncut`` documents that are still to be cut. ``bytes`` is what its vectors and, where
    no other generation shares them, its passages take on disk, about. ``previous`` marks the
    one that “go back” returns to. ``precision`` is how its vectors were computed, such as
    "fp32" or "bf16". ``problem`` says why it does not go on.
    """

    id: int
    state: GenerationState
    model: str
    identity: str
    dimension: int
    used_dimension: int
    prompts: Prompts
    token_limit: int
    precision: str
    passages: int
    with_vectors: int
    uncut: int
    bytes: int
    created: str
    previous: bool = False
    problem: str = ""

    @property
    def complete(self) -> bool:
        """Whether every passage can be found by meaning."""
        return not self.uncut and self.with_vectors >= self.passages


@dataclass(frozen=True, slots=True)
class Device:
    """Something to compute on: "cpu", "cuda:0" or "mps".

    ``free`` and ``total`` memory in bytes, 0 where that cannot be told. ``precision`` is
    what the micro-benchmark chose for encoding passages there, "" when it has not run.
    """

    name: str
    title: str
    free: int
    total: int
    precision: str = ""


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """``wanted`` is the user's choice ("auto", "cuda", "mps", "cpu"), ``chosen`` the result.

    ``note`` tells of a graphics card that is there and cannot be used, with the command
    that mends it, or is "".
    """

    wanted: str
    chosen: str
    devices: tuple[Device, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class LanguageGap:
    """A language of the library's documents that the live model does not cover."""

    language: str
    documents: int


@dataclass(frozen=True, slots=True)
class RerankerInfo:
    """The cross-encoder that puts the best passages in order once more.

    It is used in its ``folder``. ``size`` of its weights in bytes, and ``token_limit`` of
    question and passage together, are 0 where it has a ``problem``, which keeps it from being
    used.
    """

    name: str
    folder: str
    size: int
    token_limit: int
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ModelsOverview:
    """Everything that the Models view shows.

    ``token`` says whether the keyring holds a hub token, ``keyring`` why there is none to
    hold it, or "". ``reranker`` is None where none was chosen.
    """

    catalogue: tuple[CatalogueEntry, ...]
    installed: tuple[InstalledModel, ...]
    generations: tuple[GenerationInfo, ...]
    gaps: tuple[LanguageGap, ...]
    device: DeviceReport
    token: bool = False
    keyring: str = ""
    reranker: RerankerInfo | None = None
