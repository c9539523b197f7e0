"""A parser that was taken over: whatever it sends is one typed error, soon, and costs little."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from legaldesk.core.errors import Damaged, ProcessDied
from legaldesk.core.passages import Span
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.parser_reading import Limits
from tests import pdf_factory as pdf

LIMITS = Limits(open=3, facts=3, page=3, file=4, each_page=0, view=3)
GRACE = 5
"""Seconds over the limit within which the error has to come."""
MEMORY = 500
"""Megabytes that a lie may cost at its worst moment, most of them for decoding 16 MB of JSON."""

LIAR = """
import json, os, pickle, struct, sys, time

if not os.path.exists(sys.argv[1]):
    from legaldesk.engine import parser_child
    sys.exit(parser_child.main())

out = sys.stdout.buffer
NAN, MAX = float("nan"), 1e300
counted = b'{"kind":"counted","id":1,"pages":2}'
facts = b'{"kind":"facts","id":1}'
page = b'{"kind":"page","id":1,"number":1,"width":612,"height":792,"state":"text"}'
done = b'{"kind":"done","id":1}'

def say(header, raw=b""):
    out.write(struct.pack(">4sIQ", b"LDF\\x01", len(header), len(raw)) + header + raw)
    out.flush()

def tell(kind, id, raw=b"", **fields):
    say(json.dumps({"kind": kind, "id": id, **fields}).encode(), raw)

class Evil:
    def __reduce__(self):
        return os.mkdir, (sys.argv[1] + "-unpickled",)

def slip(kind, error, trace):
    if not issubclass(kind, OSError):  # which is how it hears that nobody listens any more
        os.mkdir(sys.argv[1] + "-slipped")

sys.excepthook = slip
open(sys.argv[1] + "-began", "w").close()
sys.stdin.buffer.read(16)
"""
"""Lies while a file of that name is there, and is our own parser when it is not."""

FRAMES = {
    "a pickle": "out.write(pickle.dumps(Evil()))",
    "a pickle in a frame": "say(pickle.dumps(Evil())); say(counted, pickle.dumps(Evil()))",
    "half a prefix, then silence": "out.write(b'LDF\\x01\\0'); out.flush(); time.sleep(60)",
    "half a frame, then silence": "out.write(struct.pack('>4sIQ', b'LDF\\x01', 1 << 24, 0)); "
    "out.write(bytes(1 << 23)); out.flush(); time.sleep(60)",
    "endless frames as long as allowed": "while True: say(b' ' * (1 << 24), bytes(8_000_000))",
    "deep JSON": "say(b'[' * (1 << 24))",
    "a number without end": "say(counted.replace(b'2', b'9' * (1 << 23)))",
}
"""What is wrong whatever was asked."""

PAGES = {
    "minus three pages": "say(counted.replace(b'2', b'-3'))",
    "half a page": "say(counted.replace(b'2', b'0.5'))",
    "no number of pages": "say(counted.replace(b'2', b'NaN'))",
    "page 0": "say(counted); say(facts); say(page.replace(b':1,\"w', b':0,\"w'))",
    "a page beyond the last": "say(counted); say(facts); say(page.replace(b':1,\"w', b':3,\"w'))",
    "a page as wide as NaN": "say(counted); say(facts); say(page.replace(b'612', b'NaN'))",
    "a lone surrogate": "say(counted); say(facts); say(page, b'\\xed\\xa0\\x80')",
    "a lone surrogate as title": "say(counted); tell('facts', 1, title=chr(0xd800))",
    "a heading at level -1": "say(counted); tell('facts', 1, outline=[[-1, 'a', 1]])",
    "too many headings": "say(counted); tell('facts', 1, outline=[[0, 'a', 1]] * 30_000)",
    "ten million headings": "say(counted); say(b'{' + b'[0,\"a\",1],' * 10_000_000)",
    "all labels that fit": "say(counted); tell('facts', 1, labels=['a'] * 3_000_000)",
    "an answer of the viewer": "tell('image', 1, width=1, height=1, scale=1)",
}
"""What is wrong for one who reads a file."""

VIEWS = {
    "fewer pixels than it says": "say(done); tell('image', 2, b'abc', width=9, height=9, scale=1)",
    "an image of no width": "say(done); tell('image', 2, width=0, height=9, scale=1)",
    "an image beyond all bounds": "say(done); tell('image', 2, width=9**9, height=9**9, scale=1)",
    "a scale of NaN": "say(done); tell('image', 2, b'abc', width=1, height=1, scale=NAN)",
    "a box of NaN": "say(done); tell('located', 2, pages=[[1, [[NAN, 0, 1, 1]]]])",
    "a box without end": "say(done); tell('located', 2, pages=[[1, [[0, 0, 10 * MAX, 1]]]])",
    "boxes of another page": "say(done); tell('located', 2, pages=[[7, []]])",
    "a word that ends before it begins": "say(done); tell('spelt', 2, words=[[5, 2, 0, 0, 1, 1]])",
    "a word at -1": "say(done); tell('spelt', 2, words=[[-1, 2, 0, 0, 1, 1]])",
    "endless images": "say(done)\n"
    "while True: tell('image', 2, bytes(72_000_000), width=1, height=1, scale=1)",
}
"""What is wrong for one who looks at a page."""

LONG = {"half a prefix, then silence", "all labels that fit"}
"""These take ten seconds each and are of the kind of another."""


def lies(*kinds: Iterable[str]) -> list[object]:
    """Parameters; those in LONG are marked slow."""
    return [
        pytest.param(lie, marks=[pytest.mark.slow] if lie in LONG else [])
        for kind in kinds
        for lie in kind
    ]


@pytest.fixture
def liar(tmp_path: Path) -> Iterator[Callable[[str], ParserPool]]:
    """Makes a pool whose parsers lie until the file "lying" is gone."""
    made: list[ParserPool] = []
    lying = tmp_path / "lying"
    lying.touch()

    def start(lie: str) -> ParserPool:
        script = tmp_path / "liar.py"
        script.write_text(f"{LIAR}{lie}\nout.flush()\n")
        made.append(ParserPool(1, [sys.executable, str(script), str(lying)], LIMITS))
        return made[-1]

    yield start
    for each in made:
        each.close()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"liar.py", "lying-began"}, "it lied, and nothing was unpickled"


@pytest.fixture(autouse=True)
def _no_more_memory_than_that() -> Iterator[None]:
    before = _peak(reset=True)
    yield
    assert _peak() - before < MEMORY


def _peak(reset: bool = False) -> int:
    """Megabytes that this process used at most since the last reset; 0 without /proc."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    found = re.search(r"VmHWM:\s+(\d+)", status.read_text())
    return int(found[1]) // 1024 if found else 0


