"""The models view as part of the window: what cannot be seen in it is said in the banner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legaldesk.ui.models_view import ModelsView

if TYPE_CHECKING:
    from legaldesk.ui.actors import Actors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


def models_place(requests: Requests, lanes: Lanes, actors: Actors) -> ModelsView:
    """The view on what the actors know and do."""
    models = actors.models
    return ModelsView(models.book, models.shop, models.wishes)
