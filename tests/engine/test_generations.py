"""Several models over one library: the switch in the shadow, going back, and clearing up."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from legaldesk.core.errors import LibraryDamaged, ModelProblem, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.models import GenerationState, Prompts
from legaldesk.core.passages import RULES_VERSION
from legaldesk.engine import generations, meaning
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reader import Reader
from legaldesk.engine.store import Store
from legaldesk.engine.vector_index import VectorIndex
from legaldesk.tasks import care, importing, models, searching
from tests import pdf_factory as pdf
from tests.tiny_models import bge_m3_like, e5_like

QUESTION = "When may the tenant end the lease?"
LEASE = pdf.text_pdf(
    *[
        [f"The {who} {does} the {what} of flat {number} in the month." for number in range(25)]
        for who, does, what in (
            ("tenant", "pays", "rent"),
            ("landlord", "keeps", "deposit"),
            ("tenant", "may end", "lease"),
            ("court", "reads", "notice"),
        )
    ]
)
LATE = pdf.text_pdf("The landlord repairs the roof and the walls at his own cost.")


@pytest.fixture(scope="module")
def tuned(tmp_path_factory) -> Path:
    """A model that reads the same passages as the tiny one and thinks otherwise."""
    return e5_like(tmp_path_factory.mktemp("tuned"), seed=7)


@pytest.fixture(scope="module")
def other(tmp_path_factory) -> Path:
    """A model that has another token limit, so that text is cut anew."""
    return bge_m3_like(tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def made(tmp_path_factory, tiny_model):
    """A library of one lease, all of it found by meaning."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "lease.pdf").write_bytes(LEASE)
    with contextlib.closing(LocalDesk(folder / "library", tiny_model)) as desk:
        importing.import_files(desk, (str(folder / "lease.pdf"),), "Case", {})
        importing.await_meaning(desk)
    return folder / "library"


@pytest.fixture
def filled(library, tiny_model, made):
    """A desk on a copy of that library; a test may close it."""
    shutil.copytree(made, library)
    desk = LocalDesk(library, tiny_model)
    desk.meaning.start()
    yield desk
    with contextlib.suppress(sqlite3.ProgrammingError):
        desk.close()


def hits(desk, mode="meaning"):
    answer = searching.search_by(desk, QUESTION, Scope(), 100, (mode,))
    return [(hit.passage_id, hit.score) for hit in answer.hits]


def states(desk):
    return [(each.model, each.state.value) for each in models.list_models(desk).generations]


def switch(desk, folder, **choices):
    models.use_model(desk, str(folder), **choices)
    return models.await_switch(desk)


def test_a_tuned_model_reads_the_same_passages(filled, tuned, tiny_model):
    before, words = hits(filled), hits(filled, "words")
    passages = [row["uuid"] for row in filled.reader.rows("SELECT uuid FROM passages")]

    info = switch(filled, tuned)

    assert info.state is GenerationState.LIVE
    assert states(filled) == [(str(tiny_model), "kept"), (str(tuned), "live")]
    assert [row["uuid"] for row in filled.reader.rows("SELECT uuid FROM passages")] == passages
    assert sorted(dict(hits(filled))) == sorted(dict(before))
    assert hits(filled) != before
    assert hits(filled, "words") == words


def test_another_cut_has_passages_and_words_of_its_own(filled, other):
    before = filled.meaning.generation

    switch(filled, other)

    assert filled.meaning.generation.segmentation != before.segmentation
    assert len(hits(filled)) == filled.reader.passages() > 0
    assert filled.reader.by_words('"tenant"', Scope(), 10)
    tables = filled.reader.rows("SELECT name FROM sqlite_schema WHERE name LIKE 'words__'")
    assert len(tables) == 2
    assert all(finding.ok for finding in care.verify(filled))


def test_the_old_model_answers_until_the_new_one_is_complete(filled, other, monkeypatch):
    before, reached, go_on = hits(filled), threading.Event(), threading.Event()
    store_vectors = Store.add_vectors

    def hold_up(self, generation, *rest):
        if generation != live.id:
            reached.set()
            assert go_on.wait(60)
        return store_vectors(self, generation, *rest)

    live = filled.meaning.generation
    monkeypatch.setattr(Store, "add_vectors", hold_up)
    models.use_model(filled, str(other))
    assert reached.wait(60)

    assert hits(filled) == before
    assert [state for _, state in states(filled)] == ["live", "building"]

    go_on.set()
    models.await_switch(filled)
    assert filled.meaning.generation.id != live.id
    assert hits(filled) != before


