"""What is told of a bug: kinds of exceptions and places in the program, never a word of a text.

An exception's message may quote a document or name a file, and a source line may hold
either, so neither is taken over. Of a place there is the module, the line and the function;
the folder that the program lies in, which may be called after its user, is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType

MOST_FRAMES = 24
"""Of each end of a stack; one that ran out of room has a thousand."""

MOST_CAUSES = 8

_SIGNAL = re.compile(
    "(?:Fatal Python error|Windows fatal exception): "
    "(Segmentation fault|Aborted|Bus error|Illegal instruction|Floating point exception"
    "|access violation|stack overflow|int divide by zero)"
)
_FRAME = re.compile(r'\s*File "(.*)", line (\d+) in (\S+)')
_FOLDERS = re.compile(
    r".*[\\/](?:(?:site-packages|dist-packages|python[\d.]+)[\\/]|(?=legaldesk[\\/]))"
)


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug as it may be shown and passed on: in which part of the program, and what and where."""

    where: str
    trace: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join((f"In {self.where}:", *self.trace))


def bug(where: str, error: BaseException) -> Bug:
    """What may be told of an exception; ``where`` is a phrase of our own."""
    return Bug(where, tuple(outline(error)))


def outline(error: BaseException | None, causes: int = MOST_CAUSES) -> Iterator[str]:
    """Kinds and places of an exception and of what led to it, the cause first."""
    if error is None or causes == 0:
        return
    yield from outline(error.__cause__ or error.__context__, causes - 1)
    yield type(error).__name__
    yield from _shortened(_places(error.__traceback__))


def stack(frame: FrameType | None) -> tuple[str, ...]:
    """The places on the way to a frame, the outermost first."""
    found = []
    while frame is not None:
        found.append(_place(frame, frame.f_lineno))
        frame = frame.f_back
    return tuple(_shortened(found[::-1]))


def last_crash(traces: str) -> tuple[str, ...]:
    """What may be told of the last of the traces that ``faulthandler`` left; () of none."""
    lines = traces.splitlines()
    starts = [number for number, line in enumerate(lines) if _SIGNAL.match(line)]
    return tuple(_shortened(list(_crash_lines(lines[starts[-1] :])))) if starts else ()


def _crash_lines(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if kind := _SIGNAL.match(line):
            yield kind[1]
        elif line.startswith(("Thread ", "Current thread ")):
            yield "a thread" if line.startswith("Thread ") else "the thread that crashed"
        elif place := _FRAME.match(line):
            file = _FOLDERS.sub("", place[1], count=1)
            name = file if file != place[1] else re.split(r"[\\/]", file)[-1]
            yield f"  {name}:{place[2]} {place[3]}"


def _places(trace: TracebackType | None) -> list[str]:
    found = []
    while trace is not None:
        found.append(_place(trace.tb_frame, trace.tb_lineno))
        trace = trace.tb_next
    return found


def _place(frame: FrameType, line: int | None) -> str:
    code: CodeType = frame.f_code
    module = str(frame.f_globals.get("__name__", "?"))
    file = f"{module.replace('.', '/')}.py" if module.startswith("legaldesk.") else module
    return f"  {file}:{line} {code.co_name}"


def _shortened(places: list[str]) -> list[str]:
    if len(places) <= 2 * MOST_FRAMES:
        return places
    left_out = f"  … {len(places) - 2 * MOST_FRAMES} more"
    return [*places[:MOST_FRAMES], left_out, *places[-MOST_FRAMES:]]
