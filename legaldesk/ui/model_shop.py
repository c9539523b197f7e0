"""Fetches models and carries out what is decided about them, each request in a lane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.core.errors import LegalDeskError
from legaldesk.core.models import InstalledModel, Prompts
from legaldesk.core.progress import Progress

if TYPE_CHECKING:
    from legaldesk.ui.model_book import ModelBook
    from legaldesk.ui.task_board import TaskBoard
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


@dataclass(slots=True)
class Fetch:
    """A model on its way. Without ``job`` it was cut short, by ``error`` or by the user."""

    source: str
    title: str
    job: Job | None = None
    progress: Progress | None = None
    error: LegalDeskError | None = None


class ModelShop(QObject):
    """One fetch at a time, more wait; everything else is quick.

    ``changed`` tells that a fetch came, went or was cut, ``moved`` which one came further,
    ``fetchFailed`` which was cut by an error; ``installed`` carries the InstalledModel;
    ``orderChanged`` that answers are ordered by another cross-encoder, or by none.
    """

    changed = Signal()
    moved = Signal(object)
    installed = Signal(object)
    fetchFailed = Signal(object)
    orderChanged = Signal()
    failed = Signal(object)

    def __init__(
        self, requests: Requests, fetching: Lane, quick: Lane, board: TaskBoard, book: ModelBook
    ) -> None:
        super().__init__(board)
        self._requests = requests
        self._fetching, self._quick = fetching, quick
        self._board = board
        self._book = book
        self._fetches: dict[str, Fetch] = {}

    # ------------------------------------------------------------ fetching

    @property
    def fetches(self) -> tuple[Fetch, ...]:
        """What is on its way or was cut short, the oldest first."""
        return tuple(self._fetches.values())

    def fetch_of(self, source: str) -> Fetch | None:
        """The fetch from that hub name, folder or zip file."""
        return self._fetches.get(source)

    def add(self, source: str, title: str, token: str = "") -> None:
        """Fetch a model, or go on with one; a token is put into the keyring first."""
        if (known := self._fetches.get(source)) is not None and known.job is not None:
            return
        if token:
            job = self._requests.set_hub_token(token)
            job.succeeded.connect(lambda: self._start(source, title))
            job.failed.connect(self.failed)
            self._quick.submit(job)
        else:
            self._start(source, title)

    def _start(self, source: str, title: str) -> None:
        job = self._requests.add_model(source)
        fetch = Fetch(source, title, job)
        self._fetches[source] = fetch
        self._board.watch(job, f"Installing {title}")
        job.progressed.connect(lambda progress: self._advance(fetch, progress))
        job.succeeded.connect(lambda model: self._arrive(fetch, model))
        job.failed.connect(lambda error: self._cut(fetch, error))
        job.cancelled.connect(lambda: self._cut(fetch))
        self._fetching.submit(job)
        self.changed.emit()

    def cancel(self, source: str) -> None:
        """Stop a fetch; what has arrived stays, so that it can go on."""
        if (fetch := self._fetches.get(source)) is not None and fetch.job is not None:
            fetch.job.cancel()

    def forget(self, source: str) -> None:
        """Speak no more of a fetch that was cut short."""
        if (fetch := self._fetches.get(source)) is not None and fetch.job is None:
            del self._fetches[source]
            self.changed.emit()

    def _advance(self, fetch: Fetch, progress: Progress) -> None:
        fetch.progress = progress
        self.moved.emit(fetch)

    def _arrive(self, fetch: Fetch, model: InstalledModel) -> None:
        del self._fetches[fetch.source]
        self.changed.emit()
        self.installed.emit(model)
        self._book.look()

    def _cut(self, fetch: Fetch, error: LegalDeskError | None = None) -> None:
        fetch.job, fetch.error = None, error
        self.changed.emit()
        if error is not None:
            self.fetchFailed.emit(fetch)

    # ------------------------------------------------------------ deciding

    def use(self, name: str, prompts: Prompts | None = None, dimension: int = 0) -> None:
        """Put a model to use: at once, or when the passages are prepared for it."""
        self._do(self._requests.use_model(name, prompts, dimension))

    def stop_switch(self) -> None:
        """Prepare no more; the old one stays."""
        self._do(self._requests.stop_switch())

    def go_back(self) -> None:
        """Return to what was in use before."""
        self._do(self._requests.go_back())

    def prune(self, generation: int) -> None:
        """Delete what was prepared earlier."""
        self._do(self._requests.prune_generation(generation))

    def remove(self, name: str) -> None:
        """Delete a model."""
        self._do(self._requests.remove_model(name))

    def set_device(self, wanted: str) -> None:
        """Compute on this from now on."""
        self._do(self._requests.set_device(wanted))

    def use_reranker(self, folder: str) -> None:
        """Put the best passages in order once more by the cross-encoder in a folder."""
        self._reorder(self._requests.use_reranker(folder))

    def turn_off_reranker(self) -> None:
        """Order answers without a cross-encoder."""
        self._reorder(self._requests.turn_off_reranker())

    def _reorder(self, job: Job) -> None:
        job.succeeded.connect(lambda: self.orderChanged.emit())
        self._do(job)

    def forget_token(self) -> None:
        """Take the hub's token out of the keyring."""
        self._do(self._requests.set_hub_token(""))

    def _do(self, job: Job) -> None:
        job.succeeded.connect(lambda: self._book.look())
        job.failed.connect(self.failed)
        job.failed.connect(lambda: self._book.look())
        self._quick.submit(job)
