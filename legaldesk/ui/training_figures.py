"""Figures as the Training view shows them: groups of columns, lines of the table, curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from legaldesk.core.evaluation import Figure, Mode, TableRow
from legaldesk.core.metrics import CUTS, MAP, METRICS, MRR, NDCG
from legaldesk.core.runs import Proof, RunNews, RunPhase
from legaldesk.ui.training_words import row_name

NAMES = {NDCG: "nDCG@10", MRR: "MRR@10", MAP: "MAP@100"}
GROUPS: Mapping[str, tuple[str, ...]] = {
    "The main figures": (NDCG, "accuracy@1", "accuracy@10", MRR, MAP),
    "Accuracy": tuple(f"accuracy@{cut}" for cut in CUTS),
    "Precision": tuple(f"precision@{cut}" for cut in CUTS),
    "Recall": tuple(f"recall@{cut}" for cut in CUTS),
    "All figures": METRICS,
}
"""What can be looked at together."""

MEANINGS = {
    "accuracy": "Share of the questions with a right passage in the first {cut}",
    "precision": "Share of the first {cut} passages that are right",
    "recall": "Share of the right passages that are in the first {cut}",
    "ndcg": "How high the right passages stand in the first {cut}; 1 is perfect",
    "mrr": "1 divided by the rank of the first right passage in the first {cut}, on average",
    "map": "How high all right passages stand in the first {cut}; 1 is perfect",
}


def figure_name(metric: str) -> str:
    """ "nDCG@10", "Accuracy@1"."""
    return NAMES.get(metric, metric.capitalize())


def figure_meaning(metric: str) -> str:
    """What a figure says, in words."""
    kind, _, cut = metric.partition("@")
    return MEANINGS.get(kind, "").format(cut=cut)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: ``first`` of its way of searching bears the name."""

    name: str
    time: str
    figures: Mapping[str, Figure]
    first: bool


def lines(before: Sequence[TableRow], after: Sequence[TableRow], full: int = 0) -> tuple[Line, ...]:
    """The table's lines: what a model has no part in once, everything else before and after.

    ``full`` is the width of the model's vectors, 0 for the widest that was measured.
    """
    widest = max((full, *(row.dimension for row in (*before, *after))))
    new = {(row.mode, row.dimension): row for row in after}
    old = {(row.mode, row.dimension): row for row in before}
    made: list[Line] = []
    for key in dict.fromkeys((*old, *new)):
        name = row_name(old.get(key) or new[key], widest)
        times = [("before", old.get(key)), ("after", new.get(key))]
        if not key[0].uses_model:
            times = [("", old.get(key) or new.get(key))]
        there = [(time, row) for time, row in times if row is not None]
        for place, (time, row) in enumerate(there):
            made.append(Line(name, time, row.figures, place == 0))
    return tuple(made)


def tabbed(shown: Sequence[Line]) -> str:
    """The whole table for a spreadsheet."""
    rows = ["\t".join(("", "", *map(figure_name, METRICS), "low and high of each"))]
    for line in shown:
        known = [line.figures.get(metric) for metric in METRICS]
        values = [f"{each.value:.4f}" if each else "" for each in known]
        bounds = [f"{each.low:.4f} to {each.high:.4f}" if each else "" for each in known]
        rows.append("\t".join((line.name, line.time, *values, *bounds)))
    return "\n".join(rows)


def dense(rows: Sequence[TableRow]) -> dict[int, Mapping[str, Figure]]:
    """The figures of meaning alone, by dimension."""
    return {row.dimension: row.figures for row in rows if row.mode is Mode.DENSE}


def change_of(proof: Proof, dimension: int, metric: str = NDCG) -> tuple[float, float] | None:
    """A figure of meaning alone before and after."""
    before, after = dense(proof.before).get(dimension), dense(proof.after).get(dimension)
    if before is None or after is None or metric not in before or metric not in after:
        return None
    return before[metric].value, after[metric].value


Curve = tuple[list[float], list[float]]
"""Steps, and a value at each."""


def loss_curve(news: RunNews) -> Curve:
    """The loss by step."""
    return [float(each.step) for each in news.steps], [each.loss for each in news.steps]


def metric_curves(news: RunNews, metric: str) -> dict[int, Curve]:
    """A figure by step, for each dimension, the widest first."""
    found: dict[int, Curve] = {}
    for evaluation in news.evaluations:
        for score in evaluation.scores:
            if metric in score.figures:
                steps, values = found.setdefault(score.dimension, ([], []))
                steps.append(float(evaluation.step))
                values.append(score.figures[metric])
    return dict(sorted(found.items(), reverse=True))


def measures(news: RunNews) -> tuple[str, ...]:
    """The figures that curves can be drawn of."""
    told = {name for each in news.evaluations for score in each.scores for name in score.figures}
    return tuple(name for name in (NDCG, MAP) if name in told)


def best_line(news: RunNews, metric: str) -> str:
    """What the curves show, for those who cannot see them."""
    if not news.evaluations or not metric:
        return ""
    best = next((each for each in reversed(news.evaluations) if each.best), None)
    start = next((each for each in news.evaluations if each.step == 0), None)
    if best is None or not best.scores or metric not in best.scores[0].figures:
        return ""
    over = news.phase in (RunPhase.FINISHED, RunPhase.FAILED)
    said = f"Best {'' if over else 'so far '}after step {best.step:,}: {figure_name(metric)} "
    said += f"{best.scores[0].figures[metric]:.3f}"
    if best.step == 0:
        return f"Nothing better yet than the start: {figure_name(metric)} " + (
            f"{best.scores[0].figures[metric]:.3f}."
        )
    if start is not None and start.scores and metric in start.scores[0].figures:
        said += f", at the start {start.scores[0].figures[metric]:.3f}"
    return f"{said}. Asked: {best.questions:,} questions over {best.passages:,} passages."
