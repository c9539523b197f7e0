"""Walk through what questions of the past have shown and nobody has labelled yet.

A question is kept only while its review may need it: with the matter it was asked in, with
every document it has shown, at most a few hundred of them, and not at all where the user
says so.
"""

from __future__ import annotations

from dataclasses import replace

from legaldesk.core.errors import WrongUse
from legaldesk.core.fusion import Ranked
from legaldesk.core.hits import Answer, Hit, Scope
from legaldesk.core.label_places import Place, closeness, place_of
from legaldesk.core.labels import Label, PastQuestion, asked_question
from legaldesk.core.progress import Report, silent
from legaldesk.core.query import Query, parse
from legaldesk.engine import label_reader, past_questions
from legaldesk.engine.label_reader import TodaysPassage
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.past_questions import REMEMBERING, Asked
from legaldesk.engine.reader import Reader
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.tasks.dispatch import reading, task
from legaldesk.tasks.searching import hits_of


@task
def remember_answer(desk: LocalDesk, answer: Answer, scope: Scope, report: Report = silent) -> bool:
    """Keep a question and where its hits stood; False when it was not kept.

    That is so without hits, without words, or when the user wants no question kept.
    """
    try:
        question = asked_question(answer.query)
    except WrongUse:
        return False
    if not answer.hits or not past_questions.remembers(desk.reader):
        return False
    live = desk.meaning.generation
    desk.store.labels.remember(
        question,
        _as_stored(desk.reader, answer.query, scope),
        (live.name, live.model),
        [(hit.rank, Place("", hit.document_id, hit.spans)) for hit in answer.hits],
    )
    return True


@reading
def review(
    desk: ReadingDesk,
    matter: str = "",
    limit: int = 20,
    without: tuple[int, ...] = (),
    report: Report = silent,
) -> tuple[PastQuestion, ...]:
    """Questions asked in a matter with results that are unlabelled, newest first.

    "" is those asked across all matters and in any that is not locked out of them.
    ``without`` are ids of questions to leave out, so that the limit holds others.
    """
    found: list[PastQuestion] = []
    passages: Passages = {}
    with desk.reader.moment():
        for asked in past_questions.asked_in(desk.reader, matter):
            if len(found) >= limit:
                break
            if asked.id in without:
                continue
            past = _past_question(desk.reader, asked, passages)
            if past.hits:
                found.append(past)
    return tuple(found)


@task
def forget_questions(desk: LocalDesk, matter: str = "", report: Report = silent) -> int:
    """Forget the past questions of a matter, "" of all; returns how many."""
    gone = desk.store.labels.forget(matter or None)
    desk.store.fold_log()
    return gone


@task
def forget_question(desk: LocalDesk, question: int, report: Report = silent) -> None:
    """Forget one past question by its id."""
    desk.store.labels.forget(None, question)
    desk.store.fold_log()


@task
def set_remembering(desk: LocalDesk, wanted: bool, report: Report = silent) -> None:
    """Keep questions for review from now on, or keep none and forget those that are kept."""
    desk.store.set_setting(REMEMBERING, "" if wanted else "off")
    if not wanted:
        forget_questions(desk)


@reading
def remembers(desk: ReadingDesk, report: Report = silent) -> bool:
    """Whether questions are kept for review."""
    return past_questions.remembers(desk.reader)


def _as_stored(reader: Reader, question: str, scope: Scope) -> Scope:
    """The scope that a question was answered in: its matter's name, its document's id."""
    query = parse(question)
    meant = Scope(query.matter or scope.matter, query.document or scope.document)
    matter = reader.matter_name(meant.matter) if meant.matter else ""
    document = ""
    if meant.document:
        [found] = reader.documents(meant)
        document = found.id
    return Scope(matter, document)


Passages = dict[str, list[TodaysPassage]]
"""Today's passages by document, as far as they were needed yet."""


def _past_question(reader: Reader, asked: Asked, passages: Passages) -> PastQuestion:
    labels = label_reader.current_labels(reader, question_key=asked.question_key)
    labels = label_reader.heard_in(reader, asked.matter, labels)
    shown = _today(reader, asked, passages)
    unlabelled = [hit for hit in shown if not any(_is_about(label, hit) for label in labels)]
    return PastQuestion(
        id=asked.id,
        question=asked.question,
        matter=asked.matter,
        document=asked.document,
        at=asked.at,
        model=asked.model,
        hits=tuple(unlabelled),
        labelled=len(shown) - len(unlabelled),
    )


def _today(reader: Reader, asked: Asked, passages: Passages) -> list[Hit]:
    """The passages that stand today where the results were, each with the best rank of them."""
    documents = {place.document for _, place in asked.shown}
    inside = documents & label_reader.documents_in(reader, asked.matter)
    passages |= label_reader.passages_of(reader, inside.difference(passages))
    ranks: dict[int, int] = {}
    for rank, place in asked.shown:
        here = passages.get(place.document, ()) if place.document in inside else ()
        near = label_reader.standing_for(place, here)
        best = max(near, key=lambda found: found[1], default=None)
        if best is not None:
            ranks.setdefault(best[0].id, rank)
    ranked = [Ranked(passage, 0.0, 0.0, 0.0) for passage in ranks]
    hits = hits_of(reader, Query(asked.question), ranked)
    return [replace(hit, rank=rank) for hit, rank in zip(hits, ranks.values(), strict=True)]


def _is_about(label: Label, hit: Hit) -> bool:
    place = Place(hit.body, hit.document_id, hit.spans)
    return label.matter in hit.matters and closeness(place_of(label), place) > 0
