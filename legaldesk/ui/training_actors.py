"""Those who act on training: they read, drive runs, ask, and find a passage again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QWidget

from legaldesk.ui.training_balancer import TrainingBalancer
from legaldesk.ui.training_book import TrainingBook
from legaldesk.ui.training_coach import TrainingCoach
from legaldesk.ui.training_opener import TrainingOpener
from legaldesk.ui.training_wishes import TrainingWishes

if TYPE_CHECKING:
    from legaldesk.ui.model_actors import ModelActors
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


class TrainingActors:
    """One of each; a run has a lane of its own, a look at all pairs goes where checks do."""

    def __init__(
        self,
        window: QWidget,
        requests: Requests,
        lanes: Lanes,
        board: TaskBoard,
        models: ModelActors,
    ) -> None:
        self.book = TrainingBook(requests, lanes.watching, lanes.care, window)
        self.coach = TrainingCoach(requests, lanes, board, self.book, models.book)
        self.balancer = TrainingBalancer(requests, lanes, board)
        models.book.switched.connect(lambda _: self.balancer.look())
        self.wishes = TrainingWishes(window, self.coach)
        self.coach.ended.connect(lambda _: QApplication.alert(window))
        self.opener = TrainingOpener(requests, lanes.asking, window)
