"""The table's dense rows are InformationRetrievalEvaluator's, dimension by dimension."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from legaldesk.core.fusion import DEPTH, fuse
from legaldesk.core.metrics import METRICS, means
from legaldesk.engine import ranking_table
from legaldesk.engine.encoder import Encoder
from legaldesk.engine.model_folder import read_model_folder
from legaldesk.engine.ranking_table import Nearest, dense_rows, fused_rankings
from legaldesk.engine.vectors import search_all, unit

DIMENSIONS = (64, 32, 16)
WORDS = "tenant landlord lease termination notice rent payment liability damages court".split()


def nearest(
    questions: npt.ArrayLike, *blocks: npt.ArrayLike, dimensions: tuple[int, ...], depth: int = 100
) -> Nearest:
    ranked = Nearest(np.asarray(questions, np.float32), dimensions, depth)
    for block in blocks:
        ranked.add(np.asarray(block, np.float32))
    return ranked


@pytest.fixture(scope="module")
def collection() -> tuple[dict[str, str], dict[str, str], dict[str, set[str]]]:
    """Random passages and questions, one to four right answers each."""
    random = np.random.default_rng(11)
    passages = {f"p{n}": " ".join(random.choice(WORDS, 9)) + f" {n}" for n in range(130)}
    questions = {f"q{n}": " ".join(random.choice(WORDS, 5)) + f" {n}" for n in range(25)}
    names = list(passages)
    gold = {
        question: set(random.choice(names, random.integers(1, 5), replace=False).tolist())
        for question in questions
    }
    return passages, questions, gold


def test_the_figures_equal_the_evaluators_at_every_dimension(tiny_model: Path, collection) -> None:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    passages, questions, gold = collection
    encoder = Encoder(read_model_folder(tiny_model))
    rows = dense_rows(
        nearest(
            [encoder.encode_query(text) for text in questions.values()],
            encoder.encode_passages(list(passages.values())),
            dimensions=DIMENSIONS,
        ),
        list(questions),
        list(passages),
        {question: dict.fromkeys(right, 1.0) for question, right in gold.items()},
        DIMENSIONS,
        {question: question for question in questions},
    )

    model = SentenceTransformer(str(tiny_model), device="cpu")
    for dimension, row in zip(DIMENSIONS, rows, strict=True):
        judge = InformationRetrievalEvaluator(questions, passages, gold, truncate_dim=dimension)
        theirs = judge(model)
        wanted = {name: theirs[f"cosine_{name}"] for name in METRICS}
        assert row.dimension == dimension
        assert {name: figure.value for name, figure in row.figures.items()} == pytest.approx(
            wanted, abs=1e-9
        )


@pytest.mark.parametrize("cut", [0, 1, 99, 250, 300])
def test_blocks_change_nothing(monkeypatch, cut: int) -> None:
    random = np.random.default_rng(12)
    questions, passages = random.standard_normal((9, 16)), random.standard_normal((300, 16))
    whole = nearest(questions, passages, dimensions=(8, 16))

    monkeypatch.setattr(ranking_table, "_BLOCK", 600)
    parts = nearest(questions, passages[:cut], passages[cut:], dimensions=(8, 16))

    for dimension in (8, 16):
        cosines = unit(questions, dimension) @ unit(passages, dimension).T
        right = np.argsort(-cosines, axis=1, kind="stable")[:, :100]
        assert np.array_equal(whole.places(dimension), right)
        assert np.array_equal(parts.places(dimension), right)
        best = -np.sort(-cosines, axis=1)[:, :100]
        assert parts.cosines(dimension) == pytest.approx(best, abs=1e-6)


def test_equal_passages_come_in_their_order() -> None:
    passages = np.repeat(np.eye(4, dtype=np.float32), 3, axis=0)
    question = np.eye(4, dtype=np.float32)[2:3]

    for blocks in ([passages], [passages[:7], passages[7:]], list(passages[:, None])):
        ranked = nearest(question, *blocks, dimensions=(4,), depth=5)
        assert ranked.places(4).tolist() == [[6, 7, 8, 0, 1]]


def test_a_small_corpus_is_ranked_whole_and_an_empty_one_finds_nothing() -> None:
    question = np.ones((1, 4))

    assert nearest(question, np.eye(4)[:2], dimensions=(4,)).places(4).shape == (1, 2)
    empty = nearest(question, np.empty((0, 4)), dimensions=(4,))
    rows = dense_rows(empty, ["q"], [], {"q": {"a": 1.0}}, [4], {"q": "q"})
    assert set(means(rows[0].scores).values()) == {0.0}


def test_another_models_vectors_are_fused_as_the_search_does() -> None:
    random = np.random.default_rng(13)
    questions, passages = random.standard_normal((3, 16)), random.standard_normal((150, 16))
    numbers = np.arange(150, dtype=np.int64) * 2 + 7
    by_words = [[(7, 3.0), (9, 1.0)], [], [(11, 2.0)]]
    weights = {int(number): 0.2 for number in numbers[:40]}

    found = fused_rankings(
        nearest(questions, passages, dimensions=(8,)), numbers.tolist(), by_words, 8, weights
    )

    rows = unit(passages, 8)
    for words, question, ranking in zip(by_words, unit(questions, 8), found, strict=True):
        ids, cosines = search_all(numbers, rows, question, DEPTH)
        by_meaning = list(zip(ids.tolist(), cosines.tolist(), strict=True))
        assert ranking == [each.passage for each in fuse(words, by_meaning, weights)]
