"""What a heading looks like in each language's law, and which lines of a document are one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from legaldesk.core.documents import OutlineEntry
from legaldesk.core.stream import Line

EXHIBIT, BOOK, TITLE, CHAPTER, SECTION, SUBSECTION = 0, 10, 20, 30, 34, 36
CAPITALS, ROMAN, LETTER, ARTICLE, NUMBERED, TITLE_CASE = 40, 42, 44, 50, 52, 55
"""Ranks: the smaller one holds the larger. Numbers with dots add 10 for each dot."""

TABLE_ROWS = 5
"""This many lines in capitals in a row are a table or a paragraph."""

LONGEST_TITLE = 120
"""Characters; a heading's text is clipped to this in the path."""

_WORDS: dict[str, dict[int, str]] = {
    "en": {
        EXHIBIT: "exhibit|schedule|appendix|annex|annexure|attachment|addendum",
        BOOK: "part|book",
        TITLE: "title",
        CHAPTER: "chapter|division",
        SECTION: "article",
        ARTICLE: "section|sec\\.|clause|item|rule|paragraph|question|§§?",
    },
    "es": {
        EXHIBIT: "anexo|apéndice|disposiciones",
        BOOK: "libro|parte",
        TITLE: "título",
        CHAPTER: "capítulo",
        SECTION: "sección",
        SUBSECTION: "subsección",
        ARTICLE: "artículo|art\\.|norma|cláusula|disposición(?: \\w{4,16})?|\\w{4,12} disposición",
    },
    "fr": {
        EXHIBIT: "annexe",
        BOOK: "livre|partie",
        TITLE: "titre",
        CHAPTER: "chapitre",
        SECTION: "section",
        SUBSECTION: "sous-section|paragraphe|§",
        ARTICLE: "article|art\\.|clause",
    },
    "de": {
        EXHIBIT: "anlage|anhang",
        BOOK: "buch|teil",
        TITLE: "abschnitt",
        22: "unterabschnitt",
        24: "titel",
        26: "untertitel",
        28: "kapitel",
        29: "unterkapitel",
        ARTICLE: "artikel|art\\.?|gg art|§§?",
        60: "rn\\.?|rdnr\\.?|rz\\.?",
    },
    "vi": {
        EXHIBIT: "phụ lục",
        BOOK: "phần",
        CHAPTER: "chương",
        SECTION: "mục",
        SUBSECTION: "tiểu mục",
        ARTICLE: "điều",
        60: "khoản",
    },
    "ca": {
        EXHIBIT: "annex|apèndix",
        BOOK: "llibre",
        TITLE: "títol",
        CHAPTER: "capítol",
        SECTION: "secció",
        SUBSECTION: "subsecció",
        ARTICLE: "article|art\\.|clàusula|disposició(?: \\w{4,16})?",
    },
}

