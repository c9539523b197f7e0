"""Say what passages are to questions, take it back, and settle where people differ."""

from __future__ import annotations

from dataclasses import replace

from legaldesk.core.agreement import contradicted
from legaldesk.core.errors import WrongUse
from legaldesk.core.hits import Hit
from legaldesk.core.label_places import Place, closeness, place_of
from legaldesk.core.labels import (
    Contradiction,
    Label,
    LabelCounts,
    LabelFilter,
    LabelSource,
    Standing,
    Verdict,
    asked_question,
    key_of_question,
    labeller_name,
    plain_question,
)
from legaldesk.core.passages import Span
from legaldesk.core.progress import Report, silent
from legaldesk.engine import label_reader
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.tasks.dispatch import reading, task


@task
def label_hit(
    desk: LocalDesk,
    question: str,
    document_id: str,
    spans: tuple[Span, ...],
    verdict: Verdict,
    matter: str = "",
    rank: int = 0,
    plain: bool = False,
    report: Report = silent,
) -> Label:
    """Label a search's hit; ``question`` is what stood in the question box.

    ``plain`` says that it has no operators to be read, as one of the past has not.

    What the labeller has said before of the same place, or otherwise of the same text in this
    matter, becomes history. ``matter`` "" is one that the document is in. Raises WrongUse
    without a question or when the document is gone.
    """
    asked = plain_question(question) if plain else asked_question(question)
    label = _label(desk, asked, document_id, spans, verdict, matter)
    live = desk.meaning.generation
    return desk.store.labels.add(replace(label, rank=rank, model_name=live.name, model=live.model))


@task
def label_selection(
    desk: LocalDesk,
    question: str,
    document_id: str,
    spans: tuple[Span, ...],
    verdict: Verdict = Verdict.RELEVANT,
    matter: str = "",
    report: Report = silent,
) -> Label:
    """Label text that was selected on pages as what answers a question.

    That is read as the question box reads it, so that both ask the same. ``matter`` is where
    somebody was; a document that is not in it, as the question may have led elsewhere, chooses
    one of its own. Raises WrongUse.
    """
    matters = desk.reader.document(document_id).matters
    matter = desk.reader.matter_name(matter) if matter else ""
    matter = matter if matter in matters else ""
    label = _label(desk, asked_question(question), document_id, spans, verdict, matter)
    return desk.store.labels.add(replace(label, source=LabelSource.SELECTION))


@task
def undo_label(desk: LocalDesk, label: int, report: Report = silent) -> tuple[Label, ...]:
    """Take a label back by its id; what its labeller had said there before counts again.

    Returns the labels that do. Raises WrongUse when it no longer counts.
    """
    return desk.store.labels.undo(label, label_reader.labeller(desk.reader))


@task
def restore_label(desk: LocalDesk, label: int, report: Report = silent) -> Label:
    """Put a label back by its id that was taken back; what it had replaced no longer counts.

    Raises WrongUse when it was not taken back or its labeller has said something newer there.
    """
    return desk.store.labels.restore(label, label_reader.labeller(desk.reader))


@reading
def list_labels(
    desk: ReadingDesk, wanted: LabelFilter, report: Report = silent
) -> tuple[Label, ...]:
    """The labels that a filter lets through, newest first."""
    return label_reader.listed(desk.reader, wanted)


@reading
def count_labels(desk: ReadingDesk, report: Report = silent) -> tuple[LabelCounts, ...]:
    """The labels that count, for each matter by name."""
    with desk.reader.moment():
        return label_reader.counted(desk.reader)


