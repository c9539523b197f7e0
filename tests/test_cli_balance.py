"""“legaldesk balance”: what it is, what the labels say, and the way back."""

from __future__ import annotations

import json

import pytest

from legaldesk import app, cli
from legaldesk.core.balance import USUAL
from legaldesk.core.hits import Scope
from legaldesk.core.labels import Verdict
from legaldesk.tasks import balancing, importing, labels, searching
from tests import pdf_factory as pdf


@pytest.fixture
def balance(library, capsys):
    """Run the command; returns (status, out, errors)."""

    def call(*arguments: str):
        status = cli.main(["balance", *arguments, "--library", str(library)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def few_labels(library, drop):
    """A library with one labelled question."""
    with app.open_desk(library) as desk:
        lease = pdf.text_pdf(["The tenant pays the rent on the first day of every month."])
        importing.import_files(desk, (drop("lease.pdf", lease),), "Case", {})
        (hit,) = searching.search_words(desk, "rent", Scope(), 1).hits
        labels.label_hit(
            desk, "When is the rent paid?", hit.document_id, hit.spans, Verdict.RELEVANT
        )


def test_it_says_what_is_in_use(balance, library):
    assert balance() == (0, "meaning counts 50% and exact words 50%.\n", "")
    with app.open_desk(library) as desk:
        balancing.use_balance(desk, 0.5)

    status, out, _ = balance("--json")
    assert (status, json.loads(out)["factor"]) == (0, 0.5)
    assert balance("usual") == (0, "meaning counts 50% and exact words 50%.\n", "")
    with app.open_desk(library) as desk:
        assert balancing.balance_in_use(desk) == USUAL


def test_too_few_labels_change_nothing(balance, few_labels):
    status, out, _ = balance("learn", "--use", "--json")

    found = json.loads(out.splitlines()[-1])
    assert status == 0
    assert found["change"]["questions"] == 1
    assert found["used"] == found["learned"] == USUAL


def test_options_that_mean_nothing_are_refused(balance):
    status, out, errors = balance("usual", "--use")

    assert (status, out) == (2, "")
    assert "balance learn" in errors
