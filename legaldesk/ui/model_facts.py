"""What an overview of the models says: what is in use, what could be, what covers what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from legaldesk.core.models import (
    CatalogueEntry,
    GenerationInfo,
    GenerationState,
    InstalledModel,
    LanguageGap,
    ModelsOverview,
    Prompts,
)

Languages = tuple[str, ...] | None
"""ISO codes; () is more than a hundred, None is not known."""


def live(overview: ModelsOverview) -> GenerationInfo | None:
    """What is searched now."""
    return _in_state(overview, GenerationState.LIVE)


def building(overview: ModelsOverview) -> GenerationInfo | None:
    """What is being prepared."""
    return _in_state(overview, GenerationState.BUILDING)


def _in_state(overview: ModelsOverview, state: GenerationState) -> GenerationInfo | None:
    return next((each for each in overview.generations if each.state is state), None)


def kept(overview: ModelsOverview) -> tuple[GenerationInfo, ...]:
    """What was in use or half prepared and can be again, the one to go back to first."""
    found = [each for each in overview.generations if each.state is GenerationState.KEPT]
    return tuple(sorted(found, key=lambda each: (not each.previous, -each.id)))


def previous(overview: ModelsOverview) -> GenerationInfo | None:
    """What “go back” returns to."""
    return next((each for each in kept(overview) if each.previous), None)


def installed(overview: ModelsOverview, name: str) -> InstalledModel | None:
    """The model of that name on this computer."""
    return next((each for each in overview.installed if each.name == name), None)


def repo(model: InstalledModel) -> str | None:
    """Its name on the hub, "" for the bundled one, None for one of one's own."""
    if model.source == "bundled":
        return ""
    kind, _, rest = model.source.partition(":")
    return rest.partition("@")[0] if kind == "hub" else None


def entry_of(overview: ModelsOverview, model: InstalledModel) -> CatalogueEntry | None:
    """Its line in the catalogue."""
    at = repo(model)
    for entry in overview.catalogue:
        if entry.repo == at or (at is None and entry.name == model.name):
            return entry
    return None


def on_offer(overview: ModelsOverview) -> tuple[CatalogueEntry, ...]:
    """What the catalogue has and this computer has not."""
    here = {entry_of(overview, model) for model in overview.installed}
    return tuple(each for each in overview.catalogue if each not in here and each.repo)


def weight(overview: ModelsOverview, entry: CatalogueEntry) -> int:
    """How much a fetch is in bytes: its own size, else that of its base; 0 when unknown."""
    base = next(
        (each for each in overview.catalogue if entry.base and each.repo == entry.base), None
    )
    return entry.size or (base.size if base is not None else 0)


def languages(overview: ModelsOverview, model: InstalledModel) -> Languages:
    """What it was made for, as far as it or the catalogue says."""
    entry = entry_of(overview, model)
    if model.languages or entry is None:
        return model.languages or None
    return entry.languages


def removable(overview: ModelsOverview, model: InstalledModel) -> bool:
    """Whether it may go: not the bundled one, nor one that is in use or being prepared."""
    busy = {each.model for each in (live(overview), building(overview)) if each is not None}
    return model.source != "bundled" and model.name not in busy


class Plan(NamedTuple):
    """A use that somebody wishes for; None and 0 mean as the model is."""

    model: InstalledModel
    prompts: Prompts | None = None
    dimension: int = 0

    def is_ready(self, generation: GenerationInfo) -> bool:
        """Whether this generation is what is wished for, and complete."""
        return self.shares(generation) and generation.complete and self.width(generation)

    def shares(self, generation: GenerationInfo) -> bool:
        """Whether its vectors are the wished ones, cut to whatever dimension."""
        wanted = self.prompts if self.prompts is not None else self.model.prompts
        return generation.model == self.model.name and generation.prompts == wanted

    def width(self, generation: GenerationInfo) -> bool:
        """Whether it is searched with the wished dimension."""
        return generation.used_dimension == (self.dimension or self.model.dimension)


class Cover(NamedTuple):
    """A model that covers languages which the live one does not, here already or on offer."""

    name: str
    model: InstalledModel | None
    entry: CatalogueEntry | None
    misses: int = 0


def cover(overview: ModelsOverview) -> Cover | None:
    """The model that covers most of what the live one does not, and what that covers.

    Of equals one that is here already, then one without terms, then the smaller.
    """
    now = live(overview)
    model = installed(overview, now.model) if now is not None else None
    known = (languages(overview, model) or ()) if model is not None else ()
    ranked = []
    for found, covered in _candidates(overview):
        missed = _documents(overview.gaps, covered)
        lost = sum(1 for code in known if covered and code not in covered)
        entry = found.entry
        gated, size = (entry.gated, entry.size) if entry is not None else (False, 0)
        rank = (missed, lost, found.model is None, gated, size)
        ranked.append((rank, found._replace(misses=missed)))
    best = min(ranked, key=lambda each: each[0], default=None)
    total = sum(gap.documents for gap in overview.gaps)
    return best[1] if best is not None and best[1].misses < total else None


def _candidates(overview: ModelsOverview) -> Iterator[tuple[Cover, tuple[str, ...]]]:
    for model in overview.installed:
        covered = languages(overview, model)
        if covered is not None and not model.problem:
            yield Cover(model.name, model, None), covered
    for entry in on_offer(overview):
        yield Cover(entry.name, None, entry), entry.languages


def _documents(gaps: tuple[LanguageGap, ...], covered: tuple[str, ...]) -> int:
    """In how many of the gaps' documents a model is no help."""
    return sum(gap.documents for gap in gaps if covered and gap.language not in covered)
