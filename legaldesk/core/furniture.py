"""Running headers and footers, page, line and Bates numbers: text that belongs to no clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from legaldesk.core.documents import PageText
from legaldesk.core.passages import UNSEEN, reading_text
from legaldesk.core.running_lines import LONG_LINE, Key, running_lines

Range = tuple[int, int]
"""A half-open range of a page's character indices."""

EDGE = 6
"""How many lines from the top and from the bottom of a page may be running lines."""

OLD_PAGE = 20
"""The fewest lines between the page numbers of a document that was printed again."""

LONGEST_NUMBER = 13
"""Characters that a page number has at most, with the dashes around it."""

_DIGITS = re.compile(r"\d{1,12}")
_BARE_NUMBER = re.compile(r"[-–—\[|]{0,2} ?(\d{1,5}|[ivxlc]{1,7}) ?[-–—\]|]{0,2}", re.IGNORECASE)
_SAYS_PAGE = re.compile(
    r"[-–— ]*(?:page|pg\.?|p\.|seite|página|pàgina|pág\.?|pàg\.?|trang)\s*\d{1,5}"
    r"(?:\s*(?:of|de|von|sur|/)\s*\d{1,5})?[-–— ]*",
    re.IGNORECASE,
)
_ENUMERATED = re.compile(r"\(?\w{1,4}[.)]|[^\W\d]+\.? ?\d|§|\d+\.\d")
_ROMAN = {"i": 1, "ı": 1, "v": 5, "x": 10, "l": 50, "c": 100}
"""Roman digits; the dotless one too, which to a pattern that ignores case is the same letter."""
_LINE_NUMBERS_FROM, _LINE_NUMBERS_TO = 15, 60


def body_lines(pages: Sequence[PageText]) -> list[dict[Range, str]]:
    """For each page the ranges of its text lines that are not furniture, in reading order,
    each with its reading text ("" for a line of LONG_LINE characters or more).

    Ranges start and end at characters that are not space. A page that would lose all of
    its text keeps it: a stamp that is a page's only text can still be found.
    """
    lines = [text_lines(page.text) for page in pages]
    numbered = [
        _without_line_numbers(page.text, rows) for page, rows in zip(pages, lines, strict=True)
    ]
    texts = [
        [_reading(page.text, row) for row in rows]
        for page, rows in zip(pages, numbered, strict=True)
    ]
    running = _furniture(texts)
    return [
        {row: text for at, (row, text) in enumerate(zip(rows, read, strict=True)) if at not in gone}
        or dict.fromkeys(whole, "")
        for rows, read, gone, whole in zip(numbered, texts, running, lines, strict=True)
    ]


def text_lines(text: str) -> list[Range]:
    """The lines of a page that have text, each as the range between its outer spaces."""
    found: list[Range] = []
    at = 0
    for row in text.replace("\r", "\n").split("\n"):
        line = row.strip()
        if line and (line[0] not in UNSEEN or reading_text(line)):
            start = at + row.index(line[0])
            found.append((start, start + len(line)))
        at += len(row) + 1
    return found


def _without_line_numbers(text: str, lines: list[Range]) -> list[Range]:
    """Lines without a pleading's 1 to 28, whether alone on their lines or before the text."""
    numbers = [_leading_number(text, row) for row in lines]
    run = _counted_run(numbers)
    if run is None:
        return lines
    kept: list[Range] = []
    for at, (start, end) in enumerate(lines):
        after = _after_number(text, start, end) if at in run else start
        if after < end:
            kept.append((after, end))
    return kept


def _leading_number(text: str, row: Range) -> int:
    if not text[row[0]].isdigit():
        return 0
    head = text[row[0] : min(row[1], row[0] + 4)].split(maxsplit=1)[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) < 3 else 0


def _after_number(text: str, start: int, end: int) -> int:
    while start < end and text[start].isdigit():
        start += 1
    while start < end and text[start].isspace():
        start += 1
    return start


def _counted_run(numbers: list[int]) -> set[int] | None:
    """Which lines count 1, 2, 3 ... as a pleading's margin does; None when none do."""
    run: set[int] = set()
    for at, number in enumerate(numbers):
        if number == len(run) + 1:
            run.add(at)
    dense = bool(run) and len(run) >= 0.8 * (max(run) - min(run) + 1)
    return run if dense and _LINE_NUMBERS_FROM <= len(run) <= _LINE_NUMBERS_TO else None


