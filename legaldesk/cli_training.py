"""The “train” and “runs” commands: teach the model, and decide about what came out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from legaldesk.cli_output import Console
from legaldesk.core.desk import Desk
from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import TableRow
from legaldesk.core.metrics import NDCG
from legaldesk.core.progress import Progress
from legaldesk.core.recipes import Recipe
from legaldesk.core.runs import Proof, RunNews, RunSummary
from legaldesk.tasks import models, training

DONE = 0


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Give the command line these commands; ``add(name, command, about)`` makes a parser."""
    parser = add("train", _train, "fine-tune a copy of the model on labelled pairs")
    parser.add_argument("--preset", default="", help="quick, balanced, careful or a published one")
    parser.add_argument(
        "--pairs", default="", metavar="FILE", help="JSONL or CSV: anchor, positive"
    )
    parser.add_argument("--matter", default="", help="whose labels to use, or the file belongs to")
    parser.add_argument(
        "--dims", nargs="+", type=_numbers, default=[], metavar="N", help="Matryoshka dimensions"
    )
    parser.add_argument("--resume", default="", metavar="RUN", help="go on with a run")
    parser.add_argument(
        "--again", default="", metavar="RUN", help="as a run was, on what is left of its pairs"
    )
    parser.add_argument(
        "--without", default="", metavar="MATTER", help="with --again: leave a matter out"
    )
    runs = add("runs", _runs, "list training runs, show, adopt, keep the old one, roll back")
    runs.add_argument("action", nargs="?", default="list", choices=sorted(_ACTIONS))
    runs.add_argument("run", nargs="?", default="", help="the run's name")
    runs.add_argument(
        "--overrule",
        action="store_true",
        help="adopt against the verdict, or without one on the model in use",
    )


