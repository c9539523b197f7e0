"""The list of what is running: jobs the user started, with their progress."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.progress import Progress

if TYPE_CHECKING:
    from legaldesk.workers.job import Job


@dataclass(slots=True)
class Task:
    """One running job as the user knows it, or another thing that goes on.

    ``cancel`` ends what has no job; without either it cannot be cancelled.
    """

    title: str
    job: Job | None = None
    progress: Progress | None = None
    cancel: Callable[[], object] | None = None
    key: int = field(default_factory=count().__next__)

    @property
    def way_out(self) -> Callable[[], object] | None:
        """What ends it."""
        return self.job.cancel if self.job is not None else self.cancel


class TaskBoard(QObject):
    """Knows every running task. ``changed`` tells that one came or went, or which moved on."""

    changed = Signal()
    moved = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: list[Task] = []

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What is running, the oldest first."""
        return tuple(self._tasks)

    def watch(self, job: Job, title: str) -> None:
        """Show a job, not yet submitted, until it has its outcome."""
        task = Task(title, job)
        job.progressed.connect(lambda progress: self.advance(task, progress))
        job.succeeded.connect(lambda: self.drop(task))
        job.failed.connect(lambda: self.drop(task))
        job.cancelled.connect(lambda: self.drop(task))
        self.add(task)

    def add(self, task: Task) -> None:
        """Show a task."""
        self._tasks.append(task)
        self.changed.emit()

    def advance(self, task: Task, progress: Progress) -> None:
        """Show how far it is."""
        task.progress = progress
        self.moved.emit(task)

    def drop(self, task: Task) -> None:
        """Show it no more."""
        if task in self._tasks:
            self._tasks.remove(task)
            self.changed.emit()
