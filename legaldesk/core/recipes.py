"""Recipes: every argument of a training run, which to take, and what a device makes of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

QUICK, BALANCED, CAREFUL = "quick", "balanced", "careful"

FEW_PAIRS, SOME_PAIRS, FEW_FOREIGN = 100, 500, 80
"""Below the first, pairs serve to measure; below the second, only the careful preset is safe."""

MATRYOSHKA = (1024, 768, 512, 384, 256, 128, 64)
"""The dimensions that a model's vectors are cut to where a recipe leaves that open."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to train, whole: nothing is left to a library's default.

    ``dimensions`` are the Matryoshka dimensions, widest first; () is a loss on the full
    width alone; None means those that fit the model. ``max_tokens`` 0 means the model's own
    limit, and ``training_tokens`` cuts texts shorter while training (0: as ``max_tokens``).
    ``loss`` is "mnrl" or "cached" (the same with negatives from the whole batch, at
    ``mini_batch_size`` in memory). ``directions`` is "question" or "both". A batch counts
    pairs; weights change after ``accumulation`` batches. ``warmup`` is a share of the steps.
    ``precision`` is "fp32", "bf16", "fp16" or "auto". ``sampler`` is "no_duplicates" or
    "plain". ``evaluate_steps`` 0 means after each epoch. ``keep`` is "best" or "last" and
    ``metric`` names what is best, at ``metric_dimension`` (0: the widest trained).
    ``patience`` evaluations without a better one end the run (0: never). ``columns`` is the
    order of the loss's inputs, the first being its anchor. ``negatives`` counts mined hard
    negatives a pair, each at least ``margin`` below the right answer's cosine.
    ``average_with_base`` is the base's share in the averaged candidate. ``learning_rate`` is
    meant for vectors of ``reference_width`` numbers (0: for any) and falls with the square
    of the width above it: 2e-4 at 384 is 2.8e-5 at 1024, where the published recipes are.
    """

    name: str
    title: str
    note: str
    dimensions: tuple[int, ...] | None
    loss: str
    batch_size: int
    learning_rate: float
    epochs: float
    base: str = ""
    language: str = ""
    max_tokens: int = 0
    training_tokens: int = 0
    mini_batch_size: int = 32
    accumulation: int = 1
    scale: float = 20.0
    directions: str = "question"
    schedule: str = "cosine"
    warmup: float = 0.1
    precision: str = "auto"
    tf32: bool = False
    use_cpu: bool = False
    gradient_checkpointing: bool = False
    sampler: str = "no_duplicates"
    optimizer: str = "adamw_torch_fused"
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    seed: int = 42
    evaluate_steps: int = 0
    keep: str = "best"
    metric: str = "ndcg@10"
    metric_dimension: int = 0
    patience: int = 0
    columns: tuple[str, ...] = ("question", "passage")
    negatives: int = 0
    margin: float = 0.05
    average_with_base: float = 0.5
    reference_width: int = 0

    @property
    def published(self) -> bool:
        """Whether it reproduces a published model."""
        return bool(self.base)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a device can compute with. ``kind`` is "cpu", "cuda" or "mps"."""

    kind: str
    bf16: bool = False
    fp16: bool = False
    tf32: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The preset for an amount of data, why, and what may come of it."""

    preset: str
    reason: str
    expect: str


def choose(pairs: int, foreign: bool = False) -> Choice:
    """The preset for so many training pairs.

    ``foreign`` says that most of them are in a language that the model does not know, where
    even few pairs taught it much: 99 Spanish ones +0.122 nDCG@10 (0.067 to 0.179) and 284
    Vietnamese ones +0.271 (0.200 to 0.345), with the bundled model and ``balanced``.
    """
    if foreign and pairs >= FEW_FOREIGN:
        return Choice(
            BALANCED,
            f"The model does not know the language of most of these {pairs:,} pairs.",
            "A clear gain. A model that was made for the language starts from further up.",
        )
    if pairs < FEW_PAIRS:
        return Choice(
            CAREFUL,
            f"With {pairs} pairs, fewer than {FEW_PAIRS}, training does more harm than good.",
            "Use them to measure the model you have. If you train all the same, look at the "
            "average with the base model, and do not expect a gain.",
        )
    if pairs < SOME_PAIRS:
        return Choice(
            CAREFUL,
            f"With {pairs} pairs a gentle run, averaged with the base model, is the safe one.",
            "A small gain, more of it where the index is kept small. It may be too small to be "
            "told from chance.",
        )
    return Choice(
        BALANCED,
        f"{pairs:,} pairs are enough to train on.",
        "A gain that shows on held-out questions, most of it where the index is kept small.",
    )


def adapt(recipe: Recipe, abilities: Abilities) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe as a device can run it, and a sentence for everything that changed."""
    said: list[str] = []
    precision = _precision(recipe.precision, abilities, said)
    tf32 = recipe.tf32
    if tf32 and not abilities.tf32:
        tf32 = False
        said.append("TF32 is a feature of newer NVIDIA cards; it is off here.")
    optimizer = recipe.optimizer
    if optimizer == "adamw_torch_fused" and abilities.kind == "mps":
        optimizer = "adamw_torch"
        said.append("The fused AdamW is not available on this device; the plain one is used.")
    adapted = replace(
        recipe,
        precision=precision,
        tf32=tf32,
        optimizer=optimizer,
        use_cpu=abilities.kind == "cpu",
    )
    return adapted, tuple(said)


