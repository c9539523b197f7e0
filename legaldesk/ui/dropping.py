"""Makes a whole window the place where files are dropped."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from legaldesk.core.hits import ALL_MATTERS
from legaldesk.ui.drop_overlay import DropOverlay, dropped_paths

if TYPE_CHECKING:
    from legaldesk.ui.adding import Adding
    from legaldesk.ui.matter_book import MatterBook
    from legaldesk.ui.model_wishes import ModelWishes


class Dropping(QObject):
    """Says which matter will receive files that hover over the window, and adds them there.

    ``models`` gives who takes models while that is what the window shows, else None.
    """

    def __init__(
        self,
        window: QWidget,
        adding: Adding,
        book: MatterBook,
        models: Callable[[], ModelWishes | None] = lambda: None,
    ) -> None:
        super().__init__(window)
        self._models = models
        self._window = window
        self._adding = adding
        self._book = book
        self.overlay = DropOverlay(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the window's drag events."""
        if isinstance(event, QDragEnterEvent):
            self._enter(event)
        elif event.type() is QEvent.Type.DragLeave:
            self.overlay.hide()
        elif isinstance(event, QDropEvent) and event.type() is QEvent.Type.Drop:
            self._drop(event)
            return True
        elif event.type() is QEvent.Type.Resize:
            self.overlay.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def _enter(self, event: QDragEnterEvent) -> None:
        if not dropped_paths(event.mimeData()):
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if self._taker(dropped_paths(event.mimeData())) is not None:
            self.overlay.offer("Drop to add a model", "Its folder, or a zip file of it")
            return
        self._adding.expect()
        if self._book.current != ALL_MATTERS:
            self.overlay.offer(f"Drop to add to {self._book.current}", "PDF files and folders")
        else:
            self.overlay.offer("Drop to add", "You will be asked which matter they are for")

    def _drop(self, event: QDropEvent) -> None:
        self.overlay.hide()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        paths = dropped_paths(event.mimeData())
        if (taker := self._taker(paths)) is not None:
            taker.add_paths(paths)
        else:
            self._adding.add(paths)

    def _taker(self, paths: tuple[str, ...]) -> ModelWishes | None:
        """Who takes these as models: nobody where one of them is a PDF file."""
        papers = any(path.casefold().endswith(".pdf") for path in paths)
        return None if papers else self._models()
