"""Tiny models to read, to spoil and to compare, and a few vectors with their graph."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tiny_models import bge_m3_like
from tests.vector_shelf import Shelf, clustered, make_index


@pytest.fixture(scope="session")
def e5_model(tiny_model: Path) -> Path:
    """A tiny model of e5's shape, shared: it is not to be changed."""
    return tiny_model


@pytest.fixture
def e5_copy(tiny_model: Path, tmp_path: Path) -> Path:
    """The same model in a folder that a test may spoil."""
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    return folder


@pytest.fixture(scope="session")
def bge_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of bge-m3's shape, shared: it is not to be changed."""
    return bge_m3_like(tmp_path_factory.mktemp("bge"))


@pytest.fixture
def shelf() -> Shelf:
    """A store of 400 vectors."""
    return Shelf(clustered(400))


@pytest.fixture
def saved(tmp_path: Path, shelf: Shelf) -> Path:
    """A folder with a saved graph of the shelf."""
    index = make_index(tmp_path / "index")
    index.open(shelf)
    assert index.save_if_due()
    index.close()
    return tmp_path / "index"