def test_going_back_gives_the_same_answers_again(filled, other):
    before, both = hits(filled), hits(filled, "words")
    switch(filled, other)

    info = models.go_back(filled)

    assert info.state is GenerationState.LIVE
    assert hits(filled) == before
    assert hits(filled, "words") == both


def test_going_back_reads_no_model_again(filled, tuned, monkeypatch):
    switch(filled, tuned)
    until_resting(filled)
    monkeypatch.setattr(meaning.Meaning, "_load", lambda self: pytest.fail("loaded again"))

    models.go_back(filled)

    assert len(hits(filled)) == filled.reader.passages()


def until_resting(desk):
    """What was live rests as soon as the batch that it was in is done."""
    while desk.generations._resting is None:
        desk.meaning.wait_a_moment()


def awaiting(desk):
    """Wait for the meaning in a thread, which has begun; returns it and what it ends with."""
    begun, ended = threading.Event(), []

    def wait():
        ended.append(importing.await_meaning(desk, report=lambda progress: begun.set()))

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    assert begun.wait(60)
    return thread, ended


def test_waiting_for_the_meaning_goes_on_with_another_device(filled, drop, monkeypatch):
    reached, go_on = threading.Event(), threading.Event()
    store_vectors = Store.add_vectors

    def hold_up(self, *words):
        reached.set()
        assert go_on.wait(60)
        return store_vectors(self, *words)

    monkeypatch.setattr(Store, "add_vectors", hold_up)
    old = filled.meaning
    importing.import_files(filled, (drop("late.pdf", LATE),), "Case", {})
    assert reached.wait(60)
    waiting, ended = awaiting(filled)

    models.set_device(filled, "cpu")
    while old._thread is not None:
        old.wait_a_moment()
    go_on.set()

    waiting.join(60)
    assert ended == [filled.reader.passages()]


def test_waiting_for_the_meaning_follows_going_back(filled, tuned, drop):
    switch(filled, tuned)
    until_resting(filled)
    filled.generations.traffic.files_begin()  # as if files were read: it waits
    importing.import_files(filled, (drop("late.pdf", LATE),), "Case", {})
    waiting, ended = awaiting(filled)

    models.go_back(filled)
    until_resting(filled)
    filled.generations.traffic.files_end()

    waiting.join(60)
    assert ended == [filled.reader.passages()]


def test_there_is_no_going_back_without_a_switch(filled):
    with pytest.raises(WrongUse, match="no earlier model"):
        models.go_back(filled)


def test_what_came_since_is_found_by_words_first_and_then_by_meaning(filled, other, drop):
    switch(filled, other)
    importing.import_files(filled, (drop("late.pdf", LATE),), "Case", {})
    importing.await_meaning(filled)
    filled.generations.traffic.files_begin()  # as if files were read: it is not cut meanwhile

    info = models.go_back(filled)

    assert not info.complete
    assert info.uncut == 1
    filled.generations.traffic.files_end()
    importing.await_meaning(filled)
    assert filled.generations.info(filled.meaning.generation).complete
    assert len(hits(filled)) == filled.reader.passages()
    assert "roof" in searching.search_by(filled, "roof", Scope(), 1, ("words",)).hits[0].body


def test_a_restart_goes_on_with_what_was_being_built(filled, library, tiny_model, other):
    filled.generations.traffic.files_begin()  # as if files were read: the shadow waits
    models.use_model(filled, str(other))
    filled.close()

    second = LocalDesk(library, tiny_model)
    assert [state for _, state in states(second)] == ["live", "building"]
    second.generations.start()
    models.await_switch(second)

    assert second.meaning.generation.name == str(other)
    assert len(hits(second)) == second.reader.passages()
    second.close()


