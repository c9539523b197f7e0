"""Brings labels in from files and writes them out; what was refused is listed line by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from legaldesk.core.label_lines import ExportReport, ImportReport
from legaldesk.ui.dialogs import TargetQuestion, ask
from legaldesk.ui.export_question import ExportQuestion
from legaldesk.ui.import_report import ImportSheet
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.ui.matter_book import MatterBook
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests

KINDS = {"JSON lines (*.jsonl)": ".jsonl", "Table (*.csv)": ".csv"}


class LabelExchange(QObject):
    """Files are chosen in dialogs that stop nothing.

    ``imported`` and ``exported`` tell what came of it, the latter in a sentence; ``refused``
    carries an error and what tries again.
    """

    imported = Signal()
    exported = Signal(str)
    refused = Signal(object, object)

    def __init__(
        self, window: QWidget, requests: Requests, lane: Lane, board: TaskBoard, book: MatterBook
    ) -> None:
        super().__init__(window)
        self._window = window
        self._requests = requests
        self._lane = lane
        self._board = board
        self._book = book
        self.sheet: ImportSheet | None = None

    # ------------------------------------------------------------ bringing in

    def choose_file(self) -> None:
        """Let the user choose a file of labels."""
        dialog = QFileDialog(self._window, "Import labels")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Labels (*.jsonl *.csv)", "All files (*)"])
        dialog.fileSelected.connect(lambda name: self.bring_in(QDir.toNativeSeparators(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def bring_in(self, path: str) -> None:
        """Ask which matter the labels of a file belong to, then take them."""
        names = [matter.name for matter in self._book.matters]
        title = f"Which matter do the labels of {Path(path).name} belong to?"
        dialog = TargetQuestion(self._window, title, names, self._book.current)
        ask(dialog, lambda: self._import(path, dialog.name))

    def _import(self, path: str, matter: str) -> None:
        job = self._requests.import_labels(path, matter)
        job.succeeded.connect(lambda report: self._show(Path(path).name, report))
        self._run(
            job, f"Importing labels from {Path(path).name}", lambda: self._import(path, matter)
        )

    def _show(self, name: str, report: ImportReport) -> None:
        self.sheet = ImportSheet(self._window, name, report)
        self.sheet.come_up()
        self._book.refresh()
        self.imported.emit()

    # ------------------------------------------------------------ writing out

    def choose_target(self) -> None:
        """Ask what to write, then where."""
        names = [matter.name for matter in self._book.matters]
        dialog = ExportQuestion(self._window, names, self._book.current)
        ask(dialog, lambda: self._choose_name(dialog.matter, dialog.complete))

    def _choose_name(self, matter: str, complete: bool) -> None:
        dialog = QFileDialog(self._window, "Export labels")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(list(KINDS))
        dialog.setDefaultSuffix("jsonl")
        dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(KINDS[kind][1:]))
        dialog.fileSelected.connect(
            lambda name: self.write_out(QDir.toNativeSeparators(name), matter, complete)
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def write_out(self, path: str, matter: str, complete: bool) -> None:
        """Write labels to a file."""
        job = self._requests.export_labels(path, matter, "", complete)
        job.succeeded.connect(lambda report: self.exported.emit(written(report)))
        self._run(job, "Exporting labels", lambda: self.write_out(path, matter, complete))

    def _run(self, job: Job, title: str, again: Callable[[], None]) -> None:
        self._board.watch(job, title)
        job.failed.connect(lambda error: self.refused.emit(error, again))
        self._lane.submit(job)


def written(report: ExportReport) -> str:
    """What was written, in a sentence or two."""
    name = Path(report.path).name
    told = f"{count(report.labels, 'label')} in {count(report.rows, 'row')} written to {name}."
    if report.contradicted:
        told += f" {count(report.contradicted, 'label')} left out until a disagreement is settled."
    return told
