"""The pill that counts what is running, and the list behind it with progress and Cancel."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from legaldesk.ui import theme
from legaldesk.ui.document_text import plain
from legaldesk.ui.pieces import ElidedLabel, button, fill_bar, label
from legaldesk.ui.task_board import Task, TaskBoard
from legaldesk.ui.wording import count, progress_line
from legaldesk.workers.job import State


class TasksPill(QPushButton):
    """Not there while nothing runs."""

    def __init__(self, board: TaskBoard) -> None:
        super().__init__()
        self.setAutoDefault(False)
        self.setProperty("role", "chip")
        theme.dress(self, "tasks")
        self._board = board
        self._popup = TasksPopup(board, self)
        board.changed.connect(self._show_count)
        self.clicked.connect(self.open_list)
        self._show_count()

    def open_list(self) -> None:
        """Show the list below the pill."""
        self._popup.fill()
        below = self.mapToGlobal(QPoint(self.width() - self._popup.width(), self.height() + 4))
        self._popup.move(below)
        self._popup.show()

    def _show_count(self) -> None:
        running = len(self._board.tasks)
        self.setText(count(running, "task"))
        self.setAccessibleName(f"{count(running, 'task')} running")
        self.setVisible(running > 0)
        if not running:
            self._popup.close()


class TasksPopup(QFrame):
    """One row per running task."""

    def __init__(self, board: TaskBoard, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setAccessibleName("Running tasks")
        self._board = board
        self._rows: dict[int, _TaskRow] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(12, 12, 12, 12)
        self._layout.setSpacing(12)
        board.changed.connect(self._refill)
        board.moved.connect(self._advance)

    def fill(self) -> None:
        """Show the tasks of this moment."""
        for row in self._rows.values():
            self._layout.removeWidget(row)
            row.deleteLater()
        self._rows = {task.key: _TaskRow(task) for task in self._board.tasks}
        for row in self._rows.values():
            self._layout.addWidget(row)
        self.setFixedWidth(theme.px(360))
        self.adjustSize()

    def _refill(self) -> None:
        if self.isVisible():
            self.fill()

    def _advance(self, task: Task) -> None:
        if self.isVisible() and task.key in self._rows:
            self._rows[task.key].advance(task)


class _TaskRow(QWidget):
    def __init__(self, task: Task) -> None:
        super().__init__()
        title = ElidedLabel()
        title.say(task.title)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress: {plain(task.title)}")
        self._line = label("", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        if task.way_out is not None:
            cancel = button("Cancel", task.way_out, "link")
            cancel.setAccessibleName(f"Cancel: {plain(task.title)}")
            head.addWidget(cancel)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        layout.addWidget(self._line)
        self.advance(task)

    def advance(self, task: Task) -> None:
        progress = task.progress
        waiting = task.job is not None and task.job.state is State.WAITING
        done, total = (progress.done, progress.total) if progress else (0, int(waiting))
        fill_bar(self._bar, done, total)
        words = "Waiting to start" if waiting else "Under way"
        self._line.setText(progress_line(progress) if progress else words)