def test_what_is_imported_meanwhile_is_in_the_new_one_too(filled, other, drop):
    filled.generations.traffic.files_begin()
    models.use_model(filled, str(other))
    importing.import_files(filled, (drop("late.pdf", LATE),), "Case", {})
    filled.generations.traffic.files_end()

    models.await_switch(filled)

    assert filled.generations.info(filled.meaning.generation).complete
    assert filled.reader.count("SELECT count(DISTINCT document) FROM passages") == 2


def test_stopping_keeps_the_live_one_and_what_was_done(filled, other):
    filled.generations.traffic.files_begin()
    models.use_model(filled, str(other))

    models.stop_switch(filled)
    filled.generations.traffic.files_end()

    assert [state for _, state in states(filled)] == ["live", "kept"]
    assert filled.reader.rows("SELECT * FROM waiting") == []
    with pytest.raises(WrongUse):  # it never was live
        models.go_back(filled)
    switch(filled, other)
    assert filled.meaning.generation.name == str(other)


def test_changed_prompts_are_another_generation(filled, tiny_model):
    before = hits(filled)

    info = switch(filled, tiny_model, prompts=Prompts("", ""))

    assert info.prompts == Prompts("", "")
    assert hits(filled) != before
    assert models.go_back(filled).prompts == Prompts("query: ", "passage: ")
    assert hits(filled) == before


def test_another_dimension_encodes_nothing(filled, tiny_model, monkeypatch):
    monkeypatch.setattr(Store, "add_vectors", lambda *_: pytest.fail("encoded again"))
    wide = hits(filled)

    info = models.use_dimension(filled, 16)

    assert (info.used_dimension, info.dimension, info.state) == (16, 64, "live")
    assert [passage for passage, _ in hits(filled)] != []
    assert hits(filled) != wide
    models.use_dimension(filled, 0)
    assert hits(filled) == wide


def test_another_dimension_finds_what_was_encoded_while_its_index_opened(filled, drop, monkeypatch):
    importing.await_meaning(filled)
    filled.generations.traffic.files_begin()  # as if files were read: it waits
    importing.import_files(filled, (drop("late.pdf", LATE),), "Case", {})
    open_index, refresh, taken_over = VectorIndex.open, VectorIndex.refresh, threading.Event()

    def and_then_encode(self, source, **words):
        found = open_index(self, source, **words)
        filled.generations.traffic.files_end()
        assert taken_over.wait(60)
        return found

    def noted(self, source):
        found = refresh(self, source)
        if not filled.reader.pending():
            taken_over.set()  # by the old index
        return found

    monkeypatch.setattr(VectorIndex, "open", and_then_encode)
    monkeypatch.setattr(VectorIndex, "refresh", noted)
    models.use_dimension(filled, 16)

    assert importing.await_meaning(filled) == filled.meaning._index.count
    assert len(hits(filled)) == filled.reader.passages()


def test_a_dimension_lasts_longer_than_the_process(filled, library, tiny_model):
    models.use_dimension(filled, 16)
    narrow = hits(filled)
    filled.close()

    second = LocalDesk(library, tiny_model)
    second.generations.start()

    assert hits(second) == narrow
    second.close()


def test_a_dimension_that_is_none_is_refused(filled, tiny_model):
    with pytest.raises(WrongUse):
        models.use_dimension(filled, 65)
    with pytest.raises(WrongUse):
        models.use_model(filled, str(tiny_model), None, 65)


def test_pruning_leaves_nothing_of_a_generation(filled, other):
    first = filled.meaning.generation
    switch(filled, other)

    models.prune_generation(filled, first.id)

    assert [each.id for each in filled.reader.generations()] == [filled.meaning.generation.id]
    assert filled.reader.count("SELECT count(DISTINCT segmentation) FROM passages") == 1
    assert filled.reader.count("SELECT count(DISTINCT generation) FROM vectors") == 1
    assert filled.reader.rows(f"SELECT * FROM sqlite_schema WHERE name = 'words_{first.cut}'") == []
    assert all(finding.ok for finding in care.verify(filled))


def test_pruning_one_of_two_of_a_cut_keeps_the_passages(filled, tuned):
    first, before = filled.meaning.generation, hits(filled, "words")
    switch(filled, tuned)

    models.prune_generation(filled, first.id)

    assert hits(filled, "words") == before
    assert len(hits(filled)) == filled.reader.passages()


