"""Intervals that know their units, and the gate."""

from __future__ import annotations

import numpy as np
import pytest

from legaldesk.core.metrics import NDCG
from legaldesk.core.verdict import Change, Decision, decide
from legaldesk.engine.significance import compare, figures, gate, intervals

EVEN = Change(0.7, 0.7, -0.01, 0.01, 300, 300)


def alone(scores: dict[str, float]) -> dict[str, str]:
    """Every question a unit of its own."""
    return {question: question for question in scores}


def test_an_interval_is_as_wide_as_theory_says() -> None:
    right = (np.arange(200) < 120).astype(float)

    low, high = intervals(right, [str(n) for n in range(200)])[:, 0]

    assert (high - low) / 2 == pytest.approx(0.068, abs=0.004)  # 1.96 * sqrt(0.6 * 0.4 / 200)
    assert low < 0.6 < high


def test_copies_of_a_question_are_no_evidence() -> None:
    values = np.random.default_rng(1).random(30)
    single = intervals(values, [str(n) for n in range(30)])

    copied = intervals(np.repeat(values, 7), [str(n) for n in range(30) for _ in range(7)])

    assert copied == pytest.approx(single, abs=1e-12)


def test_the_same_seed_gives_the_same_interval_whatever_the_block(monkeypatch) -> None:
    values, units = np.random.default_rng(2).random((50, 3)), [str(n // 2) for n in range(50)]
    whole = intervals(values, units, samples=500)

    monkeypatch.setattr("legaldesk.engine.significance._BLOCK", 100)

    assert intervals(values, units, samples=500).shape == whole.shape == (2, 3)
    assert intervals(values, units, samples=500) == pytest.approx(whole, abs=1e-12)


def test_a_figure_that_some_questions_lack_is_the_mean_of_the_others() -> None:
    scores = {"a": {NDCG: 1.0, "span": 0.5}, "b": {NDCG: 0.0}}

    found = figures(scores, {"a": "a", "b": "b"}, samples=100)

    assert found[NDCG].value == 0.5
    assert (found[NDCG].low, found[NDCG].high) == (0.0, 1.0)
    assert found["span"].value == found["span"].low == 0.5


def test_the_pairing_finds_what_two_separate_intervals_hide() -> None:
    hard = np.random.default_rng(3).random(150)
    before = {str(n): float(value) for n, value in enumerate(hard * 0.9)}
    after = {question: value + 0.02 for question, value in before.items()}

    change = compare(before, after, alone(before))

    assert change.difference == pytest.approx(0.02)
    assert change.low == pytest.approx(0.02)
    assert (change.questions, change.units) == (150, 150)


def test_other_questions_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same questions"):
        compare({"a": 1.0}, {"b": 1.0}, {"a": "a", "b": "b"})


def questions(count: int, shift: float, seed: int = 4) -> tuple[dict, dict]:
    """nDCG@10 before, and after with this mean shift and some noise."""
    random = np.random.default_rng(seed)
    before = {str(n): float(value) for n, value in enumerate(random.uniform(0.3, 0.8, count))}
    after = {q: value + shift + random.normal(0, 0.1) for q, value in before.items()}
    return before, after


def test_a_clean_gain_is_adopted() -> None:
    dense, fused = questions(400, 0.05), questions(400, 0.01)

    verdict = gate(dense, fused, alone(dense[0]), questions(40, 0.0))

    assert verdict.decision == Decision.ADOPT
    assert "400 held-out questions" in verdict.sentence
    assert verdict.dense.low > 0


def test_a_candidate_trained_on_shuffled_positives_is_refused() -> None:
    before = questions(400, 0.0)[0]
    random = np.random.default_rng(5)
    after = dict(zip(before, random.permutation(list(before.values())) * 0.4, strict=True))

    verdict = gate((before, after), (before, after), alone(before))

    assert verdict.decision == Decision.KEEP
    assert "worse" in verdict.sentence


def test_a_gain_that_may_be_chance_is_refused() -> None:
    dense = questions(120, 0.0)

    assert gate(dense, dense, alone(dense[0])).decision == Decision.KEEP


def test_too_few_questions_cannot_tell_however_large_the_gain() -> None:
    dense = questions(99, 0.3)

    verdict = gate(dense, dense, alone(dense[0]))

    assert verdict.decision == Decision.CANNOT_TELL
    assert "99 held-out questions are too few" in verdict.sentence


def test_many_questions_with_one_answer_cannot_tell() -> None:
    dense = questions(200, 0.3)

    verdict = gate(dense, dense, dict.fromkeys(dense[0], "one answer"))

    assert verdict.decision == Decision.CANNOT_TELL


def test_a_gain_that_spoils_searching_with_words_is_refused() -> None:
    gain, loss = Change(0.6, 0.7, 0.05, 0.15, 300, 300), Change(0.8, 0.7, -0.15, -0.05, 300, 300)

    assert decide(gain, loss, None).decision == Decision.KEEP
    assert decide(gain, EVEN, None).decision == Decision.ADOPT


def test_a_gain_that_forgets_general_questions_is_refused() -> None:
    gain = Change(0.6, 0.7, 0.05, 0.15, 300, 300)
    forgot, hardly = Change(0.6, 0.5, -0.2, -0.02, 40, 40), Change(0.6, 0.59, -0.03, -0.005, 40, 40)

    assert decide(gain, EVEN, forgot).decision == Decision.KEEP
    assert "40 general questions" in decide(gain, EVEN, forgot).sentence
    assert decide(gain, EVEN, hardly).decision == Decision.ADOPT
