"""The libraries are the ones that LegalDesk was measured with, and sound where it hurt before."""

import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtCore import QObject

CONSTRAINTS = Path(__file__).resolve().parent.parent / "packaging" / "constraints.txt"


def pins() -> dict[str, str]:
    """The pinned version of each package named in packaging/constraints.txt."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    pinned = [line.partition("==") for line in lines if "==" in line and not line.startswith("#")]
    return {name.strip(): number.strip() for name, _, number in pinned}


def test_qt_calls_that_return_nothing_keep_their_references() -> None:
    """PySide6 6.12.0 under Python 3.11 loses one a call and aborts after some 7,000 calls."""
    thing = QObject()
    before = sys.getrefcount(None)

    for _ in range(2_000):
        thing.setObjectName("passage")

    assert abs(sys.getrefcount(None) - before) < 200


def test_the_constraints_pin_what_must_not_move() -> None:
    assert {"torch", "PySide6", "PySide6_Essentials", "shiboken6", "hnswlib"} <= pins().keys()


@pytest.mark.parametrize("package", ["torch", "PySide6_Essentials", "shiboken6"])
def test_what_is_installed_is_what_is_pinned(package: str) -> None:
    installed = version(package).partition("+")[0]  # torch says which build it is: 2.13.0+cpu

    assert installed == pins()[package]
