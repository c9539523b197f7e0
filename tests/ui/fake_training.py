"""The training of the invented office: a few hundred pairs, and a run that goes by a script."""

from __future__ import annotations

import math
import random
from dataclasses import replace

from fake_models import BUNDLED

from legaldesk.core.balance import USUAL, Balance, judge
from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import Figure, Mode, TableRow
from legaldesk.core.findings import Findings
from legaldesk.core.metrics import METRICS
from legaldesk.core.models import GenerationInfo
from legaldesk.core.progress import Progress
from legaldesk.core.recipes import Choice, Recipe, choose
from legaldesk.core.runs import (
    MatterPairs,
    Proof,
    QuestionChange,
    RunNews,
    RunPhase,
    RunSummary,
    Survey,
)
from legaldesk.core.training import Candidate, Evaluation, Score, Step
from legaldesk.core.verdict import Change, Verdict, decide
from legaldesk.workers.job import Job

WIDTHS = (384, 256, 128, 64)
STEPS = 60


def recipe(name: str, title: str, **changes: object) -> Recipe:
    plain = Recipe(
        name, title, f"What {title} is about.", None, "mnrl", 64, 1e-4, 2, patience=1,
        training_tokens=128,
    )  # fmt: skip
    return replace(plain, **changes)


RECIPES = (
    recipe("quick", "Quick", epochs=1, patience=0),
    recipe("balanced", "Balanced"),
    recipe("careful", "Careful", batch_size=32, learning_rate=5e-5),
    *(
        recipe(
            name, title, base="BAAI/bge-m3", language=name[:2], dimensions=(1024, 768, 512, 256),
            batch_size=16, accumulation=16, learning_rate=2e-5, epochs=10, patience=0,
            note=f"The recipe of {name}, as its authors ran it. Made for graphics cards.",
        )
        for name, title in (
            ("es-boe", "Spanish official gazette (es-boe)"),
            ("es-tiny", "Spanish and Catalan, few pairs (es-tiny)"),
            ("de-bmf", "German tax circulars (de-bmf)"),
            ("fr-e5", "French law (fr-e5)"),
            ("vi-mnrl", "Vietnamese law (vi-mnrl)"),
        )
    ),
)  # fmt: skip

NO_FINDINGS = Findings(0, 0, 0, 0, 0, (), {}, (), 0, 0, 0)
FINDINGS = Findings(
    1204, 1180, 57, 3, 12, ("Who bears the costs of the experts?", "When does the lease end?"),
    {"en": 1100, "de": 104}, ("de",), 856, 110, 214,
)  # fmt: skip
FEW = replace(
    FINDINGS, pairs=64, questions=60, documents=9, duplicates=0, near_duplicates=0,
    contradictions=(), uncovered=(), train_pairs=40, validation_questions=9, test_questions=12,
)  # fmt: skip


def news(done: int, phase: RunPhase = RunPhase.RUNNING, stage: str = "train") -> RunNews:
    """What a run has told after so many of its steps."""
    noise = random.Random(7)
    steps = tuple(
        Step(step / 30, step, STEPS, 0.4 + 1.6 * math.exp(-step / 18) + noise.uniform(-0.06, 0.06),
             1e-4, 2.0 * (STEPS - step))
        for step in range(1, done + 1)
    )  # fmt: skip
    evaluations = tuple(
        Evaluation(step / 30, step, tuple(_scores(step)), 110, 2870, best=step in (0, 10, 20, 40))
        for step in range(0, done + 1, 10)
    )
    ended = phase is RunPhase.FINISHED
    candidates = tuple(
        Candidate(name, 40, (), name == "average") for name in ("best", "last", "average")
    )
    notices = ("TF32 is a feature of newer NVIDIA cards; it is off here.",)
    return RunNews(phase, stage, steps, evaluations, candidates if ended else (), notices)


def _scores(step: int):
    for place, width in enumerate(WIDTHS):
        start, gain = 0.70 - 0.035 * place, 0.045 + 0.012 * place
        value = start + gain * (1 - math.exp(-step / 15)) - (0.004 if step == 30 else 0)
        yield Score(width, {"ndcg@10": value, "map@100": value - 0.06})


