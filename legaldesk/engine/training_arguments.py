"""A recipe in sentence-transformers' own words: training arguments and loss."""

from __future__ import annotations

from typing import Any

from legaldesk.core.recipes import Recipe, measured_dimensions, metric_dimension


def figure_name(dimension: int, metric: str) -> str:
    """What the library calls a figure of one Matryoshka dimension."""
    return f"dim_{dimension}_cosine_{metric}"


def training_arguments(recipe: Recipe, width: int, evaluates: bool) -> dict[str, Any]:
    """The library's training arguments that a recipe stands for, by name."""
    from sentence_transformers.base.sampler import BatchSamplers

    plain = recipe.sampler == "plain"
    return {
        "num_train_epochs": recipe.epochs,
        "per_device_train_batch_size": recipe.batch_size,
        "gradient_accumulation_steps": recipe.accumulation,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": recipe.schedule,
        "warmup_steps": recipe.warmup,
        "bf16": recipe.precision == "bf16",
        "fp16": recipe.precision == "fp16",
        "tf32": True if recipe.tf32 else None,
        "use_cpu": recipe.use_cpu,
        "gradient_checkpointing": recipe.gradient_checkpointing,
        "optim": recipe.optimizer,
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "seed": recipe.seed,
        "batch_sampler": BatchSamplers.BATCH_SAMPLER if plain else BatchSamplers.NO_DUPLICATES,
        "logging_nan_inf_filter": False,
        "dataloader_pin_memory": not recipe.use_cpu,
        "disable_tqdm": True,
        "report_to": "none",
        **_evaluation_arguments(recipe, width, evaluates),
    }


def _evaluation_arguments(recipe: Recipe, width: int, evaluates: bool) -> dict[str, Any]:
    """When to evaluate and save, and what is best."""
    when = "steps" if recipe.evaluate_steps else "epoch"
    best = figure_name(metric_dimension(recipe, width), recipe.metric)
    return {
        "eval_strategy": when if evaluates else "no",
        "eval_steps": recipe.evaluate_steps or None,
        "save_strategy": when,
        "save_steps": recipe.evaluate_steps or 500,
        "metric_for_best_model": f"eval_{best}" if evaluates else None,
        "greater_is_better": True if evaluates else None,
        "load_best_model_at_end": evaluates and recipe.keep == "best",
    }


def make_loss(model: Any, recipe: Recipe) -> Any:
    """The recipe's loss on a model."""
    from sentence_transformers.sentence_transformer import losses

    both = recipe.directions == "both"
    named: dict[str, Any] = {
        "scale": recipe.scale,
        "directions": ("query_to_doc", "doc_to_query") if both else ("query_to_doc",),
        "partition_mode": "per_direction" if both else "joint",
    }
    if recipe.loss == "cached":
        inner = losses.CachedMultipleNegativesRankingLoss(
            model, mini_batch_size=recipe.mini_batch_size, **named
        )
    else:
        inner = losses.MultipleNegativesRankingLoss(model, **named)
    if not recipe.dimensions:
        return inner
    dimensions = measured_dimensions(recipe, model.get_embedding_dimension())
    return losses.MatryoshkaLoss(model, inner, list(dimensions))
