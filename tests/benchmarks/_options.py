"""The command line of a benchmark: its options, and with --help what its module says of itself."""

from __future__ import annotations

import argparse


def options_of(about: str | None) -> argparse.ArgumentParser:
    """A parser for a module with this docstring."""
    return argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
