"""Where sentences of legal text end, and where an overlong one may be cut."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…。](?<![.!?…。]{2})[.!?…。]*+[\"'”’»›)\]]*+(?=\s|$)")
_WORD_BEFORE = re.compile(r"[^\s(\[“\"«‘]{1,24}$")
_NEXT = re.compile(r"\s*([^\s]{1,24})")
_DOTTED = re.compile(r"(?:\w{1,3}\.)+\w{1,3}")
_LABEL = re.compile(r"[ (§]*(?:[^\W\d]+ ){0,2}")
_ROMAN = re.compile(r"[ivxlcdm]{1,6}")

_BEFORE_NUMBER = frozenset(
    "no nos nr nrn art arts artt artículo sec secs abs s p pp pág págs pàg par para núm núms num"
    " nº n ap apdo ap apt cap ch fig vol rn rdnr rz ziff buchst lit kap anm al tít tit inc cl"
    " ex sched doc dkt reg form app bd bl fn hs pt pts stat supp d f đ tt ch const amend"
    " gbl bgbl bek abl jg".split()
)
_ALWAYS = frozenset(
    "mr mrs ms dr prof st messrs pub v vs e.g i.e cf al vgl bzw ca sog zzgl gem z.b d.h i.v.m u.a"
    " hon gen gov rev sr sra srta d dª dña ud uds mm mme mlle me hr fr frl dipl lic ing"
    " jan feb mar apr jun jul aug sep sept oct nov dec approx dept div est ej p.ej art núm"
    " abs nr tp ts ths gs pgs u.s.c c.f.r fed supp cir cal app ltda cía".split()
)
_MAYBE = frozenset(
    "inc corp co ltd llc l.l.c l.p lp llp etc usw jr bros u.s u.s.a s.a s.l s.r.l s.p.a n.v b.v"
    " a.g p.m a.m d.c plc gmbh usf ss no".split()
)
_STARTERS = frozenset(
    "the this these such each if in any all no neither either it for upon subject except at as"
    " notwithstanding when where unless by after every other we our nothing to on pursuant see"
    " der die das dies ein eine bei wird ist für im el la los las en un una se si le les il elle"
    " tout toute dans l' els les aquest aquesta".split()
)
_MONTHS = frozenset(
    "januar februar märz april mai juni juli august september oktober november dezember".split()
)

CUTS = ("enumeration", "semicolon", "comma", "word")
"""Where an overlong sentence is cut, best first."""

_POINTS = {
    "enumeration": re.compile(
        r"(?<=\s)(?=(?:\(?(?:[a-zđ]{1,2}|[ivx]{1,5}|\d{1,3}|[A-Z])\)"
        r"|\d{1,3}\.(?!\d)|\d{1,3} ?[°º]|[•●▪–-])\s+\S)"
    ),
    "semicolon": re.compile(r"(?<=[;:])\s+"),
    "comma": re.compile(r"(?<=[,，])\s+"),
    "word": re.compile(r"\s+"),
}


def sentence_ends(text: str, language: str = "") -> list[int]:
    """Offsets just behind each sentence's last mark and its closing quotes, ascending.

    An abbreviation, an initial, a number that counts a clause, spaced dots, or a mark before
    a small letter ends nothing. Text without marks has no end.
    """
    return [match.end() for match in _END.finditer(text) if _ends(text, match, language)]


def _ends(text: str, match: re.Match[str], language: str) -> bool:
    following = _NEXT.match(text, match.end())
    after = following[1] if following else ""
    first = next((letter for letter in after if letter.isalnum()), after[:1])
    if first.islower():
        return False
    if match[0][0] not in ".…":
        return True
    if text[match.start() - 1 : match.start()].isspace():
        return False
    return not _abbreviates(text, match.start(), after, language)


def _abbreviates(text: str, dot: int, after: str, language: str) -> bool:
    found = _WORD_BEFORE.search(text, max(0, dot - 24), dot)
    if found is None:
        return False
    word = found[0].casefold().replace("’", "'").lstrip("'").rpartition("'")[2]
    if word.isdigit() or word[:-1].isdigit() or _ROMAN.fullmatch(word):  # "8A. Striking off"
        return _counts(text, found.start(), word, after, language)
    if word in _MAYBE:
        return after.casefold().strip('“"(,') not in _STARTERS and not _new_paragraph(text, dot)
    if len(word) == 1 and word.isalpha() or word in _ALWAYS or _DOTTED.fullmatch(word):
        return True
    return word in _BEFORE_NUMBER and after[:1] in "0123456789IVXLCDM§"


def _counts(text: str, start: int, word: str, after: str, language: str) -> bool:
    """Whether a number before a dot counts a clause ("1. The") or is a German ordinal."""
    line = text[max(0, start - 24) : start].rpartition("\n")
    first_on_line = (line[1] or start < 24) and _LABEL.fullmatch(line[2])
    if first_on_line and len(word) < 5:
        return True
    if len(word) == 1 and word in "ivxlcdm":
        return True
    german = language in ("de", "") and word.isdigit() and len(word) < 3
    return german and after.casefold().strip(",.") in _MONTHS


def _new_paragraph(text: str, dot: int) -> bool:
    """Whether the line ends here and the next one begins with a number."""
    ends_line = text[dot + 1 : dot + 3].strip(" ")[:1] == "\n"
    return ends_line and text[dot + 2 : dot + 8].strip()[:1] in tuple("(0123456789")


def cut_points(text: str, kind: str) -> list[int]:
    """Offsets inside a sentence where a piece may begin, for one of CUTS, ascending."""
    if kind == "enumeration":
        found = [match.start() for match in _POINTS[kind].finditer(text)]
    else:
        found = [match.end() for match in _POINTS[kind].finditer(text)]
    return [point for point in found if 0 < point < len(text)]
