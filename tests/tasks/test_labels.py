"""Labels on real documents: given, taken back, disputed, and alive whatever changes around them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.labels import LabelFilter, LabelSource, LabelState, Standing, Verdict
from legaldesk.core.passages import Span
from legaldesk.tasks import documents, importing, labels, lessons, matters, models, searching
from tests import pdf_factory as pdf
from tests.tiny_models import e5_like

RELEVANT, PARTLY, NOT = Verdict.RELEVANT, Verdict.PARTLY, Verdict.NOT_RELEVANT
QUESTION = "When may the tenant end the lease?"
LEASE = pdf.text_pdf(
    *[
        [f"The {who} {does} the {what} of flat {number} in the month." for number in range(25)]
        for who, does, what in (
            ("tenant", "pays", "rent"),
            ("landlord", "keeps", "deposit"),
            ("tenant", "may end", "lease"),
        )
    ]
)


def fill(desk, drop):
    importing.import_files(desk, (drop("lease.pdf", LEASE),), "Case", {})
    importing.await_meaning(desk)


@pytest.fixture
def leases(filled):
    """One long lease in the matter Case."""
    return filled(fill)


def hits(desk, question=QUESTION, k=20, scope=None):
    """What was found, passage by passage: labels are about those."""
    found = searching.search_words(desk, question, scope or Scope(), k).hits
    return tuple(each for hit in found for each in (replace(hit, beside=()), *hit.beside))


def say(desk, hit, verdict=RELEVANT, question=QUESTION, matter=""):
    return labels.label_hit(desk, question, hit.document_id, hit.spans, verdict, matter, hit.rank)


def verdicts(desk, question=QUESTION):
    found = hits(desk)
    return {
        hit.spans: standing.verdict
        for hit, standing in zip(found, labels.verdicts(desk, question, found), strict=True)
        if standing.verdict
    }


def as_(desk, name):
    labels.set_labeller(desk, name)
    return desk


def test_a_label_keeps_all_that_is_known_of_it(leases, tiny_model):
    hit = next(hit for hit in hits(leases) if hit.rank == 3)

    label = say(as_(leases, "Ann"), hit, PARTLY, f"  {QUESTION} matter:case")

    assert (label.question, label.verdict, label.text) == (QUESTION, PARTLY, hit.body)
    assert (label.document, label.spans, label.section) == (hit.document_id, hit.spans, hit.section)
    assert (label.matter, label.labeller, label.rank) == ("Case", "Ann", 3)
    assert label.model_name == str(tiny_model)
    assert label.model == leases.meaning.generation.model
    assert (label.source, label.state) == (LabelSource.SEARCH, LabelState.CURRENT)
    assert label.document_name == "lease.pdf"
    assert label.made


def test_a_hit_shows_its_verdict_for_this_question_alone(leases):
    first, second, *_ = hits(leases)
    label = say(as_(leases, "Ann"), first)
    say(leases, second, NOT)

    found = labels.verdicts(leases, f"{QUESTION.upper()}  ", hits(leases))

    assert found[0] == Standing(RELEVANT, label.id, "Ann", mine=True)
    assert found[1].verdict == NOT
    assert set(found[2:]) <= {Standing()}
    assert verdicts(leases, "Who pays?") == {}
    assert labels.verdicts(leases, "", hits(leases))[0] == Standing()


def test_a_changed_mind_is_a_new_row_and_can_be_taken_back(leases):
    hit = hits(leases)[0]
    first = say(leases, hit)
    second = say(leases, hit, NOT)

    assert verdicts(leases) == {hit.spans: NOT}
    history = labels.list_labels(leases, LabelFilter(history=True))
    assert [(each.id, each.state) for each in history] == [
        (second.id, LabelState.CURRENT), (first.id, LabelState.SUPERSEDED),
    ]  # fmt: skip

    [back] = labels.undo_label(leases, second.id)

    assert back.id == first.id
    assert verdicts(leases) == {hit.spans: RELEVANT}
    assert labels.undo_label(leases, first.id) == ()
    assert verdicts(leases) == {}
    with pytest.raises(WrongUse):
        labels.undo_label(leases, first.id)
    assert len(labels.list_labels(leases, LabelFilter(history=True))) == 2


def test_a_label_that_was_taken_back_is_put_back_and_disputed_again(leases):
    hit = hits(leases)[0]
    first = say(as_(leases, "Ann"), hit)
    second = say(as_(leases, "Bob"), hit, NOT)
    labels.undo_label(leases, first.id)
    assert labels.contradictions(leases) == ()

    assert labels.restore_label(leases, first.id) == first

    [clash] = labels.contradictions(leases)
    assert [label.id for label in clash.labels] == [first.id, second.id]
    labels.resolve(leases, (first.id, second.id), NOT)
    with pytest.raises(WrongUse, match="overruled"):
        labels.restore_label(leases, first.id)


def test_the_same_said_twice_is_one_label(leases):
    hit = hits(leases)[0]

    assert say(leases, hit).id == say(leases, hit).id


def test_a_selection_makes_a_label(leases):
    hit = hits(leases)[0]
    start = hit.spans[0].start
    part = (Span(hit.page, start + 4, start + 40),)

    label = labels.label_selection(leases, "Who?", hit.document_id, part)

    assert label.text == " ".join(hit.text.split())[4:40].strip()
    assert (label.source, label.rank, label.verdict) == (LabelSource.SELECTION, 0, RELEVANT)
    assert [s.verdict for s in labels.verdicts(leases, "Who?", (hit,))] == [RELEVANT]


def test_a_selection_is_of_the_matter_where_it_was_made_if_its_document_is_there(leases):
    hit = hits(leases)[0]
    for name in ("Alone", "Both"):
        matters.create_matter(leases, name)
    matters.assign_document(leases, hit.document_id, "Both")
    made = [
        labels.label_selection(leases, question, hit.document_id, hit.spans, matter=question)
        for question in ("both", "Alone")
    ]

    assert [label.matter for label in made] == ["Both", "Both"]
    with pytest.raises(WrongUse, match="no matter"):
        labels.label_selection(leases, "Q", hit.document_id, hit.spans, matter="Renamed")


def test_a_question_with_quotes_is_the_same_wherever_it_is_asked(leases):
    hit = hits(leases)[0]
    asked = "Which law does “this agreement” follow?"
    labels.label_selection(as_(leases, "Ann"), asked, hit.document_id, hit.spans)
    say(as_(leases, "Bob"), hit, NOT, asked)

    [clash] = labels.contradictions(leases)

    assert {label.labeller for label in clash.labels} == {"Ann", "Bob"}
    [standing] = labels.verdicts(leases, "which law does this agreement follow?", (hit,))
    assert (standing.verdict, standing.contradicted) == (NOT, True)


@pytest.mark.parametrize(
    "spans", [(), (Span(99, 0, 5),), (Span(1, 5, 5),), (Span(1, 0, 10**6),), (Span(1, -5, 5),)]
)
def test_there_must_be_text_where_a_label_is(leases, spans):
    [document] = documents.list_documents(leases, Scope())

    with pytest.raises(WrongUse, match="no text"):
        labels.label_selection(leases, "Q", document.id, spans)
    with pytest.raises(WrongUse, match="no longer"):
        labels.label_hit(leases, "Q", "0" * 64, (Span(1, 0, 5),), RELEVANT)


def test_labels_outlive_another_cut_and_another_model(leases, tmp_path):
    first = next(hit for hit in hits(leases) if hit.page == 1)
    say(leases, first)
    gold = lessons.qrels(leases)

    switch(leases, e5_like(tmp_path / "tuned", seed=7))
    assert set(verdicts(leases)) == {first.spans}
    assert lessons.qrels(leases).asked == gold.asked

    switch(leases, short_sighted(e5_like(tmp_path / "other")))
    assert first.spans not in {hit.spans for hit in hits(leases)}  # it is cut otherwise
    labelled, after = verdicts(leases), lessons.qrels(leases)
    assert set(labelled.values()) == {RELEVANT}
    assert all(spans[0].page == 1 for spans in labelled)
    assert after.unplaced == 0
    assert set(after.asked[0].grades) == {
        hit.passage_id for hit in hits(leases) if hit.spans in labelled
    }

    models.go_back(leases)
    assert set(verdicts(leases)) == {first.spans}


def short_sighted(folder):
    """The model, reading 64 tokens at once, so that passages are short."""
    file = folder / "tokenizer_config.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"model_max_length": 64}))
    return folder


def switch(desk, folder):
    models.use_model(desk, str(folder))
    models.await_switch(desk)


def test_labels_outlive_the_same_file_dropped_again(leases, drop):
    say(leases, hits(leases)[0])

    importing.import_files(leases, (drop("copy.pdf", LEASE),), "Other", {})

    assert list(verdicts(leases).values()) == [RELEVANT]
    assert [label.matter for label in labels.list_labels(leases, LabelFilter())] == ["Case"]


def test_labellers_who_differ_are_shown_and_left_out_until_it_is_settled(leases):
    hit, other, *_ = hits(leases)
    labels.let_train(leases, "Case", True)
    say(as_(leases, "Ann"), hit)
    say(leases, other)
    say(as_(leases, "Bob"), hit, NOT)

    [clash] = labels.contradictions(leases, "Case")

    assert [(label.labeller, label.verdict) for label in clash.labels] == [
        ("Ann", RELEVANT), ("Bob", NOT),
    ]  # fmt: skip
    standing = labels.verdicts(leases, QUESTION, (hit,))[0]
    assert (standing.verdict, standing.mine, standing.contradicted) == (NOT, True, True)
    assert [pair.passage for pair in lessons.training_pairs(leases)] == [other.body]
    assert lessons.qrels(leases).contradicted == 2
    assert sum(label.contradicted for label in labels.list_labels(leases, LabelFilter())) == 2
    assert labels.count_labels(leases)[0].contradictions == 1

    with pytest.raises(WrongUse, match="Nobody"):
        labels.resolve(leases, tuple(label.id for label in clash.labels), PARTLY)
    labels.resolve(leases, tuple(label.id for label in clash.labels), RELEVANT)

    assert labels.contradictions(leases) == ()
    assert {pair.passage for pair in lessons.training_pairs(leases)} == {hit.body, other.body}
    [gone] = [
        label
        for label in labels.list_labels(leases, LabelFilter(history=True, labeller="Bob"))
        if label.state is LabelState.OVERRULED
    ]
    with pytest.raises(WrongUse, match="changed meanwhile"):
        labels.resolve(leases, (gone.id,), NOT)


def test_only_matters_that_may_train_do(leases):
    first, second, third, *_ = hits(leases)
    say(leases, first)
    say(leases, second, NOT)
    say(leases, third, PARTLY)
    say(leases, third, RELEVANT, "Another question?")

    assert lessons.training_pairs(leases) == ()
    with pytest.raises(WrongUse, match="may not be trained on"):
        lessons.training_pairs(leases, ("Case",))

    labels.let_train(leases, "Case", True)

    one, two = lessons.training_pairs(leases, ("case",))
    assert (one.question, one.passage, one.negatives) == (QUESTION, first.body, (second.body,))
    assert (one.document, one.matter) == (first.document_id, "Case")
    assert (two.passage, two.negatives) == (third.body, ())
    assert matters.list_matters(leases)[0].may_train
    with pytest.raises(WrongUse):
        labels.let_train(leases, "Nope", True)


def test_grades_are_two_and_one(leases):
    first, second, third, *_ = hits(leases)
    for hit, verdict in ((first, RELEVANT), (second, PARTLY), (third, NOT)):
        say(leases, hit, verdict)

    [asked] = lessons.qrels(leases).asked

    assert asked.grades == {first.passage_id: 2.0, second.passage_id: 1.0}
    assert (asked.text, asked.scope) == (QUESTION, Scope("Case"))
    names = lessons.qrels(leases, "Case").searched.names
    assert set(asked.grades) <= set(names.values())


def test_a_nearer_label_decides_over_a_wider_one(leases):
    first, second, *_ = sorted(hits(leases), key=lambda hit: hit.spans)
    both = (Span(first.page, first.spans[0].start, second.spans[-1].end),)
    assert first.page == second.page
    labels.label_selection(leases, QUESTION, first.document_id, both)
    say(leases, second, NOT)

    [asked] = lessons.qrels(leases).asked

    assert asked.grades == {first.passage_id: 2.0}
    labels.let_train(leases, "Case", True)
    [pair] = lessons.training_pairs(leases)
    assert pair.negatives == ()  # its text is part of what is right


def test_a_matter_is_a_wall_for_labels_too(leases, drop):
    importing.import_files(leases, (drop("secret.pdf", pdf.text_pdf("The secret rent.")),), "B", {})
    [hit] = hits(leases, "secret", scope=Scope("B"))
    say(leases, hit, question="secret")
    matters.lock_matter(leases, "B", True)

    assert labels.list_labels(leases, LabelFilter()) == ()
    assert lessons.qrels(leases).asked == ()
    assert len(labels.list_labels(leases, LabelFilter(matter="B"))) == 1
    assert labels.verdicts(leases, "secret", (replace(hit, matters=("Case",)),)) == (Standing(),)
    with pytest.raises(WrongUse, match="not in the matter"):
        say(leases, hit, matter="Case")


def test_a_document_in_two_matters_is_labelled_where_training_is_not_allowed(leases):
    hit = hits(leases)[0]
    labels.let_train(leases, "Case", True)
    matters.assign_document(leases, hit.document_id, "Later")

    assert say(leases, hit).matter == "Later"
    assert say(leases, hit, matter="Case", question="Why?").matter == "Case"

    matters.withdraw_document(leases, hit.document_id, "Later")
    assert {label.matter for label in labels.list_labels(leases, LabelFilter())} == {"Case"}


def test_lists_are_narrowed(leases):
    first, second, *_ = hits(leases)
    say(as_(leases, "Ann"), first)
    say(as_(leases, "Bob"), second, NOT, "Who pays?")

    def listed(**wanted):
        return [label.labeller for label in labels.list_labels(leases, LabelFilter(**wanted))]

    assert listed() == ["Bob", "Ann"]
    assert listed(question="pays") == listed(verdict=NOT) == listed(labeller="Bob") == ["Bob"]
    assert listed(document=first.document_id, limit=1) == ["Bob"]
    assert listed(offset=1) == ["Ann"]
    assert listed(source=LabelSource.IMPORT) == []
    with pytest.raises(WrongUse, match="no matter named “Nope”"):
        listed(matter="Nope")


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(max_size=60))
def test_any_question_is_kept_and_found_again(leases, question):
    hit = hits(leases)[0]
    try:
        label = say(leases, hit, question=question)
    except WrongUse:
        return
    [standing] = labels.verdicts(leases, question, (hit,))
    assert standing.label == label.id
    labels.undo_label(leases, label.id)
