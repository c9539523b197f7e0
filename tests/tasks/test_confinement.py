"""How closely the parsers are confined is told through the desk, and a missing parser is found."""

from __future__ import annotations

from legaldesk.core.documents import Finding
from legaldesk.engine.parser_pool import ParserPool
from legaldesk.tasks import care


def test_the_desk_tells_the_level_and_verify_repeats_it(desk) -> None:
    level = care.confinement(desk)

    assert level in ("sealed", "limited", "plain")
    told = Finding("parser", True, f"PDFs are read in processes of their own ({level})")
    assert told in care.verify(desk)


def test_verify_notices_that_no_parser_can_be_started(desk) -> None:
    desk.parsers.close()
    desk.parsers = ParserPool(command=["no-such-program"])

    found = next(finding for finding in care.verify(desk) if finding.check == "parser")

    assert not found.ok
    assert "could not be started" in found.detail
