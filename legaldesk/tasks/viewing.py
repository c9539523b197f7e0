"""Show a page, and where a passage lies on it."""

from __future__ import annotations

from dataclasses import replace

from legaldesk.core.documents import TextSource
from legaldesk.core.hits import PageBoxes, PageImage, PageWords
from legaldesk.core.passages import Span
from legaldesk.core.progress import Report, silent
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks.dispatch import task


@task
def expect_pages(desk: LocalDesk, report: Report = silent) -> None:
    """Have ready what shows pages, because a question is being typed."""
    desk.parsers.expect_views()


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
    desk: LocalDesk,
    document_id: str,
    spans: tuple[Span, ...],
    lead: tuple[Span, ...] = (),
    report: Report = silent,
) -> tuple[PageBoxes, ...]:
    """The line boxes of spans, page by page, and of those among them that lead."""
    document = desk.reader.document(document_id)
    whole, leading = (
        desk.parsers.boxes(
            document_id,
            lambda: desk.originals.load(document),
            desk.passwords.get(document_id),
            asked,
        )
        for asked in (spans, lead)
    )
    leads = {each.page: each.boxes for each in leading}
    return tuple(replace(each, lead=leads.get(each.page, ())) for each in whole)


@task
def page_words(desk: LocalDesk, document_id: str, page: int, report: Report = silent) -> PageWords:
    """A page's text with its words' places, so that text can be selected on it.

    No words where the text is the second reader's, whose characters have no places. Raises
    Locked and Damaged.
    """
    document = desk.reader.document(document_id)
    row = desk.reader.count("SELECT id FROM documents WHERE sha256 = ?", document_id)
    text, _ = desk.reader.page_texts(row, [page]).get(page, ("", None))
    if not text or document.text_source is not TextSource.PDFIUM:
        return PageWords(page, text, ())
    found = desk.parsers.words(
        document_id,
        lambda: desk.originals.load(document),
        desk.passwords.get(document_id),
        page,
    )
    return PageWords(page, text, tuple(word for word in found if word.end <= len(text)))


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