def rows(gain: float, questions: int) -> tuple[TableRow, ...]:
    """BM25, fused and dense at each width."""
    half = 0.9 / math.sqrt(questions)

    def row(mode: Mode, width: int, base: float) -> TableRow:
        values = {name: base - 0.31 + 0.045 * place % 0.4 for place, name in enumerate(METRICS)}
        values["ndcg@10"] = base
        figures = {
            name: Figure(value, value - half / 2, value + half / 2)
            for name, value in values.items()
        }
        return TableRow(mode, width, figures, {})

    return (
        row(Mode.BM25, 0, 0.642),
        row(Mode.FUSED, 384, 0.741 + gain / 2),
        *(
            row(Mode.DENSE, width, 0.704 - 0.03 * place + gain)
            for place, width in enumerate(WIDTHS)
        ),
    )


def changes(won: int, lost: int) -> tuple[QuestionChange, ...]:
    """Questions that came to the first rank, and some that left it."""
    asked = "Who must indemnify the other party in case number {0}, and up to what amount?"
    passage = (  # below its headings, as a run keeps it
        "7 Liability > 7.2 Indemnity\n"
        "Each party shall indemnify and hold harmless the other party from and against all losses, "
        "damages and costs arising out of any breach of this agreement by the indemnifying party."
    )
    return (
        *(
            QuestionChange(asked.format(n), 2 + n % 9 if n % 5 else 0, 1, passage,
                           "id-Lease 14 Harbour Street.pdf")
            for n in range(won)
        ),
        *(QuestionChange(asked.format(100 + n), 1, 2 + n % 3, passage, "") for n in range(lost)),
    )  # fmt: skip


def verdict(gain: float, questions: int = 214) -> Verdict:
    """The gate's answer to a gain of nDCG@10."""
    half = 0.2 / math.sqrt(questions)
    dense = Change(0.704, 0.704 + gain, gain - half, gain + half, questions, questions - 20)
    fused = Change(0.741, 0.741 + gain / 2, gain / 2 - half, gain / 2 + half, questions, questions)
    return decide(dense, fused, Change(0.81, 0.809, -0.004, 0.002, 60, 60))


def proof(gain: float = 0.041, questions: int = 214, won: int = 31, lost: int = 9) -> Proof:
    """The figures of a run that gained so much."""
    general = rows(0.1, 60)[2], rows(0.098, 60)[2]
    return Proof(
        questions, 4004, rows(0, questions), rows(gain, questions), general, changes(won, lost),
        verdict(gain, questions), 120, 120 + won - lost,
    )  # fmt: skip


def run(name: str, created: str, **changed: object) -> RunSummary:
    """A finished run that was better."""
    plain = RunSummary(
        name, created, RECIPES[1], BUNDLED.name, RunPhase.FINISHED, 856,
        ("Acme v. Byte", "Harbour Street lease"), "average", verdict(0.041), "", False, False,
        92_000_000,
    )  # fmt: skip
    return replace(plain, **changed)


