"""Parts of a batch side by side: each on a thread of its own, with its share of torch's."""

import threading

import pytest
import torch

from legaldesk.engine.side_by_side import SideBySide


@pytest.fixture(params=[1, 2, 9])
def threads(request):
    """How many threads torch may use while a test runs."""
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def test_every_part_has_a_thread_and_its_share_of_torchs(threads):
    side_by_side = SideBySide()
    together = threading.Barrier(side_by_side.parts)

    def work(_part):
        together.wait(10)  # ends only when all parts are at work at once
        return torch.get_num_threads()

    shares = side_by_side.run(work, range(side_by_side.parts))

    assert side_by_side.parts == min(4, threads)
    assert 1 <= sum(shares) <= threads and len(set(shares)) == 1


def test_other_threads_keep_what_they_had(threads):
    SideBySide()

    assert torch.get_num_threads() == threads
    found = []
    later = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert found == [threads]


def test_results_come_in_the_parts_order_and_a_failure_comes_out():
    side_by_side = SideBySide()

    assert side_by_side.run(lambda part: part * 2, [3, 1, 2]) == [6, 2, 4]
    with pytest.raises(ZeroDivisionError):
        side_by_side.run(lambda part: 1 / part, [1, 0])


@pytest.mark.parametrize("threads", [2], indirect=True)
def test_a_failure_comes_out_when_the_other_part_is_done(threads):
    failed, done = threading.Event(), []

    def work(part):
        if part == 0:
            failed.set()
            raise ValueError("no vectors")
        assert failed.wait(10)
        done.extend(range(100_000))

    with pytest.raises(ValueError, match="no vectors"):
        SideBySide().run(work, [0, 1])

    assert len(done) == 100_000


def test_its_threads_end_with_it():
    before = set(threading.enumerate())
    side_by_side = SideBySide()
    begun = set(threading.enumerate()) - before

    del side_by_side
    for thread in begun:
        thread.join(10)

    assert begun and not any(thread.is_alive() for thread in begun)
