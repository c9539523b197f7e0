"""Libraries of any size for the benchmarks: real passages used again with vectors of their own.

The first passages are those of real texts as LegalDesk cuts them; further ones have the first
half of one and the second half of another, so that words are as frequent as in real text and
no two passages are alike. Documents have PAGES pages of PER_PAGE passages each. All of it goes
through the engine's own Store and always comes out the same.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain, islice
from pathlib import Path

import _clusters
import numpy as np

from legaldesk import RESOURCES
from legaldesk.core.documents import Extraction, FileOutcome, FileState, PageText
from legaldesk.core.passages import Passage, Span
from legaldesk.core.segment import segment
from legaldesk.engine import query_export
from legaldesk.engine.evaluation_set import read_gold_set
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.query_graph import QueryGraph
from legaldesk.engine.store_rows import NewDocument
from legaldesk.engine.tokens import TokenCounter
from legaldesk.engine.vector_index import VectorIndex
from legaldesk.engine.vector_source import StoredVectors

DISTINCT = 10_000
"""Passages that are cut from real texts at most; more of them would take minutes to cut."""

PAGES, PER_PAGE = 20, 5
MATTER = "Large"
MATTERS = 10
"""Every document is in MATTER, and one in so many is in "Large 0", "Large 1" and so on too."""

Source = tuple[tuple[str, ...], str]
"""A passage's headings and its text."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options that say which library a benchmark is run on."""
    parser.add_argument(
        "--keep", type=Path, required=True, help="the folder in which libraries are kept"
    )
    parser.add_argument("--texts", type=Path, nargs="*", default=[], help="gold sets' folders")


def library(
    keep: Path, passages: int, texts: Sequence[Path], say: Callable[[str], None] = print
) -> Path:
    """A library of so many passages in a folder, made there unless it was before.

    Texts and questions are those of the gold sets ``texts``, of the samples when there are none.
    """
    key = hashlib.sha256(json.dumps([str(path.resolve()) for path in texts]).encode()).hexdigest()
    place = keep / f"{passages}-{key[:8]}"
    if not (place / "made").exists():
        shutil.rmtree(place, ignore_errors=True)
        say(f"making a library of {passages:,} passages in {keep}")
        with closing(LocalDesk(place)) as desk:
            _fill(desk, passages, _sources(texts, desk.meaning.tokens))
        (place / "made").touch()
    return place


def with_graph(place: Path, say: Callable[[str], None] = print) -> Path:
    """The same library with the graph over its vectors built and saved, which takes minutes."""
    with closing(LocalDesk(place)) as desk:
        generation = desk.meaning.generation
        source = StoredVectors(place, generation)
        index = VectorIndex(place / "index" / str(generation.id), generation.used_dimension)
        try:
            if index.open(source) != "loaded":
                say(f"building the graph over {index.count:,} vectors")
                index.save_if_due()
        finally:
            index.close()
            source.close()
    return place


def with_export(place: Path) -> Path:
    """The same library with the model's export, which answers questions without torch."""
    with closing(LocalDesk(place)) as desk:
        model = desk.meaning.folder
        graph = QueryGraph(place, model.identity)
        if graph.why_not() and not query_export.export(model, graph, lambda: None):
            raise SystemExit("The model was not exported.")
    return place


