"""Read the command line: a child's role, a command, or the window."""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for and return the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    from legaldesk import app

    if given[:1] == ["--role"]:
        return app.play_role(given[1], given[2:])
    if not given or given[:1] == ["--library"] and len(given) == 2:
        return app.show(given[1] if given else None)
    from legaldesk import cli

    return cli.main(given)


if __name__ == "__main__":
    sys.exit(main())
