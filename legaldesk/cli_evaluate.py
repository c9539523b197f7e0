"""The “evaluate” command: how well questions with known answers are answered."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from legaldesk.cli_output import Console, complain, width
from legaldesk.core.desk import Desk
from legaldesk.core.errors import ModelProblem, WrongUse
from legaldesk.core.evaluation import Figure, Mode, Table, TableRow
from legaldesk.core.metrics import CHARACTER_RECALL
from legaldesk.core.models import Prompts
from legaldesk.tasks import evaluating, reranking

_NAME, _CELL = 22, 22
"""Columns that a figure's name and one of its values take."""


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Give the command line this command; ``add(name, command, about)`` makes its parser."""
    parser = add("evaluate", _evaluate, "measure search on questions whose answers are known")
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        default="",
        help="with corpus.jsonl, queries.jsonl and qrels.tsv (the library's own labels)",
    )
    parser.add_argument("--matter", default="", help="without a folder: the labels of one matter")
    parser.add_argument(
        "--mode",
        action="append",
        choices=[mode.value for mode in Mode],
        help="a way of searching (all that can be had); may be given several times",
    )
    parser.add_argument(
        "--model", metavar="NAME", help="an installed model or a folder (the one in use)"
    )
    parser.add_argument("--reranker", metavar="FOLDER", help="of a cross-encoder (the one in use)")
    parser.add_argument(
        "--dims",
        nargs="+",
        type=_dimensions,
        default=[],
        metavar="N",
        help="Matryoshka dimensions to cut the vectors to (their full width)",
    )


def _dimensions(text: str) -> list[int]:
    """One number or several between commas."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"“{text}” is no whole number") from error


def _evaluate(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    given = options.reranker and str(Path(options.reranker).absolute())
    reranker = given or _in_use(desk, options)
    modes = [Mode(name) for name in options.mode or _modes(bool(reranker))]
    dimensions = [number for several in options.dims for number in several]
    if options.folder:
        model, prompts = _model(desk, options.model)
        table = evaluating.evaluate_folder(
            Path(options.folder),
            modes,
            model,
            dimensions,
            console.report,
            prompts,
            Path(reranker) if reranker else None,
        )
    elif options.model:
        raise WrongUse("The library's labels are measured with the model in use. Choose it first.")
    else:
        table = evaluating.evaluate_labels(
            desk, options.matter, tuple(modes), tuple(dimensions), reranker, report=console.report
        )
    if options.json:
        for row in table.rows:
            console.json(row_fields(table, row))
    else:
        show_table(console, table)
    return 0


def _in_use(desk: Desk, options: argparse.Namespace) -> str:
    """The cross-encoder's folder, "" for none; one that cannot be used is left out, and told."""
    try:
        return reranking.reranker_in_use(desk)
    except ModelProblem as error:
        if Mode.RERANKED in (options.mode or ()):
            raise
        complain(error, options.json)
        return ""


def _modes(with_reranker: bool) -> list[Mode]:
    """What is measured unless the user says what: “reranked” where there is something to do it."""
    return [mode for mode in Mode if with_reranker or mode is not Mode.RERANKED]


def _model(desk: Desk, name: str | None) -> tuple[Path, Prompts | None]:
    """The folder of the model that is meant, and its prompts where they are not its own."""
    if name and Path(name).is_dir():
        return Path(name), None
    folder, prompts = evaluating.model_folder(desk, name or "")
    return Path(folder), prompts


def row_fields(table: Table, row: TableRow) -> dict[str, Any]:
    """One line of JSON; the dimension is null where the model's vectors take no part.

    ``span_queries`` of the queries have a gold span, over which character recall is taken.
    """
    spans = set(CHARACTER_RECALL.values())
    return {
        "set": table.name,
        "mode": row.mode.value,
        "model": None if row.mode == Mode.BM25 else table.model,
        "dimension": row.dimension or None,
        "queries": table.questions,
        "span_queries": sum(not spans.isdisjoint(found) for found in row.scores.values()),
        "units": table.units,
        "documents": table.corpus,
        "passages": table.passages,
        "note": table.note,
        "metrics": {name: asdict(figure) for name, figure in row.figures.items()},
    }


def show_table(console: Console, table: Table) -> None:
    """The table for people: figures down, ways of searching across."""
    console.text(
        f"{table.name}: {table.questions:,} questions ({table.units:,} different answers),"
        f" {table.corpus:,} documents in {table.passages:,} passages, model {table.model}."
        f" Means with their 95% intervals. {table.note}".rstrip()
    )
    for rows in _blocks(table.rows, max(1, (width() - _NAME) // _CELL)):
        console.line()
        console.line(f"{'':{_NAME}}" + "".join(f"{_title(row):<{_CELL}}" for row in rows).rstrip())
        for name in rows[0].figures:
            cells = "".join(f"{_cell(row.figures.get(name)):<{_CELL}}" for row in rows)
            console.line(f"{name:<{_NAME}}{cells}".rstrip())


def _blocks(rows: Sequence[TableRow], size: int) -> Iterator[Sequence[TableRow]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _title(row: TableRow) -> str:
    return f"{row.mode.value} {row.dimension}" if row.dimension else row.mode.value


def _cell(figure: Figure | None) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})" if figure else ""
