"""Questions are answered exactly before a large library's graph is loaded, which takes seconds."""

import threading
from contextlib import closing

import numpy as np
import pytest

from legaldesk.core.errors import ModelProblem
from legaldesk.core.hits import Scope
from legaldesk.engine import calm, hnsw, meaning, vector_source
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.query_path import QueryPath
from legaldesk.engine.vector_index import VectorIndex
from legaldesk.tasks import importing, searching
from tests import pdf_factory as pdf
from tests.engine.test_meaning import until
from tests.engine.test_query_path import made
from tests.engine.test_vector_index import flip_a_bit, flip_a_code, lose_the_graph
from tests.vector_shelf import assert_agrees, clustered, make_index


@pytest.fixture
def loads(monkeypatch):
    """A list that grows whenever a graph is loaded."""
    found, load = [], hnsw.load
    monkeypatch.setattr(hnsw, "load", lambda *words: found.append(1) or load(*words))
    return found


@pytest.fixture
def index(saved, shelf, loads):
    """The index, to be opened without its graph; that is loaded in the end, and answers too."""
    made = make_index(saved)
    yield made
    assert not loads and not made.complete
    assert made.load_graph() == "loaded"
    assert len(loads) == 1 and made.complete
    assert_agrees(made, shelf)


def test_the_answers_are_those_of_exact_search(index, shelf):
    assert index.open(shelf, graph_later=True) == "loaded"

    assert_agrees(index, shelf)
    assert (index.count, index.tail) == (400, 0)


def test_what_was_added_since_is_among_them(index, shelf):
    shelf.add(range(401, 450), clustered(49, seed=1))

    index.open(shelf, graph_later=True)

    assert_agrees(index, shelf)
    assert (index.count, index.tail) == (449, 49)


def test_so_is_what_is_added_and_removed_meanwhile(index, shelf):
    index.open(shelf, graph_later=True)

    shelf.add(range(401, 450), clustered(49, seed=1))
    shelf.remove([3, 7, 401])
    index.refresh(shelf)

    assert_agrees(index, shelf)
    assert (index.count, index.tail) == (446, 48)


@pytest.mark.parametrize("share", [0.1, 0.9])
def test_so_are_those_within_a_scope(index, shelf, share):
    within = np.flatnonzero(np.random.default_rng(2).random(400) < share) + 1
    index.open(shelf, graph_later=True)

    for query in clustered(5, seed=6):
        assert index.search(query, 10, within)[0].tolist() == shelf.nearest(query, 10, within)[0]


def test_what_left_the_store_a_moment_ago_is_left_out(index, shelf):
    index.open(shelf, graph_later=True)
    query = clustered(1, seed=7)[0]
    gone = shelf.nearest(query, 10)[0][3]

    held = shelf.held.pop(gone)
    found, _ = index.search(query, 10)

    assert found.tolist() == shelf.nearest(query, 10)[0]
    shelf.held[gone] = held


def test_it_grows_as_usual(saved, shelf):
    index = make_index(saved, tail_limit=30)
    index.open(shelf, graph_later=True)
    shelf.add(range(401, 450), clustered(49, seed=1))
    index.refresh(shelf)

    assert index.save_if_due()

    assert index.complete and index.tail == 0
    assert_agrees(index, shelf)
    assert make_index(saved).open(shelf) == "loaded"


def test_where_passages_were_removed_since_the_graph_comes_first(saved, shelf, loads):
    shelf.remove(range(1, 30))
    index = make_index(saved)

    assert index.open(shelf, graph_later=True) == "loaded"

    assert index.complete and loads
    assert_agrees(index, shelf)


def test_codes_that_are_damaged_answer_nothing(saved, shelf):
    flip_a_code(saved)
    index = make_index(saved)

    assert index.open(shelf, graph_later=True) == "rebuilt: it is damaged"

    assert index.complete and index.tail == 400
    assert_agrees(index, shelf)


