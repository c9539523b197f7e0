"""The set-up from a checkout says what is in its way, and tries again what may work later."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

PACKAGING = Path(__file__).resolve().parent.parent / "packaging"

pytestmark = pytest.mark.skipif(os.name == "nt", reason="its environments are scripts for a shell")


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """packaging/dev.py of a checkout of its own, on a computer with a compiler."""
    shutil.copytree(PACKAGING, tmp_path / "packaging")
    shutil.copy(PACKAGING.parent / "pyproject.toml", tmp_path)
    spec = importlib.util.spec_from_file_location("dev", tmp_path / "packaging" / "dev.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "has_compiler", lambda: True)
    monkeypatch.setattr(module, "has_headers", lambda: True)
    return module


def a_python(dev: ModuleType, script: str, mode: int = 0o755) -> Path:
    """Put a program in the place of the environment's Python."""
    dev.PYTHON.parent.mkdir(parents=True)
    dev.PYTHON.write_text(script, encoding="utf-8")
    dev.PYTHON.chmod(mode)
    return Path(dev.PYTHON)


def pip_that(fails: str = "exit 0") -> str:
    """A Python whose pip is whole, and does this when it is asked for hnswlib."""
    version = f"pip 1 from here (python {sys.version_info[0]}.{sys.version_info[1]})"
    return f"""#!/bin/sh
case "$*" in
  *--version*) echo "{version}" ;;
  *hnswlib*) {fails} ;;
esac
"""


def test_a_python_that_cannot_be_run_is_made_anew(dev):
    python = a_python(dev, "\x7fELF of another machine")
    assert not dev.has_pip()

    python.chmod(0o644)

    assert not dev.has_pip()


def test_a_damaged_stamp_means_that_the_set_up_is_done_again(dev):
    a_python(dev, pip_that())

    dev.STAMP.write_bytes(b"\xff\xfe\0")

    assert not dev.is_ready(dev=False)


@pytest.mark.parametrize("kind", ["a file", "a link that leads nowhere"])
def test_what_lies_in_the_environments_place_is_named_and_kept(dev, kind, capsys):
    if kind == "a file":
        dev.VENV.write_text("the name of somebody's environment", encoding="utf-8")
    else:
        dev.VENV.symlink_to(dev.ROOT / "unplugged")

    with pytest.raises(SystemExit):
        dev.make_environment(False)

    assert f"is {kind}, where the environment belongs. Delete it" in capsys.readouterr().err
    assert dev.VENV.is_symlink() or dev.VENV.is_file()


def test_what_failed_for_the_network_is_tried_again(dev, capsys):
    a_python(dev, pip_that("echo 'ERROR: the network is unreachable' >&2; exit 1"))

    dev.make_environment(False)

    said = capsys.readouterr().out
    assert "without hnswlib (ERROR: the network is unreachable)" in said
    assert "tried again at the next start" in said and "compiler" not in said
    assert not dev.is_ready(dev=False)

    dev.PYTHON.write_text(pip_that(), encoding="utf-8")
    dev.make_environment(False)
    assert dev.is_ready(dev=False)


def test_without_a_compiler_the_set_up_is_complete_until_there_is_one(dev, capsys, monkeypatch):
    a_python(dev, pip_that("echo 'ERROR: No matching distribution' >&2; exit 1"))
    monkeypatch.setattr(dev, "has_compiler", lambda: False)

    dev.make_environment(False)

    assert "there is no C++ compiler" in capsys.readouterr().out
    assert dev.is_ready(dev=False)
    monkeypatch.setattr(dev, "has_compiler", lambda: True)
    assert not dev.is_ready(dev=False)
