"""Labels that are put back after they were taken back: nothing newer is lost by it."""

from __future__ import annotations

import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.core.labels import Label, LabelFilter, LabelSource, LabelState, Verdict, key
from legaldesk.core.passages import Span
from legaldesk.engine import label_reader
from tests.engine.test_store import Shelf, name_of

RELEVANT, NOT = Verdict.RELEVANT, Verdict.NOT_RELEVANT
UNDONE, CURRENT, SUPERSEDED = LabelState.UNDONE, LabelState.CURRENT, LabelState.SUPERSEDED


@pytest.fixture
def shelf(library):
    """A store with one document of two pages."""
    made = Shelf(library)
    made.add()
    yield made
    made.close()


def say(shelf, verdict=RELEVANT, who="Ann", end=30):
    """Label the first characters of the first page."""
    text = "Clause 0 of contract number 0 binds the tenant."[:end]
    return shelf.store.labels.add(
        Label(
            question="Who pays?", verdict=verdict, text=text, matter="Case", labeller=who,
            source=LabelSource.SEARCH, document=name_of(0), spans=(Span(1, 0, end),),
        )
    )  # fmt: skip


def states(shelf):
    """What became of each label, oldest first."""
    found = label_reader.listed(shelf.reader, LabelFilter(history=True))
    return [label.state for label in reversed(found)]


def test_what_was_taken_back_counts_again(shelf):
    label, store = say(shelf), shelf.store.labels
    store.undo(label.id, "Ann")

    assert store.restore(label.id, "Bob") == label
    assert states(shelf) == [CURRENT]
    with pytest.raises(WrongUse, match="counts already"):
        store.restore(label.id, "Ann")
    with pytest.raises(WrongUse, match="no longer in the library"):
        store.restore(label.id + 1, "Ann")


def test_who_put_it_back_is_kept(shelf):
    label, store = say(shelf), shelf.store.labels
    store.undo(label.id, "Ann")
    store.restore(label.id, "Bob")

    [row] = shelf.reader.rows("SELECT ended, ended_by, ended_at <> '' AS dated FROM labels")
    assert tuple(row) == ("", "Bob", 1)
    store.undo(label.id, "Carla")
    [row] = shelf.reader.rows("SELECT ended, ended_by FROM labels")
    assert tuple(row) == ("undone", "Carla")


def test_what_had_come_back_for_it_is_replaced_again(shelf):
    old, new = say(shelf), say(shelf, NOT)
    store = shelf.store.labels
    with pytest.raises(WrongUse, match="overruled or replaced"):
        store.restore(old.id, "Ann")
    store.undo(new.id, "Ann")
    assert states(shelf) == [CURRENT, UNDONE]

    store.restore(new.id, "Ann")

    assert states(shelf) == [SUPERSEDED, CURRENT]
    assert [label.id for label in store.undo(new.id, "Ann")] == [old.id]


def test_nothing_is_put_back_over_what_the_labeller_said_since(shelf):
    old, store = say(shelf), shelf.store.labels
    store.undo(old.id, "Ann")
    new = say(shelf, NOT, end=36)

    with pytest.raises(WrongUse, match="Ann has labelled .* Take the newer label back first"):
        store.restore(old.id, "Bob")

    assert states(shelf) == [UNDONE, CURRENT]
    store.undo(new.id, "Ann")
    store.restore(old.id, "Bob")
    assert states(shelf) == [CURRENT, UNDONE]


def test_labels_of_an_older_library_have_the_keys_of_today(library):
    shelf = Shelf(library)
    shelf.add()
    shelf.store.labels.add_all(
        [
            Label(
                question="Who “pays”?", verdict=RELEVANT, text="\uf0b7 The tenant.", matter="",
                labeller="Ann", source=LabelSource.IMPORT,
            )
        ],
        "Case",
    )  # fmt: skip
    sql = shelf.store._db.conn
    with sql:
        sql.execute("UPDATE labels SET question_key = 'old', text_key = 'old'")
        sql.execute("DELETE FROM _sqlite_migrations WHERE name = '008_keys'")
        sql.execute("PRAGMA user_version = 7")
    shelf.close()

    shelf = Shelf(library)

    [row] = shelf.reader.rows("SELECT question_key, text_key FROM labels")
    assert tuple(row) == (key("Who pays ?"), key("The tenant."))
    shelf.close()


def test_others_and_other_places_are_left_alone(shelf):
    label, store = say(shelf), shelf.store.labels
    store.undo(label.id, "Ann")
    say(shelf, NOT, who="Bob")
    say(shelf, NOT, end=6)

    store.restore(label.id, "Ann")

    assert states(shelf) == [CURRENT] * 3
