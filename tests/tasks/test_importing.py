"""Importing: every file ends in one state with a reason, and what is finished stays."""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from legaldesk.core.documents import FileState
from legaldesk.core.errors import Abandoned, Cancelled, LegalDeskError, NoRoom, WrongUse
from legaldesk.core.hits import Scope
from legaldesk.core.passages import exact_text
from legaldesk.core.progress import Progress
from legaldesk.core.segment import segment
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reader import spans_of
from legaldesk.tasks import care, documents, importing, matters, reading, removing
from legaldesk.tasks.reading import read_file
from tests import pdf_factory as pdf


def bring(desk, *paths, matter="Case", passwords=None, **more):
    return importing.import_files(desk, tuple(paths), matter, passwords or {}, **more)


def states(summary):
    return {Path(outcome.file).name: outcome.state for outcome in summary.outcomes}


def test_each_kind_of_file_ends_in_its_own_state(desk, drop):
    drop("good.PDF", pdf.text_pdf())
    drop("copy.pdf", pdf.text_pdf())
    drop("locked.pdf", pdf.locked_pdf())
    drop("damaged.pdf", pdf.damaged_pdf())
    drop("scan.pdf", pdf.image_pdf(3))
    drop("mixed.pdf", pdf.mixed_pdf())
    folder = Path(drop("notes.txt", b"no PDF at all")).parent

    summary = bring(desk, str(folder))

    found = states(summary)
    assert {found.pop("good.PDF"), found.pop("copy.pdf")} == {
        FileState.IMPORTED,
        FileState.DUPLICATE,
    }
    assert found == {
        "locked.pdf": FileState.LOCKED,
        "damaged.pdf": FileState.DAMAGED,
        "scan.pdf": FileState.EMPTY,
        "mixed.pdf": FileState.PARTLY,
        "notes.txt": FileState.UNSUPPORTED,
    }
    assert all(
        outcome.reason for outcome in summary.outcomes if outcome.state != FileState.IMPORTED
    )


def test_a_scan_names_the_pages_that_have_no_text(desk, drop):
    path = drop("scan.pdf", pdf.joined(pdf.text_pdf("Some text to find."), pdf.image_pdf(3)))

    outcome = bring(desk, path).outcomes[0]

    assert outcome.state == FileState.PARTLY
    assert outcome.pages_without_text == (2, 3, 4)
    assert "no text on pages 2-4 (scanned)" in outcome.reason


def test_a_password_opens_a_locked_file(desk, drop):
    path = drop("locked.pdf", pdf.locked_pdf("secret"))
    assert bring(desk, path).outcomes[0].state == FileState.LOCKED

    outcome = bring(desk, path, passwords={path: "secret"}).outcomes[0]

    assert outcome.state == FileState.IMPORTED
    assert not documents.list_problems(desk, "Case")


def test_a_password_for_every_file_keeps_none_out_that_needs_none(desk, drop):
    drop("locked.pdf", pdf.locked_pdf("secret"))
    drop("not to be printed.pdf", pdf.owner_locked_pdf())
    folder = Path(drop("plain.pdf", pdf.text_pdf("Not locked at all."))).parent

    summary = bring(desk, str(folder), passwords={importing.EVERY_FILE: "secret"})

    assert {outcome.state for outcome in summary.outcomes} == {FileState.IMPORTED}


def test_the_same_bytes_in_two_matters_are_stored_once(desk, drop):
    first, second = drop("a.pdf", pdf.text_pdf()), drop("b.pdf", pdf.text_pdf())

    bring(desk, first, matter="One")
    outcome = bring(desk, second, matter="Two").outcomes[0]

    assert outcome.state == FileState.DUPLICATE
    assert "a.pdf" in outcome.reason
    [document] = documents.list_documents(desk, Scope())
    assert document.matters == ("One", "Two")
    assert len(list((desk.library / "originals").rglob("*.pdf"))) == 1


def test_the_same_name_with_other_bytes_is_another_document(desk, drop):
    first = drop("a.pdf", pdf.text_pdf("The first lease."), folder="x")
    second = drop("a.pdf", pdf.text_pdf("Another lease."), folder="y")

    bring(desk, first, second)

    assert [document.name for document in documents.list_documents(desk, Scope())] == [
        "a.pdf",
        "a.pdf",
    ]