def _furniture(written: list[list[str]]) -> list[set[int]]:
    """For each page which of its lines are furniture, by their reading texts."""
    texts = [[line.casefold() for line in rows] for rows in written]
    places: dict[Key, list[int]] = {}
    for at, rows in enumerate(texts):
        for key in {key for line in _edges(rows) for key in _keys(line, at)}:
            places.setdefault(key, []).append(at)
    for key in _common_inside(texts, places):
        del places[key]

    def as_written(key: Key, page: int) -> str:
        both = zip(_edges(texts[page]), _edges(written[page]), strict=True)
        return next(line for folded, line in both if key in _keys(folded, page))

    runs = running_lines(texts, places, as_written)
    gone = [_page_furniture(rows, at, runs, len(texts)) for at, rows in enumerate(texts)]
    for page, row in _old_page_numbers(texts):
        gone[page].add(row)
    return gone


def _old_page_numbers(texts: list[list[str]]) -> list[tuple[int, int]]:
    """Page numbers of an older print, caught inside the pages: lone numbers that count up.

    They must be a page's worth of lines apart, else they number the rows of a table.
    """
    chains: dict[int, list[tuple[int, int, int]]] = {}
    seen = 0
    for page, rows in enumerate(texts):
        for row, line in enumerate(rows):
            number = _bare_number(line) if line and not line.isalpha() else None
            if number is not None:
                before = chains.pop(number - 1, [])
                far = bool(before) and seen + row - before[-1][0] >= OLD_PAGE
                chains[number] = [*(before if far else ()), (seen + row, page, row)]
        seen += len(rows)
    long = [chain for chain in chains.values() if len(chain) >= 3]
    return [(page, row) for chain in long for _, page, row in chain]


def _reading(text: str, row: Range) -> str:
    """A line's reading text; a very long line is no running line and is not read."""
    return reading_text(text[row[0] : row[1]]) if row[1] - row[0] < LONG_LINE else ""


def _edges(rows: list[str]) -> list[str]:
    return rows if len(rows) <= 2 * EDGE else rows[:EDGE] + rows[-EDGE:]


def _keys(line: str, page: int) -> list[Key]:
    """What makes a line the same on another page.

    The same words, or the same words with a number that rises by one with each page.
    "Article 12" at the top of a page is the law's own number, so its first number counts
    only where nothing but the number is there.
    """
    if not line:
        return []
    bare = _bare_number(line)
    if bare is not None:
        return [("#", 0, bare - page)]
    numbers = [int(number) for number in _DIGITS.findall(line)[:8]]
    if not numbers:
        return [(line, 0, 0)] if any(map(str.isalpha, line)) else []
    shape = _DIGITS.sub("#", line)
    first = 1 if _ENUMERATED.match(line) and not _SAYS_PAGE.match(line) else 0
    rising = [(shape, at + 1, number - page) for at, number in enumerate(numbers) if at >= first]
    return [(line, 0, 0), *rising]


def _bare_number(line: str) -> int | None:
    if len(line) > LONGEST_NUMBER:
        return None
    match = _BARE_NUMBER.fullmatch(line)
    if match is None:
        return None
    number = match[1]
    return int(number) if number.isdigit() else _roman(number)


def _roman(text: str) -> int:
    values = [_ROMAN[letter] for letter in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def _common_inside(texts: list[list[str]], places: dict[Key, list[int]]) -> list[Key]:
    """Repeated lines that stand inside pages just as often: a form's or a law's own words."""
    inside = Counter(line for rows in texts for line in rows[EDGE:-EDGE] if (line, 0, 0) in places)
    return [(line, 0, 0) for line, times in inside.items() if 2 * times > len(places[line, 0, 0])]


def _page_furniture(
    rows: list[str], page: int, runs: dict[Key, frozenset[int]], total: int
) -> set[int]:
    """The running lines of one page: from each edge inwards until a line is not one."""
    gone: set[int] = set()
    order = range(len(rows))
    for way in (order, reversed(order)):
        for at in way:
            if at in gone or not _is_running(rows[at], page, runs, total):
                break
            gone.add(at)
    return gone


def _is_running(line: str, page: int, runs: dict[Key, frozenset[int]], total: int) -> bool:
    if _SAYS_PAGE.fullmatch(line):
        return True
    if total > 1 and _bare_number(line) == page + 1:
        return True
    return any(page in runs.get(key, ()) for key in _keys(line, page))
