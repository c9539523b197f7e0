"""Whatever is typed, or stands in a name or in a PDF's own facts, is text and nothing else."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from legaldesk.core.documents import FileState
from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.labels import LabelFilter, Verdict
from legaldesk.core.query import WORD, parse, terms
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.owner import Ownership
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.engine.server import Server
from legaldesk.tasks import care, documents, importing, matters, searching
from legaldesk.tasks.dispatch import TASKS
from legaldesk.workers.requests import Requests
from tests import pdf_factory as pdf

SYNTAX = (
    'Rent AND notice OR deposit NOT "fee" NEAR(5) (a) {body} : colour * caret ^ dash - plus +'
    " column = 'x'; DROP TABLE passages;-- 100% _ \\ /* comment */"
)
FILES = {
    "syntax.pdf": SYNTAX,
    "lease.pdf": "The tenant pays the rent on the first day. A party may give three months notice.",
    "law.pdf": "Straße und Schloß, el artículo 14, l'article L. 232-12 du code.",
}
PIECES = st.sampled_from(
    [
        '"', '""', "'", "*", "^", "(", ")", "{", "}", ":", "-", "+", "\\", "%", "_", ";", "--",
        "AND", "OR", "NOT", "NEAR", "NEAR(a b, 5)", "body:", "{section body} :", "rowid", "rank",
        "'; DROP TABLE passages;--", "1 OR 1=1", "UNION SELECT text FROM pages", "matter", "doc",
        "\x00", "\x1a", "\n", "\r\n", "\t", "\u2028", "\ufeff", "\ud800", "\udfff", "\ud83d\ude00",
        "\u202e", "\u2066", "\u200f", "שלום", "مرحبا", "😀", "👩‍⚖️", "e\u0301", "\ufffe", "ﬁ", "İ",
        "<b>x</b>", "<img src=x>", "&amp;", "rent", "notice", "straße",
    ]
)  # fmt: skip
ANY_TEXT = (
    st.lists(PIECES | st.text(max_size=6), max_size=12).map(" ".join)
    | st.lists(PIECES, max_size=12).map("".join)
    | st.builds(lambda piece, times: (piece * times)[:4000], PIECES, st.integers(500, 4000))
    | st.text(st.characters(), max_size=60)
)
SAFELY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def office(tmp_path_factory, tiny_model):
    """A library with three papers, one of which is all operators, and its desk."""
    folder = tmp_path_factory.mktemp("any")
    (folder / "files").mkdir()
    for name, text in FILES.items():
        (folder / "files" / name).write_bytes(pdf.text_pdf(text))
    desk = LocalDesk(folder / "library", tiny_model)
    desk.meaning.start()
    importing.import_files(desk, (str(folder / "files"),), "Case", {})
    importing.await_meaning(desk)
    yield desk
    desk.close()


@pytest.fixture(scope="module")
def requests(office):
    """What the window asks, over the same wire; a job's outcome is returned or raised."""
    ownership = Ownership(office.library)
    server = Server(office, TASKS, ownership.listen())
    server.start()
    desk = RemoteDesk(office.library, start_engine=False)
    yield Requests(desk)
    desk.close()
    server.close()
    ownership.release()


def outcome(job):
    """Run a window's job here, and give its result or raise its error."""
    heard = []
    job.succeeded.connect(lambda result: heard.append((result, None)))
    job.failed.connect(lambda error: heard.append((None, error)))
    job.run()
    [(result, error)] = heard
    if error is not None:
        raise error
    return result


@pytest.mark.parametrize("search", [searching.search_words, searching.search])
@SAFELY
@given(question=ANY_TEXT)
@example(question='" OR body:*')
@example(question="\x00" * 4000)
@example(question="NEAR(" * 800)
def test_any_question_is_words_to_look_for(office, search, question):
    try:
        answer = search(office, question, Scope())
    except WrongUse:
        query = parse(question)
        assert query.matter is not None or query.document is not None
        return
    assert len(answer.hits) <= len(FILES)


@SAFELY
@given(question=ANY_TEXT)
@example(question="rent \ud800 notice")
def test_any_question_crosses_from_the_window_to_the_engine(requests, question):
    try:
        answer = outcome(requests.search(question, Scope()))
    except WrongUse:
        query = parse(question)
        assert query.matter is not None or query.document is not None
        return
    assert outcome(requests.remember_answer(answer, Scope())) in (True, False)


@SAFELY
@given(name=st.sampled_from(sorted(FILES)), data=st.data())
def test_quoted_text_means_itself(office, name, data):
    pieces = [piece for piece in FILES[name].split() if '"' not in piece]
    first = data.draw(st.integers(0, len(pieces) - 1))
    quoted = " ".join(pieces[first : first + data.draw(st.integers(1, 6))])

    answer = searching.search_words(office, f'"{quoted}"', Scope())

    found = {hit.document for hit in answer.hits}
    wanted = {each for each, text in FILES.items() if folded(quoted) in folded(text)}
    assert found == wanted or not terms(quoted)
    assert name in wanted or '"fee"' in FILES[name]


