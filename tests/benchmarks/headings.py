"""How many headings are in the same passage as the first words of their section.

    python3 packaging/dev.py bench headings PDFS [--misses]

Two lists: the hand-made one in headings.json, and the leaves of the PDFs' own outlines.
PDFS is the folder whose paths headings.json names; the folder before a file's name begins
with its language.
"""

from __future__ import annotations

import bisect
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from _options import options_of

from legaldesk.core.documents import GAP, SOFT_HYPHEN, Extraction, OutlineEntry
from legaldesk.core.furniture import body_lines
from legaldesk.core.passages import Passage
from legaldesk.core.segment import segment
from legaldesk.engine.model_folder import bundled_model, read_model_folder
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.tokens import TokenCounter

Place = tuple[int, int]
"""A page and a character index on it."""

FIRST_WORDS = 5
NO_TITLE, NO_TEXT, TOGETHER, APART = "title not on its page", "no text", "together", "apart"


@dataclass
class Read:
    """One document: pages, passages, and the text of each page with a map to its indices."""

    name: str
    extraction: Extraction
    passages: list[Passage]
    starts: list[tuple[int, int, int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.starts = sorted(
            (span.page, span.start, span.end, number)
            for number, passage in enumerate(self.passages)
            for span in passage.spans
        )

    def passage_at(self, place: Place) -> int:
        """The number of the passage that has this character, -1 where none has."""
        at = bisect.bisect_right(self.starts, (*place, sys.maxsize, 0)) - 1
        if at < 0:
            return -1
        page, start, end, number = self.starts[at]
        return number if page == place[0] and start <= place[1] < end else -1

    def together(self, places: Sequence[Place]) -> bool:
        """Whether one passage has all of the characters."""
        numbers = {self.passage_at(place) for place in places}
        return len(numbers) == 1 and -1 not in numbers


def spaced(text: str) -> tuple[str, list[int]]:
    """White space collapsed and line-end hyphens joined; the page index of each character."""
    letters: list[str] = []
    places: list[int] = []
    joining = False
    for at, letter in enumerate(text):
        if letter == GAP:
            continue
        if letter == SOFT_HYPHEN:
            joining = True
        elif not letter.isspace():
            letters.append(letter)
            places.append(at)
            joining = False
        elif letters and letters[-1] != " " and not joining:
            letters.append(" ")
            places.append(at)
    return "".join(letters), places


def squeezed(text: str) -> tuple[str, list[int]]:
    """Letters and digits only, small, and the page index of each."""
    pairs = [
        (small, at)
        for at, letter in enumerate(text)
        if letter.isalnum()
        for small in letter.casefold()
    ]
    return "".join(small for small, _ in pairs), [at for _, at in pairs]


def occurrences(text: str, wanted: str) -> Iterator[int]:
    """Every offset of ``wanted`` in the text."""
    at = text.find(wanted)
    while wanted and at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def listed(read: Read, entry: dict[str, str]) -> str:
    """What became of an entry of headings.json."""
    page, below = int(entry["page"]), int(entry["body_page"])
    text, places = spaced(read.extraction.pages[page - 1].text)
    body, body_places = spaced(read.extraction.pages[below - 1].text)
    heading, first = entry["heading"], entry["first_words"]
    pairs = [
        (right - left if page == below else right, left, right)
        for left in occurrences(text, heading)
        for right in occurrences(body, first)
        if page != below or right >= left + len(heading)
    ]
    if not pairs:
        return NO_TITLE
    _, left, right = min(pairs)
    ends = [(page, places[left]), (page, places[left + len(heading) - 1])]
    ends += [(below, body_places[right]), (below, body_places[right + len(first) - 1])]
    return TOGETHER if read.together(ends) else APART


def bookmarked(read: Read) -> Iterator[tuple[OutlineEntry, str]]:
    """Each leaf of the outline and what became of it."""
    outline = read.extraction.outline
    kept = [list(lines) for lines in body_lines(read.extraction.pages)]
    places: list[Place | None] = []
    nearest: dict[int, int] = {}
    for entry in outline:
        places.append(title_place(read, entry, nearest.get(entry.page, -1)))
        if places[-1] is not None:
            nearest[entry.page] = places[-1][0]
    for at, (entry, place) in enumerate(zip(outline, places, strict=True)):
        after = outline[at + 1] if at + 1 < len(outline) else None
        if after is not None and after.level > entry.level:
            continue
        if place is None:
            yield entry, NO_TITLE
            continue
        below = places[at + 1] if after else None
        stop = (after.page, below[0]) if after and below else (sys.maxsize, 0)
        words = text_between(read, kept, (entry.page, place[1]), stop)
        ends = [(entry.page, place[0]), (entry.page, place[1]), *words]
        yield entry, NO_TEXT if not words else TOGETHER if read.together(ends) else APART


def title_place(read: Read, entry: OutlineEntry, last: int) -> Place | None:
    """First and last index of the title where it begins a line, after ``last`` if it can."""
    text = read.extraction.pages[entry.page - 1].text
    plain, places = squeezed(text)
    wanted = squeezed(entry.title)[0]
    found = []
    for at in occurrences(plain, wanted):
        start, end = places[at], places[at + len(wanted) - 1]
        alone = not text[end + 1 : end + 2].isdigit() or not wanted[-1].isdigit()
        if alone and not text[:start].rpartition("\n")[2].strip(" (§\t"):
            found.append((start <= last, start, end))
    return min(found)[1:] if found else None


def text_between(
    read: Read, kept: Sequence[Sequence[Place]], start: Place, stop: Place
) -> list[Place]:
    """First and last character of the first words between two places, furniture left out."""
    found: list[tuple[str, Place]] = []
    for number in range(start[0], min(start[0] + 2, len(kept)) + 1):
        text = read.extraction.pages[number - 1].text
        for left, right in kept[number - 1]:
            row = [(text[at], (number, at)) for at in range(left, right)]
            found += [(letter, at) for letter, at in row if start < at < stop]
            found.append((" ", (0, 0)))
        if len(found) > 300:
            break
    first = next((at for at, (letter, _) in enumerate(found) if letter.isalnum()), len(found))
    gaps = [at for at, (letter, _) in enumerate(found) if letter.isspace() and at > first]
    if not gaps:
        return []
    last = max(at for at in range(first, gaps[:FIRST_WORDS][-1]) if found[at][0].isalnum())
    return [found[first][1], found[last][1]]


def read_documents(folder: Path) -> Iterator[Read]:
    """Every PDF under the folder, read and segmented for the bundled model."""
    counter = TokenCounter(read_model_folder(bundled_model()))
    pool = ParserPool()
    for file in sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".pdf"):
        name = file.relative_to(folder).as_posix()
        extraction = pool.extract(file.read_bytes(), file.name)
        passages = segment(
            extraction.pages, extraction.outline, name[:2], counter, counter.body_limit
        )
        yield Read(name, extraction, passages)
    pool.close()


def shares(title: str, results: Sequence[tuple[str, str]]) -> None:
    """Prints one list's shares, by language and in all."""
    print(title)
    for language in [*sorted({key for key, _ in results}), "all"]:
        times = Counter(result for key, result in results if language in (key, "all"))
        judged = times[TOGETHER] + times[APART]
        share = f"{times[TOGETHER] / judged:7.1%}" if judged else "      –"
        rest = ", ".join(f"{times[kind]} {kind}" for kind in (NO_TITLE, NO_TEXT) if times[kind])
        print(f"  {language:4} {share} of {judged:5}  {rest}")


def main() -> None:
    """Reads the arguments, judges every document and prints the shares."""
    parser = options_of(__doc__)
    parser.add_argument("pdfs", type=Path)
    parser.add_argument("--misses", action="store_true", help="list what is apart or not found")
    arguments = parser.parse_args()
    entries = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))["entries"]
    hand: list[tuple[str, str]] = []
    leaves: list[tuple[str, str]] = []
    misses: list[str] = []
    for read in read_documents(arguments.pdfs):
        for entry in (entry for entry in entries if entry["document"] == read.name):
            result = listed(read, entry)
            hand.append((entry["language"], result))
            if result != TOGETHER:
                misses.append(f"{result}: {read.name} p. {entry['page']} {entry['heading']!r}")
        for leaf, result in bookmarked(read):
            leaves.append((read.name[:2], result))
            if result not in (TOGETHER, NO_TEXT):
                misses.append(f"{result}: {read.name} p. {leaf.page} bookmark {leaf.title!r}")
    shares("headings.json", hand)
    shares("leaves of outlines", leaves)
    if arguments.misses:
        print("\n".join(misses))


if __name__ == "__main__":
    main()