def test_a_clearing_that_was_cut_off_is_finished(filled, other, library, tiny_model, monkeypatch):
    first = filled.meaning.generation
    switch(filled, other)
    filled.store.doom(first.id)
    filled.store.clear_some()
    filled.close()

    second = LocalDesk(library, tiny_model)
    importing.await_meaning(second)
    second.generations.close()

    assert second.reader.count("SELECT count(*) FROM generations") == 1
    assert second.reader.count("SELECT count(DISTINCT generation) FROM vectors") == 1
    second.close()


def test_a_model_that_is_half_cleared_and_wanted_again_reads_everything_anew(
    filled, other, tiny_model, monkeypatch
):
    first, before = filled.meaning.generation, hits(filled, "words")
    monkeypatch.setattr("legaldesk.engine.generation_rows.PRUNE_ROWS", 2)
    left = "SELECT count(*) FROM passages WHERE segmentation = ?"
    passages = filled.reader.count(left, first.cut)
    switch(filled, other)
    clear_some = Store.clear_some

    def stop_halfway(store):
        return clear_some(store) and filled.reader.count(left, first.cut) == passages

    with monkeypatch.context() as patched:
        patched.setattr(Store, "clear_some", stop_halfway)
        models.prune_generation(filled, first.id)
    assert 0 < filled.reader.count(left, first.cut) < passages

    switch(filled, tiny_model)

    assert hits(filled, "words") == before
    assert len(hits(filled)) == filled.reader.passages() == passages
    assert all(finding.ok for finding in care.verify(filled))


@pytest.mark.parametrize("which", [0, 1])
def test_what_is_in_use_cannot_be_pruned(filled, other, which):
    filled.generations.traffic.files_begin()
    models.use_model(filled, str(other))
    [live, building] = filled.reader.generations()

    with pytest.raises(WrongUse, match="in use"):
        models.prune_generation(filled, (live, building)[which].id)

    filled.generations.traffic.files_end()


def test_a_model_that_is_gone_leaves_the_words(filled, library, tuned, tmp_path):
    gone = e5_like(tmp_path / "gone", seed=9)
    switch(filled, gone)
    filled.close()
    gone.rename(tmp_path / "elsewhere")

    second = LocalDesk(library, tuned)
    second.generations.start()

    assert hits(second, "words")
    with pytest.raises(ModelProblem):
        hits(second)
    assert care.engine_state(second).model == "failed"
    switch(second, tuned)
    assert len(hits(second)) == second.reader.passages()
    second.close()


def test_a_model_that_was_gone_answers_again_once_it_is_added(filled, library, tuned):
    models.add_model(filled, str(tuned), "mine")
    switch(filled, "mine")
    before = hits(filled)
    filled.close()
    shutil.rmtree(library / "models" / "mine")

    with contextlib.closing(LocalDesk(library)) as desk:
        assert desk.meaning.failed
        models.add_model(desk, str(tuned), "mine")
        importing.await_meaning(desk)

        assert hits(desk) == before


@pytest.mark.parametrize("state", ["live", "resting"])
def test_the_same_model_by_another_name_needs_the_first_no_more(filled, tuned, drop, state):
    for name in ("first", "second"):
        models.add_model(filled, str(tuned), name)
    switch(filled, "first")
    if state == "resting":
        models.go_back(filled)
        until_resting(filled)

    switch(filled, "second")
    models.remove_model(filled, "first")

    assert filled.meaning.folder.path == filled.shelf.path("second")
    importing.import_files(filled, (drop("late.pdf", LATE),), "Case", {})
    importing.await_meaning(filled)
    assert all(finding.ok for finding in care.verify(filled))


def test_there_is_no_going_back_to_a_model_that_is_gone(filled, tiny_model, tmp_path):
    """The desk uses models in place, by their folders' paths."""
    gone, other = e5_like(tmp_path / "gone", seed=9), e5_like(tmp_path / "other", seed=8)
    switch(filled, gone)
    switch(filled, other)
    before = hits(filled)
    gone.rename(tmp_path / "elsewhere")

    with pytest.raises(ModelProblem, match=r"no going back to .*gone/model”.*Add that model again"):
        models.go_back(filled)
    assert hits(filled) == before
    assert states(filled)[-1] == (str(other), "live")

    models.remove_model(filled, str(gone))

    assert models.go_back(filled).model == str(tiny_model)


