"""What is in a cycle goes in the window's thread, and nowhere else."""

from __future__ import annotations

import gc
import threading

from PySide6.QtCore import QObject

from legaldesk.ui.garbage import GarbageCollection


class Knot:
    """Garbage from the start: it holds itself."""

    def __init__(self, untied: list[threading.Thread]) -> None:
        self.itself, self.untied = self, untied

    def __del__(self) -> None:
        self.untied.append(threading.current_thread())


def make_work() -> None:
    """Enough new objects that the interpreter would collect."""
    kept = [[] for _ in range(100_000)]
    assert kept


def in_another_thread() -> None:
    thread = threading.Thread(target=make_work)
    thread.start()
    thread.join()


def test_cycles_are_collected_in_the_windows_thread_alone(qtbot):
    parent, untied = QObject(), []
    collection = GarbageCollection(parent)
    for _ in range(1_000):
        Knot(untied)

    in_another_thread()

    assert untied == []
    qtbot.waitUntil(lambda: len(untied) == 1_000)
    assert set(untied) == {threading.main_thread()}
    assert not gc.isenabled()
    collection.stop()
    assert gc.isenabled()


def test_without_it_another_thread_collects(qtbot):
    untied = []
    Knot(untied)

    in_another_thread()

    assert untied and untied[0] is not threading.main_thread()
