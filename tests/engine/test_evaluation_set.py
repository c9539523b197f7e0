"""Gold sets are read whole, and what is wrong in one is said with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from legaldesk.core.errors import WrongUse
from legaldesk.core.metrics import TextRange
from legaldesk.engine.bm25_reference import Bm25
from legaldesk.engine.evaluation_set import read_gold_set
from tests.gold_sets import small_set


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_set(tmp_path / "small")


def test_a_set_is_read_with_its_grades_spans_and_limits(folder: Path) -> None:
    gold = read_gold_set(folder)

    by_id = {question.id: question for question in gold.questions}
    assert gold.name == "small"
    assert len(gold.documents) == 6
    assert "unanswered" not in by_id
    assert by_id["limited"].within == "lease"
    assert by_id["limited"].grades == {"lease#notice": 1.0}
    assert by_id["limited"].spans == (TextRange("lease#notice", 10, 60),)
    assert by_id["q-rent"].spans == ()  # ten characters are too short


BAD = [
    ("corpus.jsonl", '{"id": "x"}', 7, "a text “text”"),
    ("corpus.jsonl", '{"id": "whole", "text": ""}', 7, "stands in line 6 already"),
    ("corpus.jsonl", '{"id": "x", "text": "\\ud800"}', 7, "half a character"),
    ("queries.jsonl", "{not json", 8, "not JSON"),
    ("queries.jsonl", "[1]", 8, "not a JSON object"),
    ("queries.jsonl", '{"id": 1, "text": "x"}', 8, "a text “id”"),
    ("qrels.tsv", "limited\tlease#rent", 8, "between tabs"),
    ("qrels.tsv", "limited\tlease#rent\thigh", 8, "not a number"),
    ("qrels.tsv", "limited\tlease#rent\t-1", 8, "not a number"),
    ("qrels.tsv", "nobody\tlease#rent\t1", 8, "no query “nobody”"),
    ("qrels.tsv", "limited\tnothing\t1", 8, "no document “nothing”"),
    ("spans.jsonl", '{"query_id": "limited", "doc_id": "whole", "start": 5}', 3, "number “end”"),
    (
        "spans.jsonl",
        '{"query_id": "limited", "doc_id": "lease#rent", "start": 5, "end": 999}',
        3,
        "no part of a text",
    ),
    (
        "spans.jsonl",
        '{"query_id": "limited", "doc_id": "whole", "start": 0, "end": 5, "text": "other"}',
        3,
        "not what stands there",
    ),
]


@pytest.mark.parametrize(("file", "line", "number", "what"), BAD)
def test_a_bad_line_is_named(folder: Path, file: str, line: str, number: int, what: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")

    with pytest.raises(WrongUse) as caught:
        read_gold_set(folder)

    assert caught.value.message.startswith(f"{file}, line {number}: ")
    assert what in caught.value.message
    assert caught.value.file == str(folder / file)


def test_a_missing_file_and_a_missing_folder_are_named(folder: Path) -> None:
    (folder / "qrels.tsv").unlink()

    with pytest.raises(WrongUse, match="no qrels.tsv"):
        read_gold_set(folder)
    with pytest.raises(WrongUse, match="no folder"):
        read_gold_set(folder / "nowhere")


def test_another_encoding_is_named(folder: Path) -> None:
    (folder / "queries.jsonl").write_bytes(b'{"id": "\xe9"}')

    with pytest.raises(WrongUse, match=r"queries.jsonl is not UTF-8 \(at byte 8\)"):
        read_gold_set(folder)


def test_the_plain_bm25_ranks_whole_documents(folder: Path) -> None:
    index = Bm25(read_gold_set(folder).documents)

    ranked = index.rank('the "DEPOSÍT" of thirty days?')
    limited = index.rank("notice", {"whole"})
    index.close()

    assert ranked[0] == "lease#deposit"
    assert limited == ["whole"]


def test_a_question_without_words_finds_nothing(folder: Path) -> None:
    index = Bm25(read_gold_set(folder).documents)

    assert index.rank("?!") == []
    index.close()