_ORDINALS = (
    "one two three four five six seven eight nine ten first second third"
    " primer primero primera segundo segunda tercer tercero tercera cuarto cuarta quinto quinta"
    " sexto sexta séptimo séptima octavo octava noveno novena décimo décima único única"
    " preliminar final premier première préliminaire unique deuxième troisième quatrième"
    " segon segona quart quarta cinquè cinquena sisè sisena setè setena vuitè vuitena novè novena"
    " desè desena onzè onzena dotzè dotzena preliminar únic única addicional"
)
_NUMBER = (
    r"(?:[LRDA]\.? ?\*?)?\d{1,4}(?:[.\-–]\d{1,3}){0,4}(?:(?:er|ère|bis|ter|quater|[a-z])\b)?"
    r"(?: ?[°ºª])?(?:[.\-–] ?[A-Z]\b)?(?: (?:bis|ter|quáter|quater)\b)?(?:\(\w{1,4}\)){0,3}"
    r"(?: (?:bis|to|y|a|und) \d{1,4}[a-z]?)?"
    r"|[IVXLCDM]{1,8}(?:-[A-Z])?\b|[A-Z](?:[-–.]\d{1,3})?\b(?!['’])"
)
_SEPARATOR = r"(?P<sep>[ ]?(?:[.:)–—-][ ]?){0,3})(?P<rest>.*)"
_DECIMAL = re.compile(r"(?P<num>\d{1,3}(?:\.\d{1,3}){1,4})\.? (?P<rest>\S.*)|\d{1,3}(?:\.\d{1,3}){1,4}\.?")
_NUMBERED = re.compile(r"(?P<num>\d{1,3})(?P<dot>[.)](?: ?[-–])?)? (?P<rest>\S.*)")
_LETTERED = re.compile(r"(?P<num>[IVXLC]{1,6}|[A-Z])[.)](?: ?[-–])? (?P<rest>\S.*)")
_GERMAN_ORDINAL = re.compile(
    r"(?P<num>(?:Erst|Zweit|Dritt|Viert|Fünft|Sechst|Siebt|Acht|Neunt|Zehnt)(?:er|es|e)|\d{1,2}\.)"
    r" (?P<word>Buch|Teil|Abschnitt|Titel|Untertitel|Kapitel|Unterabschnitt)(?P<rest>\b.*)"
)
_SPANISH_ORDINAL = re.compile(
    r"(?P<label>[A-ZÚ](?i:rimer|egund|egon|ercer|uart|uint|inquen|ext|[ée]ptim|ctav|oven|[ée]cim"
    r"|nd[ée]cim|uod[ée]cim|ig[ée]sim|rig[ée]sim|uadrag[ée]sim|uincuag[ée]sim|nic)\w*(?: \w+)?)"
    r" ?[.:](?: ?[-–—])? (?P<rest>.*)"
)
_QUOTED = re.compile(r"[“\"„«]([^”\"“»]{2,80})[”\"“»]")
_RUN_IN = re.compile(r"(.{2,100}?)(?:[.:](?:[-–—]| ?[–—])?|[.]?[”\"]\.?| ?[–—]) (?=[A-ZÀ-ÝĐ“\"„«(\[¿]|\d)")
_CLOSED = re.compile(r".*[.;:!?”\"’»)\]*_|…-]$|.*[;,] (?:and|or|y|et|und|i|và|o|u)$", re.DOTALL)
_OPEN_WORD = re.compile(
    r"(?:^|.* )(?:of|in|under|and|or|to|the|by|with|see|de|del|la|el|los|las|les|des|du|l['’]|d['’]"
    r"|en|y|e|o|a|al|aux|au|et|ou|à|gemäß|nach|der|des|den|die|und|oder|von|vom|zu|i|tại|và|theo"
    r"|article|section|artículo|articles|sections|sección|điều|khoản|§|§§)$",
    re.IGNORECASE,
)
_CONTINUES = re.compile(r"(?:[Aa]bsatz|[Aa]bs\.?|Satz|Nr\.?|Nummer|Buchst|Bộ luật|\((?:as|and)|d['’])\b")
_NOT_A_TITLE = re.compile(
    r"(?:Modifi|Créé|Abrogé|Déplacé|Transféré|NOTA|Modificad|Afegit|Derogat|By:|Name:|Title:|Its:|Date)"
)
_COMPANY = re.compile(r".*\b(?:INC|LLC|L\.L\.C|CORP|CORPORATION|LTD|L\.P|LP|S\.A|N\.A|PLC|GMBH)\.?,?$")
_PREAMBLE = re.compile(
    r"(?:recitals?|witnesseth|w i t n e s s e t h|background|preamble|preliminary statement"
    r"|between|considerando|antecedentes|visto|preambule|preambul|preambulo|agreement|whereas"
    r"|exposicio de motius|exposicion de motivos|entre les soussignes|entre|fussnote|fußnote"
    r"|eingangsformel|inhaltsubersicht|indice|index|sommaire|contents|table of contents"
    r"|table des matieres|muc luc)[ :.,]*",
    re.IGNORECASE,
)
_LEADERS = re.compile(r"(?:\. ?){4,}|…{2,}|_{6,} ?\d|\t\d+$")
_ENDS_IN_PAGE = re.compile(r".*\D[ .]\d{1,3}$")
_LETTERS = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as written.

    ``label`` is its number with its word ("Section 3.1"), empty where it has none;
    ``title`` what follows. ``run_in`` means that its section begins on the same line.
    ``sure`` means that no context is needed to tell.
    """

    rank: int
    label: str
    title: str
    run_in: bool = False
    sure: bool = False

    @property
    def name(self) -> str:
        """What the heading path shows, clipped to LONGEST_TITLE at a word."""
        text = f"{self.label} {self.title}".strip()
        if len(text) <= LONGEST_TITLE:
            return text
        return text[: LONGEST_TITLE - 1].rpartition(" ")[0].rstrip(" ,;") + "…"


@dataclass(frozen=True, slots=True)
class Mark:
    """A heading found in a document: lines [line, after) hold it (and the body if run in)."""

    line: int
    after: int
    heading: Heading


def _loose(words: str) -> str:
    """The words with a capital first letter, the rest in any case, accents optional."""
    found = []
    for word in words.split("|"):
        first = word[0].upper() + _bare(word[0]).upper()
        if not word[0].isalpha():
            found.append(word)
            continue
        rest = "".join(
            f"[{letter}{_bare(letter)}]" if letter != _bare(letter) else letter
            for letter in word[1:]
        )
        found.append(f"[{first}](?i:{rest})")
    return "|".join(found)


def _bare(text: str) -> str:
    kept = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in kept if not unicodedata.combining(letter))


def _pattern(words: str) -> re.Pattern[str]:
    ordinals = "|".join(dict.fromkeys(_ORDINALS.split()))
    return re.compile(
        rf"(?:\(\d{{1,3}}\) )?(?P<label>(?:{_loose(words)}) ?(?P<num>(?<=[ §]){_NUMBER}"
        rf"|(?<=[ ])(?i:(?:{ordinals})\b))){_SEPARATOR}"
    )


_PATTERNS = {
    language: [(rank, _pattern(words)) for rank, words in ranks.items()]
    for language, ranks in _WORDS.items()
}
_ALL = [item for patterns in _PATTERNS.values() for item in patterns]


def find_heading(line: str, language: str) -> Heading | None:
    """The heading that a line of reading text begins with, judged by the line alone."""
    if not line or line[0].islower():
        return None
    for rank, pattern in _PATTERNS.get(language, _ALL):
        match = pattern.match(line)
        if match:
            return _from_keyword(rank, match)
    return (
        _ordinal(line, language)
        or _german(line)
        or _decimal(line)
        or _numbered(line, language)
        or _lettered(line)
        or _plain(line)
    )


def inline_breaks(text: str, language: str) -> list[int]:
    """Where headings begin inside running text that has lost its line breaks."""
    found = []
    for match in _inline(language).finditer(text):
        head = " ".join(text[match.start() : match.start() + 200].split())
        heading = find_heading(head, language)
        if heading is not None:
            found.append(match.start())
    return found


_INLINE: dict[str, re.Pattern[str]] = {}


def _inline(language: str) -> re.Pattern[str]:
    if language not in _INLINE:
        tables = [_WORDS[language]] if language in _WORDS else list(_WORDS.values())
        words = "|".join(_loose(found) for table in tables for found in table.values())
        words = words.replace(" ", r"\s+")
        _INLINE[language] = re.compile(
            rf"(?<=[.;:)”\s]\s)(?:(?:{words})\s*(?:\d|[IVXLC]+\b)|\d{{1,3}}\.\d{{1,3}}\.?\s+[A-Z“])"
        )
    return _INLINE[language]


def _from_keyword(rank: int, match: re.Match[str]) -> Heading | None:
    label, rest, sep = match["label"].strip(" .-–"), match["rest"].strip(), match["sep"].strip()
    if match["num"].count(".") and rank == ARTICLE and match["num"][:1].isdigit():
        rank += 10 * match["num"].count(".")
    if label[0] == "§" and not match["num"][0].isdigit() or sep.startswith(")"):
        return None
    if not rest:
        return Heading(rank, label, "")
    if rest[0] in ",;" or not sep and (_CONTINUES.match(rest) or rest[0].islower()):
        return None
    title, run_in = _split_title(rest)
    return Heading(rank, label, title, run_in, sure=bool(sep) and not title[:1].islower())


def _split_title(rest: str) -> tuple[str, bool]:
    """The title in what follows a number, and whether the section's text follows on the line.

    "Term. This Agreement shall" gives "Term", a defined term's quotes hold its title,
    and text that is no title gives "".
    """
    quoted = _QUOTED.match(rest)
    if quoted:
        return quoted[1].strip(" .,"), True
    match = _RUN_IN.match(rest)
    if match and _title_like(match[1]):
        return match[1].strip(), True
    if len(rest) <= LONGEST_TITLE and (_title_like(rest.rstrip(".:")) or not _CLOSED.match(rest)):
        return rest.rstrip(" .:"), False
    return "", True


def _title_like(text: str) -> bool:
    words = text.split()
    return 0 < len(words) <= 14 and len(text) <= 100 and ". " not in text and ";" not in text


def _capitalised(text: str) -> bool:
    """Whether most of the longer words begin with a capital, as in an English title."""
    words = [word.strip("“”\"'(),") for word in text.split()]
    long = [word for word in words if len(word) > 3 and word[:1].isalpha()]
    return bool(long) and sum(word[0].isupper() for word in long) >= 0.7 * len(long)


def _all_capitals(text: str) -> bool:
    letters = _LETTERS.findall(text[:LONGEST_TITLE])
    return len(letters) >= 4 and sum(letter.isupper() for letter in letters) >= 0.85 * len(letters)


def _ordinal(line: str, language: str) -> Heading | None:
    """ "PRIMERA.- Objeto." as Spanish contracts and transitional provisions count."""
    match = _SPANISH_ORDINAL.match(line) if language in ("es", "ca", "") else None
    if match is None:
        return None
    title, run_in = _split_title(match["rest"]) if match["rest"] else ("", False)
    return Heading(ARTICLE, match["label"], title, run_in, sure=True)


def _german(line: str) -> Heading | None:
    match = _GERMAN_ORDINAL.fullmatch(line)
    if match is None or len(line) > LONGEST_TITLE:
        return None
    ranks = {word: rank for rank, words in _WORDS["de"].items() for word in words.split("|")}
    label = f"{match['num']} {match['word']}"
    return Heading(ranks[match["word"].lower()], label, match["rest"].strip(" :.-–"), sure=True)


def _decimal(line: str) -> Heading | None:
    match = _DECIMAL.fullmatch(line)
    if match is None:
        return None
    number = match["num"] or line.rstrip(".")
    rank = ARTICLE + 10 * number.removesuffix(".0").count(".")
    rest = (match["rest"] or "").strip()
    if rest[:1].islower() or rest[:1] in ("%", "€", "$", ",", "/"):
        return None
    if not rest:
        return Heading(rank, number, "", sure=False)
    title, run_in = _split_title(rest)
    if run_in and title and not _QUOTED.match(rest) and len(title.split()) > 10:
        title = ""
    return Heading(rank, number, title, run_in)


def _numbered(line: str, language: str) -> Heading | None:
    """ "1. Term. This Agreement ..." and "1. TERM"; without a title it is only a clause."""
    match = _NUMBERED.fullmatch(line)
    if match is None or match["rest"][:1].islower():
        return None
    title, run_in = _split_title(match["rest"])
    words = len(title.split())
    listed = not run_in and line[-1] == "." and language != "en"
    short = not listed and (_capitalised(title) or (words <= 3 and line[-1] != "."))
    if not title or not (_all_capitals(title) or (match["dot"] and short)):
        return None
    return Heading(NUMBERED, f"{match['num']}.", title, run_in)


def _lettered(line: str) -> Heading | None:
    match = _LETTERED.fullmatch(line)
    if match is None or len(line) > LONGEST_TITLE:
        return None
    roman = len(match["num"]) > 1 or match["num"] in "IVX"
    if _CLOSED.match(line) and not (roman and line[-1] == "."):
        return None
    if not (_capitalised(match["rest"]) or _all_capitals(match["rest"])) and not roman:
        return None
    return Heading(ROMAN if roman else LETTER, f"{match['num']}.", match["rest"].strip())


def _plain(line: str) -> Heading | None:
    """A heading without a number: known words, or a line in capitals."""
    if _PREAMBLE.fullmatch(_bare(line[:LONGEST_TITLE])):
        return Heading(ARTICLE, "", line.rstrip(" :.,"), sure=True)
    if len(line) > LONGEST_TITLE or not _all_capitals(line):
        return None
    if line[0].isdigit() or _COMPANY.match(line):
        return None
    if not any(len(word) > 3 for word in line.split()) or "__" in line or _NOT_A_TITLE.match(line):
        return None
    return Heading(CAPITALS, "", line.strip(" .:"))


def find_marks(
    lines: Sequence[Line], outline: Sequence[OutlineEntry], language: str
) -> list[Mark]:
    """The headings of a document in order; lines of a table of contents are left out."""
    found: dict[int, Mark] = {}
    for at in range(len(lines)):
        heading = _heading_here(lines, at, language)
        if heading is not None:
            found[at] = Mark(at, at + 1, heading)
    _lower_capitals(lines, found)
    for at, after, heading in _outlined(lines, outline, found):
        found[at] = Mark(at, after, heading)
    return _with_titles(lines, found)


def _lower_capitals(lines: Sequence[Line], found: dict[int, Mark]) -> None:
    """Corrects what capitals alone made a heading.

    Many such lines in a row are a table or a shouted paragraph; the same words again and
    again ("PREVIOUS TEXT") stand inside sections and hold none.
    """
    plain = [at for at, mark in found.items() if mark.heading.rank == CAPITALS]
    times = Counter(lines[at].text for at in plain)
    for row in _rows(plain):
        last = lines[row[-1]].text[-1:]
        shouted = len(row) > 1 and last == "." and lines[row[0]].wide > 0.8
        if len(row) >= TABLE_ROWS or shouted or last in ",;":
            for at in row:
                del found[at]
        elif times[lines[row[0]].text] >= 3:
            lower = replace(found[row[0]].heading, rank=TITLE_CASE + 3)
            found[row[0]] = Mark(row[0], row[0] + 1, lower)


def _rows(places: Sequence[int]) -> list[list[int]]:
    """Runs of consecutive numbers."""
    rows: list[list[int]] = []
    for at in places:
        if rows and rows[-1][-1] == at - 1:
            rows[-1].append(at)
        else:
            rows.append([at])
    return rows


def _heading_here(lines: Sequence[Line], at: int, language: str) -> Heading | None:
    line = lines[at]
    if is_contents_line(line.text):
        return None
    heading = find_heading(line.text, language)
    before = lines[at - 1].text if at else ""
    if heading is None:
        return _title_case(lines, at)
    if _OPEN_WORD.match(before[-40:]):
        return None
    if heading.sure or not before or _CLOSED.match(before[-20:]):
        return heading
    if find_heading(before, language) or _all_capitals(before) or lines[at - 1].wide < 0.6:
        return heading
    return None


def _title_case(lines: Sequence[Line], at: int) -> Heading | None:
    """A short line in title case between finished text and a new paragraph."""
    text = lines[at].text
    if not 3 < len(text) <= 60 or lines[at].wide > 0.6 or not text[0].isupper():
        return None
    if text[-1] in ".;,!?_)-" or ":" in text[:-1] or not _capitalised(text) or at + 1 == len(lines):
        return None
    if len(text.split()) > 8 or any(letter.isdigit() for letter in text):
        return None
    before = lines[at - 1].text if at else "."
    after = lines[at + 1]
    if not before.endswith((".", ";", "]")) or _NOT_A_TITLE.match(text):
        return None
    if after.wide < 0.7 or after.text[:1].islower():
        return None
    return Heading(TITLE_CASE, "", text.rstrip(" :"))


def is_contents_line(text: str) -> bool:
    """Whether a line is one of a table of contents by its leaders."""
    return bool(_LEADERS.search(text)) and (text[-1:].isdigit() or text[-1:] in "ivx")


def _with_titles(lines: Sequence[Line], found: dict[int, Mark]) -> list[Mark]:
    """Joins a heading with the lines its title goes on in."""
    marks: list[Mark] = []
    for at in sorted(found):
        if marks and at < marks[-1].after:
            continue
        marks.append(_with_title(lines, found[at], found))
    return marks


def _with_title(lines: Sequence[Line], mark: Mark, found: dict[int, Mark]) -> Mark:
    heading, after = mark.heading, mark.after
    if heading.run_in:
        return mark
    if _wraps(lines, mark):
        title = f"{heading.title} {lines[after].text}".strip(" .:")
        return Mark(mark.line, after + 1, replace(heading, title=title))
    if _is_text(lines, mark):
        return Mark(mark.line, after, replace(heading, title="", run_in=True))
    while after < len(lines) and after - mark.line < 4 and _goes_on(lines, heading, after, found):
        title = f"{heading.title} {lines[after].text}".strip(" .:")
        heading, after = replace(heading, title=title), after + 1
    return Mark(mark.line, after, heading)


def _wraps(lines: Sequence[Line], mark: Mark) -> bool:
    """Whether a long title ends on a short second line, with a new paragraph below that."""
    if not mark.heading.title or mark.after + 1 >= len(lines) or lines[mark.line].wide < 0.7:
        return False
    below, next_one = lines[mark.after], lines[mark.after + 1]
    short = below.wide < 0.65 and below.text[:1].islower() and below.text[-1:] not in ".;:,"
    return short and not next_one.text[:1].islower()


def _is_text(lines: Sequence[Line], mark: Mark) -> bool:
    """Whether what looked like a title is the first line of the section's own text."""
    title = mark.heading.title
    if not title or not mark.heading.label or mark.after > mark.line + 1 or _all_capitals(title):
        return False
    below = lines[mark.after].text if mark.after < len(lines) else ""
    long = lines[mark.line].wide > 0.75 or len(title) > 60
    runs_on = below[:1].islower() or (not _capitalised(title) and bool(_OPEN_WORD.match(title)))
    return long and runs_on