def test_a_model_that_changed_under_its_name_is_never_searched_with(filled, library, tmp_path):
    place = e5_like(tmp_path / "place", seed=9)
    switch(filled, place)
    filled.close()
    place.rename(tmp_path / "old")
    e5_like(tmp_path / "new", seed=10).rename(place)

    second = LocalDesk(library, place)
    second.generations.start()

    with pytest.raises(ModelProblem, match="changed"):
        hits(second)
    second.close()


def test_other_rules_are_built_in_the_shadow(filled, library, tiny_model, monkeypatch):
    before = hits(filled, "words")
    filled.close()
    monkeypatch.setattr(generations, "RULES_VERSION", RULES_VERSION + 1)

    second = LocalDesk(library, tiny_model)

    assert [state for _, state in states(second)] == ["live", "building"]
    assert hits(second, "words") == before
    second.generations.start()
    models.await_switch(second)
    assert second.meaning.generation.segmentation.rules == RULES_VERSION + 1
    second.close()


def test_a_search_during_the_switch_never_mixes_two_models(filled, tuned, monkeypatch):
    """The question's vector is of the old model; the new one is live before it is used."""
    encode, switched = meaning.Meaning.encode_query, []

    def and_then_switch(self, text):
        vector = encode(self, text)
        if not switched:
            switched.append(self.generation.id)
            switch(filled, tuned)
        return vector

    monkeypatch.setattr(meaning.Meaning, "encode_query", and_then_switch)

    during = hits(filled)

    assert switched == [1]
    assert during == hits(filled)


def test_an_index_is_of_its_own_generation(filled, other):
    keys = {filled.meaning._source.generation_key()}

    switch(filled, other)

    keys.add(filled.meaning._source.generation_key())
    assert len(keys) == 2


def test_removing_leaves_no_generation_with_it(filled, other, library):
    switch(filled, other)
    document = filled.reader.documents(Scope())[0]

    from legaldesk.tasks import removing

    removing.remove_documents(filled, (document.id,))

    for table in ("passages", "vectors", "waiting", "cuts"):
        assert filled.reader.rows(f"SELECT * FROM {table}") == []
    models.go_back(filled)
    assert hits(filled) == []
    assert all(finding.ok for finding in care.verify(filled))


def test_a_damaged_word_index_of_either_cut_is_noticed(filled, other):
    first = filled.meaning.generation.cut
    switch(filled, other)
    filled.store._db.execute(f"INSERT INTO words_{first} (words_{first}) VALUES ('delete-all')")

    with pytest.raises(LibraryDamaged):
        filled.store.check_words()


def test_the_overview_names_languages_that_are_not_covered(filled, monkeypatch):
    folder = filled.meaning.folder
    monkeypatch.setattr(filled.meaning, "_model", replace(folder, languages=frozenset({"fr"})))

    [gap] = models.list_models(filled).gaps

    assert (gap.language, gap.documents) == ("en", 1)


def test_the_shadow_leaves_the_processor_to_the_live_one(filled, other, drop):
    order = []
    store_vectors = Store.add_vectors

    def noted(self, generation, *rest):
        order.append(generation)
        return store_vectors(self, generation, *rest)

    live = filled.meaning.generation.id
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Store, "add_vectors", noted)
        filled.generations.traffic.files_begin()
        models.use_model(filled, str(other))
        importing.import_files(filled, (drop("late.pdf", LATE),), "Case", {})
        filled.generations.traffic.files_end()
        models.await_switch(filled)

    assert order[0] == live
    assert set(order[1:]) != {live}


def test_progress_of_a_switch_ends_with_all_passages(filled, other):
    told = []
    models.use_model(filled, str(other))

    models.await_switch(filled, report=told.append)

    assert all(0 <= progress.done <= progress.total for progress in told)
    with Reader(filled.library) as reader:
        assert reader.pending() == 0
