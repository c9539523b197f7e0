"""What verdicts are called, which key gives them, and which sign and colour they have."""

from __future__ import annotations

from typing import NamedTuple

from legaldesk.core.labels import Standing, Verdict
from legaldesk.ui import keys
from legaldesk.ui.document_text import plain


class VerdictLook(NamedTuple):
    """A verdict's key and word, its sign of the icon set, and the sign's colour."""

    key: str
    name: str
    icon: str
    role: str


LOOKS = {
    Verdict.RELEVANT: VerdictLook(keys.RELEVANT, "Relevant", "check", "right"),
    Verdict.NOT_RELEVANT: VerdictLook(keys.NOT_RELEVANT, "Not relevant", "close", "wrong"),
    Verdict.PARTLY: VerdictLook(keys.PARTLY, "Partly", "minus", "careful"),
}
"""In the order of their keys."""

BY_KEY = {look.key: verdict for verdict, look in LOOKS.items()}

DISAGREEMENT = "People disagree on this passage."


def name(verdict: Verdict) -> str:
    """A verdict in a word."""
    return LOOKS[verdict].name


def said(standing: Standing) -> str:
    """What was said of a passage, in a sentence; "" when nothing was."""
    if standing.verdict is None:
        return ""
    who = "you" if standing.mine else plain(standing.labeller)
    sentence = f"Marked {name(standing.verdict).lower()} by {who}."
    return f"{sentence} {DISAGREEMENT}" if standing.contradicted else sentence