def test_a_scan_that_is_dropped_again_still_needs_attention(desk, drop):
    path = drop("scan.pdf", pdf.mixed_pdf())
    [first] = bring(desk, path).outcomes

    [again] = bring(desk, path).outcomes

    assert again.state == FileState.DUPLICATE
    [problem] = documents.list_problems(desk, "Case")
    assert (problem.state, problem.reason) == (FileState.PARTLY, first.reason)

    bring(desk, drop("lease.pdf", pdf.text_pdf()))
    Path(path).write_bytes(pdf.text_pdf())  # now it is another one's
    bring(desk, path)
    assert documents.list_problems(desk, "Case") == ()


def test_every_passage_is_its_pages_text_to_the_character(desk, drop):
    bring(desk, drop("lease.pdf", pdf.joined(pdf.text_pdf(), pdf.hyphenated_pdf())))

    rows = desk.reader.rows("SELECT spans, body FROM passages")
    pages = {row["number"]: row["text"] for row in desk.reader.rows("SELECT * FROM pages")}

    assert rows
    for row in rows:
        text = exact_text(pages, spans_of(row["spans"]))
        assert "".join(text.replace("\x02", "").split()) == "".join(row["body"].split())


def test_a_cancel_keeps_what_is_finished(desk, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(100)]
    finished = []

    def cancel_after_three(progress: Progress) -> None:
        if progress.outcome is not None:
            finished.append(progress.outcome)
        if len(finished) >= 3:
            raise Cancelled

    summary = bring(desk, *paths, report=cancel_after_three)

    by_state = [outcome.state for outcome in summary.outcomes]
    assert len(by_state) == 100
    assert by_state.count(FileState.IMPORTED) >= 3
    assert by_state.count(FileState.CANCELLED) >= 1
    stored = {document.name for document in documents.list_documents(desk, Scope())}
    assert {Path(outcome.file).name for outcome in finished} <= stored


def cancel_at_once(progress: Progress) -> None:
    if progress.stage == "reading":
        raise Cancelled


def test_what_was_read_before_stays_imported_when_it_is_dropped_again_and_cancelled(desk, drop):
    known = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(20)]
    scan = drop("scan.pdf", pdf.mixed_pdf())
    new = drop("zz.pdf", pdf.text_pdf("Not read yet."))
    bring(desk, *known, scan)

    summary = bring(desk, *known, scan, new, report=cancel_at_once)

    assert {outcome.state for outcome in summary.outcomes} >= {FileState.CANCELLED}
    left = {Path(each.file).name: each.state for each in documents.list_problems(desk, "Case")}
    assert left == {"scan.pdf": FileState.PARTLY, "zz.pdf": FileState.CANCELLED}


def test_what_was_taken_out_of_its_matter_is_not_there_after_a_cancel(desk, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(20)]
    bring(desk, *paths)
    for found in documents.list_documents(desk, Scope("Case")):
        matters.assign_document(desk, found.id, "Other")
        matters.withdraw_document(desk, found.id, "Case")

    summary = bring(desk, *paths, report=cancel_at_once)

    cancelled = [each for each in summary.outcomes if each.state is FileState.CANCELLED]
    assert cancelled
    assert len(documents.list_problems(desk, "Case")) == len(cancelled)


class InWork:
    """Reads files for an import, and counts those that are read side by side."""

    def __init__(self) -> None:
        self.wanted, self.now, self.most = 0, 0, 0
        self.changed = threading.Condition()

    def want(self, count: int) -> None:
        """From now on the first readers wait until so many are here (a minute at most)."""
        self.wanted, self.most = count, 0

    def read(self, desk, dropped, on_page):
        with self.changed:
            self.now += 1
            self.most = max(self.most, self.now)
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.most >= self.wanted, 60)
        time.sleep(0.05)  # one too many would come in
        with self.changed:
            self.now -= 1
        return read_file(desk, dropped, on_page)


@pytest.fixture
def in_work(monkeypatch):
    made = InWork()
    monkeypatch.setattr(importing, "read_file", made.read)
    return made


