"""What a preset gains on a set of questions with known answers, as the app would train it.

    python3 packaging/dev.py bench fine_tuning SETS [--set NAME] [--preset NAME] [--pairs N]
        [--change '{"learning_rate": 2e-4}'] [--out FOLDER] [--model FOLDER]

SETS is the folder that holds the set. Its pairs are split by connected component into parts
to train on, to choose the step and the candidate by, and to report on. The report compares
nDCG@10 of the base and of the chosen candidate over the whole collection on the part that was not
looked at, with the paired bootstrap over split units. Choose settings by the validation figures,
which --no-test stops at. Runs and the base's vectors are kept in FOLDER where one is given.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
from _options import options_of

from legaldesk.core.evaluation import GoldSet
from legaldesk.core.metrics import NDCG, score_all
from legaldesk.core.models import Prompts
from legaldesk.core.pairs import Split, TrainingPair, split
from legaldesk.core.recipes import Abilities, Recipe, adapt, fit_to_model, fit_to_pairs
from legaldesk.core.training import Candidate, Evaluation, Event, RunConfig, Step
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.model_folder import ModelFolder, bundled_model, read_model_folder
from legaldesk.engine.near_duplicates import near_duplicate_groups
from legaldesk.engine.pool_scores import encode
from legaldesk.engine.presets import preset
from legaldesk.engine.ranking_table import exact_rankings
from legaldesk.engine.run_folder import RunFolder, create_run
from legaldesk.engine.significance import compare
from legaldesk.engine.trainer import Trainer
from legaldesk.engine.training_device import abilities
from legaldesk.engine.training_model import load_model

SEED = 42


def main() -> None:
    asked = arguments()
    with tempfile.TemporaryDirectory(prefix="legaldesk-") as temporary:
        measure(asked, asked.out or Path(temporary))


def measure(asked: argparse.Namespace, out: Path) -> None:
    gold = read_gold_set(asked.sets / asked.set)
    pairs = pairs_of(gold)
    groups = near_duplicate_groups([pair.passage for pair in pairs])
    parted = split(pairs, groups, SEED, asked.validation, asked.test)
    parted = replace(parted, train=drawn(parted.train, asked.pairs))
    model = read_model_folder(asked.model or bundled_model())
    recipe = replace(preset(asked.preset), **json.loads(asked.change))
    folder = make_run(asked, out, recipe, model, pairs, parted, gold)
    told(parted, pairs)
    trained(folder)
    if not asked.no_test:
        report(out, folder, gold, pairs, parted)


def arguments() -> argparse.Namespace:
    parser = options_of(__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--set", default="obliqa_en_dev")
    parser.add_argument("--preset", default="balanced")
    parser.add_argument("--pairs", type=int, default=2_000)
    parser.add_argument("--validation", type=float, default=0.08)
    parser.add_argument("--test", type=float, default=0.2)
    parser.add_argument("--change", default="{}")
    parser.add_argument("--out", type=Path, help="where runs are kept")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--name", default="")
    parser.add_argument("--no-test", action="store_true")
    return parser.parse_args()


def pairs_of(gold: GoldSet) -> list[TrainingPair]:
    """Every question with each of its right answers."""
    texts = {document.id: document.text for document in gold.documents}
    return [
        TrainingPair(question.text, texts[passage], "", (), "", f"{question.id} {passage}")
        for question in gold.questions
        for passage, grade in question.grades.items()
        if grade > 0
    ]


def drawn(indices: Sequence[int], count: int) -> tuple[int, ...]:
    """So many of the indices, drawn by the seed."""
    order = np.random.default_rng(SEED).permutation(len(indices))[:count]
    return tuple(sorted(indices[at] for at in order))


def make_run(
    asked: argparse.Namespace,
    out: Path,
    recipe: Recipe,
    model: ModelFolder,
    pairs: list[TrainingPair],
    parted: Split,
    gold: GoldSet,
) -> RunFolder:
    device = "cpu"
    can: Abilities = abilities(device)
    adapted, said = adapt(recipe, can)
    adapted = fit_to_pairs(adapted, len(parted.train))
    fitted, also = fit_to_model(adapted, model.dimension, model.token_limit, model.static)
    config = RunConfig(
        id=asked.name or f"{asked.set}-{recipe.name}-{int(time.time())}", created="",
        recipe=fitted, device=device, base_folder=str(model.path), base_name=model.name,
        base_identity=model.identity,
        prompts=Prompts(model.prompts.query, model.prompts.passage), width=model.dimension,
        token_limit=model.token_limit, seed=SEED, said=(*said, *also), split_by=parted.by,
        split_note=parted.note,
    )  # fmt: skip
    nearest = pool(out, config, gold, [pairs[at].question for at in parted.validation])
    return create_run(out, config, pairs, parted, nearest)


def pool(out: Path, config: RunConfig, gold: GoldSet, questions: list[str]) -> list[str]:
    """The passages nearest to the validation questions, by the base model, best first."""
    asked = encode(load_model(config), questions, True, config.recipe.precision == "bf16", 32)
    places = exact_rankings(asked, corpus(out, config, gold), config.width, 50)
    by_rank = dict.fromkeys(int(place) for column in places.T for place in column)
    return [gold.documents[place].text for place in by_rank]


def corpus(out: Path, config: RunConfig, gold: GoldSet, model: Path | None = None) -> np.ndarray:
    """The vectors of the whole collection; the base's are kept from run to run."""
    kept = out / f"{gold.name}-{config.base_identity[:16]}-{config.recipe.precision}.npy"
    if model is None and kept.exists():
        return np.asarray(np.load(kept))
    if model is not None:
        config = replace(config, base_folder=str(model))
    texts = [document.text for document in gold.documents]
    vectors = encode(load_model(config), texts, False, config.recipe.precision == "bf16", 32)
    if model is None:
        out.mkdir(parents=True, exist_ok=True)
        np.save(kept, vectors)
    return vectors


