"""Learn from the library's labels how much meaning counts beside exact words, and use it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from legaldesk.core.balance import FACTORS, USUAL, Balance, choose, held_out, judge
from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import Asked, Searched
from legaldesk.core.fusion import DEPTH, fuse
from legaldesk.core.metrics import NDCG, answer_units, score
from legaldesk.core.pace import counted
from legaldesk.core.progress import Report, silent
from legaldesk.engine.dimension_indexes import dimension_indexes
from legaldesk.engine.lineage import lineage
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.significance import compare
from legaldesk.engine.store_rows import Generation
from legaldesk.engine.vector_source import StoredVectors
from legaldesk.tasks import importing, lessons
from legaldesk.tasks.dispatch import task
from legaldesk.tasks.measuring import CHANGED, Halves, measured
from legaldesk.tasks.searching import BALANCE, meaning_factor


@task
def balance_in_use(desk: LocalDesk, report: Report = silent) -> float:
    """What the share of meaning is multiplied by in searches with the live model, usually 1."""
    return meaning_factor(desk.reader, desk.meaning.generation.id)


@task
def learn_balance(desk: LocalDesk, matter: str = "", report: Report = silent) -> Balance:
    """What the labels of a matter, "" of all, teach about the balance; changes nothing.

    Questions that the model was made from are left out: it answers those as it answers no other.
    Raises WrongUse when no other has a right answer, and where another model becomes live
    meanwhile.
    """
    meaning = desk.meaning
    generation = meaning.generation
    found = lessons.qrels(desk, matter, lineage(desk, meaning))
    asked = found.answered("learn from")
    importing.await_meaning(desk, report=report)
    scores = _scores(desk, generation, asked, found.searched, report)
    units = answer_units({each.id: each.grades for each in asked})
    used = meaning_factor(desk.reader, generation.id)
    learned = choose(scores, units)
    change = compare(scores[used], held_out(scores, units), units)
    judged = judge(used, learned, change)
    sentence = f"{judged.sentence} {found.note}".rstrip()
    return replace(judged, sentence=sentence, generation=generation.id)


@task
def use_balance(
    desk: LocalDesk, factor: float, generation: int = 0, report: Report = silent
) -> float:
    """Multiply the share of meaning by one of FACTORS in searches with the live model.

    1 is the usual balance. ``generation`` is the number of the one that it was learned for, 0
    for any. Raises WrongUse for another factor and where that one is not live any more.
    """
    if factor not in FACTORS:
        known = ", ".join(f"{each:g}" for each in FACTORS)
        raise WrongUse(f"{factor:g} is no balance. There are: {known}.")
    live = desk.meaning.generation.id
    if generation not in (0, live):
        raise WrongUse(CHANGED)
    name = f"{BALANCE} {live}"
    desk.store.set_setting(name, "" if factor == USUAL else repr(factor))
    return factor


def _scores(
    desk: LocalDesk,
    generation: Generation,
    questions: Sequence[Asked],
    searched: Searched,
    report: Report,
) -> dict[float, dict[str, float]]:
    """nDCG@10 of every question with every factor, from one search by each half."""
    scores: dict[float, dict[str, float]] = {factor: {} for factor in FACTORS}
    with (
        measured(desk, generation) as meaning,
        closing(StoredVectors(desk.library, generation)) as source,
        dimension_indexes(source, (generation.used_dimension,)) as indexes,
    ):
        halves = Halves(desk, meaning, indexes)
        for asked in counted(questions, "asking", "questions", report):
            with halves.moment():
                rankings = _rankings(halves, asked)
            for factor, passages in rankings.items():
                found = score(searched.ranking(passages), asked.grades)
                scores[factor][asked.id] = found[NDCG]
    return scores


def _rankings(halves: Halves, asked: Asked) -> dict[float, list[int]]:
    """Passage numbers, best first, with every factor."""
    given = halves.candidates(asked)
    ((dimension, by_meaning),) = given.by_meaning.items()
    named, inside = halves.named(given, by_meaning, dimension)
    by_meaning = by_meaning[:DEPTH]
    usual = halves.weights((passage for passage, _ in (*by_meaning, *inside.meaning)), USUAL)
    found: dict[float, list[int]] = {}
    for factor in FACTORS:
        weights = {passage: factor * weight for passage, weight in usual.items()}
        by_words = given.by_words[:DEPTH]
        fused = fuse(by_words, by_meaning, weights, given.cited, named, inside)
        found[factor] = [each.passage for each in fused]
    return found
