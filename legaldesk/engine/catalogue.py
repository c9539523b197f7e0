"""The catalogue: published models that are known to do well on legal text.

It is data, `resources/models.json`. What is not known of a model is null there. Where the
figures come from: languages, token limits and dimensions from the models' own cards; bge-m3's
size from its listing on the hub (the weights as safetensors, tokenizer and settings), e5's is
that of its weights alone.
"""

from __future__ import annotations

import functools

import msgspec

from legaldesk import RESOURCES
from legaldesk.core.errors import LegalDeskError
from legaldesk.core.models import CatalogueEntry, Prompts

FILE = "models.json"


class _Line(msgspec.Struct, forbid_unknown_fields=True):
    """One model as the file has it; null is what nobody knows."""

    name: str
    repo: str
    base: str
    languages: tuple[str, ...]
    licence: str | None
    gated: bool
    size: int | None
    dimensions: tuple[int, ...]
    token_limit: int
    prompts: Prompts | None
    good_for: str


@functools.cache
def catalogue() -> tuple[CatalogueEntry, ...]:
    """Every model of the catalogue, the bundled one first.

    Raises LegalDeskError when the file is missing or damaged.
    """
    file = RESOURCES / FILE
    try:
        lines = msgspec.json.decode(file.read_bytes(), type=list[_Line])
    except (OSError, msgspec.MsgspecError) as error:
        message = "The list of models is missing or damaged. Install LegalDesk again."
        raise LegalDeskError(message, str(file)) from error
    return tuple(_entry(line) for line in lines)


def entry_of(repo: str) -> CatalogueEntry | None:
    """The entry with this name on the hub, whatever its capitals; None when there is none."""
    wanted = repo.casefold()
    return next(
        (entry for entry in catalogue() if wanted and entry.repo.casefold() == wanted), None
    )


def _entry(line: _Line) -> CatalogueEntry:
    return CatalogueEntry(
        name=line.name,
        repo=line.repo,
        base=line.base,
        languages=line.languages,
        licence=line.licence or "",
        gated=line.gated,
        size=line.size or 0,
        dimensions=line.dimensions,
        token_limit=line.token_limit,
        prompts=line.prompts,
        good_for=line.good_for,
    )
