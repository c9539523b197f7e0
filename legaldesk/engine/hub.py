"""Fetching a model from the hub: the side that asks, and stays offline itself.

The download runs in a process of its own (`hub_child`), which alone goes online. It is ended
the moment the user cancels; what it has fetched stays and is gone on with the next time.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from legaldesk.core.errors import NoRoom, ProcessDied, WrongUse, revive
from legaldesk.core.progress import Progress, Report
from legaldesk.engine.child import Child
from legaldesk.engine.profile import make_private_folder
from legaldesk.engine.system import ONLINE, child_command

PUBLIC_HUB = "https://huggingface.co"
FILES = "files"
"""The folder, inside the one that is given, that a finished download is in."""

SILENCE = 240.0
"""Seconds without a word from the child; the client itself gives up on a server before."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_LONGEST = 96


class FetchRequest(msgspec.Struct, frozen=True):
    """What the child is asked, over its standard input, as the token must be nowhere else."""

    repo: str
    revision: str
    token: str
    folder: str
    environment: dict[str, str]


class FetchReply(msgspec.Struct, frozen=True):
    """What the child says: how far it is, where the files are, or why there are none.

    ``words`` are the commit when it is done and the message when it failed.
    """

    kind: Literal["progress", "done", "failed"]
    words: str = ""
    error: str = ""
    file: str | None = None
    done: int = 0
    total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A model's files in a folder, and the commit that they are of."""

    folder: Path
    commit: str
    size: int


def check_name(repo: str) -> None:
    """Raise WrongUse for what cannot be a model's name on the hub."""
    if not _NAME.fullmatch(repo) or len(repo) > _LONGEST or ".." in repo or "--" in repo:
        raise WrongUse(
            f"“{repo}” is not a model's name. It has two parts, such as “BAAI/bge-m3”; copy it "
            "from the top of the model's page."
        )


def fetch(repo: str, revision: str, token: str | None, parts: Path, report: Report) -> Fetched:
    """Fetch what is needed of a model into ``parts`` and return where it is.

    What an earlier try left in ``parts`` is gone on with; only a full disk empties it.
    ``report`` is called several times a second and may raise Cancelled. Raises ModelProblem,
    NoRoom, ProcessDied or LegalDeskError, each naming the model and what to do.
    """
    check_name(repo)
    request = FetchRequest(
        repo=repo,
        revision=revision,
        token=token or "",
        folder=str(make_private_folder(parts)),
        environment={name: os.environ[name] for name in ONLINE if name in os.environ},
    )
    child = Child(child_command("hub"), 0)
    try:
        child.send(msgspec.json.encode(request))
        return _listen(child, repo, parts, report)
    except NoRoom:
        child.kill()
        shutil.rmtree(parts, ignore_errors=True)
        raise
    finally:
        child.kill()


def _listen(child: Child, repo: str, parts: Path, report: Report) -> Fetched:
    last = Progress("asking", 0, 0, "bytes")
    report(last)
    while True:
        reply = _next_reply(child, repo, functools.partial(report, last))
        if reply.kind == "done":
            return Fetched(parts / FILES, reply.words, reply.total)
        if reply.kind == "failed":
            raise revive(reply.error, reply.words, reply.file)
        last = Progress(
            "downloading", reply.done, reply.total, "bytes", reply.rate, reply.seconds_left
        )
        report(last)


def _next_reply(child: Child, repo: str, beat: Callable[[], None]) -> FetchReply:
    try:
        header, _ = child.receive(SILENCE, beat)
        return msgspec.json.decode(header, type=FetchReply)
    except (ProcessDied, msgspec.MsgspecError) as error:
        raise ProcessDied(
            f"The download of “{repo}” stopped by itself. Add the model again; it goes on where "
            "it stopped."
        ) from error
