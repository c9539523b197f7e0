"""Contestants' environments, and their processes watched from outside."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
CONTESTANTS = Path(__file__).with_name("peers")
CONSTRAINTS = ROOT / "packaging" / "constraints.txt"
INSTALLED = "installed.txt"
BEAT = 0.05
"""Seconds between two looks at a process's memory."""
LONGEST = 3600.0
OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "CUDA_VISIBLE_DEVICES": "",
    "PYTHONDONTWRITEBYTECODE": "",
}
"""No network, no reports, no graphics card; bytecode is kept, as it is for any user."""


class Failed(Exception):
    """A contestant could not be installed or run; the text says why, in one line."""


@dataclass(frozen=True)
class Line:
    """When it came, in seconds since the process was started, and what it had computed by then
    with its children, in seconds of a processor."""

    content: dict[str, Any]
    at: float
    computed: float


@dataclass
class Watched:
    """What a process and its children told and took.

    ``peak`` is the most memory in bytes that they had together at a look. Pages that they share
    count for each.
    """

    lines: list[Line] = field(default_factory=list)
    peak: int = 0

    def told(self, key: str) -> list[Line]:
        """The lines that have this key."""
        return [line for line in self.lines if key in line.content]


def environment(folder: Path, packages: Sequence[str]) -> Path:
    """The interpreter of an environment with these packages, which is made where there is none.

    torch is held to the version of packaging/constraints.txt. Raises Failed.
    """
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    note = folder / INSTALLED
    wanted = "\n".join([_torch(), *sorted(packages)])
    if note.is_file() and note.read_text(encoding="utf-8") == wanted:
        return python
    print(f"Installing {', '.join(packages)} into {folder}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    limits = folder / "constraints.txt"
    limits.write_text(_torch() + "\n", encoding="utf-8")
    _call([sys.executable, "-m", "venv", str(folder)])
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-compile"]
    _call([*pip, "--constraint", str(limits), "torch", *packages])
    note.write_text(wanted, encoding="utf-8")
    return python


def _torch() -> str:
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("torch=="))


def _call(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(str(error)) from error
    if done.returncode != 0:
        raise Failed(_last_line(done.stderr))


def watch(
    python: Path, program: str, order: str, store: Path, model: Path, work: list[Any]
) -> Watched:
    """Run one contestant to its end. Raises Failed when that is not a good one."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as errors:
        given = Path(folder) / "work.json"
        given.write_text(json.dumps(work), encoding="utf-8")
        command = [python, CONTESTANTS / program, order, store, model, given]
        watched, begun = Watched(), time.perf_counter()
        with subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            env=os.environ | OFFLINE,
        ) as process:
            looking = threading.Thread(target=_look, args=(process, watched))
            looking.start()
            assert process.stdout
            for line in process.stdout:
                at = time.perf_counter() - begun
                watched.lines.append(Line(json.loads(line), at, computed(process.pid)))
        looking.join()
        if process.returncode != 0:
            errors.seek(0)
            raise Failed(_last_line(errors.read()))
    return watched


def _look(process: subprocess.Popen[str], watched: Watched) -> None:
    """Keep the most memory that a process and its children have, until it ends."""
    while process.poll() is None:
        memory = int(sum(_of_each(process.pid, lambda one: one.memory_info().rss)))
        watched.peak = max(watched.peak, memory)
        time.sleep(BEAT)


def computed(pid: int) -> float:
    """Processor seconds of a process, its children, and those that it had before."""
    return sum(_of_each(pid, lambda one: sum(one.cpu_times()[:4])))


def _of_each(pid: int, figure: Callable[[psutil.Process], float]) -> Iterator[float]:
    """A figure of a process and each of its children that has not just ended."""
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        for one in (top, *top.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                yield figure(one)


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason was given"])[-1]