def folded(text: str) -> str:
    """The words alone, without case and accents, as one string."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return f" {' '.join(word.lower() for word in WORD.findall(plain))} "


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("tenant NOT rent", "lease syntax"),  # NOT excludes nothing
        ("tenant AND zzzz", "lease syntax"),  # AND asks for nothing more, it is a word
        ("tenant zzzz", "lease"),
        ("NEAR(tenant Straße, 1)", "law lease syntax"),
        ('"tenant" OR Straße', "lease"),  # the phrase holds, whatever follows it
        ("text:tenant", "lease"),
        ("te*", ""),
        ("rent'; DROP TABLE passages;--", "lease syntax"),
        ("^Straße", "law"),
    ],
)
def test_operators_of_the_word_index_are_words(office, question, names):
    answer = searching.search_words(office, question, Scope())

    assert {hit.document for hit in answer.hits} == {f"{name}.pdf" for name in names.split()}
    assert office.reader.passages() == len(FILES)


NAMES = ANY_TEXT | st.builds(lambda piece: piece * 4000, st.sampled_from("a\u202e<&"))


@SAFELY
@given(name=NAMES)
def test_any_name_of_a_matter_is_taken_as_it_is_or_refused(requests, office, name):
    try:
        made = outcome(requests.create_matter(name))
    except WrongUse:
        return
    assert made.name in {each.name for each in matters.list_matters(office)}
    assert searching.search_words(office, "rent", Scope(made.name)).hits == ()
    outcome(requests.rename_matter(made.name, "Renamed"))
    outcome(requests.remove_matter("Renamed"))
    assert [each.name for each in matters.list_matters(office)] == ["Case"]


@SAFELY
@given(question=ANY_TEXT)
def test_any_question_of_a_label_is_kept_as_it_is_or_refused(requests, office, question):
    hit = searching.search_words(office, "tenant", Scope()).hits[0]
    try:
        made = outcome(
            requests.label_hit(question, hit.document_id, hit.spans, Verdict.RELEVANT, "Case")
        )
    except WrongUse:
        return
    try:
        listed = outcome(requests.list_labels(LabelFilter()))
        assert made.question in {each.question for each in listed}
    finally:
        outcome(requests.undo_label(made.id))


@SAFELY
@given(path=NAMES)
def test_any_path_that_is_not_there_has_an_outcome(requests, office, path):
    try:
        summary = outcome(requests.import_files((f"{office.library.parent}/none/{path}",), "Case"))
    except WrongUse:
        return
    for each in summary.outcomes:
        assert not each.state.good
        documents.forget_file(office, each.file, each.matter)


HOSTILE = (
    "<b>x</b><img src='file:///etc/passwd'>",
    "\u202egnp.exe\u2066",
    "a\nb\rc\td",
    "'; DROP TABLE documents;--",
    'NEAR("a" *) OR "',
    "😀👩‍⚖️e\u0301",
    "%s {0} %(name)s",
    "-rf --help",
    "matter:Case doc:case.pdf",
    " ",
    "x..",
    "x" * 200,
)


@pytest.mark.skipif(os.name == "nt", reason="Windows takes few of these names")
def test_any_name_of_a_file_is_stored_and_found(desk, tmp_path):
    folder = tmp_path / "dropped"
    folder.mkdir()
    names = [f"{part}.pdf" for part in HOSTILE if "/" not in part] + ["<b>y<br>.pdf"]
    for number, name in enumerate(names):
        (folder / name).write_bytes(pdf.text_pdf(f"Lease number{number}x is signed."))
    os.rename(folder / names[0], os.fsencode(folder) + b"/\xff\xfe.pdf")  # no UTF-8

    summary = importing.import_files(desk, (str(folder),), "Case", {})

    assert {each.state for each in summary.outcomes} == {FileState.IMPORTED}
    listed = {each.name for each in documents.list_documents(desk, Scope())}
    assert set(names[1:]) <= listed
    for number, name in enumerate(names[1:], 1):
        [hit] = searching.search_words(desk, f'"number{number}x"', Scope()).hits
        assert hit.document == name
    assert all(finding.ok for finding in care.verify(desk))


def facts_pdf(text: str, body: str) -> bytes:
    """A PDF whose title, author, bookmark and page label are this text."""
    import io

    writer = PdfWriter(PdfReader(io.BytesIO(pdf.text_pdf(body, body + " again"))))
    writer.add_metadata({"/Title": text, "/Author": text, "/Subject": text})
    writer.add_outline_item(title=text, page_number=0)
    label = DictionaryObject({NameObject("/P"): TextStringObject(text)})
    label[NameObject("/S")] = NameObject("/D")
    numbers = ArrayObject([NumberObject(0), label])
    writer._root_object[NameObject("/PageLabels")] = DictionaryObject(
        {NameObject("/Nums"): numbers}
    )
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_any_fact_of_a_pdf_is_text(desk, drop):
    facts = [*HOSTILE, "\x00", "y" * 4000, "\u202e" * 600, "<a href=x>" * 400]
    paths = [
        drop(f"{number}.pdf", facts_pdf(fact, f"Deed number{number}x is sealed."))
        for number, fact in enumerate(facts)
    ]

    summary = importing.import_files(desk, tuple(paths), "Case", {})

    assert [each.state for each in summary.outcomes] == [FileState.IMPORTED] * len(facts)
    kept = 0
    for number, fact in enumerate(facts):
        [hit, *_] = searching.search_words(desk, f'"number{number}x"', Scope()).hits
        details = documents.document_details(desk, hit.document_id)
        told = (details.document.title, *(entry.title for entry in details.outline), *hit.section)
        assert all(len(each) <= 500 for each in told)
        kept += fact in told
        assert len(hit.page_label or "") <= 64
    assert kept >= 6
    assert all(finding.ok for finding in care.verify(desk))
    assert Path(paths[0]).exists()
