"""What holds questions up waits until nobody asks."""

import threading

import pytest

from legaldesk.engine import calm
from legaldesk.engine.calm import Calm


class Waiting:
    """Somebody who waits for a calm moment once begun."""

    def __init__(self):
        self.calm, self.came, self._stopped = Calm(), threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._wait)

    def begin(self):
        self._thread.start()

    def stop(self):
        self._stopped.set()
        self.calm.wake()

    def end(self):
        self.stop()
        self._thread.join(60)
        assert not self._thread.is_alive()

    def _wait(self):
        self.calm.wait(self._stopped.is_set)
        self.came.set()


@pytest.fixture
def waiting(monkeypatch):
    monkeypatch.setattr(calm, "CALM", 0.1)
    made = Waiting()
    yield made
    made.end()


def test_it_comes_where_nobody_asks(waiting):
    waiting.begin()

    assert waiting.came.wait(60)


def test_it_comes_after_the_last_question_of_several(waiting):
    with waiting.calm.question():
        with waiting.calm.question():
            waiting.begin()
            assert not waiting.came.wait(0.3)
        assert not waiting.came.wait(0.3)

    assert waiting.came.wait(60)


def test_a_question_that_fails_is_over_too(waiting):
    with pytest.raises(ValueError, match="no"), waiting.calm.question():
        waiting.begin()
        raise ValueError("no")

    assert waiting.came.wait(60)


def test_who_is_stopped_waits_no_longer(waiting):
    with waiting.calm.question():
        waiting.begin()
        assert not waiting.came.wait(0.3)
        waiting.stop()
        assert waiting.came.wait(60)


def test_it_comes_at_last_where_somebody_asks_for_ever(waiting, monkeypatch):
    monkeypatch.setattr(calm, "LONGEST", 0.5)
    with waiting.calm.question():
        waiting.begin()
        assert waiting.came.wait(60)
