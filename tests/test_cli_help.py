"""What --help and README.md say of the commands is what there is."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from legaldesk import cli

README = Path(__file__).resolve().parent.parent / "README.md"
ROW = re.compile(r"^\| `legaldesk ([a-z]+).*$", re.MULTILINE)
OPTION = re.compile(r"`(--?[a-z-]+)")


def commands_of(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, list]]:
    """Every command and sub-command with what it takes."""
    own = [each for each in parser._actions if not isinstance(each, argparse._SubParsersAction)]
    yield name, own
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for each, below in action.choices.items():
                yield from commands_of(below, f"{name} {each}".strip())


COMMANDS = dict(commands_of(cli._parser(), ""))


def options(command: str) -> list[argparse.Action]:
    return [action for action in COMMANDS[command] if action.option_strings]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_says_what_it_is_for(command):
    assert [action.dest for action in options(command) if not action.help] == []


def test_the_readme_has_a_row_for_every_command_with_options_that_there_are():
    rows = {}
    for found in ROW.finditer(README.read_text(encoding="utf-8")):
        rows.setdefault(found[1], []).append(found[0])

    assert set(rows) == {name for name in COMMANDS if name and " " not in name}
    for name, told in rows.items():
        known = {word for action in options(name) for word in action.option_strings}
        assert set(OPTION.findall("".join(told))) <= known, name
