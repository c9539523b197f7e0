"""No PDF crashes, freezes or fills the window: hostile files among good ones, added and seen."""

from __future__ import annotations

import collections
import random
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QTimer

from legaldesk.app import prepare
from legaldesk.core.documents import FileState
from legaldesk.core.errors import Damaged, Locked, ProcessDied, Unsupported
from legaldesk.core.hits import Scope
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.tasks import documents, matters, searching
from tests import pdf_factory as pdf
from tests.hostile_pdfs import HOSTILE
from tests.test_window import PATIENCE, drop, opened

GOOD = 8
GROWTH = 300
"""Megabytes that the window's process may grow by."""

REFUSED = {FileState.DAMAGED, FileState.UNSUPPORTED, FileState.LOCKED, FileState.EMPTY}


@pytest.fixture(scope="module")
def hostile() -> dict[str, bytes]:
    return {f"{name}.pdf": make() for name, make in HOSTILE.items()}


@pytest.fixture(scope="module")
def good() -> dict[str, bytes]:
    return {f"good {n}.pdf": pdf.text_pdf([word(n), *pdf.LEASE]) for n in range(GOOD)}


def word(number: int) -> str:
    return f"Zq{'bcdfghjk'[number]}wort"


@pytest.fixture(scope="module")
def pool():
    made = ParserPool(1)
    yield made
    made.close()


@pytest.mark.parametrize("name", HOSTILE)
def test_every_hostile_page_is_shown_or_refused_in_time_and_the_next_is_shown(
    pool, hostile, name
) -> None:
    data = hostile[f"{name}.pdf"]

    try:
        image = pool.render(name, lambda: data, None, 1, 1.0)
        assert len(image.rgb) == 3 * image.width * image.height
    except (Damaged, Locked, ProcessDied) as refused:
        assert refused.message
    assert pool.render("good", pdf.text_pdf, None, 1, 0.5).width == 306


def test_the_window_lives_through_hostile_files_among_good_ones(
    qtbot, library, tmp_path, hostile, good
) -> None:
    names = [*hostile, *good]
    random.Random(5).shuffle(names)
    for name in names:
        (tmp_path / name).write_bytes((hostile | good)[name])
    desk = RemoteDesk(prepare(library), start_engine=True)
    matters.create_matter(desk, "Case")
    try:
        with opened(qtbot, desk) as window:
            before, beats = psutil.Process().memory_info().rss, []
            clock = QTimer(window, interval=16)
            clock.timeout.connect(lambda: beats.append(psutil.Process().memory_info().rss))
            clock.start()
            told: list[str] = []
            window.actors.importer.fileFinished.connect(lambda o: told.append(Path(o.file).name))
            with qtbot.waitSignal(window.actors.importer.finished, timeout=PATIENCE):
                drop(window, *(tmp_path / name for name in names))
            outcomes = {Path(o.file).name: o for o in window.actors.importer.outcomes}

            assert collections.Counter(told) == collections.Counter(names)
            assert {outcomes[name].state for name in good} == {FileState.IMPORTED}
            assert {outcomes[name].state for name in hostile} <= {FileState.IMPORTED, *REFUSED}
            assert len([n for n in hostile if outcomes[n].state in REFUSED]) >= 10
            assert all(outcomes[n].reason for n in hostile if outcomes[n].state in REFUSED)
            look_at_all(qtbot, window, desk)
            for number in range(GOOD):
                answer = searching.search_words(desk, word(number), Scope())
                assert {hit.document for hit in answer.hits} == {f"good {number}.pdf"}
            assert len(beats) > 20
            assert max(beats) - before < GROWTH << 20
            desk.close()
    finally:
        desk.close()
        desk.wait_closed(60)


def look_at_all(qtbot, window, desk) -> None:
    """Every page of every document has its image or says why it has none."""
    page = window.search.page
    listed = documents.list_documents(desk, Scope("Case"))
    assert len(listed) > GOOD + 15
    for document in listed:
        window.views.openDocument.emit(document.id, 1)
        qtbot.waitUntil(lambda d=document: page.document_id == d.id, timeout=PATIENCE)
        qtbot.waitUntil(lambda: page.settled, timeout=PATIENCE)
        image, sentence = page.images.image(document.id, 1), page.images.sentence(document.id, 1)
        assert image is not None or sentence, document.name


@pytest.mark.parametrize("name", ["nothing", "a web page"])
def test_what_is_no_pdf_is_not_even_read(pool, hostile, name) -> None:
    with pytest.raises(Unsupported):
        pool.extract(hostile[f"{name}.pdf"], name)
