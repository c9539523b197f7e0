"""“legaldesk evaluate”: one line for each mode and dimension, and a table for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from legaldesk import cli
from legaldesk.core.evaluation import Figure, Mode, Table, TableRow
from legaldesk.core.metrics import METRICS
from legaldesk.tasks import evaluating
from tests.gold_sets import small_set


@pytest.fixture
def evaluate(library: Path, tiny_model: Path, tmp_path: Path, capsys):
    """Run the command on a small set with the tiny model; returns (status, out, errors)."""
    folder = small_set(tmp_path / "small")

    def call(*arguments: str):
        options = ["--model", str(tiny_model), "--library", str(library), *arguments]
        status = cli.main(["evaluate", str(folder), *options])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def test_json_has_a_line_for_each_mode_and_dimension(evaluate) -> None:
    status, out, _ = evaluate("--dims", "64", "16", "--json")

    lines = [json.loads(line) for line in out.splitlines()]
    assert status == 0
    assert [(line["mode"], line["dimension"]) for line in lines] == [
        ("dense", 64), ("dense", 16), ("lexical", None), ("fused", 64), ("fused", 16),
        ("bm25", None),
    ]  # fmt: skip
    assert {line["set"] for line in lines} == {"small"}
    assert {line["queries"] for line in lines} == {6}
    assert set(METRICS) <= set(lines[0]["metrics"])
    assert set(lines[0]["metrics"]["ndcg@10"]) == {"value", "low", "high"}
    assert (lines[0]["span_queries"], lines[-1]["span_queries"]) == (1, 0)


def test_a_cross_encoder_has_a_row_of_its_own(evaluate, tiny_reranker: Path) -> None:
    status, out, _ = evaluate("--reranker", str(tiny_reranker), "--json")

    modes = [json.loads(line)["mode"] for line in out.splitlines()]
    assert (status, modes) == (0, ["dense", "lexical", "fused", "reranked", "bm25"])


def test_a_cross_encoder_named_from_here_is_found_by_an_engine_elsewhere(
    library: Path, tiny_model: Path, tiny_reranker: Path, monkeypatch
) -> None:
    asked = []

    def measure(desk, matter, modes, dimensions, reranker, report):
        asked.append(reranker)
        return Table("labels", "tiny", 0, 0, 0, 0, ())

    monkeypatch.setattr(evaluating, "evaluate_labels", measure)
    monkeypatch.chdir(tiny_reranker.parent)

    options = ["--library", str(library), "--reranker", tiny_reranker.name]
    assert cli.main(["evaluate", *options]) == 0

    assert asked == [str(tiny_reranker)]


def test_what_is_left_out_is_said(library: Path, tiny_model: Path, monkeypatch, capsys) -> None:
    note = "12 questions that made the model in use are left out."
    row = TableRow(Mode.LEXICAL, 0, {"ndcg@10": Figure(0.5, 0.4, 0.6)}, {})
    table = Table("labels", "tiny", 1, 1, 1, 1, (row,), note)
    monkeypatch.setattr(evaluating, "evaluate_labels", lambda *_, **__: table)

    assert cli.main(["evaluate", "--library", str(library)]) == 0
    assert note in " ".join(capsys.readouterr().out.split())
    assert cli.main(["evaluate", "--library", str(library), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["note"] == note


def test_people_see_a_table_that_names_its_corpus(evaluate) -> None:
    status, out, _ = evaluate("--mode", "lexical", "--mode", "bm25")

    words = " ".join(out.split())
    assert status == 0
    assert "small: 6 questions (5 different answers), 6 documents in" in words
    assert "lexical bm25" in words
    assert "ndcg@10" in words


def test_a_bad_line_is_complained_of(evaluate, tmp_path: Path) -> None:
    (tmp_path / "small" / "qrels.tsv").write_text("limited\tnothing\t1\n")

    status, out, errors = evaluate("--json")

    assert (status, out) == (2, "")
    assert "qrels.tsv, line 1" in json.loads(errors)["message"]


def test_an_unknown_model_is_complained_of(evaluate) -> None:
    status, _, errors = evaluate("--model", "no such model", "--json")

    assert status == 2
    assert "no such model" in json.loads(errors)["message"]
