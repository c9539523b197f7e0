"""What the command line prints: JSON lines for programs, wrapped text for people.

The fields of the JSON lines are documented in the README and stable.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from legaldesk.core import citation
from legaldesk.core.documents import SOFT_HYPHEN, Document, FileOutcome, Finding, Matter
from legaldesk.core.errors import Cancelled, LegalDeskError
from legaldesk.core.hits import Answer, Coverage, Hit
from legaldesk.core.progress import Progress
from legaldesk.core.safe_text import harmless

SCHEMA = 1
"""The version of the JSON lines; fields are only ever added to it."""

BODY_LINES = 6
"""How much of a passage is shown on a terminal; --json has all of it."""

_NARROWEST, _WIDEST = 40, 110
"""Columns that text is wrapped to, whatever the terminal says."""

_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}
"""What JSON lets stand in a string and is escaped: line ends, and what steers a terminal."""

_STATE, _CHECK = 12, 20
"""Columns that a file's state and a check's name take."""

_INDENT = " " * 4
"""Stands before the text of a hit, under its rank."""

_PDFIUM_HYPHEN = "\ufffe"
"""How pypdfium2's get_text_range writes a hyphen at a line end, so that texts compare equal."""


class Console:
    """Progress on standard error, results on standard output, and Ctrl+C as a cancel."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.cancelled = False
        self._live = sys.stderr.isatty() and not as_json
        self._listening = False
        self._told: set[tuple[str, str]] = set()

    def report(self, progress: Progress) -> None:
        """Show a step; raises Cancelled after Ctrl+C."""
        if not self._listening:  # what never reports is simply interrupted
            signal.signal(signal.SIGINT, self._interrupt)
            self._listening = True
        if progress.outcome is not None:
            self.outcome(progress.outcome)
        if self._live:
            told = harmless(progress_line(progress))
            line = textwrap.shorten(told, width() - 1, placeholder="…")
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)
        if self.cancelled:
            raise Cancelled

    def _interrupt(self, number: int, frame: object) -> None:
        if self.cancelled:
            raise KeyboardInterrupt
        self.cancelled = True

    def outcome(self, outcome: FileOutcome) -> None:
        """One file's final state, said once."""
        key = (outcome.file, outcome.matter)
        if key in self._told:
            return
        self._told.add(key)
        if self.as_json:
            self.json(outcome_fields(outcome))
        else:
            reason = f": {outcome.reason}" if outcome.reason else ""
            name = Path(outcome.file).name
            self.text(f"{name}{reason}", f"{outcome.state:<{_STATE}}", " " * _STATE)

    def text(self, text: str, first: str = "", later: str = "") -> None:
        """A paragraph for people, wrapped between words; what its lines begin with."""
        self.line("\n".join(wrapped(text, first, later)))

    def line(self, text: str = "") -> None:
        """A line for people, but for what would steer their terminal."""
        self.end_line()
        self._print(harmless(text))

    def json(self, fields: dict[str, Any]) -> None:
        """One JSON line."""
        self._print(_one_line({"schema": SCHEMA, **fields}))

    def tell(self, fields: dict[str, Any], line: str) -> None:
        """What was done: its fields for programs, or a line for people."""
        if self.as_json:
            self.json(fields)
        else:
            self.line(line)

    def end_line(self) -> None:
        """Clear the progress line."""
        if self._live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def _print(self, text: str) -> None:
        """A reader that has gone (“| head -1”) stops the words, not the work."""
        try:
            print(text, flush=True)
        except BrokenPipeError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


def complain(error: LegalDeskError, as_json: bool) -> None:
    """Say on standard error what went wrong."""
    if as_json:
        fields = {"error": error.kind, "message": error.message, "file": error.file}
        print(_one_line(fields), file=sys.stderr)
    else:
        told = "\n".join(wrapped(error.message, "legaldesk: ", "  "))
        print(harmless(told), file=sys.stderr)


# For programs


def _one_line(fields: dict[str, Any]) -> str:
    """JSON that is one line for everyone, also for those who end lines as Unicode does."""
    return json.dumps(fields, ensure_ascii=False).translate(_ESCAPED)


def outcome_fields(outcome: FileOutcome) -> dict[str, Any]:
    """What became of one file."""
    return {
        "file": outcome.file,
        "state": outcome.state,
        "reason": outcome.reason,
        "document_id": outcome.document_id,
        "pages": outcome.pages,
        "passages": outcome.passages,
        "pages_without_text": list(outcome.pages_without_text),
        "seconds": round(outcome.seconds, 3),
    }


def answer_fields(answer: Answer) -> dict[str, Any]:
    """A question's hits and what was covered."""
    return {
        "query": answer.query,
        "coverage": asdict(answer.coverage),
        "hits": [_hit_fields(hit) for hit in answer.hits],
    }


