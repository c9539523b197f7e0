"""Libraries that are filled once for a module; each test gets a copy to change."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from legaldesk.engine.local_desk import LocalDesk
from tests.known_precision import know_precision

Drop = Callable[..., str]
Fill = Callable[[LocalDesk, Drop], None]


@pytest.fixture(scope="module")
def filled_once(
    tiny_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Fill], Path]:
    """The closed library that a function fills, made when it is first asked for."""
    made: dict[Fill, Path] = {}

    def library_of(fill: Fill) -> Path:
        if fill not in made:
            folder = tmp_path_factory.mktemp("filled")

            def drop(name: str, data: bytes) -> str:
                (folder / name).write_bytes(data)
                return str(folder / name)

            know_precision(folder / "library", tiny_model)
            desk = LocalDesk(folder / "library", tiny_model)
            desk.meaning.start()
            fill(desk, drop)
            desk.close()
            made[fill] = folder / "library"
        return made[fill]

    return library_of


@pytest.fixture
def filled(
    library: Path, tiny_model: Path, filled_once: Callable[[Fill], Path]
) -> Iterator[Callable[[Fill], LocalDesk]]:
    """Open a copy of the library that a function fills, in the place of the test's own."""
    opened: list[LocalDesk] = []

    def open_copy(fill: Fill) -> LocalDesk:
        shutil.copytree(filled_once(fill), library)
        opened.append(LocalDesk(library, tiny_model))
        opened[0].meaning.start()
        return opened[0]

    yield open_copy
    for desk in opened:
        desk.close()
