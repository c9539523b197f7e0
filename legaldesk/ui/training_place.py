"""The training view as part of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from legaldesk.ui.training_view import TrainingView

if TYPE_CHECKING:
    from legaldesk.ui.actors import Actors
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


def training_place(requests: Requests, lanes: Lanes, actors: Actors) -> TrainingView:
    """The view on what the actors know and do."""
    return TrainingView(actors.training, actors.models, actors.book, lanes.library)
