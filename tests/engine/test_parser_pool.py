"""Real parser processes on real PDFs, and liars in their place."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from legaldesk.core.documents import OutlineEntry, PageState, TextSource
from legaldesk.core.errors import Cancelled, Damaged, Locked, ProcessDied, Unsupported
from legaldesk.core.passages import Span
from legaldesk.engine import parser_pool, pdf_structure
from legaldesk.engine.child import Child
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.parser_reading import KILLS, SECOND_LIBRARY, Limits
from legaldesk.engine.system import NICENESS, child_command, spawn
from legaldesk.engine.wire import write_frame
from tests import pdf_factory as pdf

SHORT = Limits(open=3, facts=3, page=2, file=20, view=3)
"""Seconds: enough for a child to start on a busy machine, and soon over."""

Liar = Callable[[str], ParserPool]


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    made = ParserPool(workers=2)
    yield made
    made.close()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Liar]:
    """Makes a pool whose children run the given Python instead of ours."""
    made: list[ParserPool] = []

    def start(source: str) -> ParserPool:
        script = tmp_path / f"child{len(made)}.py"
        script.write_text(textwrap.dedent(source))
        made.append(ParserPool(1, [sys.executable, str(script)], SHORT))
        return made[-1]

    yield start
    for each in made:
        each.close()


# What is read


def test_pages_outline_title_and_labels_come_back(pool: ParserPool) -> None:
    outline = [(0, "Lease", 1), (1, "Rent", 2)]
    data = pdf.text_pdf(pdf.LEASE, "Rent is due.", title="A lease", outline=outline)

    found = pool.extract(data, "lease.pdf")

    assert [page.text for page in found.pages] == ["\r\n".join(pdf.LEASE), "Rent is due."]
    assert found.outline == tuple(OutlineEntry(*entry) for entry in outline)
    assert (found.title, found.source, found.notes) == ("A lease", TextSource.PDFIUM, ())


def test_each_page_has_its_printed_label(pool: ParserPool) -> None:
    found = pool.extract(pdf.labelled_pdf(pages=4, front=2), "book.pdf")

    assert [page.label for page in found.pages] == ["i", "ii", "1", "2"]


def test_pages_without_text_say_why(pool: ParserPool) -> None:
    found = pool.extract(pdf.mixed_pdf(), "mixed.pdf")

    assert [page.state for page in found.pages] == [
        PageState.TEXT,
        PageState.IMAGE,
        PageState.BLANK,
    ]
    assert "scanned" in found.pages[1].reason


def test_progress_is_told_for_every_page(pool: ParserPool) -> None:
    told: list[tuple[int, int]] = []

    pool.extract(pdf.text_pdf("a", "b", "c"), "abc.pdf", on_page=lambda *at: told.append(at))

    assert list(dict.fromkeys(told))[-3:] == [(1, 3), (2, 3), (3, 3)]


def test_a_file_that_only_pypdf_reads_is_read_by_it(child: Liar) -> None:
    pool = child(PATCHED.format(patch=NO_PDFIUM))

    found = pool.extract(pdf.text_pdf(), "lease.pdf")

    assert found.source is TextSource.PYPDF
    assert "The lease begins" in found.pages[0].text
    assert SECOND_LIBRARY in found.notes


# What cannot be read


def test_a_locked_file_asks_for_its_password(pool: ParserPool) -> None:
    data = pdf.locked_pdf("secret")

    with pytest.raises(Locked, match=r"lease\.pdf needs a password"):
        pool.extract(data, "lease.pdf")
    with pytest.raises(Locked, match=r"password does not open lease\.pdf"):
        pool.extract(data, "lease.pdf", "wrong")
    assert "The lease begins" in pool.extract(data, "lease.pdf", "secret").pages[0].text


def test_an_owner_password_does_not_keep_readers_out(pool: ParserPool) -> None:
    found = pool.extract(pdf.owner_locked_pdf(), "lease.pdf")

    assert "The lease begins" in found.pages[0].text


@pytest.mark.parametrize("data", [pdf.damaged_pdf(), b"%PDF-1.7\n"])
def test_a_damaged_file_is_named(pool: ParserPool, data: bytes) -> None:
    with pytest.raises(Damaged, match=r"contract\.pdf is damaged") as caught:
        pool.extract(data, "contract.pdf")

    assert caught.value.file == "contract.pdf"


@pytest.mark.parametrize("data", [b"", b"<html>", b"PK\3\4" + bytes(2000) + b"%PDF-1.7"])
def test_what_is_no_pdf_starts_no_process(data: bytes) -> None:
    pool = ParserPool(command=["no-such-program"])

    with pytest.raises(Unsupported, match="is not a PDF"):
        pool.extract(data, "notes.docx")


# What stops a reader

PATCHED = """
    import os, sys, time
    from legaldesk.engine import parser_child, pdfium, pdf_structure

    read_page, read_structure = pdfium.read_page, pdf_structure.read_structure
    {patch}
    sys.exit(parser_child.main())
