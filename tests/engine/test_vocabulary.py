"""Words that stand nearly everywhere are known as such, and only where there are many passages."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from legaldesk.core.hits import Scope
from legaldesk.engine import postings, vocabulary, word_search
from legaldesk.engine.vocabulary import Vocabulary
from legaldesk.tasks import importing, searching
from tests import pdf_factory as pdf


def test_a_word_of_most_passages_is_common_in_a_large_library(desk, drop, monkeypatch):
    pages = [f"Thé tenant number {number} keeps the peace. " * 40 for number in range(8)]
    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf(*pages)),), "Case", {})
    asked = ["the", "tenant", "number", "7", "nowhere"]
    assert desk.reader.common(asked) == frozenset()  # so few cost nothing

    monkeypatch.setattr(vocabulary, "SMALL", 3)

    assert desk.reader.passages() > 3
    assert desk.reader.common(asked) == {"the", "tenant", "number"}
    hits = searching.search_words(desk, "the tenant number 7", Scope(), 3).hits
    assert "number 7" in hits[0].body  # two words are left out of none


def test_counts_follow_the_library(desk, drop, monkeypatch):
    monkeypatch.setattr(vocabulary, "SMALL", 0)
    path = drop("a.pdf", pdf.text_pdf(*["The lease begins. " * 60] * 4))
    importing.import_files(desk, (path,), "Case", {})
    assert desk.reader.common(["lease"]) == {"lease"}

    path = drop("b.pdf", pdf.text_pdf(*["A will is read aloud. " * 60] * 9))
    importing.import_files(desk, (path,), "Case", {})

    assert desk.reader.common(["lease"]) == frozenset()


def test_a_word_is_found_that_nobody_had_before(desk, drop, monkeypatch):
    monkeypatch.setattr(vocabulary, "SMALL", 0)
    monkeypatch.setattr(word_search, "SMALL", 0)
    path = drop("a.pdf", pdf.text_pdf(*["The lease begins. " * 60] * 12))
    importing.import_files(desk, (path,), "Case", {})
    assert desk.reader.having(['"zebra"', '"lease"'])['"zebra"'] == 0

    importing.import_files(desk, (drop("b.pdf", pdf.text_pdf("A zebra grazes.")),), "Case", {})

    hit, *_ = searching.search_words(desk, "zebra lease", Scope(), 3).hits
    assert "zebra" in hit.body


def test_threads_that_ask_first_at_once_share_their_lists(monkeypatch):
    words, both, made = Vocabulary(), threading.Barrier(2), []

    def slow():
        time.sleep(0.2)
        made.append(object())
        return made[-1]

    monkeypatch.setattr(postings, "Postings", slow)

    def ask():
        both.wait()
        return words.postings()

    with ThreadPoolExecutor(2) as threads:
        first, second = (threads.submit(ask) for _ in range(2))

    assert first.result() is second.result()
    assert len(made) == 1
