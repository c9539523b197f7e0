"""“legaldesk labels”: the same tasks from a terminal."""

from __future__ import annotations

import json

import pytest

from legaldesk import cli


@pytest.fixture
def run(library, capsys):
    """Run “labels” on a library; returns (status, what it printed, errors)."""

    def call(*arguments: str):
        status = cli.main(["labels", *arguments, "--library", str(library)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


def as_json(run, *arguments):
    status, out, _ = run(*arguments, "--json")
    return status, [json.loads(line) for line in out.splitlines()]


@pytest.fixture
def pairs(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text(
        "anchor;positive;negative\nWho pays?;The tenant.;The landlord.\n;lost;\nWhen?;In May.;\n"
    )
    return str(path)


def test_a_file_is_brought_in_and_its_bad_lines_named(run, pairs):
    status, [refusal, report] = as_json(run, "import", pairs, "--matter", "Firm")

    assert status == 1
    assert (refusal["line"], refusal["reason"]) == (3, "anchor: it is empty")
    assert report == {
        "schema": 1, "matter": "Firm", "lines": 3, "added": 3, "refused": 1, "contradicted": 0,
    }  # fmt: skip
    assert run("import", pairs, "--matter", "Other")[1].splitlines() == [
        "line 3: anchor: it is empty.",
        "3 lines read, 3 labels added to “Other”, 1 refused.",
    ]


def test_labels_are_listed(run, pairs):
    run("import", pairs, "--matter", "Firm", "--labeller", "Ann")

    status, lines = as_json(run, "list", "--verdict", "relevant", "--matter", "Firm")

    assert status == 0
    assert [(line["question"], line["text"], line["labeller"]) for line in lines] == [
        ("When?", "In May.", "Ann"), ("Who pays?", "The tenant.", "Ann"),
    ]  # fmt: skip
    assert "not relevant  Who pays?  [Firm; import; Ann]" in run("list")[1]


def test_what_contradicts_is_listed(run, pairs, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text('{"anchor": "who pays?", "negative": "The tenant."}')
    run("import", pairs, "--matter", "Firm", "--labeller", "Ann")
    run("import", str(other), "--matter", "Firm", "--labeller", "Bob")

    _, [clash] = as_json(run, "list", "--contradictions")

    assert [label["labeller"] for label in clash["labels"]] == ["Ann", "Bob"]
    assert "Bob] (contradicted)" in run("list")[1]
    assert "relevant" in run("list", "--contradictions")[1]


def test_a_matter_and_a_question_are_found_however_they_are_spelt(run, tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"anchor": "Wer prüft die Änderung?", "positive": "Der Mieter."}')
    run("import", str(file), "--matter", "Firm")

    assert "Änderung" in run("list", "--matter", "FIRM", "--question", "änderung")[1]
    assert run("list", "--question", "Vermieter")[1] == ""
    status, out, errors = run("list", "--matter", "Nope")
    assert (status, out) == (2, "") and "no matter named “Nope”" in errors
    assert run("allow", "firm")[0] == 0


def test_what_is_listed_whole_takes_no_filter(run, pairs):
    run("import", pairs, "--matter", "Firm")

    status, _, errors = run("list", "--contradictions", "--question", "pays")

    assert status == 2 and "--question does not go with --contradictions" in errors


def test_labels_go_out_to_a_file(run, pairs, tmp_path):
    run("import", pairs, "--matter", "Firm")
    out = tmp_path / "out.jsonl"

    status, [report] = as_json(run, "export", str(out), "--matter", "Firm")

    assert (status, report["rows"], report["labels"]) == (0, 2, 3)
    assert [json.loads(line) for line in out.read_text().splitlines()] == [
        {"anchor": "Who pays?", "positive": "The tenant.", "negative": "The landlord."},
        {"anchor": "When?", "positive": "In May."},
    ]
    assert "3 labels in 3 rows" in " ".join(
        run("export", str(out), "--complete", "--format", "csv")[1].split()
    )
    assert out.read_bytes().startswith("\ufeffanchor,positive".encode())


def test_training_is_allowed_matter_by_matter(run, pairs, library, capsys):
    run("import", pairs, "--matter", "Firm")

    assert run("allow", "Firm")[0] == 0
    assert run("forbid", "Firm")[0] == 0
    assert run("allow", "Nope")[0] == 2


@pytest.mark.parametrize(
    "arguments", [(), ("import", "x.csv"), ("import", "x.txt", "--matter", "M"), ("export",)]
)
def test_wrong_use_says_what_to_do(run, arguments):
    status, _, errors = run(*arguments)

    assert status == 2
    assert errors.startswith("legaldesk: ")
