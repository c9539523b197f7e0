"""Gathers what a model's card says, and writes it beside the model and into the run."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from legaldesk import __version__
from legaldesk.core.model_card import CardData, CardRow, LogRow, TokenStatistics, card
from legaldesk.core.training import TRAIN, VALIDATION, RunConfig
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.profile import write_durably
from legaldesk.engine.run_folder import PairLine, RunFolder
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.training_arguments import training_arguments

_LIBRARIES = ("sentence-transformers", "transformers", "torch", "accelerate", "datasets")
_SAMPLES = 3


def write_cards(
    folder: RunFolder, model_folder: Path, model: Any, config: RunConfig, rows: Sequence[Any]
) -> None:
    """Write the card of a run; ``rows`` are its table's, ``config`` what really ran."""
    text = card(gather(folder, model, config, rows))
    write_durably(model_folder / "README.md", text.encode())
    folder.write_text("README.md", text)


def gather(folder: RunFolder, model: Any, config: RunConfig, rows: Sequence[Any]) -> CardData:
    """What the card of a run says."""
    lines = folder.pairs(TRAIN)
    questions = {line.pair.question for line in folder.pairs(VALIDATION)}
    arguments = training_arguments(config.recipe, config.width, bool(questions))
    samples = [(line.pair.question, line.pair.passage) for line in lines[:_SAMPLES]]
    return CardData(
        config=config,
        architecture=str(model),
        pairs=len(lines),
        validation_questions=len(questions),
        pool_passages=len(folder.pool()) if questions else 0,
        statistics=_statistics(Path(config.base_folder), lines),
        rows=tuple(CardRow(**row) for row in rows),
        log=_log(folder.log(), config.recipe.metric),
        arguments={name: _plain(value) for name, value in arguments.items()},
        versions=_versions(),
        samples=tuple(samples) if config.show_texts else (),
    )


def _statistics(folder: Path, lines: Sequence[PairLine]) -> tuple[TokenStatistics, ...]:
    """Tokens of questions and passages, however many the model reads."""
    tokens = TokenCounter(read_model_folder(folder))
    found = []
    for column, texts in (
        ("question", [line.pair.question for line in lines]),
        ("passage", [line.pair.passage for line in lines]),
    ):
        counts = tokens.count(texts)
        mean = sum(counts) / len(counts)
        found.append(TokenStatistics(column, min(counts), mean, max(counts)))
    return tuple(found)


def _log(events: Sequence[Mapping[str, Any]], metric: str) -> tuple[LogRow, ...]:
    """The log by step: losses and figures of one step in one row."""
    rows: dict[int, LogRow] = {}
    for event in events:
        if event["event"] not in ("step", "evaluation"):
            continue
        step, epoch = int(event["step"]), float(event["epoch"])
        row = rows.get(step, LogRow(epoch, step, None, {}))
        figures = {
            int(score["dimension"]): float(score["figures"][metric])
            for score in event.get("scores", ())
            if metric in score["figures"]
        }
        loss = event.get("loss", row.loss)
        rows[step] = LogRow(epoch, step, loss, figures or row.figures)
    return tuple(rows[step] for step in sorted(rows))


def _plain(value: object) -> object:
    """A value of the library's own kinds as its text."""
    return str(getattr(value, "value", value))


def _versions() -> dict[str, str]:
    libraries = {name: version(name) for name in _LIBRARIES}
    return {"LegalDesk": __version__, "Python": platform.python_version(), **libraries}
