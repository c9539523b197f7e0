"""LanceDB: a table that embeds its text by its registry's sentence-transformers function.

No vector index is made: up to some 100,000 rows its documentation says to go without.
"""

from __future__ import annotations

import lancedb
from _pdf import passages
from _stand import DEPTH, Found, run
from lancedb.embeddings import get_registry
from lancedb.pydantic import LanceModel, Vector

TABLE = "passages"


class LanceDB:
    def __init__(self, store: str, model: str) -> None:
        self.encode = get_registry().get("sentence-transformers").create(name=model, device="cpu")
        self.db = lancedb.connect(store)
        try:
            self.table = self.db.open_table(TABLE)
        except (FileNotFoundError, ValueError):  # which of them depends on the version
            self.table = self.db.create_table(TABLE, schema=self.schema())

    def schema(self) -> type[LanceModel]:
        encode = self.encode

        class Passage(LanceModel):  # type: ignore[misc]
            text: str = encode.SourceField()
            vector: Vector(encode.ndims()) = encode.VectorField()  # type: ignore[valid-type]
            file: str
            page: int

        return Passage

    def warm(self) -> None:
        self.encode.generate_embeddings(["A text."])
        passages([])

    def add(self, files: list[str]) -> int:
        self.table.add(passages(files))
        return int(self.table.count_rows())

    def find(self, question: str, file: str | None) -> list[Found]:
        query = self.table.search(question).limit(DEPTH)
        if file:
            name = file.replace("'", "''")
            query = query.where(f"file = '{name}'", prefilter=True)
        return [(one["file"], [one["page"]], one["text"]) for one in query.to_list()]

    def close(self) -> None:
        pass


if __name__ == "__main__":
    run(LanceDB, "lancedb", "sentence-transformers", "pypdf")
