"""Texts are cut in the parsers that read them, as they would be here, and no lie is taken in."""

from __future__ import annotations

import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tokenizers import pre_tokenizers

from legaldesk import RESOURCES
from legaldesk.core.documents import PageText
from legaldesk.core.errors import Cancelled, ProcessDied
from legaldesk.core.passages import Passage
from legaldesk.core.segment import segment
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.parser_cutting import Cuts, Plan, Tokenizer, load_cutter
from legaldesk.engine.parser_messages import Cuttings
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.parser_reading import Limits
from legaldesk.engine.tokens import TokenCounter
from tests import pdf_factory as pdf
from tests import tiny_models

CLAUSES = [f"Section {n}. Rent. The tenant shall pay rent {n} in advance." for n in range(9)]
SAMPLES = sorted((RESOURCES / "samples").glob("*.pdf"))[::3]


def counter_of(model: Path) -> TokenCounter:
    return TokenCounter(read_model_folder(model))


def named(counter: TokenCounter) -> Tokenizer:
    return Tokenizer(counter.hash, counter.file, counter.lower)


@pytest.fixture(scope="module")
def counter() -> TokenCounter:
    return counter_of(bundled_model())


@pytest.fixture
def plan(counter: TokenCounter) -> Plan:
    return Plan("en", counter.body_limit, counter.hash)


@pytest.fixture(scope="module")
def pool() -> Iterator[ParserPool]:
    made = ParserPool(1)
    yield made
    made.close()


@pytest.fixture
def patched(tmp_path: Path, counter: TokenCounter) -> Iterator[Callable[..., ParserPool]]:
    """Makes a pool of our parser with a patch."""
    made: list[ParserPool] = []

    def start(patch: str, limits: Limits | None = None) -> ParserPool:
        script = tmp_path / "parser.py"
        head = "import os, sys, time\nfrom legaldesk.engine import parser_child, parser_cutting"
        tail = "sys.exit(parser_child.main(sys.argv[1:]))"
        script.write_text(f"{head}\n{textwrap.dedent(patch)}\n{tail}\n")
        made.append(ParserPool(1, [sys.executable, str(script)], limits))
        made[-1].cut_with(named(counter))
        return made[-1]

    yield start
    for each in made:
        each.close()


def read(pool: ParserPool, data: bytes, plan: Plan) -> list[Passage] | None:
    return pool.read(data, "lease.pdf", plan=lambda _: plan)[1]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_parser_cuts_as_the_engine_does(pool, counter, path: Path) -> None:
    pool.cut_with(named(counter))
    plan = Plan(path.stem[:2], counter.body_limit, counter.hash)

    extraction, passages = pool.read(path.read_bytes(), path.name, plan=lambda _: plan)

    here = segment(extraction.pages, extraction.outline, plan.language, counter, plan.limit)
    assert passages == here
    assert len(here) > 10


@pytest.mark.parametrize("adds_up", [True, False])
def test_also_with_a_tokenizer_that_would_start_threads(pool, e5_copy, adds_up) -> None:
    """The box forbids them."""
    if not adds_up:
        tokenizer = tiny_models.tiny_tokenizer()
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
        tokenizer.save(str(e5_copy / "tokenizer.json"))
    counter = counter_of(e5_copy)
    plan = Plan("ca", counter.body_limit, counter.hash)
    pool.cut_with(named(counter))

    extraction, passages = pool.read(SAMPLES[0].read_bytes(), "a.pdf", plan=lambda _: plan)

    assert counter.by_word is adds_up
    assert passages == segment(extraction.pages, extraction.outline, "ca", counter, plan.limit)


def test_the_box_is_as_close_with_a_tokenizer(pool, counter) -> None:
    pool.cut_with(Tokenizer("", "", False))
    without = pool.confinement()

    pool.cut_with(named(counter))

    assert pool.confinement() == without
    assert load_cutter(named(counter).arguments()) is not None, "it had one"


def test_bookmarks_make_sections_there_too(pool, counter, plan) -> None:
    pool.cut_with(named(counter))
    data = pdf.text_pdf(
        "The lease begins.", ["Of rent", "Rent is due."], outline=[(0, "Of rent", 2)]
    )

    passages = read(pool, data, plan)

    assert [passage.section for passage in passages or ()][-1] == ("Of rent",)


@pytest.mark.parametrize("other", [("other", ""), ("", "no-such-file")])
def test_what_it_cannot_cut_is_left_to_us(pool, counter, plan, other) -> None:
    name, file = other
    pool.cut_with(Tokenizer(name or counter.hash, file or counter.file, False))

    assert read(pool, pdf.text_pdf(*CLAUSES), plan) is None

    pool.cut_with(named(counter))
    assert read(pool, pdf.text_pdf(*CLAUSES), plan), "a reader that can has taken its place"


