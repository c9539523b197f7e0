"""The libraries are the ones that LegalDesk was measured with, and sound where it hurt before."""

import sys
from importlib.metadata import version
from importlib.util import find_spec
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


COLLECTOR = b"events.data.microsoft.com"


def reporting(folder):
    """The libraries in a folder that know where onnxruntime's maker collects reports."""
    return [file.name for file in folder.rglob("*.so*") if COLLECTOR in file.read_bytes()]


def test_onnxruntime_knows_nobody_to_report_to(tmp_path):
    (tmp_path / "planted.so").write_bytes(b"https://mobile." + COLLECTOR + b"/OneCollector/1.0")
    assert reporting(tmp_path) == ["planted.so"]

    found = find_spec("onnxruntime")

    assert list(Path(found.origin).parent.rglob("*.so*"))
    assert reporting(Path(found.origin).parent) == []
