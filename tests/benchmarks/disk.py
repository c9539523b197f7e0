"""Bytes on disk for each passage of a large library, by table and by file.

    python3 packaging/dev.py bench disk --keep FOLDER [--passages N] [--texts SET ...]

The library is made in FOLDER unless it is there (see _large.py), with the graph over its
vectors. Originals are none, and the text of whole pages is shown but not counted: both are the
user's documents, and as large as these. The model's export in "queries" is not of the passages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from _large import add_options, library, with_graph
from _options import options_of

from legaldesk.engine.database import FILE_NAME

PAGE_TABLES = ("pages", "sqlite_autoindex_pages_1", "pages_state", "pages_without_text")
GOAL = 5_000


def main() -> None:
    """Make the library and print one table."""
    parser = options_of(__doc__)
    add_options(parser)
    parser.add_argument("--passages", type=int, default=100_000)
    options = parser.parse_args()
    place = with_graph(library(options.keep, options.passages, options.texts))
    with closing(sqlite3.connect(place / FILE_NAME)) as db:
        passages, length = db.execute("SELECT count(*), avg(length(body)) FROM passages").fetchone()
        tables = dict(db.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"))
    print(f"{passages:,} passages of {length:.0f} characters on average")
    print(f"{'':34}{'MB':>9}{'bytes a passage':>18}")
    not_counted = sum(tables.pop(name, 0) for name in PAGE_TABLES)
    files = dict(other_files(place))
    for name, size in sorted((tables | files).items(), key=lambda each: -each[1]):
        if size >= passages:
            line(name, size, passages)
    whole = sum(tables.values()) + sum(files.values())
    line("all that is counted", whole, passages)
    line("text of whole pages, not counted", not_counted, passages)
    print(f"goal: at most {GOAL:,} bytes a passage; {whole / passages / GOAL:.2f} of it")


def other_files(place: Path) -> Iterator[tuple[str, int]]:
    """Every file but the database and the model's export, by its path, and its size."""
    for file in sorted(place.rglob("*")):
        export = file.is_relative_to(place / "queries")
        if file.is_file() and file != place / FILE_NAME and not export:
            yield str(file.relative_to(place)), file.stat().st_size


def line(name: str, size: int, passages: int) -> None:
    """One line of the table."""
    print(f"{name:34}{size / 1e6:>9.1f}{size / passages:>18.0f}")


if __name__ == "__main__":
    main()
