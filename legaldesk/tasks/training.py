"""Teach the model: look at the pairs, train, prove what came out, take it into use."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from legaldesk.core.errors import LegalDeskError, ModelProblem, WrongUse
from legaldesk.core.findings import examine, without_contradictions_and_duplicates
from legaldesk.core.models import GenerationInfo
from legaldesk.core.pairs import Split, TrainingPair, split
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.core.recipes import Recipe, adapt, choose, fit_to_model, fit_to_pairs, once_more
from legaldesk.core.runs import (
    MatterPairs,
    Proof,
    RunNews,
    RunPhase,
    RunSummary,
    Survey,
    unreadable,
)
from legaldesk.core.training import (
    TEST,
    TRAIN,
    VALIDATION,
    Event,
    Finished,
    Paused,
    RunConfig,
    Stage,
    Step,
)
from legaldesk.engine import languages
from legaldesk.engine.devices import choose_device, usable_devices
from legaldesk.engine.generations import DEVICE
from legaldesk.engine.lineage import TUNED, lineage, weights_of
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.model_record import says_it_was_tuned
from legaldesk.engine.near_duplicates import near_duplicate_groups
from legaldesk.engine.pair_files import read_pairs
from legaldesk.engine.presets import presets
from legaldesk.engine.proof import prove
from legaldesk.engine.run_folder import RunFolder, create_run
from legaldesk.engine.runs import Adoption
from legaldesk.engine.training_device import abilities
from legaldesk.engine.training_pool import passages_near, stored_passages
from legaldesk.tasks import lessons, models
from legaldesk.tasks.dispatch import task

SEED = 42


@task
def survey_training(
    desk: LocalDesk, matters: tuple[str, ...] = (), pairs_file: str = "", report: Report = silent
) -> Survey:
    """What a run would be made from, what is wrong with it, and the recipe that fits.

    ``matters`` () are all that may train; a file of pairs takes their place.
    """
    pairs = _pairs(desk, matters, pairs_file)
    groups = near_duplicate_groups([pair.passage for pair in pairs])
    usable = without_contradictions_and_duplicates(pairs)
    parted = _parted(desk, desk.meaning, usable, SEED)
    spoken = [languages.detect(pair.question) for pair in pairs]
    known = desk.meaning.folder.languages or frozenset()
    found = examine(pairs, groups, usable, parted, spoken, known)
    foreign = bool(known) and 2 * sum(one not in known for one in spoken if one) > len(spoken)
    choice = choose(len(parted.train), foreign)
    return Survey(_matter_pairs(desk), found, choice, presets(), desk.meaning.folder.name)


@task
def train(
    desk: LocalDesk,
    recipe: Recipe,
    matters: tuple[str, ...] = (),
    pairs_file: str = "",
    matter: str = "",
    report: Report = silent,
) -> RunSummary:
    """Train a copy of the live model and measure it; the live one is left alone.

    ``matter`` names the one that the pairs of a file belong to. After Cancelled the run can
    be resumed. Raises WrongUse without pairs or such a matter, and ModelProblem when it comes to
    nothing.
    """
    report(Progress("training", 0, 0, message="prepare"))
    with desk.runs.making() as made:
        found = _pairs(desk, matters, pairs_file, matter)
        if not found:
            raise WrongUse("There are no pairs to train on. Mark passages as relevant first.")
        run = _make(desk, recipe, found)
        made(run)
    return _drive(desk, run.config().id, report)


def _make(desk: LocalDesk, recipe: Recipe, found: Sequence[TrainingPair]) -> RunFolder:
    pairs = without_contradictions_and_duplicates(found)
    if not pairs:
        raise WrongUse("Every pair is contradicted by another. Settle them in Review first.")
    base = desk.meaning
    parted = _parted(desk, base, pairs, recipe.seed)
    config = _config(desk, base, recipe, parted)
    held = [pairs[index].question for index in parted.validation]
    own = [pair.passage for pair in pairs]
    matters = _learned_in(desk, pairs)
    near = desk.with_meaning(
        lambda meaning: passages_near(desk.reader, meaning, matters, held, own)
    )
    return create_run(desk.runs.path, config, pairs, parted, near.texts, near.documents)


def _learned_in(desk: LocalDesk, pairs: Sequence[TrainingPair]) -> set[str]:
    """The matters that pairs are from, or all where they name none, as far as they may train."""
    allowed = {matter.name for matter in desk.reader.matters() if matter.may_train}
    named = {pair.matter for pair in pairs if pair.matter}
    return allowed & named if named else allowed


def _parted(desk: LocalDesk, base: Meaning, pairs: Sequence[TrainingPair], seed: int) -> Split:
    """Which pairs are for what; nothing that the base was made from is held out."""
    made_from = lineage(desk, base)
    groups = near_duplicate_groups([pair.passage for pair in (*pairs, *made_from.pairs)])
    return split(pairs, groups, seed, lineage=made_from)


@task
def resume_training(desk: LocalDesk, run: str, report: Report = silent) -> RunSummary:
    """Go on with a run that was interrupted, or measure one that was not measured yet.

    Raises WrongUse where a matter whose labels it learns from may not train any more.
    """
    folder = desk.runs.folder(run)
    if folder.state().over != "finished":
        labelled = {line.pair.matter for line in folder.pairs(TRAIN) if line.pair.label}
        for each in desk.reader.matters():
            if each.name in labelled and not each.may_train:
                raise WrongUse(
                    f"The matter “{each.name}” may not be trained on any more. Allow it again, or"
                    " train anew without it."
                )
    return _drive(desk, run, report)


@task
def pause_run(desk: LocalDesk, run: str, report: Report = silent) -> None:
    """Let a run wait, saved, after its step."""
    desk.runs.trainer(run).pause()


@task
def go_on(desk: LocalDesk, run: str, report: Report = silent) -> None:
    """End a run's pause."""
    desk.runs.trainer(run).go_on()
    desk.runs.told(run, paused=False)


