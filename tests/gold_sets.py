"""Small folders with questions whose answers are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

TOPICS = {
    "rent": "The tenant pays the rent to the landlord on the first day of every month.",
    "notice": "Either party may end the lease with three months notice in writing.",
    "repair": "The landlord repairs the roof, the walls and the windows of the building.",
    "deposit": "The deposit is returned within thirty days after the keys were handed over.",
    "court": "All disputes are decided by the courts of Madrid under Spanish law.",
}


def rows(file: Path, lines: list[dict[str, Any]]) -> None:
    """Write JSON lines."""
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    file.write_text(text, encoding="utf-8")


def small_set(folder: Path) -> Path:
    """Five short documents and a long one, in two groups, with six questions and one span."""
    folder.mkdir(parents=True)
    long = "\n".join(f"{number}. {text}" for number, text in enumerate(TOPICS.values(), 1)) * 6
    documents = [
        {"id": f"lease#{name}", "text": text, "title": f"On {name}", "lang": "en"}
        for name, text in TOPICS.items()
    ]
    rows(folder / "corpus.jsonl", [*documents, {"id": "whole", "text": long}])
    asked = [{"id": f"q-{name}", "text": f"What about the {name}?"} for name in TOPICS]
    limited = {"id": "limited", "text": "months notice in writing", "doc_filter": "lease"}
    unanswered = {"id": "unanswered", "text": "Who knows?"}
    rows(folder / "queries.jsonl", [*asked, limited, unanswered])
    judged = [f"q-{name}\tlease#{name}\t1" for name in TOPICS] + ["limited\tlease#notice\t1"]
    (folder / "qrels.tsv").write_text("query_id\tcorpus_id\tscore\n" + "\n".join(judged) + "\n")
    answer = TOPICS["notice"][10:60]
    span = {"query_id": "limited", "doc_id": "lease#notice", "start": 10, "end": 60}
    short = {"query_id": "q-rent", "doc_id": "lease#rent", "start": 0, "end": 10}
    rows(folder / "spans.jsonl", [{**span, "text": answer}, short])
    return folder
