"""Parts of a batch side by side: each on a thread of its own, with its share of torch's."""

import threading

import pytest
import torch

from legaldesk.engine.side_by_side import SideBySide


@pytest.mark.parametrize(("threads", "parts", "share"), [(1, 1, 1), (2, 2, 1), (9, 4, 2)])
def test_every_part_has_a_thread_and_its_share_of_torchs(threads, parts, share):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with SideBySide(threads) as side_by_side:
            together = threading.Barrier(parts)

            def work(_part):
                together.wait(60)  # ends only when all parts are at work at once
                return torch.get_num_threads()

            assert side_by_side.run(work, range(parts)) == [share] * parts
            assert side_by_side.parts == parts
            assert torch.get_num_threads() == threads == _of_a_new_thread()
    finally:
        torch.set_num_threads(before)


def _of_a_new_thread():
    """How many threads torch has for one that begins now."""
    found = []
    thread = threading.Thread(target=lambda: found.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    return found[0]


def test_results_come_in_the_parts_order_and_a_failure_when_the_other_part_is_done():
    failed, done = threading.Event(), []

    def work(part):
        if part == 0:
            failed.set()
            raise ValueError("no vectors")
        assert failed.wait(60)
        done.extend(range(100_000))

    with SideBySide(2) as side_by_side:
        assert side_by_side.run(lambda part: part * 2, [3, 1]) == [6, 2]
        with pytest.raises(ValueError, match="no vectors"):
            side_by_side.run(work, [0, 1])
        assert len(done) == 100_000


def test_its_threads_end_with_it():
    before = threading.active_count()

    with SideBySide(2):
        assert threading.active_count() == before + 2

    assert threading.active_count() == before
