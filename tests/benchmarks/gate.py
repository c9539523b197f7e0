"""Whether the gate lets a clean run pass and stops one whose answers were shuffled.

    python3 packaging/dev.py bench gate SETS [--train N] [--preset NAME] [--only clean|shuffled]

Pairs of SETS/obliqa_en_dev with one right answer are split by connected component. One run
trains on them as they are. In the other the answers of the training and of the validation
questions are dealt anew among them, so that nothing warns the trainer; the held-out questions
keep their own. Both runs are made, trained, measured and judged by the app's own tasks, each in
a fresh library.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from _desks import own_desk
from _options import options_of

from legaldesk.core.pairs import Split, TrainingPair, split
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.near_duplicates import near_duplicate_groups
from legaldesk.engine.presets import preset
from legaldesk.engine.run_folder import create_run
from legaldesk.tasks import training

SEED = 42
PAIRS = 1_600


def main() -> None:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--train", type=int, default=1_000)
    parser.add_argument("--preset", default="balanced")
    parser.add_argument("--only", choices=("clean", "shuffled"))
    given = parser.parse_args()
    pairs = single_answers(given.sets / "obliqa_en_dev")
    parted = split(pairs, near_duplicate_groups([pair.passage for pair in pairs]), SEED)
    parted = replace(parted, train=drawn(parted.train, given.train))
    told = f"{len(parted.train)} to train, {len(parted.validation)} to choose by"
    print(f"{told}, {len(parted.test)} held out; preset “{given.preset}”", flush=True)
    kinds = {"clean": pairs, "shuffled": shuffled(pairs, parted)}
    for name, used in kinds.items():
        if given.only in (None, name):
            judge(name, used, parted, given.preset)


def single_answers(folder: Path) -> list[TrainingPair]:
    """Questions with one right passage, drawn by the seed."""
    gold = read_gold_set(folder)
    texts = {document.id: document.text for document in gold.documents}
    pairs = [
        TrainingPair(question.text, texts[next(iter(question.grades))], label=question.id)
        for question in gold.questions
        if len(question.grades) == 1
    ]
    order = np.random.default_rng(SEED).permutation(len(pairs))[:PAIRS]
    return [pairs[at] for at in order]


def drawn(indices: Sequence[int], count: int) -> tuple[int, ...]:
    """So many of the indices, drawn by the seed."""
    order = np.random.default_rng(SEED).permutation(len(indices))[:count]
    return tuple(sorted(indices[at] for at in order))


def shuffled(pairs: Sequence[TrainingPair], parted: Split) -> list[TrainingPair]:
    """The pairs with the answers of all that are not held out moved to another question."""
    found = list(pairs)
    places = [*parted.train, *parted.validation]
    order = np.random.default_rng(SEED).permutation(len(places))
    for at, other in zip(order, np.roll(order, 1), strict=True):  # nobody keeps the own one
        place = places[at]
        found[place] = replace(pairs[place], passage=pairs[places[other]].passage)
    return found


def judge(name: str, pairs: Sequence[TrainingPair], parted: Split, recipe: str) -> None:
    """Train and measure one run as the app does, and print what the gate says."""
    begun = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="legaldesk-") as library,
        own_desk(Path(library)) as desk,
    ):
        config = training._config(desk, desk.meaning, preset(recipe), parted)
        create_run(desk.runs.path, config, pairs, parted, [pair.passage for pair in pairs])
        verdict = training.resume_training(desk, config.id).verdict
        assert verdict is not None
    took = time.perf_counter() - begun
    print(f"{name}, {took:.0f} s: {verdict.decision.value}. {verdict.sentence}", flush=True)


if __name__ == "__main__":
    main()
