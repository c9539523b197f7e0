"""Learn from the library's labels how much meaning counts beside exact words, and use it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from legaldesk.core.balance import FACTORS, USUAL, Balance, choose, held_out, judge
from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import Asked, Searched
from legaldesk.core.fusion import DEPTH, fuse
from legaldesk.core.metrics import NDCG, answer_units, score
from legaldesk.core.pace import counted
from legaldesk.core.progress import Report, silent
from legaldesk.engine.dimension_indexes import dimension_indexes
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.significance import compare
from legaldesk.engine.vector_source import StoredVectors
from legaldesk.tasks import importing, lessons
from legaldesk.tasks.dispatch import task
from legaldesk.tasks.measuring import Halves
from legaldesk.tasks.searching import BALANCE, meaning_factor


@task
def balance_in_use(desk: LocalDesk, report: Report = silent) -> float:
    """What the share of meaning is multiplied by in searches with the live model, usually 1."""
    return meaning_factor(desk.reader, desk.meaning.generation.id)


@task
def learn_balance(desk: LocalDesk, matter: str = "", report: Report = silent) -> Balance:
    """What the labels of a matter, "" of all, teach about the balance; changes nothing.

    Raises WrongUse when no question has a right answer.
    """
    found = lessons.qrels(desk, matter)
    asked = [each for each in found.asked if max(each.grades.values()) > 1.0]
    if not asked:
        raise WrongUse("There is nothing to learn from yet. Mark passages as relevant first.")
    importing.await_meaning(desk, report=report)
    scores = _scores(desk, asked, found.searched, report)
    units = answer_units({each.id: each.grades for each in asked})
    used = balance_in_use(desk)
    learned = choose(scores, units)
    change = compare(scores[used], held_out(scores, units), units)
    return judge(used, learned, change)


@task
def use_balance(desk: LocalDesk, factor: float, report: Report = silent) -> float:
    """Multiply the share of meaning by one of FACTORS in searches with the live model.

    1 is the usual balance. Raises WrongUse for another factor.
    """
    if factor not in FACTORS:
        known = ", ".join(f"{each:g}" for each in FACTORS)
        raise WrongUse(f"{factor:g} is no balance. There are: {known}.")
    name = f"{BALANCE} {desk.meaning.generation.id}"
    desk.store.set_setting(name, "" if factor == USUAL else repr(factor))
    return factor


def _scores(
    desk: LocalDesk, questions: Sequence[Asked], searched: Searched, report: Report
) -> dict[float, dict[str, float]]:
    """nDCG@10 of every question with every factor, from one search by each half."""
    scores: dict[float, dict[str, float]] = {factor: {} for factor in FACTORS}
    generation = desk.meaning.generation
    with (
        closing(StoredVectors(desk.library, generation)) as source,
        dimension_indexes(source, (generation.used_dimension,)) as indexes,
    ):
        halves = Halves(desk, indexes)
        for asked in counted(questions, "asking", "questions", report):
            given = halves.candidates(asked)
            ((dimension, by_meaning),) = given.by_meaning.items()
            named, inside = halves.named(given, by_meaning, dimension)
            proposed = (passage for passage, _ in (*by_meaning[:DEPTH], *inside.meaning))
            usual = halves.weights(proposed, USUAL)
            for factor in FACTORS:
                weights = {passage: factor * weight for passage, weight in usual.items()}
                fused = fuse(
                    given.by_words[:DEPTH],
                    by_meaning[:DEPTH],
                    weights,
                    given.cited,
                    named,
                    inside,
                )
                ranking = list(dict.fromkeys(searched.names[each.passage] for each in fused))
                scores[factor][asked.id] = score(ranking, asked.grades)[NDCG]
    return scores