@task
def stop_run(desk: LocalDesk, run: str, report: Report = silent) -> None:
    """End a run after its step and keep the best so far."""
    desk.runs.trainer(run).stop()


@task
def run_news(desk: LocalDesk, run: str, report: Report = silent) -> RunNews:
    """All that a run told so far."""
    return desk.runs.news(run)


@task
def list_runs(desk: LocalDesk, report: Report = silent) -> tuple[RunSummary, ...]:
    """Every run, the newest first; one that cannot be read says so and hides no other."""
    return tuple(_summary_or_problem(desk, run) for run in desk.runs.ids())


@task
def proof(desk: LocalDesk, run: str, report: Report = silent) -> Proof | None:
    """The figures of a finished run, None before they are measured."""
    return desk.runs.proof(run)


@task
def adopt_run(
    desk: LocalDesk, run: str, overrule: bool = False, report: Report = silent
) -> GenerationInfo:
    """Install a run's model and read the library with it; search goes on meanwhile.

    Raises WrongUse when its figures do not say so, or not of the model in use, unless the user
    overrules that. That a verdict was overruled is recorded.
    """
    summary = _summary(desk, run)
    if summary.phase is not RunPhase.FINISHED or summary.verdict is None:
        raise WrongUse("This run is not finished.")
    if not summary.advised and not overrule:
        why = summary.caveat if summary.better else f"{summary.verdict.sentence} {summary.caveat}"
        raise WrongUse(f"{why.rstrip()} To use the new model all the same, overrule.")
    folder = desk.runs.folder(run)
    name = summary.model or f"{TUNED}{run}"
    if not desk.shelf.has(name):  # it is where an earlier try ended before it was recorded
        desk.shelf.add_folder(folder.model, report, f"trained:{run}", name)
    desk.runs.adopt(run, Adoption(name, not summary.better))
    used = desk.meaning.generation
    dimension = min(used.used_dimension, desk.shelf.info(name).dimension)
    return models.use_model(desk, name, None, dimension)


@task
def keep_old(desk: LocalDesk, run: str, report: Report = silent) -> None:
    """Record that the old model was kept. Raises WrongUse when the run's is in use, or will be."""
    adoption = desk.runs.adoption(run)
    used = {each.name for each in desk.reader.generations() if each.state != "kept"}
    if adoption is not None and adoption.model in used:
        raise WrongUse("The model of this run was adopted. Go back instead.")
    desk.runs.keep_old(run)


@task
def delete_run(desk: LocalDesk, run: str, report: Report = silent) -> None:
    """Delete a run and the model that was adopted from it.

    Raises WrongUse while the run is under way or its model in use.
    """
    adoption = desk.runs.adoption(run)
    if adoption is not None and desk.shelf.has(adoption.model):
        models.remove_model(desk, adoption.model)
    desk.runs.delete(run)


@task
def retrain_without(
    desk: LocalDesk, run: str, matter: str = "", report: Report = silent
) -> RunSummary:
    """Train again as a run was, on its matters' labels as they are now but for one matter's.

    Pairs that came from a file are taken from the run. With ``matter`` "" only what was
    removed since is left out. Raises WrongUse.
    """
    before = desk.runs.folder(run).config()
    recipe = once_more(before.recipe, presets(), before.width, before.token_limit)
    with desk.runs.making() as made:
        again = _make(desk, recipe, _pairs_without(desk, run, matter))
        made(again)
    return _drive(desk, again.config().id, report)


def _pairs_without(desk: LocalDesk, run: str, matter: str) -> list[TrainingPair]:
    """A run's pairs as they are now but for one matter's. Raises WrongUse when there are none."""
    folder = desk.runs.folder(run)
    own = [line.pair for part in (TRAIN, VALIDATION, TEST) for line in folder.pairs(part)]
    if matter and all(pair.matter != matter for pair in own):
        matter = desk.reader.matter_name(matter)
    labelled = {pair.matter for pair in own if pair.label} - {matter}
    found = [pair for pair in own if not pair.label and (not matter or pair.matter != matter)]
    if labelled:
        found += lessons.training_pairs(desk, tuple(sorted(labelled)))
    if not found:
        left = f"without “{matter}”" if matter else "of what this run was taught with"
        raise WrongUse(f"Nothing is left to train on {left}.")
    return found