def _goes_on(lines: Sequence[Line], heading: Heading, at: int, found: dict[int, Mark]) -> bool:
    """Whether this line is still the heading's title."""
    line, other = lines[at].text, found.get(at)
    if other is not None and (other.heading.label or other.heading.sure):
        return False
    if len(line) > LONGEST_TITLE or _NOT_A_TITLE.match(line) or is_contents_line(line):
        return False
    capitals = _all_capitals(line)
    if heading.title:
        return capitals and _all_capitals(heading.title) and not line[:1].isdigit()
    if not heading.label:
        return False
    nothing_after = at + 1 >= len(lines) or lines[at + 1].text[:1].islower()
    closed = line[-1:] in ".;,"
    return capitals or (
        len(line) <= 90 and line[:1].isupper() and not closed and not nothing_after
    )


def _outlined(
    lines: Sequence[Line], outline: Sequence[OutlineEntry], found: dict[int, Mark]
) -> list[tuple[int, int, Heading]]:
    """Bookmarks whose title stands on their page: first line, line after, heading.

    A title that also follows a pattern keeps the pattern's rank, because the levels of
    real outlines are often wrong; the others take the rank usual at their level.
    """
    pages = _page_rows(lines)
    placed: list[tuple[OutlineEntry, int, int, bool]] = []
    last: dict[int, int] = {}
    for entry in outline:
        rows = pages.get(entry.page, range(0))
        place = _place(lines, rows, entry.title, last.get(entry.page, -1))
        if place is not None:
            last[entry.page] = place[0]
            placed.append((entry, *place))
    ranks = _level_ranks(placed, found)
    above: dict[int, int] = {}
    headings: list[tuple[int, int, Heading]] = []
    for entry, at, after, run_in in placed:
        above = {level: rank for level, rank in above.items() if level < entry.level}
        least = max(above.values(), default=-1) + 1
        heading = _outline_heading(entry, run_in, found.get(at), ranks, least)
        above[entry.level] = heading.rank
        headings.append((at, after, heading))
    return headings


