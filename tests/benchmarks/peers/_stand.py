"""What every contestant does alike: take its orders, keep time, and answer in JSON lines.

    PYTHON with_NAME.py import STORE MODEL LIST    LIST holds the files
    PYTHON with_NAME.py ask STORE MODEL LIST       LIST holds {"text", "file"}; file may be null

STORE is a folder of its own, MODEL a sentence-transformers folder, LIST a JSON file. Only the
standard library is used here, because each contestant runs in an environment of its own.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any, Protocol

DEPTH = 10
WARMING = 10
"""Questions that are asked once more than counted, after the one of the cold start."""

Found = tuple[str, list[int], str]
"""A file's name, the pages from 1 on, and the text."""

Tell = Callable[[dict[str, Any]], None]


class Contestant(Protocol):
    """One way to make PDFs searchable by meaning. Its making loads all that it needs."""

    def warm(self) -> None:
        """Encode one text, so that the first import pays for nothing but itself."""

    def add(self, files: list[str]) -> int:
        """Have all files on the disk and searchable; how many passages they gave."""

    def find(self, question: str, file: str | None) -> list[Found]:
        """The DEPTH best passages, best first, of all files or of one by its name."""

    def close(self) -> None:
        """Let go of the store."""


def run(make: Callable[[str, str], Contestant], *packages: str) -> None:
    """Carry out the order of the command line. ``packages`` are those whose versions count."""
    order, store, model, given = sys.argv[1:5]
    tell = _private_stdout()
    with open(given, encoding="utf-8") as file:
        work = json.load(file)
    contestant = make(store, model)
    try:
        if order == "import":
            _import(contestant, work, tell)
        else:
            _ask(contestant, work, tell)
        tell({"versions": {name: version(name) for name in packages}})
    finally:
        contestant.close()


def _import(contestant: Contestant, files: list[str], tell: Tell) -> None:
    contestant.warm()
    tell({"ready": True})
    begun = time.perf_counter()
    passages = contestant.add(files)
    tell({"seconds": time.perf_counter() - begun, "passages": passages})


def _ask(contestant: Contestant, questions: list[dict[str, Any]], tell: Tell) -> None:
    """The first question is the one of the cold start, and counts as nothing else."""
    tell({"first": contestant.find(questions[0]["text"], questions[0]["file"])})
    for one in questions[1 : 1 + WARMING]:
        contestant.find(one["text"], one["file"])
    for one in questions[1:]:
        begun = time.perf_counter()
        found = contestant.find(one["text"], one["file"])
        tell({"seconds": time.perf_counter() - begun, "found": found})


def _private_stdout() -> Tell:
    """Where the lines go; what libraries print goes to standard error instead."""
    lines = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(line: dict[str, Any]) -> None:
        print(json.dumps(line), file=lines, flush=True)

    return tell
