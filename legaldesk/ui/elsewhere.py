"""Notices what others, such as the command line, change in the library that the window shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.hits import Answer, Edition, EngineState

if TYPE_CHECKING:
    from legaldesk.ui.asker import Asker
    from legaldesk.ui.importer import Importer
    from legaldesk.ui.watcher import Watcher


class Elsewhere(QObject):
    """Compares the edition that was read with the one that there is.

    ``taken`` tells that something may be shown that must not be any more, ``changed`` that lists
    are to be read again, ``grown`` that the answer may lack something. What the window does
    itself is in the editions that it reads after that, and so is told no second time.
    """

    taken = Signal()
    changed = Signal()
    grown = Signal()

    def __init__(self, watcher: Watcher, asker: Asker, importer: Importer, parent: QObject) -> None:
        super().__init__(parent)
        self._asker, self._importer = asker, importer
        self._now: Edition | None = None
        self._shown: Edition | None = None
        """The oldest edition of what is shown; None where nothing is that could be too old."""
        watcher.heard.connect(self._hear)
        asker.answered.connect(self._take)

    def start_over(self) -> None:
        """Nothing is shown any more."""
        self._shown = None

    def _take(self, answer: Answer, renewed: bool) -> None:
        shown = answer.edition
        if renewed and self._shown is not None:  # a page may stay that was opened before
            shown = replace(shown, taken=min(shown.taken, self._shown.taken))
        self._shown = shown
        if self._now is not None and shown.taken < self._now.taken:
            self._tell_taken()

    def _hear(self, state: EngineState) -> None:
        before, now = self._now, state.edition
        self._now = now
        if self._shown is None and not self._asker.asking:
            self._shown = now  # a page may be opened at any time, without a question
        went_back = before is not None and (now.grown < before.grown or now.taken < before.taken)
        if went_back or self._shown is not None and self._shown.taken < now.taken:
            self._tell_taken()
        elif before is not None and before != now:
            self.changed.emit()
        else:
            self._renew(now)

    def _tell_taken(self) -> None:
        self._shown = None
        self.taken.emit()

    def _renew(self, now: Edition) -> None:
        """Once it rests, so that an import does not have the question asked file by file.

        The window's own import renews the answer when it ends.
        """
        if self._shown is None or self._asker.asking or self._importer.running:
            return
        if self._shown.grown < now.grown:
            self._shown = replace(self._shown, grown=now.grown)  # once, also if that fails
            self.grown.emit()
