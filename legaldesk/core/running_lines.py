"""Which lines repeat as running heads do, told from the words of a form that is there again.

An agreement in two counterparts, or five short undertakings in one file, repeat their clauses
at the edges of pages as others repeat their heads. What is taken for a running line is in no
passage and found by nobody, so that a doubt is decided for the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from legaldesk.core.headings import capitalised

Key = tuple[str, int, int]
"""A line's words; or its shape, which number in it rises, and that number less the page's."""

Written = Callable[[Key, int], str]
"""How a line is written on a page."""

LONG_LINE = 300
"""Characters that no running line has."""

WINDOW = 4
"""A running line repeats on the pages this near; chapters have headers of their own."""

SHORT = 8
"""A document of fewer pages shows too few repeats to lose a line altogether."""

SENTENCES = 8
"""How often a line that reads as a sentence must repeat nearby."""

LEAST_WORDS = 4
"""A sentence has as many; shorter lines are heads as often."""

ALIKE = 2
"""Pages are copies where the lines that they share are one part in this many of the longer one."""

FULL = 4
"""A page that would lose more than one part in this many shows of no line that it is furniture."""

SHARED = 5
"""So many lines shared at a page's edges are more than a head and a foot have."""

COMPARED = 16
"""With how many pages at most one with the same line is compared: more of them share a head."""


def running_lines(
    texts: Sequence[Sequence[str]], places: Mapping[Key, Sequence[int]], written: Written
) -> dict[Key, frozenset[int]]:
    """For each line that is a running one the pages where it is to go.

    ``texts`` are the lines of each page without capitals, ``places`` the pages, in order, at
    whose edges a line stands, and ``written`` says how a line is written on one of them. Of
    short documents, and of lines that read as sentences, the first copy stays to be found.
    """
    same = _copies(texts, places)
    total = len(set(same))
    found: dict[Key, frozenset[int]] = {}
    spared: set[Key] = set()
    for key, pages in places.items():
        few = _enough(key, total)
        if len(pages) < few:  # most lines
            continue
        if not _numbers(key) and is_sentence(written(key, pages[0])):
            few = SENTENCES
            spared.add(key)
        found[key] = _dense(pages, few, same if key[0] != "#" else range(len(texts)))
    for key in _never_on_full_pages(texts, found, same, total):
        del found[key]
    if total < SHORT:
        spared.update(key for key in found if not _numbers(key))
    for key in spared.intersection(found):
        found[key] -= {min(found[key], default=0)}
    return found


def is_sentence(line: str) -> bool:
    """Whether a line reads as a sentence, or as a part of one, and not as a title."""
    if not line[0].islower() and line[-1] not in ".,;:!?":
        return False
    return line.count(" ") + 1 >= LEAST_WORDS and not capitalised(line)


def _numbers(key: Key) -> bool:
    """Whether it is the page's own number that a line repeats with, or nothing but a number."""
    return key[0] == "#" or key[1] > 0 and key[2] == 1


def _enough(key: Key, total: int) -> int:
    """How often a line must repeat nearby; page numbers less, they rise with the pages."""
    if key[0] == "#":
        return 2
    return 4 if total >= SHORT else max(2, min(total, 3), (total + 1) // 2)


def _dense(pages: Sequence[int], few: int, same: Sequence[int]) -> frozenset[int]:
    """The pages where a line is a running one: it is frequent here, or just beside here.

    Copies of a page count as one.
    """
    if len(pages) < few:
        return frozenset()
    core = [page for page in pages if len({same[at] for at in _near(pages, page)}) >= few]
    return frozenset(page for at in core for page in _near(pages, at))


def _near(pages: Sequence[int], page: int) -> Sequence[int]:
    """Those of the sorted pages that are within the window around this one."""
    return pages[bisect_left(pages, page - WINDOW) : bisect_right(pages, page + WINDOW)]


def _never_on_full_pages(
    texts: Sequence[Sequence[str]],
    found: Mapping[Key, frozenset[int]],
    same: Sequence[int],
    total: int,
) -> list[Key]:
    """The lines without numbers that stand on no pages, or on too few, that keep their text.

    Heads take a small share of a page. A page with little else says nothing of them, but they
    go from there too where other pages show what they are.
    """
    lost: Counter[int] = Counter()
    words = {key: run for key, run in found.items() if key[1] == 0 and key[0] != "#"}
    for (line, _, _), run in words.items():
        lost.update(dict.fromkeys(run, len(line)))
    thin = {page for page, size in lost.items() if size * FULL > _size(texts[page])}
    if not thin:
        return []
    return [
        key
        for key, run in words.items()
        if len({same[page] for page in run - thin}) < _enough(key, total)
    ]


def _size(lines: Sequence[str]) -> int:
    """The characters of a page; a very long line, which was not read, counts as LONG_LINE."""
    return sum(len(line) or LONG_LINE for line in lines)


def _copies(texts: Sequence[Sequence[str]], places: Mapping[Key, Sequence[int]]) -> Sequence[int]:
    """For each page the first one that it nearly equals, which is mostly itself.

    Only pages that share much at their edges are compared: hardly any document has one.
    """
    shared: Counter[int] = Counter()
    sizes: Counter[int] = Counter()
    for (line, at, _), pages in places.items():
        if at == 0 and line != "#" and len(pages) > 1:
            shared.update(pages)
            sizes.update(dict.fromkeys(pages, len(line)))
    found = list(range(len(texts)))
    known = _Known()
    for page in sorted(shared):
        if shared[page] >= SHARED or sizes[page] * FULL > _size(texts[page]):
            found[page] = known.first(page, texts[page])
    return found


class _Known:
    """Pages by their lines, each but the first of its copies."""

    def __init__(self) -> None:
        self._with: dict[str, list[int]] = {}
        self._sizes: dict[int, int] = {}

    def first(self, page: int, texts: Sequence[str]) -> int:
        """The page that this one is a copy of; itself, and then known too, where there is none."""
        lines = dict.fromkeys(texts)
        size = sum(map(len, lines))
        shared: Counter[int] = Counter()
        for line in lines:
            shared.update(dict.fromkeys(self._with.get(line, ()), len(line)))
        for other, length in shared.most_common(1):
            if length * ALIKE >= max(size, self._sizes[other]):
                return other
        self._sizes[page] = size
        for line in lines:
            pages = self._with.setdefault(line, [])
            if len(pages) < COMPARED:
                pages.append(page)
        return page
