"""Those who act on models: they read, fetch, ask, and show what goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from legaldesk.ui.model_book import ModelBook
from legaldesk.ui.model_shop import ModelShop
from legaldesk.ui.model_switch import ModelSwitch
from legaldesk.ui.model_wishes import ModelWishes

if TYPE_CHECKING:
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


class ModelActors:
    """One of each; a fetch of gigabytes has a lane of its own."""

    def __init__(self, window: QWidget, requests: Requests, lanes: Lanes, board: TaskBoard) -> None:
        self.book = ModelBook(requests, lanes.watching, window)
        self.shop = ModelShop(requests, lanes.models, lanes.library, board, self.book)
        self.switch = ModelSwitch(self.book, self.shop, board)
        self.wishes = ModelWishes(window, self.book, self.shop)
