"""Questions are answered exactly before a large library's graph is loaded, which takes seconds."""

import threading
from contextlib import closing

import numpy as np
import pytest

from legaldesk.core.hits import Scope
from legaldesk.engine import hnsw, meaning
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import importing, searching
from tests import pdf_factory as pdf
from tests.engine.test_meaning import until
from tests.engine.test_query_path import made
from tests.engine.test_vector_index import (
    Shelf,
    assert_agrees,
    clustered,
    flip_a_bit,
    flip_a_code,
    make_index,
)


@pytest.fixture
def shelf():
    return Shelf(clustered(400))


@pytest.fixture
def saved(tmp_path, shelf):
    """A folder with a saved graph of the shelf."""
    index = make_index(tmp_path / "index")
    index.open(shelf)
    assert index.save_if_due()
    index.close()
    return tmp_path / "index"


@pytest.fixture
def opened(monkeypatch, saved, shelf):
    """Open the index; returns what it said and how often ``look`` was called before the graph."""
    loaded = []
    load = hnsw.load
    monkeypatch.setattr(hnsw, "load", lambda *words: loaded.append(1) or load(*words))

    def open_and_look(look):
        index, looks = make_index(saved), []

        def answering():
            assert not loaded
            look(index)
            looks.append(1)

        said = index.open(shelf, answering)
        assert_agrees(index, shelf)
        return said, len(looks)

    return open_and_look


def test_the_answers_are_those_of_exact_search(opened, shelf):
    def look(index):
        assert_agrees(index, shelf)
        assert (index.count, index.tail) == (400, 0)

    assert opened(look) == ("loaded", 1)


def test_what_was_added_since_is_among_them(opened, shelf):
    shelf.add(range(401, 450), clustered(49, seed=1))

    def look(index):
        assert_agrees(index, shelf)
        assert (index.count, index.tail) == (449, 49)

    assert opened(look) == ("loaded", 1)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_so_are_those_within_a_scope(opened, shelf, share):
    within = np.flatnonzero(np.random.default_rng(2).random(400) < share) + 1

    def look(index):
        for query in clustered(5, seed=6):
            wanted = shelf.nearest(query, 10, within)[0]
            assert index.search(query, 10, within)[0].tolist() == wanted

    assert opened(look) == ("loaded", 1)


def test_what_is_removed_meanwhile_is_left_out(opened, shelf):
    def look(index):
        query = clustered(1, seed=7)[0]
        wanted = shelf.nearest(query, 10)[0]
        del shelf.held[wanted[3]]
        found, _ = index.search(query, 10)
        assert found.tolist() == shelf.nearest(query, 10)[0]
        shelf.add([wanted[3]], clustered(1))

    assert opened(look) == ("loaded", 1)


def test_where_passages_were_removed_since_the_graph_is_waited_for(opened, shelf):
    shelf.remove(range(1, 30))

    assert opened(lambda index: None) == ("loaded", 0)


def test_codes_that_are_damaged_answer_nothing(opened, saved):
    flip_a_code(saved)

    assert opened(lambda index: None) == ("rebuilt: it is damaged", 0)


def test_they_answer_where_the_graph_is_damaged_until_it_is_made_anew(opened, saved, shelf):
    flip_a_bit(saved)

    assert opened(lambda index: assert_agrees(index, shelf)) == ("rebuilt: it is damaged", 1)


def test_a_graph_of_other_ids_is_never_asked(opened, shelf):
    """As many as the store has, but not the same: the store was exchanged."""
    shelf.held[900] = shelf.held.pop(200)

    assert opened(lambda index: None) == ("rebuilt: it is out of step with the store", 1)


@pytest.fixture
def large(library, tiny_model, drop, monkeypatch):
    """A library with a graph and an exported model, which nobody has opened."""
    make = meaning.VectorIndex
    monkeypatch.setattr(meaning, "VectorIndex", lambda *words: make(*words, graph_from=1))
    lease = pdf.text_pdf("The tenant pays the rent.", "The landlord keeps the deposit.")
    with closing(LocalDesk(library, tiny_model)) as desk:
        importing.import_files(desk, (drop("lease.pdf", lease),), "Case", {})
        importing.await_meaning(desk)
        made(desk.meaning.folder, library)
        until(lambda: list(library.glob("index/*/graph.json")), "the graph was not saved")
    return library


def test_a_question_that_waits_is_answered_before_the_graph_is_loaded(large, monkeypatch):
    happened, load = [], hnsw.load
    monkeypatch.setattr(hnsw, "load", lambda *words: happened.append("graph") or load(*words))

    with closing(LocalDesk(large)) as desk:
        answer = searching.search_by(desk, "Who pays?", Scope(), 10, ("meaning",))
        happened.append("answer")
        until(lambda: "graph" in happened, "the graph was not loaded")
        after = searching.search_by(desk, "Who pays?", Scope(), 10, ("meaning",))

    assert happened == ["answer", "graph"]
    assert answer.hits
    assert [hit.passage_id for hit in answer.hits] == [hit.passage_id for hit in after.hits]


def test_nobody_waits_for_the_graph(large, monkeypatch):
    loading, going_on, load = threading.Event(), threading.Event(), hnsw.load

    def slow(*words):
        loading.set()
        assert going_on.wait(60)
        return load(*words)

    monkeypatch.setattr(hnsw, "load", slow)
    with closing(LocalDesk(large)) as desk:
        desk.meaning.start()
        assert loading.wait(60)
        assert searching.search_by(desk, "Who pays?", Scope(), 10, ("meaning",)).hits
        going_on.set()