def _numbers(text: str) -> list[int]:
    """One number or several between commas."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number") from error


def _train(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    report = _Follower(desk, console) if console.as_json else console.report
    if options.without and not options.again:
        raise WrongUse("--without leaves a matter out of a run that is taught again: add --again.")
    if options.again:
        summary = training.retrain_without(desk, options.again, options.without, report=report)
    elif options.resume:
        summary = training.resume_training(desk, options.resume, report=report)
    else:
        summary = _new_run(desk, options, report)
    console.end_line()
    proof = training.proof(desk, summary.id)
    if isinstance(report, _Follower):
        report.tell_rest(summary.id)
        console.json(_finished(summary, proof))
    else:
        _show_run(console, summary, proof)
    return DONE


def _new_run(
    desk: Desk, options: argparse.Namespace, report: Callable[[Progress], None]
) -> RunSummary:
    matters = (options.matter,) if options.matter and not options.pairs else ()
    pairs = str(Path(options.pairs).absolute()) if options.pairs else ""
    survey = training.survey_training(desk, matters, pairs)
    recipe = _recipe(survey.recipes, options.preset or survey.choice.preset)
    dimensions = tuple(sorted({n for several in options.dims for n in several}, reverse=True))
    if dimensions:
        recipe = replace(recipe, dimensions=dimensions)
    return training.train(desk, recipe, matters, pairs, options.matter, report=report)


def _recipe(recipes: tuple[Recipe, ...], name: str) -> Recipe:
    for recipe in recipes:
        if recipe.name == name:
            return recipe
    known = ", ".join(recipe.name for recipe in recipes)
    raise WrongUse(f"There is no preset “{name}”. There are: {known}.")


class _Follower:
    """Prints what a run tells as JSON lines, each event once."""

    def __init__(self, desk: Desk, console: Console) -> None:
        self._desk, self._console = desk, console
        self._told = 0
        self._step = -1

    def __call__(self, progress: Progress) -> None:
        self._console.report(progress)
        under_way = progress.stage == "training" and progress.message not in ("", "prepare")
        if under_way and progress.done != self._step:
            self._step = progress.done
            self.tell_rest(progress.message)

    def tell_rest(self, run: str) -> None:
        """Print what was not printed yet."""
        events = _events(training.run_news(self._desk, run))
        for event in events[self._told :]:
            self._console.json(event)
        self._told = max(self._told, len(events))


def _events(news: RunNews) -> list[dict[str, Any]]:
    """Steps and evaluations in the order they came, then the candidates."""
    timed = [(each.step, 0, {"event": "step", **asdict(each)}) for each in news.steps]
    timed += [(each.step, 1, {"event": "evaluation", **asdict(each)}) for each in news.evaluations]
    ordered = [event for _, _, event in sorted(timed, key=lambda each: each[:2])]
    return [*ordered, *({"event": "candidate", **asdict(each)} for each in news.candidates)]


def _finished(summary: RunSummary, proof: Proof | None) -> dict[str, Any]:
    decision = summary.verdict.decision.value if summary.verdict is not None else None
    return {
        "event": "finished",
        "run": summary.id,
        "verdict": decision,
        "chosen": summary.chosen,
        "sentence": summary.verdict.sentence if summary.verdict is not None else "",
        "proof": asdict(proof) if proof is not None else None,
    }


def _runs(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    needs_run, action = _ACTIONS[options.action]
    if needs_run != bool(options.run):
        takes = "takes the name of a run" if needs_run else "takes no name"
        raise WrongUse(f"“runs {options.action}” {takes}.")
    action(desk, options, console)
    return DONE


def _list(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    for summary in training.list_runs(desk):
        if console.as_json:
            console.json(asdict(summary))
        else:
            console.text(_line(summary))


def _line(summary: RunSummary) -> str:
    parts = [summary.id, summary.recipe.title, f"{summary.pairs:,} pairs", summary.phase.value]
    if summary.verdict is not None:
        parts.append(summary.verdict.decision.value)
    if summary.kept:
        parts.append("the old one was kept")
    if summary.removed:
        parts.append(f"{summary.removed:,} of its pairs were removed since")
    if summary.model:
        parts.append(f"adopted as {summary.model}" + (" (overruled)" if summary.overruled else ""))
    return "; ".join([*parts, summary.problem] if summary.problem else parts)


def _show(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    proof = training.proof(desk, options.run)
    found = [each for each in training.list_runs(desk) if each.id == options.run]
    if console.as_json:
        console.json({**asdict(found[0]), "proof": asdict(proof) if proof is not None else None})
        return
    _show_run(console, found[0], proof)


def _show_run(console: Console, summary: RunSummary, proof: Proof | None) -> None:
    console.text(_line(summary))
    if proof is None:
        return
    console.text(f"{proof.verdict.sentence} {summary.caveat}".rstrip())
    console.line(f"{proof.questions:,} questions over {proof.passages:,} passages, nDCG@10")
    for before, after in zip(proof.before, proof.after, strict=True):
        console.line(f"  {_name(before):12} {_figure(before)}  ->  {_figure(after)}")


def _name(row: TableRow) -> str:
    return f"{row.mode.value} {row.dimension or ''}".strip()


def _figure(row: TableRow) -> str:
    figure = row.figures[NDCG]
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"


def _adopt(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    info = training.adopt_run(desk, options.run, options.overrule)
    if info.state.value != "live":
        info = models.await_switch(desk, report=console.report)
        console.end_line()
    console.tell(asdict(info), f"“{info.model}” is in use.")


def _keep(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    training.keep_old(desk, options.run)
    console.tell({"kept": options.run}, "The old model stays in use. That is recorded.")


def _rollback(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    info = models.go_back(desk)
    console.tell(asdict(info), f"“{info.model}” is in use again.")


def _delete(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    training.delete_run(desk, options.run)
    console.tell({"deleted": options.run}, f"Deleted {options.run}.")


_ACTIONS: dict[str, tuple[bool, Callable[[Desk, argparse.Namespace, Console], None]]] = {
    "list": (False, _list),
    "show": (True, _show),
    "adopt": (True, _adopt),
    "keep": (True, _keep),
    "rollback": (False, _rollback),
    "delete": (True, _delete),
}
"""Each action, and whether it takes a run."""
