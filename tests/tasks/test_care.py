"""What a check of the library finds when something is planted in it, and what it mends."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from legaldesk.core.documents import Finding
from legaldesk.core.hits import Scope
from legaldesk.engine.database import open_db
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import care, importing, searching
from tests import pdf_factory as pdf

HEADED = pdf.text_pdf(
    *[
        [
            "Lease of flat 7",
            f"The tenant pays rent {page} and goes",
            "on paying in the next",
            str(page),
        ]
        for page in range(1, 6)
    ]
)
"""Pages under a running header, with numbers at their foot, which sentences run across."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, tiny_model: Path) -> Path:
    """A library of three documents, all of them found by meaning."""
    folder = tmp_path_factory.mktemp("made")
    texts = (
        "The tenant pays the deposit of seven thousand euros.",
        "The landlord repairs the roof.",
    )
    for number, data in enumerate([*map(pdf.text_pdf, texts), HEADED]):
        (folder / f"{number}.pdf").write_bytes(data)
    with closing(LocalDesk(folder / "library", tiny_model)) as desk:
        importing.import_files(desk, tuple(map(str, sorted(folder.glob("*.pdf")))), "Case", {})
        importing.await_meaning(desk)
    return folder / "library"


@pytest.fixture
def spoilt(made: Path, library: Path, tiny_model: Path) -> Iterator[Callable[..., LocalDesk]]:
    """Opens a copy of that library in which some statements were carried out."""
    opened: list[LocalDesk] = []

    def spoil(*statements: str) -> LocalDesk:
        shutil.copytree(made, library)
        with closing(open_db(library, writable=True)) as db:
            for statement in statements:
                db.execute(statement)
        opened.append(LocalDesk(library, tiny_model))
        return opened[-1]

    yield spoil
    for desk in opened:
        desk.close()


def wrong(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.check for finding in findings if not finding.ok]


def found(findings: tuple[Finding, ...], check: str) -> Finding:
    return next(finding for finding in findings if finding.check == check)


def test_a_sound_library_is_called_sound(spoilt):
    desk = spoilt()

    findings = care.verify(desk)

    assert wrong(findings) == []
    assert desk.reader.count("SELECT count(*) FROM passages WHERE first_page < last_page") > 0


ZEROS = "UPDATE vectors SET data = zeroblob(length(data)) WHERE id = 1"
CUT_OFF = "UPDATE vectors SET data = substr(data, 1, 20) WHERE id = 1"
DOUBLED = f"UPDATE vectors SET data = x'{(np.ones(64, np.float16) * 2).tobytes().hex()}'"
NAN = f"UPDATE vectors SET data = x'{np.full(64, np.nan, np.float16).tobytes().hex()}' WHERE id = 2"


@pytest.mark.parametrize("statement", [ZEROS, CUT_OFF, DOUBLED, NAN])
def test_vectors_that_cannot_be_searched_are_found_and_made_anew(spoilt, statement):
    desk = spoilt(statement)

    findings = care.verify(desk)
    told = found(findings, "meaning")
    assert wrong(findings) == ["meaning"]
    assert "damaged" in told.detail and told.detail.endswith(": --repair")

    mended = found(care.verify(desk, repair=True), "meaning")
    assert (mended.ok, mended.repaired) == (True, True)
    importing.await_meaning(desk)
    assert wrong(care.verify(desk)) == []
    assert len(searching.search_by(desk, "deposit", Scope(), 9, ("meaning",)).hits) > 2


def test_a_model_that_is_gone_is_one_finding_among_the_others(made, library, tiny_model, tmp_path):
    shutil.copytree(made, library)
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    with closing(open_db(library, writable=True)) as db:
        db.execute("UPDATE generations SET name = ?", [str(model)])
        db.execute("DELETE FROM vectors WHERE id = 1")
    shutil.rmtree(model)

    with closing(LocalDesk(library, tiny_model)) as desk:
        findings = care.verify(desk)
        again = care.verify(desk, repair=True)

    assert len(findings) == 8 and wrong(findings) == wrong(again) == ["meaning"]
    told = found(findings, "meaning").detail
    assert "modules.json" in told and "1 passages without one: --repair" in told


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE pages SET text = replace(text, 'seven', 'sevem')",
        "UPDATE passages SET body = replace(body, 'seven', 'sevem')",
        "UPDATE pages SET text = replace(text, 'next', 'mext') WHERE number = 3",
        "UPDATE passages SET spans = replace(spans, '[[1,0,', '[[1,1,')",
        "UPDATE passages SET spans = replace(spans, '[[1,0,', '[[') WHERE id = 1",
        "UPDATE passages SET spans = '[[' WHERE id = 1",
    ],
)
def test_a_passage_that_does_not_say_what_its_page_says_is_found(spoilt, statement):
    desk = spoilt(statement)

    findings = care.verify(desk)

    assert "passages" in wrong(findings)
    assert ".pdf" in found(findings, "passages").detail
