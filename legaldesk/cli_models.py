"""The “models” command: what is installed, what can be had, and which model answers."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from legaldesk.cli_output import Console
from legaldesk.core.desk import Desk
from legaldesk.core.errors import WrongUse
from legaldesk.core.models import (
    CatalogueEntry,
    GenerationInfo,
    GenerationState,
    InstalledModel,
    ModelsOverview,
    Prompts,
    RerankerInfo,
)
from legaldesk.tasks import models

DONE = 0


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Give the command line this command; ``add(name, command, about)`` makes its parser."""
    parser = add("models", _models, "list, install and choose models")
    parser.add_argument("action", nargs="?", default="list", choices=sorted(_ACTIONS))
    parser.add_argument(
        "name",
        nargs="?",
        default="",
        help="a model; for “add” a folder, a zip file or OWNER/NAME; for “device” auto, cpu, cuda"
        " or mps; for “reranker” the folder of a cross-encoder, or “off”",
    )
    parser.add_argument("--as", dest="wished", default="", metavar="NAME", help="install under it")
    parser.add_argument("--query-prompt", metavar="TEXT", help="put before every question")
    parser.add_argument("--passage-prompt", metavar="TEXT", help="put before every passage")
    parser.add_argument(
        "--dimension", type=int, default=0, metavar="N", help="numbers of each vector to search"
    )
    parser.add_argument("--no-wait", action="store_true", help="do not wait for the new vectors")


