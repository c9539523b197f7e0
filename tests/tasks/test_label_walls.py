"""What is said in one matter and what in another: no label is known, or undone, across a wall."""

from __future__ import annotations

import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.labels import LabelFilter, Standing, Verdict
from legaldesk.tasks import importing, labels, lessons, matters, removing, reviewing, searching
from tests import pdf_factory as pdf
from tests.tasks.test_label_exchange import bringing_into

RELEVANT, PARTLY, NOT = Verdict.RELEVANT, Verdict.PARTLY, Verdict.NOT_RELEVANT
QUESTION = "Which law governs?"
CLAUSE = "This agreement is governed by the law of England and by no other law."


def fill(desk, drop):
    """The same clause in a document of each of two matters, and one document that is in both."""
    for name, pages, into in (
        ("secret.pdf", [CLAUSE], ("Secret",)),
        ("open.pdf", [CLAUSE, ""], ("Open",)),
        ("both.pdf", ["The law of the sea governs all that is lost at sea."], ("Open", "Secret")),
    ):
        path = drop(name, pdf.text_pdf(*pages))
        for matter in into:
            importing.import_files(desk, (path,), matter, {})


@pytest.fixture
def walled(filled):
    """Two matters, of which Secret is locked out of all."""
    desk = filled(fill)
    matters.lock_matter(desk, "Secret", True)
    return desk


def hit_of(desk, name, matter=""):
    return searching.search_words(desk, "law governs", Scope(matter, name)).hits[0]


def say(desk, who, name, verdict, matter, question=QUESTION):
    labels.set_labeller(desk, who)
    hit = hit_of(desk, name, matter)
    return labels.label_hit(desk, question, hit.document_id, hit.spans, verdict, matter)


def said(desk, matter, **wanted):
    found = labels.list_labels(desk, LabelFilter(matter=matter, **wanted))
    return [(label.labeller, label.verdict) for label in found]


def test_no_disagreement_crosses_the_wall_of_a_locked_matter(walled):
    ann = say(walled, "Ann", "secret.pdf", RELEVANT, "Secret")
    bob = say(walled, "Bob", "open.pdf", NOT, "Open")

    for matter in ("", "Open", "Secret"):
        assert labels.contradictions(walled, matter) == ()
    hit = hit_of(walled, "open.pdf", "Open")
    assert labels.verdicts(walled, QUESTION, (hit,)) == (Standing(NOT, bob.id, "Bob", mine=True),)
    assert [counts.contradictions for counts in labels.count_labels(walled)] == [0, 0]
    with pytest.raises(WrongUse, match="settled there alone"):
        labels.resolve(walled, (ann.id, bob.id), NOT)
    assert said(walled, "Secret") == [("Ann", RELEVANT)]
    for matter in ("Open", "Secret"):  # they would teach one model, both at once
        labels.let_train(walled, matter, True)
    assert lessons.training_pairs(walled) == ()
    assert lessons.qrels(walled, "Secret").contradicted == 0


def test_people_who_differ_inside_a_locked_matter_settle_it_there(walled):
    ann = say(walled, "Ann", "secret.pdf", RELEVANT, "Secret")
    bob = say(walled, "Bob", "secret.pdf", NOT, "Secret")
    carla = say(walled, "Carla", "open.pdf", PARTLY, "Open")

    assert labels.contradictions(walled) == labels.contradictions(walled, "Open") == ()
    [clash] = labels.contradictions(walled, "secret")

    assert [label.id for label in clash.labels] == [ann.id, bob.id]
    labels.resolve(walled, (ann.id, bob.id), NOT)
    assert said(walled, "Secret") == [("Bob", NOT)]
    assert said(walled, "Open") == [(carla.labeller, carla.verdict)]


def test_a_document_in_a_locked_matter_too_shows_outside_what_was_said_outside(walled):
    ann = say(walled, "Ann", "both.pdf", RELEVANT, "Secret")
    labels.set_labeller(walled, "Bob")
    hit = hit_of(walled, "both.pdf")
    reviewing.remember_answer(walled, searching.search_words(walled, QUESTION, Scope()), Scope())

    assert labels.verdicts(walled, QUESTION, (hit,)) == (Standing(),)
    assert labels.verdicts(walled, QUESTION, (hit,), "Open") == (Standing(),)
    assert hit.passage_id in {each.passage_id for each in reviewing.review(walled)[0].hits}
    [inside] = labels.verdicts(walled, QUESTION, (hit,), "secret")
    assert inside == Standing(RELEVANT, ann.id, "Ann")


