"""Answer a question with the best passages put in order once more by a cross-encoder."""

from __future__ import annotations

from collections.abc import Callable

import legaldesk.core.query as language
from legaldesk.core.errors import ModelProblem
from legaldesk.core.fusion import Ranked
from legaldesk.core.hits import Answer, Hit, Scope
from legaldesk.core.passages import embedded_text
from legaldesk.core.progress import Progress, Report, silent
from legaldesk.core.query import Query
from legaldesk.core.reranking import BEST, reranked
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.reader import Reader
from legaldesk.engine.reranker import Reranker
from legaldesk.tasks.dispatch import task
from legaldesk.tasks.searching import (
    MEANING,
    WORDS,
    cited_passages,
    grouped_hits,
    hits_of,
    moment_of,
    narrowed,
    ranking,
    search,
)

RERANKED = "reranked"

HitsFrom = Callable[[Reader, Query, list[Ranked], int], tuple[Hit, ...]]


@task
def reranker_in_use(desk: LocalDesk, report: Report = silent) -> str:
    """The folder of the cross-encoder in use, "" for none. Raises ModelProblem for a bad one."""
    info = desk.reranking.info()
    if info is not None and info.problem:
        raise ModelProblem(f"{info.problem} Answers are ordered without it.", info.folder)
    return "" if info is None else info.folder


@task
def search_reranked(
    desk: LocalDesk, question: str, scope: Scope, k: int = 10, report: Report = silent
) -> Answer:
    """The k best passages by words, meaning and the cross-encoder in use.

    Waits for the models to be loaded, and stops between two batches when ``report`` says so.
    Raises WrongUse when no cross-encoder is in use and ModelProblem when it cannot be.
    """
    return _answer(desk, question, scope, k, grouped_hits, report)


@task
def search_reranked_singly(
    desk: LocalDesk, question: str, scope: Scope, k: int = 10, report: Report = silent
) -> Answer:
    """The same, equal passages included; for measuring."""
    return _answer(desk, question, scope, k, _single_hits, report)


def _single_hits(reader: Reader, query: Query, ranked: list[Ranked], k: int) -> tuple[Hit, ...]:
    return hits_of(reader, query, ranked[:k])


def _answer(
    desk: LocalDesk, question: str, scope: Scope, k: int, hits_from: HitsFrom, report: Report
) -> Answer:
    model = desk.reranking.model()
    query = language.parse(question)
    scope = narrowed(query, scope)
    if query.empty:
        return search(desk, question, scope, k)
    ranked, cited = _fused(desk, query, scope, k)
    order, scored = again(desk, model, query.text, ranked, cited, report)
    with desk.reader.moment():
        hits = hits_from(desk.reader, query, order, k)
        coverage, edition = desk.reader.coverage(scope), desk.reader.edition()
    note = f"The best {scored} were put in order once more by {model.folder.name}."
    modes = (WORDS, MEANING, RERANKED)
    return Answer(question, coverage, hits, modes, note, edition=edition)


def again(
    desk: LocalDesk,
    model: Reranker,
    question: str,
    ranked: list[Ranked],
    cited: set[int],
    report: Report = silent,
) -> tuple[list[Ranked], int]:
    """A fused ranking with its best in their new order, and how many of them were scored.

    Passages that are gone by now are left out.
    """
    found = desk.reader.found(item.passage for item in ranked[:BEST])
    best = [item for item in ranked[:BEST] if item.passage in found]
    texts = [embedded_text(found[each.passage].section, found[each.passage].body) for each in best]
    scores = model.scores(
        question,
        texts,
        lambda done, total: report(Progress("reranking", done, total, "passages")),
    )
    return reranked([*best, *ranked[BEST:]], scores, cited), len(best)


def _fused(desk: LocalDesk, query: Query, scope: Scope, k: int) -> tuple[list[Ranked], set[int]]:
    """What both halves propose, as ``search`` ranks it, and the passages that are cited.

    The scores come after it: nothing holds the database for the seconds that they may take.
    """
    reader = desk.reader

    def fused(meaning: Meaning) -> tuple[list[Ranked], set[int]]:
        with moment_of(reader, meaning):
            ranked = ranking(reader, query, scope, k, meaning, (WORDS, MEANING))
            return ranked, cited_passages(reader, query.text, scope)

    return desk.with_meaning(fused)