def _pairs(
    desk: LocalDesk, matters: tuple[str, ...], pairs_file: str, matter: str = ""
) -> Sequence[TrainingPair]:
    if pairs_file:
        owner = desk.reader.matter_name(matter) if matter else ""  # its removal erases them
        return read_pairs(Path(pairs_file), owner)
    return lessons.training_pairs(desk, matters)


def _matter_pairs(desk: LocalDesk) -> tuple[MatterPairs, ...]:
    counted: dict[str, int] = {}
    for pair in lessons.training_pairs(desk):
        counted[pair.matter] = counted.get(pair.matter, 0) + 1
    return tuple(
        MatterPairs(each.name, counted.get(each.name, 0), each.may_train)
        for each in desk.reader.matters()
    )


def _config(desk: LocalDesk, base: Meaning, recipe: Recipe, parted: Split) -> RunConfig:
    """The recipe as this device and the base can run it. Raises WrongUse when the base cannot."""
    folder = base.folder
    device = choose_device(desk.reader.setting(DEVICE) or "auto", usable_devices())
    adapted, said = adapt(recipe, abilities(device))
    adapted = fit_to_pairs(adapted, len(parted.train))
    try:
        fitted, also = fit_to_model(adapted, folder.dimension, folder.token_limit, folder.static)
    except ValueError as error:
        raise WrongUse(
            f"The model has dimensions 1 to {folder.dimension}, and the recipe none of these."
        ) from error
    return RunConfig(
        id=desk.runs.new_id(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        recipe=fitted,
        device=device,
        base_folder=str(folder.path),
        base_name=base.generation.name,
        base_identity=folder.identity,
        prompts=folder.prompts,
        width=folder.dimension,
        token_limit=folder.token_limit,
        seed=recipe.seed,
        said=(*said, *also),
        split_by=parted.by,
        split_note=parted.note,
        dimension=base.generation.used_dimension,
        base_weights=tuple(sorted(weights_of(folder))),
        base_tuned=says_it_was_tuned(folder.path),
    )


def _drive(desk: LocalDesk, run: str, report: Report) -> RunSummary:
    """Train to the end, unless that is done, and measure what came out."""
    folder = desk.runs.folder(run)
    with desk.runs.working(run) as trainer:
        _find_base(desk, folder)
        if folder.state().over != "finished":
            last = Progress("training", 0, 0, message=run)

            def hear(event: Event) -> None:
                nonlocal last
                _note(desk, run, event)
                last = _progress(event, last)
                report(last)

            trainer.run(hear, lambda: report(last))
        desk.runs.told(run, stage="prove")
        _prove(desk, run, folder, report)
    return _summary(desk, run)


def _find_base(desk: LocalDesk, folder: RunFolder) -> None:
    """Let a run use its base from where that lies now. Raises ModelProblem when it is gone."""
    config = folder.config()
    places = [Path(config.base_folder), *(desk.shelf.path(name) for name in desk.shelf.names())]
    for place in places:
        with suppress(ModelProblem, OSError):
            found = read_model_folder(place, config.prompts, desk.known_hashes)
            if found.identity == config.base_identity:
                if place != places[0]:
                    folder.write("config.json", replace(config, base_folder=str(place)))
                return
    message = (
        f"The model “{config.base_name}”, from which this run starts, is gone or has changed. Add"
        " it again in Models, or train anew."
    )
    raise ModelProblem(message, config.base_folder)


def _summary(desk: LocalDesk, run: str) -> RunSummary:
    live = desk.meaning.generation
    return desk.runs.summary(run, live.name, live.model)


def _summary_or_problem(desk: LocalDesk, run: str) -> RunSummary:
    try:
        return _summary(desk, run)
    except LegalDeskError as error:
        return unreadable(run, error.message)


def _note(desk: LocalDesk, run: str, event: Event) -> None:
    if isinstance(event, Stage):
        desk.runs.told(run, stage=event.stage)
    desk.runs.told(run, paused=isinstance(event, Paused))


def _progress(event: Event, before: Progress) -> Progress:
    if isinstance(event, Step):
        left = event.seconds_left
        return replace(before, done=event.step, total=event.steps, unit="steps", seconds_left=left)
    if isinstance(event, Finished):
        return replace(before, seconds_left=None)
    return before


def _prove(desk: LocalDesk, run: str, folder: RunFolder, report: Report) -> None:
    config = folder.config()
    dimension = config.dimension or desk.meaning.generation.used_dimension
    texts = stored_passages(desk.reader)
    found = prove(folder, texts, dimension, report, desk.known_hashes)
    desk.runs.keep_proof(run, found)
