"""Read the command line: a child's role, a command, or the window."""

from __future__ import annotations

import logging
import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from legaldesk.engine.logs import trace_crashes


def run() -> NoReturn:
    """Run what was asked for and end the process with its status.

    A model may still be loading where nobody waits for it. Its libraries take it badly when
    Python is taken down around them, and the process would end with their abort instead.
    """
    status = main()
    if threading.active_count() == 1 or "PySide6" in sys.modules:  # a window waits for its lanes
        sys.exit(status)
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for and return the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    if given[:2] == ["--role", "parser"]:
        from legaldesk.engine import parser_child

        return parser_child.main(given[2:])
    if given[:2] == ["--role", "trainer"]:
        from legaldesk.engine import trainer_child

        trace_crashes("trainer")
        return trainer_child.main(given[2:])
    if given[:2] == ["--role", "hub"]:
        from legaldesk.engine import hub_child

        trace_crashes("hub")
        return hub_child.main()
    if given[:2] == ["--role", "query-export"]:
        from legaldesk.engine import query_export_child

        trace_crashes("query-export")
        return query_export_child.main()
    from legaldesk import app

    if given[:3] == ["--role", "engine", "--library"]:
        return app.run_engine(Path(given[3]))
    if len(given) == 1 and given[0].startswith("--library="):
        given = given[0].split("=", 1)
    if not given or given[:1] == ["--library"] and len(given) == 2:
        return app.show(given[1] if given else None)
    from legaldesk import cli

    return cli.main(given)


if __name__ == "__main__":
    run()
