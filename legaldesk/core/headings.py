"""What a heading looks like in each language's law, and which lines of a document are one."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import filterfalse

EXHIBIT, BOOK, TITLE, CHAPTER, SECTION, SUBSECTION = 0, 10, 20, 30, 34, 36
CAPITALS, ROMAN, LETTER, ARTICLE, NUMBERED, TITLE_CASE = 40, 42, 44, 50, 52, 55
"""Ranks: the smaller one holds the larger. Numbers with dots add 10 for each dot."""

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
        BOOK: "libro|parte|disposición(?: \\w{4,16})?|\\w{4,12} disposición",
        TITLE: "título",
        CHAPTER: "capítulo",
        SECTION: "sección",
        SUBSECTION: "subsección",
        ARTICLE: "artículo|art\\.|norma|cláusula",
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
        BOOK: "llibre|disposició(?: \\w{4,16})?",
        TITLE: "títol",
        CHAPTER: "capítol",
        SECTION: "secció",
        SUBSECTION: "subsecció",
        ARTICLE: "article|art\\.|clàusula",
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
    r"(?:[LRDA]\.? ?\*?)?\d{1,4}(?:[.\-–]\d{1,3}){0,4}"
    r"(?:(?:er|ère|bis|ter|quater|[a-z]|[A-Z]{1,3})\b)?"
    r"(?: ?[°ºª])?(?:[.\-–] ?[A-Z]\b)?(?: (?:bis|ter|quáter|quater)\b)?(?:\(\w{1,4}\)){0,3}"
    r"(?: (?:bis|to|y|a|und) \d{1,4}[a-z]?)?"
    r"|[IVXLCDM]{1,8}(?:er|re)?(?:-[A-Z])?\b|[A-Z](?:[-–.]\d{1,3})?\b(?!['’])"
)
_SEPARATOR = r"(?P<sep>[ ]?(?:[.:)–—-][ ]?){0,3})(?P<rest>.*)"
_DECIMAL = re.compile(
    r"(?P<num>\d{1,3}(?:\.\d{1,3}){1,4}[A-Z]?)\.? (?P<rest>\S.*)|\d{1,3}(?:\.\d{1,3}){1,4}[A-Z]?\.?"
)
_NUMBERED = re.compile(
    r"(?P<num>\d{1,3}(?:[A-Z]{1,2}(?=[.)]))?)(?P<dot>[.)](?: ?[-–])?)? (?P<rest>\S.*)"
)
"""A letter counts only with the dot behind it: "3D PRINTING" is no clause."""

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
_RUN_IN = re.compile(
    r"(.{2,100}?)(?:[.:](?:[-–—]| ?[–—])?|[.]?[”\"]\.?| ?[–—]) (?=[A-ZÀ-ÝĐ“\"„«(\[¿]|\d)"
)
_CLOSED = re.compile(r".*[.;:!?”\"’»)\]*_|…-]$|.*[;,] (?:and|or|y|et|und|i|và|o|u)$", re.DOTALL)
_OPEN_WORD = re.compile(
    r"(?:^|.* )(?:of|in|under|and|or|to|the|by|with|see|de|del|la|el|los|las|les|des|du|l['’]|d['’]"
    r"|en|y|e|o|a|al|aux|au|et|ou|à|gemäß|nach|der|des|den|die|und|oder|von|vom|zu|i|tại|và|theo"
    r"|[Aa]rticles?|[Ss]ections?|[Aa]rtículos?|[Ss]ección|[Đđ]iều|[Kk]hoản|§|§§)$"
)
_CONTINUES = re.compile(
    r"(?:[Aa]bsatz|[Aa]bs\.?|Satz|Nr\.?|Nummer|Buchst|Bộ luật|\((?:as|and)|d['’])\b"
)
_NOT_A_TITLE = re.compile(
    r"(?:Modifi|Créé|Création|Abrogé|Déplacé|Transféré|NOTA|Modificad|Afegit|Derogat"
    r"|By:|Name:|Title:|Its:|Date)"
)
_COMPANY = re.compile(
    r".*\b(?:INC|LLC|L\.L\.C|CORP|CORPORATION|LTD|L\.P|LP|S\.A|N\.A|PLC|GMBH)\.?,?$"
)
_PREAMBLE = re.compile(
    r"(?:recitals?|witnesseth|w i t n e s s e t h|background|preamble|preliminary statement"
    r"|considerando|antecedentes|preambule|preambul|preambulo"
    r"|exposicio de motius|exposicion de motivos|entre les soussignes|fussnote|fußnote"
    r"|eingangsformel|inhaltsubersicht|indice|index|sommaire|contents|table of contents"
    r"|table des matieres|muc luc)[ :.,]*",
    re.IGNORECASE,
)
_JOINING = re.compile(r"(?i:between|entre|agreement|whereas|visto|vistos)[ :.,]*")
_LEADERS = re.compile(r"(?:\. ?){4,}|…{2,}|_{6,} ?\d|\t\d+$")
_LETTERS = re.compile(r"[^\W\d_]")
_SMALL = re.compile(r"(?:[^a-z]*+[a-z]){19}")
"""More small letters than 15% of LONGEST_TITLE."""


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


def _loose(words: str) -> str:
    """The words with a capital first letter, the rest in any case, accents optional."""
    found = []
    for word in words.split("|"):
        first = word[0].upper() + bare(word[0]).upper()
        if not word[0].isalpha():
            found.append(word)
            continue
        rest = "".join(
            f"[{letter}{bare(letter)}]" if letter != bare(letter) else letter for letter in word[1:]
        )
        found.append(f"[{first}](?i:{rest})")
    return "|".join(found)


def bare(text: str) -> str:
    """Text without accents."""
    if text.isascii():
        return text
    return "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFD", text)))


_COUNTED = r"(?:\(\d{1,3}\) )?"


def _pattern(words: str) -> re.Pattern[str]:
    ordinals = "|".join(dict.fromkeys(_ORDINALS.split()))
    return re.compile(
        rf"{_COUNTED}(?P<label>(?:{_loose(words)}) ?[\"“]?(?P<num>(?<=[ §\"“]){_NUMBER}"
        rf"|(?<=[ ])(?i:(?:{ordinals})\b))[\"”]?){_SEPARATOR}"
    )


def _tables(language: str) -> list[dict[int, str]]:
    """The words of a language, or of all where it has none here."""
    return [_WORDS[language]] if language in _WORDS else list(_WORDS.values())


@cache
def _rules(language: str) -> tuple[re.Pattern[str], list[tuple[int, re.Pattern[str]]]]:
    """The patterns of a language by rank, and one without which none of them matches.

    Most lines end at that one. Made at first use: a start needs none of them.
    """
    tables = _tables(language)
    words = "|".join(_loose(found) for table in tables for found in table.values())
    patterns = [(rank, _pattern(found)) for table in tables for rank, found in table.items()]
    return re.compile(f"{_COUNTED}(?:{words})"), patterns


def find_heading(line: str, language: str) -> Heading | None:
    """The heading that a line of reading text begins with, judged by the line alone."""
    if not line or line[0].islower():
        return None
    begins, patterns = _rules(language)
    if begins.match(line):
        for rank, pattern in patterns:
            match = pattern.match(line)
            if match:
                return _from_keyword(rank, match)
    return (
        _ordinal(line, language)
        or _german(line)
        or _decimal(line, language)
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


@cache
def _inline(language: str) -> re.Pattern[str]:
    words = "|".join(_loose(found) for table in _tables(language) for found in table.values())
    words = words.replace(" ", r"\s+")
    return re.compile(
        rf"(?<=[.;:)”\s]\s)(?:(?:{words})\s*(?:\d|[IVXLC]+\b)|\d{{1,3}}\.\d{{1,3}}[A-Z]?\.?\s+[A-Z“])"
    )


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
    if len(rest) <= LONGEST_TITLE and (_title_like(rest.rstrip(".:")) or not is_finished(rest)):
        return rest.rstrip(" .:"), False
    return "", True


def _title_like(text: str) -> bool:
    words = text.split()
    return 0 < len(words) <= 14 and len(text) <= 100 and ". " not in text and ";" not in text


def is_finished(text: str) -> bool:
    """Whether a line ends as a paragraph or a list item does."""
    return bool(_CLOSED.match(text[-20:]))


def wants_more(text: str) -> bool:
    """Whether a line ends in a word that the next line must go on from ("under", "Article")."""
    return bool(_OPEN_WORD.match(text[-40:]))


def is_no_title(text: str) -> bool:
    """Whether a short line is an amendment note or part of a signature."""
    return bool(_NOT_A_TITLE.match(text))


def is_contents_line(text: str) -> bool:
    """Whether a line is one of a table of contents by its leaders."""
    numbered = text[-1:].isdigit() or text[-1:] in ("i", "v", "x")
    return numbered and bool(_LEADERS.search(text))


def capitalised(text: str) -> bool:
    """Whether most of the longer words begin with a capital, as in an English title."""
    words = [word.strip("“”\"'(),") for word in text.split()]
    long = [word for word in words if len(word) > 3 and word[:1].isalpha()]
    return bool(long) and sum(word[0].isupper() for word in long) >= 0.7 * len(long)


def all_capitals(text: str) -> bool:
    """Whether a line is set in capitals."""
    if _SMALL.match(text, 0, LONGEST_TITLE):  # most lines
        return False
    head = text[:LONGEST_TITLE]
    if sum(map(str.islower, head)) > 0.15 * len(head):  # letters are at most all of it
        return False
    letters = _LETTERS.findall(head)
    return len(letters) >= 4 and sum(map(str.isupper, letters)) >= 0.85 * len(letters)


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


def _decimal(line: str, language: str) -> Heading | None:
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
    words = len(title.split())
    sentence = language == "en" and words > 4 and not capitalised(title)
    if not _QUOTED.match(rest) and (words > 12 or sentence):
        title, run_in = "", True
    return Heading(rank, number, title, run_in)


def _numbered(line: str, language: str) -> Heading | None:
    """ "1. Term. This Agreement ..." and "1. TERM"; without a title it is only a clause."""
    match = _NUMBERED.fullmatch(line)
    if match is None or match["rest"][:1].islower():
        return None
    title, run_in = _split_title(match["rest"])
    words = len(title.split())
    listed = not run_in and line[-1] == "." and language != "en"
    few = words <= (12 if language == "en" else 8)
    brief = words <= 3 and line[-1] != "." and (language == "en" or not run_in)
    short = not listed and few and (capitalised(title) or brief)
    if not title or not (all_capitals(title) or (match["dot"] and short)):
        return None
    return Heading(NUMBERED, f"{match['num']}.", title, run_in)


def _lettered(line: str) -> Heading | None:
    match = _LETTERED.fullmatch(line)
    if match is None or len(line) > LONGEST_TITLE:
        return None
    roman = len(match["num"]) > 1 or match["num"] in "IVX"
    if is_finished(line) and not (roman and line[-1] == "."):
        return None
    if not (capitalised(match["rest"]) or all_capitals(match["rest"])) and not roman:
        return None
    return Heading(ROMAN if roman else LETTER, f"{match['num']}.", match["rest"].strip())


def _plain(line: str) -> Heading | None:
    """A heading without a number: known words, or a line in capitals."""
    if _PREAMBLE.fullmatch(bare(line[:LONGEST_TITLE])):
        return Heading(ARTICLE, "", line.rstrip(" :.,"), sure=True)
    if _JOINING.fullmatch(line) and (line.isupper() or line[-1] == ":"):
        return Heading(ARTICLE, "", line.rstrip(" :.,"), sure=True)
    if len(line) > LONGEST_TITLE or not all_capitals(line):
        return None
    if line[0].isdigit() or _COMPANY.match(line):
        return None
    if not any(len(word) > 3 for word in line.split()) or "__" in line or is_no_title(line):
        return None
    return Heading(CAPITALS, "", line.strip(" .:"))