@pytest.mark.parametrize("page", [1, 3])
def test_a_document_that_two_parsers_read_is_left_to_us(patched, tmp_path, plan, page) -> None:
    marker = tmp_path / "crashed"
    pool = patched(
        f"""
        read = parser_child.pdfium.read_page
        def read_page(document, number):
            if number == {page} and not os.path.exists({str(marker)!r}):
                os.mkdir({str(marker)!r})
                os._exit(9)
            return read(document, number)
        parser_child.pdfium.read_page = read_page
        parser_child.close_box = lambda memory, begin: (begin(), "plain")[1]
        """
    )

    extraction, passages = pool.read(pdf.text_pdf(*CLAUSES), "lease.pdf", plan=lambda _: plan)

    assert marker.exists()
    assert passages is None
    assert [page.text for page in extraction.pages] == CLAUSES
    assert read(pool, pdf.text_pdf(*CLAUSES), plan), "the next one is whole"


@pytest.mark.parametrize(
    "patch",
    [
        "def cut(*_): raise IndexError",
        "def cut(*_): os._exit(9)",
        "def cut(self, request, *_): yield parser_child.Counted(request.id, 1)",
        "def cut(self, request, *_):\n"
        "    yield parser_cutting.Cuttings(request.id, [([(1, 0, 10**6)], [], 'a', 1, '')])",
    ],
)
def test_one_that_fails_or_lies_while_cutting_is_not_believed(patched, plan, patch: str) -> None:
    pool = patched(f"{patch}\nparser_cutting.Cutter.cut = cut")

    extraction, passages = pool.read(pdf.text_pdf(*CLAUSES), "lease.pdf", plan=lambda _: plan)

    assert passages is None
    assert [page.text for page in extraction.pages] == CLAUSES


@pytest.mark.parametrize(
    "passages", ["[]", "[([(1, n, n + 1)], [], 'a', 1, '')]"], ids=["of nothing", "of a letter"]
)
def test_one_that_never_ends_is_stopped_in_time(patched, plan, passages: str) -> None:
    pool = patched(
        f"""
        def cut(self, request, *_):
            for n in range(10**6):
                time.sleep(0.1)
                yield parser_cutting.Cuttings(request.id, {passages})
        parser_cutting.Cutter.cut = cut
        """,
        Limits(cut=1, each_page=0.01),
    )
    began = time.monotonic()

    assert read(pool, pdf.text_pdf("The tenant shall pay. " * 150), plan) is None
    assert time.monotonic() - began < 20


def test_a_cancel_comes_through_while_it_cuts(patched, plan) -> None:
    pool = patched("parser_cutting.Cutter.cut = lambda *_: time.sleep(60)")
    calls: list[int] = []

    def on_page(done: int, total: int) -> None:
        calls.append(done)
        if calls.count(len(CLAUSES)) > 2:  # told again while nothing comes
            raise Cancelled

    began = time.monotonic()
    with pytest.raises(Cancelled):
        pool.read(pdf.text_pdf(*CLAUSES), "lease.pdf", None, on_page, lambda _: plan)

    assert time.monotonic() - began < 20


PAGES = [PageText(1, "The tenant pays."), PageText(2, "The landlord repairs.")]
LIES = {
    "a page beyond the last": [([(3, 0, 5)], [], "The t", 2, "")],
    "a place beyond the page": [([(1, 0, 17)], [], "The t", 2, "")],
    "nothing": [([(1, 4, 4)], [], "The t", 2, "")],
    "a span that ends before it begins": [([(1, 5, 4)], [], "The t", 2, "")],
    "a page before the last": [([(2, 0, 5)], [], "a", 1, ""), ([(1, 0, 5)], [], "b", 1, "")],
    "what was there": [([(1, 0, 9)], [], "a", 1, ""), ([(1, 5, 12)], [], "b", 1, "")],
    "the same twice in one": [([(1, 0, 9), (1, 0, 9)], [], "a", 1, "")],
    "more tokens than it may have": [([(1, 0, 5)], [], "The t", 101, "")],
    "more text than there is": [([(1, 0, 5)], [], "The tenant pays.", 4, "")],
    "a cut that there is not": [([(1, 0, 5)], [], "The t", 2, "anywhere")],
}


@pytest.mark.parametrize("lie", LIES)
def test_a_passage_that_cannot_be_is_not_taken_in(lie: str) -> None:
    with pytest.raises(ProcessDied):
        Cuts(PAGES, Plan("en", 100, "")).take(Cuttings(1, LIES[lie]))


def test_what_can_be_is_taken_in() -> None:
    cuts = Cuts(PAGES, Plan("en", 100, ""))

    cuts.take(Cuttings(1, [([(1, 0, 10)], ["A"], "The tenant", 2, "word")]))
    cuts.take(Cuttings(1, [([(1, 11, 16), (2, 0, 21)], [], "pays. The landlord repairs.", 5, "")]))

    assert [passage.body for passage in cuts.passages][1] == "pays. The landlord repairs."
    assert cuts.passages[0].section == ("A",)
