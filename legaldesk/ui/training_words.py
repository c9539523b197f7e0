"""What the Training view says: sentences from the values of core, in the office's words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Qt

from legaldesk.core.evaluation import Mode, TableRow
from legaldesk.core.findings import Findings
from legaldesk.core.recipes import BALANCED, CAREFUL, QUICK, Recipe
from legaldesk.core.runs import MatterPairs, Proof, QuestionChange, RunPhase, RunSummary
from legaldesk.core.training import AVERAGE, BASE, BEST, LAST
from legaldesk.core.verdict import Decision, Verdict
from legaldesk.ui.document_text import plain
from legaldesk.ui.wording import count, listed, time_left

STAGES = {
    "prepare": "Getting ready",
    "load": "Getting ready",
    "measure": "Asking the questions that choose the best",
    "mine": "Looking for passages that mislead",
    "train": "Teaching",
    "choose": "Choosing the best of what came out",
    "prove": "Asking the held-out questions",
}
CANDIDATES = {
    BEST: "the best step",
    LAST: "the last step",
    AVERAGE: "the average of old and new",
    BASE: "the model it started from",
}
EXPECTATIONS = {
    QUICK: "A first idea of what there is to gain, soon.",
    BALANCED: "Needs some hundred pairs or more. The one to take when there are.",
    CAREFUL: "The safe one for few pairs. Expect a small gain, or none.",
}
_DECISIONS = {Decision.ADOPT: "Better", Decision.CANNOT_TELL: "Too few questions to tell"}
_PHASES = {
    RunPhase.RUNNING: "Going on",
    RunPhase.PAUSED: "Paused",
    RunPhase.INTERRUPTED: "Interrupted, can go on",
    RunPhase.FAILED: "Failed",
    RunPhase.FINISHED: "Finished",
}


def moment(iso: str) -> str:
    """A day and a time in the locale's short form."""
    read = QDateTime.fromString(iso, Qt.DateFormat.ISODate)
    if not read.isValid():
        return plain(iso)
    return QLocale().toString(read.toLocalTime(), QLocale.FormatType.ShortFormat)


def run_title(run: RunSummary) -> str:
    """ "Balanced, 3/14/26 9:26 AM"."""
    return f"{plain(run.recipe.title)}, {moment(run.created)}"


def run_state(run: RunSummary) -> str:
    """Where a run stands, in a word or two."""
    if run.live:
        return "In use"
    if run.verdict is None:
        return _PHASES[run.phase]
    told = _judged(run.verdict)
    if run.stale and run.verdict.decision is not Decision.CANNOT_TELL:
        told = f"{told} than “{plain(run.base)}”"
    return f"{told}, old one kept" if run.kept else f"{told}, adopted" if run.model else told


def _judged(verdict: Verdict) -> str:
    if verdict.better_alone:
        return "Worse on the whole"
    worse = verdict.dense.high < 0
    return _DECISIONS.get(verdict.decision, "Worse" if worse else "Not surely better")


def stage_words(stage: str) -> str:
    """What goes on now."""
    return STAGES.get(stage, plain(stage).capitalize() or "Getting ready")


def verdict_line(proof: Proof) -> str:
    """ "Better: of 214 held-out questions it answers 31 more at rank 1, loses 9."."""
    told = _judged(proof.verdict)
    gained = sum(each.after == 1 != each.before for each in proof.changes)
    lost = sum(each.before == 1 != each.after for each in proof.changes)
    questions = count(proof.questions, "held-out question")
    if gained - lost != proof.first_after - proof.first_before:  # not every change is listed
        return (
            f"{told}: of {questions} it answers {proof.first_after:,} at rank 1, "
            f"before it was {proof.first_before:,}."
        )
    if not gained and not lost:
        return f"{told}: of {questions} it answers the same {proof.first_after:,} at rank 1."
    return f"{told}: of {questions} it answers {gained:,} more at rank 1, loses {lost:,}."


def corpus_line(proof: Proof) -> str:
    """What the table was measured on."""
    return (
        f"Measured with {count(proof.questions, 'held-out question')} over all "
        f"{count(proof.passages, 'passage')} of the library. Small figures: where the true value "
        "lies with 95% certainty."
    )


def row_name(row: TableRow, widest: int) -> str:
    """A way of searching as the table names it."""
    if row.mode is Mode.BM25:
        return "Words alone (BM25)"
    if row.mode is Mode.LEXICAL:
        return "Words alone"
    size = size_name(row.dimension, widest)
    return f"Meaning, {size}" if row.mode is Mode.DENSE else "Words and meaning"


def size_name(width: int, widest: int) -> str:
    """ "cut to 64", or "full size, 384" of vectors that have no more numbers."""
    return f"cut to {width:,}" if width < widest else f"full size, {width:,}"


def split_line(found: Findings) -> str:
    """What the pairs are used for."""
    return (
        f"{count(found.train_pairs, 'pair')} to learn from, "
        f"{count(found.validation_questions, 'question')} to choose the best with, "
        f"{count(found.test_questions, 'question')} held out for the verdict."
    )


def pairs_line(found: Findings) -> str:
    """How much there is."""
    parts = [count(found.pairs, "pair"), count(found.questions, "question")]
    if found.documents:
        parts.append(count(found.documents, "document"))
    return listed(parts)


def matter_line(matter: MatterPairs) -> str:
    """A matter and its pairs."""
    return f"{plain(matter.matter)}, {count(matter.pairs, 'pair')}"


def used_line(run: RunSummary) -> str:
    """What a run was taught with, "" where that is not known."""
    if not run.base:
        return ""
    return f"{count(run.pairs, 'pair')} of {matters_named(run.matters)}, starting from {run.base}."


def removed_line(run: RunSummary) -> str:
    """What a run was taught with that is no longer in the library; "" when all is there."""
    if not run.removed:
        return ""
    return (
        f"{count(run.removed, 'pair')} that it learned from {'was' if run.removed == 1 else 'were'}"
        " removed since. The pairs are erased, but what the model learned from them is not: teach"
        " it anew without them, or delete the run."
    )


def matters_named(matters: Sequence[str]) -> str:
    """Matters by name; a file of pairs may belong to none."""
    return listed([plain(each) for each in matters]) if matters else "a file"


def passes_line(recipe: Recipe) -> str:
    """How often a recipe goes over the pairs, "" where that is not known."""
    if not recipe.epochs:
        return ""
    if recipe.epochs == 1:
        said = "Goes over the pairs once"
    else:
        most = "up to " if recipe.patience else ""
        said = f"Goes over the pairs {most}{recipe.epochs:g} times"
    return f"{said}; stops when it gets no better." if recipe.patience else f"{said}."


def step_line(step: int, steps: int, seconds: float | None) -> str:
    """ "Step 120 of 400, about 2 min left"."""
    said = f"Step {step:,} of {steps:,}" if steps else ""
    return ", ".join(part for part in (said, time_left(seconds)) if part)


def rank_words(change: QuestionChange) -> str:
    """ "rank 7 → 1"."""
    before, after = (str(rank) if rank else "not found" for rank in (change.before, change.after))
    return f"rank {before} → {after}" if change.before else f"{before} → rank {after}"
