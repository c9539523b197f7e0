"""How a cross-encoder's scores join the fused ranking."""

from __future__ import annotations

import pytest

from legaldesk.core.fusion import Ranked
from legaldesk.core.reranking import reranked

FUSED = [
    Ranked(number, score, 0.5, 0.5) for number, score in ((1, 1.6), (2, 1.5), (3, 1.1), (4, 1))
]


def order(scores, cited=()):
    return [item.passage for item in reranked(FUSED, scores, cited)]


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], [1, 2, 3, 4]),
        ([2.0, 2.0, 2.0], [1, 2, 3, 4]),  # it says nothing
        ([-8.0, 3.0, -8.0, -8.0], [2, 1, 3, 4]),
        ([-8.0, -8.0, 3.0, 3.0], [3, 4, 1, 2]),  # 2.1 and 2.0 beside 1.6 and 1.5
        ([0.0, 9.0], [2, 1, 3, 4]),  # the third and fourth were not asked about
    ],
)
def test_its_score_counts_as_much_as_one_half(scores, expected):
    assert order(scores) == expected


def test_only_their_distances_matter():
    scores = [1.0, 9.0, 3.0, 2.0]

    assert order(scores) == order([10 * score - 7 for score in scores]) == [2, 1, 3, 4]


def test_scores_that_hardly_differ_change_nothing():
    assert order([0.01, 0.02, 0.03, 0.04]) == [1, 2, 3, 4]


def test_a_cited_passage_falls_behind_none_that_it_led():
    assert order([-9.0, 9.0, 9.0, 9.0], cited={1}) == [1, 2, 3, 4]
    assert order([9.0, 9.0, -9.0, 9.0], cited={3}) == [1, 2, 3, 4]


def test_scores_fall_and_shares_stay():
    found = reranked(FUSED, [0.0, 4.0, 2.0])

    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    assert all(item.words == item.meaning == 0.5 for item in found)
