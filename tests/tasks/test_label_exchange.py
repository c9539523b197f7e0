"""Labels go out to files and come back, thousands at once; what is refused says why."""

from __future__ import annotations

import csv
import hashlib
import io
import json

import pytest

from legaldesk.core.errors import Cancelled, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.label_places import same_place
from legaldesk.core.labels import LabelFilter, LabelSource, LabelState, Verdict
from legaldesk.core.passages import Span
from legaldesk.tasks import importing, label_files, labels, lessons, matters, removing, searching
from tests import pdf_factory as pdf

RELEVANT, PARTLY, NOT = Verdict.RELEVANT, Verdict.PARTLY, Verdict.NOT_RELEVANT


@pytest.fixture
def bring(desk, tmp_path):
    """Import rows of JSON lines, or a text, into the matter Firm."""
    return bringing_into(desk, tmp_path)


def bringing_into(desk, folder):
    def call(content, kind="jsonl", matter="Firm", **more):
        path = folder / f"in.{kind}"
        if not isinstance(content, str):
            content = "".join(f"{json.dumps(row)}\n" for row in content)
        path.write_text(content, "utf-8")
        return label_files.import_labels(desk, str(path), matter, **more)

    return call


def row(anchor="Who pays?", positive="The tenant.", **more):
    return {"anchor": anchor, "positive": positive, **more}


def reasons(report):
    return [(refusal.line, refusal.reason) for refusal in report.refusals]


def said(desk, matter=""):
    found = labels.list_labels(desk, LabelFilter(matter=matter))
    return {(each.question, each.text, each.verdict) for each in found}


def test_a_firms_questions_come_without_documents(desk, bring):
    report = bring([row(negative="The landlord."), row("When?", "In May.")])

    assert (report.matter, report.lines, report.added, report.refused) == ("Firm", 2, 3, 0)
    assert said(desk) == {
        ("Who pays?", "The tenant.", RELEVANT),
        ("Who pays?", "The landlord.", NOT),
        ("When?", "In May.", RELEVANT),
    }
    [counts] = labels.count_labels(desk)
    assert (counts.relevant, counts.not_relevant, counts.questions) == (2, 1, 2)
    assert not counts.may_train
    labels.let_train(desk, "Firm", True)
    pairs = lessons.training_pairs(desk)
    assert [(pair.question, pair.negatives, pair.document) for pair in pairs] == [
        ("Who pays?", ("The landlord.",), ""), ("When?", (), ""),
    ]  # fmt: skip


def test_a_text_without_a_document_is_found_where_it_stands(desk, bring, drop):
    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf("The tenant pays.")),), "Firm", {})
    bring([row(positive="the TENANT  pays."), row("When?", "Nowhere to be found.")])
    [hit] = searching.search_words(desk, "tenant", Scope()).hits

    gold = lessons.qrels(desk)

    [asked] = gold.asked
    assert asked.grades == {hit.passage_id: 2.0}
    assert gold.unplaced == 1
    assert labels.verdicts(desk, "who pays?", (hit,))[0].verdict is RELEVANT


def test_a_label_that_came_before_its_document_stays_on_its_side_of_the_wall(desk, bring, drop):
    data = pdf.text_pdf("The tenant pays.")
    name = hashlib.sha256(data).hexdigest()
    bring([row(positive="The tenant pays.", document=name, spans=[[1, 0, 16]])])
    importing.import_files(desk, (drop("secret.pdf", data),), "Client", {})
    matters.lock_matter(desk, "Client", True)

    [label] = labels.list_labels(desk, LabelFilter(matter="Firm"))
    gold = lessons.qrels(desk, "Firm")

    assert (label.document, label.document_name) == (name, "")
    assert (gold.asked, gold.unplaced) == ((), 1)
    importing.import_files(desk, (drop("ours.pdf", data),), "Firm", {})
    assert labels.list_labels(desk, LabelFilter(matter="Firm"))[0].document_name
    assert [asked.scope for asked in lessons.qrels(desk, "Firm").asked] == [Scope("Firm")]


def test_an_opinion_that_was_given_up_stays_so_when_the_newer_one_goes(desk, bring, drop):
    path = drop("a.pdf", pdf.text_pdf("The tenant pays."))
    importing.import_files(desk, (path,), "Firm", {})
    bring([row(positive="The tenant pays.")])
    [hit] = searching.search_words(desk, "tenant", Scope()).hits
    labels.label_hit(desk, "Who pays?", hit.document_id, hit.spans, NOT)

    removing.remove_documents(desk, (hit.document_id,))

    assert said(desk) == set()
    [old] = labels.list_labels(desk, LabelFilter(history=True))
    assert (old.verdict, old.state) == (RELEVANT, LabelState.SUPERSEDED)
    with pytest.raises(WrongUse, match="replaced"):
        labels.restore_label(desk, old.id)