def _page_rows(lines: Sequence[Line]) -> dict[int, range]:
    pages: dict[int, range] = {}
    for at, line in enumerate(lines):
        pages[line.page] = range(pages.get(line.page, range(at, at)).start, at + 1)
    return pages


def _squeezed(text: str) -> str:
    return "".join(letter for letter in _bare(text.casefold()) if letter.isalnum())


def _place(
    lines: Sequence[Line], rows: range, title: str, last: int
) -> tuple[int, int, bool] | None:
    """Where a title begins on its page: after the last one if it can, else anywhere."""
    wanted = _squeezed(title)
    if not wanted:
        return None
    behind = [at for at in rows if at > last]
    for at in [*behind, *(at for at in rows if at <= last)]:
        after = _reads(lines, at, rows.stop, wanted)
        if after is not None:
            return at, after[0], after[1]
    return None


def _reads(lines: Sequence[Line], at: int, stop: int, wanted: str) -> tuple[int, bool] | None:
    """The line after the title if it begins here, and whether text follows on its last line."""
    left = wanted
    for row in range(at, min(stop, at + 5)):
        here = _squeezed(lines[row].text)
        if not here.startswith(left):
            if here and left.startswith(here):
                left = left[len(here) :]
                continue
            return None
        if len(here) == len(left):
            return row + 1, False
        cut = here[len(left)]
        return None if left[-1].isdigit() and cut.isdigit() else (row + 1, True)
    return None


