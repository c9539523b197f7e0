"""The trainer process: carries out one run and tells its parent what happens.

It starts fresh, never reaches the network, lets everything else on the computer go first,
and ends when its standard input does; the last checkpoint is then there to go on from.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from legaldesk.core.bugs import bug
from legaldesk.core.errors import LegalDeskError, ModelProblem, NoRoom
from legaldesk.core.training import Event, Failed, name_of
from legaldesk.engine.child_streams import private_stdout
from legaldesk.engine.offline import stay_offline
from legaldesk.engine.profile import FULL, private_by_default
from legaldesk.engine.run_folder import RunFolder, RunState
from legaldesk.engine.trainer_orders import Orders
from legaldesk.engine.wire import write_frame

NICENESS = 10
"""So that search and the window go first."""

_NO_ROOM = "The disk is full. Make room, and resume the run: it goes on after its last checkpoint."

_DISK_FULL = ("no space left", "disk quota", "iostream error", "file write failed")


def main(arguments: Sequence[str]) -> int:
    """Carry out the run in the folder that is the only argument. Returns the exit status."""
    private_by_default()
    stay_offline()
    if hasattr(os, "nice"):
        os.nice(max(0, NICENESS - os.nice(0)))
    told = private_stdout()
    orders = Orders()
    threading.Thread(target=orders.listen, args=(sys.stdin.buffer,), daemon=True).start()

    def tell(event: Event) -> None:
        write_frame(told, {"event": name_of(event), **msgspec.to_builtins(event)})

    return carry_out(RunFolder(Path(arguments[0])), tell, orders)


def carry_out(folder: RunFolder, tell: Callable[[Event], None], orders: Orders) -> int:
    """Run to the end, which is told as Finished or Failed; the latter stays in the log."""
    from legaldesk.engine.training_run import TrainingRun

    try:
        tell(TrainingRun(folder, tell, orders).run())
        return 0
    except NoRoom:
        _fail(folder, tell, NoRoom.__name__, _NO_ROOM)
    except LegalDeskError as error:
        if isinstance(error, ModelProblem):
            _give_up(folder)
        _fail(folder, tell, error.kind, error.message)
    except OSError as error:
        problem = f"The run's folder cannot be written: {error.strerror}."
        _fail(folder, tell, NoRoom.__name__, _NO_ROOM if error.errno in FULL else problem)
    except Exception as error:  # safetensors and torch say in words of their own that it is full
        if not any(words in str(error).lower() for words in _DISK_FULL):
            _note_crash(folder, error)
            raise
        _fail(folder, tell, NoRoom.__name__, _NO_ROOM)
    return 1


def _give_up(folder: RunFolder) -> None:
    """Nothing good comes of going on: keep the log and the numbers, not the weights."""
    shutil.rmtree(folder.checkpoints, ignore_errors=True)
    folder.set_state(RunState(folder.state().halvings, "failed"))


def _fail(folder: RunFolder, tell: Callable[[Event], None], kind: str, message: str) -> None:
    """Log why, if the disk takes it, and tell it."""
    failed = Failed(kind, message)
    with contextlib.suppress(OSError):
        folder.append_log(failed)
    tell(failed)


def _note_crash(folder: RunFolder, error: Exception) -> None:
    """Leave where a bug was in the run's folder: nobody reads our error stream."""
    with contextlib.suppress(LegalDeskError):
        folder.write_text("crash.txt", f"{bug('the trainer', error)}\n")
