"""A model's card: what it is, how it was trained and how well it does, as Markdown.

Its sections are those of the published sentence-transformers cards. Every number comes from
the run, none of its words from the pairs unless the user allowed that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from legaldesk.core.recipes import Recipe
from legaldesk.core.training import AVERAGE, BASE, RunConfig, Score

_SAMPLES = 3
TUNED_HERE = "fine-tuned by LegalDesk"
"""Stands in the title of every card, and says whose model it is wherever that goes."""

_LOGGED = 60
"""Rows of the log that are printed; more are thinned out evenly."""


@dataclass(frozen=True, slots=True)
class TokenStatistics:
    """Tokens of one column of the training pairs: fewest, mean, most."""

    column: str
    fewest: int
    mean: float
    most: int


@dataclass(frozen=True, slots=True)
class CardRow:
    """A model's figures over the pool: the base's, or a candidate's."""

    name: str
    step: int
    scores: tuple[Score, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class LogRow:
    """A line of the training log; ``loss`` and ``figures`` where they were taken.

    ``figures`` by dimension, of the recipe's metric.
    """

    epoch: float
    step: int
    loss: float | None
    figures: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class CardData:
    """Everything that a card says. ``samples`` are (question, passage), if they may be shown."""

    config: RunConfig
    architecture: str
    pairs: int
    validation_questions: int
    pool_passages: int
    statistics: tuple[TokenStatistics, ...]
    rows: tuple[CardRow, ...]
    log: tuple[LogRow, ...]
    arguments: Mapping[str, object]
    versions: Mapping[str, str]
    samples: tuple[tuple[str, str], ...] = ()


def card(data: CardData) -> str:
    """The card as Markdown."""
    sections = (
        _header(data),
        _description(data),
        _usage(data.config),
        _evaluation(data),
        _dataset(data),
        _hyperparameters(data),
        _logs(data),
        _versions(data),
    )
    return "\n".join(sections)


def _header(data: CardData) -> str:
    language = data.config.recipe.language
    return "\n".join(
        [
            "---",
            *([f"language: {language}"] if language else []),
            "library_name: sentence-transformers",
            "pipeline_tag: sentence-similarity",
            f"base_model: {data.config.base_name}",
            "tags:",
            "- sentence-transformers",
            "- feature-extraction",
            f"- dataset_size:{data.pairs}",
            f"- loss:{_loss(data.config.recipe)}",
            "---",
            "",
        ]
    )


def _description(data: CardData) -> str:
    config, recipe = data.config, data.config.recipe
    prompts = config.prompts
    said = f"`{prompts.query}` and `{prompts.passage}`" if prompts.query else "none"
    return _lines(
        f"# {config.base_name}, {TUNED_HERE} (run {config.id})",
        "",
        f"A sentence-transformers model fine-tuned from {config.base_name} with the recipe "
        f"“{recipe.title}”; {_origin(data)}. It maps questions and passages to vectors of "
        f"{config.width} numbers.",
        "",
        "## Model Details",
        "",
        f"- **Base model:** {config.base_name} (`{config.base_identity[:16]}`)",
        f"- **Maximum sequence length:** {recipe.max_tokens} tokens",
        f"- **Output dimensionality:** {config.width}",
        f"- **Matryoshka dimensions:** {_numbers(recipe.dimensions or ()) or 'none'}",
        "- **Similarity function:** cosine",
        f"- **Prompts for questions and passages:** {said}",
        *([f"- **Language:** {recipe.language}"] if recipe.language else []),
        "",
        "### Full Model Architecture",
        *("", "```", data.architecture, "```"),
    )


def _origin(data: CardData) -> str:
    """Which of the run's weights these are."""
    chosen = next(row for row in data.rows if row.chosen)
    if chosen.name != AVERAGE:
        return f"the {chosen.name} step of its run, step {chosen.step}"
    share = round(100 * data.config.recipe.average_with_base)
    return f"its weights are {100 - share}% those of step {chosen.step} and {share}% the base's"


def _usage(config: RunConfig) -> str:
    return _lines(
        "## Usage",
        "",
        "```python",
        "from sentence_transformers import SentenceTransformer",
        "",
        'model = SentenceTransformer("path/to/this/folder")',
        'questions = model.encode_query(["…"], normalize_embeddings=True)',
        'passages = model.encode_document(["…"], normalize_embeddings=True)',
        "similarities = model.similarity(questions, passages)",
        "```",
        "",
        "Vectors cut to a Matryoshka dimension have to be normalised again.",
    )


def _evaluation(data: CardData) -> str:
    lines = [
        "## Evaluation",
        "",
        f"Information retrieval over a pool of {data.pool_passages:,} passages with "
        f"{data.validation_questions:,} validation questions, which the step and the candidate "
        "were chosen by: expect somewhat less on others. Cosine similarity.",
    ]
    rows = [row for row in data.rows if row.name == BASE or row.chosen]
    for score in rows[0].scores if rows else ():
        at = [_at(row.scores, score.dimension) for row in rows]
        heads = ["Before" if row.name == BASE else f"After ({row.name})" for row in rows]
        lines += ["", f"### Dimension {score.dimension}", ""]
        body = [[_metric(name), *(_figure(part[name]) for part in at)] for name in score.figures]
        lines += _table(["Metric", *heads], body)
    return _lines(*lines)


def _dataset(data: CardData) -> str:
    lines = ["## Training Details", "", "### Training Dataset", "", f"- Size: {data.pairs:,} pairs"]
    lines += [f"- Split by {data.config.split_by}, seed {data.config.seed}"]
    if data.config.split_note:
        lines += [f"- {data.config.split_note}"]
    lines += ["- Statistics in tokens:", ""]
    lines += _table(
        ["", "min", "mean", "max"],
        [[s.column, str(s.fewest), f"{s.mean:.2f}", str(s.most)] for s in data.statistics],
    )
    if data.samples:
        lines += ["", "- Samples:", ""]
        shown = [[_cell(text) for text in pair] for pair in data.samples[:_SAMPLES]]
        lines += _table(["question", "passage"], shown)
    lines += ["", f"- Loss: {_loss(data.config.recipe)} with scale {data.config.recipe.scale:g}"]
    return _lines(*lines)


def _hyperparameters(data: CardData) -> str:
    recipe = data.config.recipe
    extra = {
        "preset": recipe.name,
        "columns": " → ".join(recipe.columns),
        "directions": recipe.directions,
        "training_tokens": recipe.training_tokens or recipe.max_tokens,
        "mined_negatives": recipe.negatives,
        "patience": recipe.patience,
    }
    if recipe.loss == "cached":
        extra["mini_batch_size"] = recipe.mini_batch_size
    named = {**extra, **data.arguments}
    said = [f"- {sentence}" for sentence in data.config.said]
    return _lines(
        "### Training Hyperparameters",
        "",
        *(f"- `{name}`: {value}" for name, value in named.items()),
        *(["", "Adapted to the device and the model:", "", *said] if said else []),
    )


def _logs(data: CardData) -> str:
    dimensions = sorted({d for row in data.log for d in row.figures}, reverse=True)
    metric = data.config.recipe.metric
    kept = {row.step for row in data.rows if row.chosen}
    rows = [row for row in data.log if row.figures or row.loss is not None]
    body = []
    for row in _thinned(rows):
        cells = [f"{row.epoch:.4f}", str(row.step), _figure(row.loss)]
        cells += [_figure(row.figures.get(dimension)) for dimension in dimensions]
        marked = row.step in kept and row.figures
        body.append([f"**{cell}**" if marked else cell for cell in cells])
    heads = ["Epoch", "Step", "Training Loss", *(f"dim_{d} {metric}" for d in dimensions)]
    note = "Bold: the step that the kept model comes from."
    return _lines("### Training Logs", "", *_table(heads, body), "", note)


def _versions(data: CardData) -> str:
    lines = (f"- {name}: {version}" for name, version in data.versions.items())
    return _lines("### Framework Versions", "", *lines)


def _loss(recipe: Recipe) -> str:
    inner = "MultipleNegativesRankingLoss"
    inner = f"Cached{inner}" if recipe.loss == "cached" else inner
    return f"MatryoshkaLoss over {inner}" if recipe.dimensions else inner


def _thinned(rows: Sequence[LogRow]) -> list[LogRow]:
    """All rows with figures, and of the others as many as fit."""
    plain = [row for row in rows if not row.figures]
    stride = -(-len(plain) // _LOGGED) if plain else 1
    shown = {id(row) for row in plain[::stride]}
    return [row for row in rows if row.figures or id(row) in shown]


def _at(scores: Iterable[Score], dimension: int) -> Mapping[str, float]:
    return next(score.figures for score in scores if score.dimension == dimension)


def _metric(name: str) -> str:
    return f"cosine_{name}"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _numbers(numbers: Iterable[int]) -> str:
    return ", ".join(str(number) for number in numbers)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _table(heads: Sequence[str], body: Iterable[Sequence[str]]) -> list[str]:
    rows = [heads, ["---"] * len(heads), *body]
    return [f"| {' | '.join(row)} |" for row in rows]


def _lines(*lines: str) -> str:
    return "\n".join([*lines, ""])
