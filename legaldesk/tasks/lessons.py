"""What labels teach, and what they measure: training pairs, and questions with right answers.

Contradicted labels take part in neither, and of a labeller who has said different things of
one text only the newest label does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from legaldesk.core.agreement import contradicted, outdated
from legaldesk.core.errors import WrongUse
from legaldesk.core.evaluation import Asked, Searched
from legaldesk.core.hits import Scope
from legaldesk.core.label_places import closeness, containment, place_of
from legaldesk.core.labels import Label, Verdict
from legaldesk.core.pairs import PAST_UNKNOWN, UNTAUGHT, Lineage, TrainingPair, same_text
from legaldesk.core.passages import embedded_text
from legaldesk.core.progress import Report, silent
from legaldesk.engine import label_reader
from legaldesk.engine.label_reader import TodaysPassage
from legaldesk.engine.reader import Reader
from legaldesk.engine.reading_desk import ReadingDesk
from legaldesk.tasks.dispatch import reading

PARTLY = float(Verdict.PARTLY.grade)
"""The grade of a passage that answers in part."""


@dataclass(frozen=True, slots=True)
class LabelledQuestions:
    """The library's own labels as questions to measure by.

    Passages are called by their ids of today's cut. ``unplaced`` labels are about no passage
    of today, ``contradicted`` ones are left out, and so are questions that ``taught`` the model.
    ``lost`` says that others may have.
    """

    asked: tuple[Asked, ...]
    searched: Searched
    unplaced: int
    contradicted: int
    taught: int = 0
    lost: bool = False

    def answered(self, purpose: str) -> list[Asked]:
        """The questions that have a right answer. Raises WrongUse for none to the purpose."""
        right = [each for each in self.asked if max(each.grades.values()) > PARTLY]
        if right:
            return right
        if self.note:
            raise WrongUse(f"{self.note} Mark passages as relevant for other questions first.")
        raise WrongUse(f"There is nothing to {purpose} yet. Mark passages as relevant first.")

    @property
    def note(self) -> str:
        """What to know of figures over these questions, "" for nothing."""
        said = []
        if self.taught == 1:
            said.append("One question that made the model in use is left out.")
        elif self.taught:
            said.append(f"{self.taught:,} questions that made the model in use are left out.")
        if self.lost:
            said.append(PAST_UNKNOWN)
        return " ".join(said)


@reading
def training_pairs(
    desk: ReadingDesk, matters: tuple[str, ...] = (), report: Report = silent
) -> tuple[TrainingPair, ...]:
    """The pairs of matters that may train; () is all of them.

    A relevant passage is a positive, one that is not relevant a hard negative for that
    question in that matter alone, and one that is partly relevant neither. Passages read as
    the encoder reads them, below their headings. Raises WrongUse for a matter that may not.
    """
    with desk.reader.moment():
        names = _may_train(desk.reader, matters)
        # What is said on two sides of a wall teaches one model: that is compared here alone.
        disputed = label_reader.disputed(desk.reader)
        unfit = contradicted(disputed) | outdated(disputed)
        groups = _by_question(_without(label_reader.current_labels(desk.reader), unfit))
    return tuple(
        pair for (matter, _), labels in groups.items() if matter in names for pair in _pairs(labels)
    )


@reading
def qrels(
    desk: ReadingDesk, matter: str = "", made_from: Lineage = UNTAUGHT, report: Report = silent
) -> LabelledQuestions:
    """The questions labelled in a matter, with the passages of the live cut that answer them.

    Relevant has grade 2 and partly grade 1. Where labels of different places are about one
    passage, the nearest decides, and the newest of equals. Each question is asked inside its
    matter; "" is every matter that is not locked out of all. A question that is among those
    of ``made_from``, or that a passage answers which is, is left out.
    """
    reader, past = desk.reader, _Past(made_from)
    with reader.moment():
        open_ = [each.name for each in reader.matters() if not each.locked_out_of_all]
        names = [reader.matter_name(matter)] if matter else open_
        mine = [each for each in label_reader.current_labels(reader) if each.matter in names]
        newest = _without(mine, label_reader.outdated(reader))
        labels = _without(newest, label_reader.clashing(reader))
        found = _Placed(reader, labels)
    asked, unplaced, taught = [], 0, 0
    for (name, question_key), about in _by_question(labels).items():
        if past.holds(about):
            taught += 1
            continue
        grades, lost = found.grades(about)
        unplaced += lost
        if grades:
            asked.append(Asked(f"{name}/{question_key}", about[0].question, Scope(name), grades))
    return LabelledQuestions(
        tuple(asked),
        Searched(found.names),
        unplaced,
        len(newest) - len(labels),
        taught,
        made_from.lost,
    )


class _Past:
    """The questions and passages that a model was made from."""

    def __init__(self, made_from: Lineage) -> None:
        self._questions = {same_text(pair.question) for pair in made_from.pairs}
        self._passages = {same_text(pair.passage) for pair in made_from.pairs}

    def holds(self, labels: Sequence[Label]) -> bool:
        """Whether the question of these labels is among them, or a passage that answers it."""
        if same_text(labels[0].question) in self._questions:
            return True
        right = (each for each in labels if each.verdict is Verdict.RELEVANT)
        return any(same_text(_read(each)) in self._passages for each in right)


class _Placed:
    """Labels on today's passages, each inside its own matter: its question is asked there."""

    def __init__(self, reader: Reader, labels: Iterable[Label]) -> None:
        labels = list(labels)
        self._by_document = label_reader.passages_of(
            reader, {label.document for label in labels if label.document}
        )
        self._inside = {
            matter: label_reader.documents_in(reader, matter)
            for matter in {label.matter for label in labels}
        }
        self._by_text: dict[tuple[str, str], list[TodaysPassage]] = defaultdict(list)
        for matter in {label.matter for label in labels if not self._is_here(label)}:
            for passage in label_reader.everything_in(reader, matter):
                self._by_text[matter, passage.place.text_key].append(passage)
        rows = reader.rows(
            "SELECT id, uuid FROM passages"
            " WHERE segmentation = (SELECT segmentation FROM generations WHERE state = 'live')"
        )
        self.names = {row["id"]: row["uuid"] for row in rows}

    def grades(self, labels: Sequence[Label]) -> tuple[dict[str, float], int]:
        """The grades of one question's passages, and how many labels are about none."""
        best: dict[str, tuple[float, int, Verdict]] = {}
        lost = 0
        for label in labels:
            about = [
                (passage.uuid, (close, label.id, label.verdict))
                for passage in self._near(label)
                if (close := closeness(place_of(label), passage.place))
            ]
            lost += not about
            for uuid, claim in about:
                best[uuid] = max(best.get(uuid, claim), claim)
        grades = {uuid: float(claim[2].grade) for uuid, claim in best.items()}
        return {uuid: grade for uuid, grade in grades.items() if grade}, lost

    def _is_here(self, label: Label) -> bool:
        return label.document in self._by_document and label.document in self._inside[label.matter]

    def _near(self, label: Label) -> list[TodaysPassage]:
        if self._is_here(label):
            return self._by_document[label.document]
        return self._by_text.get((label.matter, label.text_key), [])


