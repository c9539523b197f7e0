"""The question box's language: plain words, "exact phrases", -without, matter: and doc:.

Any text is a safe query: what does not parse as an operator is words to look for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‟": '"', "″": '"'}
_PIECE = re.compile(
    r'(?P<field>\b(?:matter|doc):)(?:"(?P<quoted_value>[^"]*)"|(?P<value>\S+))'
    r'|(?P<minus>(?<!\S)-)?"(?P<phrase>[^"]+)"'
    r"|(?<!\S)-(?P<without>\w[^\s\"]*)"
    r"|(?P<word>[^\s\"]+)",
    re.IGNORECASE,
)
_TERM = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed question.

    ``text`` is the plain question for the model, phrases included. ``phrases`` must all
    stand in every hit and ``without`` in none. ``matter`` and ``document`` narrow the
    scope; None means that the question does not say.
    """

    text: str
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    matter: str | None = None
    document: str | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to look for."""
        return not terms(self.text)


def parse(question: str) -> Query:
    """Read a question. Never fails: NULs and control characters are white space."""
    cleaned = "".join(" " if ord(char) < 32 else _QUOTES.get(char, char) for char in question)
    words: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    fields: dict[str, str] = {}
    for piece in _PIECE.finditer(cleaned):
        if piece["field"]:
            value = piece["quoted_value"] if piece["value"] is None else piece["value"]
            fields[piece["field"].lower()] = value
        elif piece["phrase"]:
            _keep_phrase(piece["phrase"], bool(piece["minus"]), words, phrases, without)
        elif piece["without"]:
            without.append(piece["without"])
        else:
            words.append(piece["word"])
    return Query(
        text=" ".join(words),
        phrases=tuple(phrases),
        without=tuple(part for part in without if terms(part)),
        matter=fields.get("matter:") or None,
        document=fields.get("doc:") or None,
    )


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
    return list(dict.fromkeys(word.lower() for word in _TERM.findall(text)))


def quote(text: str) -> str:
    """A text as one FTS5 string: the words in this order, nothing in it is an operator."""
    return '"' + text.replace('"', '""').replace("\x00", " ") + '"'


def any_of(text: str) -> str:
    """The FTS5 expression for passages with any word of the text; "" when it has none."""
    return " OR ".join(quote(term) for term in terms(text))


def all_of(phrases: tuple[str, ...]) -> str:
    """The FTS5 expression for passages with every phrase."""
    return " AND ".join(quote(phrase) for phrase in phrases)
