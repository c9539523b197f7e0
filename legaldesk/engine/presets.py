"""The presets: recipes that come with LegalDesk, read from resources/presets.json."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from legaldesk import RESOURCES
from legaldesk.core.errors import WrongUse
from legaldesk.core.recipes import Recipe


@functools.cache
def presets(file: Path = RESOURCES / "presets.json") -> tuple[Recipe, ...]:
    """All presets in the order to show them: ours first, then the published ones."""
    return msgspec.json.decode(file.read_bytes(), type=tuple[Recipe, ...])


def preset(name: str) -> Recipe:
    """The preset of this name. Raises WrongUse, listing the names there are."""
    for recipe in presets():
        if recipe.name == name:
            return recipe
    known = ", ".join(recipe.name for recipe in presets())
    raise WrongUse(f"There is no preset “{name}”. Choose one of: {known}.")
