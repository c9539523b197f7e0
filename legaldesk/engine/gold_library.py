"""A library made from a gold set, in a temporary place: what an evaluation searches.

Every text goes in as a document of one page, cut, stored and encoded as an imported one is.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from legaldesk.core.counting import Counter
from legaldesk.core.documents import Extraction, FileOutcome, FileState, PageText
from legaldesk.core.evaluation import GoldDocument, GoldSet, Searched
from legaldesk.core.hits import ALL_MATTERS, Scope
from legaldesk.core.metrics import TextRange
from legaldesk.core.models import Prompts
from legaldesk.core.pace import counted
from legaldesk.core.progress import Report
from legaldesk.core.segment import segment
from legaldesk.engine import languages
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.engine.reader import spans_of
from legaldesk.engine.store_rows import NewDocument

REST = "All others"
"""The matter of the documents that no question is limited to."""


@contextmanager
def gold_library(
    gold: GoldSet,
    model: Path | None,
    with_meaning: bool,
    report: Report,
    prompts: Prompts | None = None,
) -> Iterator[tuple[LocalDesk, Mapping[str, Scope]]]:
    """A desk on the set's documents, and the scope that each ``within`` of its questions means.

    ``model`` is a folder, None the bundled one, and ``prompts`` None are its own. With
    ``with_meaning`` every passage has its vector. All of it is deleted in the end. Raises
    ModelProblem and NoRoom.
    """
    with tempfile.TemporaryDirectory(prefix="legaldesk-", ignore_cleanup_errors=True) as folder:
        desk = LocalDesk(Path(folder), model)
        try:
            if prompts is not None:
                desk.generations.use(desk.meaning.generation.name, prompts, 0)
                desk.generations.await_switch(report)
            groups = groups_within(gold)
            _add(desk, gold.documents, groups, report)
            if with_meaning:
                desk.meaning.await_all(report)
            yield desk, {within: Scope(_matter(within, groups)) for within in groups}
        finally:
            desk.close()


def groups_within(gold: GoldSet) -> dict[str, frozenset[str]]:
    """The ids of the documents that each ``within`` allows; "" allows all."""
    ids = [document.id for document in gold.documents]
    return {
        within: frozenset(name for name in ids if _is_within(name, within))
        for within in dict.fromkeys(question.within for question in gold.questions)
    }


def _is_within(name: str, within: str) -> bool:
    return not within or name == within or name.startswith(f"{within}#")


def _matter(within: str, groups: Iterable[str]) -> str:
    """The name of a group's matter: a number, since ids may differ in case alone."""
    return f"Group {list(groups).index(within) + 1}" if within else ALL_MATTERS


def _add(
    desk: LocalDesk,
    documents: tuple[GoldDocument, ...],
    groups: Mapping[str, frozenset[str]],
    report: Report,
) -> None:
    """Store every document, each in the matters of its groups."""
    matters: dict[str, list[str]] = defaultdict(list)
    for within, names in groups.items():
        for name in names if within else ():
            matters[name].append(_matter(within, groups))
    first = {document.id: matters.get(document.id, [REST])[0] for document in documents}
    records: dict[str, int] = {}
    for matter in dict.fromkeys(first.values()):
        held = [name for name in first if first[name] == matter]
        queued = desk.store.enqueue(held, matter, in_place=True)
        records.update(zip(held, (each.record for each in queued), strict=True))
    for document in counted(documents, "reading", "documents", report):
        _store(desk, document, records[document.id], first[document.id])
        for matter in matters[document.id][1:]:
            desk.store.assign(_hash(document), matter)


def _store(desk: LocalDesk, document: GoldDocument, record: int, matter: str) -> None:
    meaning = desk.meaning
    new = _document(document, meaning.tokens, meaning.tokens.body_limit)
    outcome = FileOutcome(document.id, FileState.IMPORTED, document_id=new.sha256, matter=matter)
    desk.store.add_document(new, meaning.generation, record, outcome)


def _hash(document: GoldDocument) -> str:
    """A document's identity; equal texts under two ids are two documents."""
    return hashlib.sha256(f"{document.id}\0{document.text}".encode("utf-8", "replace")).hexdigest()


def _document(document: GoldDocument, counter: Counter, limit: int) -> NewDocument:
    """What the import makes of a PDF of one page; a title is the PDF's, not a line on the page."""
    page = PageText(1, document.text)
    language = document.language or languages.detect(document.text)
    passages = segment((page,), (), language, counter, limit)
    return NewDocument(
        sha256=_hash(document),
        name=document.title,
        path=document.id,
        referenced=True,
        size=len(document.text),
        language=language,
        state=FileState.IMPORTED,
        reason="",
        extraction=Extraction((page,), title=document.title),
        passages=passages,
        languages=[language] * len(passages),
    )


def searched(desk: LocalDesk) -> Searched:
    """The passages of a gold library, each standing for its document."""
    names: dict[int, str] = {}
    ranges: dict[int, tuple[TextRange, ...]] = {}
    for row in desk.reader.rows(
        "SELECT p.id, p.spans, d.path FROM passages p JOIN documents d ON d.id = p.document"
    ):
        names[row["id"]] = row["path"]
        ranges[row["id"]] = tuple(
            TextRange(row["path"], span.start, span.end) for span in spans_of(row["spans"])
        )
    return Searched(names, ranges)
