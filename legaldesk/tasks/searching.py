"""Answer a question with ranked passages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import legaldesk.core.query as language
from legaldesk.core import reasons
from legaldesk.core.balance import USUAL
from legaldesk.core.fusion import DEPTH, Ranked, Scored, fuse, meaning_weights
from legaldesk.core.hits import Answer, Hit, Scope
from legaldesk.core.neighbours import Place, joined
from legaldesk.core.passages import exact_text
from legaldesk.core.progress import Report, silent
from legaldesk.core.query import Query
from legaldesk.core.references import references, stands_under
from legaldesk.core.same_clause import grouped
from legaldesk.core.title_match import CLEAR
from legaldesk.engine import passage_facts
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.meaning import Meaning
from legaldesk.engine.passage_facts import Facts
from legaldesk.engine.reader import FoundPassage, Reader
from legaldesk.engine.readiness import Replaced
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.tasks.dispatch import reading, task
from legaldesk.tasks.naming import Nearest, asked_within, naming

WORDS, MEANING = "words", "meaning"

BALANCE = "balance"
"""The setting, followed by a generation's number, that keeps how much its meaning counts."""

WIDER = 5
"""How many times as many passages as are wanted are looked at for equal clauses."""

EARLIEST = date(2000, 1, 1)
"""Nothing was added before; Windows cannot tell the time zone of every older day."""

MOST_REFERENCES, MOST_CITED = 5, 500
"""Sections that one question may name, and passages that are looked at for each."""


@task
def search(
    desk: LocalDesk, question: str, scope: Scope, k: int = 10, report: Report = silent
) -> Answer:
    """The k best passages by exact words and meaning. Waits for the model to be loaded.

    It never waits for a cross-encoder: where one is in use the answer is ``rerankable``, and
    where one cannot be the first answer says so.
    """
    answer = _answer(desk.reader, question, scope, k, desk, (WORDS, MEANING), group=True)
    reranking = desk.reranking
    rerankable = bool(answer.hits) and reranking.usable
    return replace(answer, rerankable=rerankable, note=reranking.complaint())


@task
def search_by(
    desk: LocalDesk,
    question: str,
    scope: Scope,
    k: int,
    modes: tuple[str, ...],
    report: Report = silent,
) -> Answer:
    """The k best passages by one half alone or both, equal ones included; for measuring."""
    return _answer(desk.reader, question, scope, k, desk, modes)


@reading
def search_words(
    desk: ReadingDesk, question: str, scope: Scope, k: int = 10, report: Report = silent
) -> Answer:
    """The k best passages by exact words alone, without the model."""
    return _answer(desk.reader, question, scope, k, None, (WORDS,), group=True)


@reading
def search_words_singly(
    desk: ReadingDesk, question: str, scope: Scope, k: int = 10, report: Report = silent
) -> Answer:
    """The same, equal and neighbouring ones each by itself."""
    return _answer(desk.reader, question, scope, k, None, (WORDS,))


@task
def search_meaning(
    desk: LocalDesk, question: str, scope: Scope, k: int = 10, report: Report = silent
) -> Answer:
    """The k best passages by meaning alone, where words would keep the question waiting."""
    return _answer(desk.reader, question, scope, k, desk, (MEANING,), group=True)


def _answer(
    reader: Reader,
    question: str,
    scope: Scope,
    k: int,
    desk: LocalDesk | None,
    modes: tuple[str, ...],
    group: bool = False,
) -> Answer:
    query = language.parse(question)
    scope = narrowed(query, scope)

    def answer(meaning: Meaning | None) -> Answer:
        with moment_of(reader, meaning):
            ranked = ranking(reader, query, scope, k, meaning, modes)
            hits = (
                grouped_hits(reader, query, ranked, k)
                if group
                else hits_of(reader, query, ranked[:k])
            )
            coverage = reader.coverage(scope)
            return Answer(question, coverage, hits, modes, edition=reader.edition())

    if desk is None or MEANING not in modes or query.empty:
        return answer(None)
    return desk.with_meaning(answer)


