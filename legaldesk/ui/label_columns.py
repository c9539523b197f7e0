"""What the table of labels shows, column by column."""

from __future__ import annotations

from legaldesk.core.labels import Label, LabelSource, LabelState
from legaldesk.ui import verdict_words
from legaldesk.ui.document_rows import Column, RowModel
from legaldesk.ui.document_text import day, natural
from legaldesk.ui.settle_question import shortened

STATES = {
    LabelState.CURRENT: "Counts",
    LabelState.SUPERSEDED: "Said otherwise later",
    LabelState.UNDONE: "Taken back",
    LabelState.OVERRULED: "Overruled",
}
SOURCES = {
    LabelSource.SEARCH: "on a result",
    LabelSource.SELECTION: "on a chosen passage",
    LabelSource.IMPORT: "imported from a file",
}
_ORDER = {verdict: place for place, verdict in enumerate(verdict_words.LOOKS)}
LONGEST = 200
WHEN = 5
"""The column that newest first is sorted by."""


def labels_model() -> RowModel:
    """Labels with their history."""
    columns = (
        Column(
            "Verdict",
            lambda each: verdict_words.name(each.verdict),
            lambda each: _ORDER[each.verdict],
            width=130,
            icon=lambda each: verdict_words.LOOKS[each.verdict][2:],
        ),
        Column("Question", lambda each: each.question, lambda each: natural(each.question)),
        Column(
            "Passage",
            lambda each: shortened(each.text, LONGEST),
            lambda each: natural(each.text[:LONGEST]),
            spare=1,
        ),
        Column("Matter", lambda each: each.matter, lambda each: natural(each.matter), 120, spare=3),
        Column(
            "Said by", lambda each: each.labeller, lambda each: natural(each.labeller), 110, spare=2
        ),
        Column("When", lambda each: day(each.made), lambda each: (each.made, each.id), 90, spare=5),
        Column("State", state, state, width=150, spare=4, icon=_state_icon),
    )
    return RowModel(columns, lambda each: str(each.id), _words)


def state(label: Label) -> str:
    """Whether a label counts, and if not, why."""
    return "Disagreement" if label.contradicted else STATES[label.state]


def told(label: Label) -> str:
    """All of a label, for reading."""
    where = f"{label.document_name}, " if label.document_name else ""
    pages = sorted({span.page for span in label.spans})
    where += f"p. {pages[0]}, " if pages else ""
    how = SOURCES[label.source]
    said = f"{verdict_words.name(label.verdict)}, {where}marked {how} by {label.labeller} on "
    return f"{label.question}\n{said}{day(label.made)}. {state(label)}.\n“{label.text}”"


def _state_icon(label: Label) -> tuple[str, str]:
    if label.contradicted:
        return "warning", "careful"
    return ("check", "right") if label.state is LabelState.CURRENT else ("info", "secondary")


def _words(label: Label) -> str:
    parts = (label.question, label.text, label.matter, label.labeller, label.document_name)
    return " ".join((*parts, verdict_words.name(label.verdict), state(label)))