def test_files_are_in_work_together_as_far_as_memory_goes(desk, drop, monkeypatch, in_work):
    small = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(10)]
    in_work.want(importing.WORKERS)
    bring(desk, *small)
    assert in_work.most == importing.WORKERS

    size = max(os.path.getsize(path) for path in small)
    monkeypatch.setattr(importing, "ROOM", 2 * size)
    in_work.want(2)
    bring(desk, *small, matter="Other")
    assert in_work.most == 2

    monkeypatch.setattr(importing, "ROOM", size // 2)
    in_work.want(1)
    summary = bring(desk, *small, matter="Third")
    assert in_work.most == 1
    assert {outcome.state for outcome in summary.outcomes} == {FileState.DUPLICATE}


def test_a_cancel_reaches_files_that_wait_for_memory(desk, drop, monkeypatch, in_work):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(10)]
    monkeypatch.setattr(importing, "ROOM", 1)

    def cancel(progress: Progress) -> None:
        if in_work.most:
            raise Cancelled

    summary = bring(desk, *paths, report=cancel)

    assert in_work.most == 1
    found = [outcome.state for outcome in summary.outcomes]
    assert len(found) == 10
    assert found.count(FileState.CANCELLED) >= 1


def test_the_time_left_follows_the_pages_of_a_file_that_is_read(desk, drop, monkeypatch):
    seen, told = threading.Event(), []

    def read(desk, dropped, on_page):
        on_page(0, 0)
        on_page(1, 4)
        seen.wait(5)
        return read_file(desk, dropped, on_page)

    def report(progress: Progress) -> None:
        if progress.seconds_left is not None:
            told.append(progress)
            seen.set()

    monkeypatch.setattr(importing, "read_file", read)
    bring(desk, drop("a.pdf", pdf.text_pdf()), report=report)

    assert told[0].done == 0
    assert told[0].seconds_left > 0
    assert (told[-1].done, told[-1].seconds_left) == (1, 0)


def test_an_abandoned_import_goes_on_after_a_restart(library, tiny_model, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(8)]
    first = LocalDesk(library, tiny_model)
    seen = []

    def leave(progress: Progress) -> None:
        seen.append(progress)
        if progress.outcome is not None:
            raise Abandoned

    with pytest.raises(Abandoned):
        bring(first, *paths, report=leave)
    before = len(documents.list_documents(first, Scope()))
    first.close()

    second = LocalDesk(library, tiny_model)
    waiting = second.files_left()
    importing.resume_import(second)

    assert before >= 1
    assert waiting == 8 - before
    assert len(documents.list_documents(second, Scope())) == 8
    assert second.files_left() == 0
    second.close()


@pytest.mark.parametrize(
    ("name", "begins", "said"),
    [
        ("hearing.mp4", b"a film", "hearing.mp4 is not a PDF."),
        ("scans.pdf", b"%PDF-1.7", "scans.pdf is larger than 640 MB. Split it"),
    ],
)
def test_a_file_of_a_gigabyte_is_told_what_keeps_it_out(desk, drop, name, begins, said):
    path = drop(name, begins)
    os.truncate(path, (1 << 30) + 1)  # takes no room on the disk

    outcome = bring(desk, path).outcomes[0]

    assert outcome.state == FileState.UNSUPPORTED
    assert outcome.reason.startswith(said)


def test_a_file_that_is_gone_says_so(desk, tmp_path):
    outcome = bring(desk, str(tmp_path / "gone.pdf")).outcomes[0]

    assert outcome.state == FileState.DAMAGED
    assert "gone.pdf" in outcome.reason


def test_an_import_needs_a_matter(desk, drop):
    with pytest.raises(WrongUse):
        bring(desk, drop("a.pdf", pdf.text_pdf()), matter=" ")


def looking(act):
    """A report that does something once, while files are looked for."""
    todo = [act]

    def report(progress: Progress) -> None:
        if progress.stage == "looking" and todo:
            todo.pop()()

    return report


def test_a_matter_that_is_renamed_while_files_are_looked_for_is_not_made_anew(desk, drop):
    matters.create_matter(desk, "Acme")
    rename = looking(lambda: matters.rename_matter(desk, "Acme", "Acme v. Byte"))

    [outcome] = bring(desk, drop("a.pdf", pdf.text_pdf()), matter="acme", report=rename).outcomes

    assert (outcome.state, outcome.matter) == (FileState.IMPORTED, "Acme v. Byte")
    assert [each.name for each in matters.list_matters(desk)] == ["Acme v. Byte"]


def test_a_matter_that_is_removed_while_files_are_looked_for_stays_removed(desk, drop):
    matters.create_matter(desk, "Acme")
    remove = looking(lambda: removing.remove_matter(desk, "Acme"))

    with pytest.raises(WrongUse, match="removed"):
        bring(desk, drop("a.pdf", pdf.text_pdf()), matter="Acme", report=remove)

    assert matters.list_matters(desk) == ()
    assert desk.reader.queued() == []