@contextmanager
def moment_of(reader: Reader, meaning: Meaning | None) -> Iterator[None]:
    """A question's moment, in which that generation is the live one; None asks the words alone.

    Waits until questions can be answered. Raises ModelProblem, and Replaced where another model
    became live meanwhile: its vectors are none of this one's.
    """
    with meaning.question() if meaning is not None else nullcontext(), reader.moment():
        if meaning is not None and meaning.generation.id != reader.live():
            raise Replaced
        yield


def narrowed(query: Query, scope: Scope) -> Scope:
    """The scope, or where the question itself says to look."""
    return replace(
        scope,
        matter=query.matter or scope.matter,
        document=query.document or scope.document,
    )


def ranking(
    reader: Reader,
    query: Query,
    scope: Scope,
    k: int,
    meaning: Meaning | None,
    modes: tuple[str, ...],
) -> list[Ranked]:
    """All passages that either half proposes, best first."""
    allowed = _allowed(reader, query, scope)
    if query.empty or k <= 0:
        return []
    within = _in_scope(reader, scope, allowed)
    nearest = None
    if meaning is not None:  # words are looked for meanwhile
        nearest = meaning.begin_nearest(query.text, max(DEPTH, k), within)
    by_words = _by_words(reader, query, within, max(DEPTH, k)) if WORDS in modes else []
    by_meaning = nearest() if nearest is not None else []
    near = passage_facts.around(reader, (passage for passage, _ in (*by_words, *by_meaning)))
    by_meaning = [scored for scored in by_meaning if scored[0] in near]  # others were removed since
    if WORDS not in modes:
        return fuse((), by_meaning, _meaning_weights(reader, meaning, near))
    cited = cited_passages(reader, query.text, scope)
    cited = cited if allowed is None else cited & allowed
    named = naming(reader, query.text, scope, near)
    inside = asked_within(reader, named, _asking(reader, meaning), allowed)
    more = passage_facts.around(reader, (passage for passage, _ in inside.meaning))
    weights = _meaning_weights(reader, meaning, near | more)
    return fuse(by_words, by_meaning, weights, cited, named.shares_of(near, inside), inside)


def _allowed(reader: Reader, query: Query, scope: Scope) -> set[int] | None:
    """The passages that may be hits because of quotes, minus signs, pages and days; None: any."""
    narrow = query.pages is not None or query.added is not None
    if not query.phrases and not query.without and not narrow:
        return None
    if query.phrases:
        allowed = reader.matching(language.every(query.phrases))
    else:
        allowed = set(reader.passage_ids(scope, query.pages, _added(query)))
    if query.phrases and narrow:
        allowed &= set(reader.passage_ids(scope, query.pages, _added(query)))
    for part in query.without:
        allowed -= reader.matching(language.every((part,)))
    return allowed


def _added(query: Query) -> tuple[str, str] | None:
    """The days of a question, as days are here, as moments in UTC: from one to before another."""
    if query.added is None:
        return None
    first, last = (max(day, EARLIEST) for day in query.added)
    since, until = (datetime.combine(day, time()) for day in (first, last + timedelta(days=1)))
    return since.astimezone(UTC).isoformat(), until.astimezone(UTC).isoformat()


def _by_words(reader: Reader, query: Query, within: list[int] | None, limit: int) -> list[Scored]:
    """The best by words, of those within."""
    match = language.any_of(query.text, reader.common(language.terms(query.text)))
    return reader.by_words_among(match, within, limit)


def cited_passages(reader: Reader, question: str, scope: Scope) -> set[int]:
    """The passages of sections that a question names."""
    found: set[int] = set()
    for reference in references(question)[:MOST_REFERENCES]:
        near = [passage for passage, _ in reader.by_words(reference.match, scope, MOST_CITED)]
        paths = passage_facts.sections(reader, near)
        found |= {passage for passage in near if stands_under(paths[passage], reference)}
    return found


def _asking(reader: Reader, meaning: Meaning | None) -> Nearest | None:
    """Asks for what is nearest in meaning to another text."""
    if meaning is None:
        return None
    return lambda text, passages: meaning.nearest(meaning.encode_query(text), DEPTH, passages)


