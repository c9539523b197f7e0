"""A window on an invented office, with lanes of its own."""

import sys
from pathlib import Path

import pytest

from legaldesk.ui import theme
from legaldesk.ui.garbage import GarbageCollection
from legaldesk.ui.main_window import MainWindow
from legaldesk.ui.settings import Settings
from legaldesk.workers.lane import Lanes

sys.path.insert(0, str(Path(__file__).parent))

from fake_office import FakeOffice

LIGHT = theme.Look("light")


@pytest.fixture
def office():
    """An office with three matters whose model is ready."""
    return FakeOffice()


@pytest.fixture
def lanes(qapp):
    """Lanes that end with the test."""
    made = Lanes()
    yield made
    assert made.stop(patience=60_000)


@pytest.fixture
def settings(tmp_path):
    """Settings in a library of the test's own."""
    return Settings(tmp_path)


@pytest.fixture
def window(qtbot, qapp, office, lanes, settings):
    """The window, shown, its first reads done, "Acme v. Byte" current."""
    if qapp.property(theme.STYLED) is None or theme.look() != LIGHT:
        theme.apply(qapp, LIGHT)  # again only when needed: it dresses whatever is still going
    made = MainWindow(office, lanes, settings)
    collection = GarbageCollection(made)
    qtbot.addWidget(made)
    made.resize(1240, 800)
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made.actors.book.read and made.actors.watcher.state is not None)
    yield made
    collection.stop()
    if office.gate is not None:
        office.gate.set()
