"""Scores from lists in memory are FTS5's own, whatever was added or removed meanwhile."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import numpy as np
import pytest

from legaldesk.core.hits import Scope
from legaldesk.core.query import any_of
from legaldesk.engine import postings
from legaldesk.engine.postings import Postings
from legaldesk.engine.reader import Reader
from legaldesk.tasks import importing, removing
from tests import pdf_factory as pdf

WORDS = [
    f"{stem}{ending}"
    for stem in ("rental", "tenants", "lease", "Übergabe", "điều")
    for ending in ("", "s", "ing", "x1", "a")
] + ["lao động", "người lao", "the", "42"]
FREQUENT = [1 / (rank + 1) for rank in range(len(WORDS))]
PHRASES = ('"tenant"', '"landlord"', '"lease"')


@pytest.fixture
def kept():
    return Postings()


def add(desk, drop, name, *words, matter="Case"):
    """A document of a page, and so a passage, for each of the words."""
    pages = [f"{word.capitalize()} pays for what it says. " * 30 for word in words]
    importing.import_files(desk, (drop(name, pdf.text_pdf(*pages)),), matter, {})


def add_random(desk, drop, name, seed, pages=20):
    chance = random.Random(seed)
    texts = [
        " ".join(chance.choices(WORDS, FREQUENT, k=chance.randint(5, 200))) for _ in range(pages)
    ]
    importing.import_files(desk, (drop(name, pdf.text_pdf(*texts)),), "Case", {})


def by_fts5(reader, phrases, limit=10):
    table = reader.words()
    rows = reader.rows(
        f"SELECT rowid, -bm25({table}) AS score FROM {table} WHERE {table} MATCH ?"
        " ORDER BY score DESC, rowid LIMIT ?",
        " OR ".join(phrases),
        limit,
    )
    return [tuple(row) for row in rows]


def questions(count):
    chance = random.Random(8)
    for _ in range(count):
        yield any_of(" ".join(chance.sample(WORDS, 6))).split(" OR ")


def check(reader, kept, phrases, limit=10):
    """Whether the passages, their order and their scores are FTS5's."""
    found, true = kept.best(reader, phrases, limit), by_fts5(reader, phrases, limit)
    assert [score for _, score in found] == pytest.approx([score for _, score in true])
    assert dict(kept.best(reader, phrases, 1_000)) == pytest.approx(
        dict(by_fts5(reader, phrases, 1_000))
    )
    return found


def test_scores_are_those_of_the_word_index(desk, drop, kept):
    add_random(desk, drop, "a.pdf", 1)
    told = 0
    for phrases in questions(30):
        told += len(check(desk.reader, kept, phrases))
    assert told > 200
    assert any("*" in phrase for _, phrase in kept._kept)
    assert any(" " in phrase for _, phrase in kept._kept)  # of several terms


@pytest.mark.parametrize("batch", [1, 30])
def test_it_is_all_the_same_how_many_are_scored_at_a_time(desk, drop, kept, monkeypatch, batch):
    add_random(desk, drop, "a.pdf", 1)
    asked = list(questions(10))
    at_once = [kept.best(desk.reader, phrases, 1_000) for phrases in asked]

    monkeypatch.setattr(postings, "BATCH", batch)

    assert [kept.best(desk.reader, phrases, 1_000) for phrases in asked] == at_once
    assert all(at_once)


def test_they_stay_so_while_documents_come_and_go(desk, drop, kept, monkeypatch):
    monkeypatch.setattr(postings, "GROWN", 10)
    add_random(desk, drop, "a.pdf", 1)
    asked = list(questions(10))
    for step in range(2, 5):
        for phrases in asked:
            check(desk.reader, kept, phrases)
        add_random(desk, drop, f"{step}.pdf", step, pages=3)
    for phrases in asked:
        check(desk.reader, kept, phrases)
    first = next(each for each in desk.reader.documents(Scope()) if each.name == "a.pdf")

    removing.remove_documents(desk, (first.id,))

    for phrases in asked:
        check(desk.reader, kept, phrases)


