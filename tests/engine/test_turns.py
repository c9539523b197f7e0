"""Questions go first, then the live model, then the one that is being built."""

import threading

from legaldesk.engine.turns import LIVE, SHADOW, Turns


def waiting(turns, hold, name, order):
    """A thread that waits for its turn and writes down when it had it."""

    def wait():
        with hold():
            order.append(name)

    before = turns._wanted.total()
    thread = threading.Thread(target=wait)
    thread.start()
    while turns._wanted.total() == before:
        pass
    return thread


def test_the_lowest_rank_that_waits_goes_first():
    turns, order = Turns(), []

    with turns.later():
        threads = [
            waiting(turns, lambda: turns.later(SHADOW), "shadow", order),
            waiting(turns, lambda: turns.later(LIVE), "live", order),
            waiting(turns, turns.first, "question", order),
        ]
    for thread in threads:
        thread.join(60)

    assert order == ["question", "live", "shadow"]


def test_between_the_batches_of_a_list_a_question_comes_in_and_a_shadow_does_not():
    turns, order = Turns(), []

    with turns.series(LIVE):
        shadow = waiting(turns, lambda: turns.later(SHADOW), "shadow", order)
        with turns.later(LIVE):
            question = waiting(turns, turns.first, "question", order)
        question.join(60)
        with turns.later(LIVE):
            order.append("live")
    shadow.join(60)

    assert order == ["question", "live", "shadow"]


def test_a_turn_that_fails_is_over():
    turns = Turns()

    try:
        with turns.later():
            raise ValueError
    except ValueError:
        pass

    with turns.first():
        assert turns.questions == 0
