"""Figures of a model over a run's validation pool, at every Matryoshka dimension."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from legaldesk.core.errors import ModelProblem
from legaldesk.core.metrics import Qrels, Scores, means, score_all
from legaldesk.core.pairs import same_text
from legaldesk.core.training import Score
from legaldesk.engine.ranking_table import exact_rankings
from legaldesk.engine.run_folder import PairLine, PoolLine
from legaldesk.engine.vectors import Floats


@dataclass(frozen=True, slots=True)
class Pool:
    """Questions and the passages they are ranked over; ``qrels`` by their places as text."""

    questions: tuple[str, ...]
    passages: tuple[str, ...]
    qrels: Qrels


def make_pool(validation: Sequence[PairLine], lines: Sequence[PoolLine]) -> Pool:
    """The pool of a run; every passage of a right answer's group is a right answer.

    A question whose answers were all removed from the pool is left out.
    """
    right: dict[str, set[int]] = defaultdict(set)
    questions: dict[str, str] = {}
    for line in validation:
        key = same_text(line.pair.question)
        questions.setdefault(key, line.pair.question)
        right[key].add(line.group)
    places: dict[int, list[str]] = defaultdict(list)
    for at, passage in enumerate(lines):
        places[passage.group].append(str(at))
    asked = [key for key in questions if any(group in places for group in right[key])]
    qrels = {
        str(number): {place: 1.0 for group in right[key] for place in places.get(group, ())}
        for number, key in enumerate(asked)
    }
    texts = tuple(line.text for line in lines)
    return Pool(tuple(questions[key] for key in asked), texts, qrels)


def score_pool(
    model: Any,
    pool: Pool,
    dimensions: Sequence[int],
    bf16: bool,
    batch_size: int,
) -> dict[int, Scores]:
    """METRICS of each question by dimension, from one full-width encoding cut and renormalised.

    Raises ModelProblem when the model gives no numbers.
    """
    questions = encode(model, pool.questions, True, bf16, batch_size)
    passages = encode(model, pool.passages, False, bf16, batch_size)
    found = {}
    for dimension in dimensions:
        places = exact_rankings(questions, passages, dimension)
        rankings = {str(at): [str(place) for place in row] for at, row in enumerate(places)}
        found[dimension] = score_all(rankings, pool.qrels)
    return found


def averaged(scores: Mapping[int, Scores]) -> tuple[Score, ...]:
    """The means over the questions at each dimension."""
    return tuple(Score(dimension, means(single)) for dimension, single in scores.items())


def encode(model: Any, texts: Sequence[str], asking: bool, bf16: bool, batch_size: int) -> Floats:
    """Full-width fp32 vectors (n, d) of questions or of passages, with the model's prompts."""
    import torch

    work = model.encode_query if asking else model.encode_document
    device = model.device.type
    with torch.autocast(device, dtype=torch.bfloat16, enabled=bf16):
        vectors = work(
            list(texts), batch_size=batch_size, normalize_embeddings=True, show_progress_bar=False
        )
    array = np.asarray(vectors, dtype=np.float32)
    if not np.isfinite(array).all():
        raise ModelProblem("The training made a model whose vectors are not numbers.")
    return array
