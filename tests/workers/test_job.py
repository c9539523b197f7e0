"""Jobs: which signals come, in which order, in which thread, and exactly once."""

import logging
import threading

import pytest
from PySide6.QtCore import QThread

from legaldesk.core.documents import FileOutcome, FileState
from legaldesk.core.errors import UNEXPECTED, Abandoned, Cancelled, Damaged, Unexpected
from legaldesk.core.progress import Progress
from legaldesk.workers.job import Job, State
from legaldesk.workers.lane import Lane


@pytest.fixture
def lane(qapp):
    made = Lane("test")
    yield made
    made.stop()
    assert made.wait(60_000)


def heard(job):
    """Every signal of a job, by name, as they come."""
    signals = []
    job.progressed.connect(lambda progress: signals.append(("progressed", progress)))
    job.succeeded.connect(lambda result: signals.append(("succeeded", result)))
    job.failed.connect(lambda error: signals.append(("failed", error)))
    job.cancelled.connect(lambda: signals.append(("cancelled", None)))
    return signals


def run(qtbot, lane, job):
    """Submit a job and wait until its outcome has been delivered."""
    signals = heard(job)
    lane.submit(job)
    qtbot.waitUntil(lambda: bool(signals) and signals[-1][0] != "progressed")
    return signals


def test_a_job_reports_then_succeeds(qtbot, lane):
    def work(report):
        report(Progress("reading", 1, 2))
        return "done"

    signals = run(qtbot, lane, Job(work))

    assert signals == [("progressed", Progress("reading", 1, 2)), ("succeeded", "done")]


def test_slots_of_every_kind_run_in_the_thread_that_made_the_job(qtbot, lane):
    threads = {}
    job = Job(lambda report: threads.setdefault("work", QThread.currentThread()))
    job.succeeded.connect(lambda _: threads.setdefault("lambda", QThread.currentThread()))

    run(qtbot, lane, job)

    assert threads["work"] == lane
    assert threads["lambda"] == QThread.currentThread()


def test_an_error_for_the_user_is_passed_on_as_it_is(qtbot, lane):
    problem = Damaged("It cannot be read.", "lease.pdf")

    def work(report):
        raise problem

    assert run(qtbot, lane, Job(work)) == [("failed", problem)]


def test_a_bug_becomes_one_sentence_and_the_log_keeps_no_document_text(qtbot, lane, caplog):
    passage = "privileged".upper()

    def work(report):
        raise ValueError(passage)

    with caplog.at_level(logging.ERROR):
        signals = run(qtbot, lane, Job(work, "search"))

    assert [name for name, _ in signals] == ["failed"]
    assert type(signals[0][1]) is Unexpected
    assert signals[0][1].message == UNEXPECTED
    assert "the window's job search" in caplog.text and "ValueError" in caplog.text
    assert "test_job" in caplog.text
    assert passage not in str(signals[0][1].bug)
    assert passage not in caplog.text


def test_cancel_comes_out_at_the_next_report(qtbot, lane):
    begun, go_on = threading.Event(), threading.Event()

    def work(report):
        begun.set()
        go_on.wait(60)
        report(Progress("reading", 1, 2))
        return "never"

    job = Job(work)
    signals = heard(job)
    lane.submit(job)
    assert begun.wait(60)
    job.cancel()
    job.cancel()
    go_on.set()

    qtbot.waitUntil(lambda: bool(signals))
    assert signals == [("cancelled", None)]
    assert job.state is State.FINISHED


def test_a_per_file_except_exception_does_not_swallow_a_cancel(qtbot, lane):
    job = Job(lambda report: None)

    def work(report):
        job.cancel()
        try:
            report(Progress("reading", 0, 1))
        except Exception:
            return "swallowed"

    job._work = work

    assert run(qtbot, lane, job) == [("cancelled", None)]


@pytest.mark.parametrize(("end", "kind"), [("cancel", Cancelled), ("abandon", Abandoned)])
def test_the_work_can_tell_a_cancel_from_a_window_that_closes(qtbot, lane, end, kind):
    raised = []
    job = Job(lambda report: None)

    def work(report):
        getattr(job, end)()
        try:
            report(Progress("reading", 0, 1))
        except Cancelled as stop:
            raised.append(type(stop))
            raise

    job._work = work
    run(qtbot, lane, job)

    assert raised == [kind]


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(qtbot):
    ran = []
    job = Job(lambda report: ran.append(True))
    signals = heard(job)

    job.cancel()
    job.run()

    assert signals == [("cancelled", None)]
    assert not ran


def test_a_cancel_that_comes_too_late_changes_nothing(qtbot, lane):
    job = Job(lambda report: 7)
    signals = run(qtbot, lane, job)

    job.cancel()

    assert signals == [("succeeded", 7)]


def test_quick_progress_is_thinned_but_its_last_word_and_every_outcome_come_through(qtbot, lane):
    outcomes = [FileOutcome(f"{n}.pdf", FileState.IMPORTED) for n in range(5)]

    def work(report):
        for done in range(2000):
            kept = outcomes[done // 400] if done % 400 == 0 else None
            report(Progress("reading", done + 1, 2000, outcome=kept))

    signals = run(qtbot, lane, Job(work))
    reports = [value for name, value in signals if name == "progressed"]

    assert [each.outcome for each in reports if each.outcome] == outcomes
    assert reports[-1].done == 2000
    assert len(reports) < 1000
    assert signals[-1][0] == "succeeded"


def test_an_outcome_known_at_the_moment_of_a_cancel_is_not_lost(qtbot, lane):
    outcome = FileOutcome("lease.pdf", FileState.IMPORTED)
    job = Job(lambda report: None)

    def work(report):
        job.cancel()
        report(Progress("reading", 1, 2, outcome=outcome))

    job._work = work
    signals = run(qtbot, lane, job)

    assert [name for name, _ in signals] == ["progressed", "cancelled"]
    assert signals[0][1].outcome == outcome
