"""LegalDesk through its own engine, opened as the command line opens it.

Its documents are checked, read in boxed processes, stored as originals and indexed by words
too; questions are answered by both halves. Its reading processes count in its memory.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from _stand import DEPTH, Found, run

from legaldesk.app import open_desk
from legaldesk.core.documents import FileState
from legaldesk.core.hits import Scope
from legaldesk.engine.local_desk import LocalDesk
from legaldesk.tasks import documents, importing, searching

MATTER = "Peers"


class LegalDesk:
    """The model is the bundled one, which the others are given as a folder."""

    def __init__(self, store: str, model: str) -> None:
        self.open = ExitStack()
        desk = self.open.enter_context(open_desk(Path(store)))
        assert isinstance(desk, LocalDesk)  # nobody else has this folder
        self.desk = desk
        self.ids: dict[str, str] = {}

    def warm(self) -> None:
        self.desk.meaning.encode_query("A text.")
        importing.expect_files(self.desk)

    def add(self, files: list[str]) -> int:
        summary = importing.import_files(self.desk, tuple(files), MATTER, {})
        searchable = (FileState.IMPORTED, FileState.PARTLY, FileState.DUPLICATE)
        lost = [each.file for each in summary.outcomes if each.state not in searchable]
        if lost:
            raise RuntimeError(f"not imported: {', '.join(lost)}")
        return importing.await_meaning(self.desk)

    def find(self, question: str, file: str | None) -> list[Found]:
        if file and not self.ids:
            listed = documents.list_documents(self.desk, Scope(MATTER))
            self.ids = {one.name: one.id for one in listed}
        scope = Scope(MATTER, self.ids[file] if file else "")
        hits = searching.search(self.desk, question, scope, DEPTH).hits
        return [(hit.document, [span.page for span in hit.spans], hit.text) for hit in hits]

    def close(self) -> None:
        self.open.close()


if __name__ == "__main__":
    run(LegalDesk, "legaldesk", "torch", "onnxruntime")
