"""Those who act for the window: they ask, watch, import, add, file, erase and check."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from legaldesk.ui import keys
from legaldesk.ui.adding import Adding
from legaldesk.ui.asker import Asker
from legaldesk.ui.backing_up import BackingUp
from legaldesk.ui.checking import Checking
from legaldesk.ui.dialogs import NameQuestion, ask
from legaldesk.ui.erasing import Erasing
from legaldesk.ui.filing import Filing
from legaldesk.ui.importer import Importer
from legaldesk.ui.label_actors import LabelActors
from legaldesk.ui.matter_book import MatterBook
from legaldesk.ui.model_actors import ModelActors
from legaldesk.ui.task_board import TaskBoard
from legaldesk.ui.training_actors import TrainingActors
from legaldesk.ui.watcher import Watcher

if TYPE_CHECKING:
    from legaldesk.ui.settings import Settings
    from legaldesk.workers.lane import Lanes
    from legaldesk.workers.requests import Requests


class Actors:
    """One of each, on the lanes that they may use; they live as long as the window."""

    def __init__(
        self, window: QWidget, requests: Requests, lanes: Lanes, settings: Settings
    ) -> None:
        self._window = window
        self.board = TaskBoard(window)
        self.book = MatterBook(requests, lanes.library, settings.matter, window)
        self.asker = Asker(requests, lanes.asking, lanes.ranking, lanes.halves, window)
        self.watcher = Watcher(requests, lanes.watching, window)
        self.importer = Importer(requests, lanes.importing, self.board)
        self.adding = Adding(window, self.importer, self.book, settings)
        self.erasing = Erasing(window, requests, lanes.library, self.board)
        self.filing = Filing(window, requests, lanes.library, self.board, self.book)
        self.checking = Checking(window, requests, lanes.care, self.board)
        self.backups = BackingUp(window, requests, lanes.care, self.board, self.watcher)
        self.models = ModelActors(window, requests, lanes, self.board)
        self.training = TrainingActors(window, requests, lanes, self.board, self.models)
        self.labels = LabelActors(window, requests, lanes, self.board, self.book)
        self.asker.answered.connect(
            lambda answer, renewed: self.labels.memory.keep(answer, self.asker.scope, renewed)
        )
        self.book.renamed.connect(self.asker.renew)  # hits name their matters
        self.book.moved.connect(self.importer.follow)
        self.erasing.matterGoing.connect(self.importer.leave_out)
        self.watcher.changed.connect(self.models.book.wake)
        self.models.shop.orderChanged.connect(self.asker.order_anew)
        self.backups.restored.connect(self.look_again)

    def keys(self) -> dict[str, Callable[[], object]]:
        """The keys that start something anywhere in the window."""
        return {
            keys.ADD_FILES: self.adding.choose_files,
            keys.ADD_FOLDER: self.adding.choose_folder,
            keys.NEW_MATTER: self.ask_new_matter,
        }

    def look_again(self) -> None:
        """Ask for everything anew that may have changed."""
        self.watcher.look()
        self.book.refresh()
        self.asker.renew()
        self.models.book.look()
        self.labels.look_again()

    def ask_new_matter(self) -> None:
        """Ask for a name and make a matter."""
        question = NameQuestion(self._window, "New matter", "Create")
        ask(question, lambda: self.book.create(question.name))

    def ask_new_name(self, name: str) -> None:
        """Ask for a matter's other name."""
        question = NameQuestion(self._window, "Rename the matter", "Rename", name)
        ask(question, lambda: self.book.rename(name, question.name))
