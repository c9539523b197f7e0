"""Evaluation goes through the search itself, on documents stored as imported ones are."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import GoldDocument, Mode
from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.core.metrics import METRICS, NDCG, score
from legaldesk.core.models import Prompts
from legaldesk.core.progress import silent
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.gold_library import gold_library, searched
from legaldesk.tasks import importing, labels, models, reranking, searching
from legaldesk.tasks.evaluating import (
    evaluate_folder,
    evaluate_labels,
    evaluate_set,
    right_answers,
)
from tests import pdf_factory as pdf
from tests.gold_sets import TOPICS, small_set

HALVES = {
    Mode.LEXICAL: ("words",),
    Mode.DENSE: ("meaning",),
    Mode.FUSED: ("words", "meaning"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_set(tmp_path / "small")


def test_every_mode_ranks_as_the_search_does(folder: Path, tiny_model: Path) -> None:
    gold = read_gold_set(folder)
    rows = {row.mode: row for row in evaluate_set(gold, list(HALVES), tiny_model).rows}

    with gold_library(gold, tiny_model, True, silent) as (desk, scopes):
        names = searched(desk).names
        ids = {row[0]: names[row[1]] for row in desk.reader.rows("SELECT uuid, id FROM passages")}
        for question in gold.questions:
            for mode, halves in HALVES.items():
                answer = searching.search_by(
                    desk, question.text, scopes[question.within], 100, halves
                )
                ranking = list(dict.fromkeys(ids[hit.passage_id] for hit in answer.hits))
                wanted = score(ranking, question.grades)
                found = rows[mode].scores[question.id]
                assert {name: found[name] for name in METRICS} == pytest.approx(wanted)


def test_words_find_what_they_should(folder: Path, tiny_model: Path) -> None:
    table = evaluate_folder(folder, [Mode.LEXICAL, Mode.BM25], tiny_model)

    lexical, bm25 = table.rows
    assert (table.name, table.questions, table.units, table.corpus) == ("small", 6, 5, 6)
    assert table.passages > 6  # the long document has several
    assert lexical.dimension == bm25.dimension == 0
    assert bm25.figures[NDCG].value > 0.8
    assert lexical.figures["character_recall@2000"].value == 1.0
    assert "character_recall@2000" not in lexical.scores["q-rent"]


def test_each_dimension_has_its_row_and_its_interval(folder: Path, tiny_model: Path) -> None:
    table = evaluate_folder(folder, [Mode.FUSED, Mode.DENSE], tiny_model, [16, 64])

    assert [(row.mode, row.dimension) for row in table.rows] == [
        (Mode.DENSE, 64),
        (Mode.DENSE, 16),
        (Mode.FUSED, 64),
        (Mode.FUSED, 16),
    ]
    for row in table.rows:
        figure = row.figures[NDCG]
        assert 0 <= figure.low <= figure.value <= figure.high <= 1


def test_a_dimension_that_the_model_does_not_have_is_refused(
    folder: Path, tiny_model: Path
) -> None:
    with pytest.raises(WrongUse, match="1 to 64, not 128"):
        evaluate_folder(folder, [Mode.DENSE], tiny_model, [128])


def test_a_limit_keeps_other_documents_out(folder: Path, tiny_model: Path) -> None:
    gold = read_gold_set(folder)

    with gold_library(gold, tiny_model, False, silent) as (desk, scopes):
        names = searched(desk).names
        inside = {names[passage] for passage in desk.reader.passage_ids(scopes["lease"])}
        everywhere = {names[passage] for passage in desk.reader.passage_ids(scopes[""])}

    assert inside == {f"lease#{name}" for name in TOPICS}
    assert everywhere == {*inside, "whole"}


def test_a_span_lies_where_its_passage_says(folder: Path, tiny_model: Path) -> None:
    gold = read_gold_set(folder)
    texts = {document.id: document.text for document in gold.documents}

    with gold_library(gold, tiny_model, False, silent) as (desk, _):
        found = searched(desk)
        bodies = {row[0]: row[1] for row in desk.reader.rows("SELECT id, body FROM passages")}

    for passage, ranges in found.ranges.items():
        text = "".join(texts[part.document][part.start : part.end] for part in ranges)
        assert text.split() == bodies[passage].split()


def test_equal_documents_are_equally_right_within_the_limit(folder: Path) -> None:
    gold = read_gold_set(folder)
    copies = (
        GoldDocument("lease#copy", TOPICS["notice"]),
        GoldDocument("elsewhere", TOPICS["notice"]),
    )
    gold = dataclasses.replace(gold, documents=gold.documents + copies)

    qrels = right_answers(gold)

    assert set(qrels["limited"]) == {"lease#notice", "lease#copy"}
    assert set(qrels["q-notice"]) == {"lease#notice", "lease#copy", "elsewhere"}


def test_prompts_that_were_changed_are_measured(folder: Path, tiny_model: Path) -> None:
    own, changed = (
        evaluate_folder(folder, [Mode.DENSE], tiny_model, prompts=prompts).rows[0]
        for prompts in (None, Prompts("a question about law: ", ""))
    )

    assert own.scores != changed.scores


def test_the_reranked_row_ranks_as_the_search_does(folder, tiny_model, tiny_reranker) -> None:
    gold = read_gold_set(folder)
    untitled = tuple(dataclasses.replace(each, title="") for each in gold.documents)
    gold = dataclasses.replace(gold, documents=untitled)  # titles leave nothing to be mended
    table = evaluate_set(gold, [Mode.FUSED, Mode.RERANKED], tiny_model, reranker=tiny_reranker)
    fused, row = table.rows

    with gold_library(gold, tiny_model, True, silent) as (desk, scopes):
        models.use_reranker(desk, str(tiny_reranker))
        names = searched(desk).names
        ids = {row[0]: names[row[1]] for row in desk.reader.rows("SELECT uuid, id FROM passages")}
        for question in gold.questions:
            scope = scopes[question.within]
            answer = reranking.search_reranked_singly(desk, question.text, scope, 100)
            ranking = list(dict.fromkeys(ids[hit.passage_id] for hit in answer.hits))
            found = row.scores[question.id]
            wanted = score(ranking, question.grades)
            assert {name: found[name] for name in METRICS} == pytest.approx(wanted)
    assert (row.mode, row.dimension) == (Mode.RERANKED, 64)
    assert fused.scores != row.scores  # it has something to say


def test_reranked_takes_a_cross_encoder(folder: Path, tiny_model: Path) -> None:
    with pytest.raises(WrongUse, match="Name the folder of a cross-encoder"):
        evaluate_folder(folder, [Mode.RERANKED], tiny_model)


def test_a_matters_labels_are_measured_over_its_documents(desk, drop) -> None:
    for matter, count in (("One", 2), ("Two", 3)):
        for number in range(count):
            data = pdf.text_pdf(f"The tenant of {matter} pays the rent of house {number}.")
            importing.import_files(desk, (drop(f"{matter}{number}.pdf", data),), matter, {})
    importing.await_meaning(desk)
    question = "Who pays the rent of house 1?"
    hit = searching.search(desk, question, Scope("One"), 1).hits[0]
    labels.label_hit(desk, question, hit.document_id, hit.spans, Verdict.RELEVANT)

    one = evaluate_labels(desk, "One", (Mode.DENSE,))
    everything = evaluate_labels(desk, "", (Mode.DENSE,))

    assert (one.questions, one.corpus, one.passages) == (1, 2, 2)
    assert (everything.corpus, everything.passages) == (5, 5)