def test_no_others_than_those_within_are_found(desk, drop, kept):
    add(desk, drop, "a.pdf", "tenant", "lease", "landlord", "lease")
    within = sorted(desk.reader.matching('"lease"'))
    beyond = [*within, within[-1] + 1_000]  # added a moment ago: this reader does not know it

    found = kept.best(desk.reader, PHRASES, 10, beyond)

    assert sorted(passage for passage, _ in found) == within
    assert kept.best(desk.reader, PHRASES, 10, []) == []


def test_the_lower_row_id_comes_first_among_equals(desk, drop, kept):
    add(desk, drop, "a.pdf", *["lease"] * 40)
    having = sorted(desk.reader.matching('"lease"'))

    for limit in (5, 50, len(having)):
        found = kept.best(desk.reader, ['"lease"'], limit)

        true = by_fts5(desk.reader, ['"lease"'], limit)
        assert [passage for passage, _ in found] == [passage for passage, _ in true]
    assert len({score for _, score in found}) < len(having) / 10


def test_nothing_is_found_by_what_is_nowhere(desk, drop, kept):
    assert kept.best(desk.reader, PHRASES, 5) == []
    add(desk, drop, "a.pdf", "tenant")
    assert kept.best(desk.reader, ['"nowhere"', '"no"*', '"not here"', '"§"'], 5) == []


@pytest.mark.parametrize(("grown", "anew"), [(10, False), (1.01, True)])
def test_what_is_added_is_looked_up_and_not_all_again(desk, drop, kept, monkeypatch, grown, anew):
    monkeypatch.setattr(postings, "GROWN", grown)
    add(desk, drop, "a.pdf", "tenant", "lease")
    kept.best(desk.reader, PHRASES, 1)
    listed, list_them = [], postings._listed
    monkeypatch.setattr(
        postings, "_listed", lambda *given: listed.append(given[1]) or list_them(*given)
    )

    kept.best(desk.reader, PHRASES, 1)
    assert listed == []
    add(desk, drop, "b.pdf", "tenant", "landlord")

    check(desk.reader, kept, PHRASES)
    assert listed == (["tenant", "landlord", "lease"] if anew else [])


def test_a_reader_sees_what_there_was_at_its_moment(desk, drop, kept):
    add(desk, drop, "a.pdf", "tenant", "lease")
    with closing(Reader(desk.library)) as earlier, earlier.moment():
        before = by_fts5(earlier, PHRASES)
        add(desk, drop, "b.pdf", "tenant", "landlord")
        after = check(desk.reader, kept, PHRASES)

        kept._removals += 1  # as when something was removed meanwhile

        found = kept.best(earlier, PHRASES, 10)

        assert len(after) > len(found)
        assert dict(found) == pytest.approx(dict(before))


def test_what_was_removed_is_left_out_without_listing_anew(desk, drop, kept, monkeypatch):
    add(desk, drop, "a.pdf", "tenant", "lease")
    (first,) = desk.reader.documents(Scope())
    add(desk, drop, "b.pdf", "landlord", "lease", "tenant")
    before = check(desk.reader, kept, PHRASES, 100)
    sizes = kept._size
    monkeypatch.setattr(postings, "_listed", lambda *given: pytest.fail("all is listed again"))

    removing.remove_documents(desk, (first.id,))
    found = check(desk.reader, kept, PHRASES, 100)

    assert 0 < len(found) < len(before)
    assert kept._size < sizes
    assert check(desk.reader, kept, PHRASES, 100) == found


