"""Training runs as the user meets them: what is known before, what goes on, and what came out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from legaldesk.core.evaluation import TableRow
from legaldesk.core.findings import Findings
from legaldesk.core.recipes import Choice, Recipe
from legaldesk.core.training import Candidate, Evaluation, Step
from legaldesk.core.verdict import Decision, Verdict


class RunPhase(StrEnum):
    """Where a run stands. An interrupted one can be resumed."""

    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"
    FINISHED = "finished"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class MatterPairs:
    """How many pairs a matter's labels make, and whether they may be used."""

    matter: str
    pairs: int
    may_train: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known before a run: the pairs, the recipe that fits them, and all recipes."""

    matters: tuple[MatterPairs, ...]
    findings: Findings
    choice: Choice
    recipes: tuple[Recipe, ...]
    model: str


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run. ``matters`` whose pairs it used; ``chosen`` candidate, "" before the end.

    ``model`` is the name under which it was adopted, "" before that; ``overruled`` says that
    this was against the verdict. ``kept`` says that it was decided to keep the old model.
    ``removed`` counts its pairs that were erased since with their document or matter.
    ``bytes`` it takes on disk. ``problem`` why it failed. ``stale`` says that neither it nor
    the model that its figures compare it with is in use. ``width`` counts the numbers of its
    model's vectors, 0 where that is not known.
    """

    id: str
    created: str
    recipe: Recipe
    base: str
    phase: RunPhase
    pairs: int
    matters: tuple[str, ...]
    chosen: str
    verdict: Verdict | None
    model: str
    overruled: bool
    live: bool
    bytes: int
    problem: str = ""
    kept: bool = False
    removed: int = 0
    stale: bool = False
    width: int = 0

    @property
    def better(self) -> bool:
        """Whether its verdict says so, be it of the model in use or of another."""
        return self.verdict is not None and self.verdict.decision is Decision.ADOPT

    @property
    def advised(self) -> bool:
        """Whether to adopt it without asking back: it is better than the model in use."""
        return self.better and not self.stale

    @property
    def caveat(self) -> str:
        """What its verdict cannot say, "" when it is about the model in use."""
        if not self.stale:
            return ""
        return f"Its figures compare it with “{self.base}”, which is not in use."


def unreadable(run: str, problem: str) -> RunSummary:
    """What can be said of a run whose folder cannot be read: why, so that it can be deleted."""
    recipe = Recipe(run, run, "", (), "", 0, 0.0, 0.0)
    return RunSummary(
        id=run,
        created="",
        recipe=recipe,
        base="",
        phase=RunPhase.FAILED,
        pairs=0,
        matters=(),
        chosen="",
        verdict=None,
        model="",
        overruled=False,
        live=False,
        bytes=0,
        problem=problem,
    )


@dataclass(frozen=True, slots=True)
class RunNews:
    """All that a run told so far, in order; ``stage`` is what goes on now."""

    phase: RunPhase
    stage: str
    steps: tuple[Step, ...]
    evaluations: tuple[Evaluation, ...]
    candidates: tuple[Candidate, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """A held-out question whose first right answer moved; ranks from 1, 0 is not in the top 10.

    ``passage`` is the right answer's text and ``document`` its document's id, "" for none.
    """

    question: str
    before: int
    after: int
    passage: str
    document: str

    @property
    def won(self) -> bool:
        """Whether it is answered better now."""
        return self.after != 0 and (self.before == 0 or self.after < self.before)


@dataclass(frozen=True, slots=True)
class Proof:
    """The figures on the held-out questions, before and after, over ``passages`` in all.

    Rows are BM25, fused and dense at each Matryoshka dimension. ``general`` are the two dense
    rows on the bundled general questions, () where they were not asked. ``first_before`` and
    ``first_after`` count the questions answered at rank 1.
    """

    questions: int
    passages: int
    before: tuple[TableRow, ...]
    after: tuple[TableRow, ...]
    general: tuple[TableRow, ...]
    changes: tuple[QuestionChange, ...]
    verdict: Verdict
    first_before: int
    first_after: int
