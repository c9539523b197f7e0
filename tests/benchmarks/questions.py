"""How well the sample matter's questions are answered: words, meaning and both together.

    python3 packaging/dev.py bench questions [LIBRARY]

Asks every question of resources/questions.jsonl within the sample matter, which is imported
first (into LIBRARY, or into a folder that is deleted afterwards). A hit is right when it
shares a character with the text that answers the question. Printed by language: the share
of questions with a right hit at rank 1 and among the first 10, and the mean of 1/rank of
the first right hit (0 after rank 10).
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from pathlib import Path
from typing import Any

from _desks import own_desk
from _options import options_of
from _places import Letters, Place, page_texts

from legaldesk import RESOURCES
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import demo, documents, importing, searching

MODES = {"words": ("words",), "meaning": ("meaning",), "both": ("words", "meaning")}
DEPTH = 10

Ranks = dict[str, dict[str, list[int]]]
"""The rank of the first right hit of every question, 0 for none: by mode and language."""


def main() -> None:
    """Import, ask and print one table."""
    parser = options_of(__doc__)
    parser.add_argument("library", nargs="?", type=Path)
    with own_desk(parser.parse_args().library) as desk:
        demo.import_samples(desk)
        importing.await_meaning(desk)
        ranks: Ranks = defaultdict(lambda: defaultdict(list))
        for row, places in placed_questions(desk):
            for mode, halves in MODES.items():
                rank = first_right(desk, row["question"], places, halves)
                ranks[mode][row["lang"]].append(rank)
                ranks[mode]["all"].append(rank)
        report(ranks)


def placed_questions(desk: LocalDesk) -> list[tuple[dict[str, Any], list[tuple[str, Place]]]]:
    """Every question with its answers' places, each with its document's id."""
    ids = {d.name: d.id for d in documents.list_documents(desk, Scope(demo.SAMPLE_MATTER))}
    pages = {name: dict(page_texts(desk, document)) for name, document in ids.items()}
    lines = (RESOURCES / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row, answer_places(row, ids, pages)) for row in map(json.loads, lines)]


def answer_places(
    row: dict[str, Any], ids: dict[str, str], pages: dict[str, dict[int, str]]
) -> list[tuple[str, Place]]:
    """Where a question is answered. Raises LookupError when its page does not say so."""
    places = []
    for answer in row["answers"]:
        letters = Letters([(answer["page"], pages[row["document"]][answer["page"]])])
        place = letters.place(answer["text"])
        if place is None:
            raise LookupError(f"{row['id']}: the answer is not on page {answer['page']}")
        places.append((ids[row["document"]], place))
    return places


def first_right(
    desk: LocalDesk, question: str, places: list[tuple[str, Place]], halves: tuple[str, ...]
) -> int:
    """The rank of the first hit that touches an answer, 0 when none of the first 10 does."""
    answer = searching.search_by(desk, question, Scope(demo.SAMPLE_MATTER), DEPTH, halves)
    right = (
        hit.rank
        for hit in answer.hits
        if any(hit.document_id == document and place.touched(hit) for document, place in places)
    )
    return next(right, 0)


def report(ranks: Ranks) -> None:
    """One row per mode and language."""
    print(f"{'by':<10}{'language':<10}{'questions':>9}{'Hit@1':>8}{'Hit@10':>8}{'MRR@10':>8}")
    for mode, by_language in ranks.items():
        for language, found in sorted(by_language.items()):
            first = statistics.mean(rank == 1 for rank in found)
            ten = statistics.mean(rank > 0 for rank in found)
            mrr = statistics.mean(1 / rank if rank else 0.0 for rank in found)
            print(f"{mode:<10}{language:<10}{len(found):>9}{first:>8.3f}{ten:>8.3f}{mrr:>8.3f}")


if __name__ == "__main__":
    main()