def test_what_is_said_in_all_matters_is_said_in_one_that_is_not_locked_out(walled):
    labels.let_train(walled, "Open", True)

    assert say(walled, "Ann", "both.pdf", RELEVANT, "").matter == "Open"


def withdraw(desk, name, matter):
    matters.withdraw_document(desk, hit_of(desk, name, matter).document_id, matter)


def test_labels_of_a_withdrawn_document_do_not_begin_to_teach(walled):
    matters.assign_document(walled, hit_of(walled, "open.pdf").document_id, "Later")
    say(walled, "Ann", "open.pdf", RELEVANT, "Later")
    labels.let_train(walled, "Open", True)

    withdraw(walled, "open.pdf", "Later")

    assert lessons.training_pairs(walled) == ()
    assert said(walled, "Open", history=True) == said(walled, "Later", history=True) == []


def test_labels_of_a_withdrawn_document_do_not_leave_a_locked_matter(walled):
    say(walled, "Ann", "both.pdf", RELEVANT, "Secret")

    withdraw(walled, "both.pdf", "Secret")

    assert said(walled, "", history=True) == said(walled, "Secret", history=True) == []


def test_labels_of_a_withdrawn_document_go_where_no_more_is_taught(walled):
    matters.assign_document(walled, hit_of(walled, "open.pdf").document_id, "Later")
    say(walled, "Ann", "open.pdf", RELEVANT, "Open")
    newer = say(walled, "Ann", "open.pdf", PARTLY, "Later")
    say(walled, "Bob", "open.pdf", PARTLY, "Open")

    withdraw(walled, "open.pdf", "Open")

    assert said(walled, "Later") == [("Bob", PARTLY), ("Ann", PARTLY)]
    [back] = labels.undo_label(walled, newer.id)  # her older word is its history now
    assert back.verdict is RELEVANT


def test_what_a_label_had_replaced_stays_replaced_where_it_is_left_behind(walled, tmp_path):
    bringing_into(walled, tmp_path)(
        [{"anchor": QUESTION, "positive": CLAUSE}], matter="Open", labeller="Ann"
    )
    matters.assign_document(walled, hit_of(walled, "open.pdf").document_id, "Later")
    newer = say(walled, "Ann", "open.pdf", NOT, "Open")

    withdraw(walled, "open.pdf", "Open")
    labels.undo_label(walled, newer.id)

    assert said(walled, "Open") == []


@pytest.fixture
def copies(walled, drop):
    """The clause of Open in one more document of it."""
    path = drop("copy.pdf", pdf.text_pdf(CLAUSE, "", ""))
    importing.import_files(walled, (path,), "Open", {})
    return walled


def test_nobody_disagrees_with_himself_over_a_clause_in_another_document(copies):
    first = say(copies, "Ann", "open.pdf", RELEVANT, "Open")
    second = say(copies, "Ann", "copy.pdf", NOT, "Open")

    for name in ("open.pdf", "copy.pdf"):
        [standing] = labels.verdicts(copies, QUESTION, (hit_of(copies, name, "Open"),))
        assert standing == Standing(NOT, second.id, "Ann", mine=True)
    assert labels.contradictions(copies) == ()
    assert labels.undo_label(copies, second.id) == (first,)
    labels.restore_label(copies, second.id)
    assert said(copies, "Open") == [("Ann", NOT)]


def test_the_same_said_of_both_copies_outlives_either(copies):
    say(copies, "Ann", "open.pdf", RELEVANT, "Open")
    say(copies, "Ann", "copy.pdf", RELEVANT, "Open")

    removing.remove_documents(copies, (hit_of(copies, "copy.pdf").document_id,))

    assert said(copies, "Open") == [("Ann", RELEVANT)]


def test_a_mind_that_was_changed_in_another_matter_teaches_what_it_is_now(copies):
    matters.assign_document(copies, hit_of(copies, "copy.pdf").document_id, "Later")
    say(copies, "Ann", "open.pdf", RELEVANT, "Open")
    say(copies, "Ann", "copy.pdf", NOT, "Later")
    for matter in ("Open", "Later"):
        labels.let_train(copies, matter, True)

    assert labels.contradictions(copies) == ()
    assert lessons.training_pairs(copies) == lessons.qrels(copies).asked == ()
    assert said(copies, "Open") == [("Ann", RELEVANT)]