def test_in_place_keeps_no_copy(desk, drop):
    path = drop("a.pdf", pdf.text_pdf())

    bring(desk, path, in_place=True)

    [document] = documents.list_documents(desk, Scope())
    assert document.referenced
    assert desk.originals.load(document) == Path(path).read_bytes()
    assert not list((desk.library / "originals").rglob("*.pdf"))


def test_copies_without_a_document_are_gone_after_a_restart(library, tiny_model, drop):
    LocalDesk(library, tiny_model).close()
    stray = library / "originals" / "ab" / ("ab" * 32 + ".pdf")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a kill between the copy and the commit")

    LocalDesk(library, tiny_model).close()

    assert not stray.exists()


def test_every_passage_gets_its_vector(desk, drop):
    bring(desk, drop("a.pdf", pdf.text_pdf()))

    total = importing.await_meaning(desk)

    [document] = documents.list_documents(desk, Scope())
    assert document.passages == document.passages_with_meaning == total > 0


def test_a_failed_files_record_can_be_dropped(desk, drop):
    path = drop("locked.pdf", pdf.locked_pdf())
    bring(desk, path)

    bring(desk, path, matter="Other")
    bring(desk, path, matter="Third")

    documents.forget_file(desk, path, "Case")
    assert {each.matter for each in documents.list_problems(desk, "")} == {"Other", "Third"}

    documents.forget_file(desk, path, "")
    assert documents.list_problems(desk, "") == ()


# What lies in folders


def test_odd_names_are_imported_like_any_other(desk, drop):
    names = [
        "two\nlines.pdf",
        "Vertrag Müller (1) 🖋.pdf",
        "x" * 251 + ".pdf",
        "-rf.pdf",
        "a'b\".pdf",
    ]
    for number, name in enumerate(names):
        drop(name, pdf.text_pdf(f"Lease number {number}."))

    summary = bring(desk, str(desk.library.parent / "dropped"))

    assert states(summary) == dict.fromkeys(names, FileState.IMPORTED)
    assert {found.name for found in documents.list_documents(desk, Scope())} == set(names)


@pytest.mark.skipif(os.name == "nt", reason="there every name is text")
def test_a_name_that_is_no_text_is_spelt_out(desk, drop):
    folder = Path(drop("good.pdf", pdf.text_pdf())).parent
    for number, name in enumerate((b"caf\xe9.pdf", b"caf\xe8.pdf")):
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(
            pdf.text_pdf(f"No {number}")
        )

    summary = bring(desk, str(folder))

    assert len(summary.outcomes) == 3
    assert {outcome.state for outcome in summary.outcomes} == {FileState.IMPORTED}
    assert sum("caf\\udce" in found.name for found in documents.list_documents(desk, Scope())) == 2
    [refused] = [
        o for o in bring(desk, str(folder), in_place=True, matter="B").outcomes if "e9" in o.file
    ]
    assert refused.state == FileState.DAMAGED
    assert "Rename" in refused.reason


@pytest.mark.skipif(os.name == "nt", reason="there every name is text")
def test_a_file_whose_name_is_no_text_is_found_again_by_its_record(desk, drop):
    folder = Path(drop("good.pdf", pdf.text_pdf())).parent
    odd = os.fsdecode(os.fsencode(folder) + b"/caf\xe9.pdf")
    Path(odd).write_bytes(pdf.locked_pdf("secret"))
    [locked] = bring(desk, odd).outcomes
    assert locked.state == FileState.LOCKED

    [opened] = bring(desk, locked.file, passwords={locked.file: "secret"}).outcomes
    assert (opened.state, opened.file) == (FileState.IMPORTED, locked.file)

    Path(odd).write_bytes(pdf.text_pdf("Waiting when the window closed."))
    desk.leave(each.record for each in desk.store.enqueue([locked.file], "Case", False))
    assert set(states(importing.resume_import(desk)).values()) == {FileState.IMPORTED}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files")
def test_pipes_loops_and_folders_that_do_not_open_end_in_an_outcome(desk, drop, monkeypatch):
    folder = Path(drop("good.pdf", pdf.text_pdf())).parent
    os.mkfifo(folder / "pipe.pdf")
    (folder / "device.pdf").symlink_to("/dev/zero")
    (folder / "loop.pdf").symlink_to("loop.pdf")
    (folder / "gone.pdf").symlink_to("nowhere.pdf")
    (folder / "again").symlink_to(folder, target_is_directory=True)
    drop("empty.pdf", b"")
    drop("also good.pdf", pdf.text_pdf("Another."), folder="dropped/deep")
    too_deep = deepest_folder(folder / "deep", monkeypatch)

    found = states(bring(desk, str(folder)))

    assert found == {
        "good.pdf": FileState.IMPORTED,
        "also good.pdf": FileState.IMPORTED,
        "empty.pdf": FileState.UNSUPPORTED,
        "pipe.pdf": FileState.DAMAGED,
        "device.pdf": FileState.DAMAGED,
        "loop.pdf": FileState.DAMAGED,
        "gone.pdf": FileState.DAMAGED,
        too_deep: FileState.DAMAGED,
    }