def _hit_fields(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": hit.score,
        "document": hit.document,
        "document_id": hit.document_id,
        "matters": list(hit.matters),
        "section": " > ".join(hit.section),
        "page": hit.page,
        "page_label": hit.page_label,
        "spans": [asdict(span) for span in hit.spans],
        "text": _told(hit),
        "text_source": hit.text_source,
        "reason": hit.reason,
        "same": [
            {"document": other.document, "document_id": other.document_id, "page": other.page}
            for other in hit.same
        ],
        "beside": [
            {"spans": [asdict(span) for span in other.spans], "text": _told(other)}
            for other in hit.beside
        ],
    }


def _told(hit: Hit) -> str:
    return hit.text.replace(SOFT_HYPHEN, _PDFIUM_HYPHEN)


def document_fields(document: Document) -> dict[str, Any]:
    """One stored document."""
    fields = asdict(document)
    return {"document_id": fields.pop("id"), **fields}


# For people


def show_answer(console: Console, answer: Answer) -> None:
    """Every hit with its citation, the beginning of its text and why it was found."""
    for hit in answer.hits:
        where = f"{citation.where(hit)}  [{', '.join(hit.matters)}]"
        console.text(where, f"{hit.rank:>2}. ", _INDENT)
        lines = wrapped(hit.whole.body, _INDENT, _INDENT)
        if len(lines) > BODY_LINES:
            lines = [*lines[: BODY_LINES - 1], f"{lines[BODY_LINES - 1]} …"]
        console.line("\n".join(lines))
        if hit.same:
            places = "; ".join(citation.where(other) for other in hit.same)
            console.text(f"Same clause: {places}", _INDENT, _INDENT)
        if hit.reason:
            console.text(f"({hit.reason}.)", _INDENT, _INDENT)
        console.line()
    if not answer.hits:
        console.line("Nothing was found.")
    console.text(covered(answer.coverage))


def covered(coverage: Coverage) -> str:
    """What an answer was drawn from, as a sentence."""
    text = f"Searched {coverage.words_searchable:,} of {coverage.pages:,} pages"
    if coverage.unreadable:
        text += f"; {coverage.unreadable:,} unreadable"
    if coverage.meaning_searchable < coverage.words_searchable:
        text += f"; by meaning {coverage.meaning_searchable:,} so far"
    return text + "."


def show_documents(console: Console, documents: Iterable[Document]) -> None:
    """A table: the start of the id, state, pages, language, and the name with its matters."""
    head = "{:<12}  {:<8}  {:>6}  {:<4}  "
    console.line(head.format("id", "state", "pages", "lang") + "document  [matters]")
    for document in documents:
        lead = head.format(
            document.id[:12], document.state, f"{document.pages:,}", document.language
        )
        reason = f" ({document.reason})" if document.reason else ""
        name = f"{document.name}  [{', '.join(document.matters)}]{reason}"
        console.line("\n".join(wrapped(name, lead, " " * len(lead))))


def show_matters(console: Console, matters: Iterable[Matter]) -> None:
    """How many documents each matter has."""
    for matter in matters:
        locked = "  (locked out of All matters)" if matter.locked_out_of_all else ""
        console.line(f"{matter.documents:>8,}  {matter.name}{locked}")


def show_finding(console: Console, finding: Finding) -> None:
    """One check: ok, mended or BAD."""
    state = "BAD" if not finding.ok else "mended" if finding.repaired else "ok"
    console.text(finding.detail, f"{f'{state:<7} {finding.check}':<{_CHECK}}", " " * _CHECK)


def summary_line(outcomes: Iterable[FileOutcome], seconds: float) -> str:
    """ "3 imported, 1 locked in 4.2 s." """
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome.state] = counts.get(outcome.state, 0) + 1
    listed = ", ".join(f"{count} {state}" for state, count in counts.items()) or "nothing to do"
    return f"{listed} in {seconds:.1f} s."


def progress_line(progress: Progress) -> str:
    """ "reading 3/60, 41 pages/s, 30 s left  Lease.pdf"; a total of 0 is not known yet."""
    done = f"{progress.stage} {progress.done:,}"
    if progress.total:
        done += f"/{progress.total:,}"
    rate = f", {progress.rate:.0f} {progress.unit}/s" if progress.rate else ""
    left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
    return f"{done}{rate}{left}  {progress.message}".rstrip()


def width() -> int:
    """Columns to wrap to."""
    return max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((100, 24)).columns))


def wrapped(text: str, first: str, later: str) -> list[str]:
    """Lines of a paragraph; a word that is longer than a line stands whole."""
    return textwrap.wrap(
        text,
        width(),
        initial_indent=first,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