def _may_train(reader: Reader, matters: Iterable[str]) -> set[str]:
    """The matters to train on. Raises WrongUse for one that may not be."""
    allowed = {matter.name for matter in reader.matters() if matter.may_train}
    wanted = {reader.matter_name(matter) for matter in matters} or allowed
    for name in sorted(wanted - allowed):
        raise WrongUse(f"The matter “{name}” may not be trained on. Allow it first.")
    return wanted


def _without(labels: Iterable[Label], unfit: set[int]) -> list[Label]:
    return [label for label in labels if label.id not in unfit]


def _by_question(labels: Iterable[Label]) -> dict[tuple[str, str], list[Label]]:
    """Labels by matter and question."""
    found: dict[tuple[str, str], list[Label]] = defaultdict(list)
    for label in labels:
        found[label.matter, label.question_key].append(label)
    return found


def _pairs(labels: Sequence[Label]) -> list[TrainingPair]:
    """The pairs of one question; a negative that shares text with a positive is left out."""
    positives = {each.text_key: each for each in labels if each.verdict is Verdict.RELEVANT}
    right = [place_of(each) for each in labels if each.verdict is Verdict.RELEVANT]
    negatives = dict.fromkeys(
        _read(each)
        for each in labels
        if each.verdict is Verdict.NOT_RELEVANT
        and each.text_key not in positives
        and not any(containment(place_of(each), place) for place in right)
    )
    return [
        TrainingPair(
            question=each.question,
            passage=_read(each),
            document=each.document,
            negatives=tuple(negatives),
            matter=each.matter,
            label=str(each.id),
        )
        for each in positives.values()
    ]


def _read(label: Label) -> str:
    return embedded_text(label.section, label.text)
