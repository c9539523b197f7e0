"""Labels: what a person said of a passage as an answer to a question.

A label holds a snapshot of the text and where it stood: the document's hash, the version of
its extraction, and page and character ranges. It never points to a passage, whose cut goes
with the model; ``core.label_places`` says which of today's passages it is about.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Hit
from legaldesk.core.pairs import same_text
from legaldesk.core.passages import EXTRACTION_VERSION, Span
from legaldesk.core.query import parse, unquoted, visible

LONGEST_QUESTION, LONGEST_TEXT = 4_000, 50_000
"""Characters; the largest of the models that are known here reads some 30,000."""

LONGEST_NAME = 200
"""Characters of a labeller's name."""


class Verdict(StrEnum):
    """What a passage is to a question. A passage without one is unknown, not wrong."""

    RELEVANT = "relevant"
    PARTLY = "partly"
    NOT_RELEVANT = "not relevant"

    @property
    def grade(self) -> int:
        """Its gain in nDCG."""
        return {Verdict.RELEVANT: 2, Verdict.PARTLY: 1, Verdict.NOT_RELEVANT: 0}[self]


class LabelSource(StrEnum):
    """How a label came about."""

    SEARCH = "search"
    SELECTION = "selection"
    IMPORT = "import"


class LabelState(StrEnum):
    """Whether a label counts, and if not, why it is history.

    A labeller's newer label supersedes the older one; resolving a contradiction overrules.
    """

    CURRENT = "current"
    SUPERSEDED = "superseded"
    UNDONE = "undone"
    OVERRULED = "overruled"


@dataclass(frozen=True, slots=True)
class Label:
    """One label as it was given.

    ``text`` is reading text and ``section`` the heading path above it. ``document`` is ""
    for a text that came without one, such as from a firm's list of questions and answers.
    ``model_name`` and ``model`` (its identity) ranked it at ``rank``, 0 for no ranking.
    ``contradicted`` labels are left out of everything until that is resolved.
    """

    question: str
    verdict: Verdict
    text: str
    matter: str
    labeller: str
    source: LabelSource
    section: tuple[str, ...] = ()
    document: str = ""
    extraction: int = EXTRACTION_VERSION
    spans: tuple[Span, ...] = ()
    model_name: str = ""
    model: str = ""
    rank: int = 0
    made: str = ""
    id: int = 0
    state: LabelState = LabelState.CURRENT
    document_name: str = ""
    contradicted: bool = False

    @property
    def question_key(self) -> str:
        """The same for what ``key_of_question`` calls the same."""
        return key_of_question(self.question)

    @property
    def text_key(self) -> str:
        """The same for what ``key_of_text`` calls the same."""
        return key_of_text(self.text)


@dataclass(frozen=True, slots=True)
class LabelFilter:
    """Which labels to list; "" and None mean any.

    ``question`` is a part of it. Without ``history`` only what counts is listed.
    ALL_MATTERS leaves out matters that are locked out of it.
    """

    matter: str = ""
    question: str = ""
    document: str = ""
    verdict: Verdict | None = None
    labeller: str = ""
    source: LabelSource | None = None
    history: bool = False
    offset: int = 0
    limit: int = 1_000


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Labels that say different things of the same text for the same question."""

    question: str
    text: str
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a hit: its verdict if there is one, and by whom.

    ``label`` is what undo takes; ``mine`` says whether it is this labeller's own.
    """

    verdict: Verdict | None = None
    label: int = 0
    labeller: str = ""
    mine: bool = False
    contradicted: bool = False


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """How many labels of each kind a matter has, and whether they may train.

    ``questions`` of them are different, ``contradictions`` wait to be resolved.
    """

    matter: str
    relevant: int
    partly: int
    not_relevant: int
    questions: int
    contradictions: int
    may_train: bool


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question of the past with those of its results that nobody here has labelled.

    ``matter`` and ``document`` are the scope it was asked in. The hits are today's passages
    at the places that were shown, with the rank they had; ``labelled`` of its results have
    a verdict already. ``model`` is the name of the model that ranked them.
    """

    id: int
    question: str
    matter: str
    document: str
    at: str
    model: str
    hits: tuple[Hit, ...]
    labelled: int


def key(text: str) -> str:
    """A short name of a text that is the same however it is spaced or capitalised."""
    return hashlib.sha256(same_text(text).encode("utf-8", "replace")).hexdigest()[:32]


def key_of_question(question: str) -> str:
    """The key of a question without operators: typed with quotes or without, it is the same one."""
    return key(unquoted(question))


def key_of_text(text: str) -> str:
    """The key of a text: it is the same when it comes back from a file, where it was cleaned."""
    return key(clean_text(text))


def clean_text(text: str) -> str:
    """A text as it is kept: line feeds stay, other characters that do not print are spaces."""
    if not text.isprintable():  # most texts are
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(char if char.isprintable() or char == "\n" else " " for char in lines)
    return text.strip()


def asked_question(question: str) -> str:
    """What the question box asks, without its operators: what a model is given.

    Raises WrongUse when nothing is left or it is too long.
    """
    return plain_question(parse(question).text)


def plain_question(question: str) -> str:
    """A question in one line and composed letters. Raises WrongUse for none or too long a one."""
    clean = one_line(visible(question))
    if not clean:
        raise WrongUse("A label needs a question.")
    if len(clean) > LONGEST_QUESTION:
        raise WrongUse(f"A question has at most {LONGEST_QUESTION:,} characters.")
    return clean


def one_line(text: str) -> str:
    """Composed letters, single spaces, nothing that cannot be printed."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(unicodedata.normalize("NFC", printable).split())


def labeller_name(name: str) -> str:
    """A labeller's name as it is kept. Raises WrongUse when it says nothing or is too long."""
    clean = one_line(name)
    if not clean:
        raise WrongUse("A labeller needs a name.")
    if len(clean) > LONGEST_NAME:
        raise WrongUse(f"A labeller's name has at most {LONGEST_NAME} characters.")
    return clean
