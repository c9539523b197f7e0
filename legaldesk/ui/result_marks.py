"""Lets the results be marked: what is pressed goes to the marks, what is known to the cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from legaldesk.core.hits import Answer, Hit, Scope
from legaldesk.core.labels import Verdict
from legaldesk.core.query import parse
from legaldesk.ui import keys, verdict_words

if TYPE_CHECKING:
    from legaldesk.ui.label_actors import LabelActors
    from legaldesk.ui.result_foot import ResultFoot
    from legaldesk.ui.result_list import ResultList

AGREED = "Nobody disagrees here"


class ResultMarks(QObject):
    """After a key has marked a result the next one is current, so that the next key marks it."""

    def __init__(self, results: ResultList, foot: ResultFoot, labels: LabelActors) -> None:
        super().__init__(results)
        self._results, self._foot, self._labels = results, foot, labels
        self._marks = labels.marks
        results.markWanted.connect(self._mark)
        results.undoWanted.connect(self._undo)
        results.takeBackWanted.connect(self._marks.take_back)
        results.settleWanted.connect(self._settle)
        self._marks.changed.connect(self._show)
        labels.pairing.kept.connect(lambda: foot.notice("Kept for the other question"))
        labels.settling.agreed.connect(lambda: foot.notice(AGREED))
        self._add_menu()

    def show_answer(self, answer: Answer, scope: Scope) -> None:
        """From now on the hits of this answer are marked."""
        matter = parse(answer.query).matter or scope.matter
        self._marks.look(answer.query, answer.hits, matter)

    def start_over(self) -> None:
        """There is nothing to mark."""
        self._marks.look("", ())

    def _show(self) -> None:
        hits = self._results.hits
        self._results.show_standings({hit.passage_id: self._marks.standing(hit) for hit in hits})

    def _mark(self, hit: Hit, verdict: Verdict, by_key: bool) -> None:
        known = self._marks.standing(hit)
        given = self._marks.mark(hit, verdict)
        row = self._results.hits.index(hit)
        if by_key and not known.mine and row + 1 < len(self._results.hits):
            self._results.choose(row + 1)
        name = verdict_words.name(verdict).lower()
        if given:  # said last: to choose a row says which one it is
            self._foot.notice(f"Hit {hit.rank} marked {name}. Undo: {keys.spoken(keys.UNDO)}")
        else:
            self._foot.notice(f"Hit {hit.rank} is marked {name} already")

    def _undo(self) -> None:
        """Take back the last mark and go to what it was about."""
        mark = self._marks.undo()
        if mark is None:
            self._foot.notice("Nothing to undo")
            return
        here = mark.question == self._marks.question
        rows = [n for n, each in enumerate(self._results.hits) if _same(each, mark.hit)]
        if here and rows:
            self._results.choose(rows[0])
        self._foot.notice("Taken back" if here else f"Taken back for “{mark.question}”")

    def _settle(self, hit: Hit) -> None:
        marks = self._marks
        standing = marks.standing(hit)
        if standing.contradicted:
            matter = marks.matter_of(hit)
            self._labels.settling.ask_about(marks.question, hit, standing, matter)
        else:
            self._foot.notice(AGREED)

    # ------------------------------------------------------------ the menu

    def _add_menu(self) -> None:
        """The same for the mouse, and for keys that open a menu."""
        for verdict, look in verdict_words.LOOKS.items():
            self._entry(
                f"{look.name}\t{look.key}", lambda hit, v=verdict: self._mark(hit, v, False)
            )
        self._entry("Take back what I said", self._marks.take_back)
        self._entry("Settle a disagreement…", self._settle)
        self._entry("Use this passage for another question…", self._pair)

    def _entry(self, text: str, act: object) -> None:
        assert callable(act)
        entry = QAction(text, self._results)
        entry.triggered.connect(lambda: self._results.hit and act(self._results.hit))
        self._results.addAction(entry)

    def _pair(self, hit: Hit) -> None:
        self._labels.pairing.ask_for_hit(hit)


def _same(one: Hit, other: Hit) -> bool:
    return one.passage_id == other.passage_id
