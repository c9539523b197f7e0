"""Searching: filters come before the top k, quotes and minus signs hold, any text is safe."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from legaldesk.core import citation
from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.tasks import documents, importing, matters, searching
from tests import pdf_factory as pdf


def fill(desk, drop):
    one = drop("rent.pdf", pdf.text_pdf("The tenant pays the rent on the first day.", "Notice."))
    two = drop("notice.pdf", pdf.text_pdf("Either party may give three months notice."))
    three = drop("secret.pdf", pdf.text_pdf("The rent of the secret tenant is not disclosed."))
    importing.import_files(desk, (one, two), "Acme", {})
    importing.import_files(desk, (three,), "Byte", {})
    importing.await_meaning(desk)


@pytest.fixture
def leases(filled):
    """Three leases in two matters."""
    return filled(fill)


def names(answer):
    return [hit.document for hit in answer.hits]


def test_words_find_their_passage_and_cite_it(leases):
    answer = searching.search_words(leases, "who pays the rent", Scope("Acme"))

    hit = answer.hits[0]
    assert (hit.document, hit.page, hit.matters) == ("rent.pdf", 1, ("Acme",))
    assert "pays the rent" in hit.body
    assert "rent" in hit.reason


def test_meaning_finds_what_shares_no_word_and_says_which_half_answered(leases):
    question = "lessee remuneration to lessor"
    assert not searching.search_words(leases, question, Scope("Acme")).hits

    answer = searching.search_meaning(leases, question, Scope("Acme"))

    assert answer.modes == ("meaning",) and names(answer)[0] == "rent.pdf"
    assert "secret.pdf" not in names(answer)


def test_a_hit_is_exact_page_text(leases):
    hit = searching.search(leases, "three months notice", Scope()).hits[0]

    details = documents.document_details(leases, hit.document_id)
    assert details.document.name == hit.document
    row = leases.reader.rows(
        "SELECT text FROM pages JOIN documents d ON d.id = document"
        " WHERE sha256 = ? AND number = ?",
        hit.document_id,
        hit.page,
    )[0]
    span = hit.spans[0]
    assert row["text"][span.start : span.end] == hit.text


def test_a_matter_is_a_wall(leases):
    assert "secret.pdf" not in names(searching.search(leases, "rent tenant", Scope("Acme")))
    assert "secret.pdf" in names(searching.search(leases, "rent tenant", Scope()))

    matters.lock_matter(leases, "Byte", True)

    assert "secret.pdf" not in names(searching.search(leases, "rent tenant", Scope()))
    assert names(searching.search(leases, "rent tenant", Scope("Byte"))) == ["secret.pdf"]


def test_filters_come_before_the_top_k(leases):
    answer = searching.search(leases, "rent notice tenant", Scope(document="notice.pdf"), k=1)

    assert names(answer) == ["notice.pdf"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ('"pays the rent"', {"rent.pdf"}),
        ("tenant -secret", {"rent.pdf", "notice.pdf"}),
        ("rent matter:Byte", {"secret.pdf"}),
        ("notice doc:notice.pdf", {"notice.pdf"}),
        ('tenant -"first day"', {"notice.pdf", "secret.pdf"}),
        ("tenants -rents", {"rent.pdf", "notice.pdf", "secret.pdf"}),
        ("rent -notice.pdf", {"rent.pdf", "notice.pdf", "secret.pdf"}),  # a name is no content
        ("rent matter:ACMÉ", {"rent.pdf", "notice.pdf"}),
        ("notice doc:NOTÏCE", {"notice.pdf"}),
    ],
)
def test_operators(leases, question, expected):
    answer = searching.search(leases, question, Scope())

    assert set(names(answer)) == expected


def test_a_date_is_the_day_on_which_a_document_was_added(leases):
    moment = datetime(2021, 3, 31, 23, 30).astimezone(UTC)  # late in the evening, here
    with leases.store._writing() as sql:
        sql.execute(
            "UPDATE documents SET added = ? WHERE name = 'notice.pdf'",
            (moment.isoformat(timespec="seconds"),),
        )

    def found(question):
        return set(names(searching.search(leases, question, Scope())))

    assert found("tenant date:2021-03-31") == found("tenant date:2019-2021") == {"notice.pdf"}
    assert found("tenant date:2021-04") == found("tenant date:2022") == set()
    assert found("rent -secret date:2021") == {"notice.pdf"}
    assert found('"pays the rent" date:2021') == set()
    assert len(found("tenant date:2021-2199")) == 3


def test_coverage_counts_pages(leases, drop):
    importing.import_files(leases, (drop("scan.pdf", pdf.image_pdf(2)),), "Acme", {})

    coverage = searching.search(leases, "rent", Scope("Acme")).coverage

    assert (coverage.pages, coverage.words_searchable, coverage.unreadable) == (5, 3, 2)
    assert coverage.meaning_searchable == 3


def test_an_unknown_matter_or_document_is_wrong_use(leases):
    with pytest.raises(WrongUse, match="Nope"):
        searching.search(leases, "rent", Scope("Nope"))
    with pytest.raises(WrongUse, match="absent"):
        searching.search(leases, "rent", Scope(document="absent"))
    with pytest.raises(WrongUse, match="any of"):
        searching.search(leases, "rent", Scope(document=".pdf"))


@pytest.mark.parametrize("search", [searching.search, searching.search_words])
def test_what_is_locked_out_never_leaks_into_all_matters(leases, search):
    matters.lock_matter(leases, "Byte", True)

    answer = search(leases, '"secret tenant" rent -first', Scope())

    assert answer.hits == ()
    assert answer.coverage.pages == 3
    assert {d.name for d in documents.list_documents(leases, Scope())} == {"rent.pdf", "notice.pdf"}
    for question, scope in (("rent doc:secret", Scope()), ("rent", Scope(document="secret.pdf"))):
        with pytest.raises(WrongUse, match="no document named"):
            search(leases, question, scope)


def test_a_phrase_is_found_across_lines_and_line_end_hyphens(desk, drop):
    importing.import_files(desk, (drop("a.pdf", pdf.hyphenated_pdf()),), "Acme", {})
    body = desk.reader.rows("SELECT body FROM passages")[0]["body"]

    answer = searching.search_words(desk, f'"{body}"', Scope())

    assert names(answer) == ["a.pdf"]


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    words=st.lists(st.sampled_from("rent notice tenant secret day months zzz".split()), min_size=1),
    scope=st.sampled_from([Scope(), Scope("Acme"), Scope("Byte"), Scope(document="rent.pdf")]),
    k=st.integers(1, 12),
)
def test_an_answer_is_as_long_as_asked_for_and_in_order(leases, words, scope, k):
    inside = len(leases.reader.passage_ids(scope))

    answer = searching.search(leases, " ".join(words), scope, k)

    assert len(answer.hits) == min(k, inside)
    assert [hit.rank for hit in answer.hits] == list(range(1, len(answer.hits) + 1))
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    covered = answer.coverage
    assert covered.words_searchable + covered.unreadable == covered.pages


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(question=st.text(max_size=80) | st.text("\"'-*():^ANDORNEARmatterdoc:\x00“”«", max_size=40))
def test_any_text_is_a_safe_query(leases, question):
    try:
        answer = searching.search_words(leases, question, Scope())
    except WrongUse:
        return  # it names a matter or document that is not there
    assert len(answer.hits) <= 10


def test_the_section_that_a_question_names_comes_first(desk, drop):
    pages = [
        f"Section {number}. Duty {number}\nThe tenant keeps the duty of this part in good order."
        f" See section {number + 1} and section 3 for the award, the court and the notice."
        for number in range(1, 9)
    ]
    importing.import_files(desk, (drop("law.pdf", pdf.text_pdf(*pages)),), "Case", {})
    importing.await_meaning(desk)

    for question in ("sec. 5", "What does § 5 say of the award and the court?"):
        for search in (searching.search, searching.search_words):
            first = search(desk, question, Scope(), 3).hits[0]
            assert first.section[-1].startswith("Section 5")
            assert first.reason.startswith("Is the section that the question names")


def test_an_inserted_section_is_another_than_the_one_before_it(desk, drop):
    pages = [
        [f"Section {number}. Duty {number}", *["The registrar keeps the duty of this part."] * 20]
        for number in ("8", "8A", "9")
    ]
    importing.import_files(desk, (drop("act.pdf", pdf.text_pdf(*pages)),), "Case", {})

    for question in ("What does section 8A say?", "what does section 8a say?"):
        first = searching.search_words(desk, question, Scope(), 3).hits[0]
        assert first.section == ("Section 8A Duty 8A",)
        assert first.reason.startswith("Is the section that the question names")


def test_the_same_clause_in_several_contracts_is_one_hit(desk, drop):
    clause = "Governing Law. This Agreement shall be governed by the laws of the State of Utah."
    for name, number in (("a", "7.1"), ("b", "12."), ("c", "3.4")):
        path = drop(f"{name}.pdf", pdf.text_pdf(f"{number} {clause}"))
        importing.import_files(desk, (path,), "Case", {})
    other = drop("d.pdf", pdf.text_pdf("The harbour is governed by nobody since the agreement."))
    importing.import_files(desk, (other,), "Case", {})
    importing.await_meaning(desk)

    answer = searching.search(desk, "governing law of the agreement", Scope(), 5)

    clause_hit, other_hit = sorted(answer.hits, key=lambda hit: -len(hit.same))
    assert [hit.rank for hit in answer.hits] == [1, 2]
    assert {hit.document for hit in (clause_hit, *clause_hit.same)} == {"a.pdf", "b.pdf", "c.pdf"}
    assert all("State of Utah" in hit.text for hit in clause_hit.same)
    assert (other_hit.document, other_hit.same) == ("d.pdf", ())
    alone = searching.search_by(desk, "governing law of the agreement", Scope(), 5, ("words",))
    assert len({hit.document for hit in alone.hits if "Utah" in hit.body}) == 3


def test_words_with_characters_that_are_not_seen_are_found(desk, drop):
    soft = pdf.mapped_pdf("Die Verbtragsbpartei zahlt die Kaubtion.", {"b": "00AD"})
    zero = pdf.mapped_pdf("The leasehold~interest of nami^shavad ends.", {"~": "200B", "^": "200C"})
    paths = (drop("soft.pdf", soft), drop("zero.pdf", zero))
    importing.import_files(desk, paths, "Case", {})

    for asked, wanted in (
        ("Vertragspartei", "soft.pdf"),
        ('"die Kaution"', "soft.pdf"),
        ('"Ver\u00adtrags\u00adpartei zahlt"', "soft.pdf"),
        ('"leasehold interest"', "zero.pdf"),
        ('"leasehold\u200binterest"', "zero.pdf"),
        ('"nami\u200cshavad"', "zero.pdf"),
    ):
        hits = searching.search_words(desk, asked, Scope(), 3).hits
        assert [hit.document for hit in hits] == [wanted], asked


def test_a_question_can_be_narrowed_to_pages(desk, drop):
    pages = [f"On page {number} the rent is due. " * 30 for number in range(1, 6)]
    importing.import_files(desk, (drop("a.pdf", pdf.text_pdf(*pages)),), "Case", {})
    importing.await_meaning(desk)

    for asked, wanted in (("rent page:2", {2}), ('"the rent" page:4-5', {4, 5}), ("rent", None)):
        hits = searching.search(desk, asked, Scope(), 20).hits
        touched = {span.page for hit in hits for span in hit.spans}
        assert hits and (touched >= wanted if wanted else touched == {1, 2, 3, 4, 5})
        if wanted:
            assert all(wanted & {span.page for span in hit.spans} for hit in hits)
    assert searching.search(desk, "rent page:99", Scope(), 20).hits == ()


SENTENCE = "The tenant of part {n} pays the rent, the deposit and the interest in the order agreed."


def test_passages_of_one_section_that_follow_one_another_are_read_as_one(desk, drop):
    long = " ".join(SENTENCE.format(n=n) for n in range(12))
    pages = [f"Section 1. Duties\n{long}", "Section 2. Notice\nThe court awards no interest."]
    importing.import_files(desk, (drop("lease.pdf", pdf.text_pdf(*pages)),), "Case", {})
    importing.await_meaning(desk)
    stored = {row[0]: row[1] for row in desk.reader.rows("SELECT uuid, body FROM passages")}
    assert len(stored) > 2

    answer = searching.search(desk, "what does the tenant of part 7 pay in interest", Scope())
    [hit] = [hit for hit in answer.hits if hit.section[-1].startswith("Section 1")]
    alone = searching.search_by(desk, answer.query, Scope(), 10, ("words", "meaning"))

    assert hit.passage_id == next(h.passage_id for h in alone.hits if h.section == hit.section)
    assert [part.body for part in hit.parts] == list(stored.values())[: len(hit.parts)]
    assert hit.body == stored[hit.passage_id] and len(hit.beside) > 0
    assert hit.whole.body == " ".join(part.body for part in hit.parts)
    page = desk.reader.rows("SELECT text FROM pages WHERE number = 1")[0]["text"]
    [span] = hit.whole.spans
    assert page[span.start : span.end].split() == hit.whole.body.split()
    for part in hit.whole.emphasis:
        assert hit.whole.body[part.start : part.end].lower() in answer.query


SUBJECTS = "rent deposit notice repairs parking pets heating insurance subletting garden keys noise"
FILLING = " The parties have agreed on this part and set it out in the annex of this contract." * 9


@pytest.fixture
def agreements(desk, drop):
    """Two long contracts; only one speaks of fees, and of the other's name, again and again."""
    named = [
        f"Section {number}. {subject.title()}\nThe rules on {subject}.{FILLING}"
        for number, subject in enumerate(SUBJECTS.split(), 1)
    ]
    named[6] = f"Section 7. Heating\nFees for heating fall due on the first day.{FILLING}"
    other = [
        f"Section {number}. Fees\nThe fees for hosting by Cybergy are due: fees {number}.{FILLING}"
        for number in range(1, 13)
    ]
    paths = (
        drop("Hosting Agreement of Cybergy Holdings.pdf", pdf.text_pdf(*named)),
        drop("License Agreement of Euromedia.pdf", pdf.text_pdf(*other)),
    )
    importing.import_files(desk, paths, "Case", {})
    importing.await_meaning(desk)
    return desk


