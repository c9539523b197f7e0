"""The window's sentences that depend on numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from legaldesk.core.documents import Dependents, FileOutcome, FileState
from legaldesk.core.hits import ALL_MATTERS, Coverage, EngineState, Hit
from legaldesk.core.progress import Progress

SENTENCES: dict[FileState, tuple[str, str]] = {
    FileState.IMPORTED: ("added", "added"),
    FileState.PARTLY: ("added in part", "added in part"),
    FileState.DUPLICATE: ("duplicate", "duplicates"),
    FileState.LOCKED: ("needs a password", "need a password"),
    FileState.DAMAGED: ("damaged", "damaged"),
    FileState.EMPTY: ("without text", "without text"),
    FileState.UNSUPPORTED: ("not a PDF", "not PDFs"),
    FileState.CANCELLED: ("not imported", "not imported"),
}
"""What a group of files is called, for one and for many, in the order it is shown."""


_ORDINALS = ("first", "second", "third")

_UNITS = {"meaning": "passages", "checking": "steps", "training": "steps"}


def count(number: int, one: str, many: str = "") -> str:
    """ "1 page", "4,830 pages"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def matter_name(matter: str) -> str:
    """A matter as the window names it."""
    return "All matters" if matter == ALL_MATTERS else matter


def same_line(hit: Hit) -> str:
    """ "Same clause in 3 other documents", "" where it stands nowhere else."""
    documents = {other.document_id for other in hit.same} - {hit.document_id}
    here = sum(other.document_id == hit.document_id for other in hit.same)
    parts = [count(len(documents), "other document")] if documents else []
    if here:
        parts.append(f"{count(here, 'other place')} of this one")
    return f"Same clause in {listed(parts)}" if parts else ""


def beside_line(hit: Hit) -> str:
    """ "2 passages in a row. A mark is for the second.", "" for a passage alone."""
    if not hit.beside:
        return ""
    parts = hit.parts
    own = next(n for n, part in enumerate(parts) if part.passage_id == hit.passage_id)
    return f"{len(parts)} passages in a row. A mark is for the {_ORDINALS[own]}."


def coverage_line(coverage: Coverage, by_meaning: bool = True) -> str:
    """ "Searched 4,812 of 4,830 pages. 18 unreadable. Meaning covers 900 pages so far."."""
    if coverage.pages == 0:
        return "There are no pages to search here yet."
    searched = max(coverage.words_searchable, coverage.meaning_searchable)
    parts = [f"Searched {searched:,} of {count(coverage.pages, 'page')}."]
    if coverage.unreadable:
        parts.append(f"{coverage.unreadable:,} unreadable.")
    if by_meaning and coverage.meaning_searchable < coverage.words_searchable:
        parts.append(f"Meaning covers {count(coverage.meaning_searchable, 'page')} so far.")
    return " ".join(parts)


def model_line(state: EngineState | None) -> str:
    """What can be asked now, in one line."""
    if state is None or state.model == "loading":
        return "Loading the model: exact words only for now"
    if state.model == "failed":
        return "The model did not load: exact words only"
    if state.model == "absent":
        return "No model: exact words only"
    if state.pending:
        done = max(0, state.total - state.pending)
        return f"Meaning: {done:,} of {count(state.total, 'passage')}"
    return "Ready: meaning and words"


def time_left(seconds: float | None) -> str:
    """ "about 2 min left"; "" when nobody knows."""
    if seconds is None or seconds < 0:
        return ""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 90:
        return f"about {round(seconds / 5) * 5} s left"
    if seconds < 90 * 60:
        return f"about {round(seconds / 60)} min left"
    return f"about {seconds / 3600:.1f} h left"


def progress_line(progress: Progress) -> str:
    """ "12 of 60 files, 41 pages/s, about 20 s left"."""
    unit = progress.unit or _UNITS.get(progress.stage, "files")
    if unit == "bytes":
        return _bytes_line(progress)
    parts = []
    if progress.total:
        one, many = ("file", "files") if progress.stage == "reading" else (unit, unit)
        parts.append(f"{progress.done:,} of {count(progress.total, one, many)}")
    if progress.rate:
        rate = f"{progress.rate:,.0f}" if progress.rate >= 10 else f"{progress.rate:.1f}"
        parts.append(f"{rate} {'pages' if progress.stage == 'reading' else unit}/s")
    parts.append(time_left(progress.seconds_left))
    return ", ".join(part for part in parts if part)


def _bytes_line(progress: Progress) -> str:
    """ "1.2 GB of 2.3 GB, 12.4 MB/s, about 2 min left"."""
    known = progress.total > 0
    parts = [f"{size(progress.done)} of {size(progress.total)}" if known else size(progress.done)]
    if progress.rate:
        parts.append(f"{size(round(progress.rate))}/s")
    parts.append(time_left(progress.seconds_left))
    return ", ".join(part for part in parts if part)


def listed(names: Sequence[str]) -> str:
    """ "German, French and Spanish"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def outcome_groups(outcomes: Iterable[FileOutcome]) -> list[tuple[FileState, str]]:
    """Each state that occurs with its words: "57 added", "1 needs a password"."""
    found = Counter(outcome.state for outcome in outcomes)
    return [
        (state, count(found[state], one, many))
        for state, (one, many) in SENTENCES.items()
        if found[state]
    ]


def size(number: int) -> str:
    """ "12.4 MB"."""
    value = float(number)
    for unit in ("bytes", "KB", "MB"):
        if value < 1000:
            return f"{value:,.0f} {unit}" if unit == "bytes" else f"{value:,.1f} {unit}"
        value /= 1000
    return f"{value:,.1f} GB"


def goes_with(dependents: Dependents) -> list[str]:
    """What removing erases and what stays, a line each."""
    lines = [
        f"{count(len(dependents.documents), 'document')} and "
        f"{count(dependents.passages, 'passage')} that can be found",
        f"{size(dependents.stored_bytes)} of stored copies",
    ]
    if dependents.labels:
        lines.append(count(dependents.labels, "label"))
    if dependents.import_records:
        lines.append(
            count(
                dependents.import_records,
                "line of the import history",
                "lines of the import history",
            )
        )
    if dependents.runs:
        lines.append(f"what {count(dependents.runs, 'training run')} kept of its pairs")
    return lines


def stays_taught(dependents: Dependents) -> str:
    """What was learned from it and stays, "" when nothing was."""
    if not dependents.runs:
        return ""
    named = [f"“{name}”" for name in dependents.models]
    whose = f" ({listed(named)} in use or adopted once)" if named else ""
    return (
        f"The models of {count(dependents.runs, 'training run')}{whose} have learned from it. "
        "They stay. The Training view marks them, to be taught anew without it or deleted."
    )