def _in_scope(reader: Reader, scope: Scope, allowed: set[int] | None) -> list[int] | None:
    """The passages that may be hits, ascending; None means all."""
    in_scope = reader.within(scope)
    if allowed is None:
        return in_scope
    return sorted(allowed if in_scope is None else allowed.intersection(in_scope))


def _meaning_weights(
    reader: Reader, meaning: Meaning | None, near: Mapping[int, Facts]
) -> dict[int, float]:
    if meaning is None:
        return {}
    languages = {passage: facts.language for passage, facts in near.items()}
    factor = meaning_factor(reader, meaning.generation.id)
    return meaning_weights(languages, meaning.folder.languages, factor)


def meaning_factor(reader: Reader, generation: int) -> float:
    """What the library's labels taught about a generation's meaning; 1 before they did."""
    kept = reader.setting(f"{BALANCE} {generation}")
    return float(kept) if kept else USUAL


def grouped_hits(reader: Reader, query: Query, ranked: list[Ranked], k: int) -> tuple[Hit, ...]:
    """The k best clauses, each with the places further down that say the same.

    A clause in one place alone is read together with found ones right before or after it.
    """
    wider = ranked[: k * WIDER]
    found = reader.found(item.passage for item in wider)
    wider = [item for item in wider if item.passage in found]
    groups = grouped([found[item.passage].body for item in wider])
    alone = [found[wider[group[0]].passage] if len(group) == 1 else None for group in groups]
    rows = joined([_place(passage) if passage is not None else None for passage in alone], k)
    order = [index for row in rows for number in row for index in groups[number]]
    hits = iter(_hits(reader, query, [wider[index] for index in order], found))
    told = []
    for rank, row in enumerate(rows, 1):
        first, *others = (replace(next(hits), rank=rank) for number in row for _ in groups[number])
        if len(row) > 1:
            told.append(replace(first, beside=tuple(others)))
        else:
            told.append(replace(first, same=tuple(others)))
    return tuple(told)


def _place(passage: FoundPassage) -> Place:
    """A document's passages are stored in reading order, in one go."""
    first, last = passage.spans[0].page, passage.spans[-1].page
    length = len(passage.body)
    return Place(passage.document, passage.id, passage.section, first, last, length)


def hits_of(reader: Reader, query: Query, ranked: list[Ranked]) -> tuple[Hit, ...]:
    """Ranked passages with all that shows them; those that are gone are left out."""
    found = reader.found(item.passage for item in ranked)
    return _hits(reader, query, [item for item in ranked if item.passage in found], found)


def _hits(
    reader: Reader, query: Query, ranked: list[Ranked], found: dict[int, FoundPassage]
) -> tuple[Hit, ...]:
    matters = reader.matters_of({found[item.passage].document for item in ranked})
    emphasise = reasons.emphasis(query)
    return tuple(
        _hit(reader, query, emphasise, rank, item, found[item.passage], matters)
        for rank, item in enumerate(ranked, 1)
    )


def _hit(
    reader: Reader,
    query: Query,
    emphasise: reasons.Emphasise,
    rank: int,
    item: Ranked,
    passage: FoundPassage,
    matters: dict[int, tuple[str, ...]],
) -> Hit:
    first, last = passage.spans[0].page, passage.spans[-1].page
    emphasis = emphasise(passage.body)
    pages = reader.page_texts(passage.document, (span.page for span in passage.spans))
    return Hit(
        rank=rank,
        score=item.score,
        passage_id=passage.uuid,
        document=passage.document_name,
        document_id=passage.document_id,
        matters=matters.get(passage.document, ()),
        section=passage.section,
        page=first,
        page_label=pages[first][1],
        last_label=pages[last][1],
        spans=passage.spans,
        text=exact_text({number: text for number, (text, _) in pages.items()}, passage.spans),
        body=passage.body,
        text_source=passage.text_source,
        words=item.words,
        meaning=item.meaning,
        reason=reasons.reason(
            query,
            passage.section,
            passage.body,
            emphasis,
            item.words,
            item.meaning,
            item.named >= CLEAR,
        ),
        emphasis=emphasis,
    )
