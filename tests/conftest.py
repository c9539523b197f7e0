"""Small real things that every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from legaldesk.engine.local_desk import LocalDesk
from tests.tiny_models import cross_encoder_like, e5_like

# As the application sets it before torch is imported, which a test may do first: threads that
# spin take the processor from the processes that a test waits for, and many times over.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """pytest-qt's, for a busy machine: it waits longer, and no search counts as a slow one, of
    which a half would be shown before the whole.
    """
    for wait in (QtBot.waitUntil, QtBot.waitSignal, QtBot.waitExposed, QtBot.waitActive):
        monkeypatch.setitem(wait.__kwdefaults__, "timeout", 30_000)
    monkeypatch.setattr("legaldesk.ui.asker.PATIENCE_MS", 600_000)
    return qtbot


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of e5's exact shape with random weights, in a folder of its own."""
    return e5_like(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="session")
def tiny_reranker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder that scores the more, the more of a pair is “deposit”; not to be changed."""
    return cross_encoder_like(tmp_path_factory.mktemp("reranker") / "tiny-reranker")


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """The folder of a library that is not there yet."""
    return tmp_path / "library"


@pytest.fixture
def desk(library: Path, tiny_model: Path) -> Iterator[LocalDesk]:
    """A real library with the tiny model, owned by this process."""
    opened = LocalDesk(library, tiny_model)
    opened.meaning.start()
    yield opened
    opened.close()


@pytest.fixture
def drop(tmp_path: Path) -> Callable[..., str]:
    """Write bytes to a file that can be imported; returns its path."""

    def write(name: str, data: bytes, folder: str = "dropped") -> str:
        path = tmp_path / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return str(path)

    return write