def test_a_text_with_a_bullet_is_the_same_when_it_comes_back(desk, bring, drop, tmp_path):
    data = pdf.mapped_pdf("x The tenant x pays.", {"x": "F0B7"})
    importing.import_files(desk, (drop("a.pdf", data),), "Firm", {})
    [hit] = searching.search_words(desk, "tenant", Scope()).hits
    label = labels.label_hit(desk, "Who pays?", hit.document_id, hit.spans, RELEVANT)
    assert "\uf0b7" in label.text
    path = str(tmp_path / "out.jsonl")
    label_files.export_labels(desk, path)

    again = label_files.import_labels(desk, path, "Firm")

    assert (again.added, reasons(again)) == (0, [(1, "duplicate: it is in the library already")])
    bring([row("Why?", "the tenant pays.")], labeller="Ann")
    assert labels.verdicts(desk, "why?", (hit,))[0].verdict is RELEVANT
    assert lessons.qrels(desk).unplaced == 0


def test_thousands_go_in_at_once_and_bad_lines_are_named(desk, bring):
    rows = [row(f"Question {n}?", f"Answer {n}.") for n in range(3_000)]
    rows[7] = {"anchor": "no answer"}
    rows[2_000] = row("Question 3?", "Answer 3.")
    heard = []

    report = bring(rows, report=heard.append)

    assert (report.lines, report.added) == (3_000, 2_998)
    assert reasons(report) == [
        (8, "it has no text under positive, partly or negative"),
        (2001, "duplicate: it is in line 4 already"),
    ]
    assert [progress.done for progress in heard][:3] == [1_000, 2_000, 3_000]


def test_a_cancel_leaves_nothing(desk, bring):
    def cancel(progress):
        raise Cancelled

    with pytest.raises(Cancelled):
        bring([row()], report=cancel)

    assert labels.list_labels(desk, LabelFilter()) == ()
    assert matters.list_matters(desk) == ()


def test_what_contradicts_in_a_file_is_refused_on_both_sides(desk, bring):
    report = bring([row(), row(positive="", negative="the  tenant."), row("When?", "May.")])

    assert report.added == 1
    assert reasons(report) == [
        (1, "contradiction: line 2 says otherwise of the same text"),
        (2, "contradiction: line 1 says otherwise of the same text"),
    ]


def test_an_import_overrules_nobody(desk, bring):
    labels.set_labeller(desk, "Ann")
    bring([row()])

    again = bring([row(), row(negative="New.")])
    opposite = bring([row(positive="", negative="The tenant.")])

    assert (again.added, reasons(again)) == (1, [(1, "duplicate: it is in the library already")])
    assert opposite.added == 0
    assert "has said “relevant”" in opposite.refusals[0].reason
    assert ("Who pays?", "The tenant.", RELEVANT) in said(desk)


def test_another_labellers_word_is_taken_and_waits_to_be_settled(desk, bring):
    bring([row()], labeller="Ann")

    report = bring([row(positive="", negative="The tenant.")], labeller="Bob")

    assert (report.added, report.refused, report.contradicted) == (1, 0, 1)
    [clash] = labels.contradictions(desk)
    assert {label.labeller for label in clash.labels} == {"Ann", "Bob"}


def test_a_file_that_is_no_list_of_labels_is_refused_as_a_whole(desk, bring, tmp_path):
    with pytest.raises(WrongUse, match="name the columns"):
        bring("question text\n", kind="csv")
    with pytest.raises(WrongUse, match="neither"):
        bring("x", kind="txt")
    with pytest.raises(WrongUse, match="cannot be read"):
        label_files.import_labels(desk, str(tmp_path / "no.csv"), "Firm")
    with pytest.raises(WrongUse, match="needs a name"):
        bring([row()], matter=" ")
    assert bring("x\n").refused == 1
    assert matters.list_matters(desk) == ()


@pytest.fixture
def labelled(filled):
    return filled(label)


