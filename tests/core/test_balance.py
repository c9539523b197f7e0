"""What labels teach about words and meaning: no more than they can tell."""

from __future__ import annotations

import random

import pytest

from legaldesk.core.balance import FACTORS, USUAL, choose, held_out, judge, share
from legaldesk.core.verdict import Change, Decision

QUESTIONS = [f"q{number}" for number in range(200)]


def scores(best: float, lead: float, spread: float = 0.2) -> dict[float, dict[str, float]]:
    """Figures of every factor, the best of which leads by so much over noise."""
    draw = random.Random(7)
    return {
        factor: {
            question: (lead if factor == best else 0.0) + draw.uniform(0.4, 0.4 + spread)
            for question in QUESTIONS
        }
        for factor in FACTORS
    }


def test_a_clear_lead_is_followed():
    assert choose(scores(0.25, 0.3), QUESTIONS) == 0.25
    assert choose(scores(4.0, 0.3), QUESTIONS) == 4.0


def test_noise_and_nothing_leave_the_usual_balance():
    even = {factor: dict.fromkeys(QUESTIONS, 0.5) for factor in FACTORS}

    assert choose(even, QUESTIONS) == USUAL
    assert choose(scores(2.0, 0.0), QUESTIONS) == USUAL
    assert choose(scores(2.0, 0.3), []) == USUAL


def test_a_small_lead_is_worth_no_more_than_the_way_to_it():
    """0.5 is as good as 0.125 within the error, and nearer to the usual one."""
    found = {factor: dict.fromkeys(QUESTIONS, 0.2) for factor in FACTORS}
    found[0.5] = {q: 0.6 + 0.1 * (n % 2) for n, q in enumerate(QUESTIONS)}
    found[0.125] = {q: 0.601 + 0.1 * ((n + 1) % 2) for n, q in enumerate(QUESTIONS)}

    assert choose(found, QUESTIONS) == 0.5


def test_no_question_is_asked_with_what_it_taught_itself():
    """Each unit is best with a factor of its own: what suits it cannot come from the others."""
    units = {question: f"unit {number // 20}" for number, question in enumerate(QUESTIONS)}
    own = {unit: FACTORS[at] for at, unit in enumerate(dict.fromkeys(units.values()))}
    found = {factor: {q: float(own[units[q]] == factor) for q in QUESTIONS} for factor in FACTORS}

    after = held_out(found, units)

    assert list(after) == QUESTIONS
    assert max(sum(each.values()) for each in found.values()) == 20
    assert sum(after.values()) < 20 * len(own) / 2


def test_one_unit_is_asked_with_the_usual_balance():
    found = scores(0.25, 0.3)

    assert held_out(found, dict.fromkeys(QUESTIONS, "one")) == found[USUAL]


@pytest.mark.parametrize(
    ("change", "decision"),
    [
        (Change(0.5, 0.6, 0.05, 0.15, 200, 150), Decision.ADOPT),
        (Change(0.5, 0.52, -0.01, 0.05, 200, 150), Decision.KEEP),
        (Change(0.5, 0.6, 0.05, 0.15, 99, 90), Decision.CANNOT_TELL),
        (Change(0.5, 0.6, 0.05, 0.15, 200, 1), Decision.CANNOT_TELL),
    ],
)
def test_only_what_is_surely_better_is_recommended(change, decision):
    found = judge(USUAL, 0.5, change)

    assert found.decision is decision
    assert f"{change.questions} " in found.sentence


def test_the_balance_in_use_is_no_news():
    found = judge(0.5, 0.5, Change(0.5, 0.5, 0.0, 0.0, 300, 300))

    assert found.decision is Decision.KEEP
    assert share(1.0) == 0.5 and share(4.0) == 0.8