class TrainingOffice:
    """The requests about training. ``script`` is how many steps each look at the run finds more.

    A run goes on until it has made all its steps, waits while ``paused``, and ends at once
    when it was stopped.
    """

    pair_counts: dict[str, int]
    runs: list[RunSummary]
    told: dict[str, RunNews]
    proofs: dict[str, Proof]
    survey_findings: Findings
    training_trouble: Exception | None = None
    holding: bool = True
    done: int = 0
    paused: bool = False
    stopped: bool = False
    factor: float = USUAL

    def _job(self, name, work, *arguments) -> Job:
        raise NotImplementedError

    def survey_training(self, matters=(), pairs_file="") -> Job:
        def work(_) -> Survey:
            if "broken" in pairs_file:
                raise WrongUse("Line 3 of broken.csv has no passage.")
            allowed = any(name in self.may_train for name in self.pair_counts) or pairs_file
            found = self.survey_findings if allowed else NO_FINDINGS
            listed = tuple(
                MatterPairs(name, pairs, name in self.may_train)
                for name, pairs in self.pair_counts.items()
            )
            choice: Choice = choose(found.train_pairs)
            return Survey(listed, found, choice, RECIPES, BUNDLED.name)

        return self._job("survey_training", work, tuple(matters), pairs_file)

    # ------------------------------------------------------------ a run

    def train(self, recipe, matters=(), pairs_file="", matter="") -> Job:
        def work(report) -> RunSummary:
            name = f"run-{len(self.runs) + 1}"
            begun = run(
                name, f"2026-03-1{4 + len(self.runs)}T09:26:53", recipe=recipe, chosen="",
                phase=RunPhase.RUNNING, verdict=None,
            )  # fmt: skip
            self.runs.append(begun)
            return self._drive(name, report)

        return self._job("train", work, recipe, tuple(matters), pairs_file, matter)

    def resume_training(self, name) -> Job:
        return self._job("resume_training", lambda report: self._drive(name, report), name)

    def retrain_without(self, name, matter) -> Job:
        def work(report) -> RunSummary:
            old = self.run_of(name)
            self.runs.append(
                replace(old, id=f"{name}-b", phase=RunPhase.RUNNING, verdict=None, chosen="",
                        matters=tuple(each for each in old.matters if each != matter))
            )  # fmt: skip
            return self._drive(f"{name}-b", report)

        return self._job("retrain_without", work, name, matter)

    def _drive(self, name, report) -> RunSummary:
        self.stopped = self.paused = False
        self.turn(name, phase=RunPhase.RUNNING)
        try:
            while self.done < STEPS and not self.stopped:
                phase = RunPhase.PAUSED if self.paused else RunPhase.RUNNING
                self.turn(name, phase=phase)
                self.told[name] = news(self.done, phase)
                report(Progress("training", self.done, STEPS, "steps", 0.5, 2.0 * STEPS, name))
                self._wait()
                if self.training_trouble is not None:
                    raise self.training_trouble
                if not self.holding and not self.paused:
                    self.done += 5
        except BaseException:
            phase = RunPhase.FAILED if self.training_trouble else RunPhase.INTERRUPTED
            problem = getattr(self.training_trouble, "message", "")
            self.turn(name, phase=phase, problem=problem)
            self.told[name] = news(self.done, phase)
            raise
        self.proofs[name] = proof()
        self.told[name] = news(max(10, self.done), RunPhase.FINISHED, "prove")
        self.turn(name, phase=RunPhase.FINISHED, verdict=proof().verdict, chosen="average")
        return self.run_of(name)

    def _wait(self) -> None:
        import time

        time.sleep(0.005)

    def pause_run(self, name) -> Job:
        def work(_) -> None:
            self.paused = True

        return self._job("pause_run", work, name)

    def go_on(self, name) -> Job:
        def work(_) -> None:
            self.paused = False

        return self._job("go_on", work, name)

    def stop_run(self, name) -> Job:
        def work(_) -> None:
            self.stopped = True

        return self._job("stop_run", work, name)

    # ------------------------------------------------------------ what is known

    def run_of(self, name) -> RunSummary:
        return next(each for each in self.runs if each.id == name)

    def turn(self, name, **changed) -> None:
        self.runs[:] = [replace(each, **changed) if each.id == name else each for each in self.runs]

    def balance_in_use(self) -> Job:
        return self._job("balance_in_use", lambda _: self.factor)

    def learn_balance(self) -> Job:
        def work(report) -> Balance:
            report(Progress("asking", 60, 120, "questions", 20.0, 3.0))
            change = Change(0.61, 0.64, 0.012, 0.048, 120, 97)
            return replace(judge(self.factor, 0.5, change), generation=3)

        return self._job("learn_balance", work)

    def use_balance(self, factor, generation=0) -> Job:
        def work(_) -> float:
            self.factor = factor
            return factor

        return self._job("use_balance", work, factor, generation)

    def list_runs(self) -> Job:
        return self._job("list_runs", lambda _: tuple(self.runs))

    def run_news(self, name) -> Job:
        def work(_) -> RunNews:
            return self.told.get(name) or news(STEPS, self.run_of(name).phase)

        return self._job("run_news", work, name)

    def proof(self, name) -> Job:
        return self._job("proof", lambda _: self.proofs.get(name), name)

    # ------------------------------------------------------------ afterwards

    def adopt_run(self, name, overrule=False) -> Job:
        def work(_) -> GenerationInfo:
            model = replace(BUNDLED, name=f"ours-{name}", identity=name, source=f"trained:{name}")
            self.installed.append(model)
            overruled = not self.run_of(name).better
            self.turn(name, model=model.name, overruled=overruled)
            self.use_model(model.name)._work(lambda _: None)
            return self.generations[-1]

        return self._job("adopt_run", work, name, overrule)

    def adopted(self, name) -> None:
        """Every passage is ready: the switch."""
        self.finish()
        for each in self.runs:
            self.turn(each.id, live=each.id == name)

    def keep_old(self, name) -> Job:
        return self._job("keep_old", lambda _: self.turn(name, kept=True), name)

    def delete_run(self, name) -> Job:
        def work(_) -> None:
            self.runs[:] = [each for each in self.runs if each.id != name]

        return self._job("delete_run", work, name)
