"""Which models there are, which one answers, and how to change that."""

from __future__ import annotations

from pathlib import Path

from legaldesk.core.errors import WrongUse
from legaldesk.core.fusion import covered
from legaldesk.core.models import (
    DeviceReport,
    GenerationInfo,
    InstalledModel,
    LanguageGap,
    ModelsOverview,
    Prompts,
    RerankerInfo,
)
from legaldesk.core.progress import Report, silent
from legaldesk.engine import keyring_token, precision
from legaldesk.engine.catalogue import catalogue
from legaldesk.engine.devices import report_devices
from legaldesk.engine.generations import DEVICE
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks.dispatch import task


@task
def list_models(desk: LocalDesk, report: Report = silent) -> ModelsOverview:
    """What can be had, what is installed, what is in use and what is being built."""
    token, keyring = keyring_token.state()
    return ModelsOverview(
        catalogue=catalogue(),
        installed=desk.shelf.installed(),
        generations=desk.generations.infos(),
        gaps=_gaps(desk),
        device=_device(desk),
        token=token,
        keyring=keyring,
        reranker=desk.reranking.info(),
    )


@task
def list_devices(desk: LocalDesk, report: Report = silent) -> DeviceReport:
    """What there is to compute on; the first time this takes seconds."""
    return _devices(desk)


@task
def add_model(
    desk: LocalDesk, source: str, name: str = "", report: Report = silent
) -> InstalledModel:
    """Install a model from a folder, a zip file, or the hub by its name (OWNER/NAME@REVISION).

    ``name`` is what it is to be called here. A path is best absolute: another process, with
    another working folder, may carry this out. The one in use, whose files were gone, answers
    again.
    Raises ModelProblem when it is not safe or not whole, NoRoom, and WrongUse for a source
    that is nothing of this kind.
    """
    added = _add(desk, source, name, report)
    live = desk.meaning
    if live.failed and live.generation.name == added.name:
        desk.generations.load_anew()
    return added


def _add(desk: LocalDesk, source: str, name: str, report: Report) -> InstalledModel:
    path = Path(source)
    if path.is_dir():
        return desk.shelf.add_folder(path, report, name=name)
    if path.is_file():
        return desk.shelf.add_zip(path, report, name)
    repo, _, revision = source.partition("@")
    if repo.count("/") != 1 or path.is_absolute() or not all(repo.split("/")):
        raise WrongUse(f"“{source}” is no folder, no zip file and no model's name on the hub.")
    return desk.shelf.add_from_hub(repo, keyring_token.load(), report, revision or "main", name)


@task
def remove_model(desk: LocalDesk, name: str, report: Report = silent) -> None:
    """Delete an installed model and the vectors it made; of one that is gone, what it left.

    Raises WrongUse while it is in use, or a run is under way that compares with it, and when there
    is nothing of it.
    """
    made = [each for each in desk.reader.generations() if each.name == name]
    if any(each.state != "kept" for each in made):
        raise WrongUse(f"“{name}” is in use. Choose another model first.")
    if name in desk.runs.bases():
        raise WrongUse(f"A training run starts from “{name}”. Wait until it is over, or stop it.")
    if not made or desk.shelf.has(name):
        desk.shelf.remove(name)
    for each in made:
        desk.generations.prune(each.id)


@task
def use_model(
    desk: LocalDesk,
    name: str,
    prompts: Prompts | None = None,
    dimension: int = 0,
    report: Report = silent,
) -> GenerationInfo:
    """Begin to read the library with a model; it answers once every passage is encoded.

    ``prompts`` None are the model's own and ``dimension`` 0 is its full width. Search goes
    on with the live model meanwhile. The state of what is returned says how far it is.
    """
    return desk.generations.info(desk.generations.use(name, prompts, dimension))


@task
def await_switch(desk: LocalDesk, report: Report = silent) -> GenerationInfo:
    """Wait until nothing is being built; what is live then."""
    return desk.generations.info(desk.generations.await_switch(report))


@task
def stop_switch(desk: LocalDesk, report: Report = silent) -> None:
    """Give up what is being built; what is encoded stays for another time."""
    desk.generations.stop_building()


@task
def go_back(desk: LocalDesk, report: Report = silent) -> GenerationInfo:
    """Let the model answer that did before, at once.

    Raises WrongUse when there is none, and ModelProblem when its files are gone or others.
    """
    return desk.generations.info(desk.generations.go_back())


@task
def use_dimension(desk: LocalDesk, dimension: int, report: Report = silent) -> GenerationInfo:
    """Search this many numbers of each vector, 0 for all; nothing is encoded again."""
    return desk.generations.info(desk.generations.use_dimension(dimension))


@task
def prune_generation(desk: LocalDesk, generation: int, report: Report = silent) -> None:
    """Delete the vectors of a generation that is not in use."""
    desk.generations.prune(generation)


@task
def set_device(desk: LocalDesk, wanted: str, report: Report = silent) -> None:
    """Compute on "auto", "cuda", "mps" or "cpu" from now on. Raises WrongUse for another."""
    if wanted not in ("auto", "cuda", "mps", "cpu"):
        raise WrongUse("The device is one of auto, cuda, mps and cpu.")
    kinds = {device.name.partition(":")[0] for device in report_devices("auto").devices}
    if wanted not in kinds | {"auto"}:
        raise WrongUse(f"This computer has no device “{wanted}” that can be used.")
    desk.generations.set_device(wanted)


@task
def use_reranker(desk: LocalDesk, folder: str, report: Report = silent) -> RerankerInfo:
    """Put the best passages of every answer in order once more by the cross-encoder in a folder.

    Raises ModelProblem when it is none, or not safe; what was in use stays then.
    """
    return desk.reranking.use(Path(folder))


@task
def turn_off_reranker(desk: LocalDesk, report: Report = silent) -> None:
    """Order answers without a cross-encoder; its folder stays as it is."""
    desk.reranking.turn_off()


@task
def set_hub_token(desk: LocalDesk, token: str, report: Report = silent) -> None:
    """Keep the hub's token in the computer's keyring, or forget it where it is ""."""
    if token:
        keyring_token.save(token.strip())
    else:
        keyring_token.forget()


def _device(desk: LocalDesk) -> DeviceReport:
    """What there is to compute on, empty while that would have to wait for the model."""
    if desk.meaning.ready or desk.meaning.failed:
        return _devices(desk)
    return DeviceReport(desk.reader.setting(DEVICE) or "auto", "", ())


def _devices(desk: LocalDesk) -> DeviceReport:
    identity, notes = desk.meaning.generation.model, desk.library / "precision.json"
    return report_devices(
        desk.reader.setting(DEVICE) or "auto",
        chosen_precision=lambda title: precision.chosen_precision(notes, identity, title),
    )


def _gaps(desk: LocalDesk) -> tuple[LanguageGap, ...]:
    """Languages of documents that the live model does not cover, the commonest first."""
    meaning = desk.meaning
    if meaning.failed or meaning.folder.languages is None:
        return ()
    rows = desk.reader.rows(
        "SELECT language, count(*) AS documents FROM documents WHERE language <> ''"
        " GROUP BY language ORDER BY documents DESC, language"
    )
    known = meaning.folder.languages
    return tuple(
        LanguageGap(row["language"], row["documents"])
        for row in rows
        if not covered(row["language"], known)
    )
