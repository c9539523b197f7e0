"""Share of CUAD's gold spans that the top 10 touch: words, meaning and both together.

    python3 packaging/dev.py bench gold_spans PDFS CUAD_SET

PDFS is a folder of contracts, CUAD_SET a folder with spans.jsonl (query_id, query, doc_id,
start, end, text). A gold span of 40 characters or more is searched within its document; it
is touched when a hit shares a character with it. Gold text and page text differ in white
space and line breaks, so a span is placed by its letters and digits alone; those that are
not found on the pages are counted and left out.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from legaldesk.app import open_desk
from legaldesk.core.documents import Document
from legaldesk.core.hits import Hit, Scope
from legaldesk.tasks import documents, importing, searching

SHORTEST = 40
MODES = {"words": ("words",), "meaning": ("meaning",), "both": ("words", "meaning")}


@dataclass(frozen=True)
class Place:
    """Where a gold span lies: PDFium character ranges by page."""

    ranges: tuple[tuple[int, int, int], ...]

    def touched(self, hit: Hit) -> bool:
        """Whether a hit shares a character with it."""
        return any(
            span.page == page and span.start < end and start < span.end
            for span in hit.spans
            for page, start, end in self.ranges
        )


class Letters:
    """A document's letters and digits in one string, each with its page and index."""

    def __init__(self, pages: list[tuple[int, str]]) -> None:
        self.starts: list[int] = []
        self.pages: list[int] = []
        self.indices: list[int] = []
        letters: list[str] = []
        for number, text in pages:
            self.starts.append(len(letters))
            self.pages.append(number)
            for index, char in enumerate(text):
                if char.isalnum():
                    letters.append(char.lower()[0])
                    self.indices.append(index)
        self.text = "".join(letters)

    def place(self, gold: str) -> Place | None:
        """The first place of a text, None when it is not there."""
        wanted = "".join(char.lower()[0] for char in gold if char.isalnum())
        at = self.text.find(wanted)
        if at < 0 or not wanted:
            return None
        found: dict[int, list[int]] = {}
        for position in range(at, at + len(wanted)):
            page = self.pages[bisect_right(self.starts, position) - 1]
            found.setdefault(page, []).append(self.indices[position])
        return Place(tuple((page, min(at), max(at) + 1) for page, at in found.items()))


def main(pdfs: str, cuad: str) -> None:
    """Import the contracts into a library of their own, ask, and print one table."""
    with tempfile.TemporaryDirectory() as folder, open_desk(Path(folder)) as desk:
        importing.import_files(desk, (pdfs,), "CUAD", {})
        importing.await_meaning(desk)
        stored = {key(Path(d.name).stem): d for d in documents.list_documents(desk, Scope())}
        spans = read_spans(Path(cuad), set(stored))
        results: dict[str, list[float]] = defaultdict(list)
        missing = total = 0
        for name, questions in spans.items():
            letters = Letters(page_texts(desk, stored[name].id))
            for question, golds in questions.items():
                places = [letters.place(gold) for gold in golds]
                total += len(places)
                missing += places.count(None)
                found = [place for place in places if place is not None]
                if found:
                    ask(desk, question, stored[name], found, results)
        report(results, total, missing, len(spans))


def page_texts(desk, document_id: str) -> list[tuple[int, str]]:
    """Every page's number and text."""
    rows = desk.reader.rows(
        "SELECT number, text FROM pages JOIN documents d ON d.id = document"
        " WHERE sha256 = ? ORDER BY number",
        document_id,
    )
    return [(row[0], row[1]) for row in rows]


def ask(desk, question: str, document: Document, places: list[Place], results) -> None:
    """One question in every mode; each gold span counts as touched or not."""
    for mode, halves in MODES.items():
        answer = searching.search_by(desk, question, Scope(document=document.id), 10, halves)
        for place in places:
            results[mode].append(float(any(place.touched(hit) for hit in answer.hits)))


def read_spans(cuad: Path, names: set[str]) -> dict[str, dict[str, list[str]]]:
    """Gold texts by document and question, for the documents at hand."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for line in (cuad / "spans.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        name = row["doc_id"].removeprefix("cuad-")
        match = next((known for known in names if known.startswith(name) or name == known), None)
        if match and len(row["text"]) >= SHORTEST:
            found[match][row["query"]].append(row["text"])
    return found


def key(name: str) -> str:
    """A file's letters and digits, as the set names its documents."""
    return "".join(char.lower() for char in name if char.isalnum() and char.isascii())


def report(results: dict[str, list[float]], total: int, missing: int, count: int) -> None:
    """One row per mode: the share of gold spans touched, with its 95% bootstrap interval."""
    print(f"{count} contracts, {total} gold spans, {missing} of them not found on the pages")
    print(f"{'by':<10}{'touched':>9}   95%")
    for mode, values in results.items():
        low, high = interval(values)
        print(f"{mode:<10}{statistics.mean(values):>9.3f}   {low:.3f} to {high:.3f}")


def interval(values: list[float], samples: int = 1000) -> tuple[float, float]:
    """The 95% bootstrap interval of a mean."""
    chance = random.Random(42)
    means = sorted(statistics.mean(chance.choices(values, k=len(values))) for _ in range(samples))
    return means[int(0.025 * samples)], means[int(0.975 * samples)]


if __name__ == "__main__":
    main(*sys.argv[1:3])
