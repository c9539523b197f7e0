"""How a document's facts read: names made safe to show, states, languages and dates in words."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from html import escape

from PySide6.QtCore import QDateTime, QLocale, Qt

from legaldesk.core.documents import Document, FileState
from legaldesk.core.safe_text import harmless

_DIGITS = re.compile(r"[0-9]{1,18}")
_BLANKS = re.compile(r"\s")

STATES = {
    FileState.QUEUED: "Waiting",
    FileState.IMPORTED: "Ready",
    FileState.PARTLY: "Partly readable",
    FileState.DUPLICATE: "Duplicate",
    FileState.LOCKED: "Needs a password",
    FileState.DAMAGED: "Damaged",
    FileState.EMPTY: "No text",
    FileState.UNSUPPORTED: "Not a PDF",
    FileState.CANCELLED: "Cancelled",
}


def plain(text: str) -> str:
    """Text from a file, safe to show: one line, nothing that hides or turns what follows.

    White space becomes a blank; control characters, lone surrogates and the characters
    that reverse the reading direction (as in "gnp.exe" read backwards) become U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    return harmless(_BLANKS.sub(" ", text))


def caption(text: str) -> str:
    """The text of a button or menu entry, safe to show, its & no mark for a key."""
    return plain(text).replace("&", "&&")


@cache
def language_name(code: str) -> str:
    """ "German" for "de"; the code itself where it is unknown."""
    if not code or code == "und":
        return "Unknown"
    language = QLocale.codeToLanguage(code)
    if language == QLocale.Language.AnyLanguage:
        return plain(code)
    return QLocale.languageToString(language)


def day(moment: str) -> str:
    """The day of an ISO moment in the locale's short form."""
    read = QDateTime.fromString(moment, Qt.DateFormat.ISODate)
    if not read.isValid():
        return plain(moment)
    return QLocale().toString(read.toLocalTime().date(), QLocale.FormatType.ShortFormat)


def meaning(document: Document) -> float:
    """The share of the passages that can be found by meaning."""
    if not document.passages:
        return 1.0
    return min(1.0, document.passages_with_meaning / document.passages)


def meaning_words(document: Document) -> str:
    """How far the search by meaning is, in a word or a percentage."""
    if not document.passages:
        return "Nothing to find"
    share = meaning(document)
    if share == 0:
        return "Words only"
    return "Ready" if share >= 1 else f"{int(100 * share)}%"


def tip(*lines: str) -> str:
    """A tool tip that shows lines as they are; Qt would take some plain text for markup."""
    shown = "<br>".join(escape(plain(line)) for line in lines if line)
    return f"<p>{shown}</p>" if shown else ""


def sentence(phrase: str) -> str:
    """A phrase of our own with a capital; not for one that begins with a file's name."""
    return f"{phrase[:1].upper()}{phrase[1:]}"


def natural(text: str) -> str:
    """A key that sorts "Exhibit 2" before "Exhibit 10" and "Écrits" beside "Ecrits"."""
    folded = text if text.isascii() else unicodedata.normalize("NFKD", text)
    return _DIGITS.sub(lambda digits: digits[0].zfill(18), folded.casefold())


def file_name(path: str) -> str:
    """The last part of a path of any system."""
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1] or path


def breakable(path: str) -> str:
    """A path or name that may break after each of its parts, for reading, not for copying."""
    return re.sub(r"([\\/_]|\w{24})", "\\1\u200b", path)
