"""Clauses are the same when their words are; their own numbers may differ, nothing else."""

from __future__ import annotations

import pytest

from legaldesk.core.same_clause import grouped

LAW = "Governing Law. This Agreement shall be governed by the laws of the State of New York."


@pytest.mark.parametrize(
    "other",
    [
        f"7.2 {LAW}",
        f"Section 12. {LAW}",
        f"(a) {LAW}",
        f"XIV. {LAW}",
        f"8A. {LAW}",
        f"3) {LAW}",
        f"§ 12 {LAW}",
        f"Clause 3.1A {LAW}",
        f"Art. 5 – {LAW}",
        LAW.upper().replace(" ", "\n"),
        LAW.replace(". ", "  –  "),
    ],
)
def test_copies_are_one_clause(other):
    assert grouped(["another text altogether", LAW, other]) == [[0], [1, 2]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (LAW, LAW.replace("New York", "Delaware")),
        (f"{LAW} Notice is given within 30 days.", f"{LAW} Notice is given within 60 days."),
        (LAW, f"{LAW} It is binding."),
        (f"Within 30 days {LAW}", f"Within 60 days {LAW}"),
        (f"EUR 500 are due. {LAW}", f"EUR 900 are due. {LAW}"),
        (f"On 1 March 2024 {LAW}", f"On 15 March 2024 {LAW}"),
        (f"Up to 10 employees {LAW}", f"Up to 50 employees {LAW}"),
        (f"30 days later: {LAW}", f"60 days later: {LAW}"),
        (f"3.5 percent are due. {LAW}", f"4.5 percent are due. {LAW}"),
        (f"1.500 Euro sind fällig. {LAW}", f"2.500 Euro sind fällig. {LAW}"),
        (f"1. März 2024 ist der Beginn. {LAW}", f"2. März 2024 ist der Beginn. {LAW}"),
        (f"Section 12 of the Act applies. {LAW}", f"Section 14 of the Act applies. {LAW}"),
        (f"Acme 1 {LAW}", f"Acme 2 {LAW}"),
        ("Confidentiality", "Confidentiality"),  # alike by chance
        ("", ""),
    ],
)
def test_what_differs_in_law_stays_apart(one, other):
    assert grouped([one, other]) == [[0], [1]]


def test_plain_signs_are_told_as_others_are():
    every = "".join(map(chr, range(128)))

    for sign in every:
        plain, other = f"{LAW}{sign}one", f"{LAW}{sign}one\u2013"
        assert grouped([plain, other]) == [[0, 1]]