def _level_ranks(
    placed: Sequence[tuple[OutlineEntry, int, int, bool]], found: dict[int, Mark]
) -> dict[int, int]:
    """The middle rank that patterns give to the bookmarks of each level."""
    seen: dict[int, list[int]] = {}
    for entry, at, _, _ in placed:
        if at in found and found[at].heading.label:
            seen.setdefault(entry.level, []).append(found[at].heading.rank)
    return {level: sorted(ranks)[len(ranks) // 2] for level, ranks in seen.items()}


def _after_label(title: str, label: str) -> str | None:
    """What the bookmark says behind the number; None where it does not begin with it."""
    left = _squeezed(label)
    for at, letter in enumerate(title):
        for found in _squeezed(letter):
            if not left.startswith(found):
                return None if left else title[at:].strip(" .:-–°º")
            left = left[1:]
    return None if left else ""


def _outline_heading(
    entry: OutlineEntry, run_in: bool, mark: Mark | None, ranks: dict[int, int], least: int
) -> Heading:
    title = " ".join(entry.title.split())
    known = find_heading(title[:1].upper() + title[1:], "")
    if mark is None and known is not None and known.label:
        return replace(known, run_in=run_in, sure=True)
    if mark is not None and mark.heading.label:
        rest = _after_label(title, mark.heading.label)
        if rest is None:
            return replace(mark.heading, run_in=run_in)
        return replace(mark.heading, title=rest, run_in=run_in)
    rank = max(least, ranks.get(entry.level, CAPITALS + min(entry.level, 9)))
    return Heading(rank, "", title, run_in, sure=True)
