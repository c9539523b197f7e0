"""Which pairs a model was made from, run by run, back to the one that came from outside."""

from __future__ import annotations

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.pairs import Lineage, TrainingPair
from legaldesk.core.training import TRAIN, VALIDATION
from legaldesk.engine.runs import Runs

TUNED = "tuned-"
"""What the name of a model begins with that was trained in some library."""


def lineage(runs: Runs, model: str) -> Lineage:
    """What the runs of a library took to make a model, by its name.

    What was erased from a run is not known any more; neither is what a run held that was
    deleted or cannot be read, or that belongs to another library.
    """
    taught: list[TrainingPair] = []
    chosen: list[TrainingPair] = []
    makers = _makers(runs)
    while run := makers.pop(model, ""):
        try:
            folder = runs.folder(run)
            base = folder.config().base_name
            taught += [line.pair for line in folder.pairs(TRAIN)]
            chosen += [line.pair for line in folder.pairs(VALIDATION)]
        except LegalDeskError:
            return Lineage(tuple(taught), tuple(chosen), lost=True)
        model = base
    return Lineage(tuple(taught), tuple(chosen), model.startswith(TUNED))


def _makers(runs: Runs) -> dict[str, str]:
    """The run that made each model which was taken into use."""
    makers: dict[str, str] = {}
    for run in runs.ids():
        try:
            adoption = runs.adoption(run)
        except LegalDeskError:
            continue
        if adoption is not None:
            makers[adoption.model] = run
    return makers
