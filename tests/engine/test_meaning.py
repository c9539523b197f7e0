"""Who answers a question by meaning: the export at once, and torch where there is none."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from legaldesk.core.hits import Scope
from legaldesk.engine import meaning, query_export, query_path
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.query_graph import QueryGraph
from legaldesk.engine.readiness import Replaced
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import care, importing, models, searching
from tests import pdf_factory as pdf
from tests.engine.test_query_path import made
from tests.tiny_models import e5_like

LEASE = pdf.text_pdf("The tenant pays the rent.", "The landlord keeps the deposit.")
LATE = pdf.text_pdf("The landlord repairs the roof and the walls at his own cost.")
QUESTION = "Who pays the rent?"


@pytest.fixture
def filled(library, tiny_model, drop):
    """The folder of a library with one lease, read by the tiny model; nobody owns it."""
    desk = LocalDesk(library, tiny_model)
    importing.import_files(desk, (drop("lease.pdf", LEASE),), "Case", {})
    importing.await_meaning(desk)
    desk.close()
    return library


@pytest.fixture
def exported(filled):
    """The same with its model exported."""
    desk = LocalDesk(filled)
    made(desk.meaning.folder, filled)
    desk.close()
    return filled


@pytest.fixture
def opened():
    """Open a library, as a start does; it is closed in the end, if a test has not yet."""
    desks = []

    def open_again(library):
        desks.append(LocalDesk(library))
        return desks[-1]

    yield open_again
    for desk in desks:
        with contextlib.suppress(sqlite3.ProgrammingError):
            desk.close()


@pytest.fixture
def no_torch(monkeypatch):
    """Fail where the model itself is loaded."""
    monkeypatch.setattr(meaning.Meaning, "_load", lambda self: pytest.fail("torch was loaded"))


def scores(desk):
    answer = searching.search_by(desk, QUESTION, Scope(), 10, ("meaning",))
    return {hit.passage_id: hit.score for hit in answer.hits}


def until(condition, what):
    """Wait for a condition that a thread of the desk brings about."""
    waiting = threading.Event()
    for _ in range(3600):
        if condition():
            return
        waiting.wait(0.05)
    pytest.fail(f"waited for {what}")


def test_a_start_answers_by_the_export_without_torch(exported, opened, no_torch):
    desk = opened(exported)

    found = scores(desk)

    assert len(found) == desk.reader.passages() > 0
    state = care.engine_state(desk)
    assert (state.model, state.device) == ("ready", "cpu")


def test_the_export_and_torch_find_the_same(exported, opened):
    by_export = scores(opened(exported))
    opened_again = opened_without_exports(opened, exported)

    by_torch = scores(opened_again)

    assert opened_again.meaning._encoder is not None
    assert by_export == pytest.approx(by_torch, abs=1e-5)


def opened_without_exports(opened, library):
    for folder in (library / "queries").iterdir():
        (folder / "facts.json").unlink()
    return opened(library)


def test_new_passages_bring_torch_and_are_found(exported, opened, drop):
    desk = opened(exported)
    before = len(scores(desk))
    assert desk.meaning._encoder is None

    importing.import_files(desk, (drop("late.pdf", LATE),), "Case", {})
    importing.await_meaning(desk)

    assert desk.meaning._encoder is not None
    assert len(scores(desk)) == desk.reader.passages() > before


def test_an_export_is_made_at_rest_and_answers_from_then_on(filled, opened, monkeypatch):
    monkeypatch.setattr(meaning, "REST_SECONDS", 0.0)
    desk = opened(filled)
    by_torch = desk.meaning.encode_query(QUESTION)
    assert desk.meaning._encoder is not None

    until(lambda: desk.meaning._query.ready, "the export")

    encoder, desk.meaning._encoder = desk.meaning._encoder, None
    found = desk.meaning.encode_query(QUESTION)
    np.testing.assert_allclose(found, by_torch, atol=1e-5)
    desk.meaning._encoder = encoder


def test_without_room_torch_goes_on_answering(filled, opened, monkeypatch):
    tried = threading.Event()

    def no_room(folder, graph):
        tried.set()
        return "too little room on the disk"

    monkeypatch.setattr(meaning, "REST_SECONDS", 0.0)
    monkeypatch.setattr(query_export, "_lacking", no_room)
    desk = opened(filled)
    before = scores(desk)

    assert tried.wait(60)

    assert scores(desk) == before
    assert care.engine_state(desk).note == ""
    assert not desk.meaning.problem


def test_closing_ends_an_export_that_is_being_made(filled, monkeypatch):
    begun, export = threading.Event(), query_path.query_export.export

    def noted(folder, graph, beat):
        def looking():
            if graph.making.is_dir():
                begun.set()
            beat()

        return export(folder, graph, looking)

    monkeypatch.setattr(meaning, "REST_SECONDS", 0.0)
    monkeypatch.setattr(query_path.query_export, "export", noted)
    desk = LocalDesk(filled)
    desk.generations.start()
    assert begun.wait(60)

    desk.close()

    assert list((filled / "queries").iterdir()) == []


def test_a_shadow_is_not_exported_before_it_answers(filled, opened, tmp_path, monkeypatch):
    exports = []
    monkeypatch.setattr(meaning, "REST_SECONDS", 0.0)
    monkeypatch.setattr(
        query_path.query_export, "export", lambda folder, *_: exports.append(folder.path)
    )
    desk = opened(filled)
    desk.generations.start()
    until(lambda: exports, "the first export")
    other = e5_like(tmp_path / "other", seed=7)
    desk.generations.traffic.files_begin()  # as if files were read: the shadow waits

    models.use_model(desk, str(other))
    until(lambda: desk.generations.building is not None, "the shadow")
    assert exports == [desk.meaning.folder.path]
    desk.generations.traffic.files_end()
    models.await_switch(desk)

    until(lambda: len(exports) == 2, "the second export")
    assert exports[1] == other


def test_both_exports_are_kept_for_going_back_and_one_goes_with_its_model(
    exported, opened, tmp_path
):
    desk = opened(exported)
    before, first = scores(desk), desk.meaning.folder.identity
    models.add_model(desk, str(e5_like(tmp_path / "other", seed=7)), "ours")
    models.use_model(desk, "ours")
    models.await_switch(desk)
    second = desk.meaning.folder.identity
    made(desk.meaning.folder, exported)
    after = scores(desk)
    desk.close()

    again = opened(exported)
    assert scores(again) == pytest.approx(after, abs=1e-5)
    models.go_back(again)
    assert scores(again) == pytest.approx(before, abs=1e-5)
    assert again.meaning._encoder is None
    assert exports_in(exported) == {first, second}

    models.remove_model(again, "ours")
    assert exports_in(exported) == {first}


def exports_in(library: Path) -> set[str]:
    return {entry.name for entry in (library / "queries").iterdir()}


def test_a_start_clears_what_a_kill_left(exported, opened):
    (exported / "queries" / ".making-something").mkdir()
    [identity] = exports_in(exported) - {".making-something"}

    desk = opened(exported)

    assert exports_in(exported) == {identity}
    assert QueryGraph(exported, desk.meaning.folder.identity).why_not() == ""


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="needs /proc (Linux)")
def test_an_engine_that_is_only_searched_never_loads_torch(exported, drop):
    desk = RemoteDesk(exported, start_engine=True)
    try:
        models.list_models(desk)
        answer = searching.search(desk, QUESTION, Scope(), 5)
        assert answer.modes == ("words", "meaning")
        assert care.engine_state(desk).model == "ready"
        assert loaded() == {"onnxruntime"}

        importing.import_files(desk, (drop("late.pdf", LATE),), "Case", {})
        importing.await_meaning(desk)
        assert loaded() == {"onnxruntime", "libtorch"}
    finally:
        desk.close()
        desk.wait_closed(60)


def loaded():
    """Which of these libraries the engine process has in its memory."""
    [engine] = [p for p in psutil.Process().children() if "engine" in p.cmdline()]
    maps = Path(f"/proc/{engine.pid}/maps").read_text(encoding="utf-8")
    return {name for name in ("onnxruntime", "libtorch", "sklearn") if name in maps}


def test_a_rest_while_the_model_loads_leaves_one_thread_that_ends_at_once(filled, opened):
    desk = opened(filled)
    desk.meaning.start()
    desk.meaning.rest()  # does not wait for a model that is being loaded
    desk.meaning.start()
    importing.await_meaning(desk)

    def threads():
        return [each for each in threading.enumerate() if each.name == "meaning"]

    for _ in range(200):
        if len(threads()) == 1:
            break
        time.sleep(0.05)
    [thread] = threads()
    begun = time.monotonic()
    desk.close()
    assert not thread.is_alive() and time.monotonic() - begun < 10  # a join gives up after 30 s


@pytest.fixture
def asked_while_loading(filled, opened, monkeypatch):
    """A desk whose model is held while it loads, the thread of a search that waits for it, what
    that ends with, and what lets the loading go on.
    """
    loading, waiting, go_on = (threading.Event() for _ in range(3))
    load, ended = meaning.Meaning._loaded_encoder, []
    desk = opened(filled)
    first, wait = desk.meaning, desk.meaning._ready.wait

    def held(self):
        if self is first:
            loading.set()
            assert go_on.wait(60)
        return load(self)

    def noted():
        waiting.set()
        return wait()

    def ask():
        try:
            ended.append(len(scores(desk)))
        except Replaced as error:
            ended.append(error)

    monkeypatch.setattr(meaning.Meaning, "_loaded_encoder", held)
    monkeypatch.setattr(first._ready, "wait", noted)
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    assert loading.wait(60) and waiting.wait(60)
    yield desk, asking, ended, go_on
    go_on.set()


def test_a_search_that_waits_for_a_model_is_answered_by_the_one_in_its_place(asked_while_loading):
    desk, asking, ended, go_on = asked_while_loading

    first = desk.meaning
    models.set_device(desk, "cpu")
    until(lambda: first._thread is None, "the first model's end")
    go_on.set()

    asking.join(60)
    assert ended == [desk.reader.passages()]


def test_a_search_that_waits_for_a_model_ends_with_the_desk(asked_while_loading):
    desk, asking, ended, _ = asked_while_loading

    desk.generations.close()

    asking.join(60)
    assert [error.message for error in ended] == ["LegalDesk is closing."]


def test_a_question_never_revives_a_closed_model(filled, opened):
    desk = opened(filled)
    closed = desk.meaning
    models.set_device(desk, "cpu")
    until(lambda: closed.closed, "its end")

    with pytest.raises(Replaced):
        closed.encode_query(QUESTION)
    with pytest.raises(Replaced):
        closed.begin_nearest(QUESTION, 5, None)

    assert closed._thread is None
