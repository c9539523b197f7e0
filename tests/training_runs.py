"""Runs of tiny models on a few made-up pairs, ready to train."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from legaldesk.core.models import Prompts
from legaldesk.core.pairs import TrainingPair, split
from legaldesk.core.recipes import Abilities, Recipe, adapt, fit_to_model
from legaldesk.core.runs import Proof
from legaldesk.core.training import Event, RunConfig
from legaldesk.core.verdict import Change, decide
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.near_duplicates import near_duplicate_groups
from legaldesk.engine.run_folder import RunFolder, RunState, create_run

CPU = Abilities("cpu", bf16=True)

TINY = Recipe(
    name="tiny", title="Tiny", note="", dimensions=None, loss="mnrl", batch_size=4,
    learning_rate=1e-3, epochs=2, precision="fp32",
)  # fmt: skip

SUBJECTS = "tenant landlord deposit rent repair notice court contract payment breach".split()
VERBS = "shall must may".split()


def made_up_pairs(count: int) -> list[TrainingPair]:
    """Questions and passages that share their words; each of a document of its own."""
    pairs = []
    for at in range(count):
        subject, verb = SUBJECTS[at % len(SUBJECTS)], VERBS[at % len(VERBS)]
        other = SUBJECTS[(at * 7 + at // 10 + 3) % len(SUBJECTS)]
        pairs.append(
            TrainingPair(
                question=f"by when {verb} the {subject} of article {at} be in {other}",
                passage=f"article {at} the {subject} {verb} not be by the {other} in {at + 3} days",
                document=f"document{at}",
                matter="Miller",
                label=f"label{at}",
            )
        )
    return pairs


def make_run(
    runs: Path,
    model: Path,
    recipe: Recipe = TINY,
    pairs: Sequence[TrainingPair] | None = None,
    abilities: Abilities = CPU,
    name: str = "run",
    show_texts: bool = False,
) -> RunFolder:
    """A run's folder as the app would make it."""
    pairs = made_up_pairs(30) if pairs is None else pairs
    described = read_model_folder(model)
    adapted, said = adapt(recipe, abilities)
    fitted, also_said = fit_to_model(
        adapted, described.dimension, described.token_limit, described.static
    )
    groups = near_duplicate_groups([pair.passage for pair in pairs])
    parted = split(pairs, groups, recipe.seed)
    config = RunConfig(
        id=name, created="2026-01-01T00:00:00Z", recipe=fitted, device="cpu",
        base_folder=str(model), base_name="tiny", base_identity=described.identity,
        prompts=Prompts(described.prompts.query, described.prompts.passage),
        width=described.dimension, token_limit=described.token_limit, seed=recipe.seed,
        said=(*said, *also_said), split_by=parted.by, split_note=parted.note,
        show_texts=show_texts,
    )  # fmt: skip
    return create_run(runs, config, pairs, parted, [pair.passage for pair in pairs])


def finish(folder: RunFolder, model: Path, gain: float = 0.1) -> RunFolder:
    """End a run that was never carried out with a model that gained so much."""
    change = Change(0.5, 0.5 + gain, gain - 0.01, gain + 0.01, 200, 200)
    verdict = decide(change, change, None)
    shutil.copytree(model, folder.model)
    folder.write("proof.json", Proof(200, 0, (), (), (), (), verdict, 100, 120))
    folder.set_state(RunState(0, "finished"))
    return folder


class Tape:
    """Collects events, and does something at the first of a kind."""

    def __init__(self, **at_first: Callable[[], None]) -> None:
        self.events: list[Event] = []
        self._at_first = at_first

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        act = self._at_first.pop(type(event).__name__.lower(), None)
        if act is not None:
            act()

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def short(recipe: Recipe, epochs: float) -> Recipe:
    """The recipe ended early, every other argument as it is."""
    return replace(recipe, epochs=epochs)


@contextlib.contextmanager
def quietly():
    """Nothing of what the libraries say about tiny data is news."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