def _precision(wanted: str, abilities: Abilities, said: list[str]) -> str:
    """The precision to compute in; what deviates from an explicit wish is said."""
    best = "bf16" if abilities.bf16 else "fp32"
    if wanted in ("auto", "fp32") or (wanted == "bf16" and abilities.bf16):
        return best if wanted == "auto" else wanted
    if wanted == "fp16" and abilities.fp16:
        return "fp16"
    said.append(f"This device does not train in {wanted}; {best} is used instead.")
    return best


def fit_to_model(
    recipe: Recipe, width: int, token_limit: int, static: bool = False
) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe with dimensions and token limit that a model of ``width`` can take.

    A ``static`` model looks its tokens up in a table: it needs neither small batches nor
    checkpointing, and the library has no cached loss for it. Raises ValueError when none of
    the recipe's dimensions fit.
    """
    said: list[str] = []
    wanted = recipe.dimensions
    if wanted is None:
        wanted = tuple(sorted({width, *(d for d in MATRYOSHKA if d < width)}, reverse=True))
    fitting = tuple(dimension for dimension in wanted if 1 <= dimension <= width)
    if wanted and not fitting:
        raise ValueError(f"none of the dimensions {wanted} fits a model of width {width}")
    if fitting != wanted:
        left_out = _listed([dimension for dimension in wanted if dimension not in fitting])
        said.append(f"The model's vectors have {width} numbers, so {left_out} is left out.")
    limit = min(recipe.max_tokens or token_limit, token_limit)
    if recipe.max_tokens > token_limit:
        said.append(f"The model reads {token_limit} tokens, not {recipe.max_tokens}.")
    reference = recipe.reference_width
    if reference and width > reference:
        recipe = replace(recipe, learning_rate=recipe.learning_rate * (reference / width) ** 2)
        said.append(f"For so wide a model the learning rate is {recipe.learning_rate:.1e}.")
    if static:
        recipe = replace(recipe, loss="mnrl", gradient_checkpointing=False)
    return replace(recipe, dimensions=fitting, max_tokens=limit), tuple(said)


def fit_to_pairs(recipe: Recipe, pairs: int) -> Recipe:
    """The recipe without a warm-up that so few training pairs would not outlast.

    The first step of a warm-up changes nothing, and a run of few pairs has but a few steps.
    A published recipe stays as it was published.
    """
    batches = max(1, pairs // (recipe.batch_size * recipe.accumulation))
    if recipe.published or batches * recipe.epochs * recipe.warmup >= 1:
        return recipe
    return replace(recipe, warmup=0.0)


_ADAPTED = ("precision", "tf32", "use_cpu", "optimizer", "warmup")
"""What the device and the number of pairs decide."""


def once_more(made: Recipe, presets: Sequence[Recipe], width: int, token_limit: int) -> Recipe:
    """The recipe that a run was started with, as far as what it was ``made`` from tells.

    That is the preset which it is when fitted to a model of that width and limit, or else one
    that was changed, which stays as it was fitted.
    """
    for preset in presets:
        if preset.name == made.name and (not preset.dimensions or min(preset.dimensions) <= width):
            fitted, _ = fit_to_model(preset, width, token_limit)
            if replace(fitted, **{name: getattr(made, name) for name in _ADAPTED}) == made:
                return preset
    return replace(made, reference_width=0)


def with_half_the_batch(recipe: Recipe) -> Recipe | None:
    """The recipe for half the memory and the same effective batch; None when it is at one.

    The cached loss halves what is in memory at a time, and its result stays the same. The
    plain loss halves its batches and doubles their number, with fewer negatives in each.
    """
    if recipe.loss == "cached":
        half = recipe.mini_batch_size // 2
        return replace(recipe, mini_batch_size=half) if half else None
    half = recipe.batch_size // 2
    if not half:
        return None
    return replace(recipe, batch_size=half, accumulation=recipe.accumulation * 2)


def measured_dimensions(recipe: Recipe, width: int) -> tuple[int, ...]:
    """The dimensions that a fitted recipe's figures are taken at, widest first."""
    return recipe.dimensions or (width,)


def metric_dimension(recipe: Recipe, width: int) -> int:
    """The dimension at which the best step is told."""
    dimensions = measured_dimensions(recipe, width)
    return recipe.metric_dimension if recipe.metric_dimension in dimensions else dimensions[0]


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(str(number) for number in numbers)