@pytest.mark.parametrize("spoil", [flip_a_bit, lose_the_graph])
def test_a_graph_that_is_damaged_is_found_so_and_made_anew(saved, shelf, spoil):
    spoil(saved)
    index = make_index(saved)
    index.open(shelf, graph_later=True)
    assert_agrees(index, shelf)
    shelf.add(range(401, 410), clustered(9, seed=1))
    index.refresh(shelf)

    assert index.load_graph().startswith("rebuilt: it is ")

    assert_agrees(index, shelf)
    assert (index.count, index.tail) == (409, 409)
    assert index.save_if_due()
    assert make_index(saved).open(shelf) == "loaded"


def test_a_graph_of_other_ids_is_never_asked(saved, shelf):
    """As many as the store has, but not the same: the store was exchanged."""
    shelf.held[900] = shelf.held.pop(200)
    index = make_index(saved)
    index.open(shelf, graph_later=True)

    assert index.load_graph() == "rebuilt: it is out of step with the store"

    assert_agrees(index, shelf)


@pytest.mark.parametrize("end", [lambda index, _: index.close(), VectorIndex.rebuild])
def test_who_closes_or_rebuilds_it_has_no_graph_to_load(saved, shelf, loads, end):
    index = make_index(saved)
    index.open(shelf, graph_later=True)

    end(index, shelf)

    assert index.complete and index.load_graph() == "loaded"
    assert not loads


@pytest.fixture
def large(library, tiny_model, drop, monkeypatch):
    """A library with a graph and an exported model, which nobody has opened."""
    make = vector_source.VectorIndex
    monkeypatch.setattr(vector_source, "VectorIndex", lambda *words: make(*words, graph_from=1))
    lease = pdf.text_pdf("The tenant pays the rent.", "The landlord keeps the deposit.")
    with closing(LocalDesk(library, tiny_model)) as desk:
        importing.import_files(desk, (drop("lease.pdf", lease),), "Case", {})
        importing.await_meaning(desk)
        made(desk.meaning.folder, library)
        until(lambda: list(library.glob("index/*/graph.json")), "the graph was not saved")
    return library


def test_a_question_that_waits_is_answered_before_the_graph_is_loaded(large, loads):
    with closing(LocalDesk(large)) as desk:
        answer = searching.search_by(desk, "Who pays?", Scope(), 10, ("meaning",))
        assert not loads
        until(lambda: loads, "the graph was not loaded")
        after = searching.search_by(desk, "Who pays?", Scope(), 10, ("meaning",))

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


def never_calm(monkeypatch):
    monkeypatch.setattr(calm, "CALM", 600.0)
    monkeypatch.setattr(calm, "LONGEST", 600.0)


def test_new_passages_do_not_wait_for_a_calm_moment(large, drop, loads, monkeypatch):
    never_calm(monkeypatch)
    with closing(LocalDesk(large)) as desk:
        desk.meaning.wait_until_ready()
        late = pdf.text_pdf("The landlord repairs the roof.")
        importing.import_files(desk, (drop("late.pdf", late),), "Case", {})
        importing.await_meaning(desk)
        hits = searching.search_by(desk, "Who repairs it?", Scope(), 10, ("meaning",)).hits

    assert "late.pdf" in {hit.document for hit in hits}
    assert not loads


def test_a_model_that_cannot_be_loaded_is_said_to_who_waits(large, monkeypatch):
    def broken(self):
        raise ModelProblem("Its weights are gone.")

    monkeypatch.setattr(meaning.Meaning, "_load", broken)
    monkeypatch.setattr(QueryPath, "open", lambda self: False)
    with closing(LocalDesk(large)) as desk, pytest.raises(ModelProblem, match="weights are gone"):
        searching.search_by(desk, "Who pays?", Scope(), 10, ("meaning",))


def test_a_closing_loads_no_graph(large, loads, monkeypatch):
    never_calm(monkeypatch)
    with closing(LocalDesk(large)) as desk:
        assert searching.search_by(desk, "Who pays?", Scope(), 10, ("meaning",)).hits

    assert not loads
