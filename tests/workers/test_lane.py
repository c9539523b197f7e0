"""Lanes: jobs one after another, in order, and an end that waits for nobody."""

import gc
import threading
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from legaldesk.core.progress import Progress
from legaldesk.workers.job import Job
from legaldesk.workers.lane import Lane, Lanes


@pytest.fixture
def lane(qapp):
    made = Lane("test")
    yield made
    made.stop()
    assert made.wait(60_000)


def test_jobs_run_in_the_order_they_were_submitted(qtbot, lane):
    done = []
    for number in range(200):
        job = Job(lambda report, number=number: number)
        job.succeeded.connect(done.append)
        lane.submit(job)

    qtbot.waitUntil(lambda: len(done) == 200)
    assert done == list(range(200))


def test_a_bug_in_one_job_does_not_stop_the_next(qtbot, lane):
    results = []
    bad, good = Job(lambda report: 1 / 0), Job(lambda report: "good")
    bad.failed.connect(lambda error: results.append("failed"))
    good.succeeded.connect(results.append)

    lane.submit(bad)
    lane.submit(good)

    qtbot.waitUntil(lambda: len(results) == 2)
    assert results == ["failed", "good"]


def test_superseded_jobs_are_passed_over(qtbot, lane):
    gate, ran, results = threading.Event(), [], []
    first = lane.submit(Job(lambda report: gate.wait(60)))
    typed = [Job(lambda report, n=n: ran.append(n)) for n in range(5)]
    typed[-1].succeeded.connect(results.append)
    for job in typed:
        lane.submit(job)
    for job in typed[:-1]:
        job.cancel()
    gate.set()

    qtbot.waitUntil(lambda: bool(results))
    assert first.finished
    assert ran == [4]


def test_a_finished_job_is_deleted_even_where_a_slot_holds_it(qtbot, lane):
    job = Job(lambda report: 1)
    got, gone = [], []
    job.succeeded.connect(lambda result, job=job: got.append((job, result)))
    job.destroyed.connect(lambda _: gone.append(True))
    lane.submit(job)

    qtbot.waitUntil(lambda: bool(got))
    qtbot.waitUntil(lambda: bool(gone))
    job.cancel()
    assert job.finished


def test_stop_abandons_what_runs_and_cancels_what_waits(qtbot, lane):
    begun, signals = threading.Event(), []

    def work(report):
        begun.set()
        while True:
            report(Progress("reading", 0, 0))

    running, waiting, late = Job(work), Job(lambda report: None), Job(lambda report: None)
    for name, job in (("running", running), ("waiting", waiting), ("late", late)):
        job.cancelled.connect(lambda name=name: signals.append(name))
    lane.submit(running)
    lane.submit(waiting)
    assert begun.wait(60)

    lane.stop()
    lane.submit(late)

    assert lane.wait(60_000)
    qtbot.waitUntil(lambda: len(signals) == 3)
    assert sorted(signals) == ["late", "running", "waiting"]


def test_lanes_stop_together_and_say_when_one_is_late(qtbot):
    lanes, gate, begun = Lanes(), threading.Event(), threading.Event()
    lanes.library.submit(Job(lambda report: 1))

    def stubborn(report):
        begun.set()
        gate.wait(60)

    lanes.asking.submit(Job(stubborn))
    assert begun.wait(60)

    assert lanes.stop(patience=100) is False
    gate.set()
    assert lanes.stop(patience=5000) is True


def test_a_thousand_jobs_leave_nothing_behind(qtbot, lane):
    done = []
    kept = []
    for _ in range(1000):
        job = Job(lambda report: None)
        job.succeeded.connect(done.append)
        kept.append(weakref.ref(job))
        lane.submit(job)
    del job

    qtbot.waitUntil(lambda: len(done) == 1000)
    qtbot.waitUntil(lambda: not lane._jobs)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()

    assert not [ref for ref in kept if isinstance(ref(), QObject)]
