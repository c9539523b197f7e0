"""Every argument of a recipe for the form under Advanced: its words, its limits, its choices."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

from legaldesk.core.recipes import Recipe

Choices = Mapping[object, str]
Value = object

FIT = "as the model"


@dataclass(frozen=True, slots=True)
class Field:
    """How an argument is asked for. ``choices`` where it is one of a few, limits for numbers."""

    words: str
    help: str = ""
    low: float = 0
    high: float = math.inf
    choices: Choices | None = None


GROUPS: Mapping[str, Mapping[str, Field]] = {
    "Learning": {
        "epochs": Field("Epochs", "How often it goes over all pairs", 0.01, 1000),
        "learning_rate": Field("Learning rate", "", 1e-9, 1),
        "reference_width": Field(
            "Rate meant for this width", "It falls on wider models; 0: for any", 0, 65536
        ),
        "schedule": Field(
            "Schedule",
            choices={"cosine": "Cosine", "linear": "Linear", "constant_with_warmup": "Constant"},
        ),
        "warmup": Field("Warm-up", "Share of the steps, from 0 to 1", 0, 1),
        "weight_decay": Field("Weight decay", "", 0, 1),
        "max_grad_norm": Field("Largest gradient norm", "", 0, 1000),
        "optimizer": Field(
            "Optimiser",
            choices={"adamw_torch_fused": "AdamW, fused", "adamw_torch": "AdamW"},
        ),
        "seed": Field("Seed", "The same seed gives the same run", 0, 2**32 - 1),
    },
    "Loss": {
        "loss": Field(
            "Loss",
            choices={
                "mnrl": "Multiple negatives ranking",
                "cached": "The same, cached (negatives from the whole batch)",
            },
        ),
        "scale": Field("Scale", "Factor of the cosine", 0.01, 1000),
        "directions": Field(
            "Direction", choices={"question": "Question to passage", "both": "Both ways"}
        ),
        "columns": Field(
            "Order of the inputs",
            "The first is the loss's anchor",
            choices={
                ("question", "passage"): "Question, passage",
                ("passage", "question"): "Passage, question",
            },
        ),
        "dimensions": Field(
            "Matryoshka dimensions",
            f"Widest first, with commas; “{FIT}” for those that fit; empty for the full width only",
            1,
            65536,
        ),
        "negatives": Field("Mined hard negatives", "For each pair", 0, 50),
        "margin": Field("Margin of mined negatives", "Cosine below the right answer", 0, 1),
    },
    "Batches": {
        "batch_size": Field("Batch size", "Pairs in a batch", 1, 65536),
        "mini_batch_size": Field("Mini-batch size", "In memory at a time; cached loss", 1, 65536),
        "accumulation": Field("Batches per step", "Gradient accumulation", 1, 65536),
        "sampler": Field(
            "Sampler", choices={"no_duplicates": "No duplicates in a batch", "plain": "Plain"}
        ),
        "max_tokens": Field("Token limit of the model", "0: its own", 0, 1_000_000),
        "training_tokens": Field("Token limit while training", "0: as the model", 0, 1_000_000),
    },
    "Computing": {
        "precision": Field(
            "Precision",
            "What the device cannot do is replaced, and said",
            choices={"auto": "Automatic", "fp32": "fp32", "bf16": "bf16", "fp16": "fp16"},
        ),
        "tf32": Field("TF32"),
        "use_cpu": Field("On the processor only"),
        "gradient_checkpointing": Field("Gradient checkpointing", "Less memory, more time"),
    },
    "Choosing the best": {
        "evaluate_steps": Field(
            "Steps between evaluations", "0: after each epoch", 0, 1_000_000
        ),
        "keep": Field("Keep", choices={"best": "The best step", "last": "The last step"}),
        "metric": Field(
            "Best by",
            choices={"ndcg@10": "nDCG@10", "map@100": "MAP@100", "mrr@10": "MRR@10"},
        ),
        "metric_dimension": Field("At the dimension", "0: the widest trained", 0, 65536),
        "patience": Field("Patience", "Evaluations without a better one; 0: go on", 0, 1000),
        "average_with_base": Field("Share of the old model in the average", "From 0 to 1", 0, 1),
    },
    "Name": {
        "name": Field("Short name"),
        "title": Field("Name"),
        "note": Field("Note"),
        "base": Field("Published base model", "Says where the recipe comes from"),
        "language": Field("Language", "Code such as de"),
    },
}  # fmt: skip
"""The arguments in the order in which they are shown."""


def grouped() -> dict[str, dict[str, Field]]:
    """Every argument of Recipe; one that has no words yet is shown under its own name."""
    made = {group: dict(fields) for group, fields in GROUPS.items()}
    known = {name for fields in made.values() for name in fields}
    for each in dataclasses.fields(Recipe):
        if each.name not in known:
            made.setdefault("More", {})[each.name] = Field(each.name.replace("_", " ").capitalize())
    return made


def written(value: Value) -> str:
    """A value as the form shows it."""
    if value is None:
        return FIT
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def read(name: str, field: Field, text: str) -> Value:
    """What was typed as the argument's value. Raises ValueError with what is wrong with it."""
    kind = str(next(each.type for each in dataclasses.fields(Recipe) if each.name == name))
    text = text.strip()
    if kind.startswith("tuple[int"):
        return _numbers(field, text)
    if kind == "str":
        if name in ("name", "title") and not text:
            raise ValueError("It needs a name.")
        return text
    try:
        value = int(text) if kind == "int" else float(text.replace(",", "."))
    except ValueError:
        what = "A whole number" if kind == "int" else "A number"
        raise ValueError(f"{what} is needed, not “{text}”.") from None
    if not field.low <= value <= field.high:  # also refuses nan
        raise ValueError(f"It must be {_limits(field)}.")
    return value


def _numbers(field: Field, text: str) -> tuple[int, ...] | None:
    if text.casefold() == FIT:
        return None
    try:
        found = tuple(int(part) for part in text.replace(",", " ").split())
    except ValueError:
        raise ValueError(f"Whole numbers with commas are needed, or “{FIT}”.") from None
    if any(not field.low <= each <= field.high for each in found):
        raise ValueError(f"Each must be {_limits(field)}.")
    if list(found) != sorted(set(found), reverse=True):
        raise ValueError("The widest comes first, and each once.")
    return found


def _limits(field: Field) -> str:
    if field.high == math.inf:
        return f"at least {field.low:g}"
    return f"from {field.low:,g} to {field.high:,g}"
