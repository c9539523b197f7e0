"""Takes labels back and puts them back, several as one step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from legaldesk.ui import keys
from legaldesk.ui.wording import count

if TYPE_CHECKING:
    from legaldesk.core.errors import LegalDeskError
    from legaldesk.workers.job import Job
    from legaldesk.workers.lane import Lane
    from legaldesk.workers.requests import Requests


@dataclass(eq=False)
class Step:
    """The labels of one step by number, without the refused; ``waiting`` are on their way."""

    numbers: list[int]
    waiting: int = 0
    error: LegalDeskError | None = None


class TakingBack(QObject):
    """Remembers what was taken back here, so that it can be put back step by step.

    ``done`` tells in a sentence what became of a step, ``refused`` carries its first error.
    """

    done = Signal(str)
    refused = Signal(object)

    def __init__(self, requests: Requests, lane: Lane, parent: QObject) -> None:
        super().__init__(parent)
        self._requests, self._lane = requests, lane
        self._steps: list[Step] = []

    def take_back(self, numbers: Iterable[int]) -> None:
        """Take labels back by their ids; those that are going already go once."""
        going = {number for step in self._steps if step.waiting for number in step.numbers}
        step = Step([number for number in numbers if number not in going])
        if step.numbers:
            self._steps.append(step)
            self._do(step, self._requests.undo_label, self._say_taken_back)

    def put_back(self, numbers: Iterable[int]) -> None:
        """Put labels back that were taken back, oldest first, so that newer ones replace them."""
        step = Step(sorted(numbers))
        self._do(step, self._requests.restore_label, self._say_put_back)

    def undo(self) -> None:
        """Put back what was taken back last."""
        if self._steps:
            self.put_back(self._steps.pop().numbers)
        else:
            self.done.emit("Nothing was taken back here that could be put back.")

    def forget(self) -> None:
        """Leave what was taken back as it is."""
        self._steps.clear()

    # ------------------------------------------------------------ one step

    def _do(
        self, step: Step, request: Callable[[int], Job], say_done: Callable[[Step], None]
    ) -> None:
        step.waiting = len(step.numbers)
        for number in tuple(step.numbers):
            job = request(number)
            job.succeeded.connect(lambda _: self._settle(step, say_done))
            job.failed.connect(
                lambda error, number=number: self._refuse(step, number, error, say_done)
            )
            self._lane.submit(job)

    def _refuse(
        self,
        step: Step,
        number: int,
        error: LegalDeskError,
        say_done: Callable[[Step], None],
    ) -> None:
        step.numbers.remove(number)
        step.error = step.error or error
        self._settle(step, say_done)

    def _settle(self, step: Step, say_done: Callable[[Step], None]) -> None:
        step.waiting -= 1
        if step.waiting:
            return
        if step.numbers:
            say_done(step)
        else:
            self._drop_empty()
        if step.error is not None:
            self.refused.emit(step.error)

    def _say_taken_back(self, step: Step) -> None:
        number = len(step.numbers)
        them = "it" if number == 1 else "them"
        key = keys.spoken(keys.UNDO)
        self.done.emit(f"{count(number, 'label')} taken back. {key} puts {them} back.")

    def _say_put_back(self, step: Step) -> None:
        back = set(step.numbers)
        for each in self._steps:
            each.numbers = [number for number in each.numbers if number not in back]
        self._drop_empty()
        self.done.emit(f"{count(len(back), 'label')} put back.")

    def _drop_empty(self) -> None:
        self._steps = [step for step in self._steps if step.numbers]
