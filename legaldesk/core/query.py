"""The question box's language: words, "exact phrases", -without, matter:, doc:, page:, date:.

Any text is a safe query: what does not parse as an operator is words to look for. A phrase
is found across line breaks and line-end hyphens, not where it begins in one passage and
ends in the next.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from legaldesk.core.days import DAY, days
from legaldesk.core.passages import reading_text

MOST_TERMS = 100
"""How many distinct words of a question are looked for: those of a long paragraph.

The word index needs some 3 ms for each in 20,000 passages; a model reads no further either.
"""

FEWEST_TERMS = 2
"""How many words are looked for at least before common ones are left out."""

STEM = 5
"""Letters that a longer word is also looked for by, so that its inflected forms are found.

Truncation to five letters does for most European languages what a stemmer does for each
(McNamee, Nicholas and Mayfield, SIGIR 2009). Over the sample questions it moves MRR@10 by
words from 0.52 to 0.59, over CUAD's gold spans the share found from 0.54 to 0.60, and it
harms none of ten sets in six languages.
"""

_QUOTES = dict.fromkeys("“”„‟«»″＂", '"')
_QUOTED = re.compile("“[^“”„«»]*”|„[^“”„«»]*[“”]|«[^“”„«»]*»|»[^“”„«»]*«")
"""What stands in a pair of typographic quotes, in which straight ones are only text."""

_PIECE = re.compile(
    r"(?<!\S)page:(?P<first>\d{1,6})(?:[-–](?P<last>\d{1,6}))?(?!\S)"
    rf"|(?<!\S)date:(?P<since>{DAY})(?:[-–](?P<until>{DAY}))?(?!\S)"
    r'|(?P<field>(?<!\S)(?:matter|doc):)(?:"(?P<quoted_value>[^"]*)"|(?P<value>\S+))'
    r'|(?P<minus>(?<!\S)-)?"(?P<phrase>[^"]+)"'
    r"|(?<!\S)-(?P<without>[\w§$€£¥#][^\s\"]*)"
    r"|(?P<word>[^\s\"]+)",
    re.IGNORECASE,
)
_PHRASE = re.compile('"([^"]+)"')
WORD = re.compile("[^\\W_](?:[^\\W_]|[\u0300-\u036f])*")
"""A word as the word index splits text: letters and digits with their combining marks."""

_VIETNAMESE = re.compile("[\u1ea0-\u1ef9ơư]", re.IGNORECASE)
"""Letters that no other language of law here has."""


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    ``text`` is the plain question for the model, phrases included. ``phrases`` must all
    stand in every hit and ``without`` in none. ``matter`` and ``document`` narrow the
    scope; None means that the question does not say. ``pages`` are the first and the last
    page of the file to look on, counted from 1, and ``added`` the first and the last day on
    which a document was added to the library.
    """

    text: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    matter: str | None = None
    document: str | None = None
    pages: tuple[int, int] | None = None
    added: tuple[date, date] | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not terms(self.text)


def parse(question: str) -> Query:
    """Read a question. Never fails: NULs and control characters are white space.

    Text pasted from a PDF is read as passages are: words broken at a line end are joined.
    """
    cleaned = _clean(question)
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    fields: dict[str, str] = {}
    pages: tuple[int, int] | None = None
    added: tuple[date, date] | None = None
    for piece in _PIECE.finditer(cleaned):
        if piece["first"]:
            first, last = sorted(int(piece[name] or piece["first"]) for name in ("first", "last"))
            pages = first, last
        elif piece["since"] and (named := days(piece["since"], piece["until"])):
            added = named
        elif piece["field"]:
            value = piece["quoted_value"] if piece["value"] is None else piece["value"]
            fields[piece["field"].lower()] = value
        elif piece["phrase"]:
            _keep_phrase(piece["phrase"], bool(piece["minus"]), words, phrases, without)
        elif piece["without"]:
            without.append(piece["without"])
        else:
            words.append(piece["word"] or piece[0])
    return Query(
        text=" ".join(words),
        phrases=tuple(dict.fromkeys(phrases)),
        without=tuple(dict.fromkeys(part for part in without if terms(part))),
        matter=fields.get("matter:") or None,
        document=fields.get("doc:") or None,
        pages=pages,
        added=added,
    )


def unquoted(question: str) -> str:
    """A question that has no operators as ``parse`` gives it to the model: no quotes are left."""
    return _PHRASE.sub(_inside, _clean(question)).replace('"', " ")


def visible(text: str) -> str:
    """Composed letters, and a space for white space and for what is not seen.

    The word index splits words at such characters too.
    """
    joined = reading_text(text.replace("\ufffe", "\x02"))
    printable = "".join(char if char.isprintable() else " " for char in joined)
    return unicodedata.normalize("NFC", printable)


def _inside(quoted: re.Match[str]) -> str:
    """What stands between quotes; nothing where ``_keep_phrase`` drops it."""
    return f" {quoted[1]} " if terms(quoted[1]) else " "


def _clean(question: str) -> str:
    """What is to be seen of a question, its quotes straight."""
    paired = _QUOTED.sub(lambda found: found[0].replace('"', ""), visible(question))
    return "".join(_QUOTES.get(char, char) for char in paired)


def _keep_phrase(
    phrase: str, excluded: bool, words: list[str], phrases: list[str], without: list[str]
) -> None:
    """A quoted phrase is looked for as it stands; one without letters is no condition."""
    if not terms(phrase):
        return
    if excluded:
        without.append(phrase)
    else:
        phrases.append(phrase)
        words.append(phrase)


def terms(text: str) -> list[str]:
    """The distinct words of a text, in order, as the word index splits them."""
    return list(dict.fromkeys(word.lower() for word in WORD.findall(text)))


def quote(text: str) -> str:
    """A text as one FTS5 string: the words in this order, nothing in it is an operator."""
    return '"' + text.replace('"', '""').replace("\x00", " ") + '"'


def any_of(text: str, common: Collection[str] = ()) -> str:
    """The FTS5 expression for passages with any word of the text; "" when it has none.

    ``common`` are terms that stand in so many passages that they tell nothing apart: they are
    left out where at least FEWEST_TERMS others are there. Long words are looked for by their
    first letters too. In Vietnamese, where a word is several syllables, each two that follow one
    another are looked for together as well.
    """
    found = terms(text)[:MOST_TERMS]
    telling = [term for term in found if term not in common]
    found = telling if len(telling) >= FEWEST_TERMS else found
    stems = dict.fromkeys(stem(term) for term in found if stem(term))
    parts = [quote(term) for term in found] + [f"{quote(part)}*" for part in stems]
    if _VIETNAMESE.search(text):
        syllables = [word.lower() for word in WORD.findall(text)][:MOST_TERMS]
        parts += dict.fromkeys(quote(f"{one} {two}") for one, two in pairwise(syllables))
    return " OR ".join(parts)


def stem(term: str) -> str:
    """The first letters by which a word is looked for beside itself; "" for none."""
    return term[:STEM] if len(term) > STEM and term.isalpha() else ""


def every(phrases: tuple[str, ...]) -> str:
    """The FTS5 expression for passages that have every phrase in their heading or text.

    Not in the document's title, which is no part of what a hit shows.
    """
    return "{section body} : (" + " AND ".join(quote(phrase) for phrase in phrases) + ")"
