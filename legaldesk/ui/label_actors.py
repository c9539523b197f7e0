"""Those who act on labels: they mark, settle, pair, bring in and write out, and remember."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from legaldesk.ui.label_exchange import LabelExchange
from legaldesk.ui.marks import Marks
from legaldesk.ui.pairing import Pairing
from legaldesk.ui.question_memory import QuestionMemory
from legaldesk.ui.settling import Settling

if TYPE_CHECKING:
    from legaldesk.ui.matter_book import MatterBook
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


class LabelActors(QObject):
    """One of each; the marks of results and those of the review each undo their own.

    ``changed`` tells that the library's labels are others than before. ``refused`` carries
    an error and what tries again.
    """

    changed = Signal()
    refused = Signal(object, object)

    def __init__(
        self,
        window: QWidget,
        requests: Requests,
        lanes: Lanes,
        board: TaskBoard,
        book: MatterBook,
    ) -> None:
        super().__init__(window)
        self.marks = Marks(requests, lanes.labels, window)
        self.reviewed = Marks(requests, lanes.labels, window, plain=True)
        self.memory = QuestionMemory(requests, lanes.memory, window)
        self.settling = Settling(window, requests, lanes.labels)
        self.pairing = Pairing(window, requests, lanes.labels, book)
        self.exchange = LabelExchange(window, requests, lanes.care, board, book)
        for stored in (self.marks.stored, self.reviewed.stored):
            stored.connect(self.changed)
        for stored in (self.settling.settled, self.pairing.kept, self.exchange.imported):
            stored.connect(self.look_again)
        self.reviewed.stored.connect(self.marks.look_again)
        everybody = (self.marks, self.reviewed, self.memory, self.settling, self.pairing)
        for actor in (*everybody, self.exchange):
            actor.refused.connect(self.refused)

    def look_again(self) -> None:
        """Find out anew what was said of what is shown."""
        self.marks.look_again()
        self.reviewed.look_again()
        self.changed.emit()
