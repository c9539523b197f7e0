"""Removing: it says what goes, and afterwards no byte of it is left in the profile."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from legaldesk.core.errors import Cancelled, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.labels import LabelFilter, Verdict
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import (
    care,
    documents,
    importing,
    label_files,
    labels,
    matters,
    removing,
    reviewing,
    searching,
)
from tests import pdf_factory as pdf

CANARY = "Zwicklhuberkanarie"


def files_with(folder: Path, needle: str) -> list[str]:
    """Files under a folder that hold a word, in UTF-8 or UTF-16, in any case."""
    wanted = [needle.lower().encode(), needle.lower().encode("utf-16-le")]
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(word in path.read_bytes().lower() for word in wanted)
    ]


@pytest.fixture
def kept_and_canary(filled):
    return filled(keep_and_canary)


def keep_and_canary(desk, drop):
    """Many ordinary documents and one with the canary in name, title and every page."""
    pages = [f"Clause {n}. The {CANARY} shall pay {n} euros to the other party." for n in range(40)]
    canary = drop(f"{CANARY}.pdf", pdf.text_pdf(*pages, title=CANARY))
    others = [drop(f"{n}.pdf", pdf.text_pdf(f"Ordinary lease number {n}.")) for n in range(10)]
    importing.import_files(desk, (*others[:5], canary, *others[5:]), "Case", {})
    importing.await_meaning(desk)


def only(desk, name):
    return next(d for d in documents.list_documents(desk, Scope()) if name in d.name)


def test_removed_means_gone(kept_and_canary):
    desk = kept_and_canary
    document = only(desk, CANARY)
    assert files_with(desk.library, CANARY)

    removing.remove_documents(desk, (document.id,))

    assert files_with(desk.library, CANARY) == []
    assert not desk.originals.path(document.id).exists()
    assert not searching.search(desk, CANARY, Scope()).hits[0].body.count(CANARY)
    assert len(documents.list_documents(desk, Scope())) == 10
    assert all(finding.ok for finding in care.verify(desk))


def test_removed_means_gone_also_from_labels(kept_and_canary):
    desk = kept_and_canary
    document = only(desk, CANARY)
    label_all(desk, "who shall pay?")  # this one is also asked of the others
    label_all(desk, f"who pays {CANARY}?", document.id)
    first = labels.list_labels(desk, LabelFilter(document=document.id))[0]
    labels.label_hit(desk, first.question, document.id, first.spans, Verdict.NOT_RELEVANT)
    kept = {label.id for label in labels.list_labels(desk, LabelFilter())} - {
        label.id for label in labels.list_labels(desk, LabelFilter(document=document.id))
    }
    affected = removing.dependents(desk, (document.id,))
    assert affected.labels == len(labels.list_labels(desk, LabelFilter(document=document.id))) > 1

    removing.remove_documents(desk, (document.id,))

    assert files_with(desk.library, CANARY) == []
    left = labels.list_labels(desk, LabelFilter(history=True))
    assert {label.id for label in left} == kept
    assert {label.question for label in left} == {"who shall pay?"}
    assert reviewing.review(desk) == ()


def test_a_matter_takes_its_labels_with_it(kept_and_canary, tmp_path):
    desk = kept_and_canary
    for document in documents.list_documents(desk, Scope()):
        matters.assign_document(desk, document.id, "Other")
    label_all(desk, f"who pays {CANARY}?", matter="Case")
    label_all(desk, "who shall pay?", matter="Other")
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(f'{{"anchor": "Who is {CANARY}?", "positive": "The {CANARY} of the firm."}}')
    label_files.import_labels(desk, str(pairs), "Case")
    assert removing.dependents(desk, (), "Case").labels > 1

    removing.remove_matter(desk, "Case")
    removing.remove_documents(desk, (only(desk, CANARY).id,))

    assert files_with(desk.library, CANARY) == []
    assert {label.matter for label in labels.list_labels(desk, LabelFilter())} == {"Other"}


def label_all(desk, question, document="", matter="Case"):
    """Ask, remember what was shown, and call every hit relevant."""
    scope = Scope(matter, document)
    answer = searching.search(desk, question, scope, 20)
    reviewing.remember_answer(desk, answer, scope)
    for hit in answer.hits:
        labels.label_hit(
            desk, question, hit.document_id, hit.spans, Verdict.RELEVANT, matter, hit.rank
        )


def test_it_says_what_goes_before_it_goes(kept_and_canary):
    document = only(kept_and_canary, CANARY)

    affected = removing.dependents(kept_and_canary, (document.id,))

    assert affected.documents == (document.name,)
    assert affected.passages == document.passages > 0
    assert affected.stored_bytes == document.size
    assert affected.import_records == 1


def test_a_matter_takes_only_what_is_in_no_other(desk, drop):
    shared, own = drop("a.pdf", pdf.text_pdf("Shared.")), drop("b.pdf", pdf.text_pdf("Own."))
    importing.import_files(desk, (shared, own), "One", {})
    importing.import_files(desk, (shared,), "Two", {})

    affected = removing.dependents(desk, (), "One")
    removing.remove_matter(desk, "One")

    assert (affected.documents, affected.kept_elsewhere) == (("b.pdf",), ("a.pdf",))
    [left] = documents.list_documents(desk, Scope())
    assert (left.name, left.matters) == ("a.pdf", ("Two",))
    assert [matter.name for matter in matters.list_matters(desk)] == ["Two"]


def test_a_file_in_place_is_left_alone(desk, drop):
    path = drop("a.pdf", pdf.text_pdf())
    importing.import_files(desk, (path,), "Case", {}, in_place=True)

    removing.remove_documents(desk, (only(desk, "a.pdf").id,))

    assert Path(path).exists()
    assert documents.list_documents(desk, Scope()) == ()


def test_what_is_not_there_cannot_be_removed(desk):
    with pytest.raises(WrongUse):
        removing.remove_documents(desk, ("0" * 64,))
    with pytest.raises(WrongUse):
        removing.remove_matter(desk, "Nope")


def log_size(desk):
    return (desk.library / "library.sqlite-wal").stat().st_size


def test_what_waits_for_its_vectors_can_be_removed(desk, drop):
    pages = [f"Clause {n}. The {CANARY} shall pay {n} euros." for n in range(200)]
    canary, other = drop("a.pdf", pdf.text_pdf(*pages)), drop("b.pdf", pdf.text_pdf("A lease."))
    desk.meaning.wait_until_ready()
    importing.import_files(desk, (canary, other), "Case", {})  # its vectors are coming now

    removing.remove_documents(desk, (only(desk, "a.pdf").id,))
    total = importing.await_meaning(desk)

    [left] = documents.list_documents(desk, Scope())
    assert total == left.passages == desk.meaning.indexed()
    assert files_with(desk.library, CANARY) == []
    assert all(finding.ok for finding in care.verify(desk))


def test_searching_goes_on_during_a_removal(kept_and_canary):
    desk, answers, done = kept_and_canary, [], threading.Event()
    begun = threading.Event()

    def ask():
        while not done.is_set():
            answers.append(searching.search(desk, "ordinary lease", Scope()))
            begun.set()
            answers.append(searching.search_words(desk, CANARY, Scope()))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert begun.wait(60)
    removing.remove_documents(desk, (only(desk, CANARY).id,))
    removed_at = len(answers)
    size = log_size(desk)
    done.set()
    for thread in threads:
        thread.join()

    assert len(answers) >= removed_at > 0
    assert size == 0
    assert files_with(desk.library, CANARY) == []
    assert not searching.search_words(desk, CANARY, Scope()).hits


def test_a_large_matter_goes_as_a_whole(desk, drop):
    for number in range(200):
        drop(f"{CANARY}-{number}.pdf", pdf.text_pdf(f"The {CANARY} pays rent {number}."))
    folder = Path(drop("kept.pdf", pdf.text_pdf("An ordinary lease."), folder="kept")).parent
    importing.import_files(desk, (str(folder.parent / "dropped"),), "Large", {})
    importing.import_files(desk, (str(folder),), "Small", {})
    importing.await_meaning(desk)

    removed = removing.remove_matter(desk, "Large")

    assert removed == 200
    assert [found.name for found in documents.list_documents(desk, Scope())] == ["kept.pdf"]
    assert files_with(desk.library, CANARY) == []
    assert log_size(desk) == 0
    assert desk.meaning.indexed() == desk.reader.passages() > 0
    assert all(finding.ok for finding in care.verify(desk))


def test_a_cancel_comes_too_late_once_the_database_is_changed(kept_and_canary):
    desk, ids = kept_and_canary, [d.id for d in documents.list_documents(kept_and_canary, Scope())]

    def cancel(progress):
        if progress.done:
            raise Cancelled

    assert removing.remove_documents(desk, tuple(ids), report=cancel) == len(ids)

    assert not [path for path in (desk.library / "originals").rglob("*") if path.is_file()]


def test_nothing_is_removed_after_an_early_cancel(kept_and_canary):
    def cancel(progress):
        raise Cancelled

    with pytest.raises(Cancelled):
        removing.remove_documents(
            kept_and_canary, (only(kept_and_canary, CANARY).id,), report=cancel
        )

    assert only(kept_and_canary, CANARY)


def test_the_same_file_dropped_again_during_its_removal_is_whole(desk, drop):
    path = drop("a.pdf", pdf.text_pdf(*[f"Clause {n} of the lease." for n in range(30)]))
    for _ in range(5):
        importing.import_files(desk, (path,), "Case", {})
        document = only(desk, "a.pdf")
        thread = threading.Thread(target=removing.remove_documents, args=(desk, (document.id,)))
        thread.start()
        importing.import_files(desk, (path,), "Case", {})
        thread.join()

        for left in documents.list_documents(desk, Scope()):
            assert desk.originals.load(left) == Path(path).read_bytes()
            assert left.passages > 0
    assert all(finding.ok for finding in care.verify(desk))


def test_a_removal_that_a_kill_cut_short_is_finished_at_the_next_start(
    library, tiny_model, drop, monkeypatch
):
    first = LocalDesk(library, tiny_model)
    importing.import_files(first, (drop("a.pdf", pdf.text_pdf(f"The {CANARY}.")),), "Case", {})
    first.store.remove([only(first, "a.pdf").id], None)  # and no copy, index or log any more

    second = LocalDesk(library, tiny_model)

    assert files_with(library, CANARY) == []
    assert not [path for path in (library / "originals").rglob("*") if path.is_file()]
    second.close()
    first.close()


@pytest.mark.slow  # test_log_text.py has a session of faults in the default run
def test_the_engines_log_names_no_document(library, drop):
    desk = RemoteDesk(library, start_engine=True)
    good = drop(f"{CANARY}.pdf", pdf.text_pdf(f"The {CANARY} pays."))
    bad = drop(f"{CANARY}-bad.pdf", pdf.damaged_pdf())
    importing.import_files(desk, (good, bad), "Case", {})
    searching.search(desk, f"who is {CANARY}", Scope())
    with pytest.raises(WrongUse):
        searching.search(desk, "rent", Scope(document=f"{CANARY}-nowhere"))

    removing.remove_matter(desk, "Case")

    desk.close()
    desk.wait_closed(60)
    assert list((library / "logs").iterdir())
    assert files_with(library, CANARY) == []
