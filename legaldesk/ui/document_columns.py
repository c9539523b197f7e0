"""What the tables of documents and of problems show, column by column."""

from __future__ import annotations

from legaldesk.core.documents import Document, FileState
from legaldesk.ui.document_problems import ACTIONS, Problem
from legaldesk.ui.document_rows import Column, RowModel
from legaldesk.ui.document_text import (
    STATES,
    day,
    file_name,
    language_name,
    meaning,
    meaning_words,
    natural,
)

_ICONS = {
    FileState.IMPORTED: ("check", "right"),
    FileState.PARTLY: ("warning", "careful"),
    FileState.LOCKED: ("lock", "careful"),
    FileState.EMPTY: ("warning", "careful"),
    FileState.CANCELLED: ("info", "secondary"),
    FileState.DAMAGED: ("error", "wrong"),
    FileState.UNSUPPORTED: ("error", "wrong"),
}


def state_icon(state: FileState) -> tuple[str, str]:
    """The icon that goes with a state's word, and its colour."""
    return _ICONS.get(state, ("info", "secondary"))


def documents_model() -> RowModel:
    """The documents of a matter."""
    columns = (
        Column("Name", lambda d: d.name, lambda d: natural(d.name), tip=_name_tip),
        Column("Matters", _matters, lambda d: natural(_matters(d)), width=150, spare=2),
        Column("Pages", lambda d: f"{d.pages:,}", lambda d: d.pages, width=70, right=True),
        Column(
            "State",
            lambda d: STATES[d.state],
            lambda d: (list(FileState).index(d.state), natural(d.name)),
            width=140,
            tip=lambda d: d.reason or STATES[d.state],
            icon=lambda d: state_icon(d.state),
        ),
        Column(
            "Language",
            lambda d: language_name(d.language),
            lambda d: natural(language_name(d.language)),
            width=100,
            spare=3,
        ),
        Column(
            "Meaning",
            meaning_words,
            meaning,
            width=120,
            tip=_meaning_tip,
            share=meaning,
            spare=1,
        ),
        Column("Added", lambda d: day(d.added), lambda d: d.added, width=100, spare=4),
    )
    return RowModel(columns, lambda d: d.id, _words)


def problems_model() -> RowModel:
    """What needs attention."""
    columns = (
        Column("File", lambda p: p.name, lambda p: natural(p.name), tip=lambda p: p.file),
        Column(
            "State",
            lambda p: STATES[p.state],
            lambda p: (list(FileState).index(p.state), natural(p.name)),
            width=150,
            icon=lambda p: state_icon(p.state),
        ),
        Column("Reason", lambda p: p.reason, lambda p: p.reason, spare=1),
        Column("Matter", lambda p: p.matter, lambda p: natural(p.matter), width=130, spare=2),
        Column("What helps", _helps, _helps, width=150, link=True),
    )
    return RowModel(
        columns,
        lambda p: p.key,
        lambda p: " ".join((p.name, file_name(p.file), STATES[p.state], p.reason, p.matter)),
    )


def _helps(problem: Problem) -> str:
    return ACTIONS[problem.actions[0]]


def _matters(document: Document) -> str:
    return ", ".join(document.matters)


def _words(document: Document) -> str:
    state, language = STATES[document.state], language_name(document.language)
    parts = (document.name, document.title, *document.matters, state, language, document.language)
    return " ".join(parts)


def _name_tip(document: Document) -> str:
    return (
        document.name
        if document.title in ("", document.name)
        else (f"{document.name}: {document.title}")
    )


def _meaning_tip(document: Document) -> str:
    done, total = document.passages_with_meaning, document.passages
    return f"{done:,} of {total:,} passages can be found by meaning"