def deepest_folder(folder, monkeypatch):
    """Folders inside one another until the path is longer than the system opens; its name."""
    monkeypatch.chdir(folder)
    for level in range(25):
        name = f"{level:02}" + "x" * 200
        os.mkdir(name)
        os.chdir(name)
        if len(str(folder)) + (level + 1) * 203 > 4096:
            return name
    raise AssertionError("no path is too long here")


def test_an_empty_folder_is_nothing_to_do(desk, tmp_path):
    (tmp_path / "nothing").mkdir()

    assert bring(desk, str(tmp_path / "nothing")).outcomes == ()


def test_the_same_path_twice_is_read_once(desk, drop):
    path = drop("a.pdf", pdf.text_pdf())

    summary = bring(desk, path, str(Path(path).parent), path)

    assert states(summary) == {"a.pdf": FileState.IMPORTED}


def test_the_librarys_own_folder_is_refused_and_passed_over(desk, drop):
    bring(desk, drop("a.pdf", pdf.text_pdf()))

    with pytest.raises(WrongUse, match="own folder"):
        bring(desk, str(desk.library / "originals"))
    summary = bring(desk, str(desk.library.parent))

    assert states(summary) == {"a.pdf": FileState.DUPLICATE}


# What goes wrong on the way


@contextmanager
def room_for(size):
    """Let no file grow beyond a size, as a full disk would."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_once_and_nothing_is_lost(desk, drop):
    paths = [
        drop(f"{n}.pdf", pdf.text_pdf(*[f"Lease {n} page {p}." for p in range(30)]))
        for n in range(30)
    ]
    bring(desk, paths[0])
    seen = []

    with room_for(300_000), pytest.raises(NoRoom):
        bring(desk, *paths, report=lambda progress: seen.append(progress.outcome))
    acknowledged = {outcome.file for outcome in seen if outcome is not None}
    listed = documents.list_documents(desk, Scope())
    copies = {path.stem for path in (desk.library / "originals").rglob("*") if path.is_file()}

    assert 0 < len(listed) < 30
    assert acknowledged <= {found.path for found in listed}
    assert copies == {found.id for found in listed}
    assert desk.files_left() == 30 - len(acknowledged)
    importing.resume_import(desk)
    assert desk.files_left() == 0
    assert len(documents.list_documents(desk, Scope())) == 30
    assert all(finding.ok for finding in care.verify(desk))


def test_vectors_wait_for_room_on_the_disk(desk, drop):
    desk.meaning.wait_until_ready()
    desk.generations.traffic.files_begin()  # the thread waits
    bring(desk, drop("a.pdf", pdf.text_pdf(*[f"Clause {n} binds the tenant." for n in range(20)])))

    with room_for(1000), pytest.raises(NoRoom):
        desk.generations.traffic.files_end()
        importing.await_meaning(desk)

    assert desk.meaning.ready
    assert with_room(desk) == desk.reader.count("SELECT count(*) FROM vectors")


def with_room(desk):
    """Wait for the vectors; the first try after the disk was full may still say that it is."""
    while True:
        with suppress(NoRoom):
            return importing.await_meaning(desk)


def test_an_error_that_nobody_expected_leaves_the_files_waiting(desk, drop, monkeypatch):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(4)]

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(reading.languages, "detect", raising(RuntimeError))
        bring(desk, *paths)

    assert desk.files_left() == 4
    assert set(states(importing.resume_import(desk)).values()) == {FileState.IMPORTED}


def raising(kind):
    def fail(*_):
        raise kind

    return fail


def test_closing_during_an_import_leaves_the_rest_waiting(library, tiny_model, drop):
    files = 160  # more than are read until the first outcome is told
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(files)]
    first = LocalDesk(library, tiny_model)

    def close(progress):
        if progress.outcome is not None:
            first.parsers.close()

    with pytest.raises(LegalDeskError):
        bring(first, *paths, report=close)
    first.close()
    second = LocalDesk(library, tiny_model)
    importing.resume_import(second)

    assert len(documents.list_documents(second, Scope())) == files
    second.close()


def test_two_who_resume_do_not_read_the_same_files(library, tiny_model, drop):
    first = LocalDesk(library, tiny_model)
    first.store.enqueue([drop("a.pdf", pdf.text_pdf())], "Case", False)
    first.close()
    second = LocalDesk(library, tiny_model)

    summaries = [importing.resume_import(second) for _ in range(2)]

    assert [states(summary) for summary in summaries] == [{"a.pdf": FileState.IMPORTED}, {}]
    second.close()


def wait_for_two_matters(desk, *paths):
    """Let files wait for two matters each, as after a full disk; all that wait."""
    for matter in ("Wrong", "Right"):
        desk.leave(queued.record for queued in desk.store.enqueue(paths, matter, False))
    return {(path, matter) for path in paths for matter in ("Wrong", "Right")}


def told(summary):
    return {(outcome.file, outcome.matter): outcome.state for outcome in summary.outcomes}


def stored_states(desk):
    rows = desk.reader.rows("SELECT path, matter, state FROM files")
    return {(row["path"], row["matter"]): row["state"] for row in rows}


def test_files_that_wait_for_two_matters_are_read_for_both(desk, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(3)]
    wanted = wait_for_two_matters(desk, *paths)
    seen = []

    summary = importing.resume_import(desk, report=seen.append)

    assert len(summary.outcomes) == 6
    assert told(summary).keys() == wanted
    assert told(summary) == stored_states(desk)
    assert (seen[-1].done, seen[-1].total) == (6, 6)
    assert {found.matters for found in documents.list_documents(desk, Scope())} == {
        ("Right", "Wrong")
    }


def test_a_cancel_reaches_files_that_wait_for_two_matters(desk, drop, monkeypatch):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(3)]
    wanted = wait_for_two_matters(desk, *paths)
    monkeypatch.setattr(importing, "WORKERS", 1)
    turns = iter([read_file])
    monkeypatch.setattr(importing, "read_file", lambda *a: next(turns, raising(Cancelled))(*a))

    def cancel(progress: Progress) -> None:
        if progress.outcome is not None:
            raise Cancelled

    summary = importing.resume_import(desk, report=cancel)

    assert told(summary).keys() == wanted
    assert told(summary) == stored_states(desk)
    assert list(told(summary).values()).count(FileState.CANCELLED) == 5
    assert desk.files_left() == 0


def test_a_matter_removed_while_it_is_imported_stays_removed(desk, drop):
    paths = [drop(f"{n}.pdf", pdf.text_pdf(f"Lease number {n}.")) for n in range(30)]
    bring(desk, paths[0], matter="Gone")
    removed = []

    def remove(progress):
        if progress.outcome is not None and not removed:
            removed.append(removing.remove_matter(desk, "Gone"))

    summary = bring(desk, *paths, matter="Gone", report=remove)

    assert removed
    assert len(summary.outcomes) == 30
    assert FileState.CANCELLED in states(summary).values()
    assert matters.list_matters(desk) == ()
    assert documents.list_documents(desk, Scope()) == ()
    assert not [path for path in (desk.library / "originals").rglob("*") if path.is_file()]
    assert desk.reader.rows("SELECT * FROM files") == []


def test_the_parsers_cut_what_they_read(desk, drop, monkeypatch):
    """Nothing is cut in this process, which has questions to answer."""
    monkeypatch.setattr(reading, "segment", raising(AssertionError))
    path = drop(
        "lease.pdf", pdf.text_pdf(*[f"Section {n}. Rent\r\nRent is due." for n in range(5)])
    )

    assert states(bring(desk, path)) == {"lease.pdf": FileState.IMPORTED}
    assert desk.reader.count("SELECT count(*) FROM passages") > 0


def test_what_no_parser_can_cut_is_cut_here(desk, drop, monkeypatch):
    monkeypatch.setattr(desk, "prepare_parsers", lambda: None)
    cut = []
    monkeypatch.setattr(reading, "segment", lambda *a: cut.append(a) or segment(*a))
    path = drop("lease.pdf", pdf.text_pdf("Section 1. Rent\r\nRent is due."))

    assert states(bring(desk, path)) == {"lease.pdf": FileState.IMPORTED}
    assert len(cut) == desk.reader.count("SELECT count(*) FROM passages") == 1
