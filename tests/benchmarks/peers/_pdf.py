"""The PDF text and the passages of the contestants that bring no reader of their own.

Chroma, LanceDB and txtai leave both to the user. pypdf and the splitter with 1,000 characters
and 200 of overlap, page by page, are what LangChain's own tutorial on PDFs takes, so that all
peers search the same passages.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

SIZE, OVERLAP = 1000, 200


def passages(files: Iterable[str]) -> list[dict[str, Any]]:
    """Every passage of the files in reading order, as {"text", "file", "page"}.

    The libraries come in with the first call, because asking does not need them.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from pypdf import PdfReader

    splitter = RecursiveCharacterTextSplitter(chunk_size=SIZE, chunk_overlap=OVERLAP)
    return [
        {"text": text, "file": os.path.basename(file), "page": number}
        for file in files
        for number, page in enumerate(PdfReader(file).pages, 1)
        for text in splitter.split_text(page.extract_text())
    ]