@pytest.mark.parametrize("lie", lies(FRAMES, PAGES))
def test_one_who_reads_a_file_is_told_in_time_and_reads_the_next(liar, tmp_path, lie) -> None:
    pool = liar((FRAMES | PAGES)[lie])
    began = time.monotonic()

    with pytest.raises(Damaged, match=r"lease\.pdf made the reader stop; it was set aside"):
        pool.extract(pdf.text_pdf("a", "b"), "lease.pdf")

    both_libraries = 2 * LIMITS.file
    assert time.monotonic() - began < both_libraries + GRACE
    (tmp_path / "lying").unlink()
    assert pool.extract(pdf.text_pdf("next"), "next.pdf").pages[0].text == "next"


@pytest.mark.parametrize("lie", lies(FRAMES, VIEWS))
def test_one_who_looks_at_a_page_is_told_in_time_and_sees_the_next(liar, tmp_path, lie) -> None:
    pool = liar((FRAMES | VIEWS)[lie])
    began = time.monotonic()

    with pytest.raises(ProcessDied, match="stopped the page reader"):
        if "box" in lie:
            pool.boxes("key", pdf.text_pdf, None, [Span(1, 0, 3)])
        elif "word" in lie:
            pool.words("key", pdf.text_pdf, None, 1)
        else:
            pool.render("key", pdf.text_pdf, None, 1, 1.0)

    assert time.monotonic() - began < 2 * LIMITS.view + GRACE
    (tmp_path / "lying").unlink()
    assert pool.render("next", pdf.text_pdf, None, 1, 1.0).width == 612


@pytest.mark.parametrize("lie", ['{"kind":"inspected","id":1,"confinement":"padded"}', ""])
def test_a_lie_about_the_box_is_no_answer(liar, tmp_path, lie) -> None:
    pool = liar(f"say({lie.encode()!r})")

    with pytest.raises(ProcessDied):
        pool.confinement()

    (tmp_path / "lying").unlink()
    assert pool.confinement() in ("sealed", "limited", "plain")