"""
"""Our own child with one function of a library replaced."""

NO_PDFIUM = "pdfium.open_document = lambda *_: os._exit(9)"
HANG_ON_2 = (
    "pdfium.read_page = lambda document, number: "
    "time.sleep(60) if number == 2 else read_page(document, number)"
)
SLOW_ON_2 = HANG_ON_2.replace("time.sleep(60)", "time.sleep(1) or read_page(document, number)")
DIE_ON_2 = HANG_ON_2.replace("time.sleep(60)", "os._exit(9)")
NO_MEMORY_ON_2 = HANG_ON_2.replace("time.sleep(60)", "bytearray(1 << 40)")
ALWAYS_HANG = "pdfium.open_document = pdf_structure.open_reader = lambda *_: time.sleep(60)"
SLOW_PYPDF = "pdf_structure.read_structure = lambda *_, **__: time.sleep(60)"
NO_BOOKMARKS = "pdfium.outline = lambda *_: os._exit(9)"
DEAF = "pdfium.outline = lambda *_: []"
NO_LABELS = "pdfium.labels = lambda *_: os._exit(9)"
NO_PYPDF = "pdf_structure.open_reader = lambda *_: pdfium.open_document(b'')"
"""It says that every file is damaged."""


@pytest.mark.parametrize("patch", [HANG_ON_2, DIE_ON_2, NO_MEMORY_ON_2])
def test_one_bad_page_does_not_lose_the_document(child: Liar, patch: str) -> None:
    pool = child(PATCHED.format(patch=patch))

    found = pool.extract(pdf.text_pdf("one", "two", "three", title="T"), "lease.pdf")

    assert [page.text for page in found.pages] == ["one", "", "three"]
    assert found.pages[1].state is PageState.UNREADABLE
    assert "stopped the reader" in found.pages[1].reason
    assert found.title == "T"


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")
@pytest.mark.parametrize(("kills", "second"), [(KILLS, "two"), (KILLS + 1, "")])
def test_a_page_outlives_a_swarm_of_kills(child: Liar, kills: int, second: str) -> None:
    pool, killed = child(PATCHED.format(patch=SLOW_ON_2)), set()

    def kill_in_page_2(done: int, total: int) -> None:
        for reader in list(pool._readers._running):
            if done == 1 and len(killed) < kills and reader.usable:
                killed.add(reader._process.pid)
                os.kill(reader._process.pid, signal.SIGKILL)

    found = pool.extract(pdf.text_pdf("one", "two", "three"), "lease.pdf", on_page=kill_in_page_2)

    assert len(killed) == kills
    assert [page.text for page in found.pages] == ["one", second, "three"]


@pytest.mark.parametrize("patch", [SLOW_PYPDF, NO_BOOKMARKS, DEAF])
def test_either_library_can_stand_in_for_bookmarks(child: Liar, patch: str) -> None:
    pool = child(PATCHED.format(patch=patch))
    data = pdf.joined(pdf.text_pdf("one", outline=[(0, "Part", 1)]), pdf.form_pdf())

    found = pool.extract(data, "lease.pdf")

    assert found.outline == (OutlineEntry(0, "Part", 1),)
    assert found.pages[0].text == "one"
    assert found.notes == (() if patch == SLOW_PYPDF else (pdf_structure.FORM_FILLED,))


def test_labels_that_kill_pdfium_are_read_by_pypdf(child: Liar) -> None:
    found = child(PATCHED.format(patch=NO_LABELS)).extract(pdf.labelled_pdf(2, 1), "book.pdf")

    assert [page.label for page in found.pages] == ["i", "1"]


def test_pypdf_is_asked_only_where_it_may_tell_more(child: Liar) -> None:
    pool = child(PATCHED.format(patch=NO_PYPDF))

    found = pool.extract(pdf.labelled_pdf(2, 1), "book.pdf")

    assert [page.label for page in found.pages] == ["i", "1"]
    assert not pool.extract(pdf.form_pdf(), "form.pdf").notes  # asked, and it failed


def test_a_file_that_stops_both_libraries_is_set_aside(child: Liar) -> None:
    pool = child(PATCHED.format(patch=ALWAYS_HANG))

    with pytest.raises(Damaged, match=r"lease\.pdf made the reader stop; it was set aside"):
        pool.extract(pdf.text_pdf(), "lease.pdf")


def test_cancelling_ends_a_hanging_page_and_the_pool_goes_on(child: Liar) -> None:
    pool = child(PATCHED.format(patch=HANG_ON_2))

    def cancel_in_page_2(done: int, total: int) -> None:
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        pool.extract(pdf.text_pdf("one", "two"), "lease.pdf", on_page=cancel_in_page_2)

    assert pool.extract(pdf.text_pdf("one"), "lease.pdf").pages[0].text == "one"


def test_more_files_than_workers_take_turns(pool: ParserPool) -> None:
    texts: list[str] = []
    data = [pdf.text_pdf(f"file {number}") for number in range(6)]
    threads = [
        threading.Thread(target=lambda d=each: texts.append(pool.extract(d, "f").pages[0].text))
        for each in data
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(texts) == [f"file {number}" for number in range(6)]


# Liars

LIES = {
    "nothing": "time.sleep(60)",
    "the end": "",
    "noise": "out.write(b'Segmentation fault' * 9)",
    "a huge header": "out.write(struct.pack('>4sIQ', MAGIC, 2**32 - 1, 0))",
    "a huge body": "out.write(struct.pack('>4sIQ', MAGIC, 2, 2**62) + b'{}' + bytes(10**6))",
    "bad JSON": "say('{nonsense')",
    "another kind": 'say(\'{"kind":"formula","id":1}\')',
    "another id": "say(counted.replace('\"id\":1', '\"id\":5'))",
    "no pages": "say(counted.replace('2', '0'))",
    "a page too early": "say(counted); say(page)",
    "a page out of turn": "say(counted); say(facts); say(page.replace(':1,\"w', ':2,\"w'))",
    "a page of no size": "say(counted); say(facts); say(page.replace('612', '-1'))",
    "an endless page": "say(counted); say(facts); say(page.replace('612', '1e999'))",
    "text that is none": "say(counted); say(facts); say(page, b'\\xff')",
    "a NUL": "say(counted); say(facts); say(page, b'a\\0b')",
    "labels for nobody": 'say(counted); say(facts.replace(\'[]\', \'["i","ii","iii"]\'))',
    "a bookmark to nowhere": "say(counted); say(facts.replace('}', ',\"outline\":[[0,\"a\",9]]}'))",
    "done too early": 'say(counted); say(facts); say(\'{"kind":"done","id":1}\')',
    "endless output": "say(counted)\nwhile True: say(facts)",
    "endless noise": "while True: out.write(bytes(65536))",
}

LIAR = """
import struct, sys, time
MAGIC = b"LDF\\x01"
out = sys.stdout.buffer
counted = '{{"kind":"counted","id":1,"pages":2}}'
facts = '{{"kind":"facts","id":1,"labels":[]}}'
page = '{{"kind":"page","id":1,"number":1,"width":612,"height":792,"state":"text"}}'