@contextmanager
def copied(place: Path, folder: Path) -> Iterator[Path]:
    """A copy that may be changed; deleted in the end."""
    copy = folder / f"{place.name}.copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(place, copy)
    try:
        yield copy
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def questions(texts: Sequence[Path], count: int) -> list[str]:
    """So many different questions about the texts, evenly taken from each set."""
    if texts:
        asked = [[each.text for each in read_gold_set(path).questions] for path in texts]
    else:
        lines = (RESOURCES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        asked = [[json.loads(line)["question"] for line in lines]]
    share = -(-count // len(asked))
    picked = []
    for each in (list(dict.fromkeys(some)) for some in asked):
        picked += each[:: max(1, len(each) // share)][:share]
    return picked[:count]


def machine() -> str:
    """The processor, the cores and how busy they are."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    return f"{name}, {os.cpu_count()} cores, load {load}"


def _fill(desk: LocalDesk, passages: int, sources: list[Source]) -> None:
    """Store all documents, then all vectors."""
    several = -(-passages // (PAGES * PER_PAGE))
    names = [f"synthetic-{number:06}.pdf" for number in range(several)]
    for number, new in enumerate(documents(names, passages, sources)):
        store_document(desk, new, f"{MATTER} {number % MATTERS}")
    generation = desk.meaning.generation
    with closing(StoredVectors(desk.library, generation)) as source:
        for block in _clusters.blocks(passages, generation.dimension):
            waiting = [row[0] for row in source.waiting(len(block))]
            rows = [row.tobytes() for row in block.astype(np.float16)]
            desk.store.add_vectors(generation.id, waiting, rows, "fp32")


def store_document(desk: LocalDesk, new: NewDocument, *also: str) -> None:
    """Store a document under MATTER, and under other matters."""
    (waiting,) = desk.store.enqueue([new.path], MATTER, in_place=True)
    outcome = FileOutcome(new.path, FileState.IMPORTED, document_id=new.sha256, matter=MATTER)
    desk.store.add_document(new, desk.meaning.generation, waiting.record, outcome)
    for matter in also:
        desk.store.assign(new.sha256, matter)


def documents(
    names: Sequence[str], passages: int, sources: list[Source], first: int = 0
) -> Iterator[NewDocument]:
    """Documents of these names with so many passages in all, from the ``first`` mixture on."""
    texts = (mixed(sources, number) for number in range(first, first + passages))
    for name in names:
        yield _document(name, list(islice(texts, PAGES * PER_PAGE)))


def mixed(sources: list[Source], number: int) -> Source:
    """A real passage while there are some, then one half of each of two."""
    count = len(sources)
    headings, body = sources[number % count]
    turn = number // count
    if turn == 0:
        return headings, body
    other = sources[(number * 7_919 + turn * 104_729) % count][1]
    return headings, f"{_half(body)[0]} {_half(other)[1]}"


def _half(body: str) -> tuple[str, str]:
    at = body.find(" ", len(body) // 2)
    return (body[:at], body[at + 1 :]) if at >= 0 else (body, body)


def _document(name: str, parts: list[Source]) -> NewDocument:
    """A document whose pages hold the passages one below the other."""
    pages, passages = [], []
    for number, start in enumerate(range(0, len(parts), PER_PAGE), 1):
        text = ""
        for headings, body in parts[start : start + PER_PAGE]:
            span = Span(number, len(text), len(text) + len(body))
            passages.append(Passage((span,), headings, body, len(body) // 4))
            text += f"{body}\n"
        pages.append(PageText(number, text))
    return NewDocument(
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        name=name,
        path=name,
        referenced=True,
        size=sum(len(page.text) for page in pages),
        language="en",
        state=FileState.IMPORTED,
        reason="",
        extraction=Extraction(tuple(pages), title=name.partition(".")[0]),
        passages=passages,
        languages=["en"] * len(passages),
    )


def sources_of(desk: LocalDesk, texts: Sequence[Path]) -> list[Source]:
    """The real passages that documents are made of, for further ones."""
    return _sources(texts, desk.meaning.tokens)


def _sources(texts: Sequence[Path], tokens: TokenCounter) -> list[Source]:
    """Up to DISTINCT passages, an equal share of each set."""
    if not texts:
        return list(islice(chain.from_iterable(_cut(_samples(), tokens)), DISTINCT))
    share = -(-DISTINCT // len(texts))
    found: list[Source] = []
    for folder in texts:
        pages = ((PageText(1, each.text),) for each in read_gold_set(folder).documents)
        found += islice(chain.from_iterable(_cut(pages, tokens)), share)
    return found


def _cut(files: Iterator[tuple[PageText, ...]], tokens: TokenCounter) -> Iterator[list[Source]]:
    for pages in files:
        found = segment(pages, (), "en", tokens, tokens.body_limit)
        yield [(each.section, each.body) for each in found if len(each.body.split()) > 3]


def _samples() -> Iterator[tuple[PageText, ...]]:
    with closing(ParserPool(1)) as pool:
        for path in sorted((RESOURCES / "samples").glob("*.pdf")):
            yield pool.extract(path.read_bytes(), path.name).pages
