"""Show a page, and where a passage lies on it."""

from __future__ import annotations

from legaldesk.core.hits import PageBoxes, PageImage
from legaldesk.core.passages import Span
from legaldesk.core.progress import Report, silent
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks.dispatch import task


@task
def page_image(
    desk: LocalDesk, document_id: str, page: int, scale: float, report: Report = silent
) -> PageImage:
    """One page (from 1) at ``scale`` pixels per point. Raises Locked and Damaged."""
    document = desk.reader.document(document_id)
    return desk.parsers.render(
        document_id,
        lambda: desk.originals.load(document),
        desk.passwords.get(document_id),
        page,
        scale,
    )


@task
def passage_boxes(
    desk: LocalDesk, document_id: str, spans: tuple[Span, ...], report: Report = silent
) -> tuple[PageBoxes, ...]:
    """The line boxes of spans, page by page."""
    document = desk.reader.document(document_id)
    return desk.parsers.boxes(
        document_id,
        lambda: desk.originals.load(document),
        desk.passwords.get(document_id),
        spans,
    )


@task
def unlock_document(
    desk: LocalDesk, document_id: str, password: str, report: Report = silent
) -> None:
    """Keep an encrypted document's password until the program ends. Raises Locked."""
    document = desk.reader.document(document_id)
    desk.parsers.render(
        document_id, lambda: desk.originals.load(document), password, page=1, scale=0.1
    )
    desk.passwords[document_id] = password