def say(header, raw=b"text"):
    out.write(struct.pack(">4sIQ", MAGIC, len(header), len(raw)) + header.encode() + raw)
    out.flush()

sys.stdin.buffer.read(16)
{lie}
out.flush()
"""


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(lie, id=name, marks=[pytest.mark.slow] if name == "nothing" else [])
        for name, lie in LIES.items()
    ],
)
def test_a_liar_gets_a_typed_error_within_its_limits(child: Liar, lie: str) -> None:
    pool = child(LIAR.format(lie=lie))
    started = time.monotonic()

    with pytest.raises(Damaged, match="set aside"):
        pool.extract(pdf.text_pdf("a", "b"), "lease.pdf")
    with pytest.raises(ProcessDied, match="stopped the page reader"):
        pool.render("key", pdf.text_pdf, None, 1, 1.0)

    assert time.monotonic() - started < 2 * (SHORT.file + SHORT.open) + SHORT.view


def test_a_program_that_cannot_be_started_is_a_typed_error() -> None:
    pool = ParserPool(command=["no-such-program"])

    with pytest.raises(ProcessDied, match="could not be started"):
        pool.extract(pdf.text_pdf(), "lease.pdf")
    with pytest.raises(ProcessDied, match="could not be started"):
        pool.render("key", pdf.text_pdf, None, 1, 1.0)


def test_what_a_library_prints_does_not_break_the_frames(child: Liar) -> None:
    print_and_read = "(os.write(1, b'noise'), print('noise', flush=True), read_page(*at))[2]"
    pool = child(PATCHED.format(patch=f"pdfium.read_page = lambda *at: {print_and_read}"))

    found = pool.extract(pdf.text_pdf("one"), "lease.pdf")

    assert found.pages[0].text == "one"


# The viewer


def test_a_page_is_drawn_and_its_passage_found(pool: ParserPool) -> None:
    data = pdf.text_pdf("one", pdf.LEASE)

    image = pool.render("key", lambda: data, None, 2, 0.5)
    boxes = pool.boxes("key", lambda: data, None, [Span(2, 0, 30), Span(1, 0, 3)])

    assert (image.width, image.height, len(image.rgb)) == (306, 396, 3 * 306 * 396)
    assert [(found.page, len(found.boxes)) for found in boxes] == [(2, 1), (1, 1)]


def test_the_words_of_a_page_are_pieces_of_its_text_and_lie_on_it(pool: ParserPool) -> None:
    data = pdf.text_pdf("one", pdf.LEASE)
    text = pool.extract(data, "lease.pdf").pages[1].text

    words = pool.words("key", lambda: data, None, 2)

    assert [text[word.start : word.end] for word in words] == text.split()
    assert all(0 <= w.box.left < w.box.right <= 612 for w in words)
    assert all(0 <= w.box.top < w.box.bottom <= 792 for w in words)


def test_a_document_is_loaded_once_while_it_is_among_the_last_three(pool: ParserPool) -> None:
    loaded: list[str] = []

    def look(key: str) -> None:
        def load() -> bytes:
            loaded.append(key)
            return pdf.text_pdf(key)

        pool.render(key, load, None, 1, 0.1)

    for key in "abcaabcdad":
        look(f"once-{key}")

    assert "".join(key[-1] for key in loaded) == "abcda"


@pytest.mark.parametrize("forgotten", [True, False])
def test_a_reader_that_dies_of_closing_a_document_has_let_go_of_it(
    pool: ParserPool, monkeypatch: pytest.MonkeyPatch, forgotten: bool
) -> None:
    send = Child.send

    def die_of_closing(child: Child, header: bytes, raw: bytes = b"") -> None:
        if b'"close"' in header:
            raise ProcessDied("it stopped")
        send(child, header, raw)

    monkeypatch.setattr(Child, "send", die_of_closing)
    keys = [f"{forgotten} {number}" for number in range(6)]
    for key in keys:
        assert pool.render(key, pdf.text_pdf, None, 1, 0.1).width == 62
    if forgotten:
        pool.forget(keys[-1])


def test_large_documents_are_closed_before_their_reader_has_no_memory_left(
    pool: ParserPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pdf.text_pdf("a")
    monkeypatch.setattr("legaldesk.engine.parser_viewer.OPEN_BYTES", 2 * len(data) + 1)
    loaded: list[str] = []

    def look(key: str) -> None:
        pool.render(key, lambda: loaded.append(key) or data, None, 1, 0.1)

    for key in "ababcb":
        look(key)
    pool.render("huge", lambda: data + b"%" * 2 * len(data), None, 1, 0.1)
    look("b")

    assert "".join(loaded) == "abcb"


def test_the_viewer_opens_locked_documents_with_their_password(pool: ParserPool) -> None:
    with pytest.raises(Locked):
        pool.render("locked", pdf.locked_pdf, None, 1, 1.0)

    assert pool.render("locked", pdf.locked_pdf, "secret", 1, 1.0).width == 612


def test_a_page_that_is_not_there_cannot_be_shown(pool: ParserPool) -> None:
    with pytest.raises(Damaged):
        pool.render("short", pdf.text_pdf, None, 99, 1.0)

    assert pool.render("short", pdf.text_pdf, None, 1, 1.0).width == 612


def test_a_hanging_view_ends_and_the_next_call_starts_afresh(child: Liar) -> None:
    hang = """
    def render(page, scale, real=parser_child.pdfium_view.render):
        if scale == 2.0:
            time.sleep(60)
        return real(page, scale)
    parser_child.pdfium_view.render = render
    """
    pool = child(PATCHED.format(patch=hang))

    with pytest.raises(ProcessDied, match="no answer within 3 s"):
        pool.render("key", pdf.text_pdf, None, 1, 2.0)
    assert pool.render("key", pdf.text_pdf, None, 1, 1.0).width == 612


def test_a_pool_at_rest_has_no_readers_and_goes_on_when_asked(child: Liar) -> None:
    pool, before = child(PATCHED.format(patch="")), readers()
    pool.extract(pdf.text_pdf("Rent."), "lease.pdf")
    assert len(readers() - before) == 1

    pool.rest()

    assert readers() == before
    assert pool.extract(pdf.text_pdf("Rent."), "lease.pdf").pages[0].text == "Rent."


def test_expected_files_find_their_reader_running(child: Liar) -> None:
    pool, before = child(PATCHED.format(patch="")), readers()

    pool.expect()
    started = readers() - before
    pool.extract(pdf.text_pdf("Rent."), "lease.pdf")

    assert len(started) == 1 and readers() - before == started


def test_readers_stay_behind_the_process_that_stores_what_they_read(child: Liar) -> None:
    pool, before = child(PATCHED.format(patch="")), readers()

    pool.expect()
    pool.extract(pdf.text_pdf("Rent."), "lease.pdf")

    (reader,) = readers() - before
    assert psutil.Process(reader).nice() == psutil.Process().nice() + NICENESS


def test_readers_of_files_that_never_come_rest_again(
    child: Liar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parser_pool, "EXPECTING", 0.5)
    pool, before = child(PATCHED.format(patch="")), readers()

    pool.expect()

    assert readers() != before
    deadline = time.monotonic() + 60
    while readers() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert readers() == before


def test_a_reader_that_cannot_be_started_is_reported_when_a_file_comes() -> None:
    pool = ParserPool(command=["no-such-program"])

    pool.expect()
    pool.expect_views()

    with pytest.raises(ProcessDied, match="could not be started"):
        pool.extract(pdf.text_pdf(), "lease.pdf")
    with pytest.raises(ProcessDied, match="could not be started"):
        pool.render("key", pdf.text_pdf, None, 1, 1.0)
    pool.close()


def test_an_expected_view_finds_its_process_running(child: Liar) -> None:
    pool, before = child(PATCHED.format(patch="")), readers()

    pool.expect_views()
    started = readers() - before
    pool.render("key", pdf.text_pdf, None, 1, 1.0)

    assert len(started) == 1 and readers() - before == started


def readers() -> set[int]:
    return {each.pid for each in psutil.Process().children()}


def test_a_closed_pool_says_so(child: Liar) -> None:
    pool = child(PATCHED.format(patch=""))
    pool.close()

    with pytest.raises(ProcessDied, match="closing"):
        pool.extract(pdf.text_pdf(), "lease.pdf")
    with pytest.raises(ProcessDied, match="closing"):
        pool.render("key", pdf.text_pdf, None, 1, 1.0)


# The process itself


def test_a_child_ends_with_its_parent_even_inside_a_page(tmp_path: Path) -> None:
    script = tmp_path / "child.py"
    script.write_text(textwrap.dedent(PATCHED.format(patch=ALWAYS_HANG)))
    process = spawn([sys.executable, str(script)])
    assert process.stdin is not None
    assert process.stdout is not None

    write_frame(process.stdin, {"kind": "open", "id": 1, "key": "a"}, pdf.text_pdf())
    process.stdin.close()

    assert process.wait(timeout=60) == 0
    process.stdout.close()


def test_the_parser_process_loads_nothing_heavy() -> None:
    command = [sys.executable, "-X", "importtime", *child_command("parser")[1:]]

    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60)

    loaded = {line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()}
    assert {b"pypdfium2", b"pypdf"} <= loaded
    assert not loaded & {b"PySide6", b"torch", b"numpy", b"sqlite3", b"hnswlib"}


def test_a_child_is_capped_and_leaves_no_core_dump() -> None:
    pytest.importorskip("resource")
    source = (
        "import resource; from legaldesk.engine.system import limit_this_process; "
        "print(limit_this_process(1 << 30), resource.getrlimit(resource.RLIMIT_AS)[0], "
        "resource.getrlimit(resource.RLIMIT_CORE)[0])"
    )

    process = spawn([sys.executable, "-c", source])
    told, _ = process.communicate(timeout=60)

    assert told.split() == [b"rlimits", str(1 << 30).encode(), b"0"]
