"""Having a model exported for questions: the side that asks, and never imports torch.

The export runs in a process of its own (`query_export_child`): tracing a model holds Python's
lock for seconds and takes several times its weights, none of which the engine gets back. Nothing
waits for it; until it is there, and for what it does not take, torch answers.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from legaldesk.core.errors import Cancelled, LegalDeskError
from legaldesk.core.models import Prompts
from legaldesk.engine.child import Child
from legaldesk.engine.model_folder import ModelFolder
from legaldesk.engine.query_graph import QueryGraph
from legaldesk.engine.system import child_command

LARGEST = 1_500_000_000
"""Bytes of weights. An export is a second copy of them on the disk, and the format that it is
traced into ends at 2 GB: bge-m3 (2.3 GB) is not worth either."""

SPARE = 256 << 20
"""Bytes that an export leaves free on the disk: the library needs some too."""

MEMORY_TIMES, MEMORY_MORE = 5, 1 << 30
"""The memory that it takes is up to so many times the weights and so many bytes more."""

LONGEST = 1800.0
"""Seconds after which an export counts as hung."""

_log = logging.getLogger(__name__)


class ExportRequest(msgspec.Struct, frozen=True):
    """What the child is asked: a model's folder, and where to put its export together."""

    model: str
    identity: str
    prompts: Prompts
    target: str


class ExportReply(msgspec.Struct, frozen=True):
    """Whether the export lies there, sealed; "refused" for good or "failed" this time, and why."""

    kind: Literal["done", "refused", "failed"]
    reason: str = ""


def exportable(folder: ModelFolder) -> bool:
    """Whether an export of such a model is worth a try."""
    return not folder.static and 0 < _weights(folder) <= LARGEST


def export(folder: ModelFolder, graph: QueryGraph, beat: Callable[[], None]) -> bool:
    """Have the model exported to where ``graph`` looks; whether there is something to load.

    Blocks for some 10 s and more, at the lowest priority. ``beat`` is called several times a
    second; what it raises, such as Cancelled, ends the work. What goes wrong is logged, and
    leaves nothing but a note where the model cannot be exported at all.
    """
    lacking = _lacking(folder, graph)
    if lacking:
        _log.info("no export for questions: %s", lacking)
        return False
    try:
        reply = _ask(folder, graph, beat)
        _log.info("export for questions: %s %s", reply.kind, reply.reason)
        if reply.kind != "failed":
            graph.put_in_place()
        return reply.kind == "done"
    except Cancelled:
        raise
    except (LegalDeskError, OSError, msgspec.MsgspecError) as error:
        _log.info("no export for questions: %s", type(error).__name__)
        return False
    finally:
        graph.give_up()


def _ask(folder: ModelFolder, graph: QueryGraph, beat: Callable[[], None]) -> ExportReply:
    """The child's answer; the child is gone then."""
    request = ExportRequest(str(folder.path), folder.identity, folder.prompts, str(graph.begin()))
    child = Child(child_command("query-export"), 0)
    try:
        child.send(msgspec.json.encode(request))
        header, _ = child.receive(LONGEST, beat)
        return msgspec.json.decode(header, type=ExportReply)
    finally:
        child.kill()


def _lacking(folder: ModelFolder, graph: QueryGraph) -> str:
    """What there is too little of for an export just now, or ""."""
    import psutil  # it imports POSIX modules of its own

    size = _weights(folder)
    try:
        if shutil.disk_usage(_there(graph.folder)).free < 2 * size + SPARE:
            return "too little room on the disk"
    except OSError:
        return "the library's disk is not there"
    if psutil.virtual_memory().available < MEMORY_TIMES * size + MEMORY_MORE:
        return "too little memory is free"
    return ""


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())


def _weights(folder: ModelFolder) -> int:
    """Bytes of the model's weights; 0 when they cannot be found."""
    try:
        return sum((folder.path / name).stat().st_size for name, _ in folder.weights)
    except OSError:
        return 0
