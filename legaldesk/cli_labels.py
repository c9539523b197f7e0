"""The “labels” command: bring labels in, write them out and list them."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from legaldesk.cli_output import Console
from legaldesk.core.desk import Desk
from legaldesk.core.errors import WrongUse
from legaldesk.core.label_lines import ImportReport
from legaldesk.core.labels import Label, LabelFilter, LabelSource, Verdict
from legaldesk.tasks import label_files, labels

DONE, SOME_REFUSED = 0, 1

_SHOWN = 20
"""Refused lines that people are shown; --json has all of them."""

_STATE = 14
"""Columns that a verdict takes."""


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Give the command line this command; ``add(name, command, about)`` makes its parser."""
    parser = add("labels", _no_action, "import, export and list what passages are to questions")
    actions = parser.add_subparsers(metavar="ACTION")

    def action(name: str, command: Callable[..., int], about: str) -> argparse.ArgumentParser:
        added = actions.add_parser(name, help=about, description=about, allow_abbrev=False)
        added.add_argument(
            "--library", metavar="DIR", default=argparse.SUPPRESS, help="the library's folder"
        )
        added.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS,
            help="JSON lines on standard output",
        )
        added.set_defaults(command=command)
        return added

    bring = action("import", _import, "take labels from a JSONL or CSV file")
    bring.add_argument("file", metavar="FILE", help="with anchor, positive and negative columns")
    bring.add_argument("--matter", required=True, help="the matter they belong to")
    bring.add_argument("--labeller", default="", help="who gave them (you)")
    bring.add_argument("--format", choices=("jsonl", "csv"), default="", help="(by its ending)")
    out = action("export", _export, "write labels to a JSONL or CSV file")
    out.add_argument("file", metavar="FILE")
    out.add_argument("--matter", default="", help="of one matter (all that are not locked)")
    out.add_argument("--complete", action="store_true", help="a row for each label, with all of it")
    out.add_argument("--format", choices=("jsonl", "csv"), default="", help="(by its ending)")
    _add_list(action("list", _list, "list labels, or what contradicts"))
    for name, command, about in (
        ("allow", _allow, "let a matter's labels be trained on"),
        ("forbid", _forbid, "keep a matter's labels out of training, as at first"),
    ):
        action(name, command, about).add_argument("matter", metavar="MATTER")


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--matter", default="", help="of one matter")
    parser.add_argument("--question", default="", help="whose question has this in it")
    verdicts = [verdict.value for verdict in Verdict]
    parser.add_argument("--verdict", choices=verdicts, help="those with this verdict")
    parser.add_argument("--labeller", default="", help="given by one person")
    sources = [source.value for source in LabelSource]
    parser.add_argument("--source", choices=sources, help="where they were given")
    parser.add_argument("--history", action="store_true", help="also those that no longer count")
    parser.add_argument("--contradictions", action="store_true", help="what waits to be settled")
    parser.add_argument("--limit", type=int, help="the newest so many (1,000)")


def _no_action(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    raise WrongUse("Say what to do: labels import, export, list, allow or forbid.")


def _import(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    found = label_files.import_labels(
        desk,
        str(Path(options.file).absolute()),
        options.matter,
        options.format,
        options.labeller,
        report=console.report,
    )
    console.end_line()
    if options.json:
        for refusal in found.refusals:
            console.json({"file": options.file, **asdict(refusal)})
        fields = {name: value for name, value in asdict(found).items() if name != "refusals"}
        console.json(fields)
    else:
        _show_import(console, found)
    return SOME_REFUSED if found.refused else DONE


def _show_import(console: Console, found: ImportReport) -> None:
    for refusal in found.refusals[:_SHOWN]:
        column = f", {refusal.column}" if refusal.column else ""
        console.text(f"{refusal.reason}.", f"line {refusal.line}{column}: ", "  ")
    if found.refused > _SHOWN:
        console.line(f"and {found.refused - _SHOWN:,} more; --json names them.")
    console.text(
        f"{found.lines:,} lines read, {found.added:,} labels added to “{found.matter}”,"
        f" {found.refused:,} refused."
        + (f" {found.contradicted:,} contradict others." if found.contradicted else "")
    )


def _export(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    path = str(Path(options.file).absolute())
    found = label_files.export_labels(
        desk, path, options.matter, options.format, options.complete, report=console.report
    )
    if options.json:
        console.json(asdict(found))
    else:
        kept = f" {found.contradicted:,} contradict others." if found.contradicted else ""
        console.text(f"{found.labels:,} labels in {found.rows:,} rows of {path}.{kept}")
    return DONE


def _list(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    if options.contradictions:
        return _list_contradictions(desk, options, console)
    wanted = LabelFilter(
        matter=options.matter,
        question=options.question,
        verdict=Verdict(options.verdict) if options.verdict else None,
        labeller=options.labeller,
        source=LabelSource(options.source) if options.source else None,
        history=options.history,
        limit=1_000 if options.limit is None else options.limit,
    )
    for label in labels.list_labels(desk, wanted):
        if options.json:
            console.json(label_fields(label))
        else:
            _show(console, label)
    return DONE


def _list_contradictions(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    others = ("question", "verdict", "labeller", "source", "history", "limit")
    if given := [name for name in others if getattr(options, name)]:
        raise WrongUse(f"--{given[0]} does not go with --contradictions, which lists them all.")
    for clash in labels.contradictions(desk, options.matter):
        if options.json:
            listed = [label_fields(label) for label in clash.labels]
            console.json({"question": clash.question, "text": clash.text, "labels": listed})
            continue
        console.text(clash.question)
        for label in clash.labels:
            _show(console, label)
        console.line()
    return DONE


def _allow(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    labels.let_train(desk, options.matter, True)
    return DONE


def _forbid(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    labels.let_train(desk, options.matter, False)
    return DONE


def label_fields(label: Label) -> dict[str, Any]:
    """One label as JSON."""
    return asdict(label)


def _show(console: Console, label: Label) -> None:
    page = f", p. {label.spans[0].page}" if label.spans else ""
    where = f"{label.document_name}{page}" if label.document_name else label.source.value
    flag = " (contradicted)" if label.contradicted else ""
    console.text(
        f"{label.question}  [{label.matter}; {where}; {label.labeller}]{flag}",
        f"{label.verdict.value:<{_STATE}}",
        " " * _STATE,
    )
