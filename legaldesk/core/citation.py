"""A hit as a citation: where it stands, in words that can be pasted into a brief."""

from __future__ import annotations

from html import escape

from legaldesk.core.hits import Hit


def where(hit: Hit) -> str:
    """Document, section path and page: "Lease.pdf, 7.2 Term, p. 12 (printed 9)"."""
    parts = [hit.document, " > ".join(hit.section), pages(hit)]
    return ", ".join(part for part in parts if part)


def pages(hit: Hit) -> str:
    """The pages that the hit touches as it is read, and their printed numbers where they differ."""
    hit = hit.whole
    last = hit.spans[-1].page
    text = f"p. {hit.page}" if last == hit.page else f"pp. {hit.page}-{last}"
    printed = _printed(hit, last)
    return f"{text} (printed {printed})" if printed else text


def _printed(hit: Hit, last: int) -> str:
    """ "9", "9-10" where both are known, "" where nothing else is printed than is counted."""
    ends = {hit.page: hit.page_label, last: hit.last_label}
    if last == hit.page or not hit.last_label:
        ends = {hit.page: hit.page_label}
    if not hit.page_label or all(label == str(page) for page, label in ends.items()):
        return ""
    return "-".join(dict.fromkeys(label for label in ends.values() if label))


def text_only(hit: Hit) -> str:
    """The reading text of the passage, and of those that are read with it."""
    return hit.whole.body


def plain(hit: Hit) -> str:
    """The passage in quotation marks, then its citation, as plain text."""
    return f"“{text_only(hit)}”\n({where(hit)})"


def rich(hit: Hit) -> str:
    """The same as HTML; whatever a document says is text, never markup."""
    return f"<blockquote>{escape(text_only(hit))}</blockquote><p>({escape(where(hit))})</p>"