def _models(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    needs_name, action = _ACTIONS[options.action]
    if needs_name and not options.name:
        raise WrongUse(f"“models {options.action}” takes a name. See “legaldesk models --help”.")
    if options.name and not needs_name:
        raise WrongUse(f"“models {options.action}” takes no name.")
    action(desk, options, console)
    return DONE


def _list(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    overview = replace(models.list_models(desk), device=models.list_devices(desk))
    if console.as_json:
        console.json(asdict(overview))
        return
    _show_overview(console, overview)


def _show_overview(console: Console, overview: ModelsOverview) -> None:
    console.line("Installed")
    used = {each.model: each for each in sorted(overview.generations, key=_rank)}
    for model in overview.installed:
        console.text(_installed_line(model, used.pop(model.name, None)), "  ", "    ")
    for name, info in used.items():
        console.text("; ".join([name, "not installed", *_use_of(info)]), "  ", "    ")
    console.line("Can be had")
    for entry in overview.catalogue:
        if entry.repo:
            console.text(_entry_line(entry), "  ", "    ")
    for gap in overview.gaps:
        console.line(
            f"Not covered by the model in use: {gap.documents} documents in {gap.language}"
        )
    if overview.reranker is not None:
        console.text(f"Ordered once more by {_reranker_line(overview.reranker)}")
    console.line(f"Computes on {overview.device.chosen}. {overview.device.note}".strip())


def _installed_line(model: InstalledModel, used: GenerationInfo | None) -> str:
    parts = [model.name, f"{model.size / 1e6:,.0f} MB", f"reads {model.token_limit:,} tokens"]
    if model.languages:
        parts.append(", ".join(model.languages))
    told = [*([] if used is None else _use_of(used)), *([model.problem] if model.problem else [])]
    return "; ".join([*parts, *dict.fromkeys(told)])


def _rank(info: GenerationInfo) -> int:
    """A model may have made several generations: the one that matters most is the highest."""
    return (GenerationState.KEPT, GenerationState.BUILDING, GenerationState.LIVE).index(info.state)


def _use_of(info: GenerationInfo) -> list[str]:
    """What a model is used for, and why it cannot be, where it is so."""
    return [_state(info), *([info.problem] if info.problem else [])]


def _entry_line(entry: CatalogueEntry) -> str:
    size = f"{entry.size / 1e9:.1f} GB" if entry.size else "size not known"
    terms = "; its terms must be accepted" if entry.gated else ""
    return f"{entry.repo}; {size}; {entry.licence or 'licence not stated'}{terms}; {entry.good_for}"


def _state(info: GenerationInfo) -> str:
    return {
        GenerationState.LIVE: "in use",
        GenerationState.BUILDING: f"being built: {info.with_vectors:,} of {info.passages:,}",
        GenerationState.KEPT: f"kept: {info.bytes / 1e6:,.0f} MB of vectors",
    }[info.state]


def _info(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    overview = models.list_models(desk)
    found = [model for model in overview.installed if model.name == options.name]
    if not found:
        raise WrongUse(f"There is no model “{options.name}” here.")
    made = [each for each in overview.generations if each.model == options.name]
    if console.as_json:
        console.json({**asdict(found[0]), "generations": [asdict(each) for each in made]})
        return
    for name, value in asdict(found[0]).items():
        console.line(f"{name.replace('_', ' ')}: {value}")
    for each in made:
        console.line(f"{_state(each)} (generation {each.id}, {each.used_dimension} wide)")
        if each.problem:
            console.text(each.problem, "  ", "  ")


def _add(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    here = Path(options.name).absolute()  # whoever owns the library may run in another folder
    source = str(here) if here.exists() else options.name
    added = models.add_model(desk, source, options.wished, report=console.report)
    console.end_line()
    console.tell(asdict(added), f"Installed “{added.name}”.")


def _remove(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    models.remove_model(desk, options.name)
    console.tell({"removed": options.name}, f"Removed “{options.name}”.")


def _use(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    info = models.use_model(desk, options.name, _prompts(desk, options), options.dimension)
    if info.state is not GenerationState.LIVE and not options.no_wait:
        info = models.await_switch(desk, report=console.report)
        console.end_line()
    _tell_info(console, info)


def _prompts(desk: Desk, options: argparse.Namespace) -> Prompts | None:
    """The prompts that were given; one that was not stays the model's own."""
    if options.query_prompt is None and options.passage_prompt is None:
        return None
    own = next(
        (m.prompts for m in models.list_models(desk).installed if m.name == options.name), Prompts()
    )
    query, passage = options.query_prompt, options.passage_prompt
    return Prompts(
        own.query if query is None else query, own.passage if passage is None else passage
    )


def _back(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    _tell_info(console, models.go_back(desk))


def _stop(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    models.stop_switch(desk)
    console.tell({"stopped": True}, "Nothing is being built any more.")


def _device(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    models.set_device(desk, options.name)
    console.tell({"device": options.name}, f"Computes on “{options.name}” from now on.")


def _reranker(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    """Put the best passages in order once more by the model in a folder, or no more."""
    if options.name == "off":
        models.turn_off_reranker(desk)
        console.tell({"reranker": None}, "Answers are ordered by words and meaning alone.")
        return
    info = models.use_reranker(desk, str(Path(options.name).absolute()))
    told = f"The best passages are put in order once more by {_reranker_line(info)}"
    console.tell({"reranker": asdict(info)}, told)


def _reranker_line(info: RerankerInfo) -> str:
    about = info.problem or f"{info.size / 1e6:,.0f} MB; reads {info.token_limit:,} tokens."
    return f"{info.name} ({info.folder}): {about}"


def _token(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    """Ask for the hub's token where nobody sees it; an empty one forgets it."""
    prompt = "Token (empty to forget it): "
    given = getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()
    models.set_hub_token(desk, given.strip())
    console.tell({"token": bool(given.strip())}, "Kept." if given.strip() else "Forgotten.")


def _tell_info(console: Console, info: GenerationInfo) -> None:
    console.tell(asdict(info), f"“{info.model}” is {_state(info)}.")


_ACTIONS: dict[str, tuple[bool, Callable[[Desk, argparse.Namespace, Console], None]]] = {
    "list": (False, _list),
    "info": (True, _info),
    "add": (True, _add),
    "remove": (True, _remove),
    "use": (True, _use),
    "back": (False, _back),
    "stop": (False, _stop),
    "device": (True, _device),
    "reranker": (True, _reranker),
    "token": (False, _token),
}
"""Each action, and whether it takes a name."""
