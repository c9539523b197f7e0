"""The “balance” command: how much meaning counts beside exact words."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict

from legaldesk.cli_output import Console
from legaldesk.core.balance import USUAL, Balance, share
from legaldesk.core.desk import Desk
from legaldesk.core.errors import WrongUse
from legaldesk.core.verdict import Decision
from legaldesk.tasks import balancing

DONE = 0


def register(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Give the command line this command; ``add(name, command, about)`` makes its parser."""
    parser = add("balance", _balance, "learn how much meaning counts beside exact words")
    parser.add_argument("action", nargs="?", default="show", choices=("show", "learn", "usual"))
    parser.add_argument("--matter", default="", help="learn from the labels of one matter (all)")
    parser.add_argument("--use", action="store_true", help="use what was learned if it is better")
    parser.add_argument(
        "--overrule", action="store_true", help="use what was learned against the verdict"
    )


def _balance(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    if options.action != "learn" and (options.matter or options.use or options.overrule):
        raise WrongUse("--matter, --use and --overrule go with “balance learn”.")
    if options.action == "show":
        used = balancing.balance_in_use(desk)
    elif options.action == "usual":
        used = balancing.use_balance(desk, USUAL)
    else:
        return _learn(desk, options, console)
    console.tell({"factor": used}, _said(used))
    return DONE


def _learn(desk: Desk, options: argparse.Namespace, console: Console) -> int:
    found = balancing.learn_balance(desk, options.matter, report=console.report)
    console.end_line()
    take = options.overrule or (options.use and found.decision is Decision.ADOPT)
    used = found.used
    if take:
        used = balancing.use_balance(desk, found.learned, found.generation)
    console.tell({**asdict(found), "used": used}, _told(found, used))
    return DONE


def _told(found: Balance, used: float) -> str:
    return f"{found.sentence} The labels speak for this: {_said(found.learned)} Now: {_said(used)}"


def _said(factor: float) -> str:
    return f"meaning counts {share(factor):.0%} and exact words {1 - share(factor):.0%}."
