"""Switching models on a library, at a real engine process that is killed in the middle."""

from __future__ import annotations

import os
import random
import signal
import time
from pathlib import Path

import msgspec
import pytest

from legaldesk.core.documents import Extraction, FileOutcome, FileState, PageText
from legaldesk.core.hits import Scope
from legaldesk.core.segment import segment
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.owner import Address
from legaldesk.engine.reader import Reader
from legaldesk.engine.remote_desk import RemoteDesk
from legaldesk.engine.store_rows import NewDocument
from legaldesk.tasks import care, importing, models, searching
from tests.known_precision import know_precision
from tests.tiny_models import bge_m3_like

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kill -9 is POSIX")

WORDS = "tenant landlord rent lease notice deposit repair breach court term clause party".split()
QUESTION = "notice of the tenant"
PAGES = 25


def fill(desk: LocalDesk, passages: int) -> None:
    """Documents of invented clauses until there are so many passages, all with their vectors."""
    chance, number = random.Random(1), 0
    while desk.reader.passages() < passages:
        number += 1
        add(desk, number, [page(chance) for _ in range(PAGES)])
    importing.await_meaning(desk)


def page(chance: random.Random) -> str:
    return " ".join(f"The {' '.join(chance.choices(WORDS, k=11))}." for _ in range(12))


def add(desk: LocalDesk, number: int, texts: list[str]) -> None:
    pages = tuple(PageText(n, text, 600, 800) for n, text in enumerate(texts, 1))
    meaning, name = desk.meaning, f"{number}.pdf"
    cut = segment(pages, (), "en", meaning.tokens, meaning.tokens.body_limit)
    [queued] = desk.store.enqueue([f"/drop/{name}"], "Case", True)
    new = NewDocument(
        sha256=f"{number:064x}",
        name=name,
        path=f"/drop/{name}",
        referenced=True,
        size=1,
        language="en",
        state=FileState.IMPORTED,
        reason="",
        extraction=Extraction(pages),
        passages=cut,
        languages=["en"] * len(cut),
    )
    outcome = FileOutcome(f"/drop/{name}", FileState.IMPORTED, matter="Case")
    desk.store.add_document(new, meaning.generation, queued.record, outcome)


def by_meaning(desk: RemoteDesk) -> list[tuple[str, float]]:
    answer = searching.search_by(desk, QUESTION, Scope(), 10, ("meaning",))
    return [(hit.passage_id, hit.score) for hit in answer.hits]


def built(library: Path) -> int:
    """Vectors of the generation that is being built."""
    with Reader(library) as reader:
        return reader.count(
            "SELECT count(*) FROM vectors JOIN generations g ON g.id = generation"
            " WHERE state = 'building'"
        )


def owner(library: Path) -> int:
    return msgspec.json.decode((library / "owner.json").read_bytes(), type=Address).pid


@pytest.mark.parametrize("passages", [600, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_switch_survives_a_kill_and_search_goes_on(passages, library, tiny_model, tmp_path):
    other = bge_m3_like(tmp_path / "other")
    know_precision(library, tiny_model, other)
    first = LocalDesk(library, tiny_model)
    fill(first, passages)
    first.close()

    killed = RemoteDesk(library, start_engine=True)
    before = by_meaning(killed)
    models.use_model(killed, str(other))
    answers = 0
    while not built(library):
        assert by_meaning(killed) == before
        answers += 1
    os.kill(owner(library), signal.SIGKILL)
    stored = built(library)
    assert 0 < stored < passages, "it was complete before it was killed"
    killed.close()
    killed.wait_closed(60)

    again = RemoteDesk(library, start_engine=True)
    assert by_meaning(again) == before
    assert built(library) >= stored
    info = models.await_switch(again)
    assert (info.model, info.complete) == (str(other), True)
    new = by_meaning(again)
    assert new and new != before
    assert all(finding.ok for finding in care.verify(again) if finding.check != "files")

    begun = time.monotonic()
    models.go_back(again)
    assert by_meaning(again) == before
    seconds = time.monotonic() - begun
    print(f"{passages} passages: back in {seconds:.2f} s, {answers} answers before the kill")
    assert seconds < 30, "it must not read the documents again"
    again.close()
    again.wait_closed(60)
