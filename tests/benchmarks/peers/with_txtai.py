"""txtai: an embeddings database with its content, asked in SQL.

Its own way to PDFs, Textractor, needs a Java server or Docling's models, which it fetches from
the network at its first use.
"""

from __future__ import annotations

import os

from _pdf import passages
from _stand import DEPTH, Found, run
from txtai import Embeddings

SELECT = "SELECT text, file, page FROM txtai WHERE similar(:question)"


class Txtai:
    def __init__(self, store: str, model: str) -> None:
        self.store = store
        if os.path.exists(os.path.join(store, "embeddings")):
            self.embeddings = Embeddings()
            self.embeddings.load(store)
        else:
            self.embeddings = Embeddings(path=model, content=True, gpu=False)

    def warm(self) -> None:
        self.embeddings.transform("A text.")
        passages([])

    def add(self, files: list[str]) -> int:
        self.embeddings.index(passages(files))
        self.embeddings.save(self.store)
        return int(self.embeddings.count())

    def find(self, question: str, file: str | None) -> list[Found]:
        asked = {"question": question} | ({"file": file} if file else {})
        query = SELECT + (" AND file = :file" if file else "")
        found = self.embeddings.search(query, DEPTH, parameters=asked)
        return [(one["file"], [one["page"]], one["text"]) for one in found]

    def close(self) -> None:
        self.embeddings.close()


if __name__ == "__main__":
    run(Txtai, "txtai", "transformers", "faiss-cpu", "pypdf")
