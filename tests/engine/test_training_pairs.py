"""What shares a batch, what counts as a right answer, and which negatives are mined."""

from dataclasses import replace

import numpy as np

from legaldesk.core.pairs import TrainingPair
from legaldesk.core.training import AVERAGE, BEST, LAST, TRAIN, VALIDATION
from legaldesk.engine.candidates import choose
from legaldesk.engine.hard_negatives import mine
from legaldesk.engine.pool_scores import make_pool
from legaldesk.engine.presets import preset
from legaldesk.engine.run_folder import PairLine, PoolLine
from legaldesk.engine.training_pairs import columns
from tests.training_runs import TINY


def line(question: str, passage: str, group: int, *negatives: str, part: str = TRAIN) -> PairLine:
    return PairLine(part, TrainingPair(question, passage, "", negatives), group, group)


def keys_of(lines: list[PairLine]) -> list[set[str]]:
    return [set(row) for row in zip(*columns(lines, TINY, {}).keys, strict=True)]


def test_what_answers_one_question_is_kept_out_of_its_batch() -> None:
    lines = [line("when", "soon", 0), line("When ", "later", 1), line("who", "later!", 1),
             line("why", "because", 2)]  # fmt: skip

    when, when_too, who, why = keys_of(lines)

    assert when & when_too and when_too & who and when & who  # who's passage answers when, too
    assert not why & (when | when_too | who)


def test_a_marked_negative_is_nobodys_answer_in_its_batch() -> None:
    lines = [line("when", "soon", 0, "because"), line("why", "because", 2), line("who", "she", 3)]

    made = columns(lines, TINY, {})
    when, why, _ = keys_of(lines)

    assert made.negatives[0][0] == "because" and len(made.negatives) == 1
    assert when & why
    assert made.negatives[0][1] not in ("because", "")  # filled with another's passage


def test_a_positive_first_recipe_takes_no_negatives() -> None:
    assert columns([line("when", "soon", 0, "no")], preset("fr-e5"), {}).negatives == ()


def test_equal_passages_of_the_pool_are_right_answers() -> None:
    validation = [line("when", "soon", 0, part=VALIDATION), line("when", "later", 1)]
    passages = [PoolLine("soon", 0), PoolLine("Soon.", 0), PoolLine("later", 1), PoolLine("x", 7)]

    pool = make_pool(validation, passages)

    assert pool.questions == ("when",) and pool.qrels == {"0": {"0": 1.0, "1": 1.0, "2": 1.0}}


def test_mining_skips_answers_near_duplicates_and_what_is_too_near() -> None:
    lines = [line("q", "answer", 0)]
    others = [PoolLine("near answer", 0), PoolLine("too near", 1), PoolLine("hard", 2),
              PoolLine("hard again", 2), PoolLine("easy", 3)]  # fmt: skip
    cosines = np.array([0.8, 0.7, 0.79, 0.6, 0.59, 0.1], dtype=np.float32)

    found = mine(lines, others, np.ones((1, 1), np.float32), cosines[:, None], 2, margin=0.05)

    assert found == {0: ("hard", "easy")}


def test_the_best_candidate_is_chosen_and_the_average_wins_what_is_within_chance() -> None:
    def scored(*figures: float) -> dict[str, float]:
        return {str(number): figure for number, figure in enumerate(figures)}

    best, last = scored(0.9, 0.5, 0.7, 0.8), scored(0.6, 0.5, 0.6, 0.7)
    as_good, worse = scored(0.7, 0.6, 0.7, 0.8), scored(0.8, 0.4, 0.6, 0.7)

    assert choose(TINY, {BEST: best, LAST: last, AVERAGE: best}) == AVERAGE
    assert choose(TINY, {BEST: best, LAST: last, AVERAGE: as_good}) == AVERAGE
    assert choose(TINY, {BEST: best, LAST: last, AVERAGE: worse}) == BEST
    assert choose(TINY, {BEST: last, LAST: best}) == LAST
    assert choose(replace(TINY, keep="last"), {BEST: best, LAST: last}) == LAST
    assert choose(preset("vi-mnrl"), {}) == LAST
