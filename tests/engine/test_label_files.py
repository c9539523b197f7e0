"""Files of labels: what is refused names its line, and what is written is read back."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from legaldesk.core.errors import WrongUse
from legaldesk.engine.label_files import format_of, read_lines, write_rows


@pytest.fixture
def read(tmp_path):
    """Lines of a file with these bytes, as (number, fields, problem)."""

    def call(data, kind="csv"):
        path = tmp_path / f"labels.{kind}"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return [(line.number, dict(line.fields), line.problem) for line in read_lines(path, kind)]

    return call


ROW = {"anchor": "Who pays?", "positive": "The tenant."}


@pytest.mark.parametrize(
    "data",
    [
        "anchor,positive\nWho pays?,The tenant.\n",
        "\ufeffanchor,positive\r\nWho pays?,The tenant.\r\n",
        "anchor;positive\nWho pays?;The tenant.",
        "sep=;\r\nanchor;positive\r\nWho pays?;The tenant.\r\n",
        'anchor\tpositive\n"Who pays?"\t"The tenant."\n',
        '"anchor","positive"\n\n,\n"Who pays?","The tenant."\n',
    ],
)
def test_spreadsheets_write_csv_in_many_ways(read, data):
    [(_, fields, problem)] = read(data)

    assert (fields, problem) == (ROW, "")


def test_old_line_ends_do_not_hide_the_separator(read):
    [(_, fields, problem)] = read("anchor;positive\rWho pays?;This, that, and the other.\r")

    assert (fields, problem) == ({**ROW, "positive": "This, that, and the other."}, "")


def test_columns_of_one_name_are_all_read(read):
    [(_, fields, _)] = read("anchor,negative,negative\nWho pays?,The landlord.,Nobody.\n")

    assert fields == {"anchor": "Who pays?", "negative": ["The landlord.", "Nobody."]}


def test_a_quoted_cell_may_hold_lines_and_the_count_goes_on(read):
    lines = read('anchor,positive\nQ1,"one\ntwo ""x"", three"\nQ2,"a",b,c\nQ3,ok\n')

    assert lines[0] == (2, {"anchor": "Q1", "positive": 'one\ntwo "x", three'}, "")
    assert lines[1][0] == 4
    assert "4 cells" in lines[1][2]
    assert lines[2][0] == 5


def test_an_open_quotation_mark_is_told_where_it_opens(read):
    lines = read('anchor,positive\nQ1,ok\nQ2,"open\nQ3,never seen\n')

    assert [line[0] for line in lines] == [2, 3]
    assert "not closed" in lines[1][2]


def test_what_is_not_utf8_is_refused_line_by_line(read):
    csv = "anchor,positive\nQ1,ok\nQ2,Kündigung\n".encode("latin-1")
    jsonl = b'{"anchor": "a"}\n{"anchor": "\xfc"}\n'

    assert [line[2] for line in read(csv)] == ["", "it is not UTF-8"]
    assert [line[2] for line in read(jsonl, "jsonl")] == ["", "it is not UTF-8"]
    with pytest.raises(WrongUse, match="CSV UTF-8"):
        read("anchor,positive\n".encode("utf-16"))


def test_bad_json_is_told_with_its_line(read):
    lines = read('{"anchor": "a\u2028b"}\n\n{"anchor": \n[1]\n' + "[" * 100_000 + "\n", "jsonl")

    assert [line[0] for line in lines] == [1, 3, 4, 5]
    assert lines[0][2] == ""
    assert "not JSON (Expecting value at character" in lines[1][2]
    assert "not a JSON object" in lines[2][2]
    assert "not JSON" in lines[3][2]


@pytest.mark.parametrize("data", ["", "Who pays?,The tenant.\n", "positive\nx\n"])
def test_a_csv_must_name_its_columns(read, data):
    with pytest.raises(WrongUse, match="name the columns"):
        read(data)


def test_what_is_not_there_cannot_be_read(tmp_path):
    with pytest.raises(WrongUse, match="cannot be read"):
        list(read_lines(tmp_path / "no.csv", "csv"))
    with pytest.raises(WrongUse, match="neither"):
        format_of(tmp_path / "labels.xlsx", "")


def test_a_formula_is_text_to_a_spreadsheet(tmp_path, read):
    texts = ["=1+1", "+49 30", "-5 days", "@SUM(A1)", "'=already", "plain", "'quoted'"]
    path = tmp_path / "labels.csv"

    write_rows(path, "csv", ["anchor"], [{"anchor": text} for text in texts])

    cells = path.read_text("utf-8-sig").splitlines()[1:]
    assert not [cell for cell in cells if cell.strip('"')[0] in "=+-@"]
    assert [line[1]["anchor"] for line in read(path.read_bytes())] == texts


TEXT = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip())


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.fixed_dictionaries({"anchor": TEXT, "positive": TEXT}), min_size=1))
@pytest.mark.parametrize("kind", ["csv", "jsonl"])
def test_what_is_written_is_read_back(tmp_path, kind, rows):
    path = tmp_path / f"labels.{kind}"

    write_rows(path, kind, ["anchor", "positive"], rows)

    assert [dict(line.fields) for line in read_lines(path, kind)] == rows


def test_an_ending_of_tabs_is_written_with_tabs(tmp_path):
    write_rows(tmp_path / "labels.tsv", "csv", ["anchor", "positive"], [ROW])

    written = (tmp_path / "labels.tsv").read_text("utf-8-sig")
    assert written.splitlines() == ["anchor\tpositive", "Who pays?\tThe tenant."]


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "labels.jsonl"
    path.write_text("before")

    with pytest.raises(TypeError):
        write_rows(path, "jsonl", ["anchor"], [{"anchor": object()}])
    with pytest.raises(WrongUse, match="another folder"):
        write_rows(tmp_path / "no" / "labels.jsonl", "jsonl", ["anchor"], [])

    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["labels.jsonl"]
    write_rows(path, "jsonl", ["anchor"], [{"anchor": "Ü", "positive": ""}])
    assert json.loads(path.read_text("utf-8")) == {"anchor": "Ü"}
