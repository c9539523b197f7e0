"""Asking and listing from a terminal: what is typed is read as in the window, and is only text."""

from __future__ import annotations

import json

import pytest

from legaldesk import cli
from tests import pdf_factory as pdf

STEERING = "\x1b[2J\x1b]0;owned\x07"


@pytest.fixture
def run(library, capsys):
    """Run a command on a library; returns (status, what it printed, errors)."""

    def call(*arguments: str):
        status = cli.main([*arguments, "--library", str(library)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture
def leases(run, drop):
    """Two leases and a file that is none."""
    rest = [f"Nothing but line {at} of what else is agreed here." for at in range(30)]
    pages = [[f"{at}. Rent", f"The tenant pays for room {at}.", *rest] for at in range(1, 4)]
    run("import", drop("a.pdf", pdf.text_pdf(*pages)), "--words-only")
    run("import", drop("b.pdf", pdf.text_pdf(*pages[:2], ["The end."])), "--words-only")
    run("import", drop("bad.pdf", b"nothing"), "--matter", "Case A", "--words-only")


def found(run, *arguments):
    status, out, errors = run("search", *arguments, "--by", "words", "--json")
    assert status == 0, errors
    return json.loads(out)["hits"]


def test_passages_are_listed_each_by_itself(run, leases):
    hits = found(run, "what the tenant pays for a room")

    assert sum("tenant pays" in hit["text"] for hit in hits) == 5
    assert not [hit for hit in hits if hit["same"] or hit["beside"]]


@pytest.mark.parametrize(
    "question", [("rent", "-tenant"), ("-tenant rent",), ("-keep rent -tenant",), ("-tenant",)]
)
def test_a_word_with_a_minus_is_no_option(run, leases, question):
    assert not [hit for hit in found(run, *question) if "tenant" in hit["text"]]
    assert len(found(run, "rent", "-keep", "-k", "1")) == 1


def test_an_option_that_there_is_not_is_refused_by_its_name(run):
    status, _, errors = run("matters", "add", "search", "-tenant")

    assert status == 2 and "-tenant" in errors and "\0" not in errors


def test_a_number_of_passages_is_asked_for_in_words(run):
    status, _, errors = run("search", "rent", "-k", "abc")

    assert status == 2 and "“abc” is no number of passages" in errors and "_" not in errors


def test_problems_are_listed_by_a_matter_that_there_is(run, leases):
    assert "bad.pdf" in run("documents", "--problems", "--matter", "case a")[1]
    status, out, errors = run("documents", "--problems", "--matter", "zzz")
    assert (status, out) == (2, "") and "no matter named “zzz”" in errors


def test_a_record_is_dropped_or_it_is_said_that_there_is_none(run, leases, drop):
    bad = drop("bad.pdf", b"nothing")
    for arguments in (("absent.pdf",), (bad, "--matter", "zzz")):
        status, _, errors = run("documents", "--forget", *arguments)
        assert status == 2 and "There is no" in errors
    assert "bad.pdf" in run("documents", "--problems")[1]

    assert run("documents", "--forget", bad, "--matter", "case a")[0] == 0
    assert run("documents", "--problems")[1] == ""


def test_nothing_that_is_shown_steers_the_terminal(run, drop, tmp_path):
    text = pdf.mapped_pdf("The tenant pays ~[2J rent #[31m { today.",
                          {"~": "001B", "#": "009B", "{": "202E"})  # fmt: skip
    said = [
        run("import", drop("a.pdf", text), "--words-only"),
        run("import", drop(f"evil{STEERING}.pdf", pdf.text_pdf(["A roof."])), "--words-only"),
        run("import", drop(f"bad{STEERING}.pdf", b"nope"), "--words-only"),
        run("search", "tenant", "--by", "words"),
        run("search", "roof", "--by", "words"),
        run("search", "tenant", "--by", "words", "--json"),
        run("documents"),
        run("documents", "--problems"),
        run("matters", "add", f"M{STEERING}"),
        run("matters"),
        run("remove", "a.pdf"),
        run("search", "roof", "--matter", f"no{STEERING}", "--by", "words"),
    ]

    printed = "".join(out + errors for _, out, errors in said)
    assert "evil" in printed and "rent" in printed and "This erases" in printed
    assert not [char for char in printed if char < " " and char != "\n" or "\x7f" <= char < "\xa0"]
    assert "\u202e" not in "".join(out for _, out, _ in said[3:5])
