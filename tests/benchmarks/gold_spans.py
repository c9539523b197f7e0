"""Share of CUAD's gold spans that the top 10 touch: words, meaning and both together.

    python3 packaging/dev.py bench gold_spans PDFS CUAD_SET [LIBRARY]

PDFS is a folder of contracts, CUAD_SET a folder with spans.jsonl (query_id, query, doc_id,
start, end, text). The contracts are imported first, into LIBRARY or into a folder that is
deleted afterwards. A gold span of 40 characters or more is searched within its document; it
is touched when a hit shares a character with it. Gold text and page text differ in white
space and line breaks, so a span is placed by its letters and digits alone; those that are
not found on the pages are counted and left out.
"""

from __future__ import annotations

import json
import random
import statistics
import unicodedata
from collections import defaultdict
from pathlib import Path

from _desks import own_desk
from _options import options_of
from _places import Letters, Place, page_texts

from legaldesk.core.documents import Document
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import documents, importing, searching

SHORTEST = 40
MODES = {"words": ("words",), "meaning": ("meaning",), "both": ("words", "meaning")}


MATTER = "CUAD"


def main() -> None:
    """Import the contracts, ask, and print one table."""
    parser = options_of(__doc__)
    parser.add_argument("pdfs", type=Path)
    parser.add_argument("cuad_set", type=Path)
    parser.add_argument("library", nargs="?", type=Path)
    given = parser.parse_args()
    with own_desk(given.library) as desk:
        importing.import_files(desk, (str(given.pdfs),), MATTER, {})
        importing.await_meaning(desk)
        stored = {key(Path(d.name).stem): d for d in documents.list_documents(desk, Scope(MATTER))}
        spans = read_spans(given.cuad_set, set(stored))
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


def ask(
    desk: LocalDesk,
    question: str,
    document: Document,
    places: list[Place],
    results: dict[str, list[float]],
) -> None:
    """One question in every mode; each gold span counts as touched or not."""
    for mode, halves in MODES.items():
        answer = searching.search_by(desk, question, Scope(document=document.id), 10, halves)
        for place in places:
            results[mode].append(float(any(place.touched(hit) for hit in answer.hits)))


def read_spans(cuad: Path, names: set[str]) -> dict[str, dict[str, list[str]]]:
    """Gold texts by document and question, for the documents at hand.

    The set cuts its names off, some at the same place: a file has the longest that it begins with.
    """
    lines = (cuad / "spans.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    cut_off = {row["doc_id"].removeprefix("cuad-") for row in rows}
    files = {max(filter(name.startswith, cut_off), key=len, default=""): name for name in names}
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        name = files.get(row["doc_id"].removeprefix("cuad-"))
        if name and len(row["text"]) >= SHORTEST:
            found[name][row["query"]].append(row["text"])
    return found


def key(name: str) -> str:
    """A file's letters and digits without accents, as the set names its documents."""
    plain = unicodedata.normalize("NFKD", name).lower()
    return "".join(char for char in plain if char.isalnum() and char.isascii())


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
    main()