def told(parted: Split, pairs: list[TrainingPair]) -> None:
    print(f"split by {parted.by}: {parted.count} units; {parted.note}")
    for name in ("train", "validation", "test"):
        indices = getattr(parted, name)
        questions = {pairs[at].question for at in indices}
        print(f"  {name}: {len(indices)} pairs, {len(questions)} questions", flush=True)


def trained(folder: RunFolder) -> None:
    """Train, and print what the window would show."""
    started = time.monotonic()

    def show(event: Event) -> None:
        if isinstance(event, Step) and event.step % 10:
            return
        figures = ""
        if isinstance(event, Evaluation | Candidate):
            figures = " ".join(f"{s.dimension}:{s.figures[NDCG]:.4f}" for s in event.scores)
            event = replace(event, scores=())
        print(f"{time.monotonic() - started:6.0f} s  {event} {figures}", flush=True)

    Trainer(folder.path).run(show)


def report(
    out: Path, folder: RunFolder, gold: GoldSet, pairs: list[TrainingPair], parted: Split
) -> None:
    """nDCG@10 before and after on the test questions, over the whole collection."""
    config = folder.config()
    wanted = {pairs[at].label.split(" ")[0]: str(parted.units[at]) for at in parted.test}
    questions = [question for question in gold.questions if question.id in wanted]
    qrels = {question.id: question.grades for question in questions}
    names = [document.id for document in gold.documents]
    found: dict[str, dict[int, dict[str, float]]] = defaultdict(dict)
    for state, model in (("before", None), ("after", folder.model)):
        passages = corpus(out, config, gold, model)
        loaded = load_model(replace(config, base_folder=str(model or config.base_folder)))
        texts = [question.text for question in questions]
        asked = encode(loaded, texts, True, config.recipe.precision == "bf16", 32)
        for dimension in config.recipe.dimensions or (config.width,):
            places = exact_rankings(asked, passages, dimension)
            rankings = {
                q.id: [names[at] for at in row] for q, row in zip(questions, places, strict=True)
            }
            scores = score_all(rankings, qrels)
            found[state][dimension] = {name: value[NDCG] for name, value in scores.items()}
    for dimension, before in found["before"].items():
        change = compare(before, found["after"][dimension], wanted)
        print(f"test nDCG@10 at {dimension}: {change}; {change.questions} questions", flush=True)
    (folder.path / "test.json").write_bytes(msgspec.json.encode(found))


if __name__ == "__main__":
    main()
