"""The parent's side of a run: starts the trainer process, passes on what it tells, steers it.

Importing this module loads no model library. ``run`` blocks, so it belongs into a thread of
its own; the other methods may be called from any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from legaldesk.core.errors import ProcessDied, WrongUse, revive
from legaldesk.core.training import Event, Failed, Finished
from legaldesk.engine.child import Child
from legaldesk.engine.run_folder import RunFolder, read_event
from legaldesk.engine.system import child_command

SILENCE = 24 * 3600.0
"""Seconds without an event before the process counts as hung: one evaluation of a large
model on a slow processor takes hours, and a pause may last the night."""


def silent_beat() -> None:
    """Look at nothing while waiting."""


class Trainer:
    """One run, from wherever its folder says it is. ``command`` starts the process."""

    def __init__(self, folder: Path, command: Sequence[str] | None = None) -> None:
        self._folder = RunFolder(folder)
        self._command = command or child_command("trainer", str(folder))
        self._guard = threading.Lock()
        self._child: Child | None = None
        self._wish: str | None = None

    def run(
        self, on_event: Callable[[Event], None], beat: Callable[[], None] = silent_beat
    ) -> Finished:
        """Train to the end, or on from the last checkpoint; every event is passed on.

        ``beat`` is called several times a second; what it or ``on_event`` raises, such as
        Cancelled, ends the process at once, and the run can be resumed. Raises what the run
        failed with, ProcessDied when the process went away (resume it), and WrongUse for a
        run that is over.
        """
        if self._folder.state().over == "finished":
            raise WrongUse("This run is over. Start a new one.")
        child = self._start()
        try:
            while True:
                event = self._next(child, beat)
                on_event(event)
                if isinstance(event, Failed):
                    raise revive(event.kind, event.message, None)
                if isinstance(event, Finished):
                    return event
        finally:
            child.kill()
            self._child = None

    def pause(self) -> None:
        """Save after this step and wait; Paused tells when."""
        self._order("pause")

    def go_on(self) -> None:
        """End a pause."""
        self._order("go_on")

    def stop(self) -> None:
        """End after this step, and keep the best so far; Finished tells when."""
        self._order("stop")

    def _start(self) -> Child:
        with self._guard:
            if self._child is not None:
                raise WrongUse("This run is under way already.")
            self._child = child = Child(self._command, max_raw=0)
            if self._wish:
                child.send(msgspec.json.encode({"order": self._wish}))
            return child

    def _order(self, order: str) -> None:
        with self._guard:
            self._wish = order
            if self._child is not None:
                self._child.send(msgspec.json.encode({"order": order}))

    def _next(self, child: Child, beat: Callable[[], None]) -> Event:
        """The next event, checked. Raises ProcessDied."""
        try:
            header, _ = child.receive(SILENCE, beat)
            return read_event(msgspec.json.decode(header, type=dict[str, Any]))
        except (ProcessDied, msgspec.MsgspecError) as error:
            steps = [folder.name for folder in self._folder.whole_checkpoints()]
            where = f"after step {steps[-1].rpartition('-')[2]}" if steps else "from the start"
            raise ProcessDied(
                f"The training stopped unexpectedly. It can be resumed {where}."
            ) from error
