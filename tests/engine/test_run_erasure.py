"""Changing the files of a run: a kill at any moment leaves a whole one, and nothing besides."""

from __future__ import annotations

import os

import pytest

from legaldesk.core.errors import LegalDeskError
from legaldesk.engine import run_erasure
from legaldesk.engine.runs import Runs
from tests.training_runs import make_run


@pytest.fixture
def run(tmp_path, tiny_model):
    return make_run(tmp_path / "library" / "runs", tiny_model).path


def content(run):
    return {file.name: file.read_bytes() for file in run.iterdir()}


def test_what_was_not_replaced_yet_stays_as_it_is(run):
    before = content(run)
    os.link(run / "pairs.jsonl", run / "pairs.jsonl.old")  # and here came the kill
    (run / ".pairs.jsonl.7.part").write_bytes(b"half of a text")

    run_erasure.clear_old(run)

    assert content(run) == before


def test_what_was_replaced_goes(run):
    before = content(run)
    (run / "pairs.jsonl.old").write_bytes(b"what was there before")

    run_erasure.clear_old(run)

    assert content(run) == before


def test_a_change_that_a_full_disk_stopped_can_be_made_later(run, monkeypatch):
    before = content(run)

    def full(file, data):
        raise LegalDeskError("The disk is full.")

    with monkeypatch.context() as patched, pytest.raises(LegalDeskError):
        patched.setattr(run_erasure, "write_durably", full)
        run_erasure.rename_matter(run, "Miller", "Roe")
    assert content(run) == before
    run_erasure.rename_matter(run, "Miller", "Roe")

    assert b"Miller" not in b"".join(content(run).values())


def test_what_was_replaced_is_overwritten_where_a_file_has_one_name(run, monkeypatch):
    def refuse(file, old):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    with open(run / "pairs.jsonl", "rb") as before:
        run_erasure.rename_matter(run, "Miller", "Roe")
        assert set(before.read()) == {0}

    assert b"Miller" not in b"".join(content(run).values())
    assert b"Roe" in content(run)["pairs.jsonl"]


def test_a_matter_takes_the_pairs_that_have_its_new_name_already(run):
    run_erasure.rename_matter(run, "Miller", "Roe")
    after = content(run)

    run_erasure.rename_matter(run, "Miller", "Roe")

    assert content(run) == after


def test_what_happens_while_a_run_is_made_holds_for_it_too(tmp_path, tiny_model):
    runs = Runs(tmp_path / "library")

    with runs.making() as made:
        runs.rename_matter("Miller", "Roe")
        runs.forget(["document3"], "", [])
        folder = make_run(runs.path, tiny_model)
        made(folder)

    found = content(folder.path)
    assert b"Miller" not in b"".join(found.values())
    assert b"article 3 " not in found["pairs.jsonl"] + found["pool.jsonl"]
    assert b'document3"' not in found["manifest.json"]
    assert b"article 4 " in found["pairs.jsonl"]
