"""A library that this very process has, so that what is measured can look into it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from legaldesk.app import open_desk
from legaldesk.engine.local_desk import LocalDesk


@contextmanager
def own_desk(library: Path | None = None) -> Iterator[LocalDesk]:
    """The library in a folder, made where there is none, or one that is deleted afterwards.

    Ends where a window has it.
    """
    with (
        tempfile.TemporaryDirectory(prefix="legaldesk-") as temporary,
        open_desk(library or Path(temporary)) as desk,
    ):
        if not isinstance(desk, LocalDesk):
            sys.exit(f"{library} is in use. Close its window, then start again.")
        yield desk
