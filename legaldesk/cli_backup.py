"""The “backup” command: make a backup, list them, and put one back, also of a damaged library."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from legaldesk import app
from legaldesk.cli_output import Console
from legaldesk.core.backups import Backup
from legaldesk.core.desk import Desk
from legaldesk.core.errors import LegalDeskError, LibraryDamaged, WrongUse
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import backups

DONE = 0


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Give the command line this command; ``add(name, command, about)`` makes its parser."""
    parser = add("backup", _backup, "make a backup of the library's database, or put one back")
    parser.set_defaults(desk=_without_opening)
    parser.add_argument("action", nargs="?", default="list", choices=sorted(_ACTIONS))
    parser.add_argument("name", nargs="?", default="", help="of a backup; the newest unless given")
    parser.add_argument("--yes", action="store_true", help="do not ask")


@contextmanager
def _without_opening(library: Path) -> Iterator[RemoteDesk]:
    """A desk for what needs no database: that may be damaged."""
    desk = RemoteDesk(app.prepare(library), start_engine=False)
    try:
        yield desk
    finally:
        desk.close()


def _backup(desk: RemoteDesk, options: argparse.Namespace, console: Console) -> int:
    if options.name and options.action != "restore":
        raise WrongUse(f"“backup {options.action}” takes no name.")
    _ACTIONS[options.action](desk, options, console)
    return DONE


def _list(desk: Desk, options: argparse.Namespace, console: Console) -> None:
    overview = backups.list_backups(desk)
    if console.as_json:
        console.json(asdict(overview))
        return
    for backup in overview.backups:
        console.line(_line(backup))
    _warn(overview.backups, console)
    if not overview.backups:
        console.line("There is no backup yet.")
    if overview.ordered:
        console.line(f"{overview.ordered} is put back when the library is opened next.")


def _warn(found: Iterable[Backup], console: Console) -> None:
    """Say once what is wrong with what the newest one holds that is in doubt."""
    doubtful = next((each for each in found if each.doubtful), None)
    if doubtful is not None:
        console.text(f"{doubtful.name}: {doubtful.doubt}")


def _make(desk: RemoteDesk, options: argparse.Namespace, console: Console) -> None:
    with app.open_desk(desk.library) as owner:
        made = backups.make_backup(owner, report=console.report)
    console.end_line()
    console.tell(asdict(made), f"Made {_line(made)}")
    if not console.as_json:
        _warn((made,), console)


def _restore(desk: RemoteDesk, options: argparse.Namespace, console: Console) -> None:
    """Order it, and open the library, which carries the order out unless somebody has it open."""
    found = {backup.name: backup for backup in backups.list_backups(desk).backups}
    if not found:
        raise WrongUse("There is no backup of this library.")
    chosen = found.get(options.name or next(iter(found)))
    if chosen is None:
        raise WrongUse(f"There is no backup named “{options.name}”. See “legaldesk backup list”.")
    _ask_first(chosen, options.yes)
    backups.order_restore(desk, chosen.name)
    try:
        with app.open_desk(desk.library):
            pass
    except LibraryDamaged as error:
        raise LibraryDamaged(_problem(desk) or error.message, error.file) from error
    if backups.list_backups(desk).ordered:
        text = "LegalDesk has the library open. Close it: the next start puts the backup back."
        console.tell({"ordered": chosen.name}, text)
        return
    if problem := _problem(desk):
        raise LegalDeskError(problem, chosen.name)
    _tell_restored(desk, console)


def _tell_restored(desk: Desk, console: Console) -> None:
    news = backups.list_backups(desk).restored
    assert news is not None, "the order was carried out"
    console.tell(asdict(news), f"The library is as it was on {_moment(news.made)}.")
    if news.again and not console.as_json:
        console.line("These are newer. “legaldesk import --resume” reads them again:")
        for name in news.again:
            console.text(name, "  ", "    ")
    if news.aside and not console.as_json:
        console.line(f"What was there before is kept in “{news.aside}” until something is removed.")


def _ask_first(backup: Backup, sure: bool) -> None:
    """Say what is put back. Raises WrongUse unless the answer is yes."""
    if sure:
        return
    print(f"This puts back {_line(backup)}", file=sys.stderr)
    text = "Labels and matters are as they were then, but matters keep the names they have now."
    print(text, file=sys.stderr)
    if sys.stdin.isatty():
        print("Type yes to go on: ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() == "yes":
            return
    raise WrongUse("Nothing was put back. Use --yes to do it without being asked.")


def _problem(desk: Desk) -> str:
    """Why the last order could not be carried out, or ""."""
    news = backups.list_backups(desk).restored
    return news.problem if news is not None else ""


def _line(backup: Backup) -> str:
    return (
        f"{backup.name}: {_moment(backup.made)}, {_count(backup.documents, 'document')},"
        f" {_count(backup.labels, 'label')}, {backup.size / 1e6:,.1f} MB"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _moment(made: str) -> str:
    return f"{datetime.fromisoformat(made).astimezone():%d %B %Y, %H:%M}"


_ACTIONS: dict[str, Callable[[RemoteDesk, argparse.Namespace, Console], None]] = {
    "list": _list,
    "make": _make,
    "restore": _restore,
}
