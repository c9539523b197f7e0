"""Shows the preparation of a model among the running tasks, as long as it lasts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from legaldesk.ui.task_board import Task

if TYPE_CHECKING:
    from legaldesk.ui.model_book import ModelBook
    from legaldesk.ui.model_shop import ModelShop
    from legaldesk.ui.task_board import TaskBoard


class ModelSwitch(QObject):
    """Follows the book; also what was begun before this start is shown."""

    def __init__(self, book: ModelBook, shop: ModelShop, board: TaskBoard) -> None:
        super().__init__(board)
        self._book = book
        self._shop = shop
        self._board = board
        self._task: Task | None = None
        book.changed.connect(self._follow)

    def _follow(self) -> None:
        made = self._book.building
        title = f"Preparing {made.model}" if made is not None else ""
        if self._task is not None and self._task.title != title:
            self._board.drop(self._task)
            self._task = None
        if title and self._task is None:
            self._task = Task(title, cancel=self._shop.stop_switch)
            self._board.add(self._task)
        if self._task is not None and (progress := self._book.progress) is not None:
            self._board.advance(self._task, progress)