def label(desk, drop):
    """Three passages labelled in Case, formula-like texts in Firm."""
    texts = ["The tenant pays the rent.", "The rent is low.", "Rent falls."]
    for number, text in enumerate(texts):
        importing.import_files(desk, (drop(f"{number}.pdf", pdf.text_pdf(text)),), "Case", {})
    hits = searching.search_words(desk, "rent", Scope()).hits
    for hit, verdict in zip(hits, (RELEVANT, PARTLY, NOT), strict=True):
        labels.label_hit(desk, "rent?", hit.document_id, hit.spans, verdict, rank=hit.rank)
    bring = bringing_into(desk, desk.library)
    bring([row("=1+1", "-5 days\n+2", negative=["@x", "'=y"]), row("ü;,\"'?", 'say "so"')])


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
@pytest.mark.parametrize("complete", [False, True])
def test_what_goes_out_comes_back_the_same(labelled, tmp_path, kind, complete):
    path = str(tmp_path / f"out.{kind}")

    out = label_files.export_labels(labelled, path, complete=complete)
    report = label_files.import_labels(labelled, path, "Copy", labeller="Copy")

    assert out.labels == report.added + report.refused
    before = said(labelled, "Case") | said(labelled, "Firm")
    if complete:  # documents that are in the library are not in the matter Copy
        assert report.refused == 3
        before = said(labelled, "Firm")
    assert said(labelled, "Copy") == before


def test_a_complete_export_keeps_where_and_by_whom(labelled, tmp_path):
    path = str(tmp_path / "out.csv")
    before = labels.list_labels(labelled, LabelFilter(matter="Case"))
    label_files.export_labels(labelled, path, "case", complete=True)
    for label in before:
        labels.undo_label(labelled, label.id)

    label_files.import_labels(labelled, path, "Case", labeller="Somebody")

    after = labels.list_labels(labelled, LabelFilter(matter="Case"))

    def kept(label):
        return (
            label.question, label.text, label.verdict, label.document, label.spans, label.section,
            label.labeller, label.made, label.model_name, label.model, label.rank,
        )  # fmt: skip

    assert sorted(map(kept, after)) == sorted(map(kept, before))
    assert {label.source for label in after} == {LabelSource.IMPORT}
    assert isinstance(after[0].spans[0], Span)


def test_an_export_is_what_trainers_read(labelled, tmp_path):
    path = tmp_path / "out.csv"

    out = label_files.export_labels(labelled, str(path))

    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert list(rows[0]) == ["anchor", "positive", "negative_1", "negative_2", "partly"]
    assert (out.rows, out.labels) == (len(rows), 7)
    assert [one["anchor"] for one in rows] == ["rent?", "rent?", "'=1+1", "ü;,\"'?"]
    assert all(cell[:1] not in "=+-@" or not cell for one in rows for cell in one.values())


def test_contradictions_and_locked_matters_stay_in(labelled, tmp_path):
    bring = bringing_into(labelled, tmp_path)
    bring([row("rent?", "", negative="X.")], labeller="Ann", matter="Case")
    bring([row("rent?", "X.")], labeller="Bob", matter="Case")
    matters.lock_matter(labelled, "Firm", True)
    path = tmp_path / "out.jsonl"

    out = label_files.export_labels(labelled, str(path))

    assert (out.labels, out.contradicted) == (3, 2)
    assert "1+1" not in path.read_text()
    assert label_files.export_labels(labelled, str(path), "Firm").labels == 5 - 1


@pytest.mark.parametrize("column", ["positive", "partly"])
def test_a_clause_that_stands_in_two_documents_is_taken_for_both(bring, column):
    clause = "The tenant pays the rent on the third day."
    spans = [[1, 0, len(clause)]]
    rows = [
        {"anchor": "Who pays?", "positive": clause, "document": "a" * 64, "spans": spans},
        {"anchor": "Who pays?", column: clause, "document": "b" * 64, "spans": spans},
    ]

    first = bring(rows)

    assert (first.added, reasons(first)) == (2, [])
    assert (bring(rows).added, bring(rows).refused) == (0, 2)
    otherwise = [rows[0], {**rows[0], "positive": "", "partly": clause}]
    assert "says otherwise" in reasons(bring(otherwise, matter="Other"))[0][1]


def test_a_complete_export_leaves_nothing_out(desk, bring, tmp_path):
    bring([row()], labeller="Ann")
    bring([row(positive="", negative="The tenant.")], labeller="Bob")

    out = label_files.export_labels(desk, str(tmp_path / "out.jsonl"), complete=True)

    assert (out.rows, out.labels, out.contradicted) == (2, 2, 0)


def test_a_report_names_the_matter_that_was_wished_though_nothing_came(desk, bring):
    report = bring([{"anchor": "Who pays?"}], matter=" New  one ")

    assert (report.matter, report.added, report.refused) == ("New one", 0, 1)
    assert matters.list_matters(desk) == ()


def test_many_passages_of_one_question_are_not_held_each_against_each(bring, monkeypatch):
    held = []
    monkeypatch.setattr(
        label_files, "same_place", lambda *places: held.append(places) or same_place(*places)
    )

    report = bring([row(positive=f"Passage {at % 1_000} answers.") for at in range(2_000)])

    assert (report.added, report.refused) == (1_000, 1_000)
    assert 2_000 <= len(held) < 10_000
