"""A real window on a library, driven step by step, with a camera."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

SECONDS = 600
"""How long one thing is waited for."""

TICK_MS = 50

Wait = tuple[str, Callable[[], bool]]
"""What is waited for, in words, and whether it is there."""


class Stage:
    """A window, the folder for its pictures, and what scenes wait for.

    ``office`` answers the window in place of an engine.
    """

    def __init__(
        self, name: str, folder: Path, out: Path, library: str = "library", office: object = None
    ) -> None:
        from PySide6.QtWidgets import QApplication

        from legaldesk.app import open_window, prepare
        from legaldesk.ui.start import show_window

        self.app = QApplication([])
        self.name, self.folder, self.out, self.office = name, folder, out, office
        place = prepare(folder / library)
        if office is None:
            self.window = open_window(self.app, place)
        else:
            self.window = show_window(self.app, office, place)
        self.window.resize(1280, 800)
        self.answers = 0
        self.window.actors.asker.answered.connect(self._note_answer)

    def _note_answer(self, *_: object) -> None:
        self.answers += 1

    def look(self, scheme: str, scale: int = 100) -> None:
        """Change colours and text size."""
        from legaldesk.ui.theme import Look

        self.window.relook(Look(scheme, scale))

    def snap(self, step: str, widget: object = None) -> None:
        """Save what is seen."""
        target = widget or self.window
        path = self.out / f"{self.name}-{step}.png"
        target.grab().save(str(path))
        print(path)

    def read(self) -> Wait:
        """The matters are known."""
        return "the matters", lambda: self.window.actors.book.read

    def imported(self) -> Wait:
        """No import runs."""
        return "the import", lambda: not self.window.actors.importer.running

    def understood(self) -> Wait:
        """Every passage can be found by meaning."""
        watcher = self.window.actors.watcher
        return (
            "the meaning of all passages",
            lambda: (
                watcher.state is not None
                and watcher.state.model == "ready"
                and not watcher.state.pending
            ),
        )

    def ask(self, question: str) -> Wait:
        """Ask, and wait for the answer and its page."""
        self.answers = 0
        self.window.ask(question)
        return "the answer", lambda: self.answers > 0 and self.window.search.page.settled

    def page(self) -> Wait:
        """The page in view is sharp."""
        return "the page", lambda: self.window.search.page.settled

    def listed(self) -> Wait:
        """The documents are listed."""
        return "the list of documents", lambda: self.window.documents.settled

    def play(self, scene: Callable[[Stage], Iterator[Wait]]) -> int:
        """Run a scene: each thing that it yields is waited for before it goes on."""
        from PySide6.QtCore import QTimer

        running = scene(self)
        waiting: Wait | None = next(running)
        left = SECONDS * 1000 // TICK_MS

        def tick() -> None:
            nonlocal waiting, left
            left -= 1
            if waiting is None:
                self.window.close()
                self.app.exit(0)
            elif not left:
                print(f"{self.name}: waited in vain for {waiting[0]}", file=sys.stderr)
                self.snap("failed")
                self.app.exit(1)
            elif waiting[1]():
                waiting, left = next(running, None), SECONDS * 1000 // TICK_MS

        timer = QTimer()
        timer.timeout.connect(tick)
        timer.start(TICK_MS)
        return self.app.exec()


def a_moment(ticks: int = 6) -> Wait:
    """Let what was just changed be laid out and painted."""
    passed = iter(range(ticks))
    return "a moment", lambda: next(passed, None) is None
