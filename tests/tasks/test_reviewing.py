"""Questions of the past: kept as far as their review needs them, and no further."""

from __future__ import annotations

import pytest

from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.engine import label_store
from legaldesk.tasks import importing, labels, matters, removing, reviewing, searching
from tests import pdf_factory as pdf
from tests.tasks.test_removing import files_with

CANARY = "Zwicklhuberkanarie"


def fill(desk, drop):
    texts = ("The tenant pays the rent.", "Rent is due in May.", "The rent falls.")
    for number, text in enumerate(texts):
        importing.import_files(desk, (drop(f"{number}.pdf", pdf.text_pdf(text)),), "Acme", {})
    importing.import_files(desk, (drop("b.pdf", pdf.text_pdf("Secret rent.")),), "Byte", {})


@pytest.fixture
def leases(filled):
    """Three short documents in Acme, one in Byte."""
    return filled(fill)


def ask(desk, question="rent", scope=None):
    scope = scope or Scope("Acme")
    answer = searching.search_words(desk, question, scope)
    reviewing.remember_answer(desk, answer, scope)
    return answer.hits


def label(desk, hit, question="rent"):
    return labels.label_hit(desk, question, hit.document_id, hit.spans, Verdict.RELEVANT)


def questions(desk, matter=""):
    return [past.question for past in reviewing.review(desk, matter)]


def test_what_is_unlabelled_waits_for_review(leases):
    first, second, third = ask(leases)
    label(leases, second)

    [past] = reviewing.review(leases, "Acme")

    assert (past.question, past.matter, past.labelled) == ("rent", "Acme", 1)
    assert [(hit.rank, hit.body) for hit in past.hits] == [(1, first.body), (3, third.body)]
    assert past.hits[0].page_label == first.page_label
    assert past.model == leases.meaning.generation.name
    for hit in past.hits:
        label(leases, hit)
    assert reviewing.review(leases, "Acme") == ()


def test_a_question_asked_again_is_kept_once_and_comes_first(leases):
    ask(leases)
    ask(leases, "May")
    ask(leases, "Rent ")

    assert questions(leases) == ["Rent", "May"]


def test_a_question_of_the_past_is_labelled_as_it_was_asked(leases):
    hits = ask(leases, 'rent "-tenant" may')
    [past] = reviewing.review(leases, "Acme")
    assert past.question == "rent -tenant may"

    for hit in hits:
        given = (hit.document_id, hit.spans, Verdict.RELEVANT)
        assert labels.label_hit(leases, past.question, *given, plain=True).question == past.question

    assert reviewing.review(leases, "Acme") == ()
    for question, plain in ((past.question, True), ('rent "-tenant" may', False)):
        found = labels.verdicts(leases, question, hits, plain=plain)
        assert {standing.verdict for standing in found} == {Verdict.RELEVANT}


def test_questions_that_were_seen_make_room_for_others(leases):
    for question in ("rent", "May", "tenant"):
        ask(leases, question)
    [newest] = reviewing.review(leases, "Acme", 1)

    [next_one] = reviewing.review(leases, "Acme", 1, (newest.id,))

    assert (newest.question, next_one.question) == ("tenant", "May")


def test_what_found_nothing_or_asks_nothing_is_not_kept(leases):
    ask(leases, "zzz")
    ask(leases, "matter:Acme")

    assert questions(leases) == []


def test_a_question_belongs_to_its_matter(leases):
    ask(leases, "rent", Scope("Byte"))
    ask(leases, "rent matter:byte secret", Scope())
    ask(leases, "May", Scope())

    assert questions(leases, "Byte") == ["rent secret", "rent"]
    assert questions(leases, "Acme") == []
    matters.lock_matter(leases, "Byte", True)
    assert questions(leases) == ["May"]


def test_results_in_a_matter_that_was_locked_since_are_not_shown(leases):
    ask(leases, "rent", Scope())
    matters.lock_matter(leases, "Byte", True)

    [past] = reviewing.review(leases)

    assert {hit.matters for hit in past.hits} == {("Acme",)}


def test_the_user_may_want_nothing_kept(leases):
    ask(leases)
    reviewing.set_remembering(leases, False)

    assert not reviewing.remembers(leases)
    assert questions(leases) == []
    ask(leases)
    assert leases.reader.count("SELECT count(*) FROM asked") == 0

    reviewing.set_remembering(leases, True)
    ask(leases)
    assert questions(leases) == ["rent"]


def test_questions_can_be_forgotten(leases):
    ask(leases, f"rent {CANARY}")
    ask(leases, "rent secret", Scope("Byte"))
    ask(leases, "May")
    [may, *_] = reviewing.review(leases, "Acme")

    reviewing.forget_question(leases, may.id)
    assert questions(leases, "Acme") == [f"rent {CANARY}"]
    assert files_with(leases.library, CANARY)
    assert reviewing.forget_questions(leases, "Acme") == 1
    assert files_with(leases.library, CANARY) == []
    assert reviewing.forget_questions(leases) == 1


def test_the_oldest_go_first(leases, monkeypatch):
    monkeypatch.setattr(label_store, "MOST_REMEMBERED", 2)
    for question in ("rent", "May", "tenant"):
        ask(leases, question)

    assert questions(leases) == ["tenant", "May"]


def test_a_question_goes_with_every_document_that_it_showed(leases):
    hits = ask(leases, f"rent {CANARY}", Scope())
    ask(leases, "tenant")

    removing.remove_documents(leases, (hits[-1].document_id,))

    assert CANARY not in " ".join(questions(leases))
    assert files_with(leases.library, CANARY) == []


def test_a_question_goes_with_its_matter(leases):
    ask(leases, f"rent {CANARY}")
    first = leases.reader.all_documents()[0]
    for document in leases.reader.all_documents():
        if "Acme" in document.matters:
            matters.assign_document(leases, document.id, "Byte")

    removing.remove_matter(leases, "Acme")

    assert first.id in {document.id for document in leases.reader.all_documents()}
    assert files_with(leases.library, CANARY) == []


def test_a_question_goes_where_its_document_is_withdrawn(leases):
    hits = ask(leases)
    matters.assign_document(leases, hits[0].document_id, "Byte")

    matters.withdraw_document(leases, hits[0].document_id, "Acme")

    assert questions(leases, "Acme") == []