def test_what_was_removed_is_not_found_where_a_list_still_has_it(desk, drop, kept):
    add(desk, drop, "a.pdf", "tenant", "lease")
    (first,) = desk.reader.documents(Scope())
    add(desk, drop, "b.pdf", "landlord", "lease", "tenant")
    check(desk.reader, kept, PHRASES, 100)
    removing.remove_documents(desk, (first.id,))
    kept._index(desk.reader)  # as another thread does between this one's steps
    for key, each in kept._kept.items():
        kept._kept[key] = each._replace(removals=kept._removals)

    found = kept.best(desk.reader, PHRASES, 100)

    assert {passage for passage, _ in found} <= set(desk.reader.passage_ids(Scope()))


def test_passages_of_another_cut_are_no_reason_to_list_anew(desk, drop, kept, monkeypatch):
    monkeypatch.setattr(postings, "GROWN", 10)
    add(desk, drop, "a.pdf", "tenant", "lease")
    check(desk.reader, kept, PHRASES)
    monkeypatch.setattr(postings, "_listed", lambda *given: pytest.fail("all is listed again"))
    with desk.store._writing() as sql:
        sql.execute("UPDATE sqlite_sequence SET seq = seq + 2 WHERE name = 'passages'")

    check(desk.reader, kept, PHRASES)
    assert kept._removals == 0


def test_what_is_added_while_phrases_are_listed_is_not_counted_twice(desk, drop, kept, monkeypatch):
    monkeypatch.setattr(postings, "GROWN", 10)
    add(desk, drop, "a.pdf", "tenant", "lease")
    before = desk.reader.highest_id()
    add(desk, drop, "b.pdf", "tenant", "landlord")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(desk.reader, "highest_id", lambda: before)
        found = kept.best(desk.reader, PHRASES, 100)

    assert max(passage for passage, _ in found) <= before
    check(desk.reader, kept, PHRASES)


def test_no_more_passages_than_so_many_are_kept(desk, drop, kept, monkeypatch):
    add(desk, drop, "a.pdf", "tenant", "landlord", "lease", "lease", "lease")
    having = [len(desk.reader.matching(phrase)) for phrase in PHRASES]
    monkeypatch.setattr(postings, "MOST", sum(having[1:]) / desk.reader.passages())

    kept.best(desk.reader, PHRASES, 1)

    assert [phrase for _, phrase in kept._kept] == [*PHRASES[1:]]
    assert kept._size == sum(len(each.ids) for each in kept._kept.values()) <= sum(having[1:])


def test_lengths_are_read_as_fts5_writes_them():
    lengths = [(1, 2, 3), (0, 0, 127), (0, 128, 129), (5, 16_383, 0), (0, 7, 16_384), (1, 0, 300)]
    with closing(sqlite3.connect(":memory:")) as sql:
        sql.row_factory = sqlite3.Row
        sql.execute("CREATE VIRTUAL TABLE words USING fts5 (a, b, c, content = '')")
        for number, counts in enumerate(lengths, 5):
            texts = [" ".join(["word"] * count) for count in counts]
            sql.execute("INSERT INTO words (rowid, a, b, c) VALUES (?, ?, ?, ?)", [number, *texts])

        class Rows:
            def rows(self, statement, *values):
                return sql.execute(statement, values).fetchall()

        ids, found = postings._lengths(Rows(), "words", 5)
        assert postings._lengths(Rows(), "words", 99)[0].tolist() == []

    assert ids.tolist() == [6, 7, 8, 9, 10]
    assert found.tolist() == [sum(each) for each in lengths[1:]]
    assert postings._capped(found.astype(int) + 70_000).tolist() == [65_535] * 5


@pytest.mark.parametrize("limit", [1, 3, 40, 500])
def test_the_best_are_those_of_sorting_all(limit):
    chance = np.random.default_rng(limit)
    for size in (1, 5, 64, 1_000, 5_000):
        for scores in (
            chance.random(size),
            chance.integers(0, 4, size).astype(float),
            np.zeros(size),
            np.where(chance.random(size) < 0.01, chance.random(size), 0.0),
        ):
            found = postings._highest(scores, limit)

            every = sorted(range(size), key=lambda at: (-scores[at], at))
            assert found.tolist() == [at for at in every if scores[at] > 0][:limit]
