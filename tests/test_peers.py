"""Passages are scored by page and text, and the table of peers tells medians and ratios."""

from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent / "benchmarks"
GOLD = "The tenant shall pay the rent on the first day of each month."


@pytest.fixture
def score(monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    import _peer_score

    return _peer_score


@pytest.fixture
def tables(score):
    import _peer_table

    return _peer_table


def passage(score, text, page=2, file="lease.pdf"):
    return score.Passage(file, frozenset({page, page + 1}), text)


@pytest.mark.parametrize(
    ("text", "page", "file", "right"),
    [
        ("(1) The ten-\nant shall  pay the RENT on", 2, "lease.pdf", True),
        ("(1) The ten-\nant shall  pay the RENT on", 1, "lease.pdf", True),
        ("(1) The ten-\nant shall  pay the RENT on", 3, "lease.pdf", False),
        ("(1) The tenant shall pay the rent on", 2, "sale.pdf", False),
        ("The tenant shall paint the first day of school", 2, "lease.pdf", False),
        ("", 2, "lease.pdf", False),
    ],
)
def test_a_passage_touches_an_answer_of_its_file_and_page(score, text, page, file, right):
    answer = score.Answer("lease.pdf", 2, GOLD)

    assert score.touches(passage(score, text, page, file), answer) is right


def test_a_short_answer_has_to_be_there_whole(score):
    answer = score.Answer("lease.pdf", None, "30 days")

    assert score.touches(passage(score, "within 30 days."), answer)
    assert not score.touches(passage(score, "within 30 years."), answer)


def test_letters_are_the_same_composed_and_decomposed(score):
    assert score.letters("Điê\u0300u 14.") == score.letters("ĐIỀU\n14")


def test_quality_counts_questions_and_what_a_reader_is_given(score):
    answer = score.Answer("lease.pdf", 2, GOLD)
    wrong = passage(score, "w" * score.LITTLE)
    asked = [
        ([answer], [passage(score, GOLD), wrong]),
        ([answer], [wrong, passage(score, GOLD)]),
        ([answer], [wrong, wrong, wrong, wrong, passage(score, GOLD)]),
        ([answer, score.Answer("lease.pdf", 9, GOLD)], [passage(score, "w"), wrong]),
        ([answer], []),
        ([], [wrong]),
    ]

    found = score.quality(asked)

    assert (found.first, found.ten) == (1 / 5, 3 / 5)
    assert (found.little, found.much) == (1 / 5, 2 / 5)
    assert found.answers == 3 / 6
    assert score.quality([([], [wrong])]) is None


def row(tables, score, *seconds, queries=(0.010,), **more):
    rounds = [
        tables.Round(each, 2 * each, 5e8, 1000, 2_500_000, queries, 1.25, 3e8) for each in seconds
    ]
    return tables.Row(rounds, score.Quality(0.5, 0.75, 0.375, 0.625, 0.25), **more)


def test_the_table_tells_medians_and_the_median_of_ratios_within_rounds(tables, score):
    queries = tuple(number / 1000 for number in range(1, 101))
    rows = {
        "LegalDesk fp32": row(tables, score, 10.0, 20.0, 10.0),
        "Slow": row(tables, score, 20.0, 100.0, 30.0, queries=queries),
    }

    _, ours, slow = tables.table(rows, ["LegalDesk fp32"])

    assert ours.split()[2:5] == ["10.0", "s", "1.00"]
    assert " ".join(slow.split()) == (
        "Slow 30.0 s 3.00 60.0 s 500 MB 300 MB 1,000 2.5 50.0 ms 95.0 ms 1.25 s"
        " 0.500 0.750 0.375 0.625"
    )


def test_a_contestant_that_failed_says_why_and_ends_no_other(tables, score):
    rows = {
        "LegalDesk fp32": row(tables, score, 10.0),
        "Broken": tables.Row(problem="ERROR: no such package"),
        "Fine": row(tables, score, 15.0),
    }

    head, _, broken, fine = tables.table(rows, ["LegalDesk fp32"])

    assert broken.endswith("not measured: ERROR: no such package")
    assert fine.split()[1:4] == ["15.0", "s", "1.50"]
    assert len(fine) == len(head)


def test_a_ratio_to_what_was_not_measured_is_a_dash(tables, score):
    rows = {"LegalDesk bf16": tables.Row(problem="gone"), "Fine": row(tables, score, 15.0)}

    assert tables.table(rows, ["LegalDesk bf16"])[2].split()[1:4] == ["15.0", "s", "-"]