NAMING = "In the Hosting Agreement of Cybergy Holdings: when are fees due?"


def test_a_document_that_is_named_is_asked_on_its_own_and_with_the_same_limits(agreements):
    first = searching.search_words(agreements, NAMING, Scope(), 3).hits[0]
    elsewhere = searching.search_words(agreements, "when are fees due?", Scope(), 3).hits[0]

    assert (first.document[:7], first.page) == ("Hosting", 7)
    assert first.reason.startswith("Is in the document that the question names and has “")
    assert "names" not in elsewhere.reason
    assert elsewhere.document.startswith("License")

    inside = Scope(document="Hosting Agreement of Cybergy Holdings.pdf")
    best = [
        searching.search_by(agreements, "In the : when are fees due?", inside, 1, (half,)).hits[0]
        for half in ("words", "meaning")
    ]

    found = {hit.passage_id for hit in searching.search(agreements, NAMING, Scope(), 4).hits}

    assert {hit.passage_id for hit in best} <= found  # asked without the name

    question = "Hosting Agreement of Cybergy Holdings: fees due"
    for narrowed in ("page:1-6", '"the rules on"', "-heating"):
        hits = searching.search(agreements, f"{question} {narrowed}", Scope(), 30).hits
        assert hits
        assert not any("fall due" in hit.body for hit in hits)


def test_a_passage_over_two_pages_is_cited_with_both_printed_numbers(desk, drop):
    numbered = PdfWriter(clone_from=BytesIO(pdf.text_pdf(*(f"{n} of the lease" for n in "abc"))))
    numbered.set_page_label(0, 2, style="/D", start=9)
    written = BytesIO()
    numbered.write(written)
    importing.import_files(desk, (drop("lease.pdf", written.getvalue()),), "Acme", {})

    [hit] = searching.search_words(desk, "lease", Scope()).hits

    assert citation.pages(hit) == "pp. 1-3 (printed 9-11)"
