"""Marks passages as answers to a question, takes it back, and knows what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.hits import Hit
from legaldesk.core.labels import Label, Standing, Verdict
from legaldesk.ui.page_latest import Latest

if TYPE_CHECKING:
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


@dataclass(eq=False)
class Mark:
    """A verdict that was given here; ``label`` is 0 until it is stored."""

    question: str
    hit: Hit
    verdict: Verdict
    matter: str
    label: int = 0
    unwanted: bool = False


class Marks(QObject):
    """What is said of the hits of one question; shown at once, stored a moment later.

    ``changed`` tells that a standing is another; ``stored`` that the library's labels are.
    ``refused`` carries an error and what tries again. ``plain`` questions have no operators: what
    looks like one is part of them.
    """

    changed = Signal()
    stored = Signal()
    refused = Signal(object, object)

    def __init__(
        self, requests: Requests, lane: Lane, parent: QObject, plain: bool = False
    ) -> None:
        super().__init__(parent)
        self._plain = plain
        self._requests = requests
        self._lane = lane
        self._looking = Latest(lane)
        self._question, self._matter = "", ""
        self._hits: tuple[Hit, ...] = ()
        self._known: dict[str, Standing] = {}
        self._under_way: dict[str, Mark | None] = {}
        self._given: list[Mark] = []
        self._sent = 0
        """How many marks and undoings the library has not answered yet, of whatever question."""

    @property
    def question(self) -> str:
        """The question whose hits are shown."""
        return self._question

    @property
    def settled(self) -> bool:
        """Whether all that was said is stored and all that was asked has arrived."""
        return not self._sent and not self._under_way and not self._looking.waiting

    @property
    def can_undo(self) -> bool:
        """Whether something was marked here that can be taken back."""
        return bool(self._given)

    def standing(self, hit: Hit) -> Standing:
        """What is known of a hit."""
        if hit.passage_id in self._under_way:
            mark = self._under_way[hit.passage_id]
            return Standing() if mark is None else Standing(mark.verdict, mark.label, mine=True)
        return self._known.get(hit.passage_id, Standing())

    def look(self, question: str, hits: Sequence[Hit], matter: str = "") -> None:
        """From now on it is about these hits; find out what was said of them.

        ``matter`` is where the question was asked; labels are given there. It may be spelt
        as somebody typed it.
        """
        if question != self._question:
            self._known, self._under_way = {}, {}
        self._question, self._hits, self._matter = question, tuple(hits), matter
        self.changed.emit()
        self._look()

    def matter_of(self, hit: Hit) -> str:
        """The matter where the question was asked, if the hit is in it."""
        asked = self._matter.casefold()
        return next((name for name in hit.matters if name.casefold() == asked), "")

    def look_again(self) -> None:
        """Find out anew what was said of the same hits."""
        self._look()

    def mark(self, hit: Hit, verdict: Verdict) -> bool:
        """Say what a hit is to the question; False where the same was said already."""
        known = self.standing(hit)
        if not self._question or (known.mine and known.verdict is verdict):
            return False
        mark = Mark(self._question, hit, verdict, self.matter_of(hit))
        self._given.append(mark)
        self._store(mark)
        return True

    def undo(self) -> Mark | None:
        """Take back what was marked last, which may be of an earlier question."""
        if not self._given:
            return None
        mark = self._given.pop()
        if mark.label:
            self._take_back(mark.question, mark.hit, mark.label)
        else:
            mark.unwanted = True  # it goes as soon as it is known by what number
            self._show(mark.question, mark.hit, None)
        return mark

    def take_back(self, hit: Hit) -> None:
        """Take back what the labeller said of a hit, whenever that was."""
        standing = self.standing(hit)
        on_its_way = [mark for mark in self._given if mark.hit == hit and not mark.label]
        if on_its_way:
            on_its_way[-1].unwanted = True
            self._given.remove(on_its_way[-1])
            self._show(self._question, hit, None)
        elif standing.mine and standing.label:
            self._given = [mark for mark in self._given if mark.label != standing.label]
            self._take_back(self._question, hit, standing.label)

    # ------------------------------------------------------------ storing

    def _store(self, mark: Mark) -> None:
        hit = mark.hit
        place = (hit.document_id, hit.spans, mark.verdict, mark.matter, hit.rank)
        job = self._requests.label_hit(mark.question, *place, self._plain)
        job.succeeded.connect(lambda label: self._stored(mark, label))
        job.failed.connect(lambda error: self._failed(error, mark))
        self._show(mark.question, hit, mark)
        self._send(job)

    def _stored(self, mark: Mark, label: Label) -> None:
        mark.label = label.id
        if mark.unwanted:
            self._take_back(mark.question, mark.hit, label.id)
        else:
            self._settle(mark.hit, mark)
            self.stored.emit()

    def _failed(self, error: LegalDeskError, mark: Mark) -> None:
        self._given = [each for each in self._given if each is not mark]
        self._settle(mark.hit, mark)
        if not mark.unwanted:
            self.refused.emit(error, lambda: self._again(mark))

    def _again(self, mark: Mark) -> None:
        self._given.append(mark)
        self._store(mark)

    def _take_back(self, question: str, hit: Hit, label: int) -> None:
        self._show(question, hit, None)
        job = self._requests.undo_label(label)
        job.succeeded.connect(lambda _: self._taken_back(hit))
        job.failed.connect(lambda error: self._not_taken_back(error, question, hit, label))
        self._send(job)

    def _send(self, job: Job) -> None:
        self._sent += 1
        for ended in (job.succeeded, job.failed, job.cancelled):
            ended.connect(self._answered)
        self._lane.submit(job)

    def _answered(self) -> None:
        self._sent -= 1

    def _taken_back(self, hit: Hit) -> None:
        self._settle(hit, None)
        self.stored.emit()

    def _not_taken_back(self, error: LegalDeskError, question: str, hit: Hit, label: int) -> None:
        self._settle(hit, None)
        self.refused.emit(error, lambda: self._take_back(question, hit, label))

    # ------------------------------------------------------------ what is shown

    def _show(self, question: str, hit: Hit, mark: Mark | None) -> None:
        """What stands here until the library has it."""
        if question == self._question:
            self._under_way[hit.passage_id] = mark
            self.changed.emit()

    def _settle(self, hit: Hit, mark: Mark | None) -> None:
        """The library has it, or has refused; a newer mark on the same hit stays."""
        if hit.passage_id in self._under_way and self._under_way[hit.passage_id] is mark:
            if mark is not None and mark.label:
                self._known[hit.passage_id] = Standing(mark.verdict, mark.label, mine=True)
            elif mark is None:
                self._known.pop(hit.passage_id, None)
            del self._under_way[hit.passage_id]
            self.changed.emit()
        self._look()

    def _look(self) -> None:
        if self._question and self._hits:
            job = self._requests.verdicts(self._question, self._hits, self._matter, self._plain)
            self._looking.ask(job, self._take, lambda error: None)
        else:
            self._looking.drop()

    def _take(self, standings: Sequence[Standing]) -> None:
        found = dict(zip((hit.passage_id for hit in self._hits), standings, strict=True))
        if found != self._known:
            self._known = found
            self.changed.emit()
