"""The labels of the invented office: kept in memory, told apart by question and passage."""

from __future__ import annotations

from dataclasses import replace

from legaldesk.core import agreement
from legaldesk.core.errors import WrongUse
from legaldesk.core.label_lines import ExportReport, ImportReport, Refusal
from legaldesk.core.labels import (
    Label,
    LabelCounts,
    LabelSource,
    LabelState,
    PastQuestion,
    Standing,
    Verdict,
    asked_question,
)
from legaldesk.core.passages import Span
from legaldesk.workers.job import Job

ME, OTHER = "Ann Lee", "Bob Ray"
MADE = "2026-03-14T09:26:53"


class LabelOffice:
    """The label requests of the office; ``labels`` and ``past`` are what it knows."""

    labels: list[Label]
    past: list[PastQuestion]
    may_train: set[str]
    me: str = ME
    remembering: bool = True
    refusing_labels: Exception | None = None

    def _job(self, name, work, *arguments) -> Job:
        raise NotImplementedError

    # ------------------------------------------------------------ marking

    def label_hit(
        self, question, document_id, spans, verdict, matter="", rank=0, plain=False
    ) -> Job:
        def work(_) -> Label:
            asked = question if plain else asked_question(question)
            return self._add(asked, document_id, tuple(spans), verdict, LabelSource.SEARCH)

        return self._job("label_hit", work, question, document_id, verdict, matter, rank)

    def label_selection(
        self, question, document_id, spans, verdict=Verdict.RELEVANT, matter=""
    ) -> Job:
        def work(_) -> Label:
            return self._add(question, document_id, tuple(spans), verdict, LabelSource.SELECTION)

        return self._job("label_selection", work, question, document_id, tuple(spans), matter)

    def _add(self, question, document, spans, verdict, source) -> Label:
        if self.refusing_labels:
            raise self.refusing_labels
        added = label(question, document, verdict, self.me, spans, source, len(self.labels) + 1)
        self.labels = [
            replace(each, state=LabelState.SUPERSEDED) if self._same(each, added) else each
            for each in self.labels
        ]
        self.labels.append(added)
        return added

    def _same(self, one: Label, other: Label) -> bool:
        return (one.question, one.document, one.labeller) == (
            other.question, other.document, other.labeller
        )  # fmt: skip

    def undo_label(self, number) -> Job:
        def work(_) -> tuple[Label, ...]:
            if self.refusing_labels:
                raise self.refusing_labels
            self._end(number, LabelState.UNDONE)
            return ()

        return self._job("undo_label", work, number)

    def restore_label(self, number) -> Job:
        def work(_) -> Label:
            if self.refusing_labels:
                raise self.refusing_labels
            self._end(number, LabelState.CURRENT)
            return next(each for each in self.labels if each.id == number)

        return self._job("restore_label", work, number)

    def _end(self, number, why) -> None:
        self.labels = [
            replace(each, state=why) if each.id == number else each for each in self.labels
        ]

    def current(self) -> list[Label]:
        """The labels that count."""
        return [each for each in self.labels if each.state is LabelState.CURRENT]

    # ------------------------------------------------------------ reading

    def verdicts(self, question, hits, matter="", plain=False) -> Job:
        def work(_) -> tuple[Standing, ...]:
            asked = question if plain else asked_question(question)
            return tuple(self._standing(asked, hit) for hit in hits)

        return self._job("verdicts", work, question)

    def _standing(self, question, hit) -> Standing:
        about = [
            each
            for each in self.current()
            if each.question == question and each.document == hit.document_id
        ]
        if not about:
            return Standing()
        best = max(about, key=lambda each: (each.labeller == self.me, each.id))
        clash = len({each.verdict for each in about}) > 1
        return Standing(best.verdict, best.id, best.labeller, best.labeller == self.me, clash)

    def list_labels(self, wanted) -> Job:
        def work(_) -> tuple[Label, ...]:
            clashing = agreement.contradicted(self.current())
            found = [replace(each, contradicted=each.id in clashing) for each in self.labels]
            return tuple(
                each for each in reversed(found)
                if (wanted.history or each.state is LabelState.CURRENT)
                and wanted.matter in ("", each.matter)
                and wanted.question.lower() in each.question.lower()
            )[:wanted.limit]  # fmt: skip

        return self._job("list_labels", work, wanted)

    def count_labels(self) -> Job:
        def work(_) -> tuple[LabelCounts, ...]:
            return tuple(self._counts(matter.name) for matter in self.matters)

        return self._job("count_labels", work)

    def _counts(self, matter) -> LabelCounts:
        mine = [each for each in self.current() if each.matter == matter]
        numbers = [sum(each.verdict is verdict for each in mine) for verdict in (
            Verdict.RELEVANT, Verdict.PARTLY, Verdict.NOT_RELEVANT
        )]  # fmt: skip
        clashes = len(agreement.contradictions(mine))
        questions = len({each.question for each in mine})
        return LabelCounts(matter, *numbers, questions, clashes, matter in self.may_train)

    def contradictions(self, matter="") -> Job:
        def work(_):
            found = agreement.contradictions(self.current())
            return tuple(
                each for each in found if matter in ("", *(one.matter for one in each.labels))
            )

        return self._job("contradictions", work, matter)

    def resolve(self, label_ids, keep) -> Job:
        def work(_) -> None:
            for each in self.current():
                if each.id in label_ids and each.verdict is not keep:
                    self._end(each.id, LabelState.OVERRULED)

        return self._job("resolve", work, tuple(label_ids), keep)

    # ------------------------------------------------------------ the rest

    def let_train(self, matter, allowed) -> Job:
        def work(_) -> None:
            (self.may_train.add if allowed else self.may_train.discard)(matter)

        return self._job("let_train", work, matter, allowed)

    def current_labeller(self) -> Job:
        return self._job("current_labeller", lambda _: self.me)

    def set_labeller(self, name) -> Job:
        def work(_) -> None:
            self.me = name or ME

        return self._job("set_labeller", work, name)

    def import_labels(self, path, matter, format="", labeller="") -> Job:
        def work(_) -> ImportReport:
            if self.refusing_labels:
                raise self.refusing_labels
            refusals = (
                Refusal(3, "it is empty", "positive"),
                Refusal(7, "contradiction: line 2 says otherwise of the same text"),
            )
            return ImportReport(matter, 9, 7, 2, 1, refusals)

        return self._job("import_labels", work, path, matter)

    def export_labels(self, path, matter="", format="", complete=False) -> Job:
        report = ExportReport(path, 5, 6, 2)
        return self._job("export_labels", lambda _: report, path, matter, complete)

    def remember_answer(self, answer, scope) -> Job:
        return self._job("remember_answer", lambda _: self.remembering, answer.query, scope)

    def review(self, matter="", limit=20, without=()) -> Job:
        def work(_) -> tuple[PastQuestion, ...]:
            if self.refusing_labels:
                raise self.refusing_labels
            left = [
                replace(each, hits=self._unlabelled(each))
                for each in self.past
                if each.id not in without and matter in ("", each.matter)
            ]
            return tuple(each for each in left if each.hits)[:limit]

        return self._job("review", work, matter)

    def _unlabelled(self, past):
        return tuple(hit for hit in past.hits if self._standing(past.question, hit).verdict is None)

    def forget_questions(self, matter="") -> Job:
        def work(_) -> int:
            gone, self.past = len(self.past), []
            return gone

        return self._job("forget_questions", work, matter)

    def remembers(self) -> Job:
        return self._job("remembers", lambda _: self.remembering)

    def set_remembering(self, wanted) -> Job:
        def work(_) -> None:
            if self.refusing_labels:
                raise self.refusing_labels
            self.remembering = wanted
            self.past = self.past if wanted else []

        return self._job("set_remembering", work, wanted)


def label(question, document, verdict, labeller, spans, source, number) -> Label:
    """A label of the office; its text is its document's."""
    name = document.removeprefix("id-")
    return Label(
        question=question,
        verdict=verdict,
        text=f"The passage of {name}.",
        matter="Acme v. Byte",
        labeller=labeller,
        source=source,
        document=document,
        document_name=name,
        spans=spans,
        made=MADE,
        id=number,
    )


def invent(office: LabelOffice, question: str) -> None:
    """Labels of several people, one of them contradicted, for pictures."""
    said = (
        ("Supply Agreement.pdf", Verdict.RELEVANT, ME),
        ("NDA Byte.pdf", Verdict.NOT_RELEVANT, ME),
        ("Opinion of 3 March.pdf", Verdict.PARTLY, OTHER),
        ("Supply Agreement.pdf", Verdict.NOT_RELEVANT, OTHER),
    )
    office.labels = [
        label(question, f"id-{name}", verdict, who, (Span(3, 0, 90),), LabelSource.SEARCH, number)
        for number, (name, verdict, who) in enumerate(said, 1)
    ]


BUSY = WrongUse("The library is being repaired.")