@reading
def verdicts(
    desk: ReadingDesk,
    question: str,
    hits: tuple[Hit, ...],
    matter: str = "",
    plain: bool = False,
    report: Report = silent,
) -> tuple[Standing, ...]:
    """What has been said of each hit for this question: one's own word first, then the nearest.

    Only labels of a matter that the hit is in count, and of one that is locked out of all only
    where the question was asked in that ``matter``. Never fails for want of either. ``plain``
    as for ``label_hit``.
    """
    try:
        asked = key_of_question(plain_question(question) if plain else asked_question(question))
    except WrongUse:
        return tuple(Standing() for _ in hits)
    labels = label_reader.current_labels(desk.reader, question_key=asked)
    labels = label_reader.heard_in(desk.reader, _known_matter(desk, matter), labels)
    me = label_reader.labeller(desk.reader)
    clashing = contradicted(labels, label_reader.locked(desk.reader))
    return tuple(_standing(hit, labels, me, clashing) for hit in hits)


@reading
def contradictions(
    desk: ReadingDesk, matter: str = "", report: Report = silent
) -> tuple[Contradiction, ...]:
    """Texts of which different things are said, where a matter's label takes part.

    "" is every matter that is not locked out of all. The labels of one that is contradict each
    other alone. Raises WrongUse when there is no such matter.
    """
    with desk.reader.moment():
        name = desk.reader.matter_name(matter) if matter else ""
        found, locked = label_reader.clashes(desk.reader), label_reader.locked(desk.reader)
    if name:
        return tuple(clash for clash in found if _concerns(clash, name))
    return tuple(clash for clash in found if clash.labels[0].matter not in locked)


@task
def resolve(
    desk: LocalDesk, labels: tuple[int, ...], keep: Verdict, report: Report = silent
) -> None:
    """Settle a contradiction, given as the ids of its labels: one verdict stays.

    Raises WrongUse when nobody has that verdict, the labels have changed meanwhile, or some of
    them are in a matter that is locked out of all and others are not.
    """
    desk.store.labels.resolve(labels, keep, label_reader.labeller(desk.reader))


@task
def let_train(desk: LocalDesk, matter: str, allowed: bool, report: Report = silent) -> None:
    """Say whether a matter's labels may be trained on; at first they may not."""
    desk.store.labels.let_train(desk.reader.matter_name(matter), allowed)


@reading
def current_labeller(desk: ReadingDesk, report: Report = silent) -> str:
    """The name that labels are given under."""
    return label_reader.labeller(desk.reader)


@task
def set_labeller(desk: LocalDesk, name: str, report: Report = silent) -> None:
    """Give labels under this name from now on; "" is the computer's user again."""
    desk.store.set_setting(label_reader.LABELLER, labeller_name(name) if name else "")


def _label(
    desk: LocalDesk,
    question: str,
    document_id: str,
    spans: tuple[Span, ...],
    verdict: Verdict,
    matter: str,
) -> Label:
    desk.reader.document(document_id)  # raises WrongUse when it is gone
    found = label_reader.place_at(desk.reader, document_id, spans)
    if not found.place.text:
        raise WrongUse("There is no text at that place of the document.", document_id)
    return Label(
        question=question,
        verdict=verdict,
        text=found.place.text,
        matter=matter,
        labeller=label_reader.labeller(desk.reader),
        source=LabelSource.SEARCH,
        section=found.section,
        document=document_id,
        extraction=found.place.extraction,
        spans=spans,
    )


def _known_matter(desk: ReadingDesk, matter: str) -> str:
    """The matter as it is spelt, "" for none such: it may have been renamed meanwhile."""
    try:
        return desk.reader.matter_name(matter) if matter else ""
    except WrongUse:
        return ""


def _standing(hit: Hit, labels: list[Label], me: str, clashing: set[int]) -> Standing:
    place = Place(hit.body, hit.document_id, hit.spans)
    about = [
        (label.labeller == me, closeness(place_of(label), place), label.id, label)
        for label in labels
        if label.matter in hit.matters and closeness(place_of(label), place)
    ]
    if not about:
        return Standing()
    mine, _, number, label = max(about)
    return Standing(
        label.verdict, number, label.labeller, mine, any(each[2] in clashing for each in about)
    )


def _concerns(clash: Contradiction, matter: str) -> bool:
    return any(label.matter == matter for label in clash.labels)
