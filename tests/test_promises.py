"""Every promise in the README names tests that are there and hold tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SECTION = (
    (ROOT / "README.md").read_text(encoding="utf-8").partition("## What LegalDesk promises")[2]
)
ROWS = [line for line in SECTION.partition("\n## ")[0].splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2:40])
def test_a_promise_is_held_by_tests(row):
    named = re.findall(r"`([\w/]+\.py)`", row.rpartition(" | ")[2])

    assert named
    for name in named:
        text = (ROOT / "tests" / name).read_text(encoding="utf-8")
        assert "def test_" in text or name.startswith("benchmarks/")


def test_there_are_promises():
    assert len(ROWS) == 21
