"""Figures of rankings: equal to InformationRetrievalEvaluator's, and right by hand."""

from __future__ import annotations

import math
import random

import pytest

from legaldesk.core import metrics
from legaldesk.core.metrics import TextRange, character_recall, score, score_all, with_equals


def evaluator_figures(rankings, qrels) -> dict[str, float]:
    """InformationRetrievalEvaluator's own figures of the same rankings, under our names."""
    from sentence_transformers.sentence_transformer.evaluation import InformationRetrievalEvaluator

    passages = {passage for ranking in rankings.values() for passage in ranking}
    judge = InformationRetrievalEvaluator(
        queries={question: question for question in qrels},
        corpus={passage: passage for passage in sorted(passages)},
        relevant_docs={question: set(grades) for question, grades in qrels.items()},
    )
    hits = [
        [{"corpus_id": passage, "score": -rank} for rank, passage in enumerate(rankings[question])]
        for question in judge.queries_ids
    ]
    found = judge.compute_metrics(hits)
    return {
        f"{name.removesuffix('@k')}@{cut}": float(value)
        for name, by_cut in found.items()
        for cut, value in by_cut.items()
    }


@pytest.mark.parametrize("seed", range(3))
def test_every_figure_equals_the_evaluators_on_random_rankings(seed: int) -> None:
    chance = random.Random(seed)
    passages = [f"p{number}" for number in range(150)]
    rankings = {f"q{number}": chance.sample(passages, 120) for number in range(40)}
    qrels = {
        question: dict.fromkeys(chance.sample(passages, chance.choice((1, 2, 7, 110))), 1.0)
        for question in rankings
    }

    ours = metrics.means(score_all(rankings, qrels))
    theirs = evaluator_figures(rankings, qrels)

    assert set(ours) == set(metrics.METRICS) == set(theirs)
    assert ours == pytest.approx(theirs, abs=1e-9)


def test_grades_are_gains_and_only_the_high_ones_are_right() -> None:
    grades = {"whole": 2.0, "partly": 1.0, "not": 0.0}

    found = score(["partly", "not", "whole"], grades, above=1.0)

    assert found["mrr@10"] == pytest.approx(1 / 3)
    assert found["recall@10"] == 1.0
    assert found["ndcg@10"] == pytest.approx((1 + 2 / 2) / (2 + 1 / math.log2(3)))


def test_a_question_that_found_nothing_counts_and_one_without_answers_does_not() -> None:
    scores = score_all({}, {"asked": {"a": 1.0}, "unanswered": {"a": 0.0}})

    assert list(scores) == ["asked"]
    assert set(scores["asked"].values()) == {0.0}


def test_a_passage_of_the_same_text_is_right_too() -> None:
    texts = {"a": "The rent is\ndue.", "b": "The rent is due.", "c": "Other."}

    found = with_equals({"q": {"a": 1.0}}, texts)

    assert found == {"q": {"a": 1.0, "b": 1.0}}


def test_won_and_lost_begin_with_the_largest_change() -> None:
    before = {"same": 0.5, "a little": 0.5, "a lot": 0.1, "worse": 0.9}
    after = {"same": 0.5, "a little": 0.6, "a lot": 1.0, "worse": 0.2}

    assert metrics.won_and_lost(before, after) == (["a lot", "a little"], ["worse"])


def test_character_recall_reads_hits_in_order_up_to_the_budget() -> None:
    gold = [TextRange("d", 100, 200), TextRange("d", 150, 250), TextRange("d", 900, 950)]
    hits = [TextRange("other", 100, 150), TextRange("d", 0, 120), TextRange("d", 120, 1000)]

    assert character_recall(hits, gold, 60) == 0.0
    assert character_recall(hits, gold, 50 + 120 + 30) == pytest.approx(50 / 200)
    assert character_recall(hits, gold, 2000) == 1.0


def test_questions_with_the_same_answers_are_one_unit() -> None:
    units = metrics.answer_units({"a": {"x": 1.0}, "b": {"x": 2.0, "y": 0.0}, "c": {"y": 1.0}})

    assert units["a"] == units["b"] != units["c"]
